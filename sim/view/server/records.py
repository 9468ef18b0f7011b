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

KEY = "key"
KEY_BYTES = 32
_NAME = re.compile(r"[A-Z]{1,20}")
SUFFIX = ".json"

log = logging.getLogger("lianghua.view")


class Records:
    """The files of one server in `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = self._kept_key()

    @property
    def key(self) -> bytes:
        """The secret that signs this server's cookies: that of the folder, or a new one."""
        return self._key

    def write(self, name: str, content: str) -> Path:
        """Keep the record of a workshop, in place of the one before; raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = self.folder / KEY
        if not kept.exists():
            _put(kept, self._key)
        path = self.path(name)
        _put(path, content.encode("utf-8"))
        return path

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

    def _kept_key(self) -> bytes:
        try:
            found = (self.folder / KEY).read_bytes()
        except OSError:
            found = b""
        return found if len(found) == KEY_BYTES else secrets.token_bytes(KEY_BYTES)


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
