"""Scenario files: broken ones, what they extend, the schema."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import InputError
from sim.parameters import Section
from sim.policies import INSTRUMENTS
from sim.scenario import DIRECTORY, Scenario, json_schema
from sim.scenario_files import flat

NAMES = sorted(path.stem for path in DIRECTORY.glob("*.toml"))


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
