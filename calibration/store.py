"""Every evaluation of a calibration (or of a search) in one SQLite file, written where and when it ends.

An evaluation is one run of the model at one point with one seed. The process that ran it stores
it before it takes another, in a transaction of its own, so a kill at any moment loses only runs
that had not ended; the key (point, seed) keeps a finished one from being run again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.core.errors import InputError
from sim.core.lock import locked
from sim.scenario import Scenario
from sim.workers import run_jobs

Array = npt.NDArray[np.float64]
Progress = Callable[[int], None]
"""Called with the number of runs of a batch that are done, known ones included."""

FILE = "evaluations.sqlite"
_PATIENCE = 60.0
"""Seconds that a process waits for another that is writing."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS provenance (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS evaluations (point TEXT NOT NULL, seed INTEGER NOT NULL, "
    "stage TEXT NOT NULL, moments TEXT, failure TEXT, seconds REAL NOT NULL, "
    "PRIMARY KEY (point, seed))",
)


class Simulator(Protocol):
    """What is calibrated: it can be pickled and called with a point (p,) and a seed."""

    @property
    def scenario(self) -> Scenario: ...

    @property
    def scale(self) -> float: ...

    def __call__(self, point: Array, seed: int) -> Array:
        """Moments (m,) of one run."""
        ...


@dataclass(frozen=True)
class Evaluation:
    """One run to be made and stored."""

    simulate: Simulator
    point: tuple[float, ...]
    seed: int
    stage: str
    file: Path

    @property
    def scenario(self) -> Scenario:
        return self.simulate.scenario

    @property
    def scale(self) -> float:
        return self.simulate.scale


class Store:
    """The evaluations of one calibration in a folder, for one process (and its workers) at a time.

    A new store notes `provenance`; with `resume` an old one is opened if its provenance is the
    same, but for the keys of `free`, on which no evaluation depends. `what` names in messages what
    the evaluations are of. Raises InputError for a folder without a store, with another's, or in use.
    """

    def __init__(
        self, folder: Path, provenance: Mapping[str, Any], resume: bool, what: str = "calibration",
        free: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.file, self.what, self.free = folder / FILE, what, free
        if resume:
            begun(folder, what)
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder, what)
        try:
            with closing(_connect(self.file)) as base:
                self._note(base, dict(provenance), resume)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def evaluate(
        self,
        simulate: Simulator,
        stage: str,
        points: Array,
        seeds: npt.NDArray[np.int64],
        workers: int = 1,
        progress: Progress | None = None,
    ) -> Array:
        """Moments (n, replicates, m) at points (n, p) under seeds (n, replicates).

        Only runs that the store does not have are made. A run that failed has nan everywhere; if
        no run ever ended well, the reason of the first is raised as a RuntimeError.
        """
        wanted = [
            (tuple(map(float, point)), int(seed))
            for point, row in zip(points, seeds, strict=True)
            for seed in row
        ]
        known = self._known()
        missing = [one for one in dict.fromkeys(wanted) if (_text(one[0]), one[1]) not in known]
        have = len(wanted) - len(missing)
        jobs = [Evaluation(simulate, point, seed, stage, self.file) for point, seed in missing]
        tell = progress if progress is not None else _silent
        tell(have)
        if jobs:
            run_jobs(jobs, workers, _make, lambda done, total: tell(have + done))
            known = self._known()
        if all(moments is None for moments, _ in known.values()):
            reason = next(iter(known.values()))[1]
            raise RuntimeError(f"every run fails: {reason}")
        width = next(len(moments) for moments, _ in known.values() if moments is not None)
        found = np.full((len(wanted), width), np.nan)
        for row, (point, seed) in enumerate(wanted):
            moments = known[_text(point), seed][0]
            if moments is not None:
                found[row] = moments
        return found.reshape(len(points), -1, width)

    def table(self, parameters: Sequence[str], moments: Sequence[str]) -> pd.DataFrame:
        """Every evaluation in the order it was stored: stage, seed, point, moments, failure, seconds."""
        query = (
            "SELECT stage, seed, point, moments, failure, seconds FROM evaluations ORDER BY rowid"
        )
        with closing(_connect(self.file)) as base:
            rows = base.execute(query).fetchall()
        nothing = [None] * len(moments)
        records = [
            (stage, seed, *json.loads(point), *(json.loads(said) if said else nothing), why, took)
            for stage, seed, point, said, why, took in rows
        ]
        columns = ["stage", "seed", *parameters, *moments, "failure", "seconds"]
        return pd.DataFrame(records, columns=columns)

    def _known(self) -> dict[tuple[str, int], tuple[list[float] | None, str | None]]:
        """Moments or reason of failure by point and seed."""
        query = "SELECT point, seed, moments, failure FROM evaluations ORDER BY rowid"
        with closing(_connect(self.file)) as base:
            return {
                (point, seed): (json.loads(moments) if moments else None, failure)
                for point, seed, moments, failure in base.execute(query)
            }

    def _note(self, base: sqlite3.Connection, provenance: dict[str, Any], resume: bool) -> None:
        """Make the tables and note the provenance, or compare it."""
        with base:
            for statement in _TABLES:
                base.execute(statement)
            now = {key: json.dumps(value, sort_keys=True) for key, value in provenance.items()}
            before = dict(base.execute("SELECT key, value FROM provenance").fetchall())
            if not before:
                base.executemany("INSERT INTO provenance VALUES (?, ?)", now.items())
                return
        if not resume:
            given = f"a {self.what} begun"
            raise InputError(self.file.parent, "--out", given, "--resume or --force")
        for key in sorted((set(before) | set(now)) - set(self.free)):
            if before.get(key) != now.get(key):
                given = f"{now.get(key)} now, {before.get(key)} where it was begun"
                raise InputError(self.file, key, given, "the same, or another --out")
        with base:
            for key in self.free:
                base.execute("UPDATE provenance SET value = ? WHERE key = ?", (now[key], key))


