"""A stand-in for the model: moments as a quadratic function of the parameters, with its error.

Multivariate ridge regression (Hoerl & Kennard 1970) on all parameters, their squares and products;
the error covariance is that of the leave-one-out residuals less what chance has in it, so that
what the form misses counts as uncertainty. Hundreds of runs of a noisy simulator in 10 to 15 parameters are too few for a
Gaussian process to find local shape, and a regression averages chance out; the leave-one-out R2
of each moment says where the form does not do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
PENALTIES = tuple(10.0**power for power in range(-6, 4))
"""Ridge penalties that are tried, in units of the mean squared feature."""


@dataclass(frozen=True)
class Emulator:
    """Means of moments over parameters in the unit cube, and their covariance.

    coefficients (f, m), precision (f, f) of the features; error (m, m): covariance of what the form
    misses; chance (m, m): covariance of one run about its mean; replicates: runs of each point;
    r2 (m,): share of the variance between points explained at points left out (1 where there is
    none); mean_leverage over the points it was fitted to; points: how many.
    """

    coefficients: Array
    precision: Array
    error: Array
    chance: Array
    replicates: int
    r2: Array
    mean_leverage: float
    points: int

    @property
    def parameters(self) -> int:
        """Parameters p, of which there are (p + 1)(p + 2) / 2 features."""
        return round((np.sqrt(1 + 8 * len(self.coefficients)) - 3) / 2)

    def mean(self, unit: Array) -> Array:
        """Mean moments (n, m) at points (n, p) of the unit cube."""
        return features(unit) @ self.coefficients

    def leverage(self, unit: Array) -> Array:
        """How far points (n, p) are from those it was fitted to, (n,)."""
        made = features(unit)
        return np.asarray(((made @ self.precision) * made).sum(axis=1))


def features(unit: Array) -> Array:
    """1, x, x_i x_j (i <= j) at points (n, p) of the unit cube, x = 2 u - 1."""
    x = 2.0 * np.asarray(unit, dtype=float) - 1.0
    first, second = np.triu_indices(x.shape[1])
    return np.concatenate([np.ones((len(x), 1)), x, x[:, first] * x[:, second]], axis=1)


def fit(unit: Array, moments: Array) -> Emulator:
    """Fit to points (n, p) and the moments (n, replicates, m) of runs there.

    Points with a failed run (nan) are left out. Raises ValueError for fewer than two replicates or
    fewer points than parameters.
    """
    good = np.isfinite(moments).all(axis=(1, 2))
    unit, moments = np.asarray(unit)[good], np.asarray(moments)[good]
    count, replicates, width = moments.shape
    if replicates < 2 or count < unit.shape[1] + 2:
        raise ValueError(f"{count} points of {replicates} runs are too few for an emulator")
    centre = moments.mean(axis=1)
    deviation = (moments - centre[:, None]).reshape(-1, width)
    chance = deviation.T @ deviation / (count * (replicates - 1))
    scale = np.where(centre.std(axis=0) > 0, centre.std(axis=0), 1.0)
    made, shift = features(unit), centre.mean(axis=0)
    goal = (centre - shift) / scale
    left, size, right = np.linalg.svd(made, full_matrices=False)
    best = min(
        (_left_out(left, size, goal, penalty * count) for penalty in PENALTIES),
        key=lambda one: float((one[1] ** 2).sum()),
    )
    penalty, residual = best
    shrunk = size / (size**2 + penalty)
    coefficients = right.T @ (shrunk[:, None] * (left.T @ goal)) * scale
    coefficients[0] += shift
    precision = (right.T * (1.0 / (size**2 + penalty))) @ right
    residual = residual * scale
    spread = ((centre - shift) ** 2).sum(axis=0)
    r2 = np.where(
        spread > 0, 1.0 - (residual**2).sum(axis=0) / np.where(spread > 0, spread, 1), 1.0
    )
    # A residual left out is larger by the leverage there, which the prediction adds again.
    mean_leverage = float((left**2 * (size**2 / (size**2 + penalty))).sum()) / count
    error = _positive(residual.T @ residual / count / (1.0 + mean_leverage) - chance / replicates)
    return Emulator(coefficients, precision, error, chance, replicates, r2, mean_leverage, count)


def _left_out(left: Array, size: Array, goal: Array, penalty: float) -> tuple[float, Array]:
    """Penalty and the residual (n, m) of each point under a fit without it."""
    hat = size**2 / (size**2 + penalty)
    fitted = left @ (hat[:, None] * (left.T @ goal))
    own = (left**2 * hat).sum(axis=1)
    return penalty, (goal - fitted) / np.maximum(1.0 - own, 1e-6)[:, None]


def _positive(covariance: Array) -> Array:
    """The nearest covariance to a symmetric matrix: no direction has a variance below 0."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
