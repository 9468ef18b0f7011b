"""How sure a ranking of options is, and how many more replicates would settle it.

Values are (replicates, options), paired: row r has the same luck for every option. More is better;
turn the sign for outcomes of which less is. Two questions are kept apart:

* what happens in *one* province: the chance that A beats B, is best or is among the first k in a
  further replicate; it stays a chance however many replicates there are;
* what is *known* of the means: the probability that A is better on average; it goes to 0 or 1.

Means of n replicates are taken as jointly t-distributed, n - 1 degrees of freedom (the posterior
under a flat prior for normal differences; Gelman et al. 2013, ch. 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit
from scipy.stats import beta as beta_distribution
from scipy.stats import kendalltau, rankdata

from sim.core.errors import InputError

Floats = NDArray[np.float64]
LEVEL = 0.95
LIMIT = 100_000
"""Replicates a study may have at most: what needs more is never settled."""
DRAWS = 4000


@dataclass(frozen=True)
class Chance:
    """A probability with its 95 % interval, arrays of one shape."""

    mean: Floats
    low: Floats
    high: Floats


def check_values(values: Floats, options: int = 2) -> Floats:
    """Refuse values that cannot be ranked: two replicates and options at least, all finite."""
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or values.shape[0] < 2 or values.shape[1] < options:
        given = " x ".join(map(str, values.shape))
        raise InputError("stability", "values", given, f"2 replicates x {options} options at least")
    if not np.isfinite(values).all():
        raise InputError("stability", "values", "missing ones", "replicates with every option")
    return values


def beta_chance(times: Floats, count: int, outcomes: int = 2) -> Chance:
    """Probability of what came up `times` in `count` replicates, one of so many `outcomes`.

    Jeffreys' prior: Beta(times + 1/2, count - times + (outcomes - 1)/2), the marginal of a
    Dirichlet; half a time for a tie of two.
    """
    a, b = times + 0.5, count - times + (outcomes - 1) / 2
    low, high = (beta_distribution.ppf(p, a, b) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Chance(a / (a + b), low, high)


def beats(values: Floats) -> Chance:
    """Chance that option i is better than j in a further replicate, (options, options)."""
    values = check_values(values)
    gaps = values[:, :, None] - values[:, None, :]
    times = (gaps > 0).sum(axis=0) + 0.5 * (gaps == 0).sum(axis=0)
    return beta_chance(times, len(values))


def beats_if_normal(gaps: Floats) -> Floats:
    """The same for paired differences (replicates, ...) if they are normal: a t-predictive."""
    count = len(gaps)
    return _t_chance(gaps.mean(axis=0), gaps.std(axis=0, ddof=1) * np.sqrt(1 + 1 / count), count)


def surely_better(gaps: Floats) -> Floats:
    """Probability that the mean of paired differences (replicates, ...) is above 0."""
    count = len(gaps)
    return _t_chance(gaps.mean(axis=0), gaps.std(axis=0, ddof=1) / np.sqrt(count), count)


def _t_chance(mean: Floats, spread: Floats, count: int) -> Floats:
    """P(mean + spread t > 0); without spread 0, 1/2 or 1."""
    ratio = np.divide(mean, spread, out=np.zeros_like(mean), where=spread > 0)
    chance: Floats = np.where(spread > 0, stdtr(count - 1, ratio), (1 + np.sign(mean)) / 2)
    return chance


def places(values: Floats) -> Floats:
    """Place of each option in each replicate, 1 for the best, ties shared, as `values`."""
    ranked: Floats = rankdata(-values, axis=1)
    return ranked


def among_first(values: Floats, k: int = 1) -> Chance:
    """Chance that each option is among the best k in a further replicate, (options,).

    Those that tie for the last places share them.
    """
    values = check_values(values)
    count, options = values.shape
    if not 1 <= k < options:
        raise InputError("stability", "top", k, f"1 to {options - 1}")
    edge = np.sort(values, axis=1)[:, options - k][:, None]
    above, on = values > edge, values == edge
    open_places = k - above.sum(axis=1, keepdims=True)
    times = (above + on * open_places / on.sum(axis=1, keepdims=True)).sum(axis=0)
    return beta_chance(times, count, options if k == 1 else 2)


def mean_draws(values: Floats, draws: int = DRAWS, seed: int = 1) -> Floats:
    """Draws of the options' means from what is known of them, (draws, options)."""
    mean, around = values.mean(axis=0), _normal_means(values, draws, seed)
    count = len(values)
    chi = np.random.default_rng([seed, 1]).chisquare(count - 1, (draws, 1))
    drawn: Floats = mean + around * np.sqrt((count - 1) / chi)
    return drawn


def _normal_means(values: Floats, draws: int, seed: int) -> Floats:
    """Normal draws about 0 with the covariance of the means, without a matrix to be inverted."""
    count = len(values)
    weights = np.random.default_rng([seed, 0]).standard_normal((draws, count))
    drawn: Floats = weights @ (values - values.mean(axis=0)) / np.sqrt(count * (count - 1))
    return drawn


def surely_first(values: Floats, k: int = 1, draws: int = DRAWS, seed: int = 1) -> Floats:
    """Probability that each option's mean is among the best k, (options,)."""
    ranked = places(mean_draws(check_values(values), draws, seed))
    known: Floats = (ranked < k + 0.5).mean(axis=0)
    return known


