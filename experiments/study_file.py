"""Study files: strict tables of TOML, each problem told in one line that names where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError
from pydantic.json_schema import models_json_schema

from sim.core.errors import InputError
from sim.parameters import Section
from sim.policies.base import Text
from sim.scale import LIMITS, USUAL_SCALE
from sim.scenario_files import Layer, closest, merge, one_line, parse_setting, toml

STUDIES = Path(__file__).with_name("studies")
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
TABLES = (
    "study", "run", "scenarios", "settings", "levers", "uncertainties", "design", "outcomes",
    "search",
)  # fmt: skip
FACTORS = ("levers", "uncertainties")
"""Tables whose keys are dotted keys of scenarios."""


def field(default: Any, allowed: str, **checks: Any) -> Any:
    """A key of a study file; `allowed` says what may stand there, in messages and in the schema."""
    return Field(default, description=allowed, **checks)


# ------------------------------------------------------------------ tables
class Header(Section):
    """What is studied and which question it answers, in Chinese and English."""

    title: Text = field(..., "a table with zh and en")
    question: Text = field(Text(zh="", en=""), "a table with zh and en")


class RunSettings(Section):
    """How every point is run.

    Replicate r has seed `seed` + r at every point, and the draw of the parameters and one of
    `populations` (those of the scenario unless given) that go with it: see `sim.circumstances`.
    """

    scale: float = field(
        USUAL_SCALE, f"a number from {LIMITS[0]:g} to {LIMITS[1]:g}", ge=LIMITS[0], le=LIMITS[1]
    )
    replicates: int = field(10, "a whole number from 1 to 100000", ge=1, le=100_000)
    seed: int = field(1, "a whole number from 0 to 2**62", ge=0, le=2**62)
    until: str | None = field(None, "a month written YYYY-MM", pattern=MONTH)
    check: bool = field(False, "true or false")
    parameters: str = field("posterior", "central, posterior, or the folder of a calibration")
    populations: int | None = field(None, "a whole number from 1 to 1000", ge=1, le=1000)


class ScenarioChoice(Section):
    """Scenarios that the design is crossed with, and the one that differences are against."""

    names: tuple[str, ...] = field(..., "an array of names", min_length=1, strict=False)
    baseline: str | None = field(None, "the name of a scenario")


class FactorRange(Section):
    """What a lever or an uncertainty may be: a range, values, or its prior."""

    low: float | int | None = field(None, "a number", allow_inf_nan=False)
    high: float | int | None = field(None, "a number", allow_inf_nan=False)
    values: tuple[bool | int | float | str | list[str], ...] | None = field(
        None, "an array of values", strict=False
    )
    prior: bool = field(False, "true or false")
    title: Text | None = field(None, "a table with zh and en")


class OutcomeChoice(Section):
    """What is kept: outcomes by name, those of `months` besides, and tables by tier."""

    names: tuple[str, ...] = field(
        ("targets_met", "public_money"), "an array of names", strict=False, min_length=1
    )
    months: tuple[str, ...] = field((), "an array of months written YYYY-MM", strict=False)
    tier: Literal["headline", "detail", "panel"] = field("headline", "headline, detail, panel")
    failure: str = field("", "a condition such as targets_met < 20, or worst 20% of targets_met")


# ------------------------------------------------------------------ designs
Rows = tuple[dict[str, Any], ...]


class Design(Section):
    """What every design may say: `joint` is for levers and uncertainties varied together."""

    joint: bool = field(False, "true or false")


class ListDesign(Design):
    """The rows written here; one row that changes nothing if there are none."""

    method: Literal["list"] = "list"
    rows: Rows = field((), "an array of tables", strict=False)


class TableDesign(Design):
    """The rows of a CSV file, a factor a column; an empty cell leaves the factor as it is."""

    method: Literal["table"] = "table"
    file: str = field(..., "a path of a CSV file, from the study's folder")


class GridDesign(Design):
    """Every combination of the factors' values, `levels` equidistant ones of a range."""

    method: Literal["grid"] = "grid"
    levels: int | None = field(None, "a whole number from 2 to 1000", ge=2, le=1000)
    rows: Rows = field((), "an array of tables", strict=False)


