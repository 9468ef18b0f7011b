"""Every measure finds a known answer in data made up for the purpose."""

from __future__ import annotations

import numpy as np
import pytest

from tests.stylised import measures

RNG = np.random.default_rng(20140429)
MONTHS = np.arange(72) / 12.0


def test_bass_fit_finds_the_curve_it_was_given() -> None:
    share = measures.bass_curve(MONTHS, 0.02, 0.5, 0.6, 0.05)
    # The curve solves dF/dt = (p + q F)(1 - F) step by step.
    reached = 0.05 / 0.6
    for _ in range(6 * 5000):
        reached += (0.02 + 0.5 * reached) * (1 - reached) / 5000
    assert 0.6 * reached == pytest.approx(
        measures.bass_curve(np.array([6.0]), 0.02, 0.5, 0.6, 0.05)[0], rel=1e-3
    )
    p, q, limit, fit = measures.bass_fit(MONTHS, share)
    assert fit > 0.9999
    assert (p, q, limit) == pytest.approx((0.02, 0.5, 0.6), rel=0.1)


def test_bass_fit_refuses_what_is_no_diffusion() -> None:
    wave = 0.3 + 0.1 * np.sin(4 * MONTHS)
    assert measures.bass_fit(MONTHS, wave)[3] < 0.5
    assert measures.bass_fit(MONTHS, 0.4 - 0.03 * MONTHS)[3] < 0.5


def test_logit_slopes() -> None:
    factors = RNG.normal(size=(40_000, 2))
    chance = 1 / (1 + np.exp(1.0 - 0.8 * factors[:, 0] + 0.3 * factors[:, 1]))
    slopes = measures.logit_slopes(RNG.uniform(size=40_000) < chance, factors)
    assert slopes == pytest.approx([0.8, -0.3], abs=0.04)


def test_top_over_bottom() -> None:
    size = np.arange(1000.0)
    chosen = np.zeros(1000, dtype=bool)
    chosen[:10] = chosen[800:860] = True
    assert measures.top_over_bottom(chosen, size) == pytest.approx(6.0)
    assert measures.top_over_bottom(chosen & (size > 500), size) == np.inf


def test_elasticity() -> None:
    assert measures.elasticity(2.0, 2.0 * 1.1**3, 1.1) == pytest.approx(3.0)


def test_common_odds_ratio_is_not_fooled_by_strata() -> None:
    stratum = np.repeat([0, 1], 50_000)
    exposed = RNG.uniform(size=100_000) < np.where(stratum == 0, 0.2, 0.8)
    odds = np.where(stratum == 0, 0.1, 1.0) * np.where(exposed, 2.0, 1.0)
    case = RNG.uniform(size=100_000) < odds / (1 + odds)
    assert measures.common_odds_ratio(case, exposed, stratum) == pytest.approx(2.0, abs=0.12)
    assert measures.common_odds_ratio(case, exposed, 0 * stratum) > 3.0


def test_tail_exponent() -> None:
    size = 1000.0 * RNG.uniform(size=20_000) ** (-1 / 1.2)
    assert measures.tail_exponent(size, 1000.0) == pytest.approx(1.2, abs=0.05)


@pytest.mark.parametrize(("draw", "shape"), [(RNG.laplace, 1.0), (RNG.normal, 2.0)])
def test_subbotin_shape(draw: object, shape: float) -> None:
    growth = draw(0.03, 0.2, 20_000)  # type: ignore[operator]
    assert measures.subbotin_shape(growth) == pytest.approx(shape, rel=0.05)


def test_spread_by_size() -> None:
    size = np.exp(RNG.normal(5, 1.2, 30_000))
    growth = RNG.normal(size=30_000) * size**-0.18
    assert measures.spread_by_size(growth, size) == pytest.approx(-0.18, abs=0.02)


def test_ratio_90_10_within_groups() -> None:
    group = np.repeat([0, 1, 2], [10_000, 10_000, 5])
    value = np.exp(RNG.normal(0, 0.45, 20_005)) * np.array([1.0, 50.0, 1e6])[group]
    assert measures.ratio_90_10(value, group) == pytest.approx(np.exp(2 * 1.2816 * 0.45), rel=0.05)
    assert abs(measures.within(np.log(value), group)[:10_000].mean()) < 1e-9


def test_ranks_and_convergence() -> None:
    first = np.array([1.0, 2.0, 4.0, 8.0])
    assert measures.rank_correlation(first, first**0.5) == pytest.approx(1.0)
    assert measures.rank_correlation(first, -first) == pytest.approx(-1.0)
    assert measures.convergence(first, first**0.5) == pytest.approx(0.5)


def test_event_path() -> None:
    months = np.arange(40)
    event = np.where(np.arange(600) < 200, 5 + np.arange(600) % 10, -1)
    group = np.arange(600) % 3
    after = months[None, :] - event[:, None]
    effect = np.where((event >= 0)[:, None] & (after >= 0), -0.02 + 0.01 * after, 0.0)
    value = effect + 0.1 * group[:, None] * months + RNG.normal(size=(600, 1))
    path = measures.event_path(value, event, group, range(0, 12))
    assert path == pytest.approx(-0.02 + 0.01 * np.arange(12))


def test_fall_per_doubling() -> None:
    delivered = np.linspace(100, 900, 50)
    assert measures.fall_per_doubling(delivered, delivered ** np.log2(0.85)) == pytest.approx(0.15)


def test_pass_through() -> None:
    assert measures.pass_through(0.8, 0.84, 0.1) == pytest.approx(0.5)
