"""The patient rule induction method: peeling, choosing, dropping, pasting, of one box.

Friedman & Fisher 1999 (Bump hunting in high-dimensional data); Bryant & Lempert 2010 (coverage,
density, quasi-p-values). Peels are compared by the gain in density per future given up, so that
choices and tied values, which take much at once, are not preferred for that (Kwakkel &
Jaxa-Rozen 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.boxes import Box, phi, tail
from experiments.analysis.frames import Bools, Column, Floats

PEEL = 0.05
"""Share of a box that a peel takes away."""
TINY = 1e-12
Counts = NDArray[np.int64]
LOW, HIGH = -1, -2
"""Which end of a number is peeled; of a listed factor it is the place of the choice."""
LEAST = 0.03
"""A box with less of the futures than this is too small to speak of."""
ROUNDS = 3
"""Times that a chosen box is peeled again."""
SIGNIFICANT = 0.05
"""Limits of a factor are kept if its quasi-p-value times the number of factors is below this."""


@dataclass(frozen=True)
class Rule:
    """How a box is chosen: the highest phi, or the highest coverage at a density of at least this."""

    density: float | None = None

    def worth(self, inside: Counts, hits: Counts, futures: int, failures: int) -> Floats:
        """What is to be as high as can be, of boxes with so many futures and failures inside."""
        if self.density is None:
            return phi(inside, hits, futures, failures)
        density = hits / np.maximum(inside, 1)
        # Boxes that are not dense enough come after all that are, the densest first.
        return np.where(density >= self.density, hits / max(failures, 1), density - 2.0)


def find(columns: Sequence[Column], failed: Bools, rule: Rule) -> tuple[Box, list[Box], int]:
    """The chosen box, the boxes of the peeling from the whole on, and which of them was taken.

    The box taken loses limits that could be chance, and the others are moved in small steps while
    that makes it better by the rule. Then it is peeled in its turn, as long as that pays: what the
    first peeling gave to chance may have hidden a factor.
    """
    path = peeled(columns, failed, Box.whole(columns))
    best = _best(path, columns, failed, rule)
    box = _settled(path[best], columns, failed, rule)
    for _ in range(ROUNDS):
        further = peeled(columns, failed, box)
        other = _settled(further[_best(further, columns, failed, rule)], columns, failed, rule)
        if _worth(other, columns, failed, rule) <= _worth(box, columns, failed, rule):
            break
        box = other
    return box, path, best


def _worth(box: Box, columns: Sequence[Column], failed: Bools, rule: Rule) -> float:
    inside = box.inside(columns)
    hits = np.array((inside & failed).sum())
    return float(rule.worth(np.array(inside.sum()), hits, len(failed), int(failed.sum())))


def _best(path: list[Box], columns: Sequence[Column], failed: Bools, rule: Rule) -> int:
    return int(np.argmax([_worth(box, columns, failed, rule) for box in path]))


def _settled(box: Box, columns: Sequence[Column], failed: Bools, rule: Rule) -> Box:
    """The box without limits that could be chance, the others moved to where they do best."""
    return dropped(moved(dropped(box, columns, failed), columns, failed, rule), columns, failed)


def peeled(columns: Sequence[Column], failed: Bools, box: Box) -> list[Box]:
    """Boxes from `box` on, each a peel smaller, until all inside fails or too little is left."""
    path = [box]
    numeric = [place for place, one in enumerate(columns) if not one.choices]
    values = np.stack([columns[place].values for place in numeric], axis=1) if numeric else None
    live = np.flatnonzero(box.inside(columns))
    least = max(LEAST * len(failed), 2.0)
    while not failed[live].all():
        peels: list[tuple[int, int]] = []
        kept = np.zeros((len(live), 0), dtype=bool)
        if values is not None:
            kept = _cuts(values[live])
            peels += [(place, side) for side in (LOW, HIGH) for place in numeric]
        kept, peels = _with_choices(box, columns, live, kept, peels)
        n, left = len(live), kept.sum(axis=0)
        hits = failed[live].astype(np.float64) @ kept
        possible = (left >= least) & (left < n)
        if not possible.any():
            break
        density = np.divide(hits, left, out=np.zeros(len(left)), where=left > 0)
        gain = (density - failed[live].mean()) / np.maximum(n - left, 1)
        best = int(np.where(possible, gain, -np.inf).argmax())
        box = _peel(box, columns, live, kept[:, best], *peels[best])
        live = live[kept[:, best]]
        path.append(box)
    return path


def _cuts(values: Floats) -> Bools:
    """What stays of the futures (n, 2 columns) when a column's lowest go, then when its highest go.

    Ties with the first value that stays stay too; where that takes nothing, the outermost value
    goes with all its ties.
    """
    n = len(values)
    take = min(max(int(PEEL * n), 1), n - 1)
    ranked = np.partition(values, sorted({take, n - 1 - take}), axis=0)
    low, high = values >= ranked[take], values <= ranked[n - 1 - take]
    for kept, beyond in ((low, values > values.min(axis=0)), (high, values < values.max(axis=0))):
        stuck = kept.all(axis=0)
        kept[:, stuck] = beyond[:, stuck]
    return np.concatenate([low, high], axis=1)


def _with_choices(
    box: Box, columns: Sequence[Column], live: np.ndarray, kept: Bools, peels: list[tuple[int, int]]
) -> tuple[Bools, list[tuple[int, int]]]:
    """The peels that take one choice of a listed factor beside those of numbers."""
    more = []
    for place, one in enumerate(columns):
        for code in box.kept[place] if len(box.kept[place]) > 1 else ():
            more.append(one.values[live] != code)
            peels = [*peels, (place, code)]
    return (np.concatenate([kept, np.stack(more, axis=1)], axis=1) if more else kept), peels


def _peel(
    box: Box, columns: Sequence[Column], live: np.ndarray, kept: Bools, place: int, side: int
) -> Box:
    """The box after a peel; an edge is half-way between what goes and what stays."""
    one = columns[place]
    if one.choices:
        return box.limit(place, -np.inf, np.inf, tuple(k for k in box.kept[place] if k != side))
    stay, go = one.values[live][kept], one.values[live][~kept]
    if side == LOW:
        return box.limit(place, float(go.max() + stay.min()) / 2.0, box.high[place])
    return box.limit(place, box.low[place], float(go.min() + stay.max()) / 2.0)


def dropped(box: Box, columns: Sequence[Column], failed: Bools) -> Box:
    """The box without the limits, or the one end of them, that could be chance, the weakest first."""
    while box.limited(columns):
        wider = [other for place in box.limited(columns) for other in _opened(box, columns, place)]
        inside = box.inside(columns)
        chances = [tail(inside, other.inside(columns), failed) for other in wider]
        weakest = int(np.argmax(chances))
        if chances[weakest] * len(columns) < SIGNIFICANT:
            break
        box = wider[weakest]
    return box


def _opened(box: Box, columns: Sequence[Column], place: int) -> list[Box]:
    """The box with a factor's limits lifted, and with one end of two lifted."""
    low, high = box.low[place], box.high[place]
    found = [box.without(columns, place)]
    if np.isfinite(low) and np.isfinite(high):
        found += [box.limit(place, -np.inf, high), box.limit(place, low, np.inf)]
    return found


