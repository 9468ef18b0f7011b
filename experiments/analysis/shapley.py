"""Shapley shares of an effect that several players bring about together.

A game gives every coalition of n players a value: here, an outcome of the model with these actions
of a programme in force and the others left out. A coalition is a bit mask, bit i set if player i is
in it. Every replicate is a game of its own, with its own luck throughout, so that values (replicates,
coalitions) give shares (replicates, n) whose spread is that of paired differences.

    phi_i = sum over S without i of s! (n-s-1)! / n! (v(S + i) - v(S)),   s = |S|    (Shapley 1953)

is the mean of what i adds over all orders in which the players can come in. Beside it stand what i
adds as the first to come, v(i) - v(none), and as the last, v(all) - v(all less i): the two ends of
the orders. Where players substitute for each other the first is larger than the last, where they
reinforce each other it is smaller; firsts and lasts do not add up to the whole, shares do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from scipy.stats import false_discovery_control

from sim.comparison import half_width
from sim.core.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST_PLAYERS = 16
"""Players of whom all coalitions (65,536) are still thought of; more can be sampled."""
MOST_SAMPLED = 62
"""Bits of a mask."""


@dataclass(frozen=True)
class Estimate:
    """Means (n,) over replicates with 95 % intervals, and the two standard errors behind them.

    `chance` is the error from replicates being few, `sampling` that from orders being sampled: 0 if
    all coalitions are known. `dropped` replicates had a coalition missing. One replicate, or one
    pair of orders, has no interval.
    """

    mean: Floats
    low: Floats
    high: Floats
    chance: Floats
    sampling: Floats
    replicates: int
    dropped: int = 0


def check_players(players: int, most: int = MOST_PLAYERS) -> int:
    """Refuse a number of players that cannot be worked with."""
    if not 1 <= players <= most:
        raise InputError("shapley", "players", players, f"1 to {most}")
    return players


def members(masks: Integers, players: int) -> NDArray[np.bool_]:
    """Who is in each coalition, (coalitions, players)."""
    return (np.asarray(masks, np.int64)[:, None] >> np.arange(players)) & 1 == 1


def pair_places(players: int) -> list[tuple[int, int]]:
    """Pairs of players in the order of the interactions."""
    return list(combinations(range(players), 2))


@cache
def _share_weights(players: int) -> Floats:
    """Weight of every coalition's value in every player's share, (2^n, n)."""
    inside = members(np.arange(2**players), players)
    size = inside.sum(axis=1)
    joined = np.array([1.0 / (players * comb(players - 1, s)) for s in range(players)])
    return np.where(inside, joined[size[:, None] - 1], -joined[np.minimum(size, players - 1), None])


@cache
def _pair_weights(players: int) -> Floats:
    """Weight of every coalition's value in every pair's interaction, (2^n, pairs)."""
    inside = members(np.arange(2**players), players)
    size = inside.sum(axis=1)
    weight = np.array([1.0 / ((players - 1) * comb(players - 2, s)) for s in range(players - 1)])
    columns = []
    for i, j in pair_places(players):
        both = inside[:, i].astype(int) + inside[:, j]
        columns.append(np.where(both == 1, -1.0, 1.0) * weight[size - both])
    return np.stack(columns, axis=1) if columns else np.empty((2**players, 0))


def shares(values: Floats) -> Floats:
    """Exact shares (replicates, n) of values (replicates, 2^n), column c being coalition c.

    They add up to v(all) - v(none) in each replicate; a missing coalition makes its row missing.
    """
    return _above_none(values) @ _share_weights(players_of(values))


def interactions(values: Floats) -> Floats:
    """Shapley interaction index (replicates, pairs), pairs as in `pair_places`.

        I_ij = sum over S without i, j of s! (n-s-2)! / (n-1)!
               (v(S + i + j) - v(S + i) - v(S + j) + v(S))            (Grabisch & Roubens 1999)

    Above 0 the two do more together than each for itself (synergy), below 0 less (substitution).
    """
    return _above_none(values) @ _pair_weights(players_of(values))


def first_in(values: Floats) -> Floats:
    """What each player alone adds to nobody, (replicates, n)."""
    players = players_of(values)
    return values[:, 1 << np.arange(players)] - values[:, :1]


def last_in(values: Floats) -> Floats:
    """What is lost without each player alone, (replicates, n)."""
    players = players_of(values)
    return values[:, -1:] - values[:, (2**players - 1) ^ (1 << np.arange(players))]


def players_of(values: Floats) -> int:
    """Number of players of values (replicates, 2^n)."""
    count = values.shape[1] if values.ndim == 2 else 0
    players = int(count).bit_length() - 1
    if players < 1 or count != 2**players:
        raise InputError("shapley", "coalitions", count, "a power of 2: all of them")
    return check_players(players)


def _above_none(values: Floats) -> Floats:
    """Values less that of nobody: a share of a small effect on a large figure keeps its digits."""
    return values - values[:, :1]


def whole_rows(values: Floats) -> NDArray[np.bool_]:
    """Replicates that have every coalition; raises InputError if there is none."""
    kept: NDArray[np.bool_] = np.isfinite(values).all(axis=1)
    if not kept.any():
        given = f"0 of {len(values)} replicates with every coalition"
        raise InputError("shapley", "values", given, "one replicate at least")
    return kept


def over_replicates(figures: Floats, dropped: int = 0) -> Estimate:
    """Means of figures (replicates, n) with 95 % t-intervals."""
    count = len(figures)
    mean = figures.mean(axis=0)
    error = _error(figures)
    half = half_width(count) * error * np.sqrt(count)
    return Estimate(mean, mean - half, mean + half, error, np.zeros_like(mean), count, dropped)


def exact(values: Floats) -> Estimate:
    """Shares from all coalitions; replicates with a missing (nan) coalition are dropped."""
    kept = whole_rows(values)
    return over_replicates(shares(values[kept]), int((~kept).sum()))


def told_from_zero(found: Estimate, least: float) -> NDArray[np.bool_]:
    """Which of many means can be told from zero: at most 5 % of those named are by luck.

    Ten actions have 45 pairs, two of which would have an interval without zero if none interacted;
    the false discovery rate is held after Benjamini & Hochberg (1995). What is below `least` is
    the rounding of the sums.
    """
    large = np.abs(found.mean) > least
    if found.replicates < 2 or not len(large):
        return np.zeros(len(large), bool)
    ratio = np.divide(
        np.abs(found.mean),
        found.chance,
        out=np.full_like(found.mean, np.inf),
        where=found.chance > 0,
    )
    chances = np.where(large, 2 * stdtr(found.replicates - 1, -ratio), 1.0)
    clear: NDArray[np.bool_] = large & (false_discovery_control(chances) <= 0.05)
    return clear


def orders(players: int, count: int, seed: int = 1) -> Integers:
    """Random orders (count, n) of the players, each followed by its reverse.

    The reverse has the players that came late come early: where they substitute for or reinforce
    each other the errors of the two cancel in part (antithetic sampling, Mitchell et al. 2022).
    Deterministic in its arguments; the first orders of a longer sample are those of a shorter one.
    """
    check_players(players, MOST_SAMPLED)
    if count < 2 or count % 2:
        raise InputError("shapley", "permutations", count, "an even number, 2 at least")
    random = np.random.default_rng([seed, players])
    forth = np.stack([random.permutation(players) for _ in range(count // 2)])
    return np.stack([forth, forth[:, ::-1]], axis=1).reshape(count, players).astype(np.int64)


def grown(permutations: Integers) -> Integers:
    """Coalitions as they grow along each order, from nobody to all, (permutations, n + 1)."""
    steps = np.cumsum(np.int64(1) << permutations, axis=1)
    return np.concatenate([np.zeros((len(steps), 1), np.int64), steps], axis=1)


def needed(permutations: Integers) -> Integers:
    """Coalitions that sampled orders need, sorted, and those of each first-in and last-in."""
    single = np.int64(1) << np.arange(permutations.shape[1])
    return np.unique(np.concatenate([grown(permutations).ravel(), single, single.sum() - single]))


def added(values: Floats, masks: Integers, permutations: Integers) -> Floats:
    """What each player adds in each order, (replicates, permutations, n).

    `values` (replicates, coalitions) of the coalitions `masks`, sorted. Raises InputError if an
    order needs a coalition that is not there.
    """
    wanted = grown(permutations)
    place = np.minimum(np.searchsorted(masks, wanted), len(masks) - 1)
    lacking = np.unique(wanted[masks[place] != wanted])
    if len(lacking):
        allowed = "every coalition that grows along the permutations"
        raise InputError("shapley", "coalitions", f"{len(lacking)} not there", allowed)
    steps = np.diff((values - values[:, place[:1, 0]])[:, place], axis=2)
    return np.take_along_axis(steps, np.argsort(permutations, axis=1)[None], axis=2)


def sampled(values: Floats, masks: Integers, permutations: Integers) -> Estimate:
    """Shares estimated from sampled orders, given in pairs of an order and its reverse.

    Replicates and pairs of orders are two crossed samples. With the mean squares of their means
    `A`, `B` and of what is left `C`, the variance of the mean is A + B - C, estimated without bias
    (Searle, Casella & McCulloch 1992); no smaller than A or B; degrees of freedom after
    Satterthwaite (1946). In every replicate shares add up to v(all) - v(none).
    """
    if len(permutations) % 2:
        raise InputError("shapley", "permutations", len(permutations), "pairs")
    wanted = np.isin(masks, grown(permutations))
    kept = whole_rows(values[:, wanted])
    each = added(values[kept], masks, permutations)
    count, players = len(each), permutations.shape[1]
    each = each.reshape(count, -1, 2, players).mean(axis=2)
    pairs = each.shape[1]
    mean = each.mean(axis=(0, 1))
    chance, sampling = _error(each.mean(axis=1)), _error(each.mean(axis=0))
    rest = each - each.mean(axis=0) - each.mean(axis=1, keepdims=True) + mean
    left = (rest**2).sum(axis=(0, 1)) / max((count - 1) * (pairs - 1), 1) / (count * pairs)
    a, b = chance**2, sampling**2
    error = np.sqrt(np.maximum(a + b - left, np.maximum(a, b)))
    if min(count, pairs) > 1:
        freedom = a**2 / (count - 1) + b**2 / (pairs - 1)
        freedom = np.divide((a + b) ** 2, freedom, out=np.ones_like(mean), where=freedom > 0)
        error = error * stdtrit(freedom, 0.975)
    dropped = int((~kept).sum())
    return Estimate(mean, mean - error, mean + error, chance, sampling, count, dropped)


def _error(figures: Floats) -> Floats:
    """Standard error of the mean over the first axis; nan of a single row."""
    if len(figures) < 2:
        return np.full(figures.shape[1:], np.nan)
    error: Floats = figures.std(axis=0, ddof=1) / np.sqrt(len(figures))
    return error


def rounded(parts: Floats, digits: int) -> Floats:
    """Parts rounded so that they add up to their rounded sum (largest remainders).

    `digits` after the point, below 0 before it. Each part is moved by less than one unit of the
    last digit.
    """
    unit = 10.0**-digits
    scaled = np.asarray(parts, np.float64) / unit
    down = np.floor(scaled)
    missing = int(np.rint(scaled.sum()) - down.sum())
    order = np.argsort(down - scaled, kind="stable")
    down[order[: max(missing, 0)]] += 1.0
    return np.round(down * unit, max(digits, 0))
