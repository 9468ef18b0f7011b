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
    `started` and `accepted` are NEVER until then, `success` 0 for a project that failed;
    `under_way` 1 until it is accepted, fails, or its firm closes.
    """

    types: ClassVar[dict[str, str]] = {
        "row": "i4", "uid": "u4", "technology": "i1", "ordered": "i2", "cost": "f4",
        "weight": "f4", "provider": "i4", "price": "f4", "lease": "f4", "award": "i4",
        "started": "i2", "accepted": "i2", "success": "i1", "under_way": "i1",
    }  # fmt: skip


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
        price[known] = (providers.price[provider] * tech.world_price[technology])[known]
    return context.projects.append(
        row=rows, uid=firms.uid[rows], technology=technology, ordered=context.clock.month,
        cost=firms.order_cost[rows], weight=firms.weight[rows], provider=provider, price=price,
        lease=firms.lease[rows] - leased[rows], award=NO_AWARD, started=NEVER, accepted=NEVER,
        success=0, under_way=1,
    )  # fmt: skip


def enter_awards(context: Context, new: Array, awards: Array) -> None:
    """Note which of the orders just entered (positions `new`) carry one of the `awards`."""
    book = context.awards
    grants = awards[book.city_match[awards] == 0]
    place = np.searchsorted(context.projects.row[new], book.row[grants])
    context.projects.award[new[place]] = grants


def enter_deliveries(context: Context, firms: Any, done: Array) -> None:
    """Enter starts and acceptances; `done` (n, 3) holds row, technology and success."""
    projects, month = context.projects, context.clock.month
    open_ones = np.flatnonzero(projects.under_way)
    rows = projects.row[open_ones]
    # A firm that closed leaves its project unfinished, whoever takes its place.
    gone = firms.uid[rows] != projects.uid[open_ones]
    ended = gone | (firms.order_technology[rows] < 0)
    begun = ~gone & (firms.order_start[rows] != NEVER)
    projects.started[open_ones[begun]] = firms.order_start[rows[begun]]
    projects.under_way[open_ones[ended]] = 0
    if len(done) == 0:
        return
    mine, rows = open_ones[~gone], rows[~gone]
    order = np.argsort(rows)
    accepted = mine[order[np.searchsorted(rows, done[:, 0], sorter=order)]]
    projects.accepted[accepted] = month
    projects.success[accepted] = done[:, 2]
