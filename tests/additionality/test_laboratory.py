"""Allocation rules in a running province: same budget, the best or the lucky win."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from sim.allocation_rules import RULES, Laboratory, effective_number, gini, laboratory, top_share
from sim.core.errors import InputError
from sim.model import Province
from sim.processes.awards import Awards

CONTEST: dict[str, Any] = {
    "scale": 0.05,
    "time__start": "2014-01",
    "time__end": "2015-03",
    "instruments__equipment_subsidy__allocation": "contest",
    "instruments__equipment_subsidy__budget__2014": 40_000.0,
    "instruments__equipment_subsidy__budget__2015": 40_000.0,
}


def calls(noise: float, **more: Any) -> list[tuple[Any, Any]]:
    """Score and success of the applications of each call that was decided."""
    settings = CONTEST | {"instruments__equipment_subsidy__contest_noise": noise} | more
    province = Province("core_programme", parameters="central", **settings)
    province.run()
    book: Awards = province.context.awards
    mine = (book.instrument == 0) & (book.decision_month <= province.clock.month - 1)
    months = np.unique(book.decision_month[mine])
    found = []
    for month in months:
        chosen = mine & (book.decision_month == month)
        found.append((book.score[chosen], book.promised[chosen] > 0))
    assert found
    return found


def test_without_noise_the_best_win() -> None:
    for score, won in calls(0.0):
        assert 0 < won.sum() < len(won)
        assert score[won].min() >= score[~won].max()


@pytest.mark.parametrize("noise", [float("inf"), 1e6])
def test_with_endless_noise_a_contest_is_a_lottery(noise: float) -> None:
    """The better half of the applicants wins about as often as its number says."""
    better = winners = 0
    expected = []
    for score, won in calls(noise):
        upper = score > np.median(score)
        better, winners = better + int((won & upper).sum()), winners + int(won.sum())
        expected.append(upper.mean() * won.sum())
    low, high = binom.interval(0.999, winners, sum(expected) / winners)
    assert winners > 20
    assert low <= better <= high
    drawn = calls(0.0, instruments__equipment_subsidy__allocation="lottery")
    if noise == float("inf"):
        for (_, won), (_, lucky) in zip(calls(noise), drawn, strict=True):
            assert (won == lucky).all()


@pytest.fixture(scope="module")
def rules() -> Laboratory:
    return laboratory(
        "core_programme", "equipment_subsidy", noise=[0.0, float("inf")], scale=0.02, replicates=1,
        workers=1, until="2015-12", follow=6, parameters="central",
        settings=['time.start="2014-01"', "instruments.equipment_subsidy.budget.2014=20000.0",
                  "instruments.equipment_subsidy.budget.2015=20000.0"],
    )  # fmt: skip


def test_every_rule_has_the_same_budget_and_keeps_to_it(rules: Laboratory) -> None:
    frame = rules.measures.set_index("rule")
    assert list(frame.index) == [
        "formula", "contest 0", "contest inf", "lottery", "threshold", "first_come",
    ]  # fmt: skip
    assert (frame["budget"] == 40_000.0).all()
    assert (frame["granted"] > 0).all()
    # What lapses is promised again, so promises may exceed the budget; payments never do.
    assert (frame["granted"] <= 1.5 * frame["budget"]).all()
    assert (frame["paid"] > 0).all()
    assert (frame["paid"] <= frame["budget"] * (1 + 1e-12)).all()
    shares = frame[[name for name in frame if name.startswith("share_")]]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


def test_a_formula_spreads_the_money_most(rules: Laboratory) -> None:
    frame = rules.measures.set_index("rule")
    assert frame["gini"].idxmin() == "formula"
    assert frame["awards"].idxmax() == "formula"
    same = (
        rules.measures.set_index("rule").loc[["contest inf", "lottery"]].drop(columns="replicate")
    )
    assert (same.iloc[0] == same.iloc[1]).all()


def test_who_wins_adds_up(rules: Laboratory) -> None:
    wins = rules.who_wins()
    sums = wins.groupby(["rule", "group"])["share"].sum()
    np.testing.assert_allclose(sums, 1.0)
    fifths = wins[(wins["group"] == "quintile") & (wins["rule"] == "formula")]["eligible"]
    assert fifths.max() < 1.3 * fifths.min()
    assert (wins["awarded"] <= wins["eligible"].clip(lower=0) * 1.2).all()


def test_concentration_of_known_sums() -> None:
    equal, weight = np.full(4, 3.0), np.array([1.0, 2.0, 5.0, 2.0])
    assert gini(equal, weight) == pytest.approx(0)
    assert top_share(equal, weight, 0.1) == pytest.approx(0.1)
    assert gini(np.array([0.0, 0, 0, 8]), np.ones(4)) == pytest.approx(0.75)
    # A row for two firms counts as two rows.
    assert gini(np.array([1.0, 4]), np.array([2.0, 1])) == pytest.approx(
        gini(np.array([1.0, 1, 4]), np.ones(3))
    )
    assert top_share(np.array([0.0, 1, 9]), np.array([8.0, 1, 1]), 0.1) == pytest.approx(0.9)
    assert effective_number(np.array([2.0, 2, 0])) == pytest.approx(2)
    assert gini(np.empty(0), np.empty(0)) == effective_number(np.zeros(3)) == 0


@pytest.mark.parametrize(
    ("instrument", "options", "message"),
    [
        ("training", {}, "equipment_subsidy"),
        ("nothing", {}, "equipment_subsidy"),
        ("equipment_subsidy", {"follow": -1}, "0 to 240"),
        ("equipment_subsidy", {"rules": ["auction"]}, "first_come"),
        ("equipment_subsidy", {"rules": []}, "formula"),
        ("equipment_subsidy", {"noise": [-1.0]}, "from 0"),
        ("equipment_subsidy", {"noise": [1.0], "rules": ["lottery"]}, "a contest among"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    instrument: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        laboratory("core_programme", instrument, **options)
    assert set(RULES) == {"formula", "contest", "lottery", "threshold", "first_come"}
