"""Scenarios: frozen, strict, from TOML files that say only what differs from what they extend."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, Field, ValidationError, model_validator

from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.parameters import (
    Accounts,
    Adoption,
    Finance,
    Governments,
    Information,
    Labour,
    Mechanisms,
    Production,
    Productivity,
    Providers,
    Section,
    Skills,
)
from sim.policies import AnyInstrument
from sim.policies.base import Technology, Text
from sim.world.tables import TECHNOLOGIES

DIRECTORY = Path(__file__).resolve().parent.parent / "scenarios"
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


class Time(Section):
    """First and last month of a run."""

    start: str = Field("2012-01", pattern=_MONTH)
    end: str = Field("2017-12", pattern=_MONTH)

    @model_validator(mode="after")
    def _ordered(self) -> Time:
        if month_number(self.end) < month_number(self.start):
            raise ValueError(f"end {self.end} lies before start {self.start}")
        if month_number(self.start) < month_number("2010-01") or (
            month_number(self.end) > month_number("2045-12")
        ):
            raise ValueError("a run lies between 2010-01 and 2045-12")
        return self


class PopulationSettings(Section):
    """The synthetic population; `seed` is its own, apart from the run's."""

    seed: int = Field(1, ge=0, le=2**31)
    below_scale_rows: int = Field(10_000, ge=100, le=1_000_000)
    initial_adoption: float = Field(1.0, ge=0, le=10)
    initial_awareness: float = Field(1.0, ge=0, le=10)


class DemandShock(Section):
    """Final demand times `factor` from `start` to `end`, in `sectors` (empty: all)."""

    start: str = Field(pattern=_MONTH)
    end: str = Field(pattern=_MONTH)
    factor: float = Field(ge=0, le=10)
    sectors: list[str] = Field(default_factory=list)


class Exogenous(Section):
    """Shifts of the paths from outside; `frozen` holds every path at its first month's value."""

    frozen: bool = False
    wage_growth_shift: float = Field(0.0, ge=-0.2, le=0.5)
    minimum_wage_factor: float = Field(1.0, ge=0, le=10)
    robot_price_factor: float = Field(1.0, ge=0.01, le=10)
    demand_shocks: list[DemandShock] = Field(default_factory=list)


