"""The book of outlays: public money as it is paid, one row for each payment to each receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from sim.core.book import Book
from sim.core.table import Array

if TYPE_CHECKING:
    from sim.processes.context import Context

NOBODY = -1
"""Row of a payment to no firm, city of one to no city, award or project of one without."""


class Receivers(NamedTuple):
    """Whom money is for: arrays (n,) or one value for all; `share` is in any unit.

    `row` and `uid` are of firms, `city` of receivers that are no firms; `project` holds positions
    in the book of projects.
    """

    share: Array
    row: Array | int = NOBODY
    uid: Array | int = 0
    city: Array | int = NOBODY
    project: Array | int = NOBODY


class Outlays(Book):
    """`amount` is 10k CNY for all real firms of the row together, `month` counts from the start.

    `award` is the position of the award that was paid, in the book of awards.
    """

    types: ClassVar[dict[str, str]] = {
        "row": "i4", "uid": "u4", "instrument": "i2", "month": "i2", "city": "i1", "project": "i4",
        "award": "i4", "amount": "f8",
    }  # fmt: skip


_PROVINCE = Receivers(np.ones(1))
"""Money for the whole province."""


def to_firms(firms: Any, rows: Array, share: Array) -> Receivers:
    """Receivers that are rows of `firms` (column uid)."""
    return Receivers(share, rows, firms.uid[rows])


def enter_outlay(
    context: Context, instrument: str, amount: float, receivers: Receivers | None
) -> None:
    """Enter `amount` (10k CNY) that is paid without an award, divided by the receivers' shares."""
    if amount <= 0:
        return
    total = 0.0 if receivers is None else float(receivers.share.sum())
    if receivers is None or total <= 0:
        receivers, total = _PROVINCE, 1.0
    row = receivers.row
    context.outlays.append(
        row=np.full(len(receivers.share), row) if isinstance(row, int) else row, uid=receivers.uid,
        instrument=list(context.public).index(instrument), month=context.clock.month,
        city=receivers.city, project=receivers.project, award=NOBODY,
        amount=amount * receivers.share / total,
    )  # fmt: skip


def enter_paid_awards(context: Context, awards: Array, before: Array) -> None:
    """Enter what has been paid on `awards` (positions) since they had been paid `before` (n,)."""
    book = context.awards
    amount = book.paid[awards] - before
    awards, amount = awards[amount > 0], amount[amount > 0]
    if len(awards):
        context.outlays.append(
            row=book.row[awards], uid=book.uid[awards], instrument=book.instrument[awards],
            month=context.clock.month, city=NOBODY, project=NOBODY, award=awards,
            amount=amount * book.weight[awards],
        )  # fmt: skip
