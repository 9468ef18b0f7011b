"""Many runs of many scenarios on common random numbers, each reduced to a row of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.evaluation import REASON, Failure
from calibration.runs import Run, simulate
from calibration.targets import moments, targets
from sim.core.errors import InputError
from sim.scenario import Scenario
from sim.workers import Progress, run_jobs

Floats = NDArray[np.float64]
HEADLINE = (
    "two_integration_index", "adoption_automation", "adoption_erp",
    "numerical_control_rate_key_firms", "labour_productivity", "employees",
)  # fmt: skip
"""Outputs of the province that every analysis looks at."""
ADDITIONAL = "additional_machine_users"
"""Above-scale firms that use machines for labour, beyond those of the scenario compared with."""


@dataclass(frozen=True)
class Trial:
    """One run and what is kept of it; with `against`, its twin too."""

    scenario: Scenario
    scale: float
    seed: int
    months: tuple[str, ...]
    targets: bool
    against: Scenario | None


@dataclass(frozen=True)
class Ensemble:
    """How runs are made and what is kept.

    Replicate r of every scenario has seed `seed` + r and a population of that seed, so that chance
    holds that of the synthetic population too. `months` (YYYY-MM) are those at whose end the headline
    outputs are read; with `targets` what the model says of every target is kept too.
    """

    scale: float
    replicates: int
    seed: int
    workers: int
    months: tuple[str, ...]
    targets: bool = False

    def run(
        self,
        scenarios: Sequence[Scenario],
        against: Sequence[Scenario] | None = None,
        progress: Progress | None = None,
        failures: list[Failure] | None = None,
    ) -> Floats:
        """Figures of every scenario, (scenarios, replicates, figures) in the order of `names`.

        `against`: for each scenario the one that additional users are counted against. A run that
        fails is nan throughout, and `failures` takes its place and reason; RuntimeError with the
        reason if all do.
        """
        trials = [
            Trial(
                one, self.scale, self.seed + replicate, self.months,
                self.targets, against[place] if against is not None else None,
            )
            for place, one in enumerate(scenarios)
            for replicate in range(self.replicates)
        ]  # fmt: skip
        rows = run_jobs(trials, self.workers, attempt, progress)
        reasons = {place: one for place, one in enumerate(rows) if isinstance(one, str)}
        if rows and len(reasons) == len(rows):
            raise RuntimeError(f"every run fails: {reasons[0]}")
        if failures is not None:
            failures += [
                Failure(*divmod(place, self.replicates), one) for place, one in reasons.items()
            ]
        width = next(len(one) for one in rows if not isinstance(one, str))
        table = [[np.nan] * width if isinstance(one, str) else one for one in rows]
        return np.array(table).reshape(len(scenarios), self.replicates, -1)

    def names(self, against: bool = False) -> list[str]:
        """Names of the figures: of one month the outputs' own, of several with @month behind."""
        marks = [f"@{month}" for month in self.months] if len(self.months) > 1 else [""]
        found = [name + mark for mark in marks for name in HEADLINE]
        if self.targets:
            found += [one.name for one in targets()]
        return [*found, ADDITIONAL] if against else found


def attempt(trial: Trial) -> list[float] | str:
    """The figures of a trial, or why there are none."""
    try:
        return figures(trial)
    except (InputError, MemoryError):
        # The user's mistake, and the machine's trouble, are not the run's.
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:REASON]


def figures(trial: Trial) -> list[float]:
    """Run a trial and its twin, and read off what is kept.

    Raises ArithmeticError where an output is not finite; a target may be missing.
    """
    run = _simulated(trial, trial.scenario)
    province = run.results.province.set_index("month")
    found = {
        f"{name}@{month}": float(province.loc[month, name])
        for month in trial.months
        for name in HEADLINE
    }
    told = moments(run) if trial.targets else {}
    if trial.against is not None:
        twin = _simulated(trial, trial.against)
        found[ADDITIONAL] = _machine_users(run) - _machine_users(twin)
    wrong = [name for name, value in found.items() if not np.isfinite(value)]
    wrong += [name for name, value in told.items() if np.isinf(value)]
    if wrong:
        raise ArithmeticError(f"not finite: {', '.join(wrong)}")
    users = [found.pop(ADDITIONAL)] if ADDITIONAL in found else []
    return [*found.values(), *told.values(), *users]


def _simulated(trial: Trial, scenario: Scenario) -> Run:
    population = scenario.population.model_copy(update={"seed": trial.seed, "count": 1})
    own = scenario.model_copy(update={"population": population})
    return simulate(own, trial.scale, trial.seed)


def _machine_users(run: Run) -> float:
    last = run.results.province.iloc[-1]
    return float(last["adoption_automation"] * last["firms"])
