"""How the stylised facts are measured: plain functions over arrays, without the model.

Each is an estimator as the literature uses it; `test_measures.py` shows that it finds a known answer
in data made up for the purpose.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares, minimize_scalar
from scipy.special import expit, gammaln
from scipy.stats import spearmanr

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


# ------------------------------------------------------------------ diffusion
def bass_curve(years: Floats, p: float, q: float, limit: float, first: float) -> Floats:
    """Adopting share: from `first` at year 0 to `limit` at hazard p + q F (Bass 1969).

    `years` (n,); F is the share of `limit` reached.
    """
    start = np.clip(first / limit, 0.0, 1.0 - 1e-9)
    odds = (1.0 - start) / (p + q * start)
    decay = np.exp(-(p + q) * years)
    reached: Floats = limit * (1.0 - p * odds * decay) / (1.0 + q * odds * decay)
    return reached


def bass_fit(years: Floats, share: Floats) -> tuple[float, float, float, float]:
    """p, q (1/year), limit and R2 of the Bass curve nearest to an adopting share, both (n,)."""
    first = float(share[0])
    top = max(1.0, float(share.max()))

    def errors(free: Floats) -> Floats:
        return bass_curve(years, *np.exp(free), first=first) - share

    best = None
    for q in (0.05, 0.4, 1.5):
        for limit in (1.05 * float(share.max()), top):
            start = np.log([0.02, q, max(limit, 1e-6)])
            low = [-16.0, -16.0, np.log(max(float(share.max()), 1e-9)) - 1.0]
            found = least_squares(errors, start, bounds=(low, [2.0, 2.0, np.log(top) + 1e-9]))
            if best is None or found.cost < best.cost:
                best = found
    assert best is not None
    p, q, limit = np.exp(best.x)
    return float(p), float(q), float(limit), r_squared(share, share + best.fun)


def r_squared(seen: Floats, fitted: Floats) -> float:
    """Share of the variance of `seen` (n,) that `fitted` (n,) leaves unexplained, taken from 1."""
    spread = float(((seen - seen.mean()) ** 2).sum())
    return 1.0 - float(((seen - fitted) ** 2).sum()) / max(spread, 1e-300)


def logit_slopes(chosen: Flags, factors: Floats, weight: Floats | None = None) -> Floats:
    """Slopes (k,) of a logit of `chosen` (n,) on `factors` (n, k); a constant is added.

    Newton's method; a slight ridge (1e-6) keeps separable data finite.
    """
    design = np.column_stack([np.ones(len(factors)), factors])
    weight = np.ones(len(design)) if weight is None else weight
    slopes = np.zeros(design.shape[1])
    for _ in range(100):
        chance = expit(design @ slopes)
        gradient = design.T @ (weight * (chosen - chance)) - 1e-6 * slopes
        curvature = (design * (weight * chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(curvature + 1e-6 * np.eye(len(slopes)), gradient)
        slopes = slopes + np.clip(step, -5.0, 5.0)
        if np.abs(step).max() < 1e-10:
            break
    found: Floats = slopes[1:]
    return found


def top_over_bottom(chosen: Flags, size: Floats, parts: int = 5) -> float:
    """Share chosen in the top size group over that in the bottom one; infinite if none is there."""
    order = np.argsort(size, kind="stable")
    groups = np.array_split(order, parts)
    bottom, top = float(chosen[groups[0]].mean()), float(chosen[groups[-1]].mean())
    return top / bottom if bottom > 0 else np.inf


def elasticity(before: float, after: float, change: float) -> float:
    """d ln y / d ln x for x raised by the factor `change`."""
    return float(np.log(after / before) / np.log(change))


def common_odds_ratio(case: Flags, exposed: Flags, stratum: npt.NDArray[np.int64]) -> float:
    """Odds ratio of `case` by `exposed` within strata (Mantel & Haenszel 1959); all (n,)."""
    top = bottom = 0.0
    for one in np.unique(stratum):
        inside = stratum == one
        yes, no = case[inside], ~case[inside]
        out, into = exposed[inside], ~exposed[inside]
        top += (yes & out).sum() * (no & into).sum() / inside.sum()
        bottom += (yes & into).sum() * (no & out).sum() / inside.sum()
    return top / bottom if bottom > 0 else np.inf


# ------------------------------------------------------------------ sizes and growth
def tail_exponent(size: Floats, least: float) -> float:
    """Exponent of P(S > s) above `least`: rank less one half regression (Gabaix & Ibragimov 2011)."""
    tail = np.sort(size[size >= least])[::-1]
    rank = np.log(np.arange(1, len(tail) + 1) - 0.5)
    return -float(np.polyfit(np.log(tail), rank, 1)[0])


def subbotin_shape(growth: Floats) -> float:
    """Shape b of the density exp(-|x/a|^b / b): 2 is normal, 1 Laplace (Bottazzi & Secchi 2006).

    Maximum likelihood around the median, `growth` (n,).
    """
    distance = np.abs(growth - np.median(growth))
    count = len(distance)

    def loss(log_shape: float) -> float:
        b = np.exp(log_shape)
        scale = (distance**b).mean() ** (1 / b)
        norm = np.log(2 * scale) + np.log(b) / b + gammaln(1 + 1 / b)
        return float(count * (norm + 1 / b))

    found = minimize_scalar(loss, bounds=(np.log(0.2), np.log(5.0)), method="bounded")
    return float(np.exp(found.x))


def spread_by_size(growth: Floats, size: Floats, parts: int = 12) -> float:
    """Slope of ln sd of growth on ln size over `parts` equal groups (Stanley et al. 1996)."""
    groups = np.array_split(np.argsort(size, kind="stable"), parts)
    middle = [np.log(size[rows]).mean() for rows in groups]
    return float(np.polyfit(middle, [np.log(growth[rows].std()) for rows in groups], 1)[0])


def ratio_90_10(value: Floats, group: npt.NDArray[np.int64]) -> float:
    """Median over groups of at least 30 of the 90th over the 10th percentile; both (n,)."""
    ratios = [
        np.quantile(value[group == one], 0.9) / np.quantile(value[group == one], 0.1)
        for one in np.unique(group)
        if (group == one).sum() >= 30
    ]
    return float(np.median(ratios))


def within(value: Floats, group: npt.NDArray[np.int64]) -> Floats:
    """`value` (n,) less its group's mean."""
    count = np.maximum(np.bincount(group), 1)
    less: Floats = value - (np.bincount(group, weights=value) / count)[group]
    return less


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's correlation."""
    return float(spearmanr(one, other).statistic)


