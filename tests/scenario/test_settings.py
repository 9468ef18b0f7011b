"""Settings and values of scenarios: what is refused, and what survives reading and merging."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.errors import InputError
from sim.policies import INSTRUMENTS
from sim.scenario import Scenario, parse_setting
from sim.scenario_files import merge, toml, toml_value

SETTINGS = [
    ("adoption.reviews=1", "adoption.reviews", "did you mean reviews_per_year"),
    ('adoption.reviews_per_year="abc"', "adoption.reviews_per_year", "0.1 to 1200"),
    ("adoption.reviews_per_year=true", "adoption.reviews_per_year", "given True"),
    ("adoption.reviews_per_year=1e9", "adoption.reviews_per_year", "0.1 to 1200"),
    ("instruments.equipment_subsidy.rate=2", "equipment_subsidy.rate", "from 0 to 1"),
    ("instruments.equipment_subsidy.rte=2", "equipment_subsidy.rte", "did you mean rate"),
    ('instruments.equipment_subsidy.sectors=["XX"]', "sectors", "MIN, FOD"),
    ('instruments.training_staff.cities=["Paris"]', "cities", "Hangzhou"),
    ("instruments.new.rate=2", "instruments.new", "a table with a kind"),
    ('mechanisms.information="rumour"', "mechanisms.information", "network, bass, threshold, full"),
    ("mechanisms.finance=1", "mechanisms.finance", "true or false"),
    ('technologies=["steam"]', "technologies.0", "automation, networking, erp"),
    ('technologies=["erp", "erp"]', "technologies", "each technology once"),
    ("technologies.0=erp", "technologies", "an array"),
    ("adoption=3", "adoption", "a table"),
    ("instruments=3", "instruments", "a table"),
    ("instruments.training_staff=3", "instruments.training_staff", "a table"),
    ('instruments.new={kind="grant"}', "instruments.new.kind", "project_grant, training"),
    ("instruments.equip.rate=0.2", "instruments.equip", "equipment_subsidy"),
    ("instruments.training_staff.cost=0", "instruments.training_staff.cost", "a number above 0"),
    ("instruments.training_staff.budget.2014=true", "training_staff.budget.2014", "given True"),
    (
        "instruments.training_staff.budget.soon=1",
        "instruments.training_staff",
        "a year written YYYY",
    ),
    ("population.seed=1.5", "population.seed", "a whole number from 0 to 2147483648"),
    ("population.seed=true", "population.seed", "a whole number"),
    ("population.initial_adoption=11", "population.initial_adoption", "0 to 10"),
    ("adoption.reviews_per_year=nan", "adoption.reviews_per_year", "0.1 to 1200 (1/year)"),
    ("exogenous.wage_growth_shift=0.6", "exogenous.wage_growth_shift", "-0.2 to 0.5"),
    ("time.start=2014-13", "time.start", "a month written YYYY-MM"),
    ("time.start=2013-01-01", "time.start", "a text in quotes"),
    ('time.end="2099-12"', "time", "2045-12"),
    ("name=x", "name", "rationale"),
    ("extends=x", "extends", "technologies"),
    ("technologies=[1", "technologies", "a TOML value"),
    ("adoption.reviews_per_year=1\nx=3", "adoption.reviews_per_year", "one value for each"),
    ('time.end="2001-01"', "time", "before start"),
    ('time.end="soon"', "time.end", "soon"),
    ("instruments.equipment_subsidy.budget.2014=-5", "equipment_subsidy", "0 to 1e9"),
    ("horizon=3", "horizon", "accounts"),
    ("mechanism.finance=false", "mechanism", "did you mean mechanisms"),
]
SHOCKS = [
    ("end='2015-01', factor=1", "demand_shocks.0.start", "a value"),
    ("start='2015-01', end='2014-01', factor=1", "demand_shocks.0", "before start"),
    ("start='2015-01', end='2015-01', factor=11", "demand_shocks.0.factor", "from 0 to 10"),
    ("start='2015-01', end='2015-01', factor=1, sectors=['MAN']", "sectors.0", "did you mean MIN"),
    ("start='2015-01', end='2015-01', factor=1, where=1", "demand_shocks.0.where", "sectors"),
]
LOSS = "city='Ningbo', sector='GEN', start='2015-01'"
LOSSES = [
    ("city='Ningbo', start='2015-01', end='2015-02', share=1", "supply_shocks.0.sector", "a value"),
    (f"{LOSS}, end='2014-01', share=1", "supply_shocks.0", "before start"),
    (f"{LOSS}, end='2015-02', share=2", "supply_shocks.0.share", "from 0 to 1"),
    (f"{LOSS.replace('Ningbo', 'Paris')}, end='2015-02', share=1", "0.city", "Hangzhou"),
    (f"{LOSS.replace('GEN', 'GENE')}, end='2015-02', share=1", "0.sector", "did you mean GEN"),
]
SETTINGS += [
    (f"exogenous.supply_shocks=[{{{loss}}}]", key, allowed) for loss, key, allowed in LOSSES
]
SETTINGS += [
    ('programme.only=["A11"]', "programme", "A1, A2"),
    ("programme.delay=7", "programme", "whole years"),
    ("programme={only=['A1'], without=['S1']}", "programme", "one of them"),
    ("programme.funding=-1", "programme.funding", "from 0 to 100"),
    ('instruments.growth_list_grants.named_by=["list"]', "named_by.0", "growth_list"),
    ("group=mine", "group", "whole, only"),
    ('instruments.leasing_support.tiers=["small"]', "leasing_support", "leave it out"),
    ('instruments.bases.sectors=["TEX"]', "instruments.bases", "leave it out"),
    ('instruments.evaluation.cities=["Ningbo"]', "instruments.evaluation", "leave it out"),
]
SETTINGS += [
    (f"exogenous.demand_shocks=[{{{shock}}}]", key, allowed) for shock, key, allowed in SHOCKS
]


@pytest.mark.parametrize(("setting", "key", "allowed"), SETTINGS)
def test_wrong_settings_name_key_and_what_is_allowed(setting: str, key: str, allowed: str) -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load("document_2014", [setting]).check_names()
    text = str(caught.value)
    assert key in caught.value.key
    assert allowed in text
    assert text.startswith("--set ")
    assert len(text.splitlines()) == 1


def test_an_unknown_key_of_an_instrument_lists_the_keys_of_its_kind() -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load("document_2014", ["instruments.training_staff.rate=0.5"])
    allowed = str(caught.value.allowed).split("? ")[-1].split(", ")
    kind = next(one for one in INSTRUMENTS if one.model_fields["kind"].default == "training")
    assert set(allowed) == set(kind.model_fields)


@pytest.mark.parametrize(
    "text", ["foo", "=3", "a..b=3", "", '"a=3', "'a' b=3", "a\nb=3", "#'=3", "['a']#=3"]
)
def test_settings_must_be_path_and_value(text: str) -> None:
    with pytest.raises(InputError, match="path=value"):
        parse_setting(text)


def test_settings_are_toml_or_a_bare_word() -> None:
    assert parse_setting("a.b=[1, 2]").content == {"a": {"b": [1, 2]}}
    assert parse_setting("a=contest").content == {"a": "contest"}
    assert parse_setting('a="x=y"').content == {"a": "x=y"}
    assert parse_setting("time.end=2014-12").content == {"time": {"end": "2014-12"}}
    assert parse_setting('a."b.c".d=1').content == {"a": {"b.c": {"d": 1}}}


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_every_value_survives_a_setting(value: Any) -> None:
    assert parse_setting(f"a.b = {toml_value(value)}").content == {"a": {"b": value}}


@given(st.dictionaries(WORDS, VALUES, max_size=4))
def test_every_table_survives_a_file(content: dict[str, Any]) -> None:
    assert tomllib.loads(toml(content)) == content


@given(st.text() | st.text(alphabet="ab.=[]{}'\"1\n #", max_size=12))
def test_any_setting_is_read_or_refused_on_one_line(text: str) -> None:
    said = ""
    try:
        parse_setting(text)
    except InputError as error:
        said = str(error)
    assert len(said.splitlines()) <= 1


# A key that is a table in one file is a table in all, as the declarations demand.
CONTENT = st.fixed_dictionaries(
    {},
    optional={
        "a": st.integers() | st.lists(st.integers(), max_size=2),
        "b": st.dictionaries(st.sampled_from("xyz"), st.integers(), max_size=3),
        "c": st.fixed_dictionaries(
            {}, optional={"d": st.dictionaries(WORDS, st.booleans(), max_size=2), "e": WORDS}
        ),
    },
)


@given(CONTENT, CONTENT, CONTENT)
def test_merging_puts_the_upper_layer_first_whatever_the_grouping(
    low: dict[str, Any], middle: dict[str, Any], high: dict[str, Any]
) -> None:
    assert merge(merge(low, middle), high) == merge(low, merge(middle, high))
    assert merge(low, {}) == low == merge({}, low)
