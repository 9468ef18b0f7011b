"""The book of awards: one row for each award, from promise to payment or lapse."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from sim.core.book import Book
from sim.core.table import Array

APPLIED, HELD, ORDERED, PAID, LAPSED, REFUSED = range(6)
"""Life of an award: applied for, in hand, tied to an order, paid, lapsed, refused."""


class Live(NamedTuple):
    """Awards in hand, sorted by `key` = row * 8 + technology, for the decision kernel."""

    key: Array
    rate: Array
    granted: Array
    in_advance: Array


class Awards(Book):
    """Amounts are 10k CNY per real firm, a row stands for `weight` of them."""

    types: ClassVar[dict[str, str]] = {
        "row": "i8", "uid": "u4", "instrument": "i2", "technology": "i1", "status": "i1",
        "month": "i4", "decision_month": "i4", "expiry": "i4", "rate": "f8", "asked": "f8",
        "promised": "f8", "granted": "f8", "paid": "f8", "paid_month": "i4", "city_match": "f8",
        "in_advance": "i1", "weight": "f8", "score": "f8",
    }  # fmt: skip

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
