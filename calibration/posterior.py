"""What the targets say about the parameters: a posterior by synthetic likelihood on an emulator.

The likelihood of the observed moments (Wood 2010) is centred on the emulator's mean. Its covariance
adds what each part may be wrong by: observation and definition (tolerance), chance of the one
history that happened, and the emulator's own error. Draws come from sequential Monte Carlo by
tempering (Del Moral, Doucet & Jasra 2006), which starts from the prior, needs no tuning by hand
and copes with bounds and several modes.

A model that misses its targets by more than their tolerance would make the posterior too sure of
itself, and what it misses for want of a mechanism would drag every parameter after it. So each
series has a misfit factor of its own on its standard deviations (the model discrepancy of Kennedy &
O'Hagan 2001), its square inverse gamma about 1, which makes the likelihood of a series a
multivariate t (Geweke 1993): the further a series is out of reach, the less it says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibration.emulator import Emulator

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Likelihood = Callable[[Array], Array]
"""Log likelihood (n,) of points (n, p) of the unit cube."""

TAIL = 2.0
"""Degrees of freedom of the misfit factors: of 100 series 22 need twice their tolerance, 1 ten times
(a prior); a normal likelihood at infinity."""
SMALLEST_STEP = 0.5
"""Share of the particles' effective number that a step of tempering keeps."""
FORGOTTEN, HALF_FORGOTTEN = 0.1, 0.5
"""Correlation with their start below which particles have moved enough, at the end and before."""
MOST_SWEEPS = 400


@dataclass(frozen=True)
class Draws:
    """Posterior draws in the unit cube (n, p), misfit (m,) of each moment's series, log posterior (n,).

    The misfit is the root mean squared factor by which the posterior widens the moment's standard
    deviation, the median over draws. `effective` is the number of independent draws they are worth,
    `correlation` what is left of their start in them.
    """

    unit: Array
    misfit: Array
    logarithm: Array
    effective: float
    correlation: float


@dataclass(frozen=True)
class Series:
    """Observed moments of one series, turned into directions in which no two errors are correlated.

    places (k,) of its moments, turn (k, k); still and far (k,): variances of chance and emulator
    at no leverage and for each unit of it, in the targets' variances.
    """

    places: Integers
    turn: Array
    still: Array
    far: Array

    def square(self, gap: Array, leverage: Array) -> tuple[Array, Array]:
        """Squared distance and log determinant, (n,) each, at gaps (n, m) in deviations."""
        variance = 1.0 + self.still + self.far * leverage[:, None]
        turned = gap[:, self.places] @ self.turn
        return (turned**2 / variance).sum(axis=1), np.log(variance).sum(axis=1)


def series_of(emulator: Emulator, deviation: Array, series: Integers) -> list[Series]:
    """Moments (m,) by their series' number (m,), with standard deviations (m,) of the targets.

    Errors of one series are uncorrelated in its directions at the emulator's mean leverage; the
    small correlations at another leverage, and those between series, are left out.
    """
    whitened = 1.0 / np.outer(deviation, deviation)
    fixed = (emulator.chance + emulator.error) * whitened
    growing = (emulator.chance / emulator.replicates + emulator.error) * whitened
    found = []
    for one in np.unique(series):
        places = np.flatnonzero(series == one)
        block = np.ix_(places, places)
        _, turn = np.linalg.eigh(fixed[block] + emulator.mean_leverage * growing[block])
        still, far = (
            np.einsum("ij,ik,kj->j", turn, each[block], turn) for each in (fixed, growing)
        )
        found.append(Series(places, turn, still, far))
    return found


def likelihood(
    emulator: Emulator, observed: Array, deviation: Array, series: Integers
) -> Likelihood:
    """Log likelihood of observed moments (m,) with standard deviations (m,), by series (m,)."""
    parts = series_of(emulator, deviation, series)

    def value(points: Array) -> Array:
        leverage = emulator.leverage(points)
        gap = (observed - emulator.mean(points)) / deviation
        total = np.zeros(len(points))
        for one in parts:
            square, logarithm = one.square(gap, leverage)
            total -= 0.5 * (TAIL + len(one.places)) * np.log1p(square / TAIL) + 0.5 * logarithm
        return total

    return value


def misfit(
    emulator: Emulator, observed: Array, deviation: Array, series: Integers, points: Array
) -> Array:
    """Misfit (m,) of each moment's series at draws (n, p): see `Draws`."""
    leverage = emulator.leverage(points)
    gap = (observed - emulator.mean(points)) / deviation
    found = np.ones(len(observed))
    for one in series_of(emulator, deviation, series):
        square, _ = one.square(gap, leverage)
        found[one.places] = np.median(np.sqrt((TAIL + square) / (TAIL + len(one.places))))
    return found


def posterior(
    emulator: Emulator,
    observed: Array,
    deviation: Array,
    series: Integers,
    count: int = 2000,
    seed: int = 1,
) -> Draws:
    """`count` draws of the parameters given observed moments (m,), their deviations and series."""
    value = likelihood(emulator, observed, deviation, series)
    found, logarithm, effective, correlation = sample(value, emulator.parameters, count, seed)
    missed = misfit(emulator, observed, deviation, series, found)
    return Draws(found, missed, logarithm, effective, correlation)


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
