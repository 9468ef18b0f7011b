"""Revisions of a scenario: read strictly, accumulated, written, compared; policies by month."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import InputError
from sim.programme import Programme
from sim.scenario import Scenario, json_schema
from sim.scenario_files import toml_value
from sim.timetable import in_force, timetable, voted
from sim.twins import running, without

SUBSIDY = "equipment_subsidy"
RATE = f"instruments.{SUBSIDY}.rate"
FUNDING = "programme.funding"


def revised(*pairs: tuple[str, Any], base: str = "document_2014") -> Scenario:
    return Scenario.load(base, [setting(*({"from": month, "set": x} for month, x in pairs))])


def setting(*tables: Any) -> str:
    return f"revisions={toml_value(tables)}"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def policies(scenario: Scenario, month: int) -> Any:
    return in_force(timetable(scenario), month)


def test_a_file_holds_revisions_and_survives_a_round_trip(tmp_path: Path) -> None:
    path = write(
        tmp_path / "mine.toml",
        'extends = "document_2014"\n[[revisions]]\nfrom = "2015-06"\n'
        f'set = {{ "{RATE}" = 0.2, "programme.funding" = 2 }}\n'
        '[[revisions]]\nfrom = "2016-01"\n[revisions.set]\nprogramme.without = ["A2"]\n',
    )
    one = Scenario.load(path)
    assert [(x.month, x.set) for x in one.revisions] == [
        ("2015-06", {RATE: 0.2, FUNDING: 2.0}),
        ("2016-01", {"programme.without": ["A2"]}),
    ]
    for again in (
        Scenario.from_dict(tomllib.loads(one.to_toml()), "mine"),
        Scenario.from_dict(one.model_dump(mode="json"), "mine"),
        one.with_settings([]),
    ):
        assert again == one
        assert again.hash == one.hash


def test_the_hash_depends_on_revisions_and_only_where_there_are_any() -> None:
    plain = Scenario.load("document_2014")
    # Nothing that is hashed, saved or shown has a word of revisions: identities stay as they were.
    assert "revisions" not in plain.model_dump(mode="json")
    assert "revisions" not in plain.to_toml()
    hashes = {
        revised((month, {key: value})).hash
        for month, key, value in (
            ("2015-06", RATE, 0.2), ("2015-07", RATE, 0.2), ("2015-06", RATE, 0.3),
            ("2015-06", FUNDING, 0.2),
        )
    }  # fmt: skip
    assert len(hashes | {plain.hash}) == 5
    # The same settings, written otherwise.
    assert revised(("2015-06", {FUNDING: 2})).hash == revised(("2015-06", {FUNDING: 2.0})).hash
    table = {"instruments": {SUBSIDY: {"rate": 0.2}}}
    assert revised(("2015-06", table)) == revised(("2015-06", {RATE: 0.2}))


def test_diff_names_month_and_key() -> None:
    one, plain = revised(("2015-06", {RATE: 0.2})), Scenario.load("document_2014")
    assert one.diff(plain) == {f"revisions.2015-06.{RATE}": (0.2, None)}
    assert one.diff(revised(("2015-06", {RATE: 0.3}))) == {f"revisions.2015-06.{RATE}": (0.2, 0.3)}


def test_the_revisions_of_a_child_stand_in_place_of_its_parents(tmp_path: Path) -> None:
    def text(parent: str, month: str) -> str:
        return f'extends = "{parent}"\nrevisions = [{{from = "{month}", set = {{"{RATE}" = 0.2}}}}]'

    write(tmp_path / "parent.toml", text("document_2014", "2015-06"))
    write(tmp_path / "heir.toml", 'extends = "parent"\n')
    child = write(tmp_path / "child.toml", text("parent", "2016-03"))
    assert [one.month for one in Scenario.load(tmp_path / "heir.toml").revisions] == ["2015-06"]
    assert [one.month for one in Scenario.load(child).revisions] == ["2016-03"]
    assert not Scenario.load(child, ["revisions=[]"]).revisions


def at(month: Any, settings: Any) -> dict[str, Any]:
    return {"from": month, "set": settings}


WRONG: list[tuple[list[Any], str, str]] = [
    ([{"set": {FUNDING: 2}}], "revisions.0.from", "a value"),
    ([at("2015-6", {FUNDING: 2})], "revisions.0.from", "a month written YYYY-MM"),
    ([at(201506, {FUNDING: 2})], "revisions.0.from", "a text in quotes"),
    ([{"from": "2015-06"}], "revisions.0.set", "a value"),
    ([at("2015-06", {FUNDING: 2}) | {"until": "2016-06"}], "revisions.0.until", "from, set"),
    ([at("2015-06", {})], "revisions.0.set", "one key or more"),
    ([at("2015-06", 3)], "revisions.0.set", "a table"),
    ([3], "revisions.0", "a table"),
    ([at("2011-12", {FUNDING: 2})], "revisions", "a month of the run, 2012-01 to 2017-12"),
    ([at("2018-01", {FUNDING: 2})], "revisions", "given '2018-01'"),
    ([at("2015-06", {FUNDING: 2})] * 2, "revisions", "each once"),
    ([at("2015-06", {FUNDING: 2}), at("2015-05", {FUNDING: 1})], "revisions", "months in order"),
    ([at("2015-06", {"adoption.reviews_per_year": 2})], "0.set.adoption", '"programme.KEY"'),
    ([at("2015-06", {"time.end": "2016-01"})], "0.set.time.end", '"programme.KEY"'),
    ([at("2015-06", {"programme.delay": 12})], "0.set.programme.delay", "programme.funding"),
    ([at("2015-06", {FUNDING: -1})], f"0.set.{FUNDING}", "from 0 to 100 (ratio)"),
    ([at("2015-06", {"programme.only": ["A11"]})], "0.set.programme", "A1, A2"),
    ([at("2015-06", {"programme.only": ["A1"], "programme.without": ["A2"]})], "0.set.programme",
     "one of them"),
    ([at("2015-06", {"instruments.subsidy.rate": 0.2})], "0.set.instruments.subsidy.rate", SUBSIDY),
    ([at("2015-06", {"instruments": 3})], "0.set.instruments", "an instrument of the scenario"),
    ([at("2015-06", {f"instruments.{SUBSIDY}": 3})], f"0.set.instruments.{SUBSIDY}", "allocation"),
    ([at("2015-06", {f"instruments.{SUBSIDY}.rte": 3})], f"{SUBSIDY}.rte", "did you mean rate?"),
    ([at("2015-06", {RATE: 2})], f"revisions.0.set.{RATE}", "from 0 to 1"),
    ([at("2015-06", {RATE: "high"})], f"revisions.0.set.{RATE}", "given 'high'"),
    ([at("2015-06", {f"instruments.{SUBSIDY}.enabled": 1})], "enabled", "true or false"),
    ([at("2015-06", {f"instruments.{SUBSIDY}.cities": ["Paris"]})], "cities.0", "Hangzhou"),
    ([at("2015-06", {f"instruments.{SUBSIDY}.budget.soon": 2})], SUBSIDY, "'soon'"),
    ([at("2015-06", {f"instruments.{SUBSIDY}.end": "2013-01"})], SUBSIDY, "before start"),
    ([at("2015-06", {"a..b": 3})], "revisions.0.set", "instruments.NAME.KEY"),
]  # fmt: skip
WRONG += [
    ([at("2015-06", {f"instruments.{SUBSIDY}.{key}": "x"})], f"{SUBSIDY}.{key}", "allocation")
    for key in ("kind", "title", "clause", "fund", "source", "start")
]


@pytest.mark.parametrize(("tables", "key", "allowed"), WRONG)
def test_wrong_revisions_name_key_and_what_is_allowed(
    tables: list[Any], key: str, allowed: str
) -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load("document_2014", [setting(*tables)]).check_names()
    text = str(caught.value)
    assert key in caught.value.key
    assert allowed in text
    assert text.startswith("--set revisions=")
    assert len(text.splitlines()) == 1


def test_the_second_of_two_revisions_is_named_with_its_file(tmp_path: Path) -> None:
    path = write(
        tmp_path / "mine.toml",
        f'extends = "document_2014"\n[[revisions]]\nfrom = "2015-06"\nset = {{ "{RATE}" = 0.2 }}\n'
        f'[[revisions]]\nfrom = "2015-08"\nset = {{ "{RATE}" = "high" }}\n',
    )
    with pytest.raises(InputError, match=rf"mine\.toml: revisions\.1\.set\.{RATE}; given 'high'"):
        Scenario.load(path, ["adoption.reviews_per_year=3"])
    with pytest.raises(InputError, match=r"instruments: none|none: there are none"):
        revised(("2015-06", {RATE: 0.2}), base="no_programme")


def test_the_schema_has_revisions_as_a_file_writes_them() -> None:
    table = json_schema()["$defs"]["Revision"]
    assert set(table["properties"]) == {"from", "set"}


# ------------------------------------------------------------------ policies by month
def test_without_revisions_there_is_one_set_of_policies() -> None:
    one = Scenario.load("robot_subsidy_high")
    [(month, found)] = timetable(one)
    assert month == 0
    assert found == one.programme.applied(one.instruments)


def test_revisions_accumulate_in_the_order_of_their_months() -> None:
    cap = f"instruments.{SUBSIDY}.cap"
    one = revised(("2015-06", {RATE: 0.2}), ("2015-09", {cap: 10.0}), ("2016-02", {RATE: 0.05}))
    found = [(policies(one, m)[SUBSIDY].rate, policies(one, m)[SUBSIDY].cap) for m in range(72)]
    usual = Scenario.load("document_2014").instruments[SUBSIDY].cap
    assert found[:41] == [(0.12, usual)] * 41
    assert found[41:44] == [(0.2, usual)] * 3
    assert found[44:49] == [(0.2, 10.0)] * 5
    assert found[49:] == [(0.05, 10.0)] * 23


def test_a_budget_acts_from_the_next_new_year_and_at_once_where_the_year_begins() -> None:
    key = f"instruments.{SUBSIDY}.budget"
    plain = Scenario.load("document_2014").instruments[SUBSIDY]
    own = {f"{key}.2015": 1.0, f"{key}.2016": 2.0}
    for month, first in (("2015-02", plain.year_budget(2015)), ("2015-01", 1.0)):
        one = revised((month, own))
        assert voted(timetable(one), SUBSIDY, 12 * 2012, 72) == [
            (0, 0.0), (12, 0.0), (24, plain.year_budget(2014)), (36, first), (48, 2.0),
            (60, plain.year_budget(2017)),
        ]  # fmt: skip
        # What is released by month is reckoned by what was voted.
        assert {policies(one, m)[SUBSIDY].year_budget(2015) for m in range(36, 48)} == {first}
    # The first month of a run opens its budget year, whichever month it is.
    late = Scenario.load("document_2014", ['time.start="2015-02"', setting(at("2015-02", own))])
    assert voted(timetable(late), SUBSIDY, 12 * 2015 + 1, 3) == [(0, 1.0)]


def test_more_funding_pays_for_more_places_when_its_money_is_there() -> None:
    name = "management_standard"
    one = revised(("2015-06", {FUNDING: 2, f"instruments.{name}.award": 7.0}))
    plain = Scenario.load("document_2014").instruments[name]
    found = [policies(one, month)[name] for month in (40, 41, 47, 48)]
    assert [x.places / plain.places for x in found] == [1, 1, 1, 2]
    assert [x.award for x in found] == [plain.award, 7, 7, 7]
    assert found[3].year_budget(2016) == 2 * plain.year_budget(2016)


def test_what_is_switched_on_within_a_year_has_no_money_before_the_next() -> None:
    on = {f"instruments.{SUBSIDY}.enabled": True}
    off = [f"instruments.{SUBSIDY}.enabled=false", setting(at("2015-06", on))]
    one = Scenario.load("document_2014", off)
    found = [policies(one, m)[SUBSIDY] for m in (40, 41, 48)]
    assert [x.enabled for x in found] == [False, True, True]
    assert [x.year_budget(year) for x, year in zip(found, (2015, 2015, 2016), strict=True)] == [
        0, 0, Scenario.load("document_2014").instruments[SUBSIDY].year_budget(2016)
    ]  # fmt: skip
    assert SUBSIDY in running(one)
    assert SUBSIDY not in running(Scenario.load("document_2014", off[:1]))
    # What is switched off keeps what was voted, should it come back within the year.
    pause = revised(("2015-03", {f"instruments.{SUBSIDY}.enabled": False}), ("2015-06", on))
    assert policies(pause, 41) == policies(Scenario.load("document_2014"), 41)


def test_clauses_can_be_taken_out_and_put_back() -> None:
    one = revised(
        ("2015-06", {"programme.without": ["A2"]}), ("2016-06", {"programme.without": []})
    )
    assert [policies(one, m)[SUBSIDY].enabled for m in (40, 41, 52, 53)] == [
        True,
        False,
        False,
        True,
    ]
    assert policies(one, 41)["smart_matching"].enabled


def test_a_replaced_instrument_stays_replaced_and_others_are_revised() -> None:
    one = revised(("2015-06", {RATE: 0.2, "instruments.training_staff.cost": 9.0}))
    off = without(one, [SUBSIDY], "").policies
    table = timetable(one, off)
    assert not any(in_force(table, m)[SUBSIDY].enabled for m in range(72))
    assert in_force(table, 41)["training_staff"].cost == 9
    own = timetable(one, {SUBSIDY: one.instruments[SUBSIDY]})
    assert in_force(own, 41)[SUBSIDY].rate == 0.2
    assert Programme() == one.programme
