"""A choice in an address: the round trip, and hostile addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.errors import InputError
from sim.view import plans
from sim.view.address import LONGEST, decode, encode
from sim.view.choice import Choice, Plan, Revision
from sim.view.levers import levers

PANELS = ("adoption", "map", "money")
RATE = "instruments.equipment_subsidy.rate"


def read(query: str) -> tuple[Choice, list[str]]:
    return decode(query, PANELS)


def test_a_fresh_page_has_an_empty_query() -> None:
    assert encode(Choice()) == ""
    assert read("") == read("?") == (Choice(), [])
    assert decode(None)[0] == Choice()


def test_an_address_is_short_and_readable() -> None:
    plan = Plan("core_programme")
    for key, value in (("programme.funding", 2.0), ("training", 1.5), ("A2", False)):
        one = next(one for one in levers("core_programme") if one.key == key)
        plan = one.write(plan, value)
    rate = next(one for one in levers("core_programme") if one.key == RATE)
    choice = Choice(plan=rate.write(plan, 0.2, "2015-06"), lang="en", month="2016-03", large=True)
    query = encode(choice)
    assert query == (
        "p=core_programme&s=training:1.5,programme.funding:2,programme.without:A2"
        f"&r=2015-06~{RATE}:0.2&l=en&m=2016-03&g=1"
    )
    assert read("?" + query) == (choice, [])


def test_the_address_of_the_brief_can_be_read() -> None:
    choice, problems = read(f"?p=document_2014&s=programme.funding:2&r=2015-06~{RATE}:0.2")
    assert problems == []
    assert choice.plan == Plan(
        "document_2014", (("programme.funding", 2.0),), (Revision("2015-06", ((RATE, 0.2),)),)
    )


@st.composite
def plans_of(draw: Any, named: bool = False) -> Plan:
    plan = Plan(draw(st.sampled_from(["core_programme", "no_programme"])))
    months = draw(st.lists(st.sampled_from(["2012-02", "2015-06", "2017-12"]), max_size=2))
    free = [one for one in levers(plan.preset) if not one.unavailable]
    for month in ["", *sorted(set(months))]:
        for one in draw(st.lists(st.sampled_from(free), max_size=4)) if free else []:
            steps = st.integers(0, round((one.high - one.low) / one.step))
            value = {
                "number": one.low + draw(steps) * one.step,
                "factor": one.low + draw(steps) * one.step,
                "choice": draw(st.sampled_from(one.options or ("",))),
            }.get(one.kind, draw(st.booleans()))
            plan = one.write(plan, value, month)
    if draw(st.booleans()):
        plan = plans.changed(plan, {"governments.application_cost": draw(st.floats(0, 100))})
    return plans.named(plan, draw(st.text(max_size=30))) if named else plan


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    plan=plans_of(),
    saved=st.lists(plans_of(named=True), max_size=4),
    baseline=st.sampled_from(["no_programme", "core_programme"]),
    lang=st.sampled_from(["zh", "en"]),
    month=st.sampled_from(["", "2012-01", "2017-12"]),
    panel=st.sampled_from(PANELS),
    large=st.booleans(),
)
def test_round_trip(plan: Plan, saved: list[Plan], **looks: Any) -> None:
    choice = Choice(plan=plan, saved=tuple(saved), **looks)
    query = encode(choice)
    assert query.isascii()
    assert read(query) == (choice, [])


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.text("psrcblmvg=&,:*~%.0123456789nae-_", max_size=200))
def test_no_text_breaks_it(query: str) -> None:
    choice, problems = read(query)
    assert isinstance(choice, Choice)
    assert all(isinstance(one, str) and one.isprintable() for one in problems)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("p=nonsense", "given nonsense; allowed: core_programme"),
        ("p=outlook_2025", "given outlook_2025"),
        ("p=../../etc/passwd", "key p"),
        ("p=/tmp/x.toml", "key p"),
        (f"s={RATE}:nan", "a number"),
        (f"s={RATE}:inf", "a number"),
        (f"s={RATE}:1e99999", "a number"),
        (f"s={RATE}:7", "a number from 0 to 1"),
        (f"s={RATE}:0.2,{RATE}:0.3", "allowed: once"),
        ("s=training:1.1", "0 to 4 in steps of 0.25"),
        ("s=time.end:2045-12", "can be changed"),
        ("s=population.below_scale_rows:1000000", "can be changed"),
        ("s=instruments.equipment_subsidy.kind:training", "can be changed"),
        ("s=instruments.equipment_subsidy.budget.20%2E5:1", "can be changed"),
        ("s=instruments.equipment_subsidy.allocation:beauty", "formula"),
        ("s=programme.without:Z9", "A1"),
        ("s=%3Cscript%3Ealert(1)%3C/script%3E:1", "<script>"),
        ("s=programme.funding", "key:value"),
        ("s=programme.funding:%00", "a number"),
        ("s=programme.funding:%zz", "%zz"),
        ("s=programme.funding:٣", "a number"),
        ("s=programme.delay:7", "whole years"),
        ("s=programme.delay:1.5", "a whole number"),
        ("r=2011-12~programme.funding:2", "2012-02 to 2017-12"),
        ("r=2015-06~governments.application_cost:3", "can be changed"),
        ("r=2015-13~programme.funding:2", "YYYY-MM"),
        ("r=2015-06~programme.funding:2*2015-06~programme.funding:3", "allowed: once"),
        (f"r=2015-06~{RATE}:3", "a number from 0 to 1"),
        ("m=2030-01", "2012-01 to 2017-12"),
        ("m=%00", "�"),
        ("v=secret", "adoption, map, money"),
        ("l=fr", "zh, en"),
        ("g=yes", "0, 1"),
        ("p=core_programme&p=no_programme", "allowed: once"),
        ("x=1", "key x"),
        ("c=nonsense*a:1", "given nonsense"),
        ("&".join(["c=core_programme"] * 5), "at most 4"),
        ("&".join(["x=1"] * 50), "at most 40 fields"),
        ("s=" + "x" * LONGEST, "at most 8000 characters"),
        ("s=" + ",".join(f"a{n}:1" for n in range(1001)), "at most 1000 settings"),
    ],
)
def test_what_is_wrong_is_left_out_and_told(query: str, said: str) -> None:
    lang = (
        "" if query.startswith("l=") or len(query) > LONGEST or query.count("&") > 40 else "&l=en"
    )
    choice, problems = read(query + lang)
    assert problems
    if lang:
        assert any(said in one for one in problems), problems
        assert all(one.startswith("address: key ") for one in problems)
    assert choice.plan.scenario()
    assert choice.plan.preset in ("document_2014", "core_programme")


def test_what_is_right_beside_it_is_used() -> None:
    query = f"p=core_programme&s={RATE}:0.2,programme.funding:nan&l=en&m=2015-06&v=none"
    choice, problems = read(query)
    assert choice == replace(
        Choice(), plan=Plan("core_programme", ((RATE, 0.2),)), lang="en", month="2015-06"
    )
    assert len(problems) == 2


def test_settings_that_are_wrong_together_are_left_out() -> None:
    choice, problems = read("p=core_programme&s=programme.only:A2,programme.without:S2&l=en")
    assert problems
    assert choice.plan.scenario()


def test_problems_are_told_in_the_pages_language() -> None:
    assert read("p=x&l=zh")[1][0].startswith("网址中的 p")


def test_fields_of_others_are_let_be() -> None:
    assert decode("room=7&l=en", PANELS, ("room",))[1] == []


def test_settings_are_counted_over_all_plans() -> None:
    one = ",".join(["a:1"] * 501)
    problems = read(f"s={one}&c=core_programme*{one}&l=en")[1]
    assert any("given 501; allowed: at most 1000 settings" in told for told in problems)


def test_bad_settings_of_every_month_are_left_out_in_a_few_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    months = [f"{year}-{month}" for year in range(2012, 2018) for month in ("03", "09")]
    later = "*".join(
        f"{one}~{RATE}:7,programme.funding:2.{place}" for place, one in enumerate(months)
    )
    looks, problems = [], plans.problems
    monkeypatch.setattr(plans, "problems", lambda plan: looks.append(plan) or problems(plan))
    choice, told = read(f"s={RATE}:8,programme.funding:3&r={later}&l=en")
    assert dict(choice.plan.settings) == {"programme.funding": 3.0}
    assert [one.month for one in choice.plan.revisions] == months
    assert all(dict(one.settings).keys() == {"programme.funding"} for one in choice.plan.revisions)
    assert len(told) == 2  # what was given differs, the months do not
    assert len(looks) == 3


def test_a_plan_that_a_few_looks_do_not_mend_is_its_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    error = InputError("plan", "nothing", 1, "nothing of the kind")
    monkeypatch.setattr(plans, "problems", lambda plan: [("", error)])
    choice, told = read(f"p=core_programme&s={RATE}:0.2&l=en")
    assert choice.plan == Plan("core_programme")
    assert any("the preset as it stands" in one for one in told)
