"""Evaluators where the effect is known by construction, and where they must refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from calibration.evaluators import (
    Estimate,
    at_cut_off,
    discontinuity,
    imputation,
    matching,
    rule_of_thumb,
    two_way,
)
from sim.core.errors import InputError
from sim.core.table import Array

EFFECT = 0.5
TRIALS = 200


def panel(generator: np.random.Generator, firms: int = 120, years: int = 6) -> tuple[Array, ...]:
    """Outcome, firm, year, first treated year (by lot): errors within a firm go together."""
    since = generator.choice([0, 0, 3, 4], size=firms)
    firm, year = np.repeat(np.arange(firms), years), np.tile(np.arange(years), firms)
    walk = np.cumsum(generator.normal(size=(firms, years)), axis=1).ravel()
    level = generator.normal(size=firms)[firm] + 0.3 * year**2 + walk
    after = (since[firm] > 0) & (year >= since[firm])
    kept = generator.random(len(firm)) < 0.9
    return tuple(a[kept] for a in (level + EFFECT * after, firm, year, since[firm]))


def by_two_way(generator: np.random.Generator) -> Estimate:
    outcome, firm, year, since = panel(generator)
    return two_way(outcome, firm, year, (since > 0) & (year >= since))


def by_imputation(generator: np.random.Generator) -> Estimate:
    return imputation(*panel(generator))


def by_discontinuity(generator: np.random.Generator) -> Estimate:
    distance = generator.normal(size=400)
    spread = np.where(distance > 0, 1.5, 0.5)
    outcome = 0.7 * distance + EFFECT * (distance >= 0) + spread * generator.normal(size=400)
    return discontinuity(outcome, distance)


def by_matching(generator: np.random.Generator) -> Estimate:
    covariates = generator.normal(size=(400, 2))
    cell = generator.integers(0, 3, size=400)
    treated = generator.random(400) < 1 / (1 + np.exp(2.0 - covariates[:, 0]))
    outcome = covariates @ [1.0, -0.5] + 0.5 * cell + EFFECT * treated + generator.normal(size=400)
    return matching(outcome, treated, covariates, cell, np.arange(400))


@pytest.mark.parametrize("found_by", [by_two_way, by_imputation, by_discontinuity, by_matching])
def test_a_known_effect_is_found_and_intervals_cover_it(
    found_by: Callable[[np.random.Generator], Estimate],
) -> None:
    found = [found_by(np.random.default_rng(seed)) for seed in range(TRIALS)]
    value = np.array([one.value for one in found])
    error = np.array([one.error for one in found])
    assert abs(value.mean() - EFFECT) < 3.3 * value.std() / np.sqrt(TRIALS)
    assert error.mean() == pytest.approx(value.std(), rel=0.2)
    for level, low, high in ((0.95, 0.89, 0.99), (0.90, 0.83, 0.96)):
        bounds = np.array([one.interval(level) for one in found])
        covered = ((bounds[:, 0] <= EFFECT) & (bounds[:, 1] >= EFFECT)).mean()
        assert low <= covered <= high


def test_imputation_is_the_textbook_difference_of_differences_in_two_years() -> None:
    firm, year = np.repeat(np.arange(6), 2), np.tile([0, 1], 6)
    since = np.where(firm < 3, 1, 0)
    outcome = np.random.default_rng(1).normal(size=12)
    change = outcome[year == 1] - outcome[year == 0]
    textbook = change[:3].mean() - change[3:].mean()
    assert imputation(outcome, firm, year, since).value == pytest.approx(textbook)
    dummy = (since > 0) & (year >= since)
    assert two_way(outcome, firm, year, dummy).value == pytest.approx(textbook)


def test_effects_that_grow_mislead_one_dummy_and_not_imputation() -> None:
    """Firms treated early are no controls for those treated late (all are treated in the end)."""
    firm, year = np.repeat(np.arange(60), 6), np.tile(np.arange(6), 60)
    since = np.where(firm < 30, 1, 4)
    effect = np.where(year >= since, year - since + 1.0, 0.0)
    truth = effect[(year >= since) & (year < 4)].mean()
    assert imputation(effect, firm, year, since).value == pytest.approx(truth)
    assert two_way(effect, firm, year, year >= since).value < 0.5 * effect[year >= since].mean()


def test_what_an_estimate_finds_is_linear_in_the_outcome() -> None:
    generator = np.random.default_rng(3)
    one, firm, year, since = panel(generator)
    other = generator.normal(size=len(one))
    distance, treated = generator.normal(size=300), generator.random(300) < 0.3
    x, cell, many = generator.normal(size=(300, 2)), np.zeros(300), generator.normal(size=(2, 300))
    after = (since > 0) & (year >= since)
    for estimate, a, b in (
        (lambda y: imputation(y, firm, year, since), one, other),
        (lambda y: two_way(y, firm, year, after), one, other),
        (lambda y: discontinuity(y, distance), *many),
        (lambda y: matching(y, treated, x, cell, np.arange(300)), *many),
    ):
        assert estimate(a + b).value == pytest.approx(estimate(a).value + estimate(b).value)


def test_the_limit_at_the_cut_off_is_that_of_the_treated_side() -> None:
    distance = np.linspace(-1, 1, 101)
    values = np.where(distance >= 0, 2.0 + 3.0 * distance, 9.0)
    assert at_cut_off(values, distance) == pytest.approx(2.0)
    assert np.isnan(at_cut_off(values[:50], distance[:50]))
    assert rule_of_thumb(2.0 * distance) == pytest.approx(2.0 * rule_of_thumb(distance))


def test_matches_stay_in_their_cell_and_treated_without_any_are_left_out() -> None:
    treated = np.array([True, True, False, False, True])
    x = np.array([[0.0], [1.0], [1.1], [5.0], [0.0]])
    cell = np.array([0, 1, 0, 1, 2])
    outcome = np.array([3.0, 10.0, 1.0, 4.0, 99.0])
    found = matching(outcome, treated, x, cell, np.arange(5), neighbours=1)
    # The controls lie on a line, which is what the bias correction takes off.
    line = 1.0 + (4.0 - 1.0) / (5.0 - 1.1) * (x[:, 0] - 1.1)
    assert found.value == pytest.approx((outcome - line)[:2].mean())
    assert found.treated == 2


@pytest.mark.parametrize(
    ("outcome", "treated", "says"),
    [
        (np.zeros(4), np.zeros(4), "treated"),
        (np.zeros(4), np.ones(4), "treated"),
        (np.array([0.0, np.nan, 0.0, 0.0]), np.array([1, 0, 0, 1]), "outcome"),
        (np.zeros(4), np.array([1, 0, 1]), "rows"),
    ],
)
def test_what_cannot_be_estimated_is_refused(outcome: Array, treated: Array, says: str) -> None:
    firm, year = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    with pytest.raises(InputError, match=says):
        two_way(outcome, firm, year, treated)
    with pytest.raises(InputError, match=says):
        matching(outcome, treated, np.zeros((4, 1)), np.zeros(4), firm)


def test_too_few_scores_near_the_cut_off_are_refused() -> None:
    with pytest.raises(InputError, match="near the cut-off"):
        discontinuity(np.zeros(6), np.array([-3.0, -2.0, -1.0, -0.5, 1.0, 2.0]))
    with pytest.raises(InputError, match="seen untreated"):
        imputation(
            np.zeros(4), np.array([0, 0, 1, 1]), np.array([1, 2, 0, 1]), np.array([1, 1, 0, 0])
        )
