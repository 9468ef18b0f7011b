"""What outlives a server that is killed: one file a workshop, and the key that cookies are signed by.

A file is written whole or not at all, and only its owner may read it: team words stand in it. The
key is kept once there is a workshop to come back to; a page that is merely looked at leaves nothing.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
from pathlib import Path
from weakref import finalize

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two servers apart there but their ports
    fcntl = None  # type: ignore[assignment]

KEY = "key"
KEY_BYTES = 32
_NAME = re.compile(r"[A-Z]{1,20}")
SUFFIX = ".json"
LOCK = "lock"

log = logging.getLogger("lianghua.view")


class Records:
    """The files of one server in `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._claimed = False
        kept = self._kept_key()
        self._key_is_kept = kept is not None
        self._key = kept or secrets.token_bytes(KEY_BYTES)

    @property
    def key(self) -> bytes:
        """The secret that signs this server's cookies: that of the folder, or a new one."""
        return self._key

    def write(self, name: str, content: str) -> Path:
        """Keep the record of a workshop, in place of the one before; raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.claim()
        kept = self.folder / KEY
        if not self._key_is_kept or not kept.exists():
            _put(kept, self._key)
            self._key_is_kept = True
        path = self.path(name)
        _put(path, content.encode("utf-8"))
        return path

    def claim(self) -> None:
        """Have the folder, if there is one, to itself while this process lives, however it ends.

        Raises BlockingIOError when another server has it: two would overwrite each other's records.
        """
        if self._claimed or fcntl is None or not self.folder.is_dir():
            return
        lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # children do not inherit it
        except OSError as error:
            os.close(lock)
            raise BlockingIOError(error.errno, "another server uses this folder") from None
        finalize(self, os.close, lock)
        self._claimed = True

    def read(self) -> dict[str, bytes]:
        """Every record that can be read, by name; the log says which cannot."""
        found = {}
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            if not _NAME.fullmatch(path.stem):
                continue
            try:
                found[path.stem] = path.read_bytes()
            except OSError as error:
                log.error("the record of workshop %s cannot be read: %s", path.stem, error)
        return found

    def remove(self, name: str) -> None:
        """Forget a record."""
        self.path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Where a workshop's record is kept; `name` is its code."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"no code of a workshop: {name!r}")
        return self.folder / f"{name}{SUFFIX}"

    def _kept_key(self) -> bytes | None:
        try:
            found = (self.folder / KEY).read_bytes()
        except OSError:
            return None
        return found if len(found) == KEY_BYTES else None


def _put(path: Path, content: bytes) -> None:
    """Write a file beside its place, on the disk for certain, and then put it there."""
    work = path.with_name(f".{path.name}-{secrets.token_hex(6)}")
    try:
        with open(os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        work.replace(path)
    except BaseException:
        work.unlink(missing_ok=True)
        raise