def begun(folder: Path, what: str = "calibration") -> dict[str, Any]:
    """What the calibration in a folder was begun with; InputError where there is none."""
    file = folder / FILE
    if not file.is_file():
        allowed = f"a folder where a {what} was begun"
        raise InputError(folder, "--resume", f"no {what} there", allowed)
    try:
        with closing(_connect(file)) as base:
            rows = base.execute("SELECT key, value FROM provenance").fetchall()
    except sqlite3.DatabaseError as error:
        raise InputError(file, "--resume", str(error), "a file of evaluations") from None
    return {key: json.loads(value) for key, value in rows}


def stored(folder: Path) -> int:
    """Evaluations that a folder has; 0 where it has no store."""
    if not (folder / FILE).is_file():
        return 0
    with closing(_connect(folder / FILE)) as base:
        (count,) = base.execute("SELECT count(*) FROM evaluations").fetchone()
    return int(count)


def size_of(numbers: int) -> int:
    """Bytes on disk of an evaluation of so many numbers, point and moments: as text in the store and
    again in the table of evaluations, roughly."""
    return 100 + 2 * 20 * numbers


def _make(job: Evaluation) -> None:
    """Run one evaluation and store what came of it."""
    began = perf_counter()
    moments, failure = None, None
    try:
        found = np.asarray(job.simulate(np.asarray(job.point), job.seed), dtype=float)
        if np.isinf(found).any():
            failure = "a moment is infinite"
        elif np.isfinite(found).any():
            moments = _text(found)
        else:
            failure = "no moment is finite"
    except MemoryError:
        # The machine's trouble, not the point's: it is to be run again.
        raise
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    row = (_text(job.point), job.seed, job.stage, moments, failure, perf_counter() - began)
    with closing(_connect(job.file)) as base, base:
        base.execute("INSERT OR IGNORE INTO evaluations VALUES (?, ?, ?, ?, ?, ?)", row)


def _text(values: Sequence[float] | Array) -> str:
    """Numbers as JSON; Python writes the shortest text that reads back to the same bits."""
    return json.dumps([float(value) for value in values])


def _connect(file: Path) -> sqlite3.Connection:
    base = sqlite3.connect(file, timeout=_PATIENCE)
    try:
        # Several processes may write, and a torn write is undone by the next reader.
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
    except sqlite3.DatabaseError:
        base.close()
        raise
    return base


def _locked(folder: Path, what: str) -> sqlite3.Connection:
    """A lock on a folder that ends with the process."""
    lock = locked(folder / "evaluations.lock")
    if lock is None:
        given = f"a {what} at work there"
        raise InputError(folder, "--out", given, "another folder, or later")
    return lock


def _silent(done: int) -> None:
    return
