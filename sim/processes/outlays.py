"""The book of outlays: public money that is paid without an award, one row for each receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from sim.core.book import Book
from sim.core.table import Array

if TYPE_CHECKING:
    from sim.processes.context import Context

NOWHERE = -1
"""City or tier of money that goes to no city or no firm; project of money that pays for none."""


class Receivers(NamedTuple):
    """Whom an outlay is for: arrays (n,) or one value for all; `share` is in any unit.

    `row` and `uid` are of the firms, where it is for firms; `project` positions in their book.
    """

    share: Array
    row: Array | int = NOWHERE
    uid: Array | int = 0
    city: Array | int = NOWHERE
    tier: Array | int = NOWHERE
    project: Array | int = NOWHERE


class Outlays(Book):
    """`amount` is 10k CNY for all real firms of the row together, `month` counts from the start."""

    types: ClassVar[dict[str, str]] = {
        "row": "i4", "uid": "u4", "instrument": "i2", "month": "i2", "city": "i1", "tier": "i1",
        "project": "i4", "amount": "f8",
    }  # fmt: skip


def to_firms(firms: Any, rows: Array, share: Array) -> Receivers:
    """Receivers that are rows of `firms` (columns uid, city, tier)."""
    return Receivers(share, rows, firms.uid[rows], firms.city[rows], firms.tier[rows])


def enter_outlay(
    context: Context, instrument: str, amount: float, receivers: Receivers | None
) -> None:
    """Divide `amount` (10k CNY) among the receivers by their shares."""
    if amount <= 0:
        return
    total = 0.0 if receivers is None else float(receivers.share.sum())
    if receivers is None or total <= 0:
        receivers, total = Receivers(np.ones(1)), 1.0
    context.outlays.append(
        row=np.broadcast_to(receivers.row, receivers.share.shape), uid=receivers.uid,
        instrument=list(context.public).index(instrument), month=context.clock.month,
        city=receivers.city, tier=receivers.tier, project=receivers.project,
        amount=amount * receivers.share / total,
    )  # fmt: skip
