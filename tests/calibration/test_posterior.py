"""The emulator and the posterior against answers known in closed form."""

import numpy as np
import pytest

from calibration import emulator, posterior
from calibration.calibrate import Plan
from calibration.recovery import coverage, recover
from sim.core.errors import InputError
from tests.calibration.toys import (
    CHANCE,
    DEVIATION,
    MOMENTS,
    SERIES,
    SLOPES,
    Linear,
    fit_toy,
    normal_posterior,
)

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def fitted():
    random = np.random.default_rng(3)
    points = random.random((120, 3))
    chance = CHANCE * random.standard_normal((120, 2, MOMENTS))
    return emulator.fit(points, (points @ SLOPES)[:, None] + chance)


def test_emulator_finds_a_quadratic(fitted):
    random = np.random.default_rng(5)
    there = random.random((50, 3))
    assert np.abs(fitted.mean(there) - there @ SLOPES).max() < 0.15
    assert (fitted.r2 > 0.9).all()
    assert np.sqrt(np.diag(fitted.chance)) == pytest.approx(CHANCE, rel=0.2)
    assert np.sqrt(np.diag(fitted.error)).max() < CHANCE


def test_emulator_says_what_it_misses():
    random = np.random.default_rng(4)
    points = random.random((200, 2))
    wave = np.sin(25.0 * points[:, :1])
    moments = np.concatenate([wave, points[:, 1:]], axis=1)[:, None] + np.zeros((200, 2, 2))
    made = emulator.fit(points, moments)
    assert made.r2[0] < 0.2
    assert made.r2[1] > 0.99
    assert made.error[0, 0] == pytest.approx(wave.var(), rel=0.3)


def test_emulator_leaves_out_failed_points_and_refuses_too_few():
    random = np.random.default_rng(4)
    points = random.random((40, 3))
    moments = (points @ SLOPES)[:, None] + random.standard_normal((40, 2, MOMENTS))
    moments[0, 1, 2] = np.nan
    assert emulator.fit(points, moments).points == 39
    with pytest.raises(ValueError, match="4 points"):
        emulator.fit(points[:5], moments[:5])
    with pytest.raises(ValueError, match="1 runs"):
        emulator.fit(points, moments[:, :1])


def test_tempering_draws_a_known_posterior():
    """A normal inside the cube: mean and sd within three standard errors."""
    centre, spread = np.array([0.4, 0.5, 0.6]), np.array([0.02, 0.05, 0.1])
    draws, _, effective, _ = posterior.sample(
        lambda points: -0.5 * (((points - centre) / spread) ** 2).sum(axis=1), 3, 2000, 1
    )
    assert effective > 1000
    assert (np.abs(draws.mean(axis=0) - centre) < 3 * spread / np.sqrt(1000)).all()
    assert draws.std(axis=0) == pytest.approx(spread, rel=0.08)


def test_posterior_of_the_linear_model(fitted, monkeypatch):
    """Mean and sd as the normal equations give them, where nothing is missed."""
    monkeypatch.setattr(posterior, "TAIL", 1e9)
    monkeypatch.setattr("tests.calibration.toys.DEVIATION", DEVIATION / 5)
    observed = Linear.mean([0.45, 0.5, 0.55])
    mean, spread = normal_posterior(observed)
    draws = posterior.posterior(fitted, observed, DEVIATION / 5, SERIES, 2000, 1).unit
    assert (np.abs(draws.mean(axis=0) - mean) < 0.35 * spread).all()
    assert draws.std(axis=0) == pytest.approx(spread, rel=0.15)


def test_what_is_out_of_reach_says_little(fitted):
    """Two moments that no parameters reach: their series gives way, the others hold the truth."""
    truth = np.array([0.45, 0.5, 0.55])
    observed, series = Linear.mean(truth), np.array([0, 0, 1, 2, 3, 4])
    within = posterior.posterior(fitted, observed, DEVIATION / 5, series, 1000, 1)
    assert within.misfit.max() < 1.5
    missed = observed + np.array([5.0, -5.0, 0.0, 0.0, 0.0, 0.0])
    draws = posterior.posterior(fitted, missed, DEVIATION / 5, series, 1000, 1)
    assert draws.misfit[:2].min() > 10.0
    assert draws.misfit[2:].max() < 2.0
    assert draws.unit.std(axis=0).mean() > 1.1 * within.unit.std(axis=0).mean()
    low, high = np.quantile(draws.unit, (0.05, 0.95), axis=0)
    assert ((low < truth) & (truth < high)).all()


def test_all_out_of_reach_widens_all(fitted):
    """Moments that no parameters reach make the posterior wider, not surer."""
    observed = Linear.mean([0.45, 0.5, 0.55])
    gap = np.array([3.0, -3.0, 3.0, 3.0, 3.0, 3.0])
    within, missed = (
        posterior.posterior(fitted, one, DEVIATION / 5, SERIES, 1000, 1)
        for one in (observed, observed + gap)
    )
    assert np.median(missed.misfit) > 4.0 * np.median(within.misfit)
    assert missed.unit.std(axis=0).mean() > 1.5 * within.unit.std(axis=0).mean()


def test_intervals_beside_the_prior():
    even = np.linspace(0.0, 1.0, 1001)[:, None]
    frame = posterior.intervals(0.4 + 0.2 * even, even, ["a"])
    row = frame.iloc[0]
    assert (row["low_90"], row["median"], row["high_90"]) == pytest.approx((0.41, 0.5, 0.59))
    assert (row["prior_low_50"], row["prior_high_50"]) == pytest.approx((0.25, 0.75))
    assert row["learned"] == pytest.approx(0.8)


def test_recovery_on_the_linear_model(fitted):
    """90 % intervals hold 80 % of truths or more, and are narrower than the prior's."""
    random = np.random.default_rng(8)
    truths = random.random((20, 3))
    moments = truths @ SLOPES + CHANCE * random.standard_normal((20, MOMENTS))
    table = coverage(recover(fitted, truths, moments, DEVIATION, SERIES, NAMES)).set_index(
        "parameter"
    )
    assert table.loc["all", "truths"] == 20
    assert 0.8 <= table.loc["all", "covered_90"] < 1.0
    assert table.loc["all", "spread_90"] < 0.8


def test_recovery_tells_a_wrong_posterior(fitted):
    """Tolerances said to be a tenth of what they are: the intervals miss."""
    random = np.random.default_rng(8)
    truths = random.random((6, 3))
    moments = truths @ SLOPES + DEVIATION * random.standard_normal((6, MOMENTS))
    frame = recover(fitted, truths, moments, DEVIATION / 100, SERIES, NAMES)
    assert coverage(frame)["covered_50"].iloc[-1] < 0.5


def test_whole_calibration_of_the_linear_model(tmp_path):
    fitted = fit_toy(tmp_path, Linear(), Plan(budget=200, recovery=True))
    truth = np.array([0.3, 0.6, 0.45])
    assert fitted.distance < 0.6
    assert (np.diff(fitted.trace) <= 0).all()
    low, high = np.quantile(fitted.draws.unit, (0.05, 0.95), axis=0)
    assert ((low < truth) & (truth < high)).all()
    assert fitted.recovered["truth"].nunique() == 20
    assert fitted.recovered["covered_90"].mean() >= 0.8


@pytest.mark.parametrize(
    ("plan", "key"), [(Plan(budget=100), "--budget"), (Plan(replicates=1), "--replicates")]
)
def test_plans_that_cannot_be_carried_out(tmp_path, plan, key):
    with pytest.raises(InputError, match=key):
        fit_toy(tmp_path, Linear(), plan)
