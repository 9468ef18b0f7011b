"""Many runs of many scenarios on common random numbers, each reduced to a row of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    ) -> Floats:
        """Figures of every scenario, (scenarios, replicates, figures) in the order of `names`.

        `against`: for each scenario the one that additional users are counted against.
        """
        trials = [
            Trial(
                one, self.scale, self.seed + replicate, self.months,
                self.targets, against[place] if against is not None else None,
            )
            for place, one in enumerate(scenarios)
            for replicate in range(self.replicates)
        ]  # fmt: skip
        rows = run_jobs(trials, self.workers, figures, progress)
        return np.array(rows).reshape(len(scenarios), self.replicates, -1)

    def names(self, against: bool = False) -> list[str]:
        """Names of the figures: of one month the outputs' own, of several with @month behind."""
        marks = [f"@{month}" for month in self.months] if len(self.months) > 1 else [""]
        found = [name + mark for mark in marks for name in HEADLINE]
        if self.targets:
            found += [one.name for one in targets()]
        return [*found, ADDITIONAL] if against else found


def figures(trial: Trial) -> list[float]:
    """Run a trial and its twin, and read off what is kept."""
    run = _simulated(trial, trial.scenario)
    province = run.results.province.set_index("month")
    found = [float(province.loc[month, name]) for month in trial.months for name in HEADLINE]
    if trial.targets:
        told = moments(run)
        found += [told[one.name] for one in targets()]
    if trial.against is not None:
        twin = _simulated(trial, trial.against)
        found.append(_machine_users(run) - _machine_users(twin))
    return found


def _simulated(trial: Trial, scenario: Scenario) -> Run:
    population = scenario.population.model_copy(update={"seed": trial.seed, "count": 1})
    own = scenario.model_copy(update={"population": population})
    try:
        return simulate(own, trial.scale, trial.seed)
    except InputError:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise RuntimeError(f"{scenario.name} {own.hash}, seed {trial.seed}: {what}") from error


def _machine_users(run: Run) -> float:
    last = run.results.province.iloc[-1]
    return float(last["adoption_automation"] * last["firms"])