class Scenario(Section):
    """Everything that defines a run but its scale and seed."""

    name: str = "scenario"
    title: Text = Text(zh="", en="")
    rationale: Text = Text(zh="", en="")
    time: Time = Time()
    population: PopulationSettings = PopulationSettings()
    technologies: list[Technology] = Field(
        default_factory=lambda: cast(list[Technology], list(TECHNOLOGIES))
    )
    mechanisms: Mechanisms = Mechanisms()
    information: Information = Information()
    adoption: Adoption = Adoption()
    finance: Finance = Finance()
    providers: Providers = Providers()
    skills: Skills = Skills()
    production: Production = Production()
    labour: Labour = Labour()
    productivity: Productivity = Productivity()
    accounts: Accounts = Accounts()
    governments: Governments = Governments()
    exogenous: Exogenous = Exogenous()
    instruments: dict[str, AnyInstrument] = Field(default_factory=dict)

    @classmethod
    def load(cls, scenario: str | Path, settings: Iterable[str] = ()) -> Scenario:
        """A scenario by name (in scenarios/) or path, with `path=value` settings on top."""
        path = find(scenario)
        return _build(read(path), path.stem, settings)

    @classmethod
    def from_dict(
        cls, content: Mapping[str, Any], name: str = "scenario", settings: Iterable[str] = ()
    ) -> Scenario:
        """A scenario from plain values, as `model_dump` gives them."""
        layer = Layer(f"scenario {name}", {k: v for k, v in content.items() if k != "name"})
        return _build([layer], name, settings)

    def with_settings(self, settings: Iterable[str]) -> Scenario:
        """The same scenario with `path=value` settings on top."""
        return Scenario.from_dict(self.model_dump(mode="json"), self.name, settings)

    @property
    def hash(self) -> str:
        """Hash of everything that can change a result (not name, title or rationale)."""
        content = self.model_dump(mode="json", exclude={"name", "title", "rationale"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def diff(self, other: Scenario) -> dict[str, tuple[Any, Any]]:
        """Keys in which two scenarios differ: path -> (mine, the other's)."""
        skip = {"name", "title", "rationale"}
        mine = _flat(self.model_dump(mode="json", exclude=skip))
        theirs = _flat(other.model_dump(mode="json", exclude=skip))
        return {
            key: (mine.get(key), theirs.get(key))
            for key in sorted(set(mine) | set(theirs))
            if mine.get(key) != theirs.get(key)
        }

    def to_toml(self) -> str:
        """The whole scenario as TOML; reading it gives the same scenario."""
        content = self.model_dump(mode="json", exclude={"name"})
        return "\n".join(_toml_table(content, ())).strip() + "\n"

    @staticmethod
    def listing() -> list[Scenario]:
        """Every shipped scenario, by name."""
        return [Scenario.load(path) for path in sorted(DIRECTORY.glob("*.toml"))]


@dataclass(frozen=True)
class Layer:
    """One file's (or one setting's) content, kept apart so that errors name their source."""

    where: str
    content: dict[str, Any]


def find(scenario: str | Path) -> Path:
    """The file of a scenario given by name or path."""
    text = str(scenario)
    path = Path(text)
    if path.suffix == ".toml":
        return path
    found = DIRECTORY / f"{text}.toml"
    if "/" in text or "\\" in text or not found.is_file():
        names = sorted(p.stem for p in DIRECTORY.glob("*.toml"))
        close = difflib.get_close_matches(text, names, 3) or names
        raise InputError("scenario", "", text, f"a path ending in .toml or {', '.join(close)}")
    return found


def read(path: Path, seen: Sequence[Path] = ()) -> list[Layer]:
    """The layers of a file, the most distant ancestor first."""
    whole = path.resolve()
    if whole in seen:
        chain = " -> ".join(p.stem for p in (*seen, whole))
        raise InputError(path, "extends", chain, "a chain without a circle")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(path, "", str(error.strerror), "a readable scenario file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(path, "", str(error), "valid TOML in UTF-8") from None
    parent = content.pop("extends", None)
    layers: list[Layer] = []
    if parent is not None:
        if not isinstance(parent, str):
            raise InputError(path, "extends", parent, "a name or path of a scenario")
        beside = path.parent / f"{parent}.toml"
        if parent.endswith(".toml"):
            above = path.parent / parent
        else:
            above = beside if beside.is_file() else find(parent)
        layers = read(above, (*seen, whole))
    return [*layers, Layer(str(path), content)]


def parse_setting(text: str) -> Layer:
    """A `path=value` setting; the value is TOML, or a bare word taken as text."""
    path, equals, value = text.partition("=")
    keys = [key.strip() for key in path.split(".")]
    if not equals or not all(keys):
        raise InputError("--set", "", text, "path=value, such as adoption.reviews_per_year=1")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    content: Any = parsed
    for key in reversed(keys):
        content = {key: content}
    return Layer(f"--set {text}", content)


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merge key by key; everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(old, Mapping)
        merged[key] = merge(cast(Mapping[str, Any], old), value) if both else value
    return merged


def _build(layers: list[Layer], name: str, settings: Iterable[str]) -> Scenario:
    layers = [*layers, *(parse_setting(text) for text in settings)]
    content: dict[str, Any] = {}
    for layer in layers:
        _known_keys(layer, content)
        content = merge(content, layer.content)
    try:
        scenario = Scenario.model_validate({**content, "name": name})
    except ValidationError as error:
        raise _explain(error, layers) from None
    _check_codes(scenario, layers)
    return scenario


def _known_keys(layer: Layer, below: Mapping[str, Any]) -> None:
    """Top-level keys and instrument kinds are checked by layer, so that the file is named."""
    allowed = sorted(set(Scenario.model_fields) - {"name"})
    for key in layer.content:
        if key not in allowed:
            raise InputError(layer.where, key, None, _suggest(key, allowed))
    instruments = layer.content.get("instruments", {})
    if isinstance(instruments, Mapping):
        have = cast(Mapping[str, Any], below.get("instruments", {}))
        for key, table in instruments.items():
            if key not in have and not (isinstance(table, Mapping) and "kind" in table):
                raise InputError(
                    layer.where, f"instruments.{key}", None,
                    "a table with a kind, or " + (", ".join(have) or "no other name here"),
                )  # fmt: skip


def _suggest(key: str, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, allowed, 2)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return hint + ", ".join(allowed)


def _explain(error: ValidationError, layers: list[Layer]) -> InputError:
    """The first problem, with the layer it comes from."""
    first = error.errors()[0]
    location = list(first["loc"])
    if location and location[0] == "instruments" and len(location) > 2:
        # pydantic puts the kind of the union's member between name and field.
        del location[2]
    path = ".".join(str(part) for part in location)
    where = next((x.where for x in reversed(layers) if _holds(x.content, location)), None)
    if where is None:
        where = next(
            (x.where for x in reversed(layers) if _holds(x.content, location[:-1])),
            layers[-1].where,
        )
    given = None if isinstance(first["input"], Mapping) else first["input"]
    if first["type"] == "extra_forbidden":
        allowed: object = _suggest(str(location[-1]), _siblings(location))
        given = None
    elif first["type"] == "value_error":
        return InputError(where, path, None, first["msg"].removeprefix("Value error, "))
    else:
        allowed = first["msg"][0].lower() + first["msg"][1:]
        bounds = _bounds(location)
        if bounds:
            allowed = bounds
    return InputError(where, path, given, allowed)


def _holds(content: Any, path: Sequence[Any]) -> bool:
    for part in path:
        if (isinstance(content, Mapping) and part in content) or (
            isinstance(content, list) and isinstance(part, int) and part < len(content)
        ):
            content = content[part]
        else:
            return False
    return True


def _section(path: Sequence[Any]) -> type[BaseModel] | None:
    """The declared section that holds the last key of a path outside instruments."""
    section: Any = Scenario
    for part in path[:-1]:
        found = section.model_fields.get(part) if hasattr(section, "model_fields") else None
        section = found.annotation if found is not None else None
        if section is None or not isinstance(section, type) or not issubclass(section, BaseModel):
            return None
    return cast(type[BaseModel], section)


def _siblings(path: Sequence[Any]) -> list[str]:
    if path and path[0] == "instruments":
        from sim.policies import INSTRUMENTS

        return sorted({name for kind in INSTRUMENTS for name in kind.model_fields})
    section = _section(path)
    return sorted(section.model_fields) if section is not None else []


def _bounds(path: Sequence[Any]) -> str | None:
    section = _section(path)
    field = section.model_fields.get(path[-1]) if section is not None else None
    if field is None:
        return None
    low = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    if low is None or high is None:
        return None
    unit = (field.json_schema_extra or {}).get("unit") if isinstance(
        field.json_schema_extra, dict
    ) else None  # fmt: skip
    return f"a number from {low:g} to {high:g}" + (f" ({unit})" if unit else "")


def _check_codes(scenario: Scenario, layers: list[Layer]) -> None:
    """Sector and city codes that instruments and shocks name."""
    from sim.world.data import load_data

    wanted: list[tuple[list[Any], str, list[str]]] = []
    for name, one in scenario.instruments.items():
        wanted.append((["instruments", name, "sectors"], "sectors", one.sectors))
        wanted.append((["instruments", name, "cities"], "cities", one.cities))
    for place, shock in enumerate(scenario.exogenous.demand_shocks):
        path = ["exogenous", "demand_shocks", place, "sectors"]
        wanted.append((path, "sectors", shock.sectors))
    if not any(codes for _, _, codes in wanted):
        return
    known = load_data().codes
    for path, kind, codes in wanted:
        for code in codes:
            if code not in known[kind]:
                where = next((x.where for x in reversed(layers) if _holds(x.content, path)), "")
                raise InputError(
                    where, ".".join(map(str, path)), code, _suggest(code, list(known[kind]))
                )


def _flat(content: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in content.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{path}.")
        else:
            flat[path] = value
    return flat


def _toml_table(content: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    plain = {k: v for k, v in content.items() if not isinstance(v, Mapping)}
    lines = [f"\n[{'.'.join(path)}]"] if path and (plain or not content) else []
    lines += [f"{_toml_key(key)} = {_toml_value(value)}" for key, value in plain.items()]
    for key, value in content.items():
        if isinstance(value, Mapping):
            lines += _toml_table(value, (*path, _toml_key(key)))
    return lines


def _toml_key(key: str) -> str:
    bare = key.replace("_", "").replace("-", "").isalnum() and key.isascii()
    return key if bare else json.dumps(key, ensure_ascii=False)


def _toml_value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_toml_key(k)} = {_toml_value(v)}" for k, v in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def json_schema() -> dict[str, Any]:
    """JSON schema of scenario files for editors: nothing is required, `extends` is allowed."""
    schema = Scenario.model_json_schema()
    schema["title"] = "Lianghua scenario"
    schema["properties"].pop("name")
    schema["properties"] = {
        "extends": {"type": "string", "description": "scenario that this one builds on"},
        **schema["properties"],
    }
    for table in (schema, *schema.get("$defs", {}).values()):
        table.pop("required", None)
    return schema
