"""A run under a revised scenario: the same before, another afterwards, money conserved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.model import Province
from sim.results import Results
from sim.scenario import Scenario
from sim.scenario_files import toml_value
from sim.twins import Variant, branches, without

SUBSIDY = "equipment_subsidy"
RATE = f"instruments.{SUBSIDY}.rate"
SHORT = ('time.start="2014-01"', 'time.end="2014-10"')
"""Calls are in March and September: those of September and three months before them."""


def scenario(*revisions: tuple[str, dict[str, Any]], more: tuple[str, ...] = ()) -> Scenario:
    tables = [{"from": month, "set": settings} for month, settings in revisions]
    return Scenario.load("document_2014", [*SHORT, *more, f"revisions={toml_value(tables)}"])


def run(one: Scenario, check: bool = False) -> Results:
    return Province(one, scale=0.01, check=check).run()


def same(one: Results, other: Results, until: str = "9999") -> None:
    for name, frame in one.frames.items():
        beside = other.frames[name]
        if "month" in frame:
            frame, beside = frame[frame["month"] < until], beside[beside["month"] < until]
        pd.testing.assert_frame_equal(frame, beside, check_exact=True, obj=name)


@pytest.fixture(scope="module")
def plain() -> Results:
    return run(scenario())


def test_a_revision_in_the_first_month_is_a_setting(plain: Results) -> None:
    settings = {RATE: 0.3, "programme.funding": 0.5, "instruments.bases.enabled": False}
    revised = run(scenario(("2014-01", settings)))
    more = (f"{RATE}=0.3", "programme.funding=0.5", "instruments.bases.enabled=false")
    same(revised, run(scenario(more=more)))
    assert not revised.programme.equals(plain.programme)


def test_a_revision_changes_what_comes_after_it_and_nothing_before(plain: Results) -> None:
    twice = (
        ("2014-07", {"instruments.training_staff.enabled": False}),
        ("2014-09", {RATE: 0.3}),
    )
    revised = run(scenario(*twice), check=True)
    same(revised, plain, "2014-07")
    paid = {
        name: result.programme.pivot(index="month", columns="instrument", values="paid")
        for name, result in (("revised", revised), ("plain", plain))
    }
    training = paid["revised"]["training_staff"]
    assert training["2014-06"] > 0
    assert training["2014-10"] == training["2014-06"]
    assert paid["plain"]["training_staff"]["2014-10"] > training["2014-06"]
    # More firms find the larger subsidy worth an application.
    waiting = [one.province.set_index("month")["applications"] for one in (revised, plain)]
    assert waiting[0]["2014-08"] == waiting[1]["2014-08"]
    assert waiting[0]["2014-09"] > waiting[1]["2014-09"]


def test_a_budget_is_voted_in_january() -> None:
    """Of a year, and over the new year: what was voted is spent as it would have been."""
    money = {"programme.funding": 2.0}
    long = ('time.start="2014-09"', 'time.end="2015-01"')
    plain, revised = (
        run(scenario(*one, more=long), check=True) for one in ((), [("2014-11", money)])
    )
    same(revised, plain, "2015-01")
    budgets = [
        one.programme.set_index(["month", "instrument"])["budget"] for one in (plain, revised)
    ]
    new = [one["2015-01"] - one["2014-12"] for one in budgets]
    np.testing.assert_allclose(new[1], 2 * new[0], rtol=1e-12)
    assert new[0].sum() > 0


def test_a_checkpoint_carries_revisions_and_the_terms_of_open_calls(tmp_path: Path) -> None:
    # The call of September is decided in December, by the terms of September.
    one = scenario(
        ("2014-09", {RATE: 0.3}), ("2014-10", {f"instruments.{SUBSIDY}.contest_noise": 5.0}),
        ("2014-12", {RATE: 0.05}), more=('time.start="2014-08"', 'time.end="2014-12"'),
    )  # fmt: skip
    province = Province(one, scale=0.01)
    for _ in range(3):
        province.step()
    assert any(call.instrument == SUBSIDY for _, call in province.context.pending)
    province.save(tmp_path / "saved")
    loaded, branch = Province.load(tmp_path / "saved"), province.branch()
    assert loaded.settings == one
    assert [(due, call.rate, call.score_noise, call.decision_months)
            for due, call in loaded.context.pending] == [
        (due, call.rate, call.score_noise, call.decision_months)
        for due, call in province.context.pending
    ]  # fmt: skip
    results = province.run()
    same(loaded.run(), results)
    same(branch.run(), results)


def test_twins_follow_revisions_except_in_what_they_replace() -> None:
    one = scenario(("2014-07", {RATE: 0.3, "instruments.training_staff.cost": 9.0}))
    variants = [Variant("", {}), without(one, [SUBSIDY], "without")]
    for variant, province in branches(one, variants, 1, 0.01):
        assert province.clock.name == "2014-05"
        assert province.policies["training_staff"].cost != 9
        province.step()
        province.step()
        assert province.policies["training_staff"].cost == 9
        assert province.policies[SUBSIDY].enabled is not bool(variant.policies)
