"""A lock on a file that ends with the process that holds it, however it ends, on every system."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def locked(file: Path, shared: bool = False) -> sqlite3.Connection | None:
    """The lock, held until it is closed; None if another holds it.

    Several may hold a `shared` one together, and then nobody an exclusive one. The lock is SQLite's
    own on an empty database: file systems on which its locks do not work do not lock here either.
    """
    lock = sqlite3.connect(file, timeout=0.5, isolation_level=None)
    try:
        lock.execute("BEGIN" if shared else "BEGIN EXCLUSIVE")
        if shared:
            # A transaction takes its lock with the first reading.
            lock.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        lock.close()
        if "locked" in str(error):
            return None
        raise OSError(f"{file}: {error}") from error
    return lock
