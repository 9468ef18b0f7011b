"""Presets of the page, and plans as values."""

from __future__ import annotations

from sim.scenario import Scenario
from sim.view import plans
from sim.view.choice import Plan, scenario_of, setting_lines
from sim.view.controls.presets import presets_board


def test_presets_are_those_that_run_the_same_months() -> None:
    found = plans.presets()
    assert "document_2014" in found
    assert "outlook_2025" not in found
    assert list(found)[-1].startswith("limit_")
    for name in ("document_2014", "early_start", "limit_bass"):
        scenario = Scenario.load(name)
        assert (scenario.time.start, scenario.time.end) == (plans.START, plans.END)
        assert scenario.title.zh == found[name].title["zh"]
        assert scenario.rationale.en == found[name].rationale["en"]
        assert scenario.group == found[name].group


def test_presets_hold_every_shipped_scenario_but_outlooks() -> None:
    shipped = {path.stem for path in plans.DIRECTORY.glob("*.toml")}
    assert shipped - set(plans.presets()) == {"outlook_2020", "outlook_2025"}


def test_a_name_changes_no_result_and_is_the_title() -> None:
    plan = plans.named(Plan(), "  高补助 <b>,x:1 ")
    assert plans.name_of(plan) == "高补助 b x 1"
    assert plan.scenario().title.zh == plan.scenario().title.en == "高补助 b x 1"
    assert plan.scenario().hash == Plan().scenario().hash
    assert plans.same(plan, Plan())
    assert plans.named(plan, "") == Plan()
    assert len(plans.clean_name("x" * 100)) == plans.LONGEST_NAME
    assert plans.clean_name("a\x00\n\u202eb") == "a b"


def test_a_changed_plan_is_not_called_as_its_preset_until_it_is_that_again() -> None:
    key = "instruments.equipment_subsidy.rate"
    preset = Plan().scenario()
    for plan, said in (
        (plans.changed(Plan(), {key: 0.2}), "rate 20 %"),
        (
            plans.changed(Plan(), {key: 0.2}, "2015-06"),
            "from 2015-06: equipment subsidy: rate 20 %",
        ),
    ):
        scenario = plan.scenario()
        assert scenario.title.en == plans.title_of(plan, "en") == f"{preset.title.en}, changed"
        assert scenario.title.zh == plans.title_of(plan, "zh") == f"{preset.title.zh}（已修改）"
        assert said in scenario.rationale.en
        assert scenario.name == preset.name
        shown = presets_board(plan, "no_programme", "en")
        assert shown["value"] != plan.preset
        assert said in shown["changes"]
        assert shown["items"][0] == {"text": scenario.title.en, "value": shown["value"]}
        back = plans.changed(plan, {key: 0.12}, "2015-06" if plan.revisions else "")
        assert back.scenario().title == preset.title
        assert presets_board(back, "no_programme", "en")["value"] == plan.preset
    named = plans.named(plan, "mine")
    assert named.scenario().title.en == plans.title_of(named, "en") == "mine"
    assert said in named.scenario().rationale.en


def test_saved_plans_get_names_of_their_own() -> None:
    assert plans.free_name("zh", []) == "方案A"
    assert plans.free_name("en", ["Plan A", "Plan B"]) == "Plan C"


def test_what_a_preset_says_anyway_is_no_setting() -> None:
    key = "instruments.equipment_subsidy.rate"
    assert plans.changed(Plan(), {key: 0.12}) == Plan()
    assert plans.changed(plans.changed(Plan(), {key: 0.2}), {key: 0.12}) == Plan()


def test_a_changed_plan_shares_all_else_with_its_preset() -> None:
    preset = scenario_of(Plan())
    settings = (("adoption.reviews_per_year", 3.0), ("instruments.equipment_subsidy.rate", 0.3))
    changed = scenario_of(Plan(settings=settings))
    whole = Scenario.load("document_2014", setting_lines(Plan(settings=settings)))
    words = {"title": whole.title, "rationale": whole.rationale}
    assert changed.model_copy(update=words) == whole
    assert changed.hash == whole.hash != preset.hash
    assert changed.instruments["equipment_subsidy"] is not preset.instruments["equipment_subsidy"]
    assert changed.instruments["equipment_subsidy"].rate == 0.3
    assert changed.finance is preset.finance
    others = set(changed.instruments) - {"equipment_subsidy"}
    assert all(changed.instruments[name] is preset.instruments[name] for name in others)
