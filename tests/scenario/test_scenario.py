"""Scenario files: strict, merged, hashed; every mistake gets one clear error."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.programme import CLAUSES
from sim.scenario import DIRECTORY, MOST_PILOTS, Scenario
from sim.scenario_files import matching

NAMES = sorted(path.stem for path in DIRECTORY.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenarios_load_and_survive_a_round_trip(name: str) -> None:
    one = Scenario.load(name)
    assert one.title.zh
    assert one.title.en
    assert one.group != "own"
    assert len(one.rationale.zh) > 10
    assert len(one.rationale.en) > 30
    again = Scenario.from_dict(tomllib.loads(one.to_toml()), name)
    assert again == one
    assert again.hash == one.hash


def test_the_shipped_scenarios_are_those_asked_for() -> None:
    wanted = """document_2014 no_programme robot_subsidy_none robot_subsidy_low robot_subsidy_10
    robot_subsidy_15 robot_subsidy_20 robot_subsidy_high funding_quarter funding_half funding_double
    funding_fourfold early_start late_start contest_allocation formula_allocation leasing_first
    training_first providers_first cloud_first backbone_led small_firm_led equal_cities
    leading_cities no_ranking ranking_with_audit demand_slump wage_surge cluster_outage
    cluster_halved outlook_2020 outlook_2025 limit_bass limit_leontief limit_threshold limit_queue
    limit_full_information core_programme city_programmes"""
    actions, safeguards = (tuple(c for c in CLAUSES if c[0] == kind) for kind in "AS")
    parts = {f"only_{code.lower()}" for code in actions}
    parts |= {f"without_{code.lower()}" for code in (*actions, *safeguards)}
    assert set(wanted.split()) | parts == set(NAMES)


def test_no_two_scenarios_are_the_same_and_each_differs_from_what_it_extends() -> None:
    hashes = {Scenario.load(name).hash for name in NAMES}
    assert len(hashes) == len(NAMES)
    for name in NAMES:
        content = tomllib.loads((DIRECTORY / f"{name}.toml").read_text(encoding="utf-8"))
        if "extends" in content:
            assert Scenario.load(name).diff(Scenario.load(content["extends"])), name


def test_patterns_stand_for_scenarios_in_the_order_of_their_numbers() -> None:
    assert matching("without_a*") == [f"without_a{number}" for number in range(1, 11)]
    assert matching("document_201?") == ["document_2014"]
    with pytest.raises(InputError, match="without_a1"):
        matching("nothing*")


def test_a_part_of_the_programme_is_the_instruments_of_its_clause() -> None:
    """Every instrument belongs to one clause; only and without of a clause share it out."""
    document = Scenario.load("document_2014")
    taken: list[str] = []
    for code in CLAUSES:
        without = Scenario.load(f"without_{code.lower()}")
        applied = without.programme.applied(without.instruments)
        gone = {name for name, one in applied.items() if not one.enabled}
        assert gone, code
        taken += sorted(gone)
        if code.startswith("A"):
            only = Scenario.load(f"only_{code.lower()}")
            kept = only.programme.applied(only.instruments)
            assert {name for name, one in kept.items() if one.enabled} == gone
    assert sorted(taken) == sorted(document.instruments)


def test_a_start_moved_by_years_moves_months_stages_and_budgets_alike() -> None:
    base, late = Scenario.load("document_2014"), Scenario.load("late_start")
    moved = late.programme.applied(late.instruments)
    for name, one in base.instruments.items():
        other = moved[name]
        assert month_number(other.start) - month_number(one.start) == 24
        assert other.year_budget(2016) == one.year_budget(2014)
        assert other.year_budget(2014) == 0
    assert moved["smart_cities"].city_from == "2017-01"


def test_the_special_fund_is_not_overdrawn() -> None:
    """1.355 bn CNY in 2015, about half for projects and a tenth for demonstrations."""
    wholes = {row["item"]: float(row["value_10k"]) for row in _budget() if row["year"] == "2015"}
    instruments = Scenario.load("document_2014").instruments.values()
    special = [one for one in instruments if one.fund == "special"]
    whole = wholes["provincial_special_fund"]
    for year in (2014, 2015, 2016, 2017):
        assert sum(one.year_budget(year) for one in special) <= whole
    hard = {"automation", "networking", "green_iot"}
    projects = [x for x in special if x.kind == "project_grant" and hard & set(x.technologies)]
    assert sum(x.year_budget(2015) for x in projects) == pytest.approx(whole / 2, rel=0.05)
    shown = sum(x.year_budget(2015) for x in instruments if x.kind == "demonstration")
    assert shown == pytest.approx(whole / 10, rel=0.05)
    commerce = [x for x in instruments if x.kind in ("service_platform", "provider_support")]
    commerce = [x for x in commerce if x.fund == "commerce"]
    assert sum(x.year_budget(2015) for x in commerce) == pytest.approx(13_400 / 5, rel=0.01)
    institutes = Scenario.load("document_2014").instruments["research_institutes"]
    assert institutes.year_budget(2015) == pytest.approx(625 * institutes.places)


def _budget() -> list[dict[str, str]]:
    path = DIRECTORY.parent / "calibration" / "data" / "programme_budget.csv"
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_extends_says_only_what_differs() -> None:
    high, document = Scenario.load("robot_subsidy_high"), Scenario.load("document_2014")
    assert high.diff(document) == {"instruments.equipment_subsidy.rate": (0.3, 0.12)}
    assert Scenario.load("document_2014").instruments
    assert not Scenario.load("no_programme").instruments


def test_hash_follows_content_and_not_words(tmp_path: Path) -> None:
    one = Scenario.load("document_2014")
    renamed = Scenario.load("document_2014", ['title.en="another"'])
    assert renamed.hash == one.hash
    assert Scenario.load("document_2014", ["adoption.reviews_per_year=3"]).hash != one.hash


def test_hash_of_a_changed_copy_is_its_own() -> None:
    one = Scenario.load("document_2014")
    before = one.hash  # kept from now on
    copy = one.model_copy(update={"programme": type(one.programme)(funding=0.5)})
    assert copy.hash != before
    assert one.model_copy(deep=True).hash == one.hash == before


def test_hash_does_not_depend_on_the_order_of_keys() -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return value

    one = Scenario.load("document_2014")
    content = one.model_dump(mode="json")
    other = Scenario.from_dict(turned(content))
    assert list(other.instruments) == list(reversed(one.instruments))
    assert other.hash == one.hash
    assert one.diff(other) == {}
    assert len(one.hash) == 16


def test_the_package_deals_of_the_variants_cost_what_their_rationale_says() -> None:
    def money(name: str) -> dict[str, float]:
        total: dict[str, float] = {}
        for one in Scenario.load(name).instruments.values():
            for year, amount in one.budget.items():
                total[year] = total.get(year, 0.0) + amount
        return total

    document = money("document_2014")
    assert set(document) == {"2014", "2015", "2016", "2017"}  # clause S5: every year 2014 to 2017
    for name in NAMES:
        if Scenario.load(name).group == "design":
            assert money(name) == pytest.approx(document), name
    for name, factor in (("quarter", 0.25), ("half", 0.5), ("double", 2.0), ("fourfold", 4.0)):
        name = f"funding_{name}"
        base, other = Scenario.load("document_2014"), Scenario.load(name)
        assert other.instruments == base.instruments
        applied = other.programme.applied(other.instruments)
        for key, one in base.instruments.items():
            expected = {year: factor * amount for year, amount in one.budget.items()}
            assert applied[key].budget == expected
            if hasattr(one, "places"):
                assert applied[key].places == factor * one.places


def test_no_more_instruments_name_firms_than_there_are_bits() -> None:
    new = [f'instruments.new{number}={{kind="management_pilot"}}' for number in range(MOST_PILOTS)]
    assert Scenario.load("no_programme", new).instruments
    with pytest.raises(InputError, match="8 at most"):
        Scenario.load("document_2014", new)


def test_an_instrument_is_taken_out_by_a_switch() -> None:
    one = Scenario.load("document_2014", ["instruments.training_staff.enabled=false"])
    assert one.instruments["training_staff"].year_budget(2015) == 0
    assert one.instruments["machine_demonstration"].year_budget(2015) > 0


def test_whole_numbers_and_arrays_are_taken_as_toml_has_them() -> None:
    one = Scenario.load("no_programme", ["adoption.reviews_per_year=2", 'technologies=["erp"]'])
    assert isinstance(one.adoption.reviews_per_year, float)
    assert one.technologies == ("erp",)
    assert Scenario.load("no_programme", ["technologies=[]"]).technologies == ()
    assert Scenario.from_dict({"technologies": ("erp", "plm")}).technologies == ("erp", "plm")
    shock = "exogenous.demand_shocks=[{start='2015-01', end='2015-02', factor=1, sectors=['TEX']}]"
    assert Scenario.load("no_programme", [shock]).exogenous.demand_shocks[0].sectors == ("TEX",)
    one_text = "adoption.reviews_per_year=3"  # a text is one setting, not its letters
    assert Scenario.load("no_programme", one_text).adoption.reviews_per_year == 3
