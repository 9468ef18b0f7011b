"""Scenario files: strict, merged, hashed; every mistake gets one clear error."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.parameters import Section
from sim.policies import INSTRUMENTS
from sim.programme import CLAUSES
from sim.scenario import DIRECTORY, MOST_PILOTS, Scenario, json_schema, parse_setting
from sim.scenario_files import flat, matching, merge, toml, toml_value

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
    limit_full_information core_programme"""
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
        Scenario.load("document_2014", [setting])
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
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError, match=r"folder\.toml.*directory"):
        Scenario.load(tmp_path / "folder.toml")
    for parent, allowed in (
        ('"nobody"', "no_programme"), ('"nobody.toml"', "there is no"), ("3", "a name or path"),
    ):  # fmt: skip
        orphan = write(tmp_path, "orphan", f"extends = {parent}\n")
        with pytest.raises(InputError, match=rf"orphan\.toml: extends; given .*{allowed}"):
            Scenario.load(orphan)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'title = { zh = "\xff", en = "" }')
    with pytest.raises(InputError, match="UTF-8"):
        Scenario.load(latin)


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbf[skills]\ndecay = 0.1\n")
    assert Scenario.load(path).skills.decay == 0.1


def test_files_extend_files_beside_them_by_name_or_path(tmp_path: Path) -> None:
    write(tmp_path, "low", 'extends = "document_2014"\n[skills]\ndecay = 0.1\n')
    write(tmp_path, "middle", 'extends = "low"\n[skills]\ntraining_gain = 0.2\n')
    high = write(tmp_path, "high", 'extends = "./middle.toml"\ntechnologies = ["erp"]\n')
    one = Scenario.load(high)
    assert one.name == "high"
    assert one.diff(Scenario.load("document_2014")).keys() == {
        "skills.decay", "skills.training_gain", "technologies",
    }  # fmt: skip


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
    # Two keys that do not go together, in one file: a key set beside them above is not to blame.
    write(
        tmp_path, "parent",
        'extends = "document_2014"\n[instruments.training_staff]\nbudget = { soon = 1 }\n',
    )  # fmt: skip
    child = write(tmp_path, "child", 'extends = "parent"\n[instruments.training_staff]\ncost = 1\n')
    with pytest.raises(InputError, match=r"parent\.toml: instruments\.training_staff; .*'soon'"):
        Scenario.load(child)
    write(tmp_path, "parent", '[time]\nend = "2013-12"\n')
    child = write(tmp_path, "child", 'extends = "parent"\n[time]\nstart = "2014-01"\n')
    with pytest.raises(InputError, match=r"child\.toml: time; .*before start"):
        Scenario.load(child)
    good = write(tmp_path, "good", 'extends = "no_programme"\n[skills]\ndecay = 0.1\n')
    assert Scenario.load(good).skills.decay == 0.1


def test_schema_file_is_up_to_date() -> None:
    shipped = json.loads((DIRECTORY / "schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(json_schema()))
    assert set(shipped["properties"]) == set(Scenario.model_fields) - {"name"} | {"extends"}


def test_schema_asks_for_nothing_and_lets_one_key_of_an_instrument_stand_alone() -> None:
    schema = json_schema()
    for name, table in {"": schema, **schema["$defs"]}.items():
        assert "required" not in table, name
        assert table["additionalProperties"] is False, name
    # `oneOf` would refuse a table with a budget alone, which fits every kind.
    kinds = schema["properties"]["instruments"]["additionalProperties"]
    assert set(kinds) == {"anyOf"}
    assert len(kinds["anyOf"]) == len(INSTRUMENTS)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_of_a_shipped_file_is_in_the_schema(name: str) -> None:
    text = (DIRECTORY / f"{name}.toml").read_text(encoding="utf-8")
    assert text.startswith("#:schema schema.json\n")
    schema = json_schema()

    def tables(node: dict[str, Any]) -> list[dict[str, Any]]:
        found = [node] if "properties" in node else []
        for one in (node, *node.get("anyOf", [])):
            if "$ref" in one:
                found += tables(schema["$defs"][one["$ref"].rpartition("/")[2]])
        return found

    content = tomllib.loads(text)
    for path in flat({key: x for key, x in content.items() if key != "instruments"}):
        first, _, rest = path.partition(".")
        node = schema["properties"][first]
        assert not rest or any(rest in table["properties"] for table in tables(node)), path
    kinds = tables(schema["properties"]["instruments"]["additionalProperties"])
    for instrument in content.get("instruments", {}).values():
        assert any(set(instrument) <= set(kind["properties"]) for kind in kinds)


def test_loading_a_scenario_imports_nothing_heavy() -> None:
    heavy = {"numba", "pandas", "networkx", "mesa", "scipy", "matplotlib"}
    code = (
        "import sys; from sim.scenario import Scenario; Scenario.load('document_2014'); "
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


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
