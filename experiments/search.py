"""Search for packages: settings of the `[search]` table, budget of runs, generations of NSGA.

Optuna's NSGA-II (Deb et al. 2002) or NSGA-III (Deb & Jain 2014) proposes generations of a fixed size
and is told the results in the order of its trials. As in `calibration.search` it keeps nothing on
disk: after a kill the same sampler is asked again, gets from the store what was evaluated before, and
goes on as if nothing had happened.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationError, field_validator, model_validator
from scipy.stats import qmc

from experiments.search_measures import BY_NAME, MEASURES
from experiments.search_store import Draws
from sim.core.errors import InputError
from sim.core.table import Array
from sim.parameters import Section
from sim.scenario_files import closest

Method = Literal["nsga2", "nsga3"]
SPREAD = 10.0
"""Distribution index of the simulated binary crossover: children stay near their parents."""
MOST_RUNS = 10_000_000


class SearchSettings(Section):
    """The `[search]` table of a study.

    `objectives` are measures of `experiments.search_measures`; `summary` is what is made of each
    over the futures: their mean, or the share of futures that meet its threshold. A measure without
    one in `thresholds` has to be as good as the document's own split in the same future. `groups` is
    "action", "instrument" or a table of instruments by group; `kept` are instruments that keep their
    money; every group has `floor` to `cap` times its own. `rules` are levers beside money, such as
    "equipment_subsidy.rate" = {low, high} or an array of values. `futures` are searched on, `check`
    are fresh ones for the check. `draws` of the parameters are of the posterior (of the prior where
    no fit is shipped), of the prior of `parameters`, or the scenario's own. `against` is the twin.
    """

    scenario: str = "document_2014"
    against: str = "no_programme"
    objectives: tuple[str, ...] = Field(
        ("targets_met", "additional_users_per_money", "employees", "city_gap"), strict=False
    )
    summary: Literal["mean", "satisficing"] = "mean"
    thresholds: dict[str, float] = {}
    groups: Literal["action", "instrument"] | dict[str, list[str]] = "action"
    kept: tuple[str, ...] | None = Field(None, strict=False)
    floor: float = Field(0.0, ge=0, le=1)
    cap: float = Field(4.0, ge=1, le=100)
    rules: dict[str, Any] = {}
    futures: int = Field(12, ge=2, le=10_000)
    check: int = Field(20, ge=2, le=10_000)
    draws: Draws = "posterior"
    parameters: tuple[str, ...] = Field(("*",), strict=False)
    method: Method = "nsga3"
    population: int = Field(24, ge=4, le=1000)

    @field_validator("objectives")
    @classmethod
    def _measures(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in BY_NAME:
                raise ValueError(f"{name}; allowed: {closest(name, list(BY_NAME))}")
        if len(set(names)) != len(names) or len(names) < 2:
            raise ValueError(f"{', '.join(names)}; allowed: two different measures or more")
        return names

    @field_validator("thresholds")
    @classmethod
    def _known(cls, given: dict[str, float]) -> dict[str, float]:
        for name in given:
            if name not in BY_NAME:
                raise ValueError(f"{name}; allowed: {closest(name, list(BY_NAME))}")
        return given

    @field_validator("rules")
    @classmethod
    def _dotted(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Keys quoted or not: `equipment_subsidy.rate = ...` is a table in a table to TOML."""
        found: dict[str, Any] = {}
        for key, value in given.items():
            inside = isinstance(value, Mapping) and not {"low", "high"} & set(value)
            found |= {f"{key}.{k}": v for k, v in value.items()} if inside else {key: value}
        return found

    @model_validator(mode="after")
    def _reachable(self) -> SearchSettings:
        missing = [name for name in self.objectives if name not in self.thresholds]
        if self.summary == "satisficing" and missing:
            # As good as the document would be met by the document always.
            raise ValueError(f"satisficing without thresholds.{missing[0]}; allowed: one for each")
        return self

    @property
    def places(self) -> list[int]:
        """Positions of the objectives among the measures."""
        return [[one.name for one in MEASURES].index(name) for name in self.objectives]

    @property
    def better(self) -> Array:
        """1 where more of an objective is better, -1 where less is, (k,)."""
        return np.array([float(BY_NAME[name].better) for name in self.objectives])


