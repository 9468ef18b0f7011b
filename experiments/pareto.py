"""Pareto fronts: which packages no other beats in everything, how much they cover, which stand out.

Everything here is in values of which more is better: (n, k).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.core.table import Array


def front(values: Array) -> npt.NDArray[np.bool_]:
    """Which rows no other row dominates, (n,); of equal rows the first; missing values never.

    A row dominates another if it is at least as good everywhere and better somewhere.
    """
    found = np.isfinite(values).all(axis=1)
    for place, row in enumerate(values):
        if not found[place]:
            continue
        others = np.where(np.isfinite(values).all(axis=1)[:, None], values, -np.inf)
        beaten = (others >= row).all(axis=1) & (others > row).any(axis=1)
        same = (others[:place] == row).all(axis=1)
        found[place] = not beaten.any() and not same.any()
    return found


def hypervolume(values: Array, reference: Array) -> float:
    """Volume that rows dominate above a reference point (k,) (Zitzler & Thiele 1999).

    By exclusive volumes, each row against those after it (While, Bradstreet & Barone 2012).
    """
    points = values[np.isfinite(values).all(axis=1)] - reference
    points = points[(points > 0).all(axis=1)]
    return _volume(points[front(points)]) if len(points) else 0.0


def _volume(points: Array) -> float:
    """Hypervolume above 0 of rows of which none dominates another."""
    if points.shape[1] == 1:
        return float(points.max())
    if points.shape[1] == 2:
        rows = points[np.argsort(-points[:, 0])]
        heights = np.diff(rows[:, 1], prepend=0.0)
        return float((rows[:, 0] * heights).sum())
    # The worst in the last objective first: what it shares with the others is then small.
    rows = points[np.argsort(points[:, -1], kind="stable")]
    total = 0.0
    for place, row in enumerate(rows):
        shared = np.minimum(rows[place + 1 :], row)
        beyond = _volume(shared[front(shared)]) if len(shared) else 0.0
        total += float(row.prod()) - beyond
    return total


@dataclass(frozen=True)
class Scale:
    """The box in which volumes are measured: `worst` and `best` (k,) of the first generation.

    It stays as it was, so that a volume can only grow as packages are added. `worst` lies a tenth of
    the range lower, so that a package that is worst in one objective still counts.
    """

    worst: Array
    best: Array

    @staticmethod
    def of(values: Array) -> Scale:
        """The box of a first generation (n, k)."""
        known = values[np.isfinite(values).all(axis=1)]
        low, high = known.min(axis=0), known.max(axis=0)
        width = np.where(high > low, high - low, 1.0)
        return Scale(low - 0.1 * width, low + width)

    def volume(self, values: Array) -> float:
        """Hypervolume in boxes: 1 if one point had the best of the first generation in everything."""
        scaled = (values - self.worst) / (self.best - self.worst)
        return hypervolume(scaled, np.zeros(values.shape[1]))


def shortfall(values: Array) -> Array:
    """Largest distance to the best of each objective, (n,), in ranges of these rows (n, k)."""
    best, low = values.max(axis=0), values.min(axis=0)
    width = np.where(best > low, best - low, 1.0)
    return np.asarray(((best - values) / width).max(axis=1))


def extremes(values: Array) -> list[int]:
    """Row that is best in each objective, of equals the one with the smallest shortfall."""
    tie = shortfall(values)
    return [
        int(np.lexsort((np.arange(len(values)), tie, -values[:, place]))[0])
        for place in range(values.shape[1])
    ]


def knee(values: Array) -> int:
    """The balanced row: its largest shortfall is the smallest (Zeleny's compromise, Chebyshev).

    Of equals the one with the smallest sum of shortfalls.
    """
    best, low = values.max(axis=0), values.min(axis=0)
    width = np.where(best > low, best - low, 1.0)
    total = ((best - values) / width).sum(axis=1)
    return int(np.lexsort((np.arange(len(values)), total, shortfall(values)))[0])
