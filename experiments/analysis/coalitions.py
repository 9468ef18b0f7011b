"""Which clauses of the programme are left out: in a cell of a design, as coalitions, as a game."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.analysis import shapley
from experiments.analysis.pairing import check_columns, side_by_side
from sim.core.errors import InputError
from sim.programme import CLAUSES

WITHOUT = "programme.without"
ACTIONS = tuple(code for code in CLAUSES if code.startswith("A"))
ROW = ["unit", "replicate"]
NOBODY = "against"
"""Column of the runs of the scenario that all the programme is set against."""


def without_of(cell: Any, where: str = "design") -> tuple[str, ...]:
    """Clauses left out, in the document's order, from a cell of a design.

    The cell is a list, tuple or array of codes, text joined by "+" as on disk, or missing (none).
    """
    if cell is None or (np.isscalar(cell) and pd.isna(cell)) or cell is pd.NA:
        return ()
    parts: Iterable[Any] = cell.split("+") if isinstance(cell, str) else cell
    if not isinstance(parts, list | tuple | np.ndarray):
        raise InputError(where, WITHOUT, str(cell), "codes of clauses, joined by +")
    codes = [str(part).strip() for part in parts if str(part).strip()]
    for code in codes:
        if code not in CLAUSES:
            raise InputError(where, WITHOUT, code, ", ".join(CLAUSES))
    return tuple(code for code in CLAUSES if code in codes)


def coded(without: Iterable[str]) -> str:
    """Clauses left out as they stand on disk."""
    return "+".join(without_of(list(without)))


def left_out(mask: int, actions: Sequence[str]) -> tuple[str, ...]:
    """The actions that are not in a coalition."""
    return tuple(code for place, code in enumerate(actions) if not mask >> place & 1)


def every_coalition(actions: Sequence[str] = ACTIONS) -> list[tuple[str, ...]]:
    """What each of the 2^n coalitions leaves out: values of the lever `programme.without`."""
    players = shapley.check_players(len(actions))
    return [left_out(mask, actions) for mask in range(2**players)]


def sampled_coalitions(
    actions: Sequence[str] = ACTIONS, permutations: int = 20, seed: int = 1
) -> list[tuple[str, ...]]:
    """What the coalitions leave out that a number of sampled orders needs."""
    masks = shapley.needed(shapley.orders(len(actions), permutations, seed))
    return [left_out(int(mask), actions) for mask in masks]


@dataclass(frozen=True)
class Game:
    """The coalitions of a design: where each was run.

    `points` has a row a point: point, unit, mask. A unit is a setting of all other factors. `base`
    has the points, and units, of the scenario that everything is set against, if there is one.
    """

    actions: tuple[str, ...]
    scenario: str
    points: pd.DataFrame
    base: pd.DataFrame

    @property
    def masks(self) -> shapley.Integers:
        """Coalitions there are, sorted, (coalitions,)."""
        return np.unique(self.points["mask"].to_numpy(np.int64))

    @property
    def complete(self) -> bool:
        """Whether every coalition is there."""
        return len(self.masks) == 2 ** len(self.actions)

    @property
    def units(self) -> int:
        """Settings of the other factors."""
        return int(self.points["unit"].nunique())

    def values(self, runs: pd.DataFrame, outcome: str) -> pd.DataFrame:
        """An outcome by (unit, replicate) and coalition, `NOBODY` the last column if there is one."""
        rows = self.points.merge(runs, on="point")
        table = side_by_side(rows, outcome, ROW, "mask").reindex(columns=self.masks)
        if len(self.base):
            found = side_by_side(self.base.merge(runs, on="point"), outcome, ROW, "mask")
            table[NOBODY] = found.reindex(index=table.index, columns=[-1])
        return table

    def whole_rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """Rows with every figure; a base none of whose runs is there is left out."""
        if NOBODY in table and table[NOBODY].isna().all():
            table = table.drop(columns=NOBODY)
        return table[shapley.whole_rows(table.to_numpy(float))]


def game_of(design: pd.DataFrame, scenario: str | None = None, against: str = "") -> Game:
    """The game in a design: all points of the one scenario that has clauses left out.

    The players are all that some point leaves out. Raises InputError if the design has no such
    column or scenario, or several of them, or two points for one coalition.
    """
    check_columns(design, ["point", "scenario", WITHOUT], "design")
    without = [without_of(cell) for cell in design[WITHOUT]]
    having = list(dict.fromkeys(design["scenario"][[bool(one) for one in without]]))
    if scenario is None and len(having) != 1:
        allowed = "one scenario of which clauses are left out"
        raise InputError("design", "scenario", ", ".join(having) or "none", allowed)
    chosen = scenario or having[0]
    if chosen not in having:
        raise InputError("design", "scenario", chosen, ", ".join(having) or "none has any")
    mine = (design["scenario"] == chosen).to_numpy()
    named = {code for one, is_mine in zip(without, mine, strict=True) if is_mine for code in one}
    actions = tuple(code for code in CLAUSES if code in named)
    shapley.check_players(len(actions), shapley.MOST_SAMPLED)
    full = 2 ** len(actions) - 1
    place = {code: 1 << i for i, code in enumerate(actions)}
    masks = [full - sum(place.get(code, 0) for code in one) for one in without]
    table = pd.DataFrame({"point": design["point"], "unit": _units(design), "mask": masks})
    points, base = table[mine], table[(design["scenario"] == against).to_numpy()].assign(mask=-1)
    if points.duplicated(["unit", "mask"]).any():
        given = coded(
            left_out(int(points["mask"][points.duplicated(["unit", "mask"])].iloc[0]), actions)
        )
        raise InputError("design", WITHOUT, given, "one point for each coalition")
    if points["unit"].nunique() == 1 and len(base) == 1:
        base = base.assign(unit=points["unit"].iloc[0])
    return Game(actions, chosen, points, base)


def _units(design: pd.DataFrame) -> list[str]:
    """A name for each point's setting of all factors but the clauses left out."""
    others = [name for name in design if name not in ("point", "scenario", WITHOUT)]
    return ["; ".join(f"{name}={row[name]}" for name in others) for _, row in design.iterrows()]
