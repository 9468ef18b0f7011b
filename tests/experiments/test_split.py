"""Packages spend the document's provincial money, to the fen, and the document is one of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.split import FEN, Split, fixed, groups_of, movable, rule_of
from sim.core.errors import InputError
from sim.scenario import Scenario

DOCUMENT = Scenario.load("document_2014")
NAMES = movable(DOCUMENT)
GROUPS = groups_of("test", DOCUMENT, NAMES, "action")
RULES = (
    rule_of("test", DOCUMENT, "equipment_subsidy.rate", {"low": 0.05, "high": 0.3}),
    rule_of("test", DOCUMENT, "equipment_subsidy.allocation", ["contest", "formula", "lottery"]),
)
SPLIT = Split(DOCUMENT, GROUPS, RULES)
WISHES = st.lists(
    st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 1)),
    min_size=len(GROUPS), max_size=len(GROUPS),
)  # fmt: skip


def point(**wishes):
    """The document's point with other coordinates by name."""
    found = SPLIT.origin
    for name, value in wishes.items():
        found[SPLIT.names.index(name)] = value
    return found


def provincial(scenario, year):
    """Fen of a year's budgets that are not the cities'."""
    return sum(
        round(one.budget.get(year, 0.0) * FEN)
        for one in scenario.instruments.values()
        if one.fund != "cities"
    )


def test_document_is_a_package_bit_for_bit():
    """Its own point and every point of equal wishes are the same scenario, by its hash."""
    assert SPLIT.overrides(SPLIT.origin) == {}
    assert SPLIT.scenario_at(SPLIT.origin).hash == DOCUMENT.hash
    for wish in (0.013, 0.3, 0.7, 1.0):
        alike = SPLIT.origin
        alike[: len(GROUPS)] = wish
        assert SPLIT.scenario_at(alike).hash == DOCUMENT.hash
    assert SPLIT.scenario_at(point(A2=0.9)).hash != DOCUMENT.hash


@settings(max_examples=40, deadline=None)
@given(WISHES, st.sampled_from([(0.0, 4.0), (0.5, 2.0), (0.0, 1.0), (0.2, 100.0)]))
def test_money_is_conserved_to_the_fen(wishes, bounds):
    """Every year and so in all, whatever is wished and however tight the bounds are."""
    split = Split(DOCUMENT, GROUPS, (), *bounds)
    found = split.budgets(np.array(wishes))
    assert found.sum(axis=0).tolist() == split.document.sum(axis=0).tolist()
    assert (found >= 0).all()
    multiples = split.multiples(np.array(wishes))
    assert multiples.min() >= bounds[0] - 1e-12
    assert multiples.max() <= bounds[1] + 1e-12


def test_scenario_of_a_package_spends_the_same_each_year():
    """Read back from the scenario itself, kept instruments and cities' money included."""
    wild = np.random.default_rng(5).random(SPLIT.width)
    package = SPLIT.scenario_at(wild)
    for year in ("2014", "2015", "2016", "2017"):
        assert provincial(package, year) == provincial(DOCUMENT, year)
    for name, one in DOCUMENT.instruments.items():
        if name not in NAMES:
            assert package.instruments[name] == one
    assert set(DOCUMENT.instruments) - set(NAMES) == {
        "design_centres_city", "smart_cities", "leading_groups", "city_funds", *fixed(DOCUMENT),
    }  # fmt: skip
    assert fixed(DOCUMENT) == ("evaluation",)


def test_places_follow_the_money():
    """A group alone scaled: places are as many times more as the most of its years' budgets."""
    package = SPLIT.scenario_at(point(A10=1.0)).instruments["research_institutes"]
    own = DOCUMENT.instruments["research_institutes"]
    ratios = [package.budget[year] / own.budget[year] for year in own.budget]
    assert min(ratios) > 2
    assert package.places == pytest.approx(max(ratios) * own.places)
    assert all(package.budget[y] <= package.places * package.award + 1e-6 for y in own.budget)


