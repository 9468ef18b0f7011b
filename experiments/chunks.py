"""Making a chunk of runs, in whatever process or thread, and storing it there.

A chunk can be made again after its worker died: what is stored is not made twice, and a run at which
workers keep dying is recorded as failed, so that it cannot stop the others.
"""

from __future__ import annotations

import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, current_thread, main_thread
from time import perf_counter
from typing import Any

import pandas as pd

from experiments.cases import Case, Measured, Work
from experiments.journal import Journal
from experiments.outcomes import check_finite
from experiments.shards import (
    DONE,
    FAILED,
    RUNS,
    Row,
    detail_table,
    read_runs,
    runs_table,
    shard_name,
    storage_error,
    write_shard,
)
from sim.core.errors import InputError

CHUNK_RUNS = 30
"""Most runs of a chunk, and so of a shard: a kill loses no more than these of a worker."""
CHUNK_SECONDS = 20.0
"""After so long a worker stores what it has."""
REASON = 300
"""Most characters of a failed run's reason."""
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@dataclass(frozen=True)
class Place:
    """Where a worker stores: the batch's folder (absolute) and the origin in every file (JSON)."""

    folder: Path
    origin: bytes

    @property
    def shards(self) -> Path:
        return self.folder / "shards"

    @property
    def working(self) -> Path:
        """Journals of chunks that are being made."""
        return self.folder / "working"


@dataclass(frozen=True)
class Task:
    """A case and what its run is known by, which takes a while to work out."""

    run: str
    case: Case


@dataclass(frozen=True)
class Chunk:
    """Runs that one worker makes one after the other.

    `timeout` is in seconds a run; `retries` is how often a run is begun again after its worker died
    or ran out of memory. `session` names the parent's file that asks workers to stop.
    """

    name: str
    session: str
    tasks: tuple[Task, ...]
    work: Work
    place: Place
    timeout: float | None
    retries: int
    store_seconds: float = CHUNK_SECONDS

    @property
    def journal(self) -> Path:
        return self.place.working / f"{self.name}.journal"

    @property
    def stop(self) -> Path:
        return self.place.working / f"{self.session}.stop"


@dataclass(frozen=True)
class Made:
    """What crosses back to the parent: counts of runs, a few reasons of failure, seconds at work."""

    done: int
    failed: int
    reasons: tuple[str, ...]
    seconds: float


class OverTime(BaseException):
    """A run takes longer than it may; no `except Exception` of the work's own holds it up."""


class Stopped(BaseException):
    """This process was asked to end in the middle of a run."""


class _State:
    """Whether this process was asked to end, and whether a run of its main thread is under way."""

    stopping = Event()
    running = False


def obey_termination() -> None:
    """Let SIGTERM end the run under way, so that those before it are stored."""
    signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: Any) -> None:
    _State.stopping.set()
    if _State.running:
        raise Stopped


def make_chunk(chunk: Chunk) -> Made:
    """Make and store the runs of a chunk that are not stored yet."""
    journal = Journal(chunk.journal)
    whole = False
    try:
        shelf = _Shelf(chunk, journal.fresh)
        # Whatever ends workers comes last, when all else is stored.
        tasks = sorted(chunk.tasks, key=lambda task: task.run in journal.deaths)
        whole = _make_all(chunk, tasks, journal, shelf)
        journal.between()
        shelf.store()
    finally:
        journal.close(remove=whole)
    return shelf.made()


def _make_all(chunk: Chunk, tasks: list[Task], journal: Journal, shelf: _Shelf) -> bool:
    """False if this process or the whole batch was asked to stop."""
    for task in tasks:
        if task.run in shelf.stored:
            continue
        if _State.stopping.is_set() or chunk.stop.exists():
            return False
        deaths = journal.deaths[task.run]
        if deaths:
            journal.between()
            shelf.store()
        if task.run in journal.late:
            shelf.add(task, _failed(_too_long(chunk)), deaths + 1, float(chunk.timeout or 0.0))
            continue
        if deaths > chunk.retries:
            times = {1: "once", 2: "twice"}.get(deaths, f"{deaths} times")
            shelf.add(task, _failed(f"its worker died {times}"), deaths, 0.0)
            continue
        journal.begin(task.run)
        began = perf_counter()
        try:
            found, attempts = _attempt(chunk, task.case, deaths)
        except Stopped:
            return False
        shelf.add(task, found, attempts, perf_counter() - began)
        if shelf.age > chunk.store_seconds:
            journal.between()
            shelf.store()
    return True


Found = tuple[str, str, Measured]
"""Status, reason of failure, and what was measured."""


def _failed(reason: str) -> Found:
    return FAILED, " ".join(reason.split())[:REASON], Measured({})


def _too_long(chunk: Chunk) -> str:
    return f"it took longer than {chunk.timeout:g} s"


