"""Sets of clauses in force without the others: the points from which contributions are shared out.

A coalition is a bit mask over its members in the document's order: bit i says whether member i is
in force. In a design it stands as the clauses left out (`programme.without`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.factors import BETWEEN, Factor
from sim.programme import CLAUSES

WITHOUT = "programme.without"
"""Key and column of what a coalition leaves out."""
ACTIONS = tuple(code for code in CLAUSES if code.startswith("A"))
"""The ten special actions."""
FACTOR = Factor(WITHOUT, "lever", zh="不实施的条款", en="clauses left out", form="list")
"""What a design of coalitions varies."""

Integers = NDArray[np.int64]


def orders(members: int, count: int, seed: int) -> Integers:
    """Random orders (count, members) in which members join, each followed by its reverse.

    Opposite orders cancel in part what members do to each other's contribution (antithetic
    sampling, Lomeli et al. 2019). The first orders of more are those of fewer.
    """
    random = np.random.default_rng([seed, members])
    forth = np.stack([random.permutation(members) for _ in range(count // 2)])
    found = np.stack([forth, forth[:, ::-1]], axis=1).reshape(-1, members)
    return found.astype(np.int64)


def met_in(orders: Integers) -> list[int]:
    """Coalitions met along these orders, sorted, and those of one member and of all but one."""
    single = np.int64(1) << np.arange(orders.shape[1])
    grown = np.cumsum(np.int64(1) << orders, axis=1)
    masks = np.concatenate([[0], grown.ravel(), single, single.sum() - single])
    return [int(mask) for mask in np.unique(masks)]


def rows(members: Sequence[str], sampled: int | None, seed: int) -> list[dict[str, Any]]:
    """A row for each coalition, sorted by mask: nobody first, all members last."""
    ordered = [code for code in CLAUSES if code in members]
    count = len(ordered)
    masks = range(1 << count) if sampled is None else met_in(orders(count, sampled, seed))
    return [
        {WITHOUT: tuple(one for bit, one in enumerate(ordered) if not mask >> bit & 1)}
        for mask in masks
    ]


def coalition_of(
    row: Mapping[str, Any], members: Sequence[str] = ACTIONS
) -> tuple[str, ...] | None:
    """Members in force in a row of a design, in their order; None if the row leaves that open."""
    cell = row.get(WITHOUT)
    if not isinstance(cell, str | list | tuple):
        return None
    left_out = cell.split(BETWEEN) if isinstance(cell, str) else list(cell)
    return tuple(one for one in members if one not in left_out)
