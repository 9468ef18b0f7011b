"""Baselines on series whose forecast is known, and what they do when a series is too short."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import t as student

from calibration.baselines import METHODS, bass_step, predict


def test_no_change_is_the_last_value_with_a_spread_that_grows_with_the_root_of_time() -> None:
    found = predict("no_change", [2010, 2011, 2012], [10.0, 12.0, 11.0], [1, 4])
    assert found.centre.tolist() == [11.0, 11.0]
    # Two steps (2, -1) and two prior degrees at a tenth of the mean size, 1.1.
    squares = 2.0**2 + 1.0**2 + 2 * 1.1**2
    assert found.degrees == 4.0
    assert found.spread == pytest.approx(np.sqrt(squares / 4) * np.array([1.0, 2.0]))
    high = found.quantiles([0.95])[0, 0]
    assert high == pytest.approx(11.0 + found.spread[0] * student.ppf(0.95, 4))


def test_a_gap_of_two_years_counts_as_two_innovations() -> None:
    yearly = predict("no_change", [2010, 2011], [10.0, 12.0], [1])
    gap = predict("no_change", [2010, 2012], [10.0, 12.0], [1])
    assert gap.spread[0] < yearly.spread[0]


def test_one_observation_is_forecast_with_the_prior_alone() -> None:
    found = predict("no_change", [2013], [50.0], [1])
    assert (found.degrees, found.spread[0]) == (2.0, pytest.approx(5.0))
    assert np.isfinite(found.sample()).all()


def test_a_straight_line_goes_on_and_its_spread_is_that_of_least_squares() -> None:
    years = [2010, 2011, 2012, 2013, 2014]
    found = predict("linear_trend", years, [1.0, 3.0, 5.0, 7.0, 9.0], [1, 2])
    assert found.centre == pytest.approx([11.0, 13.0])
    leverage = np.sqrt(1 + 1 / 5 + np.array([3.0, 4.0]) ** 2 / 10)
    prior = np.sqrt(2 * 0.5**2 / 5)
    assert found.spread == pytest.approx(prior * leverage)


def test_ar1_finds_its_own_coefficient() -> None:
    # x(t) = 2 + 0.5 x(t-1), no noise.
    values = [10.0]
    for _ in range(5):
        values.append(2 + 0.5 * values[-1])
    found = predict("ar1", range(2008, 2014), values, [1, 2])
    first = 2 + 0.5 * values[-1]
    assert found.centre == pytest.approx([first, 2 + 0.5 * first])
    assert found.spread[1] / found.spread[0] == pytest.approx(np.sqrt(1 + 0.25))


def test_ar1_of_a_growing_series_is_a_walk_with_drift() -> None:
    found = predict("ar1", range(2010, 2015), [1.0, 2.0, 4.0, 8.0, 16.0], [1, 2])
    assert found.centre == pytest.approx([16 + 3.75, 16 + 7.5])


def test_bass_step_solves_its_equation() -> None:
    solved = solve_ivp(
        lambda _, level: (0.03 + 0.4 * level) * (1 - level), (0, 6), [0.1], rtol=1e-9, atol=1e-12
    )
    assert bass_step(np.array([0.1]), 6.0, 0.03, 0.4) == pytest.approx(solved.y[0, -1], rel=1e-6)


def test_bass_goes_on_with_a_bass_curve_below_its_ceiling() -> None:
    levels = [0.05]
    for _ in range(7):
        levels.append(float(bass_step(np.array([levels[-1]]), 1.0, 0.02, 0.5)[0]))
    found = predict("bass", range(2006, 2012), levels[:6], [1, 2], ceiling=1.0, bounds=(0.0, 1.0))
    assert found.method == "bass"
    assert found.centre == pytest.approx(levels[6:], abs=1e-4)
    far = predict("bass", range(2006, 2012), levels[:6], [60], ceiling=1.0, bounds=(0.0, 1.0))
    assert 0.99 < far.centre[0] <= 1.0
    assert far.sample().max() <= 1.0


@pytest.mark.parametrize(
    ("method", "years", "ceiling", "why"),
    [
        ("linear_trend", [2012, 2013], None, "3 observations"),
        ("ar1", [2011, 2012, 2013], None, "4 consecutive"),
        ("ar1", [2008, 2010, 2012, 2013], None, "4 consecutive"),
        ("bass", [2010, 2011, 2012, 2013], None, "ceiling"),
        ("bass", [2011, 2012, 2013], 1.0, "4 observations"),
        ("bass", [2010, 2011, 2012, 2013], 0.4, "below the ceiling"),
    ],
)
def test_a_short_series_falls_to_no_change_with_the_reason(
    method: str, years: list[int], ceiling: float | None, why: str
) -> None:
    values = np.linspace(0.3, 0.5, len(years))
    found = predict(method, years, values, [1, 2], ceiling=ceiling)
    plain = predict("no_change", years, values, [1, 2])
    assert found.method == "no_change"
    assert why in found.note
    assert found.centre.tolist() == plain.centre.tolist()
    assert found.spread.tolist() == plain.spread.tolist()


@pytest.mark.parametrize(
    ("method", "years", "values", "ahead"),
    [
        ("trend", [2013], [1.0], [1]),
        ("no_change", [], [], [1]),
        ("no_change", [2013, 2012], [1.0, 2.0], [1]),
        ("no_change", [2013], [np.nan], [1]),
        ("no_change", [2013], [1.0], [0]),
    ],
)
def test_what_cannot_be_forecast_is_refused(
    method: str, years: list[int], values: list[float], ahead: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"baseline|years ascend"):
        predict(method, years, values, ahead)


@pytest.mark.parametrize("method", METHODS)
def test_intervals_of_a_random_walk_hold_as_often_as_they_say(method: str) -> None:
    # The prior's spread is a tenth of the mean size: walks of that spread about a level of 100.
    random = np.random.default_rng(5)
    inside = 0
    for _ in range(400):
        walk = 100 + np.cumsum(random.normal(0, 10, 7))
        found = predict(method, range(2008, 2014), walk[:6], [1], ceiling=1000.0)
        low, high = found.quantiles([0.05, 0.95])[0]
        inside += low <= walk[6] <= high
    assert 0.82 <= inside / 400 <= 0.97
