"""One month as the outputs see it: sums over firms by group, cities, providers and measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from sim.core.bits import COUNTS, among
from sim.core.kernels import njit
from sim.core.sums import pairwise
from sim.core.table import Array
from sim.processes.context import Context
from sim.processes.indicators import POSITION
from sim.world.measures import Measures
from sim.world.tables import ABOVE_SCALE, PROVIDER_KINDS, TIERS

ALL_TIERS = tuple(range(len(TIERS)))
ABOVE = ALL_TIERS[:ABOVE_SCALE]
BELOW = ALL_TIERS[ABOVE_SCALE:]
KEY = (0,)
"""Tiers by number: all, above-scale industry, below it, backbone firms."""

GROUPS = (ABOVE, BELOW, KEY, ALL_TIERS)
"""Groups of tiers that figures are of, in the order of `Month.sums`."""
_GROUP = {group: place for place, group in enumerate(GROUPS)}
_LIMITS = np.array([[group[0], group[-1] + 1] for group in GROUPS])


class Month:
    """Figures of the month that has just been simulated (nothing here changes the world)."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.cube: Array = context.measures["cube"]
        self.cities: Any = context.tables["cities"]
        self.providers: Any = context.tables["providers"]
        self.measures: Measures = context.world.measures
        cities, sectors, tiers, variables = self.cube.shape
        self._sums = {
            "province": np.zeros((1, len(GROUPS), variables)),
            "cities": np.zeros((cities, len(GROUPS), variables)),
            "sectors": np.zeros((sectors, len(GROUPS), variables)),
            "tiers": np.zeros((tiers, 1, variables)),
        }
        _sum_groups(self.cube, _LIMITS, *self._sums.values())
        self._kept: dict[Any, Any] = {}
        self._values: dict[str, dict[str, Any]] = defaultdict(dict)

    @property
    def number(self) -> int:
        """Position of the month in the exogenous paths."""
        return self.context.clock.month

    def path(self, name: str) -> float:
        """This month's value of an exogenous path."""
        return float(self.context.paths[name][self.number])

    def anchor(self, name: str, value: Callable[[], Any]) -> Any:
        """`value()` as it was when this was first asked for: the start of the run."""
        key, kept = f"start {name}", self.context.measures
        if key not in kept:
            kept[key] = value()
        return kept[key]

    def sums(self, table: str) -> Array:
        """Sums of every variable of the cube, (rows of the table, groups of tiers, variables).

        Groups are those of `GROUPS`; in the table of tiers each row is a tier, in one group.
        """
        return self._sums[table]

    def sum(self, table: str, name: str) -> Any:
        """Sum of a variable of the cube by the table's rows.

        Of above-scale industry as in official statistics, but of each tier in the table of tiers.
        """
        return self.part(table, name)

    def part(self, table: str, name: str, tiers: tuple[int, ...] = ABOVE, weights: str = "") -> Any:
        """Sum of a variable over a group of tiers, by the table's rows.

        `weights` by sector are those that `chosen` knows by name.
        """
        if weights:
            cities = self._weighted(name, tiers, weights)
            return cities.sum() if table == "province" else cities
        sums, group, variable = self._sums[table], _GROUP[tiers], POSITION[name]
        return sums[0, group, variable] if table == "province" else sums[:, group, variable]

    def _weighted(self, name: str, tiers: tuple[int, ...], weights: str) -> Array:
        key = (name, tiers, weights)
        if key not in self._kept:
            self._kept[key] = _weigh(
                self.cube, tiers[0], tiers[-1] + 1, POSITION[name], self.chosen(weights)
            )
        found: Array = self._kept[key]
        return found

    def by_sector(self, table: str, name: str) -> Array:
        """Sum of a variable of above-scale industry by sector: (S,) for the province, else (C, S)."""
        if table == "province":
            return self.sums("sectors")[:, 0, POSITION[name]]
        first, *others = (self.cube[:, :, tier, POSITION[name]] for tier in ABOVE)
        return sum(others, start=first)

    def once(self, figure: Callable[[Month], Array]) -> Array:
        """A figure that several outputs need, computed once a month."""
        if figure not in self._kept:
            self._kept[figure] = figure(self)
        found: Array = self._kept[figure]
        return found

    def value(self, output: Any, table: str) -> Any:
        """Figures of an output in a table, derived once a month."""
        values, name = self._values[table], output.name
        if name not in values:
            values[name] = output.value(self, table)
        return values[name]

    def values(self, table: str) -> dict[str, Any]:
        """Figures of a table's outputs by name, as far as they have been derived."""
        return self._values[table]

    def chosen(self, name: str) -> Array:
        """Weights by sector (S,): a field of `Measures`, or 1 for a sector and 0 for others by code.

        `named` sectors are those that the programme names as polluting or hazardous, `applicable`
        counts the technologies that apply.
        """
        if name == "applicable":
            weights: Array = COUNTS[self.context.world.applicable]
            weights.flags.writeable = False
            return weights
        return _chosen(self.measures, name)

    def by_kind(self, column: str, mean: bool = True) -> Array:
        """Weighted mean, or sum, of a column of the providers in operation, by kind (7,)."""
        key = ("kinds", column, mean)
        if key not in self._kept:
            found = self._by_kind(self.once(_providers_there) * self.providers[column])
            if mean:
                whole = self.once(_providers_by_kind)
                found = np.where(whole > 0, found / np.maximum(whole, 1e-9), 0.0)
            self._kept[key] = found
        figures: Array = self._kept[key]
        return figures

    def _by_kind(self, values: Array) -> Array:
        """Sum of `values`, one a provider, by kind (7,)."""
        kinds = len(PROVIDER_KINDS)
        return np.bincount(self.providers.kind, weights=values, minlength=kinds)

    def by_city(self, values: Array, kinds: tuple[int, ...]) -> Array:
        """Sum of `values`, one a provider, over the providers of some kinds, by city (C,)."""
        mine = among(kinds)[self.providers.kind] * self.providers.alive
        return np.bincount(
            self.providers.city, weights=mine * values, minlength=self.context.world.cities
        )

    def attraction(self, kind: int) -> float:
        """What providers' quality over price has done to outside business since the start.

        (quality / price) over that of the start, to the power of the elasticity.
        """
        key = ("attraction", kind)
        if key not in self._kept:
            providers = self.providers
            mine = self.once(_teams_there) * (providers.kind == kind)
            cost = float((mine * providers.price).sum())
            now = float((mine * providers.quality).sum()) / cost if cost > 0 else 1.0
            start = float(self.anchor(f"attraction {PROVIDER_KINDS[kind]}", lambda: now))
            self._kept[key] = (now / start) ** float(self.context.outcomes.outside_elasticity)
        power: float = self._kept[key]
        return power


