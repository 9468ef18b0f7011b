"""A study and works whose outcomes are known, made as those of the model are."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from experiments.cases import Case, Measured
from experiments.shards import CIRCUMSTANCES
from experiments.store import read_table


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
    work: Toy | None = field(default=None, compare=False)

    @property
    def keeper(self) -> Toy:
        return self.work or Toy()

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

    def manifest(self) -> dict:
        return {"scale": self.scale, "replicates": self.replicates, "seed": self.seed}

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
            tables["series"] = pd.DataFrame(
                {"month": months, "level": [level, level + 1, level + 2]}
            )
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


def ready(case: Case) -> None:
    """What toys need of a warm-up."""
    return


def begun(counted):
    """How often each run was begun, by point and replicate."""
    return Counter(tuple(map(int, name.split("-")[:2])) for name in os.listdir(counted))


def same(frame):
    return frame.drop(columns=list(CIRCUMSTANCES))


def whole(folder, study):
    """Is every run of a study there once, with its outcomes, and its series?"""
    runs, series = read_table(folder), read_table(folder, "series")
    assert list(zip(runs["point"], runs["replicate"], strict=True)) == [
        (point, replicate) for point in range(study.points) for replicate in range(study.replicates)
    ]
    done = runs[runs["status"] == "done"]
    assert done["level"].tolist() == done["point"].tolist()
    assert series.groupby("run").size().to_dict() == dict.fromkeys(done["run"], 3)
    return runs


@dataclass(frozen=True)
class ToyEstimate:
    """What the command line tells before it begins."""

    def text(self, lang: str) -> str:
        return "it costs nothing"


def command_line(asked: str) -> None:
    """The command line with a toy for its study; the first argument is JSON of toy and study."""
    options = json.loads(asked)
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in options.get("work", {}).items()
    }
    if "counted" in given:
        given["counted"] = Path(given["counted"])
    study = ToyStudy(*options.get("study", (20, 3)), work=Toy(**given))
    sys.modules["experiments.study"] = ModuleType("experiments.study")
    sys.modules["experiments.study"].load_study = lambda name, settings, yes: study
    sys.modules["experiments.estimate"] = ModuleType("experiments.estimate")
    sys.modules["experiments.estimate"].estimate = lambda study, workers, runs: ToyEstimate()
    from experiments import runner
    from sim import cli
    from sim.cli import batch

    runner._warm_up = ready
    for name, command in (("batch", batch.batch_command), ("merge", batch.merge_command)):
        if name not in cli.COMMANDS:
            cli.app.command(name)(command)
    cli.main(options["arguments"])


if __name__ == "__main__":
    # Workers know this module by its own name only.
    from tests.experiments import toys

    toys.command_line(sys.argv[1])
