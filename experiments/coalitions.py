"""Sets of clauses in force without the others: the points from which contributions are shared out.

A coalition is a bit mask over its members in the document's order: bit i says whether member i is
in force. In a design it stands as the clauses left out (`programme.without`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.analysis.coalitions import (
    ACTIONS,
    WITHOUT,
    every_coalition,
    sampled_coalitions,
    without_of,
)
from experiments.factors import Factor
from sim.programme import CLAUSES

__all__ = ["ACTIONS", "FACTOR", "WITHOUT", "coalition_of", "rows"]

FACTOR = Factor(WITHOUT, "lever", zh="不实施的条款", en="clauses left out", form="list")
"""What a design of coalitions varies."""


def rows(members: Sequence[str], sampled: int | None, seed: int) -> list[dict[str, Any]]:
    """A row for each coalition, sorted by mask: nobody first, all members last."""
    ordered = [code for code in CLAUSES if code in members]
    if sampled is None:
        return [{WITHOUT: one} for one in every_coalition(ordered)]
    return [{WITHOUT: one} for one in sampled_coalitions(ordered, sampled, seed)]


def coalition_of(
    row: Mapping[str, Any], members: Sequence[str] = ACTIONS
) -> tuple[str, ...] | None:
    """Members in force in a row of a design, in their order; None if the row leaves that open."""
    cell = row.get(WITHOUT)
    if not isinstance(cell, str | list | tuple):
        return None
    left_out = without_of(cell)
    return tuple(one for one in members if one not in left_out)
