"""The book of awards: one row for each award, from promise to payment or lapse."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.core.table import Array

APPLIED, HELD, ORDERED, PAID, LAPSED, REFUSED = range(6)
"""Life of an award: applied for, in hand, tied to an order, paid, lapsed, refused."""

_TYPES = {
    "row": "i8", "uid": "u4", "instrument": "i2", "technology": "i1", "status": "i1",
    "month": "i4", "decision_month": "i4", "expiry": "i4", "rate": "f8", "asked": "f8",
    "promised": "f8", "granted": "f8", "paid": "f8", "paid_month": "i4", "city_match": "f8", "in_advance": "i1",
    "weight": "f8", "score": "f8",
}  # fmt: skip


class Live(NamedTuple):
    """Awards in hand, sorted by `key` = row * 8 + technology, for the decision kernel."""

    key: Array
    rate: Array
    granted: Array
    in_advance: Array


class Awards:
    """Columns that grow; amounts are 10k CNY per real firm, a row stands for `weight` of them."""

    def __init__(self) -> None:
        self.count = 0
        self._columns = {name: np.zeros(64, dtype) for name, dtype in _TYPES.items()}
        self._show()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Array: ...

    def _show(self) -> None:
        """Columns as attributes, made anew when they grow and not whenever one is asked for."""
        self.__dict__.update(self.columns())

    def __deepcopy__(self, memo: dict[int, object]) -> Awards:
        new = Awards()
        new.restore({name: column.copy() for name, column in self.columns().items()})
        return new

    def columns(self) -> dict[str, Array]:
        """Every column by name."""
        return {name: column[: self.count] for name, column in self._columns.items()}

    def restore(self, columns: dict[str, Array]) -> None:
        """Take over columns as `columns` gave them."""
        self.count = len(columns["row"])
        self._columns = {name: columns[name].astype(kind) for name, kind in _TYPES.items()}
        self._show()

    def append(self, **values: Array | float) -> Array:
        """Add awards, one for each entry of `row`; returns their positions."""
        added = len(np.atleast_1d(np.asarray(values["row"])))
        needed = self.count + added
        size = len(self._columns["row"])
        if needed > size:
            grown = max(needed, 2 * size, 64)
            for name, column in self._columns.items():
                self._columns[name] = np.concatenate([column, np.zeros(grown - size, column.dtype)])
        for name, value in values.items():
            self._columns[name][self.count : needed] = value
        self.count = needed
        self._show()
        return np.arange(needed - added, needed)

    def live(self) -> Live:
        """The awards that can be used in a decision this month."""
        held = np.flatnonzero(self.status == HELD)
        key = self.row[held] * 8 + self.technology[held]
        order = np.argsort(key, kind="stable")
        return Live(
            key[order],
            self.rate[held][order],
            self.granted[held][order],
            self.in_advance[held][order],
        )
