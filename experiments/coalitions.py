"""Sets of clauses in force without the others: the points from which contributions are shared out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.factors import Factor
from sim.core.errors import InputError

WITHOUT = "programme.without"
"""Key and column of what a coalition leaves out."""
ACTIONS = tuple(f"A{number}" for number in range(1, 11))
"""The ten special actions."""


FACTOR = Factor(WITHOUT, "lever", zh="不实施的条款", en="clauses left out", form="list")
"""What a design of coalitions varies."""


def every_coalition(members: Sequence[str]) -> list[tuple[str, ...]]:
    """All 2^n coalitions: bit i of a coalition's place in the list says whether member i is in."""
    return [
        tuple(member for bit, member in enumerate(members) if place >> bit & 1)
        for place in range(1 << len(members))
    ]


def orders(members: Sequence[str], count: int, seed: int) -> list[tuple[str, ...]]:
    """`count` orders in which members join: each drawn one is followed by its reverse.

    Pairs of opposite orders cancel much of what chance does to Shapley values (Mitchell et al. 2022).
    """
    if count < 2 or count % 2:
        raise InputError("coalitions", "sampled", count, "an even number from 2")
    drawn = np.random.default_rng(seed)
    found = []
    for _ in range(count // 2):
        order = tuple(members[place] for place in drawn.permutation(len(members)))
        found += [order, order[::-1]]
    return found


def met_in(orders: Sequence[Sequence[str]], members: Sequence[str]) -> list[tuple[str, ...]]:
    """Coalitions met as members join in these orders, each once, smaller ones first."""
    met = {
        tuple(member for member in members if member in order[:size])
        for order in orders
        for size in range(len(order) + 1)
    }
    place = {member: number for number, member in enumerate(members)}
    return sorted(met, key=lambda one: (len(one), [place[member] for member in one]))


def rows(members: Sequence[str], sampled: int | None, seed: int) -> list[dict[str, Any]]:
    """A row for each coalition: the clauses left out."""
    if sampled is None:
        chosen = every_coalition(members)
    else:
        chosen = met_in(orders(members, sampled, seed), members)
    return [{WITHOUT: tuple(one for one in members if one not in there)} for there in chosen]


def coalition_of(
    row: Mapping[str, Any], members: Sequence[str] = ACTIONS
) -> tuple[str, ...] | None:
    """Members in force in a row of a design, in their order; None if the row leaves that open."""
    cell = row.get(WITHOUT)
    if not isinstance(cell, str | list | tuple):
        return None
    left_out = cell.split(",") if isinstance(cell, str) else list(cell)
    return tuple(one for one in members if one not in left_out)
