"""Levers: what they say comes from the declarations; what they write is a scenario."""

from __future__ import annotations

from typing import Any

import pytest

from sim.policies import INSTRUMENTS
from sim.programme import CLAUSES
from sim.view import plans
from sim.view.choice import Plan, Revision
from sim.view.levers import lever, levers, moved, shown, summary

KINDS = {str(kind.model_fields["kind"].default): kind for kind in INSTRUMENTS}


def the(key: str, name: str = "document_2014") -> Any:
    found = lever(name, key)
    assert found is not None
    return found


def test_every_clause_and_a_dozen_others_can_be_moved_in_the_document() -> None:
    found = levers("document_2014")
    assert [one.key for one in found if one.kind == "clause"] == list(CLAUSES)
    assert len(found) == len(CLAUSES) + 13
    assert not [one.key for one in found if one.unavailable]
    assert len({one.key for one in found}) == len(found)
    assert all(one.label("zh") and one.label("en") and one.source for one in found)


def test_bounds_lie_within_those_declared() -> None:
    for one in levers("document_2014"):
        if one.kind != "number" or one.group == "programme":
            continue
        _, name, field = one.key.split(".")
        policy = plans.preset("document_2014").instruments[name]
        for mark in KINDS[policy.kind].model_fields[field].metadata:
            assert one.low >= getattr(mark, "ge", one.low)
            assert one.high <= getattr(mark, "le", one.high)


@pytest.mark.parametrize("one", levers("document_2014"), ids=lambda one: one.key)
def test_each_lever_makes_a_scenario_that_differs_in_its_keys_alone(one: Any) -> None:
    start = one.preset_value("document_2014")
    other = {"number": one.high, "factor": 2.0, "choice": "lottery"}.get(one.kind, not start)
    plan = one.write(Plan(), other)
    assert one.read(plan) == other
    differs = plan.scenario().diff(Plan().scenario())
    assert set(differs) == set(one.keys)
    assert one.write(plan, start) == Plan()


def test_factor_scales_money_and_places_alike() -> None:
    plan = the("demonstrations").write(Plan(), 1.5)
    here, there = plan.scenario().instruments, Plan().scenario().instruments
    for name in ("machine_demonstration", "tiered_demonstration", "demonstration_regions"):
        assert here[name].places == 1.5 * there[name].places
        assert here[name].budget == {y: 1.5 * m for y, m in there[name].budget.items()}


def test_values_are_discrete() -> None:
    rate = the("instruments.equipment_subsidy.rate")
    assert rate.write(Plan(), 0.2013) == rate.write(Plan(), 0.2) == rate.write(Plan(), 0.1999)
    assert rate.read(rate.write(Plan(), 9.0)) == 0.3
    assert the("instruments.equipment_subsidy.allocation").snapped("nonsense") == "formula"


def test_clauses_go_together_and_come_back_in_any_order() -> None:
    plan = the("S6").write(the("A2").write(Plan(), False), False)
    assert plan.settings == (("programme.without", ("A2", "S6")),)
    assert plan == the("A2").write(the("S6").write(Plan(), False), False)
    ran = plan.scenario().programme.applied(plan.scenario().instruments)
    assert not ran["equipment_subsidy"].enabled
    assert not ran["evaluation"].enabled
    assert ran["training_staff"].enabled


@pytest.mark.parametrize(
    ("name", "key", "reason"),
    [
        ("no_programme", "programme.funding", "no_instruments"),
        ("no_programme", "instruments.equipment_subsidy.rate", "no_instrument"),
        ("core_programme", "cloud_vouchers", "no_instrument"),
        ("core_programme", "A7", "no_clause"),
        ("only_a2", "A1", "only"),
        ("backbone_led", "cloud_vouchers", "no_money"),
    ],
)
def test_a_lever_that_a_preset_has_not_says_why_and_does_nothing(
    name: str, key: str, reason: str
) -> None:
    one = the(key, name)
    assert one.unavailable == reason
    assert one.write(Plan(name), 0.0) == Plan(name)


def test_a_preset_that_runs_one_action_shows_the_others_off() -> None:
    assert the("A2", "only_a2").read(Plan("only_a2"))
    assert not the("A1", "only_a2").read(Plan("only_a2"))


def test_levers_moved_at_a_month_are_a_revision() -> None:
    rate = the("instruments.equipment_subsidy.rate")
    plan = rate.write(rate.write(Plan(), 0.1), 0.2, "2015-06")
    assert plan.revisions == (Revision("2015-06", ((rate.key, 0.2),)),)
    assert (rate.read(plan), rate.read(plan, "2015-05"), rate.read(plan, "2016-01")) == (
        0.1,
        0.1,
        0.2,
    )
    later = rate.write(plan, 0.3, "2016-01")
    assert [one.month for one in later.revisions] == ["2015-06", "2016-01"]
    assert rate.write(later, 0.2, "2016-01") == plan
    assert rate.write(plan, 0.1, "2015-06").revisions == ()
    assert later.scenario().hash != plan.scenario().hash
    assert plans.without_revision(later, "2015-06").revisions[0].month == "2016-01"


def test_what_is_moved_is_told() -> None:
    plan = the("training").write(the("instruments.equipment_subsidy.rate").write(Plan(), 0.2), 2.0)
    assert [one.key for one in moved(plan)] == ["instruments.equipment_subsidy.rate", "training"]
    assert summary(plan, "zh") == "设备投资补助:补助比例 20 %;人才培训:资金和名额 2 倍"
    assert "× 2" in summary(plan, "en")
    assert summary(Plan(), "en") == ""
    rule = the("instruments.equipment_subsidy.allocation")
    assert shown(rule, "contest", "zh") == "竞争性评审"
    revised = rule.write(plan, "contest", "2015-06")
    assert summary(revised, "zh", "2015-06") == "设备投资补助:分配办法 竞争性评审"
