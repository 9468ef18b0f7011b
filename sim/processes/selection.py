"""Who gets a place when places or money run out, at any scale of the population."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.kernels import njit
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
    paid, whole = _take(uid[rows], weight[rows].astype(np.float64), cost, limit, key)
    total = float(paid.sum())
    return Taken(rows[: len(paid)], paid * (min(1.0, money / total) if total > 0 else 1.0), whole)


@njit(nogil=True, cache=True)
def _take(uid: Any, each: Any, cost: Any, limit: Any, key: Any) -> Any:
    """Cost of the first within `limit`, who are `each` (n,) real units, and who gets a whole place."""
    paid, whole = np.empty(len(each)), np.ones(len(each), dtype=np.bool_)
    reach, taken = 0.0, 0
    while taken < len(each) and reach + each[taken] <= limit * (1.0 + 1e-12):
        reach += each[taken]
        paid[taken] = each[taken] * cost
        taken += 1
    left = limit - reach
    if taken < len(each) and left > 1e-9 * limit:
        paid[taken] = left * cost
        whole[taken] = uniform(key, uid[taken], 63) * each[taken] < left
        taken += 1
    return paid[:taken], whole[:taken]


def take_by_city(
    rows: Array, city: Array, uid: Array, weight: Array, cost: float, money: Array, places: Array,
    key: np.uint64,
) -> Taken:  # fmt: skip
    """`take_in_order` in each city, with its `money` (C,) and `places` (C,); city after city.

    `city` is of every row of the table.
    """
    limit = np.minimum(places, money / cost) if cost > 0 else places
    return Taken(*_take_by_city(rows, city, uid, weight, cost, money, limit, key))


@njit(nogil=True, cache=True)
def _take_by_city(
    rows: Any, city: Any, uid: Any, weight: Any, cost: Any, money: Any, limit: Any, key: Any
) -> Any:
    """Rows with a place within the `limit` (C,) of their city, money paid, who has a whole one."""
    count = len(limit)
    start, full = np.zeros(count + 1, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    reach, total = np.zeros(count), np.zeros(count)
    taken, whole = np.zeros(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.bool_)
    part = np.empty(len(rows))
    for place in range(len(rows)):
        i = rows[place]
        home, each = city[i], np.float64(weight[i])
        if full[home]:
            continue
        if reach[home] + each <= limit[home] * (1.0 + 1e-12):
            reach[home] += each
            part[place] = each
            taken[place] = whole[place] = True
        else:
            full[home] = True
            left = limit[home] - reach[home]
            if left > 1e-9 * limit[home]:
                part[place] = left
                taken[place] = True
                whole[place] = uniform(key, uid[i], 63) * each < left
        if taken[place]:
            total[home] += part[place] * cost
            start[home + 1] += 1
    for home in range(count):
        start[home + 1] += start[home]
    found = np.empty(start[-1], dtype=np.int64)
    paid, flag = np.empty(start[-1]), np.empty(start[-1], dtype=np.bool_)
    for place in range(len(rows)):
        if taken[place]:
            home = city[rows[place]]
            at = start[home]
            start[home] += 1
            found[at], flag[at] = rows[place], whole[place]
            share = money[home] / total[home] if total[home] > 0.0 else 1.0
            paid[at] = part[place] * cost * min(share, 1.0)
    return found, paid, flag


def by_lot(
    rows: Array, uid: Array, key: np.uint64, weight: Array | None = None,
    enough: float | Array = np.inf, city: Array | None = None,
) -> Array:  # fmt: skip
    """Rows in the order of a keyed lottery.

    With `weight` (real units a row stands for, of every row of the table) only as many of the first
    as stand for more than `enough` real units, or all: sorting many for a few places takes long.
    With `city` (of every row too) `enough` (C,) is of each city.
    """
    if weight is None or len(rows) == 0:
        draw = uniforms(key, uid[rows])
    else:
        group = np.zeros(len(rows), dtype=np.uint8) if city is None else city[rows]
        wanted = np.atleast_1d(np.asarray(enough, dtype=np.float64))
        rows, draw = _first(rows, uid, key, weight[rows].astype(np.float64), group, wanted)
    ordered: Array = rows[np.argsort(draw, kind="stable")]
    return ordered


@njit(nogil=True, cache=True)
def _first(rows: Any, uid: Any, key: Any, each: Any, group: Any, enough: Any) -> Any:
    """Rows and their draws, among which are the first of a group that stand for more than `enough`.

    `each` (n,) are the real units of a row.
    """
    draw, total = np.empty(len(rows)), np.zeros(len(enough))
    for place in range(len(rows)):
        draw[place] = uniform(key, uid[rows[place]], 0)
        total[group[place]] += each[place]
    part = 1.2 * (enough + each.max()) / np.maximum(total, 1e-300)
    near, found = np.empty(len(rows), dtype=np.int64), np.empty(len(enough))
    while True:
        count = 0
        found[:] = 0.0
        for place in range(len(rows)):
            if draw[place] < part[group[place]]:
                near[count] = place
                found[group[place]] += each[place]
                count += 1
        enlarged = False
        for one in range(len(enough)):
            if found[one] <= enough[one] * (1.0 + 1e-9) and part[one] < 1.0:
                part[one] *= 2.0
                enlarged = True
        if not enlarged:
            return rows[near[:count]], draw[near[:count]]
