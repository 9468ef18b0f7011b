"""The book of projects: one row for each project that was ordered, from contract to acceptance.

It follows what the other phases decide and changes none of it; ledgers and histories read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sim.core.book import Book
from sim.core.table import Array
from sim.world.tables import NEVER

if TYPE_CHECKING:
    from sim.processes.context import Context

NO_AWARD = -1


class Projects(Book):
    """Months count from the start of the run, money is 10k CNY per real firm.

    `price` is the price index of provider and world market that was paid; `lease` the part of
    `cost` that was leased; `award` the position of the award in the book of awards, -1 without;
    `started` and `accepted` are NEVER until then, and stay so where the firm closes first;
    `success` is 0 for a project that failed.
    """

    types: ClassVar[dict[str, str]] = {
        "row": "i4", "uid": "u4", "technology": "i1", "ordered": "i2", "cost": "f4",
        "weight": "f4", "provider": "i4", "price": "f4", "lease": "f4", "award": "i4",
        "started": "i2", "accepted": "i2", "success": "i1",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.latest = np.zeros(0, dtype=np.int64)

    def restore(self, columns: dict[str, Array]) -> None:
        """Take over columns as `columns` gave them."""
        super().restore(columns)
        self.latest = np.zeros(0, dtype=np.int64)
        self._remember(np.arange(self.count))

    def append(self, **values: Array | float) -> Array:
        """Add projects; returns their positions, each the `latest` of its row."""
        new = super().append(**values)
        self._remember(new)
        return new

    def _remember(self, new: Array) -> None:
        """Note the last project of each row; later positions replace earlier ones."""
        rows = self.row[new]
        needed = int(rows.max(initial=-1)) + 1
        if needed > len(self.latest):
            more = np.zeros(max(needed, 2 * len(self.latest)) - len(self.latest), dtype=np.int64)
            self.latest = np.concatenate([self.latest, more])
        self.latest[rows] = new


def enter_orders(context: Context, firms: Any, providers: Any, leased: Array) -> Array:
    """Enter this month's orders; `leased` (n,) is what each row owed lessors before.

    Returns the positions of the new projects, in the order of the rows.
    """
    rows = np.flatnonzero(firms.order_month == context.clock.month)
    if len(rows) == 0:
        return np.empty(0, dtype=np.int64)
    technology, provider = firms.order_technology[rows], firms.order_provider[rows]
    tech = context.technologies.numbers
    price = np.ones(len(rows))
    if len(providers.kind):
        # Where no provider of the kind exists a project is bought at the list price.
        known = providers.kind[provider] == tech.kind[technology]
        price = np.where(known, providers.price[provider] * tech.world_price[technology], 1.0)
    return context.projects.append(
        row=rows, uid=firms.uid[rows], technology=technology, ordered=context.clock.month,
        cost=firms.order_cost[rows], weight=firms.weight[rows], provider=provider, price=price,
        lease=firms.lease[rows] - leased[rows], award=NO_AWARD, started=NEVER, accepted=NEVER,
        success=0,
    )  # fmt: skip


def enter_awards(context: Context, new: Array, awards: Array) -> None:
    """Note which of the orders just entered (positions `new`) carry one of the `awards`."""
    book = context.awards
    grants = awards[book.city_match[awards] == 0]
    place = np.searchsorted(context.projects.row[new], book.row[grants])
    context.projects.award[new[place]] = grants


def enter_deliveries(context: Context, firms: Any, ordered: Array, done: Array) -> None:
    """Enter starts and acceptances.

    `ordered` are the rows with a project on order when the month's deliveries began, `done` (n, 3)
    holds row, technology and success. A firm has one project at a time: the latest of its row.
    """
    projects, month = context.projects, context.clock.month
    begun = ordered[firms.order_start[ordered] == month]
    projects.started[projects.latest[begun]] = month
    accepted = projects.latest[done[:, 0]]
    projects.accepted[accepted] = month
    projects.success[accepted] = done[:, 2]