def _attempt(chunk: Chunk, case: Case, deaths: int) -> tuple[Found, int]:
    """What came of a run, and how often it was begun."""
    began = perf_counter()
    for attempt in range(deaths + 1, chunk.retries + 2):
        try:
            with _under_way(chunk.timeout):
                measured = _checked(chunk.work(case))
        except OverTime:
            return _failed(_too_long(chunk)), attempt
        except (MemoryError, OSError) as error:
            if isinstance(error, OSError) and error.errno in _FULL:
                raise storage_error(chunk.place.folder, error) from error
            # The machine's trouble, not the run's: it may go away.
            found = _failed(f"{type(error).__name__}: {error}")
        except InputError as error:
            return _failed(str(error)), attempt
        except (Exception, SystemExit) as error:
            return _failed(f"{type(error).__name__}: {error}"), attempt
        else:
            if chunk.timeout is not None and perf_counter() - began > chunk.timeout:
                # In a thread a run cannot be ended, only judged afterwards.
                return _failed(_too_long(chunk)), attempt
            return (DONE, "", measured), attempt
    return found, chunk.retries + 1


@contextmanager
def _under_way(timeout: float | None) -> Iterator[None]:
    """In a main thread: end what takes longer than `timeout`, and at the word of SIGTERM."""
    if current_thread() is not main_thread():
        yield
        return
    timed = timeout is not None and hasattr(signal, "setitimer")
    if timed:
        before = signal.signal(signal.SIGALRM, _over_time)
        signal.setitimer(signal.ITIMER_REAL, float(timeout or 0.0))
    _State.running = True
    try:
        yield
    finally:
        _State.running = False
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, before)


def _over_time(number: int, frame: Any) -> None:
    raise OverTime


def _checked(measured: Any) -> Measured:
    """Outcomes are numbers by name and tables are frames without a column `run`."""
    outcomes = {str(name): float(value) for name, value in measured.outcomes.items()}
    check_finite(outcomes)
    for name, frame in measured.tables.items():
        if not name.isidentifier() or name == RUNS or "run" in frame.columns:
            raise ValueError(f"table {name!r} of a run: another name, and no column `run`")
    return Measured(outcomes, measured.tables)


class _Shelf:
    """What a worker has made of a chunk and has not stored yet, and the runs that are stored."""

    def __init__(self, chunk: Chunk, fresh: bool) -> None:
        self.chunk = chunk
        self.outcomes = tuple(getattr(chunk.work, "outcomes", ()))
        self.stored: set[str] = set()
        self.part = 0
        self._rows: list[Row] = []
        self._tables: dict[str, list[tuple[str, pd.DataFrame]]] = {}
        self._made = [0, 0]
        self._reasons: list[str] = []
        self._seconds = 0.0
        self._began = perf_counter()
        self._look(fresh)

    @property
    def age(self) -> float:
        """Seconds since the last storing."""
        return perf_counter() - self._began

    def add(self, task: Task, found: Found, attempts: int, seconds: float) -> None:
        """Take a run in."""
        status, reason, measured = found
        case = task.case
        self._rows.append(
            Row(task.run, case.point, case.scenario.name, case.replicate, case.seed, status, reason,
                attempts, seconds, measured.outcomes)
        )  # fmt: skip
        for name, frame in measured.tables.items():
            self._tables.setdefault(name, []).append((task.run, frame))
        self._count(status, reason, seconds, f"point {case.point}, replicate {case.replicate}")

    def store(self) -> None:
        """Write what has been taken in, the table of runs last."""
        self._began = perf_counter()
        if not self._rows:
            return
        folder, origin = self.chunk.place.shards, self.chunk.place.origin
        for name, frames in sorted(self._tables.items()):
            path = folder / shard_name(name, self.chunk.name, self.part)
            write_shard(path, detail_table(frames), origin)
        path = folder / shard_name(RUNS, self.chunk.name, self.part)
        write_shard(path, runs_table(self._rows, self.outcomes), origin)
        self.stored.update(row.run for row in self._rows)
        self._rows, self._tables = [], {}
        self.part += 1

    def made(self) -> Made:
        """Counts of all runs of the chunk that are stored."""
        return Made(self._made[0], self._made[1], tuple(self._reasons[:3]), self._seconds)

    def _count(self, status: str, reason: str, seconds: float, where: str) -> None:
        self._made[status == FAILED] += 1
        self._seconds += seconds
        if reason:
            self._reasons.append(f"{where}: {reason}")

    def _look(self, fresh: bool) -> None:
        """What another worker stored of this chunk before it died, or all of it, if it died or was
        lost with nothing left to do: its journal is gone then, and `fresh` is this one's.
        """
        folder, name = self.chunk.place.shards, self.chunk.name
        while (path := folder / shard_name(RUNS, name, self.part)).exists():
            for row in read_runs(path).to_pylist():
                self.stored.add(row["run"])
                where = f"point {row['point']}, replicate {row['replicate']}"
                self._count(row["status"], row["reason"], row["seconds"], where)
            self.part += 1
        if fresh:
            return
        # It may have died between two tables of a part, and this part may have other runs.
        for path in folder.glob(f"*-{name}-{self.part}.parquet"):
            path.unlink()
