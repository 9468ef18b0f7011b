"""The national rank: exact where published, spread out with the years, and in draws over several years."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.indices.ranking import DRAWS, PROVINCES, national_rank, national_trend, rank_draws
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


def test_draws_of_every_edition_agree_with_the_exact_chances() -> None:
    """20,000 draws: a chance is off by 0.0036 at one sigma at most."""
    values = {2013: 80.0, 2015: 98.2, 2016: 97.0, 2018: 105.0}
    drawn = rank_draws(values, PUBLISHED)
    assert list(drawn) == list(values)
    for edition, value in values.items():
        counted = np.bincount(drawn[edition], minlength=PROVINCES + 1)[1:] / DRAWS
        exact = national_rank(value, edition, PUBLISHED).chance
        assert exact == pytest.approx(counted, abs=0.015)


def test_draws_are_of_paths_that_runs_share() -> None:
    low, high = (rank_draws({2016: 103.0 + up, 2017: 108.0 + up}, PUBLISHED) for up in (0.0, 2.0))
    assert (high[2016] <= low[2016]).all()
    assert (high[2016] < low[2016]).any()
    alone = rank_draws({2017: 108.0}, PUBLISHED)[2017]
    np.testing.assert_array_equal(alone, low[2017])
    # Disturbances stay: the worst of two years is likelier good than if years were apart.
    good = [ranks <= 3 for ranks in low.values()]
    assert (good[0] & good[1]).mean() > good[0].mean() * good[1].mean() + 0.02


def test_edition_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match="edition"):
        national_rank(90.0, 1999, PUBLISHED)
