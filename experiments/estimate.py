"""What a study will cost, told before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from time import perf_counter

import pandas as pd

from experiments.study import Study
from sim.workers import cores, warm_up

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
    """Measure a warm run of the first case, up to `patience` seconds of it, and multiply.

    `runs` are those of a share; all of the study's unless given.
    """
    case = next(study.cases())
    warm_up(case.scenario, case.scale)
    began = perf_counter()
    province = case.province()
    ready = perf_counter()
    province.step()
    while not province.clock.finished and perf_counter() - ready < patience:
        province.step()
    share = province.clock.months / province.clock.month
    months = (perf_counter() - ready) * share
    results = province.results()
    ended = perf_counter()
    kept = study.keeper.measure(results)
    seconds = (ready - began) + months + (perf_counter() - ended)
    tables = sum(_bytes(frame) for frame in kept.tables.values()) * share
    size = ROW + 8 * len(kept.outcomes) + tables
    count = cores() if workers is None else workers
    asked = study.runs if runs is None else runs
    return Estimate(asked, seconds, count, round(asked * size))


def _bytes(frame: pd.DataFrame) -> int:
    """Bytes of a table as Parquet."""
    into = BytesIO()
    frame.to_parquet(into, index=False)
    return into.tell()