class LatinHypercubeDesign(Design):
    """`points` rows, each factor's range cut into as many strips of equal chance, each hit once."""

    method: Literal["latin_hypercube"] = "latin_hypercube"
    points: int = field(..., "a whole number from 2 to 1000000", ge=2, le=1_000_000)
    rows: Rows = field((), "an array of tables", strict=False)


class SobolDesign(Design):
    """Saltelli's rows for first-order and total indices: `base` times (factors + 2)."""

    method: Literal["sobol"] = "sobol"
    base: int = field(..., "a power of 2 from 2 to 65536", ge=2, le=65536)


class MorrisDesign(Design):
    """`trajectories` times (factors + 1) rows that each change one factor by a step."""

    method: Literal["morris"] = "morris"
    trajectories: int = field(..., "a whole number from 2 to 10000", ge=2, le=10_000)
    levels: int = field(4, "an even number from 4 to 100", ge=4, le=100, multiple_of=2)


class OneAtATimeDesign(Design):
    """A row that changes nothing, then for each factor a row for each end or value, alone."""

    method: Literal["one_at_a_time"] = "one_at_a_time"


class CoalitionsDesign(Design):
    """Every set of `members` (clauses) in force without the others, for Shapley values.

    With `sampled` only the sets met when members join one by one in so many orders.
    """

    method: Literal["coalitions"] = "coalitions"
    members: tuple[str, ...] = field(
        tuple(f"A{number}" for number in range(1, 11)), "an array of clauses", strict=False,
        min_length=1, max_length=16,
    )  # fmt: skip
    sampled: int | None = field(None, "an even number from 2 to 100000", ge=2, multiple_of=2)


DESIGNS: dict[str, type[Design]] = {
    str(one.model_fields["method"].default): one
    for one in (
        ListDesign, GridDesign, LatinHypercubeDesign, SobolDesign, MorrisDesign, OneAtATimeDesign,
        TableDesign, CoalitionsDesign,
    )
}  # fmt: skip


# ------------------------------------------------------------------ the file
@dataclass(frozen=True)
class StudyFile:
    """The plain content of a study, settings on top, and whom to blame for a key.

    `levers` and `uncertainties` are flat: dotted key -> table.
    """

    path: Path
    text: str
    layers: tuple[Layer, ...]
    content: dict[str, Any]

    def error(self, key: str, given: object = None, allowed: object = None) -> InputError:
        """The mistake at a key, told of the layer that last wrote it."""
        for layer in reversed(self.layers):
            keys = _paths(layer.content)
            if any(key == one or key.startswith(f"{one}.") for one in keys) or any(
                one.startswith(f"{key}.") for one in keys
            ):
                return InputError(layer.where, key, given, allowed)
        return InputError(self.path, key, given, allowed)

    def table(self, key: str) -> dict[str, Any]:
        """A top-level table, empty if it is left out."""
        found = self.content.get(key, {})
        if not isinstance(found, Mapping):
            raise self.error(key, given(found), "a table")
        return dict(found)

    def checked[M: BaseModel](self, model: type[M], table: object, key: str) -> M:
        """A table as its model, or an InputError in terms of this file."""
        if not isinstance(table, Mapping):
            raise self.error(key, given(table), "a table")
        try:
            return model.model_validate(dict(table))
        except ValidationError as error:
            first = error.errors()[0]
        place, allowed = _declared(model, first["loc"])
        what = "nothing" if first["type"] == "missing" else given(first["input"])
        if first["type"] == "extra_forbidden":
            what = given(dict(table)[first["loc"][0]]) if len(first["loc"]) == 1 else what
        raise self.error(".".join((key, *place)), what, allowed)


