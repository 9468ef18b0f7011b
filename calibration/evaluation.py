"""Moments of the model at points of parameter space, under common random numbers.

Replicate r of every point has the same seed and the same population, so that what differs between
points is due to the parameters. Runs are spread over worker processes; the result is the same
whatever their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.priors import Prior, overrides
from calibration.runs import simulate
from calibration.targets import Target, moments, targets
from sim.core.errors import InputError
from sim.core.table import Array
from sim.indices.targets import LAST_OUTCOME
from sim.scenario import Scenario
from sim.scenario_files import merge
from sim.seeds import as_seed
from sim.workers import Progress, cores, run_jobs

REASON = 300
"""Longest reason of a failure that is kept, characters."""


@dataclass(frozen=True)
class Setting:
    """What every point is evaluated with.

    `scenario` is what happened: the 2014 programme. Runs end with December of `last_year`; moments
    are those of observations up to that year. Replicate r has seed `first_seed + r`; it has
    population `first_seed + r` too unless `one_population`.
    """

    scenario: str = "document_2014"
    scale: float = 0.05
    replicates: int = 4
    first_seed: int = 1
    last_year: int = LAST_OUTCOME
    one_population: bool = False

    def __post_init__(self) -> None:
        if self.replicates < 1:
            raise InputError("setting", "replicates", self.replicates, "1 or more")
        if not 2012 <= self.last_year <= LAST_OUTCOME:
            raise InputError("setting", "last_year", self.last_year, f"2012 to {LAST_OUTCOME}")
        as_seed(self.first_seed, self.replicates)

    @property
    def targets(self) -> list[Target]:
        """The observed moments that runs of this setting are read for, in the order of columns."""
        return targets(self.last_year)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the moments, in the order of columns."""
        return tuple(one.name for one in self.targets)

    def base(self) -> Scenario:
        """The scenario without a point's parameters."""
        return Scenario.load(self.scenario, [f'time.end="{self.last_year}-12"'])


@dataclass(frozen=True)
class Failure:
    """A run that gave no moments."""

    point: int
    replicate: int
    reason: str


@dataclass(frozen=True)
class PointJob:
    """One replicate of one point; `changes` are nested tables merged into the scenario."""

    scenario: Scenario
    scale: float
    seed: int
    population: int
    changes: dict[str, Any]
    until: int


def run_point(job: PointJob) -> Array | str:
    """Moments of a run (m,), or why there are none."""
    try:
        changes = merge(job.changes, {"population": {"seed": job.population, "count": 1}})
        content = merge(job.scenario.model_dump(mode="json"), changes)
        scenario = Scenario.from_dict(content, job.scenario.name)
        asked = targets(job.until)
        run = simulate(scenario, job.scale, job.seed)
        return np.array(list(moments(run, asked).values()))
    except Exception as error:
        # One impossible point must not end a search of thousands.
        return f"{type(error).__name__}: {error}"[:REASON]


def evaluate(
    points: Array,
    priors: Sequence[Prior],
    setting: Setting | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    failures: list[Failure] | None = None,
) -> Array:
    """Moments (n, replicates, m) of points (n, p) whose columns are `priors`.

    Columns are `setting.names`. A run that fails is NaN throughout; a moment that a run cannot say
    is NaN too. `failures` takes what failed, in the order of points and replicates. `workers` 1 runs
    in this process, None uses every core. InputError for points that do not fit the priors.
    """
    setting = setting or Setting()
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != len(priors):
        raise InputError("points", "shape", str(points.shape), f"(n, {len(priors)})")
    if not np.isfinite(points).all():
        raise InputError("points", "", "a value that is no number", "finite numbers")
    base = setting.base()
    seeds = range(setting.first_seed, setting.first_seed + setting.replicates)
    jobs = [
        PointJob(
            base, setting.scale, seed, setting.first_seed if setting.one_population else seed,
            overrides(priors, row), setting.last_year,
        )
        for row in points
        for seed in seeds
    ]  # fmt: skip
    found = np.full((len(jobs), len(setting.names)), np.nan)
    if not jobs:
        return found.reshape(0, setting.replicates, len(setting.names))
    done = run_jobs(jobs, workers if workers is not None else cores(), run_point, progress)
    for place, one in enumerate(done):
        if not isinstance(one, str):
            found[place] = one
        elif failures is not None:
            failures.append(Failure(*divmod(place, setting.replicates), one))
    return found.reshape(len(points), setting.replicates, len(setting.names))
