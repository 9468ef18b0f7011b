"""What outlives a server that is killed: one file a workshop, and the key that cookies are signed by.

A file is written whole or not at all, and only its owner may read it: team words stand in it. The
key is kept once there is a workshop to come back to; a page that is merely looked at leaves nothing.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
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
_WORK = re.compile(r"\.([A-Z]{1,20}\.json|key)-[0-9a-f]{12}")
"""What a file is called until it is whole; see `_put`."""
LONGEST_WRITE = 3600.0
"""Seconds after which such a file is a killed server's, also where no lock says so."""

log = logging.getLogger("lianghua.view")


class Records:
    """The files of one server in `folder`, which need not exist yet. Safe from any thread, but for
    one record from several at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._preparing = Lock()
        self._claimed = False
        self._key = self._kept_key() or secrets.token_bytes(KEY_BYTES)

    @property
    def key(self) -> bytes:
        """The secret that signs this server's cookies: that of the folder, or a new one."""
        return self._key

    def write(self, name: str, content: str) -> Path:
        """Keep the record of a workshop, in place of the one before.

        Raises OSError; BlockingIOError where another server has the folder, or had it first.
        """
        path = self.path(name)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.claim()
        with self._preparing:
            there = self._kept_key()
            if there is None:
                _put(self.folder / KEY, self._key)
            elif there != self._key:
                # Another server's, that had the folder first and has ended: its records are of use
                # with its key alone.
                raise BlockingIOError(errno.EAGAIN, "the folder has another server's key")
        _put(path, content.encode("utf-8"))
        return path

    def claim(self) -> None:
        """Have the folder, if there is one, to itself while this process lives, however it ends,
        and clear away what a killed server had not finished writing.

        Raises BlockingIOError when another server has it: two would overwrite each other's records.
        Where files cannot be locked, as in some network folders, the log says so.
        """
        with self._preparing:
            if self._claimed or not self.folder.is_dir():
                return
            locked = self._lock()
            self._claimed = True
            self._sweep(0.0 if locked else LONGEST_WRITE)

    def read(self, since: float = 0.0, largest: int | None = None) -> dict[str, bytes]:
        """Every record that can be read and was written `since` then (seconds since 1970), by name;
        the log says which cannot, or is larger than `largest` bytes."""
        found = {}
        for path in self._paths():
            try:
                about = path.stat()
                if about.st_mtime < since:
                    continue
                if not stat.S_ISREG(about.st_mode):  # a pipe would be waited for
                    raise OSError(errno.EINVAL, "no file")
                if largest is not None and about.st_size > largest:
                    raise OSError(errno.EFBIG, f"{about.st_size:,} bytes")
                found[path.stem] = path.read_bytes()
            except OSError as error:
                log.error("the record of workshop %s cannot be read: %s", path.stem, error)
        return found

    def older(self, moment: float) -> list[str]:
        """Names of records that were last written before a moment (seconds since 1970)."""
        found = []
        for path in self._paths():
            with suppress(OSError):
                if path.stat().st_mtime < moment:
                    found.append(path.stem)
        return found

    def remove(self, name: str) -> None:
        """Forget a record, for certain; raises OSError."""
        try:
            self.path(name).unlink()
        except (FileNotFoundError, NotADirectoryError):
            return
        _settle(self.folder)

    def path(self, name: str) -> Path:
        """Where a workshop's record is kept; `name` is its code."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"no code of a workshop: {name!r}")
        return self.folder / f"{name}{SUFFIX}"

    def _paths(self) -> Iterator[Path]:
        return (one for one in sorted(self.folder.glob(f"*{SUFFIX}")) if _NAME.fullmatch(one.stem))

    def _lock(self) -> bool:
        """Lock the folder; False where that cannot be done."""
        if fcntl is None:
            return False
        lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # children do not inherit it
        except OSError as error:
            os.close(lock)
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise BlockingIOError(error.errno, "another server uses this folder") from None
            log.warning(
                "%s cannot be locked (%s): let no other server use it", self.folder, error.strerror
            )
            return False
        finalize(self, os.close, lock)
        return True

    def _sweep(self, age: float) -> None:
        """Remove what was begun more than `age` seconds ago and never finished: words stand in it."""
        for path in self.folder.glob(".*-*"):
            with suppress(OSError):
                if _WORK.fullmatch(path.name) and time.time() - path.stat().st_mtime >= age:
                    path.unlink()

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
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Have a folder's list of files on the disk, where a folder can be written by itself."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(opened)
