"""Money of a plan: sums over groups, against budgets, and what a ledger says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.programme import CLAUSES, clauses_of
from sim.terms import CLASSES
from sim.view import spending
from sim.view.choice import Plan
from sim.view.panels import ledger as panel
from sim.view.panels import money
from sim.view.questions import KINDS, Question, answer
from tests.view.fakes import snapshot

SHOT = snapshot("en")
LAST = SHOT.place
WORDS = ("zh", "en")


def row(code: str, share: float, **more: float) -> dict[str, object]:
    """A row of a ledger's table with a share of 100 m CNY."""
    return {
        "without": "programme", "instrument": "city_funds", "class": code, "money": 1e4 * share,
        "share": share, "share_low": share - 0.3, "share_high": share + 0.3,
        "months": float("nan"), **more,
    }  # fmt: skip


SPLIT = dict(zip(CLASSES, (0.25, 0.1, 0.6, 0.03, 0.02), strict=True))
ROWS = [row("paid", 1.0), *(row(code, share) for code, share in SPLIT.items())]
FOUND = {
    "whole": ROWS, "instruments": ROWS, "tiers": [], "costs": [], "replicates": 3, "scale": 0.02,
    "last": "2017-12", "follow": 24,
}  # fmt: skip


@pytest.mark.parametrize("by", ["clause", "instrument", "payer"])
def test_every_grouping_adds_up_to_the_whole(by: str) -> None:
    assert SHOT.current is not None
    groups = spending.grouped(SHOT.current, LAST, by)
    whole = spending.whole(SHOT.current, LAST)
    for key in ("budget", "paid", "committed", "unused"):
        assert sum(getattr(one, key) for one in groups) == pytest.approx(getattr(whole, key))
    assert whole.budget == pytest.approx(whole.paid + whole.committed + whole.unused)
    assert whole.unused > 0


def test_an_instrument_stands_under_its_first_clause_and_with_who_pays() -> None:
    assert SHOT.current is not None
    scenario = SHOT.current.scenario
    several = next(n for n, one in scenario.instruments.items() if len(clauses_of(one)) > 1)
    assert (
        spending.clause_of(scenario, several)
        == scenario.instruments[several].clause.split(",")[0].strip()
    )
    assert spending.payer_of(scenario, "city_funds") == "cities"
    groups = spending.grouped(SHOT.current, LAST, "clause")
    assert [one.code for one in groups] == [
        code for code in CLAUSES if code in {one.code for one in groups}
    ]


def test_years_are_what_accounts_gained() -> None:
    assert SHOT.current is not None
    found = spending.years(SHOT.current, SHOT.months)
    assert all(one.whole for one in found)
    paid = sum(sum(one.paid.values()) for one in found)
    assert paid == pytest.approx(spending.whole(SHOT.current, LAST).paid)
    assert found[0].year == 2012  # the made-up budget is there from the first month


def test_shares_of_cities_add_to_one_and_nothing_has_none() -> None:
    mean, low, high = spending.shares(np.array([[1.0, 3.0], [2.0, 2.0]]))
    np.testing.assert_allclose(mean, [0.375, 0.625])
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    assert spending.shares(np.zeros((6, 3)))[0].tolist() == [0.0, 0.0, 0.0]


def test_a_plan_without_money_says_so() -> None:
    assert SHOT.baseline is not None
    bare = replace(SHOT.baseline.members[0], instruments=(), programme={})
    poor = replace(SHOT, current=replace(SHOT.baseline, members=(bare,)))
    assert money.sentence(poor) == "This plan has no public money."
    assert money.years_option(poor)["series"][0]["data"] == []


@pytest.mark.parametrize("lang", WORDS)
def test_charts_and_tables_hold_the_same_figures(lang: str) -> None:
    shot = snapshot(lang)
    option = money.groups_option(shot, "clause")
    frame = money.groups_frame(shot, "clause")
    own = frame[frame.iloc[:, 0] == shot.current.title(lang)]  # type: ignore[union-attr]
    assert option["yAxis"]["data"] == own.iloc[:, 1].tolist()
    np.testing.assert_allclose(option["series"][0]["data"], own.iloc[:, 3], atol=1e-3)
    assert option["series"][3]["type"] == "scatter"  # the saved plan
    shares = money.shares_option(shot, "tiers")["series"][0]["data"]
    assert sum(shares) == pytest.approx(100.0, abs=0.05)
    assert len(money.shares_frame(shot, "cities")) == 22
    assert len(money.years_frame(shot)) == 10


def test_a_yuan_is_split_into_a_hundred_fen() -> None:
    groups = panel.classes_of(ROWS)
    option = panel.yuan_option(groups, {"programme": "all"}, "en")
    assert sum(one["data"][0]["value"] for one in option["series"]) == pytest.approx(100.0)
    assert option["yAxis"]["data"] == ["all"]
    # A piece too small for its figure goes without one.
    assert [one["data"][0]["label"]["show"] for one in option["series"]] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("lang", WORDS)
def test_every_class_is_explained_with_an_interval_within_the_yuan(lang: str) -> None:
    html = panel.explained_html(panel.classes_of(ROWS)["programme"], lang)
    assert html.count("<tr>") == 1 + len(CLASSES)
    assert "25 [0–55]" in html
    assert "60 [30–90]" in html
    assert "25" in panel.headline(FOUND, lang)
    frame = panel.ledger_frame(FOUND, {"city_funds": "X"}, lang)
    assert frame.iloc[0].tolist()[:3] == ["X", 1.0, "25 [0–55]"]


def test_one_replicate_has_no_interval_and_no_money_no_split() -> None:
    nan = float("nan")
    assert panel.interval(row("paid", 0.5, share_low=nan, share_high=nan)) == "50"
    assert "no payments" in panel.headline(FOUND | {"whole": []}, "en")


def test_costs_are_given_where_the_effect_can_be_told() -> None:
    base = {"effect": "adopters", "difference": 100.0, "low": 50.0, "high": 150.0, "cost": 5.0}
    rows = [base | {"verdict": "more"},
            base | {"verdict": "not distinguishable", "low": -5.0, "cost": float("nan")}]  # fmt: skip
    sure, unsure = panel.costs_sentences(rows, 8, "en")
    assert "5.00" in sure
    assert "not distinguishable" in unsure
    assert "CNY" not in unsure
    for said in panel.costs_sentences(rows, 3, "en"):
        assert said.endswith(
            "adopters (firms times technologies): +100; no verdict yet: 3 of 8 pairs."
        )


def ask(**arguments: str | int | float) -> Question:
    plan = Plan("core_programme", (("time.end", "2014-12"), ("time.start", "2013-06")))
    return Question("ledger", plan, arguments=tuple(sorted(arguments.items())))


def test_a_ledger_is_made_of_a_plan_and_adds_up() -> None:
    found = answer(ask(replicates=1, scale=0.01))
    assert KINDS["ledger"] == "sim.view.answers.money"
    whole = panel.classes_of(found["whole"])["programme"]
    assert sum(whole[code]["money"] for code in CLASSES) == pytest.approx(whole["paid"]["money"])
    each = panel.classes_of(found["instruments"], "instrument")
    assert sum(one["paid"]["money"] for one in each.values()) == pytest.approx(
        whole["paid"]["money"]
    )
    assert found["last"] == "2014-12"


@pytest.mark.parametrize("wrong", [{"scale": 0.2}, {"replicates": 0}, {"instrument": "no such"}])
def test_a_ledger_that_is_too_large_or_of_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        answer(ask(**{"replicates": 1, "scale": 0.01, **wrong}))  # type: ignore[arg-type]
