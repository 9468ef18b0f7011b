"""Who gets a place when places or money run out, at any scale of the population."""

from __future__ import annotations

import numpy as np

from sim.core.streams import uniforms
from sim.core.table import Array


def take_in_order(
    rows: Array, uid: Array, weight: Array, cost: float, money: float, places: float, key: np.uint64
) -> tuple[Array, Array]:
    """Rows (n,) in their order until `money` (10k CNY) or `places` (real units) run out.

    `uid` and `weight` (real units a row stands for) are of every row of the table. Returns the rows
    chosen and the money paid for each. A row of which only a part is covered is drawn with that
    chance, so that what is expected does not depend on how many real units a row stands for; the
    money paid never exceeds what there is.
    """
    limit = min(places, money / cost) if cost > 0 else places
    each = weight[rows].astype(np.float64)
    reach = np.cumsum(each)
    whole = int(np.searchsorted(reach, limit * (1.0 + 1e-12), side="right"))
    chosen, paid = rows[:whole], each[:whole] * cost
    if whole < len(rows):
        left = limit - (reach[whole - 1] if whole else 0.0)
        last = rows[whole : whole + 1]
        if left > 0 and uniforms(key, uid[last], 63)[0] * each[whole] < left:
            chosen = np.concatenate([chosen, last])
            paid = np.concatenate([paid, [left * cost]])
    total = float(paid.sum())
    return chosen, paid * (min(1.0, money / total) if total > 0 else 1.0)


def by_lot(
    rows: Array, uid: Array, key: np.uint64, weight: Array | None = None, enough: float = np.inf
) -> Array:
    """Rows in the order of a keyed lottery.

    With `weight` (real units a row stands for, of every row of the table) only as many of the first
    as stand for more than `enough` real units, or all: sorting many for a few places takes long.
    """
    draw = uniforms(key, uid[rows])
    if weight is not None and len(rows):
        each = weight[rows].astype(np.float64)
        part = 1.2 * (enough + float(each.max())) / max(float(each.sum()), 1e-300)
        while part < 1.0:
            near = np.flatnonzero(draw < part)
            if each[near].sum() > enough * (1.0 + 1e-9):
                rows, draw = rows[near], draw[near]
                break
            part *= 2.0
    ordered: Array = rows[np.argsort(draw, kind="stable")]
    return ordered
