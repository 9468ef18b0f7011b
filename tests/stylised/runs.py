"""The runs that the facts are measured on: one province, followed firm by firm, and its twins."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from sim.model import Province
from sim.results import Results
from sim.world.tables import ABOVE_SCALE, NEVER, TECHNOLOGIES

SCALE = 0.2
"""Share of the province's firms that have a row: about 7,900 above-scale firms."""
MONTHLY = ("output", "productivity", "automation", "share", "investment", "order_technology")


class Panel:
    """A run to the end, with monthly columns of its firms.

    `monthly[name]` is (rows, months); `stayed` (rows,) firms in operation from start to end;
    `official` rows above scale; `first_order` (rows, 8) month of the first order, -1 if none;
    `first_use` (rows, 8) month in which a project was first completed, -1 if none.
    """

    def __init__(self, scenario: str, wage: float = 1.0, scale: float = SCALE, **changes: Any) -> None:
        self.province = Province(scenario, scale=scale, **changes)
        if wage != 1.0:
            self.province.tables["cities"].writable("wage")[:] *= wage
        firms = self.province.tables["firms"]
        self.start = {
            name: firms[name].copy()
            for name in ("uid", "adopted", "automation", "aware", "productivity", "output")
        } | {"employees": (firms.skilled + firms.unskilled).astype(float)}
        self.first_order = np.full((firms.rows, len(TECHNOLOGIES)), -1)
        self.first_use = np.full((firms.rows, len(TECHNOLOGIES)), -1)
        kept: dict[str, list[Any]] = {name: [] for name in MONTHLY}
        clock = self.province.clock
        while not clock.finished:
            month = clock.month
            self.province.step()
            for name in MONTHLY:
                kept[name].append(firms[name].copy())
            self._note(firms, month)
        self.monthly = {name: np.array(values).T for name, values in kept.items()}
        self.results: Results = self.province.results()

    def _note(self, firms: Any, month: int) -> None:
        same = firms.uid == self.start["uid"]
        ordered = np.flatnonzero(same & (firms.order_month == month) & (firms.order_technology >= 0))
        which = firms.order_technology[ordered]
        new = self.first_order[ordered, which] < 0
        self.first_order[ordered[new], which[new]] = month
        done = same[:, None] & (firms.adopted_month == month) & (self.first_use < 0)
        self.first_use[done] = month

    @cached_property
    def stayed(self) -> Any:
        """Flag of firms in operation from start to end."""
        firms = self.province.tables["firms"]
        return (firms.alive == 1) & (firms.uid == self.start["uid"])

    @cached_property
    def official(self) -> Any:
        """Flag of above-scale rows."""
        return self.province.tables["firms"].tier < ABOVE_SCALE

    @cached_property
    def sector(self) -> Any:
        """Sector of every row."""
        return self.province.tables["firms"].sector.astype(np.int64)

    @cached_property
    def employees(self) -> Any:
        """Employees at the end."""
        firms = self.province.tables["firms"]
        return (firms.skilled + firms.unskilled).astype(float)

    def lacking(self, technology: int) -> Any:
        """Flag of stayers above scale that could use a technology and did not at the start."""
        fits = (self.province.world.applicable[self.sector] >> technology) & 1 == 1
        return self.stayed & self.official & fits & ((self.start["adopted"] >> technology) & 1 == 0)

    def new_adopters(self, technology: int) -> Any:
        """Flag of stayers above scale that ordered a technology they lacked."""
        return self.lacking(technology) & (self.first_order[:, technology] >= 0)


__all__ = ["NEVER", "SCALE", "Panel"]
