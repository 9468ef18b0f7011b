"""One month as the outputs see it: sums over firms by group, cities, providers and measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

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

_AXES: dict[str, tuple[int, ...]] = {
    "province": (0, 1, 2), "cities": (1, 2), "sectors": (0, 2), "tiers": (0, 1),
}  # fmt: skip


class Month:
    """Figures of the month that has just been simulated (nothing here changes the world)."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.cube: Array = context.measures["cube"]
        self.cities: Any = context.tables["cities"]
        self.providers: Any = context.tables["providers"]
        self.measures: Measures = context.world.measures
        self._sums: dict[str, Array] = {}
        self._flags: dict[str, Array] = {}
        self._figures: dict[Callable[[Month], Array], Array] = {}

    @property
    def number(self) -> int:
        """Position of the month in the exogenous paths."""
        return self.context.clock.month

    def path(self, name: str) -> float:
        """This month's value of an exogenous path."""
        return float(self.context.paths[name][self.number])

    def anchor(self, name: str, value: Any) -> Any:
        """`value` as it was when this was first asked for: the start of the run."""
        return self.context.measures.setdefault(f"start {name}", value)

    def sum(self, table: str, name: str) -> Any:
        """Sum of a variable of the cube by the table's rows.

        Of above-scale industry as in official statistics, but of each tier in the table of tiers.
        """
        if table not in self._sums:
            cells = self.cube if table == "tiers" else self.cube[:, :, :ABOVE_SCALE]
            self._sums[table] = cells.sum(axis=_AXES[table])
        return self._sums[table][..., POSITION[name]]

    def part(
        self, table: str, name: str, tiers: tuple[int, ...] = ABOVE, weights: Array | None = None
    ) -> Any:
        """Sum of a variable over some tiers, by the table's rows; `weights` (S,) by sector."""
        cells = self.cube[:, :, tiers[0] : tiers[-1] + 1, POSITION[name]]
        if weights is not None:
            cells = cells * weights[:, None]
        return cells.sum(axis=_AXES[table])

    def by_sector(self, table: str, name: str) -> Array:
        """Sum of a variable of above-scale industry by sector: (S,) for the province, else (C, S)."""
        cells: Array = self.cube[:, :, :ABOVE_SCALE, POSITION[name]]
        return cells.sum(axis=(0, 2) if table == "province" else 2)

    def once(self, figure: Callable[[Month], Array]) -> Array:
        """A figure that several outputs need, computed once a month."""
        if figure not in self._figures:
            self._figures[figure] = figure(self)
        return self._figures[figure]

    def chosen(self, name: str) -> Array:
        """Weights by sector (S,): a field of `Measures`, or 1 for a sector and 0 for others by code.

        `named` sectors are those that the programme names as polluting or hazardous.
        """
        if name not in self._flags:
            measures = self.measures
            if name == "named":
                found: Array = (measures.waste_water > 0) | (measures.accidents > 0)
            elif name.isupper():
                found = np.array([code == name for code in measures.codes])
            else:
                found = getattr(measures, name)
            self._flags[name] = found.astype(np.float64)
        return self._flags[name]

    def by_kind(self, column: str, mean: bool = True) -> Array:
        """Weighted mean, or sum, of a column of the providers in operation, by kind (7,)."""
        providers = self.providers
        weight = (providers.weight * providers.alive).astype(np.float64)
        kinds = len(PROVIDER_KINDS)
        found = np.bincount(providers.kind, weights=weight * providers[column], minlength=kinds)
        if not mean:
            return found
        whole = np.bincount(providers.kind, weights=weight, minlength=kinds)
        return np.where(whole > 0, found / np.maximum(whole, 1e-9), 0.0)

    def by_city(self, values: Array, kinds: tuple[int, ...]) -> Array:
        """Sum of `values`, one a provider, over the providers of some kinds, by city (C,)."""
        chosen = np.isin(self.providers.kind, kinds) & (self.providers.alive == 1)
        return np.bincount(
            self.providers.city[chosen], weights=values[chosen], minlength=self.context.world.cities
        )

    def attraction(self, kind: int) -> float:
        """What providers' quality over price has done to outside business since the start.

        (quality / price) over that of the start, to the power of the elasticity.
        """
        providers = self.providers
        teams = (providers.teams * providers.weight * providers.alive).astype(np.float64)
        mine = teams * (providers.kind == kind)
        cost = float((mine * providers.price).sum())
        now = float((mine * providers.quality).sum()) / cost if cost > 0 else 1.0
        start = float(self.anchor(f"attraction {PROVIDER_KINDS[kind]}", now))
        power: float = (now / start) ** float(self.context.outcomes.outside_elasticity)
        return power
