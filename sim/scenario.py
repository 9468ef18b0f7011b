"""Scenarios: frozen, strict, from TOML files that say only what differs from what they extend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, Self, cast

from pydantic import (
    BaseModel,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
)
from pydantic_core import ErrorDetails

from sim.core.errors import InputError
from sim.parameters import (
    Accounts,
    Adoption,
    Finance,
    Governments,
    Information,
    Labour,
    Mechanisms,
    Outcomes,
    Production,
    Productivity,
    Providers,
    Section,
    Skills,
    TechnologyFactors,
)
from sim.policies import INSTRUMENTS, AnyInstrument
from sim.policies.base import Technology, Text
from sim.programme import Programme
from sim.revisions import Revisions, checked
from sim.scenario_files import (
    DIRECTORY,
    Layer,
    closest,
    find,
    flat,
    holds,
    merge,
    parse_setting,
    read,
    toml,
)
from sim.scenario_mistakes import Declared, explain, given_words, same
from sim.scenario_sections import Exogenous, PopulationSettings, Time
from sim.world.tables import TECHNOLOGIES

__all__ = ["DIRECTORY", "Layer", "Scenario", "find", "json_schema", "parse_setting", "read"]

_KINDS = {str(kind.model_fields["kind"].default): kind for kind in INSTRUMENTS}
MOST_PILOTS = 8
"""Instruments that name firms: each has a bit of the firms' column `pilot`."""
_WORDS = {"name", "group", "title", "rationale"}
"""Fields that cannot change a result."""
_PARAMETERS = frozenset({
    "population", "information", "adoption", "finance", "providers", "skills", "production",
    "labour", "productivity", "accounts", "governments", "outcomes", "technology_factors",
})  # fmt: skip
"""Sections of parameters, which may be drawn from a fit."""


Group = Literal[
    "whole", "only", "without", "rates", "funding", "timing", "design", "outside", "outlook",
    "limits", "own",
]  # fmt: skip
"""What a scenario asks about; it orders the list of scenarios."""


