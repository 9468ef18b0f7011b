"""The patient rule induction method: peeling, choosing, dropping, pasting, of one box.

Friedman & Fisher 1999 (Bump hunting in high-dimensional data); Bryant & Lempert 2010 (coverage,
density, quasi-p-values). Peels are compared by the gain in density per future given up, so that
choices and tied values, which take much at once, are not preferred for that (Kwakkel &
Jaxa-Rozen 2016).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.boxes import Box, Measures, measures, quasi_p
from experiments.analysis.frames import Bools, Column, Floats

PEEL = 0.05
"""Share of a box that a peel takes away."""
PASTE = 0.01
"""Share of a box that a paste takes back, or a trim takes away."""
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

    def worth(self, found: Measures) -> float:
        """What is to be as high as can be."""
        if self.density is None:
            return found.phi
        # Boxes that are not dense enough come after all that are, the densest first.
        return found.coverage if found.density >= self.density else found.density - 2.0


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
    return rule.worth(measures(box.inside(columns), failed))


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
    """The box without the limits that could be chance, the weakest first."""
    while found := quasi_p(box, columns, failed):
        weakest = max(found, key=lambda place: (found[place], place))
        if found[weakest] * len(columns) < SIGNIFICANT:
            break
        box = box.without(columns, weakest)
    return box


def moved(box: Box, columns: Sequence[Column], failed: Bools, rule: Rule) -> Box:
    """The box with its limits moved out (pasting) or in by small steps while it gets better."""
    worth = rule.worth(measures(box.inside(columns), failed))
    while True:
        best = box
        for other in _moves(box, columns):
            value = rule.worth(measures(other.inside(columns), failed))
            if value > worth:
                best, worth = other, value
        if best is box:
            return box
        box = best


def _moves(box: Box, columns: Sequence[Column]) -> Iterator[Box]:
    """Boxes with one limit moved by one step, or with one choice more; no limit is new."""
    inside = box.inside(columns)
    for place in box.limited(columns):
        one = columns[place]
        if one.choices:
            for code in range(len(one.choices)):
                if code not in box.kept[place]:
                    more = tuple(sorted((*box.kept[place], code)))
                    yield box.limit(place, -np.inf, np.inf, more)
            continue
        # All that fits but for this factor, sorted along it.
        along = np.sort(one.values[box.inside(columns, but=place)])
        step = max(int(PASTE * inside.sum()), 1)
        low, high = box.low[place], box.high[place]
        for shift in (-5 * step, -step, step, 5 * step):
            if np.isfinite(low):
                yield box.limit(place, _shifted(along, low, shift), high)
            if np.isfinite(high):
                yield box.limit(place, low, -_shifted(-along[::-1], -high, shift))


def _shifted(along: Floats, edge: float, shift: int) -> float:
    """A lower edge moved by so many of the sorted values; beyond the first it opens."""
    at = int(np.searchsorted(along, edge)) + shift
    if at <= 0:
        return -np.inf
    if at >= len(along):
        return edge
    # Ties stay on one side: the edge is half-way to the last value that differs.
    before = int(np.searchsorted(along, along[at])) - 1
    return -np.inf if before < 0 else float(along[before] + along[at]) / 2.0
