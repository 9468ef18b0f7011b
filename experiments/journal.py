"""The journal of a chunk of runs: what was under way when a worker died.

A worker notes each run before it begins it, in a file that outlives the worker; whoever takes the
chunk next reads there which run it was. While a worker is at a chunk it holds a lock on the journal,
so that a worker thought dead and another never work on one chunk side by side.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows, where a worker is never taken for dead
    fcntl = None  # type: ignore[assignment]

from experiments.shards import storage_error

UNDER_WAY, DIED, LATE, BETWEEN = "run", "died", "late", "between"


class Journal:
    """The journal of a chunk in the hands of the worker that makes it.

    `deaths`: by run, how many workers died at it; `late`: runs that were ended for their time.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise storage_error(file.parent, error) from error
        if fcntl is not None:
            # Some file systems of clusters have no locks: then it has to do without.
            with suppress(OSError):
                fcntl.flock(self._handle, fcntl.LOCK_EX)
        lines = read_lines(file)
        self.fresh = not lines
        if lines and lines[-1][0] == UNDER_WAY:
            self._note(DIED, lines[-1][1])
            lines.append((DIED, lines[-1][1]))
        self.deaths = Counter(run for kind, run in lines if kind == DIED)
        self.late = {run for kind, run in lines if kind == LATE}

    def begin(self, run: str) -> None:
        """A run is under way from here on."""
        self._note(UNDER_WAY, run)

    def between(self) -> None:
        """No run is under way."""
        self._note(BETWEEN, "")

    def close(self, remove: bool) -> None:
        """Let go of the chunk; `remove` the journal when all of it is stored."""
        if remove:
            self.file.unlink(missing_ok=True)
        os.close(self._handle)

    def _note(self, kind: str, run: str) -> None:
        try:
            os.write(self._handle, f"{kind} {run}\n".encode())
        except OSError as error:
            raise storage_error(self.file.parent, error) from error


def read_lines(file: Path) -> list[tuple[str, str]]:
    """(kind, run) line by line; none where there is no journal."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return []
    lines = text.splitlines()
    return [(kind, run) for kind, _, run in (line.partition(" ") for line in lines)]


def note_late(file: Path, run: str) -> None:
    """Note that a run is about to be ended because it takes too long."""
    with file.open("ab") as journal:
        journal.write(f"{LATE} {run}\n".encode())


def at_work(file: Path) -> bool:
    """Does a worker hold this journal?"""
    if fcntl is None:
        return False
    try:
        handle = os.open(file, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False
