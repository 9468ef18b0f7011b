"""What an identification study is to do, checked before the first run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from calibration import forces
from calibration.ensemble import Ensemble
from calibration.priors import Prior, priors, select
from calibration.structures import STRUCTURES
from sim.circumstances import FOLDER, POSTERIOR, Parameters, read_fit, shipped_fit
from sim.comparison import check_counts, prepared
from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.given import settings_of
from sim.scenario import Scenario

METHODS = ("morris", "sobol", "phase", "variance")
WHERE = "sensitivity"
FEWEST_MONTHS = 3
"""Months of a run that the phase diagram takes apart: its start, its middle and its end."""
LARGEST_SEED = 2**31
"""Seeds are those of populations too; SALib takes 0 for none."""


@dataclass(frozen=True)
class Plan:
    """What is studied: a scenario, its open parameters, how runs are made, and the runs to make.

    `fit` are draws of a posterior for the split of variance; without, it draws from the priors.
    """

    scenario: Scenario
    priors: tuple[Prior, ...]
    ensemble: Ensemble
    against: Scenario | None
    methods: tuple[str, ...]
    budget: int
    most: int
    forces: tuple[str, str]
    cells: int
    fit: Parameters = field(default_factory=Parameters)

    @property
    def screens(self) -> bool:
        """Whether Morris is run: asked for, or needed to choose the parameters for Sobol."""
        return "morris" in self.methods or ("sobol" in self.methods and self._sobol_open)

    @property
    def _sobol_open(self) -> bool:
        return len(self.priors) > self.most

    @property
    def trajectories(self) -> int:
        """Trajectories of Morris that the budget allows."""
        return self._rounds("morris", self.ensemble.replicates * (len(self.priors) + 1), 2)

    def base(self, parameters: int) -> int:
        """Base sample of Sobol that the budget allows, a power of two."""
        rounds = self._rounds("sobol", self.ensemble.replicates * (parameters + 2), 2)
        return 1 << (rounds.bit_length() - 1)

    @property
    def draws(self) -> int:
        """Draws of the parameters for the split of variance that the budget allows."""
        allowed = self._rounds("variance", 2 * self.ensemble.replicates * len(STRUCTURES), 2)
        return min(allowed, self.fit.count) if self.fit.count else allowed

    def _rounds(self, method: str, cost: int, least: int) -> int:
        """How many rounds of so many runs the budget pays for."""
        if self.budget < least * cost:
            allowed = (
                f"{least * cost} or more runs for {method}; or fewer --parameter, --replicates"
            )
            raise InputError(WHERE, "--budget", self.budget, allowed)
        return self.budget // cost

    def runs(self) -> int:
        """Runs of the whole plan; raises InputError if the budget is too small for a method."""
        replicates = self.ensemble.replicates
        total = 0
        if self.screens:
            total += replicates * self.trajectories * (len(self.priors) + 1)
        if "sobol" in self.methods:
            count = min(self.most, len(self.priors))
            total += replicates * self.base(count) * (count + 2)
        if "phase" in self.methods:
            total += replicates * len(forces.grid(self.forces, self.cells))
        if "variance" in self.methods:
            total += 2 * replicates * self.draws * len(STRUCTURES)
        return total

    @property
    def provinces(self) -> int:
        """Runs of the model: of a run with a twin, two."""
        phases = len(forces.grid(self.forces, self.cells)) if "phase" in self.methods else 0
        twins = self.runs() - phases * self.ensemble.replicates if self.against is not None else 0
        return self.runs() + twins

    @property
    def size(self) -> float:
        """Bytes of the tables on disk, roughly: a number stands in a CSV and in a Parquet file."""
        outputs = len(replace(self.ensemble, targets=True).names(self.against is not None))
        rows = outputs * len(self.priors) if self.screens else 0
        rows += outputs * min(self.most, len(self.priors)) if "sobol" in self.methods else 0
        return 11 * (20 + 8) * float(rows)


def planned(
    scenario: Scenario | str | Path,
    *,
    methods: Sequence[str],
    parameters: Sequence[str],
    scale: float,
    budget: int,
    replicates: int,
    seed: int,
    workers: int | None,
    until: str | None,
    settings: Iterable[str],
    against: Scenario | str | Path | None,
    most: int,
    pair: Sequence[str],
    cells: int,
    draws: str = "posterior",
) -> Plan:
    """The plan of a study; raises InputError for whatever cannot be done."""
    unknown = [name for name in methods if name not in METHODS]
    if unknown or not methods:
        raise InputError(WHERE, "--method", ",".join(methods), ", ".join((*METHODS, "all")))
    if most < 1:
        raise InputError(WHERE, "--most", most, "1 or more")
    count = check_counts(WHERE, replicates, seed, workers)
    if not 1 <= seed <= LARGEST_SEED - 2 * replicates:
        raise InputError(WHERE, "--seed", seed, f"1 to {LARGEST_SEED - 2 * replicates}")
    pairs = settings_of(settings)
    chosen = prepared(scenario, pairs, until)
    span = month_number(chosen.time.end) - month_number(chosen.time.start)
    if "phase" in methods and span < FEWEST_MONTHS - 1:
        raise InputError(
            WHERE, "--until", chosen.time.end, f"{FEWEST_MONTHS} months or more for phase"
        )
    plan = Plan(
        chosen,
        tuple(select(list(parameters)) if parameters else priors()),
        Ensemble(scale, replicates, seed, count, (chosen.time.end,)),
        prepared(against, pairs, until) if against is not None else None,
        tuple(name for name in METHODS if name in methods),
        budget,
        most,
        forces.chosen(pair),
        cells,
        _fit(draws) if "variance" in methods else Parameters(),
    )
    plan.runs()
    return plan


def _fit(draws: str) -> Parameters:
    """The posterior that is shipped, if one is, or a folder's; no draws for the priors."""
    if draws == "prior":
        return Parameters()
    if draws == POSTERIOR:
        found = shipped_fit()
    else:
        found = read_fit(Path(draws), "--draws", f"{POSTERIOR}, prior, or {FOLDER}")
    if found.count == 1:
        raise InputError(WHERE, "--draws", f"{draws}, of one draw", "two or more, or prior")
    return found
