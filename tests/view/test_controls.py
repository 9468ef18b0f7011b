"""What controls draw, and what they make of what a browser says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import solara

from sim.view import plans
from sim.view.choice import MOST_SAVED, Choice, Plan
from sim.view.controls.levers import levers_board, money, moved_by
from sim.view.controls.playbar import MONTHS, branched, month_at, place_of, play_board
from sim.view.controls.presets import items, presets_board
from sim.view.controls.press import PressWidget, press
from sim.view.controls.saved import saved_board, with_saved
from sim.view.controls.share import share_board
from sim.view.controls.steps import steps_board
from sim.view.history import History
from sim.view.words import catalogue
from tests.view import fakes

RATE = "instruments.equipment_subsidy.rate"


def drawn(plan: Plan, key: str, **how: Any) -> dict[str, Any]:
    groups = levers_board(plan, "en", **how)["groups"]
    return next(
        one
        for group in groups
        for one in [*group["levers"], group["on"]]
        if one and one["key"] == key
    )


@pytest.mark.parametrize(
    "part", ["levers", "controls", "address", "copying", "results", "problems"]
)
def test_catalogues_have_equal_keys(part: str) -> None:
    zh, en = (
        {key for key in catalogue(lang) if key.startswith(f"{part}.")} for lang in ("zh", "en")
    )
    assert zh == en
    assert zh


# ------------------------------------------------------------------ levers
def test_a_slider_stands_at_its_text_and_marks_the_preset() -> None:
    plan = moved_by(Plan(), {"key": RATE, "value": 20}, "", None)
    one = drawn(plan, RATE)
    assert plan.settings == ((RATE, 0.2),)
    assert one["texts"][one["value"]] == "20 %"
    assert one["texts"][one["preset"]] == "12 %"
    assert "mixed" not in one
    assert "Source: special fund" in one["source"]


def test_money_follows_the_lever_and_total_funding() -> None:
    plan = plans.changed(Plan(), {"programme.funding": 2.0})
    one = drawn(plan, "equipment_money")
    assert one["texts"][4].startswith("× 1 · 900m CNY in 2015, ")
    assert one["texts"][0].startswith("× 0 · 0m CNY in 2015, 0 %")
    assert money(45_000, "zh") == "4.5 亿元"
    assert money(850, "zh") == "850 万元"
    assert money(250_000, "en") == "2.5bn CNY"


def test_a_value_between_steps_is_told_as_it_is() -> None:
    plan = plans.changed(Plan(), {RATE: 0.123})
    assert drawn(plan, RATE)["mixed"] == "12.3 %"


def test_all_levers_are_drawn_for_every_preset() -> None:
    for name in ("document_2014", "no_programme", "core_programme", "only_a2", "funding_double"):
        for lang in ("zh", "en"):
            found = levers_board(Plan(name), lang)
            json.dumps(found)
            assert sum(len(g["levers"]) + (g["on"] is not None) for g in found["groups"]) == 29
    assert drawn(Plan("no_programme"), RATE)["why"]


def test_some_levers_only_and_from_a_month_on() -> None:
    found = levers_board(Plan(), "en", keys={RATE, "S6"}, month="2015-06")
    assert [group["code"] for group in found["groups"]] == ["A2", "S6"]
    assert found["groups"][0]["on"] is None
    assert "2015-06" in found["note"]


@pytest.mark.parametrize(
    "event",
    [
        {}, {"key": RATE}, {"key": RATE, "value": "20"}, {"key": RATE, "value": None},
        {"key": RATE, "value": True}, {"key": RATE, "value": 0.5}, {"key": "time.end", "value": 1},
        {"key": ["x"], "value": 1}, {"key": "instruments.equipment_subsidy.allocation", "value": "x"},
    ],
)  # fmt: skip
def test_nonsense_from_a_browser_moves_nothing(event: dict[str, Any]) -> None:
    assert moved_by(Plan(), event, "", None) == Plan()


def test_a_place_beyond_the_end_is_the_end() -> None:
    assert moved_by(Plan(), {"key": RATE, "value": 10**30}, "", None).settings == ((RATE, 0.3),)
    assert moved_by(Plan(), {"key": RATE, "value": -5}, "", None).settings == ((RATE, 0.0),)


def test_levers_that_are_not_offered_cannot_be_moved() -> None:
    assert moved_by(Plan(), {"key": RATE, "value": 20}, "", {"S6"}) == Plan()


# ------------------------------------------------------------------ presets, history, saved
def test_presets_are_listed_by_group() -> None:
    rows = items("zh")
    assert rows[0] == {"header": "整体方案"}
    assert sum("value" in row for row in rows) == len(plans.presets())
    assert rows[-1]["value"].startswith("limit_")
    for one in plans.presets().values():
        assert presets_board(Plan(one.name), "no_programme", "en")["rationale"]


def test_a_baseline_off_the_list_is_on_it_while_chosen() -> None:
    found = presets_board(Plan(), "only_a2", "zh")
    assert "only_a2" in dict(found["baselines"])


def test_history_offers_what_can_be_done() -> None:
    first = History(Choice())
    assert [one[2] for one in steps_board(first, "zh")["buttons"]] == [False, False, False]
    moved = first.chosen(Choice(plan=Plan("only_a2")))
    assert [one[2] for one in steps_board(moved, "zh")["buttons"]] == [True, False, True]


def saved_twice() -> Choice:
    choice = with_saved(Choice(lang="en"), {"save": True})
    return with_saved(replace(choice, plan=plans.changed(Plan(), {RATE: 0.2})), {"save": True})


def test_plans_are_saved_renamed_used_and_removed() -> None:
    choice = saved_twice()
    assert [one["name"] for one in saved_board(choice)["plans"]] == ["The 2014 programme", "Plan A"]
    assert with_saved(choice, {"save": True}) == choice
    assert saved_board(choice)["full"]
    renamed = with_saved(choice, {"rename": 1, "name": "Twenty <b>"})
    assert plans.name_of(renamed.saved[1]) == "Twenty b"
    used = with_saved(replace(renamed, plan=Plan("only_a2")), {"use": 1})
    assert used.plan == plans.changed(Plan(), {RATE: 0.2})
    assert len(with_saved(choice, {"remove": 0}).saved) == 1


def test_four_plans_are_kept_at_most() -> None:
    choice = Choice()
    for rate in (0.1, 0.15, 0.2, 0.25, 0.3):
        choice = with_saved(
            replace(choice, plan=plans.changed(Plan(), {RATE: rate})), {"save": True}
        )
    assert len(choice.saved) == MOST_SAVED
    assert len({plans.name_of(one) for one in choice.saved}) == MOST_SAVED


@pytest.mark.parametrize("event", [{}, {"use": 9}, {"use": -1}, {"remove": "0"}, {"rename": True}])
def test_nonsense_about_saved_plans_changes_nothing(event: dict[str, Any]) -> None:
    choice = saved_twice()
    assert with_saved(choice, event) == choice


# ------------------------------------------------------------------ months
def test_months_and_places_fit() -> None:
    assert (month_at(0), month_at(MONTHS - 1), month_at(MONTHS)) == ("2012-01", "", None)
    assert month_at(True) is None
    for place in range(MONTHS):
        assert place_of(Choice(month=str(month_at(place)))) == place


def test_branches_are_chips_that_can_be_removed() -> None:
    plan = plans.changed(Plan(), {RATE: 0.2}, "2015-06")
    found = play_board(Choice(plan=plan, lang="en"), "2016-01")
    assert [one["month"] for one in found["chips"]] == ["", "2015-06", "2016-01"]
    assert found["chips"][1]["text"] == "from 2015-06: equipment subsidy: rate 20 %"
    assert found["chips"][2]["text"] == "from 2016-01: nothing changed yet"
    assert branched(plan, {"remove": "2015-06"}) == (Plan(), "")
    assert branched(plan, {"edit": "2015-06"}) == (plan, "2015-06")
    assert branched(plan, {"edit": "2013-06"}) is None
    assert branched(plan, {"branch": 41}) == (plan, "2015-06")
    assert branched(plan, {"branch": 0}) is None
    assert branched(plan, {"branch": "x"}) is None
    assert play_board(Choice(), "")["chips"] == []


# ------------------------------------------------------------------ sharing
def test_file_and_code_are_made_when_asked_for() -> None:
    view = fakes.view("en", members=0)
    assert [one["key"] for one in share_board(view, False)["parts"]] == ["link"]
    found = share_board(view, True)
    assert [one["key"] for one in found["parts"]] == ["link", "toml", "python"]
    assert found["query"].startswith("c=only_a2&l=en")


def test_a_press_is_heard_as_soon_as_the_button_is_there(monkeypatch: Any) -> None:
    heard: list[str] = []
    shown = PressWidget.open

    def pressed_at_once(self: PressWidget) -> None:
        shown(self)
        self.vue_event({})

    monkeypatch.setattr(PressWidget, "open", pressed_at_once)

    @solara.component
    def Two() -> None:  # noqa: N802
        with solara.Div():
            press("a", lambda: heard.append("a"), "a")
            press("b", lambda: heard.append("b"), "b", disabled=True)

    _, rc = solara.render(Two(), handle_error=False)
    rc.close()
    assert heard == ["a"]
