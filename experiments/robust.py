"""How good packages are over futures that nobody chooses: mean, regret, satisficing.

Values are (n, F, k): packages, futures, objectives. `better` (k,) is 1 where more is better, -1 where
less is. All packages meet the same futures, so that they differ by what they are and not by luck.
"""

from __future__ import annotations

import numpy as np

from sim.comparison import half_width
from sim.core.table import Array


def met(values: Array, thresholds: Array, better: Array) -> Array:
    """1 where a threshold (k,), or one of each future (F, k), is met, 0 elsewhere, (n, F, k)."""
    reached = better * (values - thresholds) >= 0
    return np.where(np.isfinite(values), reached.astype(np.float64), np.nan)


def regret(values: Array, better: Array, best: Array | None = None) -> Array:
    """What each package misses of the best found in each future, (n, F, k), never below 0.

    Savage's regret (1951) with the packages given as the choice; `best` (F, k) is that of others,
    where a part of a larger set is looked at.
    """
    signed = values * better
    top = np.nanmax(signed, axis=0) if best is None else best * better
    return np.maximum(top - signed, 0.0)


def summary(values: Array, thresholds: Array, better: Array) -> dict[str, Array]:
    """Mean, worst, mean and largest regret, share of futures that meet the threshold; (n, k) each.

    Also `all_met` (n,): the share of futures in which every threshold is met at once (Lempert's
    and Starr's domain criterion).
    """
    lost, reached = regret(values, better), met(values, thresholds, better)
    return {
        "mean": values.mean(axis=1),
        "worst": np.min(values * better, axis=1) * better,
        "mean_regret": lost.mean(axis=1),
        "largest_regret": lost.max(axis=1),
        "satisficing": reached.mean(axis=1),
        "all_met": reached.min(axis=2).mean(axis=1),
    }


FEWEST = 6
"""Futures that have to agree before their agreement says something: a sign test of six is at 3 %."""


def paired(values: Array, against: Array) -> tuple[Array, Array, Array]:
    """Mean difference (k,) over futures of values (F, k) to others, and its 95 % t-interval.

    Where fewer than `FEWEST` futures agree to the last bit they tell nothing about chance: nan.
    """
    gap = values - against
    mean = gap.mean(axis=0)
    if len(gap) < 2:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    deviation = gap.std(axis=0, ddof=1)
    if len(gap) < FEWEST:
        deviation = np.where(deviation > 0, deviation, np.nan)
    half = half_width(len(gap)) * deviation
    return mean, mean - half, mean + half


def verdict(low: float, high: float, better: float) -> str:
    """better, worse or "not distinguishable" by an interval of a difference, missing or not."""
    ends = sorted((low * better, high * better))
    return "better" if ends[0] > 0 else "worse" if ends[1] < 0 else "not distinguishable"
