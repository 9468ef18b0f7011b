"""The national rank: exact where published, spread out with the years, no draws."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.core.streams import month_key, uniforms
from sim.indices.ranking import PROVINCES, national_rank, national_trend, others
from sim.world.data import load_data

PUBLISHED = load_data().indices.published


def test_zhejiang_was_second_in_the_2015_edition() -> None:
    row = next(r for r in PUBLISHED if (r.region, r.edition) == ("Zhejiang", 2015))
    rank = national_rank(row.total, 2015, PUBLISHED)
    assert (rank.likeliest, rank.low, rank.high) == (2, 2, 2) == (row.rank,) * 3
    assert rank.chance[1] == 1.0


def test_trend_is_the_published_rise() -> None:
    trend = national_trend(PUBLISHED)
    assert trend.rise == pytest.approx((72.7 - 52.73) / 4)
    assert trend.common == pytest.approx(np.std([6.34, 2.88, 4.19, 6.56], ddof=1))
    assert trend.own > 0


def test_chances_add_to_one_and_spread_with_the_years() -> None:
    near, far = (national_rank(98.0 + 5 * years, 2015 + years, PUBLISHED) for years in (1, 6))
    for rank in (near, far):
        assert rank.chance.shape == (PROVINCES,)
        assert rank.chance.sum() == pytest.approx(1.0)
        assert rank.low <= rank.likeliest <= rank.high
    assert far.high - far.low > near.high - near.low


def test_a_higher_total_ranks_better() -> None:
    mean = [
        national_rank(total, 2017, PUBLISHED).chance @ np.arange(1, PROVINCES + 1)
        for total in (80.0, 95.0, 110.0)
    ]
    assert mean[0] > mean[1] > mean[2]


def test_chances_agree_with_simulation_from_keyed_draws() -> None:
    """20,000 draws of two normals a province: a chance is off by 0.004 at one sigma at most."""
    edition, value, draws = 2018, 105.0, 20_000
    _, levels, trend = others(PUBLISHED, edition)
    key = month_key(7, "rank", 0)
    uid = np.repeat(np.arange(draws, dtype=np.uint32), 2 * (len(levels) + 1))
    slot = np.tile(np.arange(2 * (len(levels) + 1)), draws)
    # Box and Muller's transform of two uniform numbers to a normal one.
    one, two = np.moveaxis(uniforms(key, uid, slot).reshape(draws, -1, 2), 2, 0)
    normal = np.sqrt(-2.0 * np.log(1.0 - one)) * np.cos(2.0 * np.pi * two)
    spread = 3.0**0.5 * np.array([trend.common, trend.own])
    paths = levels + spread[0] * normal[:, :1] + spread[1] * normal[:, 1:]
    counted = np.bincount((paths > value).sum(axis=1), minlength=PROVINCES) / draws
    assert national_rank(value, edition, PUBLISHED).chance == pytest.approx(counted, abs=0.015)


def test_edition_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match="edition"):
        national_rank(90.0, 1999, PUBLISHED)
