"""Allocation rules: who gets how much, never more than there is, whatever the order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.policies.allocation import rule

RULES = ("formula", "contest", "lottery", "threshold", "first_come")


@given(
    st.sampled_from(RULES),
    st.integers(1, 40),
    st.integers(0, 2**20),
    # Below the normal doubles a share of a share is rounded to the next of them.
    st.floats(0, 5000, allow_subnormal=False),
)
def test_no_rule_gives_more_than_asked_or_than_there_is(
    name: str, count: int, seed: int, money: float
) -> None:
    rng = np.random.default_rng(seed)
    score, amount, lottery = rng.normal(size=count), rng.uniform(1, 200, count), rng.random(count)
    granted = rule(name, 0.0)(score, amount, lottery, money)
    assert (granted >= 0).all()
    assert (granted <= amount * (1 + 1e-12)).all()
    assert granted.sum() <= money * (1 + 1e-9)
    order = rng.permutation(count)
    again = rule(name, 0.0)(score[order], amount[order], lottery[order], money)
    np.testing.assert_allclose(again, granted[order])


def test_contest_picks_the_best_and_lottery_ignores_the_score() -> None:
    score, amount = np.arange(10.0), np.full(10, 10.0)
    lottery = np.random.default_rng(1).random(10)
    granted = rule("contest")(score, amount, lottery, 35.0)
    assert granted.tolist() == [0] * 6 + [5, 10, 10, 10]  # the fourth gets what is left
    drawn = rule("lottery")(score, amount, lottery, 30.0) > 0
    assert set(np.flatnonzero(drawn)) == set(np.argsort(lottery)[:3])


def test_formula_gives_everybody_the_same_fraction() -> None:
    granted = rule("formula")(np.zeros(4), np.array([10.0, 20, 30, 40]), np.zeros(4), 50.0)
    np.testing.assert_allclose(granted, [5, 10, 15, 20])


def test_threshold_shuts_out_the_others() -> None:
    granted = rule("threshold", 0.5)(
        np.array([0.4, 0.5, 0.9]), np.full(3, 10.0), np.array([0.1, 0.2, 0.3]), 100.0
    )
    assert granted.tolist() == [0, 10, 10]


@pytest.mark.parametrize("name", RULES)
def test_no_money_means_no_awards(name: str) -> None:
    granted = rule(name, 0.0)(np.ones(3), np.ones(3), np.array([0.1, 0.2, 0.3]), 0.0)
    assert granted.sum() == 0
