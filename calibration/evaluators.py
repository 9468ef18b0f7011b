"""Estimators of what a grant did, as evaluations of programmes use them, on plain arrays.

Least squares and sandwich covariances in numpy: statsmodels (with patsy) or linearmodels (with
formulaic and more) would be a heavy addition for three regressions, and neither has the imputation
estimator or matching with its own variance. Each estimate is linear in the outcome once the sample
is given, so that it splits exactly into what it would find on outcomes without the grant and on true
effects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from sim.core.errors import InputError
from sim.core.table import Array


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error, degrees of freedom, and numbers of rows and of treated."""

    value: float
    error: float
    freedom: float
    n: int
    treated: int

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Bounds of the t-interval of a nominal level."""
        half = float(stdtrit(self.freedom, 0.5 + 0.5 * level)) * self.error
        return self.value - half, self.value + half


def two_way(outcome: Array, firm: Array, year: Array, treated: Array) -> Estimate:
    """Two-way fixed effects with one dummy: the mean of outcome (n,) on firm, year and `treated` (n,).

    The panel may have gaps. Standard errors are clustered by firm (Arellano 1987), with the usual
    correction for few clusters. Where treatment begins at different times, firms treated earlier
    serve as controls too (Goodman-Bacon 2021), which `imputation` avoids.
    """
    _check(outcome, treated, firm, year)
    dummies = np.unique(year)[1:] == year[:, None]
    regressors = np.column_stack([treated.astype(np.float64), dummies])
    who = np.unique(firm, return_inverse=True)[1]
    x, y = _within(regressors, who), _within(outcome[:, None], who)[:, 0]
    inverse = np.linalg.pinv(x.T @ x)
    residual = y - x @ (inverse @ (x.T @ y))
    clusters = int(who.max()) + 1
    scores = np.zeros((clusters, x.shape[1]))
    np.add.at(scores, who, x * residual[:, None])
    bread = inverse @ scores.T
    n, k = x.shape
    small = clusters / (clusters - 1) * (n - 1) / max(n - k, 1)
    error = float(np.sqrt(small * (bread[0] ** 2).sum()))
    value = float(inverse[0] @ (x.T @ y))
    return Estimate(value, error, clusters - 1, n, len(np.unique(firm[treated > 0])))


def imputation(outcome: Array, firm: Array, year: Array, since: Array) -> Estimate:
    """Difference-in-differences against firms not yet or never treated, by imputation.

    Firm and year effects are fitted on untreated rows alone (`since` (n,) is the first treated year,
    0 for never); the estimate is the mean over treated rows of outcome less what they predict
    (Borusyak, Jaravel & Spiess 2024). Standard errors are clustered by firm, with effects centred by
    first year and year, which is conservative where effects differ within these groups. Treated
    rows of firms or in years without an untreated row are left out.
    """
    after = (since > 0) & (year >= since)
    _check(outcome, after, firm, year)
    who = np.unique(firm, return_inverse=True)[1]
    known = np.isin(who, who[~after]) & np.isin(year, year[~after])
    outcome, year, since, who = outcome[known], year[known], since[known], who[known]
    after = after[known]
    if not after.any():
        raise InputError("imputation", "treated", 0, "treated rows of firms seen untreated")
    x = (np.unique(year)[1:] == year[:, None]).astype(np.float64)
    before, count = ~after, int(who.max()) + 1
    rows = np.bincount(who[before], minlength=count).astype(np.float64)
    mean_y = np.bincount(who[before], outcome[before], count) / np.maximum(rows, 1.0)
    mean_x = np.stack([np.bincount(who[before], c[before], count) for c in x.T], axis=1)
    mean_x /= np.maximum(rows, 1.0)[:, None]
    x_within, y_within = x - mean_x[who], outcome - mean_y[who]
    inverse = np.linalg.pinv(x_within[before].T @ x_within[before])
    effects = inverse @ (x_within[before].T @ y_within[before])
    left = y_within - x_within @ effects
    weight = after / after.sum()
    value = float(weight @ left)
    # The estimate is sum(influence * outcome): minus what treated rows borrow from untreated ones.
    shift = weight @ x_within
    borrowed = np.bincount(who, weight, count)[who] / np.maximum(rows[who], 1.0)
    influence = np.where(after, weight, -borrowed - x_within @ (inverse @ shift))
    group = np.unique(np.stack([since, year]), axis=1, return_inverse=True)[1].ravel()
    centre = np.bincount(group, left * after) / np.maximum(np.bincount(group, after), 1.0)
    residual = np.where(after, left - centre[group], left)
    error = float(np.sqrt((np.bincount(who, influence * residual, count) ** 2).sum()))
    clusters = len(np.unique(who))
    return Estimate(value, error, clusters - 1, len(outcome), len(np.unique(who[after])))


def rule_of_thumb(distance: Array) -> float:
    """Bandwidth of a triangular kernel for n normal scores, 2.576 sd n^(-1/5) (Silverman 1986).

    It looks at the scores alone, so that it is the same for every outcome.
    """
    if len(distance) < 2:
        return 0.0
    return 2.576 * float(np.std(distance, ddof=1)) * len(distance) ** -0.2


def discontinuity(outcome: Array, distance: Array, bandwidth: float | None = None) -> Estimate:
    """Sharp regression discontinuity: treated where `distance` (n,) to the cut-off is at least 0.

    Local linear on either side with a triangular kernel (Hahn, Todd & Van der Klaauw 2001); standard
    errors are robust to unequal variances (HC3). `n` and `treated` count rows within the bandwidth.
    """
    _check(outcome, distance >= 0, distance)
    h = bandwidth if bandwidth is not None else rule_of_thumb(distance)
    near = np.abs(distance) < h
    won = (distance >= 0)[near].astype(np.float64)
    if min(won.sum(), (1 - won).sum()) < 3:
        raise InputError("discontinuity", "rows near the cut-off", int(near.sum()),
                         "three or more on either side")  # fmt: skip
    d, y = distance[near], outcome[near]
    root = np.sqrt(1.0 - np.abs(d) / h)
    x = np.column_stack([won, np.ones_like(d), d, d * won]) * root[:, None]
    hat = np.linalg.pinv(x)
    value = float(hat[0] @ (y * root))
    residual = y * root - x @ (hat @ (y * root))
    leverage = np.minimum(np.einsum("ij,ji->i", x, hat), 1 - 1e-9)
    error = float(np.sqrt(((hat[0] * residual / (1.0 - leverage)) ** 2).sum()))
    return Estimate(value, error, max(len(d) - 4, 1), len(d), int(won.sum()))


def at_cut_off(values: Array, distance: Array, bandwidth: float | None = None) -> float:
    """Limit of `values` (n,) at the cut-off among the treated, fitted as `discontinuity` does."""
    h = bandwidth if bandwidth is not None else rule_of_thumb(distance)
    mine = (distance >= 0) & (distance < h)
    if mine.sum() < 2:
        return np.nan
    root = np.sqrt(1.0 - distance[mine] / h)
    x = np.column_stack([np.ones(mine.sum()), distance[mine]]) * root[:, None]
    return float(np.linalg.pinv(x)[0] @ (values[mine] * root))


def matching(
    outcome: Array, treated: Array, covariates: Array, cell: Array, firm: Array, neighbours: int = 4
) -> Estimate:
    """Effect on the treated by nearest neighbours, with bias correction.

    Every treated row is matched with replacement to up to `neighbours` untreated rows of the same
    `cell` (n,) that are nearest in `covariates` (n, k) by Mahalanobis distance; the outcome is
    adjusted for what is left of the distance by a regression on matched controls (Abadie & Imbens
    2006, 2011). Standard errors are theirs for the effect on the treated in the population; a firm
    that is a control in several cells counts as one. Treated rows whose cell has no control are
    left out.
    """
    treated = treated > 0
    _check(outcome, treated, covariates, cell, firm)
    pairs = matches(treated, covariates, cell, neighbours)
    mine = pairs.treated
    if len(mine) == 0:
        raise InputError("matching", "controls", 0, "an untreated row in the cell of a treated one")
    used = np.unique(pairs.control)
    times = np.bincount(pairs.control, pairs.weight, len(outcome))
    x = np.column_stack([np.ones(len(outcome)), covariates])
    root = np.sqrt(times[used])
    slope = np.linalg.lstsq(x[used] * root[:, None], outcome[used] * root, rcond=None)[0]
    adjusted = outcome - x @ slope
    imputed = np.bincount(pairs.owner, pairs.weight * adjusted[pairs.control], len(mine))
    gains = adjusted[mine] - imputed
    value = float(gains.mean())
    # Chance variance of a control's outcome, from controls like it (section 4.2 of the 2006 paper).
    own = matches(np.isin(np.arange(len(outcome)), used), covariates, cell, neighbours, ~treated)
    count = np.bincount(own.owner, minlength=len(own.treated))
    mean = np.bincount(own.owner, own.weight * adjusted[own.control], len(own.treated))
    chance = np.full(len(outcome), float(np.var(adjusted[used])))
    chance[own.treated] = count / (count + 1.0) * (adjusted[own.treated] - mean) ** 2
    squares = np.bincount(pairs.control, pairs.weight**2, len(outcome))
    firms, who = np.unique(firm[used], return_inverse=True)
    each = np.bincount(who, weights=chance[used]) / np.bincount(who)
    k = np.bincount(who, times[used])
    k2 = np.bincount(who, squares[used])
    variance = ((gains - value) ** 2).sum() + (np.maximum(k**2 - k2, 0.0) * each).sum()
    error = float(np.sqrt(variance)) / len(mine)
    return Estimate(value, error, len(mine) + len(firms) - 2, len(mine) + len(firms), len(mine))


@dataclass(frozen=True)
class Matches:
    """Rows `treated` (m,) that found a match, and pairs: position in it, control's row, 1/matches."""

    treated: Array
    owner: Array
    control: Array
    weight: Array


