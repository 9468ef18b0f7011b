"""Scenario files: strict, merged, hashed; every mistake gets one clear error."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from sim.core.errors import InputError
from sim.parameters import Section
from sim.scenario import DIRECTORY, Scenario, json_schema, parse_setting

NAMES = sorted(path.stem for path in DIRECTORY.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenarios_load_and_survive_a_round_trip(name: str) -> None:
    one = Scenario.load(name)
    assert one.title.zh
    assert one.title.en
    assert one.rationale.zh
    assert one.rationale.en
    again = Scenario.from_dict(tomllib.loads(one.to_toml()), name)
    assert again == one
    assert again.hash == one.hash


def test_the_shipped_scenarios_are_those_asked_for() -> None:
    wanted = """document_2014 no_programme robot_subsidy_none robot_subsidy_low robot_subsidy_high
    funding_half funding_double leasing_first training_first contest_allocation wage_surge
    demand_slump limit_bass limit_leontief limit_threshold limit_queue limit_full_information"""
    assert set(wanted.split()) <= set(NAMES)


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


SETTINGS = [
    ("adoption.reviews=1", "adoption.reviews", "did you mean reviews_per_year"),
    ('adoption.reviews_per_year="abc"', "adoption.reviews_per_year", "0.1 to 1200"),
    ("adoption.reviews_per_year=true", "adoption.reviews_per_year", "given True"),
    ("adoption.reviews_per_year=1e9", "adoption.reviews_per_year", "0.1 to 1200"),
    ("instruments.equipment_subsidy.rate=2", "equipment_subsidy.rate", "less than or equal to 1"),
    ("instruments.equipment_subsidy.rte=2", "equipment_subsidy.rte", "did you mean rate"),
    ('instruments.equipment_subsidy.sectors=["XX"]', "sectors", "MIN, FOD"),
    ('instruments.training.cities=["Paris"]', "cities", "Hangzhou"),
    ("instruments.new.rate=2", "instruments.new", "a table with a kind"),
    ('mechanisms.information="rumour"', "mechanisms.information", "'network', 'bass'"),
    ('technologies=["steam"]', "technologies.0", "'automation'"),
    ('time.end="2001-01"', "time", "before start"),
    ('time.end="soon"', "time.end", "soon"),
    ("instruments.equipment_subsidy.budget.2014=-5", "budget", "0 to 1e9"),
    ("horizon=3", "horizon", "accounts"),
]


@pytest.mark.parametrize(("setting", "key", "allowed"), SETTINGS)
def test_wrong_settings_name_key_and_what_is_allowed(setting: str, key: str, allowed: str) -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load("document_2014", [setting])
    text = str(caught.value)
    assert key in text
    assert allowed in text
    assert "\n" not in text


@pytest.mark.parametrize("text", ["foo", "=3", "a..b=3", ""])
def test_settings_must_be_path_and_value(text: str) -> None:
    with pytest.raises(InputError, match="path=value"):
        parse_setting(text)


def test_settings_are_toml_or_a_bare_word() -> None:
    assert parse_setting("a.b=[1, 2]").content == {"a": {"b": [1, 2]}}
    assert parse_setting("a=contest").content == {"a": "contest"}
    assert parse_setting('a="x=y"').content == {"a": "x=y"}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_broken_files_are_named(tmp_path: Path) -> None:
    broken = write(tmp_path, "broken", "title = \n")
    with pytest.raises(InputError, match=r"broken\.toml.*line 1"):
        Scenario.load(broken)
    with pytest.raises(InputError, match=r"missing\.toml.*No such file"):
        Scenario.load(tmp_path / "missing.toml")
    with pytest.raises(InputError, match="document_2014"):
        Scenario.load("document2014")
    orphan = write(tmp_path, "orphan", 'extends = "nobody"\n')
    with pytest.raises(InputError, match="nobody"):
        Scenario.load(orphan)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'title = { zh = "\xff", en = "" }')
    with pytest.raises(InputError, match="UTF-8"):
        Scenario.load(latin)


def test_a_circle_of_extends_is_named(tmp_path: Path) -> None:
    first = write(tmp_path, "first", 'extends = "second"\n')
    write(tmp_path, "second", 'extends = "first"\n')
    with pytest.raises(InputError, match="first -> second -> first"):
        Scenario.load(first)


def test_a_mistake_in_a_parent_names_the_parent(tmp_path: Path) -> None:
    write(tmp_path, "parent", 'extends = "no_programme"\n[adoption]\nreviews_per_year = "often"\n')
    child = write(tmp_path, "child", 'extends = "parent"\n[skills]\ndecay = 0.1\n')
    with pytest.raises(InputError, match=r"parent\.toml: adoption\.reviews_per_year"):
        Scenario.load(child)
    good = write(tmp_path, "good", 'extends = "no_programme"\n[skills]\ndecay = 0.1\n')
    assert Scenario.load(good).skills.decay == 0.1


def test_schema_file_is_up_to_date() -> None:
    shipped = json.loads((DIRECTORY / "schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(json_schema()))
    assert "required" not in shipped
    assert set(shipped["properties"]) == set(Scenario.model_fields) - {"name"} | {"extends"}


def test_every_parameter_says_where_it_comes_from() -> None:
    import sim.parameters as parameters

    for name, section in vars(parameters).items():
        if not isinstance(section, type) or not issubclass(section, Section) or section is Section:
            continue
        for key, field in section.model_fields.items():
            if field.annotation is float:
                extra = field.json_schema_extra
                assert isinstance(extra, dict), f"{name}.{key}"
                assert all(extra[part] for part in ("unit", "zh", "en", "source")), f"{name}.{key}"
