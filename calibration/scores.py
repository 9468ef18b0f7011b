"""Scores of forecasts against outcomes: pure functions of samples, quantiles and errors.

Proper scores as in Gneiting and Raftery (2007, Journal of the American Statistical Association
102); smaller is better everywhere but for coverage and skill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from sim.core.table import Array

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that forecasts are written and scored at; the outer pairs hold 90 and 50 %."""
SHORTEST = 8
"""Fewest forecasts for a Diebold-Mariano test; below it, the variance is not known."""


def rmse(errors: Array) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.mean(np.square(errors))))


def mae(errors: Array) -> float:
    """Mean absolute error."""
    return float(np.mean(np.abs(errors)))


def crps(sample: Array, outcome: float, fair: bool = True) -> float:
    """Continuous ranked probability score of a sample (n,): E|X - y| - E|X - X'| / 2.

    `fair` leaves out the pairs of a member with itself, so that a small ensemble is not punished
    for being small (Ferro 2014, Quarterly Journal of the Royal Meteorological Society 140).
    """
    members = np.sort(np.asarray(sample, dtype=np.float64))
    count = len(members)
    near = float(np.abs(members - outcome).mean())
    if count == 1:
        return near
    # Half the sum of |x_i - x_j| over all pairs, from the order of the members.
    apart = float(((2 * np.arange(1, count + 1) - count - 1) * members).sum())
    return near - apart / (count * (count - 1) if fair else count**2)


def pinball(quantile: float, level: float, outcome: float) -> float:
    """Loss of a quantile forecast at a level between 0 and 1."""
    gap = outcome - quantile
    return level * gap if gap >= 0 else (level - 1.0) * gap


def interval_score(low: float, high: float, outcome: float, cover: float) -> float:
    """Width of a central interval that shall hold a share `cover`, plus the miss times 2 / alpha."""
    alpha = 1.0 - cover
    miss = max(low - outcome, 0.0) + max(outcome - high, 0.0)
    return high - low + 2.0 / alpha * miss


def coverage(low: Array, high: Array, outcomes: Array) -> float:
    """Share of outcomes within their intervals, ends included."""
    return float(np.mean((low <= outcomes) & (outcomes <= high)))


def skill(score: float, reference: float) -> float:
    """1 - score / reference: above 0 is better than the reference; NaN without a reference."""
    return 1.0 - score / reference if reference > 0 else float("nan")


@dataclass(frozen=True)
class Comparison:
    """A Diebold-Mariano test: negative `statistic` means that the first forecast loses less.

    `note` says why there is no statistic.
    """

    statistic: float
    probability: float
    count: int
    note: str = ""


def diebold_mariano(
    losses: Sequence[float] | Array, others: Sequence[float] | Array, horizon: int = 1
) -> Comparison:
    """Test of equal accuracy on two series of losses in the order of time (Diebold and Mariano 1995).

    With the correction for few forecasts of Harvey, Leybourne and Newbold (1997, International
    Journal of Forecasting 13): autocovariances up to `horizon` - 1, t with n - 1 degrees.
    """
    gaps = np.asarray(losses, dtype=np.float64) - np.asarray(others, dtype=np.float64)
    count = len(gaps)
    none = float("nan")
    if count < max(SHORTEST, 2 * horizon + 2):
        return Comparison(none, none, count, f"too short: {count} forecasts, {SHORTEST} needed")
    centred = gaps - gaps.mean()
    variance = float((centred**2).mean())
    for lag in range(1, horizon):
        variance += 2.0 * float((centred[lag:] * centred[:-lag]).sum()) / count
    if variance <= 0:
        return Comparison(none, none, count, "losses differ by a constant, or not at all")
    corrected = (count + 1 - 2 * horizon + horizon * (horizon - 1) / count) / count
    statistic = float(gaps.mean() / np.sqrt(variance / count) * np.sqrt(corrected))
    return Comparison(statistic, float(2 * student.sf(abs(statistic), count - 1)), count)
