"""A study and works whose outcomes are known, made as those of the model are."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.cases import Case, Measured


@dataclass(frozen=True)
class Plain:
    """Stands for a scenario: what a case needs of one."""

    name: str
    level: float

    @property
    def hash(self) -> str:
        return hashlib.sha256(repr(self.level).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class ToyStudy:
    """Points with levels 0, 1, 2 ...; `levels` gives them otherwise."""

    points: int = 20
    replicates: int = 3
    levels: tuple[float, ...] = ()
    name: str = "toy"
    seed: int = 5
    scale: float = 0.01
    drawn: list[int] = field(default_factory=list, compare=False)
    outcomes: tuple[str, ...] = ("level", "noise")
    tier: str = "outcomes"

    @property
    def text(self) -> str:
        return f'name = "{self.name}"  # 两化\n'

    @property
    def hash(self) -> str:
        said = json.dumps([self.points, self.replicates, self.levels, self.seed])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def runs(self) -> int:
        return self.points * self.replicates

    def design(self) -> pd.DataFrame:
        levels = [self._level(point) for point in range(self.points)]
        return pd.DataFrame({"point": range(self.points), "scenario": "toy", "level": levels})

    def cases(self, points=None):
        for point in range(self.points) if points is None else points:
            self.drawn.append(point)
            for replicate in range(self.replicates):
                scenario = Plain(f"toy_{point}", self._level(point))
                yield Case(point, replicate, self.seed + replicate, self.scale, scenario)

    def _level(self, point: int) -> float:
        return self.levels[point] if self.levels else float(point)


@dataclass(frozen=True)
class Toy:
    """Outcomes `level` and `noise`, and a table `series` of three months.

    `counted` is a folder that gets a file for each run begun. Runs of points in `killers` end their
    process as kill -9 does, those in `once` only the first time, in `raisers` raise, in `hangers` sleep
    for ever, in `deaf` too and with no ear for signals.
    """

    counted: Path | None = None
    seconds: float = 0.0
    killers: tuple[int, ...] = ()
    once: tuple[int, ...] = ()
    raisers: tuple[int, ...] = ()
    hangers: tuple[int, ...] = ()
    deaf: tuple[int, ...] = ()
    series: bool = True
    outcomes: tuple[str, ...] = ("level", "noise")

    def __call__(self, case: Case) -> Measured:
        first = True
        if self.counted is not None:
            first = not list(self.counted.glob(f"{case.point}-{case.replicate}-*"))
            mark = f"{case.point}-{case.replicate}-{os.getpid()}-{time.monotonic_ns()}"
            (self.counted / mark).touch()
        if case.point in self.killers or (case.point in self.once and first):
            os.kill(os.getpid(), signal.SIGKILL)
        if case.point in self.raisers:
            raise ValueError(f"no level at\npoint {case.point}")
        if case.point in self.deaf:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        if case.point in self.hangers + self.deaf:
            time.sleep(600.0)
        time.sleep(self.seconds)
        level = case.scenario.level
        noise = float(np.random.default_rng(case.seed).standard_normal())
        tables = {}
        if self.series:
            months = ["2012-01", "2012-02", "2012-03"]
            tables["series"] = pd.DataFrame({"month": months, "level": [level, level + 1, level + 2]})
        return Measured({"level": level, "noise": noise + level}, tables)


@dataclass(frozen=True)
class Busy:
    """Keeps a core busy for some seconds of its own time."""

    seconds: float

    def __call__(self, case: Case) -> Measured:
        until, count = time.thread_time() + self.seconds, 0
        while time.thread_time() < until:
            count += sum(range(1000)) % 7
        return Measured({"count": float(count)})


@dataclass(frozen=True)
class Sized:
    """Remembers the parent's memory, told by the parent itself in `/proc`."""

    parent: int

    def __call__(self, case: Case) -> Measured:
        pages = int(Path(f"/proc/{self.parent}/statm").read_text().split()[1])
        return Measured({"memory": float(pages)})


if __name__ == "__main__":
    # Workers know this module by its own name only.
    from experiments import runner
    from tests.experiments import toys

    asked = json.loads(sys.argv[1])
    options = {name: tuple(value) if isinstance(value, list) else value
               for name, value in asked.pop("work", {}).items()}  # fmt: skip
    if "counted" in options:
        options["counted"] = Path(options["counted"])
    study = toys.ToyStudy(*asked.pop("study", (20, 3)))
    summary = runner.run_study(study, Path(asked.pop("out")), work=toys.Toy(**options), **asked)
    print(summary.done, summary.failed, summary.known)
