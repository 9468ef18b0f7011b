"""The book of projects: one row for each project that was ordered, from contract to acceptance.

What is on order is kept here alone; of a firm only the technologies on order are known (the column
`ordered` of `firms`). Ledgers and histories read the book.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from sim.core.book import Book
from sim.core.table import Array
from sim.world.tables import NEVER

if TYPE_CHECKING:
    from sim.processes.context import Context

NO_AWARD = -1


class Contracts(NamedTuple):
    """Columns of the book for kernels, each (n,)."""

    row: Array
    technology: Array
    ordered: Array
    cost: Array
    weight: Array
    provider: Array
    started: Array
    accepted: Array
    success: Array
    under_way: Array


class Projects(Book):
    """Months count from the start of the run, money is 10k CNY per real firm.

    `price` is the price index of provider and world market that was paid; `lease` the part of
    `cost` that was leased; `award` the position of the award in the book of awards, -1 without;
    `under_way` is 1 from the contract until acceptance, failure or the end of the firm; `started`
    and `accepted` are NEVER until then, and stay so where the firm closes first; `success` is 0 for
    a project that failed.
    """

    types: ClassVar[dict[str, str]] = {
        "row": "i4", "uid": "u4", "technology": "i1", "ordered": "i2", "cost": "f4",
        "weight": "f4", "provider": "i4", "price": "f4", "lease": "f4", "award": "i4",
        "started": "i2", "accepted": "i2", "success": "i1", "under_way": "u1",
    }  # fmt: skip

    def open_ones(self) -> Array:
        """Positions of the projects under way, in the order they were signed."""
        return np.flatnonzero(self.under_way)

    def signed_in(self, month: int) -> Array:
        """Positions of the projects signed in a month; the book is in order of months."""
        first, last = np.searchsorted(self.ordered, np.array([month, month + 1], dtype=np.int16))
        return np.arange(first, last)

    def abandon(self, alive: Array) -> None:
        """End the projects of firms that have closed; `alive` (n,) is a column of firms."""
        ones = self.open_ones()
        self.under_way[ones[alive[self.row[ones]] == 0]] = 0

    def contracts(self) -> Contracts:
        """The columns that kernels use."""
        return Contracts(*(getattr(self, name) for name in Contracts._fields))


def enter_orders(
    context: Context, firms: Any, providers: Any, reviewed: Array, signed: Array
) -> Array:
    """Enter this month's contracts: `signed` (n, 4) of the rows `reviewed` (n,), in their order.

    Columns of `signed`: technology (-1 none), provider, cost, the part leased. Returns the
    positions of the new projects.
    """
    made = signed[:, 0] >= 0
    rows = reviewed[made]
    if len(rows) == 0:
        return np.empty(0, dtype=np.int64)
    technology, provider = signed[made, 0].astype(np.int64), signed[made, 1].astype(np.int64)
    tech = context.technologies.numbers
    price = np.ones(len(rows))
    if len(providers.kind):
        # Where no provider of the kind exists a project is bought at the list price.
        known = providers.kind[provider] == tech.kind[technology]
        price = np.where(known, providers.price[provider] * tech.world_price[technology], 1.0)
    return context.projects.append(
        row=rows, uid=firms.uid[rows], technology=technology, ordered=context.clock.month,
        cost=signed[made, 2], weight=firms.weight[rows], provider=provider, price=price,
        lease=signed[made, 3], award=NO_AWARD, started=NEVER, accepted=NEVER, success=0,
        under_way=1,
    )  # fmt: skip


def enter_awards(context: Context, projects: Array, awards: Array) -> None:
    """Note which `awards` (positions) are used for which `projects` (positions), pair by pair."""
    book = context.awards
    book.project[awards] = projects
    grants = book.city_match[awards] == 0
    context.projects.award[projects[grants]] = awards[grants]
