"""One run with what the observed moments are read off: series, projects, firms at a few dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.circumstances import CENTRAL
from sim.core.table import Array
from sim.model import Province
from sim.results import Results
from sim.scenario import Scenario

SNAPSHOTS = ("2012-05", "2013-05", "2013-12")
"""Ends of months at which the firms are kept: the year up to the survey of May 2013, and 2013."""
COLUMNS = (
    "uid", "alive", "tier", "sector", "weight", "skilled", "unskilled", "productivity",
    "automation", "output", "wage_premium",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A finished run.

    `projects` are the columns of the book of projects (n,) with the `tier` of each firm;
    `snapshots` the columns of `firms` (rows,) by month. By sector (S,): `saving` share of staff that
    full automation saves, `energy_share` of output. `machine` holds what a machine project costs
    and brings: fixed, scaled (10k CNY, a worker displaced), cell (workers), step, gain, energy.
    `prices` (months,) are consumer prices, mean 1 in 2013; `start` the month number of the first;
    `cities` English names.
    """

    results: Results
    start: int
    cities: tuple[str, ...]
    projects: Mapping[str, Array]
    snapshots: Mapping[str, Mapping[str, Array]]
    saving: Array
    energy_share: Array
    machine: Mapping[str, float]
    prices: Array

    def months(self, year: int) -> slice | None:
        """Positions of a year's twelve months, None where the run does not cover them all."""
        first = year * 12 - self.start
        whole = first >= 0 and first + 12 <= len(self.results.province)
        return slice(first, first + 12) if whole else None


def simulate(scenario: Scenario, scale: float, seed: int) -> Run:
    """Run a scenario, which has its parameters and its population, to its end."""
    province = Province(scenario, scale=scale, seed=seed, parameters=CENTRAL)
    snapshots: dict[str, Mapping[str, Array]] = {}
    while not province.clock.finished:
        month = province.clock.name
        province.step()
        if month in SNAPSHOTS:
            snapshots[month] = _columns(province.tables["firms"])
    return of(province, snapshots)


def of(province: Province, snapshots: Mapping[str, Mapping[str, Array]]) -> Run:
    """What is kept of a province that has run."""
    context, firms = province.context, province.tables["firms"]
    book, tech = context.projects.columns(), context.technologies.numbers
    return Run(
        results=province.results(),
        start=context.clock.start,
        cities=province.labels.cities,
        projects={**book, "tier": np.asarray(firms.tier)[book["row"]]},
        snapshots=snapshots,
        saving=context.world.automation_saving,
        energy_share=context.world.energy_share,
        machine={
            "fixed": float(tech.fixed_cost[0]),
            "scaled": float(tech.scaled_cost[0]),
            "cell": float(tech.size_reference[0]),
            "step": float(tech.step[0]),
            "gain": float(tech.gain[0]),
            "energy": float(tech.energy_saving[0]),
        },
        prices=context.paths["consumer_price"],
    )


def _columns(firms: Any) -> dict[str, Array]:
    return {name: np.array(firms[name]) for name in COLUMNS}
