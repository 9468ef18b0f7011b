"""Scenario files from a person's disk: what is fit becomes a plan, all else is one clear message."""

from __future__ import annotations

import pytest

from sim.core.errors import InputError
from sim.scenario import Scenario
from sim.view import plans
from sim.view.choice import Plan
from sim.view.copying import plan_toml
from sim.view.levers import lever
from sim.view.uploads import LARGEST, read_plan

RATE = "instruments.equipment_subsidy.rate"


def example() -> Plan:
    plan = Plan("core_programme")
    for key, value, month in ((RATE, 0.2, ""), ("training", 2.0, ""), (RATE, 0.3, "2015-06")):
        one = lever(plan.preset, key)
        assert one is not None
        plan = one.write(plan, value, month)
    return plan


def test_what_was_taken_away_comes_back() -> None:
    for plan in (example(), plans.named(example(), "甲"), Plan(), Plan("only_a2")):
        assert read_plan(plan_toml(plan, "zh").encode()) == plan


def test_a_scenario_written_out_whole_comes_back() -> None:
    scenario = Scenario.load("contest_allocation")
    plan = read_plan(scenario.to_toml().encode())
    assert plan.preset == "document_2014"
    assert plan.scenario().hash == scenario.hash
    assert plans.name_of(plan) == scenario.title.zh


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("x" * (LARGEST + 1), "", "at most 65,536"),
        ("= nonsense", "", "valid TOML"),
        ("a = " + "[" * 30_000, "", "valid TOML"),
        ("a = " + "9" * 6000, "", "valid TOML"),
        ("a" + ".a" * 3000 + " = 1", "", ""),
        ('extends = "../../etc/passwd"', "extends", "document_2014"),
        ('extends = "/tmp/x.toml"', "extends", "document_2014"),
        ('extends = "document_2014.toml"', "extends", "document_2014"),
        ("extends = 3", "extends", "document_2014"),
        ('extends = "outlook_2025"', "extends", "document_2014"),
        ('extends = "document_2014"\n[programme]\nfunding = "much"', "programme.funding", "a number"),
        ('extends = "document_2014"\n[programme]\nfunding = nan', "programme.funding", "a number"),
        ('extends = "document_2014"\n[programme]\nfund = 2', "programme.fund", "funding"),
        ('extends = "document_2014"\n[time]\nend = "2016-12"', "time.end", "2017-12"),
        ('extends = "document_2014"\n[population]\nbelow_scale_rows = 1000000',
         "population.below_scale_rows", "as in the preset"),
        ('extends = "no_programme"\n[instruments.x]\nkind = "training"', "instruments.x", "of the preset"),
        ('extends = "document_2014"\n[instruments.training_staff]\nkind = "project_grant"',
         "instruments.training_staff", ""),
        ('extends = "document_2014"\n[[exogenous.demand_shocks]]\nstart = "2015-01"\nend = "2015-02"\n'
         "factor = 0.5", "exogenous.demand_shocks", "as in the preset"),
        ('extends = "document_2014"\n[[revisions]]\nfrom = "2015-06"\nset = {"time.end" = "2045-12"}',
         "revisions", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_key(text: str, key: str, said: str) -> None:
    with pytest.raises(InputError) as found:
        read_plan(text.encode())
    assert found.value.key.startswith(key)
    assert said in str(found.value)
    assert "\n" not in str(found.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InputError, match="valid TOML in UTF-8"):
        read_plan(b"\xff\xfe\x00")