def moved(box: Box, columns: Sequence[Column], failed: Bools, rule: Rule) -> Box:
    """The box with one limit after the other moved, out (pasting) or in, while it gets better.

    Each time the one move that does most good by the rule is made; no factor gets its first limit.
    """
    worth = _worth(box, columns, failed, rule)
    while True:
        moves = [
            move for place in box.limited(columns)
            for move in _moves(box, columns, failed, rule, place)
        ]  # fmt: skip
        best = max(moves, key=lambda move: move[0], default=(worth, box))
        if best[0] <= worth + TINY:
            return box
        worth, box = best


def _moves(
    box: Box, columns: Sequence[Column], failed: Bools, rule: Rule, place: int
) -> list[tuple[float, Box]]:
    """Worth and box of the best move of each end of a factor's limits, or of each choice added."""
    one, others = columns[place], box.inside(columns, but=place)
    if one.choices:
        lost = [code for code in range(len(one.choices)) if code not in box.kept[place]]
        more = [
            box.limit(place, -np.inf, np.inf, tuple(sorted((*box.kept[place], code))))
            for code in lost
        ]
        return [(_worth(other, columns, failed, rule), other) for other in more]
    low, high = box.low[place], box.high[place]
    found = []
    if np.isfinite(low):
        within = others & (one.values <= high)
        worth, edge = _edge(one.values[within], failed[within], failed, rule)
        found.append((worth, box.limit(place, edge, high)))
    if np.isfinite(high):
        within = others & (one.values >= low)
        worth, edge = _edge(-one.values[within], failed[within], failed, rule)
        found.append((worth, box.limit(place, low, -edge)))
    return found


def _edge(values: Floats, own: Bools, failed: Bools, rule: Rule) -> tuple[float, float]:
    """The lower edge of values (n,) that is best by the rule, after its worth; -inf if open."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    left = np.arange(len(ranked), 0, -1)
    hits = own[order][::-1].cumsum()[::-1]
    worths = rule.worth(left, hits, len(failed), int(failed.sum()))
    # Ties stay on one side, and what is left is large enough.
    new = np.append(True, ranked[1:] > ranked[:-1]) & (left >= LEAST * len(failed))
    if not new.any():
        return -np.inf, -np.inf
    best = int(np.where(new, worths, -np.inf).argmax())
    edge = -np.inf if best == 0 else float(ranked[best - 1] + ranked[best]) / 2.0
    return float(worths[best]), edge
