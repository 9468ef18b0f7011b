"""The two-integration index (两化融合发展指数): 23 items in three classes.

Total = 0.25 infrastructure + 0.50 application + 0.25 benefit, which the 18 published rows of the
2015 edition confirm. The item values are a reconstruction: nothing published says how an item's
figure becomes its value, so the normaliser can be exchanged and every X0 is an open number.
The scale is open: nothing is cut off above 100.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.core.errors import InputError
from sim.core.table import Array
from sim.world.index_tables import TWO_INTEGRATION_CLASSES, IndexTables, Item

WEIGHTS = np.array([0.25, 0.50, 0.25])
"""Weights of infrastructure, application and benefit."""


def _log2(ratio: Array) -> Array:
    value: Array = 50.0 * np.log2(1.0 + ratio)
    return value


def _linear(ratio: Array) -> Array:
    return 50.0 * ratio


NORMALISERS: dict[str, Callable[[Array], Array]] = {"log2": _log2, "linear": _linear}
"""From X/X0 to an item's value, which is 50 at X = X0. `log2`: 50 log2(1 + X/X0)."""


class Values(NamedTuple):
    """Values of `items` (..., n), `classes` (..., k) and `total` (...)."""

    items: Array
    classes: Array
    total: Array


def relative(x: Array, x0: Array, minus: Array) -> Array:
    """X over X0 (..., n), X0 over X for minus items; 0 where there is no figure above 0."""
    x = np.asarray(x, dtype=np.float64)
    there = x > 0
    safe = np.where(there, x, 1.0)
    ratio: Array = np.where(there, np.where(minus, x0 / safe, safe / x0), 0.0)
    return ratio


def combine(classes: Array) -> Array:
    """Total (...) of class values (..., 3)."""
    total: Array = np.asarray(classes, dtype=np.float64) @ WEIGHTS
    return total


def evaluate(x: Array, x0: Array, items: Sequence[Item], normaliser: str = "log2") -> Values:
    """Items, classes and total of figures `x` (..., 23) with `x0` of the same or fewer axes.

    Weights are uniform within a class. Raises InputError for an unknown normaliser.
    """
    if normaliser not in NORMALISERS:
        raise InputError("index", "normaliser", normaliser, ", ".join(NORMALISERS))
    values = NORMALISERS[normaliser](relative(x, x0, _minus(tuple(items))))
    classes = class_means(values, items, len(TWO_INTEGRATION_CLASSES))
    return Values(values, classes, combine(classes))


def class_means(values: Array, items: Sequence[Item], count: int) -> Array:
    """Mean of the items' values (..., n) in each of `count` classes, (..., count)."""
    classes = np.empty((*values.shape[:-1], count))
    for one, mine in enumerate(_members(tuple(items), count)):
        classes[..., one] = values[..., mine].sum(axis=-1) / len(mine)
    return classes


@lru_cache(maxsize=16)
def _minus(items: tuple[Item, ...]) -> Array:
    """Flag of the items that count the lower the better, (n,)."""
    return np.array([item.minus for item in items])


@lru_cache(maxsize=16)
def _members(items: tuple[Item, ...], count: int) -> tuple[Array, ...]:
    """Positions of the items of each class."""
    kind = np.array([item.kind for item in items])
    return tuple(np.flatnonzero(kind == one) for one in range(count))


@lru_cache(maxsize=8)
def bases(tables: IndexTables) -> Array:
    """X0 by region, (1 + C, 23): the province on the scale of the national edition, then cities.

    Cities are on the scale of the provincial edition: every X0 times that edition's factor (over it
    for minus items), and for amounts (funds, platforms, revenue) times the city's share of GDP. The two scales are apart: a
    city's value says nothing about its place among provinces.
    """
    items = tables.two_integration
    x0 = np.array([item.x0 for item in items])
    amount = np.array([item.amount for item in items])
    minus = np.array([item.minus for item in items])
    size = np.vstack([np.ones(len(items)), np.where(amount, tables.size_share[:, None], 1.0)])
    factor = np.full(len(size), tables.scale["provincial"])
    factor[0] = tables.scale["national"]
    found: Array = x0 * size * factor[:, None] ** np.where(minus, -1.0, 1.0)
    found.flags.writeable = False
    return found