class Scenario(Section):
    """Everything that defines a run but its scale and seed."""

    name: str = "scenario"
    group: Group = "own"
    title: Text = Text(zh="", en="")
    rationale: Text = Text(zh="", en="")
    time: Time = Time()
    population: PopulationSettings = PopulationSettings()
    technologies: tuple[Technology, ...] = Field(
        cast(tuple[Technology, ...], TECHNOLOGIES), strict=False
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
    outcomes: Outcomes = Outcomes()
    technology_factors: TechnologyFactors = TechnologyFactors()
    exogenous: Exogenous = Exogenous()
    programme: Programme = Programme()
    instruments: dict[str, AnyInstrument] = Field(default_factory=dict)
    revisions: Revisions = ()
    held: tuple[str, ...] = Field(
        (),
        strict=False,
        description="parameters at the model's own value on purpose, which no draw changes",
    )

    @model_serializer(mode="wrap")
    def _plain(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Where nothing is revised or held there is no word of it."""
        content: dict[str, Any] = handler(self)
        for name in ("revisions", "held"):
            if not getattr(self, name):
                content.pop(name, None)
        return content

    @field_validator("held")
    @classmethod
    def _parameters(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        known = drawable()
        unknown = [key for key in keys if key not in known]
        if unknown:
            raise ValueError(f"{unknown[0]}; allowed: a parameter such as adoption.payback_shift")
        return tuple(sorted(set(keys)))

    @field_validator("technologies")
    @classmethod
    def _once(cls, codes: tuple[Technology, ...]) -> tuple[Technology, ...]:
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} more than once; allowed: each technology once")
        return codes

    @classmethod
    def load(cls, scenario: str | Path, settings: Iterable[str] = ()) -> Scenario:
        """A scenario by name (in scenarios/) or path, with `path=value` settings on top."""
        path = find(scenario)
        return _build(read(path), path.stem, settings, whole=0)

    @classmethod
    def from_dict(
        cls, content: Mapping[str, Any], name: str = "scenario", settings: Iterable[str] = ()
    ) -> Scenario:
        """A scenario from plain values, as `model_dump` gives them."""
        layer = Layer(f"scenario {name}", {k: v for k, v in content.items() if k != "name"})
        return _build([layer], name, settings, whole=1)

    def with_settings(self, settings: Iterable[str]) -> Scenario:
        """The same scenario with `path=value` settings on top."""
        return Scenario.from_dict(self.model_dump(mode="json"), self.name, settings)

    def with_tables(self, tables: Mapping[str, Any], where: str) -> Scenario:
        """The same scenario with nested tables on top, as if they were in its file."""
        below = Layer(f"scenario {self.name}", self.model_dump(mode="json", exclude={"name"}))
        return _build([below, Layer(where, dict(tables))], self.name, (), whole=1)

    def with_draw(self, values: Mapping[str, Any]) -> Scenario:
        """The same scenario with parameters `values` (nested tables) from a posterior.

        What the scenario itself sets, or holds at the model's default, stays as it is.
        """
        changes = {
            key: _left_alone(getattr(self, key), table, self.held, f"{key}.")
            for key, table in values.items()
        }
        sections = {key: getattr(self, key) for key in changes}
        try:
            parts = {
                key: type(one).model_validate(merge(one.model_dump(), changes[key]))
                for key, one in sections.items()
            }
        except ValidationError:
            # The whole says which key it is.
            return Scenario.from_dict(merge(self.model_dump(mode="json"), changes), self.name)
        return self.model_copy(update=parts)

    @cached_property
    def hash(self) -> str:
        """Hash of everything that can change a result (not name, title or rationale)."""
        content = self.model_dump(mode="json", exclude=_WORDS)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other fields; what was worked out of the former ones is not taken over."""
        new = super().model_copy(update=update, deep=deep)
        new.__dict__.pop("hash", None)
        return new

    def diff(self, other: Scenario) -> dict[str, tuple[Any, Any]]:
        """Keys in which two scenarios differ: path -> (mine, the other's)."""
        mine, theirs = _by_path(self), _by_path(other)
        return {
            key: (mine.get(key), theirs.get(key))
            for key in sorted(set(mine) | set(theirs))
            if mine.get(key) != theirs.get(key)
        }

    def to_toml(self) -> str:
        """The whole scenario as TOML; reading it gives the same scenario."""
        # Of a file that says what it holds no other key is held for standing there.
        return toml({"held": [], **self.model_dump(mode="json", exclude={"name"})})

    @staticmethod
    def listing() -> list[Scenario]:
        """Every shipped scenario, by name."""
        return [Scenario.load(path) for path in sorted(DIRECTORY.glob("*.toml"))]


def _build(layers: list[Layer], name: str, settings: Iterable[str], whole: int) -> Scenario:
    """A scenario of layers with settings on top.

    The first `whole` layers have every key: of what stands there nothing is held at the model's
    value. In the other layers, and in the settings, it is on purpose.
    """
    chosen = [settings] if isinstance(settings, str) else settings
    layers = [*layers, *(parse_setting(text) for text in chosen)]
    content: dict[str, Any] = {}
    for layer in layers:
        _known_keys(layer, content)
        content = merge(content, layer.content)
    try:
        scenario = Scenario.model_validate({**content, "name": name})
    except ValidationError as error:
        first = error.errors()[0]
        raise explain(first, _origin(first, layers), content, Declared(Scenario, _KINDS)) from None
    _check_codes(scenario, layers)
    held = _held(scenario, layers[whole:])
    if held:
        held.update(scenario.held)
        scenario = scenario.model_copy(update={"held": tuple(sorted(held))})
    if not scenario.revisions:
        return scenario
    where = next(layer.where for layer in reversed(layers) if "revisions" in layer.content)
    revisions = checked(scenario, where, lambda stage: _build(stage, name, (), len(stage)))
    return scenario.model_copy(update={"revisions": revisions})


def _by_path(scenario: Scenario) -> dict[str, Any]:
    """Every value that can change a result by dotted path; of revisions by month and key."""
    content = scenario.model_dump(mode="json", exclude=_WORDS)
    revised = {one.month: one.set for one in scenario.revisions}
    return flat({**content, "revisions": revised})


def _known_keys(layer: Layer, below: Mapping[str, Any]) -> None:
    """Top-level keys, and that a new instrument has a kind."""
    allowed = sorted(set(Scenario.model_fields) - {"name"})
    for key, value in layer.content.items():
        if key not in allowed:
            raise InputError(layer.where, key, given_words(value), closest(key, allowed))
    instruments = layer.content.get("instruments", {})
    have = below.get("instruments", {})
    if not isinstance(instruments, Mapping) or not isinstance(have, Mapping):
        return
    for key, table in instruments.items():
        if key not in have and not (isinstance(table, Mapping) and "kind" in table):
            allowed_here = f"a table with a kind ({', '.join(_KINDS)})"
            if have:
                allowed_here += f" or an instrument: {closest(key, list(have))}"
            raise InputError(layer.where, f"instruments.{key}", given_words(table), allowed_here)


def _origin(first: ErrorDetails, layers: Sequence[Layer]) -> str:
    """The layer that brought a problem in: without it and those above, the problem is gone.

    Where a key stands would not do: a range turned round has two ends, in two files perhaps.
    """
    for count in range(len(layers) - 1, 0, -1):
        content: dict[str, Any] = {}
        for layer in layers[:count]:
            content = merge(content, layer.content)
        try:
            Scenario.model_validate({**content, "name": "scenario"})
        except ValidationError as error:
            if any(same(one) == same(first) for one in error.errors()):
                continue
        return layers[count].where
    return layers[0].where


def _check_codes(scenario: Scenario, layers: list[Layer]) -> None:
    """Sector and city codes that instruments and shocks name, and instruments that name firms."""
    wanted: list[tuple[list[Any], str, Sequence[str]]] = []
    naming = [key for key, one in scenario.instruments.items() if one.kind == "management_pilot"]
    if len(naming) > MOST_PILOTS:
        where = f"{len(naming)} of kind management_pilot"
        raise InputError(layers[-1].where, "instruments", where, f"{MOST_PILOTS} at most")
    for name, one in scenario.instruments.items():
        wanted.append((["instruments", name, "named_by"], "pilots", one.named_by))
        wanted.append((["instruments", name, "sectors"], "sectors", one.sectors))
        wanted.append((["instruments", name, "cities"], "cities", one.cities))
    for place, shock in enumerate(scenario.exogenous.demand_shocks):
        wanted.append((["exogenous", "demand_shocks", place, "sectors"], "sectors", shock.sectors))
    for place, loss in enumerate(scenario.exogenous.supply_shocks):
        path = ["exogenous", "supply_shocks", place]
        wanted += [
            ([*path, "city"], "cities", [loss.city]),
            ([*path, "sector"], "sectors", [loss.sector]),
        ]
    if not any(codes for _, _, codes in wanted):
        return
    from sim.world.data import load_data  # reads every table, so only where a code is to be checked

    known: dict[str, list[str]] = {kind: list(codes) for kind, codes in load_data().codes.items()}
    known["pilots"] = naming
    for path, kind, codes in wanted:
        for place, code in enumerate(codes):
            if code not in known[kind]:
                where = next((x.where for x in reversed(layers) if holds(x.content, path)), "")
                one_of_many = path[-1] not in ("city", "sector")
                key = ".".join(map(str, (*path, place) if one_of_many else path))
                raise InputError(where, key, given_words(code), closest(code, known[kind]))


def _left_alone(
    section: BaseModel, values: Mapping[str, Any], held: Sequence[str], before: str
) -> dict[str, Any]:
    """Those of `values` (nested tables) whose keys stand at the model's default, and are not held."""
    default, kept = type(section)(), dict[str, Any]()
    for key, value in values.items():
        mine = getattr(section, key)
        if isinstance(value, Mapping):
            kept[key] = _left_alone(mine, value, held, f"{before}{key}.")
        elif mine == getattr(default, key) and before + key not in held:
            kept[key] = value
    return kept


@cache
def drawable() -> dict[str, float]:
    """The model's value of every parameter that a fit may draw, by dotted key."""
    every = flat(Scenario().model_dump(mode="json", include=set(_PARAMETERS)))
    return {key: value for key, value in every.items() if isinstance(value, float)}


def _held(scenario: Scenario, layers: Iterable[Layer]) -> set[str]:
    """Parameters that layers set on purpose to the value that the model has anyway."""
    said = [layer.content for layer in layers if "held" not in layer.content]
    keys = {key for content in said if _PARAMETERS & set(content) for key in flat(content)}
    default = drawable()
    mine = flat(scenario.model_dump(mode="json", include=set(_PARAMETERS))) if keys else {}
    return {key for key in keys if key in default and mine[key] == default[key]}


def json_schema() -> dict[str, Any]:
    """JSON schema of scenario files for editors: nothing is required, `extends` is allowed."""
    schema = Scenario.model_json_schema()
    schema["title"] = "Lianghua scenario"
    schema["properties"].pop("name")
    schema["properties"] = {
        "extends": {"type": "string", "description": "scenario that this one builds on"},
        **schema["properties"],
    }
    # A file may change one key of an instrument whose kind its parent says: then several kinds fit.
    kinds = schema["properties"]["instruments"]["additionalProperties"]
    kinds.pop("discriminator")
    kinds["anyOf"] = kinds.pop("oneOf")
    for table in (schema, *schema.get("$defs", {}).values()):
        table.pop("required", None)
    return schema
