"""The book of awards: one row for each award, from promise to payment or lapse."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from sim.core.book import Book
from sim.core.table import Array

APPLIED, DECIDED, HELD, ORDERED, PAID, LAPSED, REFUSED = range(7)
"""Life of an award: applied for, granted and not yet handed over by the city, in hand, tied to an
order; then paid, lapsed or refused."""


class Live(NamedTuple):
    """Awards in hand, sorted by `key` = row * 8 + technology, for the decision kernel."""

    key: Array
    rate: Array
    granted: Array
    in_advance: Array


class Pending(NamedTuple):
    """Awards that firms still wait for, sorted by `key` = row * 8 + technology.

    `expected` is the award that the firm expects (10k CNY), `years` how long it still has to wait.
    """

    key: Array
    expected: Array
    years: Array


class Awards(Book):
    """Amounts are 10k CNY per real firm, a row stands for `weight` of them.

    `project` is the position in the book of projects of what was ordered with it, -1 before.
    """

    types: ClassVar[dict[str, str]] = {
        "row": "i8", "uid": "u4", "instrument": "i2", "technology": "i1", "status": "i1",
        "month": "i4", "decision_month": "i4", "ready_month": "i4", "expiry": "i4", "rate": "f8", "asked": "f8",
        "promised": "f8", "granted": "f8", "paid": "f8", "paid_month": "i4", "city_match": "f8",
        "in_advance": "f8", "weight": "f8", "score": "f8",
        "project": "i4",
    }  # fmt: skip

    def pending(self, month: int, success: Array) -> Pending:
        """What firms wait for: decisions, and awards that their city has not handed over yet.

        `success` is the share of money asked for that firms expect to get, by instrument.
        """
        waiting = np.flatnonzero((self.status == APPLIED) | (self.status == DECIDED))
        if len(waiting) == 0:
            return Pending(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
        decided = self.status[waiting] == DECIDED
        expected = self.asked[waiting] * success[self.instrument[waiting]]
        expected = np.where(decided, self.granted[waiting], expected)
        until = np.where(decided, self.ready_month[waiting], self.decision_month[waiting])
        # Cities add to an award in rows of their own.
        key, place = np.unique(
            self.row[waiting] * 8 + self.technology[waiting], return_inverse=True
        )
        years = np.zeros(len(key))
        np.maximum.at(years, place, (until - month) / 12.0)
        return Pending(key, np.bincount(place, weights=expected, minlength=len(key)), years)

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
