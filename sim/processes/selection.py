"""Who gets a place when places or money run out, at any scale of the population."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.core.streams import uniform, uniforms
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
    whole = int(reach.searchsorted(limit * (1.0 + 1e-12), side="right"))
    left = limit - (float(reach[whole - 1]) if whole else 0.0)
    taken = whole + (whole < len(rows) and left > 1e-9 * limit)
    chosen, part = rows[:taken], each[:taken].copy()
    flag = np.ones(taken, dtype=bool)
    if taken > whole:
        part[-1] = left
        flag[-1] = uniforms(key, uid[chosen[-1:]], 63)[0] * each[whole] < left
    paid = part * cost
    total = float(paid.sum())
    return Taken(chosen, paid * (min(1.0, money / total) if total > 0 else 1.0), flag)


def take_by_city(
    rows: Array, city: Array, uid: Array, weight: Array, cost: float, money: Array, places: Array,
    key: np.uint64,
) -> Taken:  # fmt: skip
    """`take_in_order` in each city, with its `money` (C,) and `places` (C,); city after city.

    `city` is of every row of the table.
    """
    rows = rows[np.argsort(city[rows], kind="stable")]
    home, count = city[rows], len(places)
    each = weight[rows].astype(np.float64)
    limit = np.minimum(places, money / cost) if cost > 0 else places
    taken, flag = _fill_places(home, each, limit, uid[rows], key)
    home, paid = home[taken], each[taken] * cost
    total = np.bincount(home, weights=paid, minlength=count)
    part = np.divide(money, total, out=np.ones(count), where=total > 0)
    return Taken(rows[taken], paid * np.minimum(part, 1.0)[home], flag[taken])


@njit(nogil=True, cache=True)
def _fill_places(home: Any, each: Any, limit: Any, uid: Any, key: Any) -> Any:
    """Flags (n,) of who gets a place within the `limit` (C,) of its city, and who a whole one.

    `each` (n,), real units, becomes the part that the last of a city gets.
    """
    reach, full = np.zeros(len(limit)), np.zeros(len(limit), dtype=np.bool_)
    taken, whole = np.zeros(len(home), dtype=np.bool_), np.zeros(len(home), dtype=np.bool_)
    for i in range(len(home)):
        city = home[i]
        if full[city]:
            continue
        if reach[city] + each[i] <= limit[city] * (1.0 + 1e-12):
            reach[city] += each[i]
            taken[i] = whole[i] = True
            continue
        full[city] = True
        left = limit[city] - reach[city]
        if left > 1e-9 * limit[city]:
            taken[i] = True
            whole[i] = uniform(key, uid[i], 63) * each[i] < left
            each[i] = left
    return taken, whole


def by_lot(
    rows: Array, uid: Array, key: np.uint64, weight: Array | None = None,
    enough: float | Array = np.inf, city: Array | None = None,
) -> Array:  # fmt: skip
    """Rows in the order of a keyed lottery.

    With `weight` (real units a row stands for, of every row of the table) only as many of the first
    as stand for more than `enough` real units, or all: sorting many for a few places takes long.
    With `city` (of every row too) `enough` (C,) is of each city.
    """
    draw = uniforms(key, uid[rows])
    if weight is not None and len(rows):
        group = np.zeros(len(rows), np.int8) if city is None else city[rows]
        wanted = np.atleast_1d(np.asarray(enough, dtype=np.float64))
        near = _first(draw, weight[rows].astype(np.float64), group, wanted)
        rows, draw = rows[near], draw[near]
    ordered: Array = rows[np.argsort(draw, kind="stable")]
    return ordered


@njit(nogil=True, cache=True)
def _first(draw: Any, each: Any, group: Any, enough: Any) -> Any:
    """Positions (n,) among which are the first of each group that stand for more than `enough`."""
    total = np.zeros(len(enough))
    for i in range(len(draw)):
        total[group[i]] += each[i]
    part = 1.2 * (enough + each.max()) / np.maximum(total, 1e-300)
    near, found = np.empty(len(draw), dtype=np.int64), np.empty(len(enough))
    while True:
        count = 0
        found[:] = 0.0
        for i in range(len(draw)):
            if draw[i] < part[group[i]]:
                near[count] = i
                found[group[i]] += each[i]
                count += 1
        enlarged = False
        for one in range(len(enough)):
            if found[one] <= enough[one] * (1.0 + 1e-9) and part[one] < 1.0:
                part[one] *= 2.0
                enlarged = True
        if not enlarged:
            return near[:count]