def test_wishes_are_relative_and_capped():
    """Twice the wish is twice the multiple; nobody passes the cap, and nothing is lost to it."""
    linear = SPLIT.multiples(point(A4=0.25))
    others = [k for k, one in enumerate(GROUPS) if one.name != "A4"]
    four = [one.name for one in GROUPS].index("A4")
    assert np.allclose(linear[four], linear[others[0]] / 2)
    alone = np.zeros(SPLIT.width)
    alone[four] = 1.0
    multiples = SPLIT.multiples(alone)
    assert np.allclose(multiples[four], 4.0)
    assert np.allclose(multiples[others], multiples[others[0]])
    assert (multiples[others] < 1).all()


def test_shares_lie_on_the_simplex():
    money = SPLIT.money(np.random.default_rng(1).random(SPLIT.width))
    assert money["share"].sum() == pytest.approx(1)
    assert money["share_document"].sum() == pytest.approx(1)
    assert money["difference"].sum() == pytest.approx(0, abs=1e-6)
    assert (money["share"] >= 0).all()


def test_rules_are_levers():
    assert SPLIT.rules_at(SPLIT.origin) == {
        "equipment_subsidy.rate": 0.12, "equipment_subsidy.allocation": "formula",
    }  # fmt: skip
    ends = [rule.at(u) for rule in RULES for u in (0.0, 1.0)]
    assert ends == [0.05, 0.3, "contest", "lottery"]
    changed = SPLIT.overrides(np.append(SPLIT.origin[: len(GROUPS)], [1.0, 0.99]))
    assert changed == {"instruments": {"equipment_subsidy": {"rate": 0.3, "allocation": "lottery"}}}


def test_groups_by_instrument_and_by_table():
    single = groups_of("test", DOCUMENT, NAMES, "instrument")
    assert [one.name for one in single] == list(NAMES)
    assert single[0].zh == DOCUMENT.instruments[NAMES[0]].title.zh
    two = groups_of("test", DOCUMENT, NAMES, {"first": NAMES[:5], "rest": NAMES[5:]})
    assert [len(one.instruments) for one in two] == [5, len(NAMES) - 5]
    actions = [one.name for one in GROUPS]
    assert actions == [
        "A1",
        "A2",
        "A3",
        "A4",
        "A5",
        "A6",
        "A8",
        "A9",
        "A10",
        "S2",
        "S3",
        "S4",
        "S5",
    ]


def test_only_what_is_in_force_is_moved():
    """Instruments that a scenario leaves out are no groups, and their money is not counted."""
    core = Scenario.load("document_2014", ['programme.without=["A2"]'])
    assert "equipment_subsidy" not in movable(core)
    kept = movable(DOCUMENT, ["equipment_subsidy"])
    assert "equipment_subsidy" not in kept
    assert "evaluation" in kept


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ({"one": ["robots"]}, r"search\.groups\.one; given 'robots'"),
        ({"one": ["smart_cities"]}, "given 'smart_cities'"),
        ({"one": [*NAMES, NAMES[0]]}, f"{NAMES[0]} in 2 groups"),
        ({"one": list(NAMES[1:])}, f"{NAMES[0]} in 0 groups"),
    ],
)
def test_bad_groups_are_named(by, message):
    with pytest.raises(InputError, match=message):
        groups_of("study.toml", DOCUMENT, NAMES, by)


@pytest.mark.parametrize(
    ("key", "given_", "message"),
    [
        ("robots.rate", [0.1, 0.2], "given 'robots'"),
        ("equipment_subsidy.price", [0.1, 0.2], "given 'price'"),
        ("equipment_subsidy.budget", [0.1, 0.2], "given 'budget'"),
        ("equipment_subsidy.rate", [0.1, 0.2], r"0\.12, as the document has it"),
        ("equipment_subsidy.rate", {"low": 0.2, "high": 0.3}, r"a range with 0\.12 in it"),
        ("equipment_subsidy.rate", {"low": 0.0, "high": 2.0}, r"given 2\.0; allowed: a number"),
        ("equipment_subsidy.rate", 0.2, "an array of values"),
        ("equipment_subsidy.allocation", ["formula", "dice"], "given 'dice'"),
    ],
)
def test_bad_rules_are_named(key, given_, message):
    with pytest.raises(InputError, match=message) as error:
        rule_of("study.toml", DOCUMENT, key, given_)
    assert error.value.key == f"search.rules.{key}"
