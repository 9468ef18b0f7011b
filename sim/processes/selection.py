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


def take_by_city(
    rows: Array, city: Array, uid: Array, weight: Array, cost: float, money: Array, places: Array,
    key: np.uint64,
) -> Taken:  # fmt: skip
    """`take_in_order` in each city, with its `money` (C,) and `places` (C,); city after city.

    `city` is of every row of the table.
    """
    rows = rows[np.argsort(city[rows], kind="stable")]
    home, count = city[rows].astype(np.intp), len(places)
    each = weight[rows].astype(np.float64)
    limit = np.minimum(places, money / cost) if cost > 0 else places
    # One line a city, so that the sums of one never pass through those of another.
    there = np.bincount(home, minlength=count)
    place = np.arange(len(rows)) - (np.cumsum(there) - there)[home]
    line = np.zeros((count, int(there.max()) + 1))
    line[home, place + 1] = each
    line = np.cumsum(line, axis=1)
    fits = line[home, place + 1] <= (limit * (1.0 + 1e-12))[home]
    whole = np.bincount(home[fits], minlength=count)
    left = limit - line[np.arange(count), whole]
    last = (place == whole[home]) & (left > 1e-9 * limit)[home]
    flag = fits.copy()
    flag[last] = uniforms(key, uid[rows[last]], 63) * each[last] < left[home[last]]
    each[last] = left[home[last]]
    taken = fits | last
    home, paid = home[taken], each[taken] * cost
    total = np.bincount(home, weights=paid, minlength=count)
    part = np.divide(money, total, out=np.ones(count), where=total > 0)
    return Taken(rows[taken], paid * np.minimum(part, 1.0)[home], flag[taken])


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
        near = _first(draw, weight[rows].astype(np.float64), group, np.atleast_1d(enough))
        rows, draw = rows[near], draw[near]
    ordered: Array = rows[np.argsort(draw, kind="stable")]
    return ordered


def _first(draw: Array, each: Array, group: Array, enough: Array) -> Array:
    """Positions (n,) among which are the first of each group that stand for more than `enough`."""
    count = len(enough)
    total = np.bincount(group, weights=each, minlength=count)
    part = 1.2 * (enough + each.max()) / np.maximum(total, 1e-300)
    while True:
        near = np.flatnonzero(draw < (part[group] if count > 1 else part))
        found = np.bincount(group[near], weights=each[near], minlength=count)
        short = (found <= enough * (1.0 + 1e-9)) & (part < 1.0)
        if not short.any():
            return near
        part[short] *= 2.0
