"""What long work will cost, told before it begins: runs, minutes, bytes on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import pandas as pd

from sim.circumstances import CENTRAL
from sim.scenario import Scenario
from sim.workers import cores, warm_up

if TYPE_CHECKING:
    from experiments.study import Study
    from sim.model import Province
    from sim.results import Results

PATIENCE = 5.0
"""Seconds of the trial run after which the months that are left are reckoned from those before."""
ROW = 200
"""Bytes of a run's row in the table of runs without its outcomes, roughly."""


@dataclass(frozen=True)
class Estimate:
    """Runs, seconds a run, minutes with so many workers, and bytes on disk."""

    runs: int
    seconds: float
    workers: int
    bytes: int

    @property
    def minutes(self) -> float:
        """Minutes if every worker has a core of its own."""
        return self.runs * self.seconds / min(self.workers, max(self.runs, 1)) / 60.0

    def text(self, lang: str = "en") -> str:
        """The estimate in a sentence."""
        size = f"{self.bytes / 1e6:,.1f} MB"
        if lang == "zh":
            return (
                f"共{self.runs:,}次运行,每次约{self.seconds:.2f}秒;{self.workers}个进程约需"
                f"{self.minutes:,.1f}分钟,占用磁盘约{size}"
            )
        return (
            f"{self.runs:,} runs of about {self.seconds:.2f} s: about {self.minutes:,.1f} minutes "
            f"with {self.workers} worker{'s' if self.workers > 1 else ''}, about {size} on disk"
        )


def estimate(
    study: Study, workers: int | None = None, patience: float = PATIENCE, runs: int | None = None
) -> Estimate:
    """What a study costs, from a trial of its first case; see `_trial`.

    `runs` are those of a share; all of the study's unless given.
    """
    case = next(study.cases())
    seconds, share, results = _trial(case.scenario, case.scale, case.province, patience)
    ended = perf_counter()
    kept = study.keeper.measure(results)
    seconds += perf_counter() - ended
    tables = sum(_bytes(frame) for frame in kept.tables.values()) * share
    size = ROW + 8 * len(kept.outcomes) + tables
    count = cores() if workers is None else workers
    asked = study.runs if runs is None else runs
    return Estimate(asked, seconds, count, round(asked * size))


def estimate_runs(
    scenario: Scenario, scale: float, seed: int, runs: int, workers: int, size: float,
    patience: float = PATIENCE,
) -> Estimate:  # fmt: skip
    """What so many runs like one of a scenario cost that leave `size` bytes in all; see `_trial`."""
    from sim.model import Province

    def make() -> Province:
        return Province(scenario, scale=scale, seed=seed, parameters=CENTRAL)

    seconds, _, _ = _trial(scenario, scale, make, patience)
    return Estimate(runs, seconds, workers, round(size))


def _trial(
    scenario: Scenario, scale: float, make: Callable[[], Province], patience: float
) -> tuple[float, float, Results]:
    """Seconds of a warm run of which up to `patience` seconds are made, what its months are to be
    multiplied by to be all, and its results so far."""
    warm_up(scenario, scale)
    began = perf_counter()
    province = make()
    ready = perf_counter()
    taken: list[float] = []
    while not province.clock.finished and (not taken or perf_counter() - ready < patience):
        before = perf_counter()
        province.step()
        taken.append(perf_counter() - before)
    # Months are much alike but for the few in which a rule is first met and compiled.
    months = median(taken) * province.clock.months
    return ready - began + months, province.clock.months / len(taken), province.results()


def _bytes(frame: pd.DataFrame) -> int:
    """Bytes of a table as Parquet."""
    into = BytesIO()
    frame.to_parquet(into, index=False)
    return into.tell()
