"""Who gets a place when places or money run out, at any scale of the population."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.streams import uniforms
from sim.core.table import Array


class Taken(NamedTuple):
    """Rows (n,) that got a place, the money paid for each (10k CNY), and a flag.

    The last row may be covered in part: it is paid for that part, and `whole` is drawn with that
    chance, for effects that a row has or has not. So money, places and effects are right on
    average, however many real units a row stands for.
    """

    rows: Array
    paid: Array
    whole: Array


def take_in_order(
    rows: Array, uid: Array, weight: Array, cost: float, money: float, places: float, key: np.uint64
) -> Taken:
    """Rows (n,) in their order until `money` (10k CNY) or `places` (real units) run out.

    `uid` and `weight` (real units a row stands for) are of every row of the table. The money paid
    never exceeds what there is.
    """
    limit = min(places, money / cost) if cost > 0 else places
    each = weight[rows].astype(np.float64)
    reach = np.cumsum(each)
    whole = int(np.searchsorted(reach, limit * (1.0 + 1e-12), side="right"))
    left = limit - (reach[whole - 1] if whole else 0.0)
    taken = whole + (whole < len(rows) and left > 1e-9 * limit)
    chosen, part = rows[:taken], each[:taken].copy()
    flag = np.ones(taken, dtype=bool)
    if taken > whole:
        part[-1] = left
        flag[-1] = uniforms(key, uid[chosen[-1:]], 63)[0] * each[whole] < left
    paid = part * cost
    total = float(paid.sum())
    return Taken(chosen, paid * (min(1.0, money / total) if total > 0 else 1.0), flag)


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
