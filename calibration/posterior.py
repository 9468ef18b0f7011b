"""What the targets say about the parameters: a posterior by synthetic likelihood on an emulator.

The likelihood of the observed moments is normal (Wood 2010) about the emulator's mean. Its
covariance adds what each part may be wrong by: observation and definition (tolerance), chance of
the one history that happened, and the emulator's own error. Draws come from sequential Monte Carlo
by tempering (Del Moral, Doucet & Jasra 2006), which starts from the prior, needs no tuning by hand
and copes with bounds and several modes.

A model that misses its targets by more than their tolerance would make the posterior too sure of
itself, so the tolerance is multiplied by a misfit factor of 1 or more that is inferred too (the
model discrepancy of Kennedy & O'Hagan 2001, common to all moments).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibration.emulator import Emulator

Array = npt.NDArray[np.float64]
Likelihood = Callable[[Array], Array]
"""Log likelihood (n,) of points (n, p) of the unit cube."""

MISFIT = 1.0
"""Prior sd of the log of the misfit factor: twice the tolerance is no surprise, ten times is."""
SMALLEST_STEP = 0.5
"""Share of the particles' effective number that a step of tempering keeps."""
FORGOTTEN, HALF_FORGOTTEN = 0.1, 0.5
"""Correlation with their start below which particles have moved enough, at the end and before."""
MOST_SWEEPS = 400


@dataclass(frozen=True)
class Draws:
    """Posterior draws in the unit cube (n, p), the misfit factor of each (n,), log posterior (n,).

    `effective` is the number of independent draws they are worth, `correlation` what is left of
    their start in them.
    """

    unit: Array
    misfit: Array
    logarithm: Array
    effective: float
    correlation: float


def likelihood(emulator: Emulator, observed: Array, deviation: Array) -> Likelihood:
    """Log likelihood of observed moments (m,) with standard deviations (m,) of the targets.

    The last coordinate of a point is the misfit factor's quantile. Moments are turned into
    directions in which tolerance and the other errors are both uncorrelated at the emulator's mean
    leverage, so that a factor changes variances only; at another leverage the small correlations
    that its change brings are left out.
    """
    whitened = 1.0 / np.outer(deviation, deviation)
    fixed = emulator.chance + emulator.error
    growing = emulator.chance / emulator.replicates + emulator.error
    _, turn = np.linalg.eigh((fixed + emulator.mean_leverage * growing) * whitened)
    still, far = (np.einsum("ij,ik,kj->j", turn, one * whitened, turn) for one in (fixed, growing))

    def value(points: Array) -> Array:
        unit = points[:, :-1]
        own = still + far * emulator.leverage(unit)[:, None]
        variance = misfit_of(points[:, -1])[:, None] ** 2 + own
        gap = (observed - emulator.mean(unit)) / deviation @ turn
        return -0.5 * (gap**2 / variance + np.log(variance)).sum(axis=1)

    return value


def misfit_of(quantile: Array) -> Array:
    """Misfit factor of a quantile: exp |z|, z normal of sd `MISFIT`."""
    from scipy.special import ndtri

    return np.exp(MISFIT * ndtri(0.5 + 0.5 * np.clip(quantile, 0.0, 1.0 - 1e-9)))


def posterior(
    emulator: Emulator, observed: Array, deviation: Array, count: int = 2000, seed: int = 1
) -> Draws:
    """`count` draws of the parameters given observed moments."""
    found, logarithm, effective, correlation = sample(
        likelihood(emulator, observed, deviation), emulator.parameters + 1, count, seed
    )
    misfit = misfit_of(found[:, -1])
    return Draws(found[:, :-1], misfit, logarithm, effective, correlation)