def matches(
    treated: Array, covariates: Array, cell: Array, neighbours: int, pool: Array | None = None
) -> Matches:
    """Up to `neighbours` nearest rows of the `pool` (n,) (the others) in each treated row's cell."""
    pool = ~treated if pool is None else pool
    spread = np.atleast_2d(np.cov(covariates[treated | pool], rowvar=False))
    value, vector = np.linalg.eigh(spread)
    sound = value > 1e-10 * max(value.max(), 1e-300)
    z = covariates @ (vector[:, sound] / np.sqrt(value[sound]))
    rows: list[Array] = []
    found: list[Array] = []
    order = np.argsort(cell, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(cell[order])) + 1):
        others = members[pool[members]]
        for one in members[treated[members]]:
            near = others[others != one]
            gap = ((z[near] - z[one]) ** 2).sum(axis=1)
            if len(near):
                rows.append(one)
                found.append(near[np.argsort(gap, kind="stable")[:neighbours]])
    size = np.array([len(one) for one in found], dtype=np.int64)
    owner = np.repeat(np.arange(len(rows)), size)
    control = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    return Matches(np.array(rows, dtype=np.int64), owner, control, 1.0 / size[owner])


def _within(values: Array, who: Array) -> Array:
    """Columns (n, k) less their mean by firm."""
    count = np.bincount(who).astype(np.float64)
    means = np.stack([np.bincount(who, column) for column in values.T], axis=1) / count[:, None]
    found: Array = values - means[who]
    return found


def _check(outcome: Array, treated: Array, *others: Array) -> None:
    """Refuse arrays that do not fit each other, values that are no numbers, one group alone."""
    for one in (treated, *others):
        if len(one) != len(outcome):
            raise InputError("evaluator", "rows", len(one), f"{len(outcome)}, as the outcome has")
    if not np.isfinite(outcome).all():
        raise InputError("evaluator", "outcome", "a value that is no number", "finite numbers")
    count = int((treated > 0).sum())
    if not 0 < count < len(outcome):
        raise InputError("evaluator", "treated", count, f"1 to {len(outcome) - 1} rows")
