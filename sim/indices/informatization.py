"""The informatization development index (信息化发展指数, IDI): twelve items in five classes.

`P = (x - low) / (high - low)`, on logarithms for skewed items; a class is the mean of its items and
the index the weighted mean of the classes. The Zhejiang edition weighs the classes equally, as far
as its one printed row shows. Goalposts are unpublished: they are tied to that row and explicit in
the table. It is another index than CCID's informatization index and the information-society index.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.core.errors import InputError
from sim.core.table import Array
from sim.indices.two_integration import Values, class_means
from sim.world.index_tables import INFORMATIZATION_CLASSES, Item

WEIGHTS = {"zhejiang": (0.2, 0.2, 0.2, 0.2, 0.2)}
"""Class weights by edition; any five that add to one may be passed instead."""


def evaluate(
    x: Array, items: Sequence[Item], weights: str | Sequence[float] = "zhejiang"
) -> Values:
    """Items, classes and total of figures `x` (..., 12); 0 for a logarithm without a figure.

    Raises InputError for weights that are unknown or no five numbers from 0 up that add to one.
    """
    share = _weights(weights)
    x = np.asarray(x, dtype=np.float64)
    log, low, span, base, log_span = _goalposts(tuple(items))
    there = ~log | (x > 0)
    safe = np.where(there, x, 1.0)
    plain = (safe - low) / span
    ratio = np.where(log, safe, 1.0) / base
    curved = np.log(ratio) / log_span
    values = np.where(there, np.where(log, curved, plain), 0.0)
    classes = class_means(values, items, len(INFORMATIZATION_CLASSES))
    return Values(values, classes, classes @ share)


class _Goalposts(NamedTuple):
    """By item (n,): flag of those on logarithms, lower goalpost, distance to the upper one.

    `base` is the lower goalpost of an item on logarithms and else 1; `log_span` the distance there.
    """

    log: Array
    low: Array
    span: Array
    base: Array
    log_span: Array


@lru_cache(maxsize=16)
def _goalposts(items: tuple[Item, ...]) -> _Goalposts:
    log = np.array([item.log for item in items])
    low, high = (np.array([getattr(item, end) for item in items]) for end in ("low", "high"))
    base = np.where(log, low, 1.0)
    return _Goalposts(log, low, high - low, base, np.log(np.where(log, high / base, 2.0)))


def _weights(weights: str | Sequence[float]) -> Array:
    if isinstance(weights, str):
        if weights not in WEIGHTS:
            raise InputError("index", "weights", weights, ", ".join(WEIGHTS))
        weights = WEIGHTS[weights]
    share = np.asarray(weights, dtype=np.float64)
    count = len(INFORMATIZATION_CLASSES)
    if share.shape != (count,) or (share < 0).any() or abs(share.sum() - 1.0) > 1e-9:
        raise InputError("index", "weights", list(weights), f"{count} shares that add to 1")
    return share
