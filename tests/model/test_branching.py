"""A branch that goes on under another scenario is a run of that scenario, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.branching import shared_months
from sim.core.errors import InputError
from sim.model import Province
from sim.results import Results
from sim.scenario import Scenario
from sim.scenario_files import toml_value

SHORT = ('time.start="2014-01"', 'time.end="2014-09"')
"""The programme starts in May; calls are in September, most pilots are named in June."""
SUBSIDY = "equipment_subsidy"
BASE = "document_2014"


def scenario(name: str, settings: Sequence[str] = (), time: Sequence[str] = SHORT) -> Scenario:
    return Scenario.load(name, [*time, *settings])


def revisions(*pairs: tuple[str, dict[str, Any]]) -> str:
    return "revisions=" + toml_value([{"from": month, "set": given} for month, given in pairs])


def at(one: Scenario, months: int, check: bool = False) -> Province:
    province = Province(one, scale=0.01, check=check)
    for _ in range(months):
        province.step()
    return province


def same(one: Results, other: Results) -> None:
    for name, frame in one.frames.items():
        pd.testing.assert_frame_equal(frame, other.frames[name], check_exact=True, obj=name)
    assert one.manifest == other.manifest


@pytest.fixture(scope="module")
def april() -> Province:
    """The programme after four months, in which it does nothing."""
    return at(scenario(BASE), 4, check=True)


NEW_FIRST = (
    # An instrument before all others moves their accounts and the bits of pilots along.
    'instruments={aaa={kind="management_pilot", start="2014-06", budget={"2014"=500.0}}}'
)
OTHERS = {
    "no_programme": scenario("no_programme"),
    "robot_subsidy_high": scenario("robot_subsidy_high"),
    "without_a2": scenario("without_a2"),
    "funding_half": scenario("funding_half"),
    "new": scenario(BASE, [NEW_FIRST]),
    "revised": scenario(BASE, [revisions(("2014-05", {"programme.without": ["S2"]}))]),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_branch_onto_a_scenario_is_a_run_of_it(name: str, april: Province) -> None:
    other = OTHERS[name]
    months = 5 if name == "new" else 4
    assert shared_months(april.settings, other) == shared_months(other, april.settings) == months
    branch = april.branch(other)
    assert branch.settings is other
    # What it remembers and where it stands, before and after it goes on.
    straight = at(other, 4, check=True)
    same(branch.results(), straight.results())
    assert branch.codes == straight.codes
    assert branch.context.public == straight.context.public
    same(branch.run(), straight.run())
    assert list(branch.context.public) == list(other.instruments)
    for book in ("awards", "outlays", "projects"):
        mine, theirs = (getattr(one.context, book).columns() for one in (branch, straight))
        for column, values in mine.items():
            np.testing.assert_array_equal(values, theirs[column], err_msg=f"{book}.{column}")
    # The province it came from is as it was.
    assert april.settings.name == BASE
    assert april.clock.month == 4
    assert tuple(april.recorder.names["programme"]) == tuple(april.settings.instruments)


def test_a_branch_from_no_programme_gets_one() -> None:
    start, document = at(scenario("no_programme"), 4), scenario(BASE)
    branch = start.branch(document)
    same(branch.run(), Province(document, scale=0.01).run())


def test_a_programme_that_starts_sooner_is_branched_onto_before_it_does() -> None:
    time = ('time.start="2012-01"', 'time.end="2012-06"')
    document, early = (scenario(name, (), time) for name in (BASE, "early_start"))
    assert shared_months(document, early) == 4
    start = at(document, 4)
    straight = Province(early, scale=0.01).run()
    same(start.branch(early).run(), straight)
    assert straight.programme["paid"].sum() > 0
    start.step()
    with pytest.raises(InputError, match=r"programme\.delay.*since 2012-05"):
        start.branch(early)


def test_budgets_of_instruments_that_wait_are_opened_and_lapse() -> None:
    """Of an instrument with budgets before it starts, over a new year."""
    time = ('time.start="2014-11"', 'time.end="2015-04"')
    wait = (f'instruments.{SUBSIDY}.start="2015-03"', f"instruments.{SUBSIDY}.budget.2014=7")
    document, other = scenario(BASE, wait, time), scenario("robot_subsidy_high", wait, time)
    assert shared_months(document, other) == 4
    branch = at(document, 4, check=True).branch(other)
    assert branch.context.public[SUBSIDY].lapsed == 7
    same(branch.run(), Province(other, scale=0.01).run())


def test_books_are_renumbered_where_an_instrument_goes_before_those_that_paid() -> None:
    """Instruments at work; the other scenario has one more, before them, that starts later."""
    time = ('time.start="2014-06"', 'time.end="2014-09"')
    late = NEW_FIRST.replace("2014-06", "2014-08").replace("management_pilot", "training")
    document = scenario("document_2014", (), time)
    content = document.model_dump(mode="json")
    more = scenario(BASE, [late], time).model_dump(mode="json")["instruments"]["aaa"]
    other = Scenario.from_dict({**content, "instruments": {"aaa": more, **content["instruments"]}})
    assert shared_months(document, other) == 2
    start = at(document, 2)
    assert start.context.outlays.count > 0
    branch = start.branch(other)
    straight = Province(other, scale=0.01)
    same(branch.run(), straight.run())
    for column, values in branch.context.outlays.columns().items():
        np.testing.assert_array_equal(values, straight.context.outlays.columns()[column])


def test_a_revision_may_come_while_the_programme_runs(tmp_path: Path) -> None:
    """Revisions to come are shared until the first of them; the branch can be saved and loaded."""
    time = ('time.start="2014-08"', 'time.end="2014-10"')
    given = {f"instruments.{SUBSIDY}.rate": 0.3, "programme.without": ["A5"]}
    document, other = (
        scenario(BASE, more, time) for more in ((), (revisions(("2014-09", given)),))
    )
    assert shared_months(document, other) == 1
    branch = at(document, 1).branch(other)
    branch.save(tmp_path / "saved")
    straight = Province(other, scale=0.01).run()
    same(branch.run(), straight)
    same(Province.load(tmp_path / "saved").run(), straight)


def test_a_branch_too_late_or_elsewhere_is_refused_and_told_why(april: Province) -> None:
    for other, key, since in (
        (scenario("early_start"), "programme.delay", "2014-01"),
        (scenario(BASE, ["adoption.reviews_per_year=3"]), "adoption.reviews_per_year", "2014-01"),
        (scenario(BASE, ['time.end="2014-12"']), "time.end", "2014-01"),
        (scenario(BASE, [revisions(("2014-03", {"programme.funding": 2.0}))]), None, None),
    ):
        if key is None:
            april.branch(other)
            continue
        assert shared_months(april.settings, other) < 4
        with pytest.raises(InputError) as caught:
            april.branch(other)
        assert caught.value.key == key
        assert f"{BASE}: it has mattered since {since}" in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
    june = april.branch()
    june.step()
    for name, key in (
        ("robot_subsidy_high", f"instruments.{SUBSIDY}.rate"),
        ("without_a2", "programme.without"),
        ("no_programme", "instruments."),
    ):
        with pytest.raises(InputError, match="since 2014-05") as caught:
            june.branch(OTHERS[name])
        assert caught.value.key.startswith(key)
    late = scenario(BASE, [revisions(("2014-05", {f"instruments.{SUBSIDY}.rate": 0.3}))])
    with pytest.raises(InputError, match=r"revisions\.2014-05.*since 2014-05"):
        june.branch(late)


@pytest.mark.parametrize(
    ("name", "months"),
    [
        ("document_2014", 72), ("no_programme", 28), ("robot_subsidy_high", 28),
        ("without_s6", 28), ("late_start", 28), ("early_start", 4), ("demand_slump", 0),
        ("outlook_2020", 0),
    ],
)  # fmt: skip
def test_months_that_scenarios_share_with_the_document(name: str, months: int) -> None:
    document, other = Scenario.load(BASE), Scenario.load(name)
    assert shared_months(document, other) == months
    assert shared_months(other, document) == months


def test_what_never_runs_and_words_do_not_part_scenarios() -> None:
    document = Scenario.load(BASE)
    words = document.with_settings(['title.en="another"', "group=own"])
    later = document.with_settings(
        ['instruments.late={kind="training", start="2018-01", end="2019-12"}']
    )
    off = document.with_settings(['instruments.off={kind="training", enabled=false}'])
    assert [shared_months(document, one) for one in (words, later, off)] == [72, 72, 72]
    # Revised before it starts, so it is the same later on.
    key = f"instruments.{SUBSIDY}.rate"
    both = [
        document.with_settings([revisions((month, {key: 0.3}))]) for month in ("2013-01", "2014-05")
    ]
    assert shared_months(*both) == 28
    turned = document.model_copy(
        update={"instruments": dict(reversed(document.instruments.items()))}
    )
    assert shared_months(document, turned) == 28
    # A list of firms has another bit where another list stands before it.
    content = document.model_dump(mode="json")
    pilot = {"kind": "management_pilot", "start": "2017-01", "end": "2017-12"}
    moved = Scenario.from_dict({**content, "instruments": {"aaa": pilot, **content["instruments"]}})
    assert shared_months(document, moved) == 28
    assert shared_months(document, Scenario.from_dict(
        {**content, "instruments": {**content["instruments"], "zzz": pilot}})) == 60  # fmt: skip