def sample(
    value: Likelihood, width: int, count: int, seed: int
) -> tuple[Array, Array, float, float]:
    """Draws (n, p) from likelihood x uniform on the unit cube by tempering; log likelihood (n,).

    Also the effective number of draws and the correlation left with the last resampling.
    """
    random = np.random.default_rng(seed)
    points = random.random((count, width))
    current = value(points)
    temperature, ancestors = 0.0, np.arange(count)
    while temperature < 1.0:
        step = _step(current, 1.0 - temperature)
        temperature = 1.0 if step >= 1.0 - temperature else temperature + step
        share = np.exp(step * (current - current.max()))
        ancestors = _resample(share / share.sum(), random)
        points, current = points[ancestors], current[ancestors]
        enough = FORGOTTEN if temperature >= 1.0 else HALF_FORGOTTEN
        points, current, left = _move(value, points, current, temperature, enough, random)
    families = len(np.unique(ancestors))
    # Kish's design effect: brothers are alike by the square of what is left of their father.
    effective = count / (1.0 + (count / families - 1.0) * left**2)
    return points, current, effective, left


def intervals(draws: Array, prior: Array, names: Sequence[str]) -> pd.DataFrame:
    """Median, 50 and 90 % intervals of draws (n, p) beside those of the prior (k, p) by parameter.

    `learned` is 1 - the ratio of the widths of the 90 % intervals: 0 where the targets say nothing.
    """
    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    columns = ("low_90", "low_50", "median", "high_50", "high_90")
    ours, theirs = (np.quantile(one, shares, axis=0).T for one in (draws, prior))
    frame = pd.DataFrame({"parameter": list(names)})
    for prefix, found in (("", ours), ("prior_", theirs)):
        for place, column in enumerate(columns):
            frame[prefix + column] = found[:, place]
    width, wide = ours[:, 4] - ours[:, 0], theirs[:, 4] - theirs[:, 0]
    frame["learned"] = 1.0 - width / np.where(wide > 0, wide, 1.0)
    return frame


def _step(logarithm: Array, most: float) -> float:
    """The largest step of temperature that leaves `SMALLEST_STEP` of the particles effective."""

    def effective(step: float) -> float:
        share = np.exp(step * (logarithm - logarithm.max()))
        return float(share.sum() ** 2 / (share**2).sum())

    wanted = SMALLEST_STEP * len(logarithm)
    if effective(most) >= wanted:
        return most
    low, high = 0.0, most
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) >= wanted else (low, middle)
    return max(low, 1e-12)


def _resample(share: Array, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Systematic resampling: places (n,) of the particles that go on."""
    count = len(share)
    reached = np.cumsum(share)
    reached[-1] = 1.0
    return np.searchsorted(reached, (random.random() + np.arange(count)) / count)


def _move(
    value: Likelihood, points: Array, current: Array, temperature: float, enough: float,
    random: np.random.Generator,
) -> tuple[Array, Array, float]:  # fmt: skip
    """Metropolis steps of all particles until they have forgotten where they started.

    Steps are normal with the particles' own covariance, reflected at the bounds; their size
    follows the share accepted, about a quarter (Roberts, Gelman & Gilks 1997).
    """
    start, width = points, points.shape[1]
    lower = np.linalg.cholesky(
        np.cov(points, rowvar=False).reshape(width, width) + 1e-10 * np.eye(width)
    )
    size, left = 2.4 / np.sqrt(width), 1.0
    for _ in range(MOST_SWEEPS):
        trial = points + size * random.standard_normal(points.shape) @ lower.T
        trial = np.abs(np.mod(trial + 1.0, 2.0) - 1.0)
        proposed = value(trial)
        accept = np.log(random.random(len(points))) < temperature * (proposed - current)
        points = np.where(accept[:, None], trial, points)
        current = np.where(accept, proposed, current)
        size *= np.exp(float(accept.mean()) - 0.25)
        left = _correlation(start, points)
        if left < enough:
            break
    return points, current, left


def _correlation(one: Array, other: Array) -> float:
    """The largest correlation of a coordinate with itself in another state."""
    a, b = one - one.mean(axis=0), other - other.mean(axis=0)
    spread = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return float(((a * b).sum(axis=0) / np.where(spread > 0, spread, 1.0)).max())
