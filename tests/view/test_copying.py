"""A plan taken away as a file and as a script is the same plan."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from sim.scenario import Scenario
from sim.view import plans
from sim.view.choice import Choice, Plan
from sim.view.copying import plan_toml, script
from sim.view.levers import lever
from sim.workers import warm_up

RATE = "instruments.equipment_subsidy.rate"


def moved(plan: Plan, **levers: object) -> Plan:
    month = str(levers.pop("month", ""))
    for key, value in levers.items():
        one = lever(plan.preset, {"rate": RATE, "funding": "programme.funding"}.get(key, key))
        assert one is not None
        plan = one.write(plan, value, month)
    return plan


EXAMPLES = {
    "as it is": Plan(),
    "settings": moved(Plan(), rate=0.2, funding=2.0, training=1.5, A3=False),
    "revised": moved(moved(Plan(), rate=0.2), month="2015-06", rate=0.3, S6=False),
    "revised alone": moved(Plan("core_programme"), month="2015-06", funding=0.0),
    "named": plans.named(moved(Plan(), rate=0.1), '引号" #x'),
    "another": plans.changed(Plan("only_a2"), {"governments.application_cost": 3.5}),
}


@pytest.mark.parametrize("plan", EXAMPLES.values(), ids=EXAMPLES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_file_is_the_same_scenario(plan: Plan, lang: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(plan_toml(plan, lang), encoding="utf-8")
    read = Scenario.load(path)
    assert read.hash == plan.scenario().hash
    assert read.title == plan.scenario().title
    assert plans.title_of(plan, lang) == getattr(read.title, lang)


def test_the_file_says_only_what_differs() -> None:
    said = plan_toml(EXAMPLES["revised"], "en").splitlines()
    assert [line for line in said if line and not line.startswith("#")] == [
        'extends = "document_2014"',
        "[title]",
        'en = "The 2014 programme, changed"',
        'zh = "2014年实施意见（已修改）"',
        "[instruments.equipment_subsidy]",
        "rate = 0.2",
        "[[revisions]]",
        'from = "2015-06"',
        "[revisions.set]",
        f'"{RATE}" = 0.3',
        '"programme.without" = ["S6"]',
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_script_is_python_with_a_line_a_setting(lang: str) -> None:
    choice = Choice(plan=EXAMPLES["revised"], saved=tuple(EXAMPLES.values())[1:5], lang=lang)
    said = script(choice, scale=0.05, replicates=16, seed=1)
    compile(said, "repeat.py", "exec")
    assert f"'{RATE}=0.2'," in said
    assert said.count("scenario('") == 6
    assert "'title.en=\"The 2014 programme, changed\"'," in said


def test_the_script_runs_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # One process: that a pool works is tested elsewhere, and it takes long to start.
    monkeypatch.setattr("sim.comparison.cores", lambda: 1)
    saved = plans.named(moved(Plan("core_programme"), funding=2.0), "双倍")
    plan = moved(moved(Plan("core_programme"), rate=0.3), month="2012-02", funding=0.5)
    path = tmp_path / "repeat.py"
    choice = Choice(plan=plan, saved=(saved,), lang="en")
    said = script(choice, scale=0.01, replicates=2, seed=1, until="2012-02")
    path.write_text(said, encoding="utf-8")
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr().out
    for word in ("adoption_automation", "saved_1", "plan", "difference"):
        assert word in printed


def test_the_script_names_the_baseline() -> None:
    said = script(Choice(), scale=0.05, replicates=16, seed=1)
    assert "scenario('baseline', 'no_programme')" in said


def test_a_revised_plan_can_be_run_by_several_workers() -> None:
    """Workers are warmed up on the first month alone, which is before any revision."""
    warm_up(EXAMPLES["revised alone"].scenario(), 0.01)