def read_settings(where: object, table: Mapping[str, Any]) -> SearchSettings:
    """Settings of a `[search]` table; raises InputError naming key, given and allowed."""
    if not isinstance(table, Mapping):
        raise InputError(where, "search", table, "a table")
    try:
        return SearchSettings.model_validate(dict(table))
    except ValidationError as error:
        first = error.errors()[0]
    path = [str(part) for part in first["loc"] if part not in ("dict[str,list[str]]",)]
    if first["type"] == "extra_forbidden":
        allowed = closest(path[-1], list(SearchSettings.model_fields))
    elif first["type"] == "value_error":
        given, _, allowed = first["msg"].removeprefix("Value error, ").partition("; allowed: ")
        raise InputError(where, ".".join(["search", *path]), given, allowed) from None
    elif path[0] == "groups":
        path, allowed = path[:1], "action, instrument, or a table of arrays of instruments"
    else:
        message = first["msg"].removeprefix("Input should be ")
        allowed = message[0].lower() + message[1:]
    given = first["input"]
    shown = given if isinstance(given, str | int | float | bool) else "a table or an array"
    raise InputError(where, "search." + ".".join(path), shown, allowed)


@dataclass(frozen=True)
class Plan:
    """How a budget of runs is spent: the twin, generations, the check with fresh futures.

    Checked are the twin, the document's split, the best of each objective and the balanced package.
    """

    budget: int
    futures: int
    check: int
    population: int
    objectives: int

    @staticmethod
    def of(settings: SearchSettings, budget: int) -> Plan:
        """The plan of settings; InputError where the budget is too small for it."""
        plan = Plan(
            budget, settings.futures, settings.check, settings.population, len(settings.objectives)
        )
        least = plan.aside + plan.population * plan.futures
        if not least <= budget <= MOST_RUNS:
            allowed = f"{least} (one generation of {plan.population}) to {MOST_RUNS} runs"
            raise InputError("optimise", "--budget", budget, allowed)
        return plan

    @property
    def aside(self) -> int:
        """Runs beside the generations, at most."""
        return self.futures + (self.objectives + 3) * self.check

    @property
    def generations(self) -> int:
        """Whole generations that the budget holds, the first with the document's split."""
        return (self.budget - self.aside) // (self.population * self.futures)

    @property
    def runs(self) -> int:
        """Runs in all, at most: packages that come up twice are not run twice."""
        return self.aside + self.generations * self.population * self.futures


@dataclass(frozen=True)
class Explored:
    """Points (n, p) in the order proposed, their values (n, k), nan if failed, generation (n,)."""

    points: Array
    values: Array
    generation: npt.NDArray[np.int64]


def explore(
    evaluate: Callable[[Array], Array],
    start: Array,
    better: Array,
    population: int,
    generations: int,
    method: Method = "nsga3",
    seed: int = 1,
    told: Callable[[Array, int], None] | None = None,
) -> Explored:
    """Search the unit cube for the Pareto front of `evaluate`: values (n, k) of points (n, p).

    The first generation is `start` (p,) and a Latin hypercube, so that what was there before can
    only be improved on. `told` is called with all values so far and the number of generations.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    width = len(start)
    names = [f"x{place:03d}" for place in range(width)]
    space: dict[str, Any] = {
        name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in names
    }
    points, values = np.empty((0, width)), np.empty((0, len(better)))
    with warnings.catch_warnings():
        # Which of its features are experimental is optuna's affair; the version is pinned.
        warnings.simplefilter("ignore")
        study = optuna.create_study(
            sampler=_sampler(method, population, seed),
            directions=["maximize" if one > 0 else "minimize" for one in better],
        )
        design = qmc.LatinHypercube(width, seed=seed).random(population - 1)
        for row in np.concatenate([start[None], design]):
            study.enqueue_trial(dict(zip(names, map(float, row), strict=True)))
        for generation in range(generations):
            trials = [study.ask(space) for _ in range(population)]
            batch = np.array([[trial.params[name] for name in names] for trial in trials])
            found = evaluate(batch)
            for trial, row in zip(trials, found, strict=True):
                if np.isfinite(row).all():
                    study.tell(trial, [float(value) for value in row])
                else:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
            points, values = np.concatenate([points, batch]), np.concatenate([values, found])
            if told is not None:
                told(values, generation + 1)
    return Explored(points, values, np.repeat(np.arange(generations), population))


def _sampler(method: Method, population: int, seed: int) -> Any:
    import optuna

    kind = {"nsga2": optuna.samplers.NSGAIISampler, "nsga3": optuna.samplers.NSGAIIISampler}
    crossover = optuna.samplers.nsgaii.SBXCrossover(eta=SPREAD)
    return kind[method](population_size=population, crossover=crossover, seed=seed)
