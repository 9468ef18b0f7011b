"""Where the province stands among the 31: other provinces come from outside, with uncertainty.

Published are the 2015 edition of 17 provinces and the national totals of five editions. Another
province is its published value moved by the national trend (mean yearly rise of the national
totals: on a logarithmic scale steady growth of the items is a steady rise) with two disturbances a
year from 2015: one common to all, with the spread of the national rise, and one of its own. Its own
spread is taken from Zhejiang's published path against the national one, the only province with
several editions. Provinces whose values were never printed lie below the
last printed one and are taken to stay there. National and provincial editions are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from math import erf, sqrt
from typing import NamedTuple

import numpy as np

from sim.core.errors import InputError
from sim.core.streams import month_key, uniforms
from sim.core.table import Array
from sim.world.index_tables import Published

PROVINCES = 31
REFERENCE = 2015
"""The edition in which the other provinces are known."""
DRAWS = 20_000
"""Paths of the other provinces: a chance is off by 0.0036 at one sigma at most."""
_POINTS = 21
"""Quadrature points over the common disturbance."""


class Trend(NamedTuple):
    """Points a year that the national total rises, the spread, and a province's own spread."""

    rise: float
    common: float
    own: float


class Rank(NamedTuple):
    """The likeliest rank, the ranks of the 5 % and 95 % quantiles, and the chance of each (31,)."""

    likeliest: int
    low: int
    high: int
    chance: Array


def national_trend(published: Sequence[Published]) -> Trend:
    """Mean and spread of the yearly rise from the published totals."""
    national = _totals(published, "China")
    home = _totals(published, "Zhejiang")
    years = sorted(national)
    rises = {year: national[year] - national[year - 1] for year in years if year - 1 in national}
    steps = np.array(list(rises.values()))
    apart = np.array(
        [
            home[year] - home[year - 1] - rises[year]
            for year in sorted(home)
            if year - 1 in home and year in rises
        ]
    )
    own = float(np.sqrt((apart**2).mean()))
    return Trend(float(steps.mean()), float(steps.std(ddof=1)), own)


def others(published: Sequence[Published], edition: int) -> tuple[tuple[str, ...], Array, Trend]:
    """Names of the other provinces, their expected totals (n,) in an edition, and the trend."""
    if not 2011 <= edition <= 2100:
        raise InputError("index", "edition", edition, "2011 to 2100")
    trend = national_trend(published)
    known = [
        row for row in published
        if row.edition == REFERENCE and row.region not in ("China", "Zhejiang")
    ]  # fmt: skip
    levels = np.array([row.total for row in known])
    return tuple(row.region for row in known), levels + trend.rise * (edition - REFERENCE), trend


def national_rank(value: float, edition: int, published: Sequence[Published]) -> Rank:
    """Rank of a total on the national edition's scale, by the chance that others lie above.

    Exact but for the quadrature over the common disturbance; no draws.
    """
    _, levels, trend = others(published, edition)
    years = abs(edition - REFERENCE)
    nodes, weights = _quadrature(_POINTS if years else 1)
    shift = nodes[:, None] * trend.common * sqrt(years)
    counts = _count(_exceeds(levels + shift - value, trend.own * sqrt(years)))
    chance = np.zeros(PROVINCES)
    for weight, count in zip(weights / weights.sum(), counts, strict=True):
        chance[: len(count)] += weight * count
    return _rank(chance)


@cache
def _quadrature(points: int) -> tuple[Array, Array]:
    """Nodes and weights for a standard normal disturbance."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return nodes, weights


def rank_draws(values: Mapping[int, float], published: Sequence[Published]) -> dict[int, Array]:
    """Ranks (DRAWS,) of the totals `values` by edition, on the same paths of the other provinces.

    What is asked of several editions at once, such as the worst of three years, needs paths: the
    disturbances of a year stay in the years after it. The paths are the same in every run and
    scenario, so that runs differ by their own totals alone.
    """
    ranks = {}
    for edition, value in values.items():
        names, levels, trend = others(published, edition)
        above = levels[:, None] + _walk(trend, len(names), edition) > value
        # Counted in bytes, which is much the fastest.
        ranks[edition] = 1 + above.sum(axis=0, dtype=np.int8).astype(np.int64)
    return ranks


@lru_cache(maxsize=32)
def _walk(trend: Trend, provinces: int, edition: int) -> Array:
    """Disturbances (provinces, DRAWS) from the reference on: the same in every run, so kept."""
    if edition == REFERENCE:
        walk = np.zeros((provinces, DRAWS))
    else:
        nearer = edition - (1 if edition > REFERENCE else -1)
        walk = _walk(trend, provinces, nearer) + _drawn(trend, provinces, edition)
    walk.setflags(write=False)
    return walk


def _drawn(trend: Trend, provinces: int, edition: int) -> Array:
    """Disturbances (provinces, DRAWS) of a year."""
    count = provinces + 1
    uid = np.repeat(np.arange(DRAWS, dtype=np.uint32), 2 * count)
    slot = np.tile(np.arange(2 * count), DRAWS)
    drawn = uniforms(month_key(0, "national rank", edition), uid, slot).reshape(DRAWS, count, 2)
    # Box and Muller's transform of two uniform numbers to a normal one.
    normal = np.sqrt(-2.0 * np.log(1.0 - drawn[..., 0])) * np.cos(2.0 * np.pi * drawn[..., 1])
    found: Array = (trend.common * normal[:, :1] + trend.own * normal[:, 1:]).T
    return found


def _exceeds(gap: Array, spread: float) -> Array:
    """Chance that a normal number of mean `gap` and standard deviation `spread` is above 0."""
    if spread == 0.0:
        return (gap > 0).astype(np.float64)
    chance = [0.5 * (1.0 + erf(one)) for one in (gap / spread / sqrt(2.0)).ravel()]
    return np.array(chance).reshape(gap.shape)


def _count(chance: Array) -> Array:
    """Chances of 0, 1 ... n among independent events of chance (..., n), (..., n + 1)."""
    found = np.zeros((*chance.shape[:-1], chance.shape[-1] + 1))
    found[..., 0] = 1.0
    for place in range(chance.shape[-1]):
        one = chance[..., place, None]
        happens = found[..., : place + 1] * one
        found *= 1.0 - one
        found[..., 1 : place + 2] += happens
    return found


def _rank(chance: Array) -> Rank:
    below = np.cumsum(chance)
    low, high = (int(np.searchsorted(below, share - 1e-12)) + 1 for share in (0.05, 0.95))
    return Rank(int(chance.argmax()) + 1, low, min(high, PROVINCES), chance)


def _totals(published: Sequence[Published], region: str) -> dict[int, float]:
    return {row.edition: row.total for row in published if row.region == region}