def expected_place(values: Floats) -> Chance:
    """Mean place of each option over replicates with a 95 % t-interval, within 1 to options."""
    ranked = places(check_values(values))
    count, options = ranked.shape
    mean = ranked.mean(axis=0)
    half = stdtrit(count - 1, (1 + LEVEL) / 2) * ranked.std(axis=0, ddof=1) / np.sqrt(count)
    return Chance(mean, np.maximum(mean - half, 1.0), np.minimum(mean + half, options))


def place_of_mean(values: Floats, draws: int = DRAWS, seed: int = 1) -> Chance:
    """Place of each option's mean among the means, with the interval of what is known of it."""
    ranked = places(mean_draws(check_values(values), draws, seed))
    low, high = np.quantile(ranked, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0, method="nearest")
    return Chance(places(values.mean(axis=0, keepdims=True))[0], low, high)


def more_for_sign(mean: float, sd: float, count: int, power: float = 0.5) -> float:
    """Further replicates until the sign of a mean paired difference is `LEVEL` sure; 0 if it is.

    The sign is sure when P(difference has it) is 95 % (a one-sided 5 % t-test; a two-sided interval
    of 95 % without zero asks for 97.5 %). `count` replicates with `mean` and `sd` stay as they are;
    m more have the same mean and spread. It is sure with probability `power` when

        (count + m) |mean| >= t sd sqrt(count + m) + z sd sqrt(m)

    with t the 95 % point for count + m replicates and z the `power` point of the normal. Infinite if
    the difference is 0 or needs more than `LIMIT` replicates in all.
    """
    if count < 2:
        raise InputError("stability", "replicates", count, "2 at least")
    size = abs(mean)
    if sd == 0.0 or size == 0.0:
        return 0.0 if size > 0 else np.inf
    z = ndtri(power)

    def settles(more: int) -> bool:
        n = count + more
        return bool(n * size >= sd * (stdtrit(n - 1, LEVEL) * np.sqrt(n) + z * np.sqrt(more)))

    return _first(settles, count)


def _first(settles: Callable[[int], bool], count: int) -> float:
    """The least number that settles, by doubling and halving; infinite beyond `LIMIT`."""
    if settles(0):
        return 0.0
    low, high = 0, 1
    while not settles(high):
        low, high = high, 2 * high
        if count + low > LIMIT:
            return np.inf
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if settles(middle) else (middle, high)
    return float(high) if count + high <= LIMIT else np.inf


def sure_of_set(values: Floats, k: int, draws: int = DRAWS, seed: int = 1) -> tuple[float, float]:
    """Probability that the best k of the means are those that seem so, and replicates for 95 %.

    A draw of the means about what was seen, shrunk by s, leaves the set as it is for every s up to a
    limit of its own, the least over pairs of an option inside and one outside. n + m replicates
    shrink the error by sqrt(n / (n + m)) if means and spreads stay as they are, so that the 5 %
    point of the limits gives m. Infinite if two options tie at the edge (called half sure), or beyond
    `LIMIT`.
    """
    values = check_values(values)
    count, options = values.shape
    if not 1 <= k < options:
        raise InputError("stability", "top", k, f"1 to {options - 1}")
    mean = values.mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    inside, outside = order[:k], order[k:]
    gap = mean[inside][:, None] - mean[outside]
    if gap.min() <= 0.0:
        return 0.5, np.inf
    known, later = mean_draws(values, draws, seed) - mean, _normal_means(values, draws, seed)
    limits = _limits(known, inside, outside, gap)
    sure = float((limits >= 1.0).mean())
    if sure >= LEVEL:
        return sure, 0.0
    shrunk = float(np.quantile(_limits(later, inside, outside, gap), 1 - LEVEL))
    needed = np.ceil(count / shrunk**2) if shrunk > 0 else np.inf
    return sure, float(max(needed - count, 1.0)) if needed <= LIMIT else np.inf


def _limits(
    around: Floats, inside: NDArray[np.intp], outside: NDArray[np.intp], gap: Floats
) -> Floats:
    """Largest factor on each draw about the means that leaves the set as it is, (draws,)."""
    nearer = around[:, outside][:, None, :] - around[:, inside][:, :, None]
    factor = np.divide(gap, nearer, out=np.full_like(nearer, np.inf), where=nearer > 0)
    least: Floats = factor.min(axis=(1, 2))
    return least


def agreement_of_halves(values: Floats, splits: int = 200, seed: int = 1) -> Chance:
    """Kendall's tau-b between the rankings of means of two halves of the replicates.

    Over random splits: mean and central 95 % of the splits (which share replicates: a description,
    no confidence interval). 1: half the replicates would have ranked alike; about 0: the ranking is
    chance. Missing where all options are equal.
    """
    values = check_values(values)
    random = np.random.default_rng(seed)
    half = len(values) // 2
    found = np.empty(splits)
    for place in range(splits):
        order = random.permutation(len(values))
        first, second = values[order[:half]], values[order[half : 2 * half]]
        found[place] = kendalltau(first.mean(axis=0), second.mean(axis=0)).statistic
    found = found[np.isfinite(found)]
    if not len(found):
        return Chance(*(np.array(np.nan) for _ in range(3)))
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Chance(*(np.array(one) for one in (found.mean(), low, high)))