def convergence(first: Floats, last: Floats) -> float:
    """Spread of ln levels at the end over that at the start (sigma convergence if below 1)."""
    return float(np.log(last).std() / np.log(first).std())


# ------------------------------------------------------------------ events and prices
def event_path(
    value: Floats, event: npt.NDArray[np.int64], group: npt.NDArray[np.int64], span: range
) -> Floats:
    """Mean change of `value` since the month before an event, less that of the group's others.

    `value` (n, months), `event` (n,) month or -1, `group` (n,); the others have no event at all.
    Only events whose whole span is observed count. Returns (len(span),).
    """
    months = value.shape[1]
    others = event < 0
    mean = np.full((int(group.max()) + 1, months), np.nan)
    for one in np.unique(group[others]):
        mean[one] = value[others & (group == one)].mean(axis=0)
    rows = np.flatnonzero((event + min(span) >= 0) & (event >= 1) & (event + max(span) < months))
    rows = rows[~np.isnan(mean[group[rows], 0])]
    relative = value[rows] - mean[group[rows]]
    before = relative[np.arange(len(rows)), event[rows] - 1]
    return np.array(
        [(relative[np.arange(len(rows)), event[rows] + lag] - before).mean() for lag in span]
    )


def fall_per_doubling(delivered: Floats, price: Floats) -> float:
    """Share by which a price falls with each doubling of what was delivered (Wright 1936)."""
    return 1.0 - float(2.0 ** np.polyfit(np.log(delivered), np.log(price), 1)[0])


def pass_through(price_without: float, price_with: float, rate: float) -> float:
    """Rise of the price over the rate of the subsidy (Goolsbee 1998)."""
    return (price_with / price_without - 1.0) / rate