@njit(nogil=True, cache=True)
def _sum_groups(
    cube: Any, limits: Any, province: Any, cities: Any, sectors: Any, tiers: Any
) -> None:
    """Add the cube up by city, sector, tier and over all, for groups of tiers `limits` (n, 2)."""
    one = np.empty((len(tiers), cube.shape[3]))
    for city in range(len(cities)):
        one[:] = cube[city, 0]
        for sector in range(1, len(sectors)):
            one += cube[city, sector]
        _add_tiers(one, limits, cities[city])
        province[0] += cities[city]
        tiers[:, 0] += one
    for sector in range(len(sectors)):
        one[:] = cube[0, sector]
        for city in range(1, len(cities)):
            one += cube[city, sector]
        _add_tiers(one, limits, sectors[sector])


@njit(nogil=True, cache=True)
def _weigh(cube: Any, first: Any, last: Any, variable: Any, weights: Any) -> Any:
    """Sum of a variable over tiers and over sectors by `weights` (S,), by city (C,)."""
    found, cells = np.empty(len(cube)), np.empty((len(weights), last - first))
    for city in range(len(cube)):
        for sector in range(len(weights)):
            for tier in range(first, last):
                cell = cube[city, sector, tier, variable] * weights[sector]
                cells[sector, tier - first] = cell
        found[city] = pairwise(cells.ravel())
    return found


@njit(nogil=True, cache=True)
def _add_tiers(tiers: Any, limits: Any, groups: Any) -> None:
    for group in range(len(limits)):
        for tier in range(limits[group, 0], limits[group, 1]):
            groups[group] += tiers[tier]


def _providers_there(month: Month) -> Array:
    """Real providers that each row stands for, 0 where it is not in operation."""
    there: Array = (month.providers.weight * month.providers.alive).astype(np.float64)
    return there


def _providers_by_kind(month: Month) -> Array:
    """Real providers in operation by kind, (7,)."""
    kinds = len(PROVIDER_KINDS)
    return np.bincount(month.providers.kind, weights=month.once(_providers_there), minlength=kinds)


def _teams_there(month: Month) -> Array:
    """Project teams of the real providers that each row stands for, 0 where not in operation."""
    providers = month.providers
    teams: Array = (providers.teams * providers.weight * providers.alive).astype(np.float64)
    return teams


@lru_cache(maxsize=64)
def _chosen(measures: Measures, name: str) -> Array:
    """Weights by sector (S,) that follow from the measures alone, read-only."""
    if name == "named":
        found: Array = (measures.waste_water > 0) | (measures.accidents > 0)
    elif name.isupper():
        found = np.array([code == name for code in measures.codes])
    else:
        found = getattr(measures, name)
    weights: Array = found.astype(np.float64)
    weights.flags.writeable = False
    return weights
