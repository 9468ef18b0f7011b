"""Scores against what is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from calibration import scores


@pytest.mark.parametrize("outcome", [-1.5, 0.0, 0.7, 3.0])
def test_crps_of_a_normal(outcome: float) -> None:
    # Gneiting and Raftery (2007), equation 21, for N(1, 2).
    z = (outcome - 1.0) / 2.0
    exact = 2.0 * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi))
    sample = norm.ppf((np.arange(4000) + 0.5) / 4000, 1.0, 2.0)
    assert scores.crps(sample, outcome, fair=False) == pytest.approx(exact, abs=2e-3)


def test_fair_crps_of_few_members_is_that_of_the_distribution_on_average() -> None:
    random = np.random.default_rng(1)
    members, outcomes = random.normal(size=(20_000, 4)), random.normal(size=20_000)
    fair = np.mean([scores.crps(m, y) for m, y in zip(members, outcomes, strict=True)])
    plain = np.mean([scores.crps(m, y, fair=False) for m, y in zip(members, outcomes, strict=True)])
    exact = 1 / math.sqrt(math.pi)  # mean CRPS of N(0, 1) for outcomes from itself
    assert fair == pytest.approx(exact, abs=0.012)
    assert plain > exact + 0.1


def test_crps_of_one_number_is_its_absolute_error_and_pairs_count_once() -> None:
    assert scores.crps(np.array([3.0]), 5.0) == 2.0
    sample = np.array([4.0, 1.0, 2.5])
    pairs = np.abs(sample[:, None] - sample).sum() / 2
    near = np.abs(sample - 2.0).mean()
    assert scores.crps(sample, 2.0) == pytest.approx(near - pairs / (3 * 2))
    assert scores.crps(sample, 2.0, fair=False) == pytest.approx(near - pairs / 9)


def test_errors_pinball_interval_and_coverage() -> None:
    errors = np.array([3.0, -4.0])
    assert scores.rmse(errors) == pytest.approx(math.sqrt(12.5))
    assert scores.mae(errors) == 3.5
    assert scores.pinball(1.0, 0.9, 3.0) == pytest.approx(1.8)
    assert scores.pinball(3.0, 0.9, 1.0) == pytest.approx(0.2)
    assert scores.interval_score(0.0, 2.0, 1.0, 0.9) == 2.0
    assert scores.interval_score(0.0, 2.0, 2.5, 0.9) == pytest.approx(2.0 + 20 * 0.5)
    assert scores.interval_score(0.0, 2.0, -1.0, 0.5) == pytest.approx(2.0 + 4 * 1.0)
    low, high = np.array([0.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0])
    assert scores.coverage(low, high, np.array([1.0, 0.5, 2.0])) == pytest.approx(2 / 3)
    assert scores.skill(1.0, 4.0) == 0.75
    assert math.isnan(scores.skill(1.0, 0.0))


def test_the_median_of_a_distribution_has_the_least_pinball_loss() -> None:
    outcomes = np.random.default_rng(2).normal(size=4000)
    levels = {q: np.mean([scores.pinball(q, 0.75, y) for y in outcomes]) for q in (0.3, 0.674, 1.1)}
    assert min(levels, key=levels.get) == 0.674  # type: ignore[arg-type]


def test_diebold_mariano_at_one_step_is_a_paired_t_test() -> None:
    # With h = 1 the correction turns the statistic into the t of the mean difference.
    random = np.random.default_rng(3)
    losses, others = random.gamma(2, 1, 12), random.gamma(2, 1.6, 12)
    gaps = losses - others
    t = gaps.mean() / (gaps.std(ddof=1) / math.sqrt(12))
    found = scores.diebold_mariano(losses, others)
    assert found.statistic == pytest.approx(t)
    assert found.probability == pytest.approx(2 * student.sf(abs(t), 11))


def test_diebold_mariano_at_two_steps_takes_in_the_autocovariance() -> None:
    gaps = np.array([1.0, 2.0, 4.0, 3.0, -1.0, 0.0, 2.0, 5.0, 4.0, 2.0])
    centred = gaps - gaps.mean()
    variance = (centred**2).mean() + 2 * (centred[1:] * centred[:-1]).sum() / 10
    factor = math.sqrt((10 + 1 - 4 + 2 / 10) / 10)
    found = scores.diebold_mariano(gaps, np.zeros(10), horizon=2)
    assert found.statistic == pytest.approx(gaps.mean() / math.sqrt(variance / 10) * factor)


def test_diebold_mariano_says_when_it_cannot_tell() -> None:
    short = scores.diebold_mariano([1.0] * 7, [2.0] * 7)
    assert math.isnan(short.statistic)
    assert "too short: 7" in short.note
    same = scores.diebold_mariano(np.arange(9.0), np.arange(9.0) + 1)
    assert math.isnan(same.statistic)
    assert "constant" in same.note


def test_diebold_mariano_rejects_as_often_as_it_says_when_nothing_differs() -> None:
    random = np.random.default_rng(4)
    losses = random.normal(size=(2000, 10))
    found = [scores.diebold_mariano(row, np.zeros(10)).probability for row in losses]
    assert np.mean(np.array(found) < 0.1) == pytest.approx(0.1, abs=0.025)