def find_study(name: str | Path) -> Path:
    """The file of a study given by name (in experiments/studies) or by a path ending in .toml."""
    path = Path(name)
    if path.suffix == ".toml":
        return path
    found = STUDIES / f"{name}.toml"
    if "/" in str(name) or "\\" in str(name) or not found.is_file():
        known = sorted(one.stem for one in STUDIES.glob("*.toml"))
        allowed = f"a path ending in .toml or a name: {closest(str(name), known)}"
        raise InputError("study", "", one_line(name), allowed)
    return found


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """A file's text and content; InputError where it is no TOML or cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as error:
        raise InputError(path, "", str(error.strerror), "a readable study file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(path, "", one_line(error), "valid TOML in UTF-8") from None


def read_study(name: str | Path, settings: Iterable[str] = ()) -> StudyFile:
    """A study's file with `path=value` settings of its own keys on top, such as run.replicates=2."""
    path = find_study(name)
    text, content = read_toml(path)
    chosen = [settings] if isinstance(settings, str) else list(settings)
    layers = [Layer(str(path), content), *(parse_setting(one) for one in chosen)]
    merged: dict[str, Any] = {}
    flat_layers = []
    for layer in layers:
        for key, value in layer.content.items():
            if key not in TABLES:
                raise InputError(layer.where, key, given(value), closest(key, TABLES))
        flat = _flat_factors(layer)
        flat_layers.append(Layer(layer.where, flat))
        merged = merge(merged, flat)
    return StudyFile(path, toml(merged) if chosen else text, tuple(flat_layers), merged)


def _flat_factors(layer: Layer) -> dict[str, Any]:
    """A layer's content with levers and uncertainties by dotted key, however they are written."""
    found = dict(layer.content)
    for name in FACTORS:
        if name in found:
            if not isinstance(found[name], Mapping):
                raise InputError(layer.where, name, given(found[name]), "a table")
            found[name] = _leaves(found[name])
    return found


def _leaves(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Dotted key -> table of a factor: the first table down that has a value of its own."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        inner = isinstance(value, Mapping) and value
        if inner and all(isinstance(one, Mapping) for one in value.values()):
            found |= _leaves(value, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = value
    return found


def _paths(content: Mapping[str, Any], before: str = "") -> list[str]:
    found = []
    for key, value in content.items():
        path = f"{before}{key}"
        inner = isinstance(value, Mapping) and value
        found += _paths(value, f"{path}.") if inner else [path]
    return found


def given(value: Any) -> Any:
    """A given value as a message can show it."""
    if isinstance(value, Mapping | BaseModel):
        return "a table"
    return one_line(value) if isinstance(value, str | list | tuple) else value


def _declared(model: type[BaseModel], path: Sequence[Any]) -> tuple[list[str], str]:
    """The key of a problem within a table, and what may stand there."""
    inside: type[BaseModel] | None = model
    place: list[str] = []
    allowed = "a table"
    for part in path:
        if inside is None:
            if isinstance(part, int):
                place.append(str(part))
            continue
        place.append(str(part))
        declared = inside.model_fields.get(str(part))
        if declared is None:
            return place, closest(str(part), sorted(inside.model_fields))
        allowed = declared.description or "a text in quotes"
        within = (declared.annotation, *get_args(declared.annotation))
        sections = (x for x in within if isinstance(x, type) and issubclass(x, BaseModel))
        inside = next(sections, None)
    return place, allowed


# ------------------------------------------------------------------ for editors
def json_schema() -> dict[str, Any]:
    """JSON schema of study files for editors."""
    sections: list[type[BaseModel]] = [
        Header, RunSettings, ScenarioChoice, FactorRange, OutcomeChoice, *DESIGNS.values(),
    ]  # fmt: skip
    _, schema = models_json_schema(
        [(one, "validation") for one in sections],
        ref_template="#/$defs/{model}",
    )
    tables = schema["$defs"]
    designs = {"anyOf": [_refer(one) for one in DESIGNS.values()]}
    for one in DESIGNS.values():
        tables[one.__name__]["properties"]["uncertainties"] = designs
        tables[one.__name__]["required"] = sorted(
            {"method", *tables[one.__name__].get("required", [])}
        )
    free = {"type": "object"}
    # Dotted keys without quotes are tables within tables.
    factors = {"type": "object", "additionalProperties": {"anyOf": [_refer(FactorRange), free]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lianghua study",
        "type": "object",
        "properties": {
            "study": _refer(Header),
            "run": _refer(RunSettings),
            "scenarios": _refer(ScenarioChoice),
            "settings": free,
            "levers": factors,
            "uncertainties": factors,
            "design": designs,
            "outcomes": _refer(OutcomeChoice),
            "search": free,
        },
        "required": ["study", "scenarios"],
        "additionalProperties": False,
        "$defs": tables,
    }


def _refer(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/$defs/{model.__name__}"}
