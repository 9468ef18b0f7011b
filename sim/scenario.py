"""Scenarios: frozen, strict, from TOML files that say only what differs from what they extend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
)
from pydantic_core import ErrorDetails

from sim.core.errors import InputError
from sim.given import settings_of
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
    OWN_FILES,
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
from sim.scenario_own import OwnEconomy, OwnGraph
from sim.scenario_sections import Exogenous, PopulationSettings, Time
from sim.world.tables import TECHNOLOGIES

__all__ = ["DIRECTORY", "Layer", "Scenario", "find", "json_schema", "parse_setting", "read"]

_KINDS = {str(kind.model_fields["kind"].default): kind for kind in INSTRUMENTS}
MOST_PILOTS = 8
"""Instruments that name firms: each has a bit of the firms' column `pilot`."""
_WORDS = {"name", "group", "title", "rationale"}
"""Fields that cannot change a result."""
Setting = str | Layer
"""What is set on top of a scenario: a text `path=value`, or plain values."""
Place = tuple[str | int, ...]
"""Keys and positions that lead to a value."""
_UNHASHED: dict[str, Any] = dict.fromkeys(_WORDS, True) | {key: {"path"} for key in OWN_FILES}
"""What is not hashed: words, and where a file lies, whose content is what counts."""
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
    economy: Annotated[
        OwnEconomy | None,
        BeforeValidator(OwnEconomy.named, json_schema_input_type=str | OwnEconomy),
    ] = None
    supply_graph: Annotated[
        OwnGraph | None, BeforeValidator(OwnGraph.named, json_schema_input_type=str | OwnGraph)
    ] = None
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
        """Without revisions, data of its own or what is held there is no word of them in its hash."""
        content: dict[str, Any] = handler(self)
        for key in ("revisions", "held", *OWN_FILES):
            if not getattr(self, key):
                content.pop(key, None)
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
    def load(cls, scenario: str | Path, settings: Iterable[Setting] = ()) -> Scenario:
        """A scenario by name (in scenarios/) or path, with settings on top.

        A setting is a text `path=value`, or a layer of plain values. Sectors and cities are words
        until the scenario is bound to a province: see `check_names`.
        """
        path = find(scenario)
        return _build(read(path), path.stem, settings, whole=0)

    @classmethod
    def from_dict(
        cls, content: Mapping[str, Any], name: str = "scenario", settings: Iterable[Setting] = ()
    ) -> Scenario:
        """A scenario from plain values: all of them, as `model_dump` gives them, or some.

        Of some, what stands at the model's value is held there, as in a file.
        """
        if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
            allowed = "a table: a mapping with texts as keys"
            raise InputError(f"scenario {name}", "", content, allowed)
        layer = Layer(f"scenario {name}", {k: v for k, v in content.items() if k != "name"})
        return _build([layer], name, settings, whole=int(set(content) >= _PARAMETERS))

    def with_settings(self, settings: Iterable[Setting]) -> Scenario:
        """The same scenario with settings on top."""
        return self._handing_on(
            Scenario.from_dict(self.model_dump(mode="json"), self.name, settings)
        )

    def with_own(self, economy: Any = None, supply_graph: Any = None) -> Scenario:
        """The same scenario on an economy or supply graph of the user's: an object, or a file's path.

        Raises InputError for whatever is neither.
        """
        update: dict[str, Any] = {}
        if economy is not None:
            update["economy"] = OwnEconomy.of(economy)
        if supply_graph is not None:
            update["supply_graph"] = OwnGraph.of(supply_graph)
        return self.model_copy(update=update) if update else self

    def own(self) -> tuple[Any, Any]:
        """The economy and the supply graph of the user's, each None where there is none.

        Raises InputError where a file is gone or was changed since its hash was taken.
        """
        economy, graph = (getattr(self, key) for key in OWN_FILES)
        return economy and economy.open(), graph and graph.open()

    def _handing_on(self, new: Scenario) -> Scenario:
        """A scenario made of this one's values, with what values do not hold.

        These are the objects of the user's, and where this one's names of sectors and cities stand.
        """
        there = f"scenario {self.name}"
        new.__dict__["origins"] = {
            path: self.origins.get(path, where) if where == there else where
            for path, where in new.origins.items()
        }
        for key in OWN_FILES:
            if getattr(self, key) is not None:
                getattr(self, key).hand_on(getattr(new, key))
        return new

    def with_tables(self, tables: Mapping[str, Any], where: str) -> Scenario:
        """The same scenario with nested tables on top, as if they were in its file."""
        below = Layer(f"scenario {self.name}", self.model_dump(mode="json", exclude={"name"}))
        return self._handing_on(_build([below, Layer(where, dict(tables))], self.name, (), whole=1))

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
    def origins(self) -> Mapping[Place, str]:
        """The file or setting that names a sector or city, by path, so that errors can say it."""
        return {}

    def check_names(self, codes: Mapping[str, Collection[str]] | None = None) -> Self:
        """This scenario, if every sector and city that it names is one of a province's.

        `codes` are the words of the province under "sectors" and "cities", without them those of
        Zhejiang's tables and of the scenario's own economy. Raises InputError with file or setting,
        key, given, allowed.
        """
        wanted, own = list(names_of(self)), codes is not None or self.economy is not None
        if not wanted:
            return self
        if codes is None:
            from sim.world.data import load_data  # reads every table, so only where it is needed

            codes = load_data().codes
            if self.economy is not None:
                codes = codes | {"sectors": self.economy.open().codes}
        wrong = [one for one in wanted if one.word not in codes[one.kind]]
        if wrong:
            first, *also = (
                _unknown_name(self, wrong[place:], list(codes[one.kind]), own)
                for place, one in enumerate(wrong)
            )
            first.also = also
            raise first
        return self

    @cached_property
    def hash(self) -> str:
        """Hash of everything that can change a result (not name, title or rationale)."""
        content = self.model_dump(mode="json", exclude=_UNHASHED)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other fields; what was worked out of the former ones is not taken over."""
        new = super().model_copy(update=update, deep=deep)
        new.__dict__.pop("hash", None)
        if {"instruments", "revisions", "exogenous"} & set(update or ()):
            new.__dict__.pop("origins", None)
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


def _build(layers: list[Layer], name: str, settings: Iterable[Setting], whole: int) -> Scenario:
    """A scenario of layers with settings on top.

    The first `whole` layers have every key: of what stands there nothing is held at the model's
    value. In the other layers, and in the settings, it is on purpose.
    """
    layers = [*layers, *map(_layer, settings_of(settings))]
    content: dict[str, Any] = {}
    for layer in layers:
        _known_keys(layer, content)
        content = merge(content, layer.content)
    try:
        scenario = Scenario.model_validate({**content, "name": name})
    except ValidationError as error:
        raise _explained(error.errors(), layers, content) from None
    _check_pilots(scenario, layers)
    held = _held(scenario, layers[whole:])
    if held:
        held.update(scenario.held)
        scenario = scenario.model_copy(update={"held": tuple(sorted(held))})
    if scenario.revisions:
        where = next(layer.where for layer in reversed(layers) if "revisions" in layer.content)
        revisions = checked(scenario, where, lambda stage: _build(stage, name, (), len(stage)))
        scenario = scenario.model_copy(update={"revisions": revisions})
    scenario.__dict__["origins"] = {
        one.path: _where(one.path, layers) for one in names_of(scenario)
    }
    return scenario


def _layer(setting: Any) -> Layer:
    """A setting as a layer; InputError for what is none."""
    if isinstance(setting, Layer):
        return setting
    if not isinstance(setting, str):
        raise InputError("settings", "", setting, "texts such as adoption.reviews_per_year=1")
    return parse_setting(setting)


def _explained(
    wrong: Sequence[ErrorDetails], layers: Sequence[Layer], content: Mapping[str, Any]
) -> InputError:
    """The first of problems, with the layer that brought it in, and the others as if from there."""
    where, declared = _origin(wrong[0], layers), Declared(Scenario, _KINDS)
    first = explain(wrong[0], where, content, declared)
    first.also = (explain(one, where, content, declared) for one in wrong[1:])
    return first


def _where(path: Place, layers: Sequence[Layer]) -> str:
    """The last file or setting that holds a value at a path."""
    # Revisions hold dotted keys, so the layer that has any revisions is theirs.
    inside = path[:1] if path[0] == "revisions" else path
    found = (one.where for one in reversed(layers) if holds(one.content, inside))
    return next(found, layers[0].where)


def _by_path(scenario: Scenario) -> dict[str, Any]:
    """Every value that can change a result by dotted path; of revisions by month and key."""
    content = scenario.model_dump(mode="json", exclude=_UNHASHED)
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
            new = f"a new one: a table with a kind ({', '.join(_KINDS)})"
            # An instrument misspelt is likelier than a new one.
            allowed_here = f"{closest(key, list(have))}, or {new}" if have else new
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


class Name(NamedTuple):
    """A sector or city that a scenario names: where, of which kind ("sectors", "cities"), which."""

    path: Place
    kind: str
    word: str


def names_of(scenario: Scenario) -> Iterator[Name]:
    """Every sector and city that instruments, revisions and shocks name."""

    def listed(path: Place, kind: str, words: Any) -> Iterator[Name]:
        return (Name((*path, place), kind, word) for place, word in enumerate(words))

    for name, one in scenario.instruments.items():
        for field, kind in one.names.items():
            yield from listed(("instruments", name, field), kind, getattr(one, field))
    for place, revision in enumerate(scenario.revisions):
        for name, table in revision.content.get("instruments", {}).items():
            inside = ("revisions", place, "set", "instruments", name)
            for field, kind in scenario.instruments[name].names.items():
                yield from listed((*inside, field), kind, table.get(field, ()))
    for place, shock in enumerate(scenario.exogenous.demand_shocks):
        above = ("exogenous", "demand_shocks", place, "sectors")
        yield from listed(above, "sectors", shock.sectors)
    for place, loss in enumerate(scenario.exogenous.supply_shocks):
        yield Name(("exogenous", "supply_shocks", place, "city"), "cities", loss.city)
        yield Name(("exogenous", "supply_shocks", place, "sector"), "sectors", loss.sector)


def _unknown_name(
    scenario: Scenario, wrong: Sequence[Name], known: list[str], own: bool
) -> InputError:
    """The first of names that a province does not know; `own` if it may not be Zhejiang's."""
    path, kind, word = wrong[0]
    key = ".".join(map(str, path))
    where = scenario.origins.get(path, f"scenario {scenario.name}")
    allowed = closest(word, known)
    if own:
        lists = (
            ".".join(map(str, one.path[:-1])) for one in wrong if isinstance(one.path[-1], int)
        )
        keys = ", ".join(dict.fromkeys(lists))
        allowed += f" ({kind} of this run)"
        allowed += f"; name some of them, or none as [], in {keys}" if keys else ""
    return InputError(where, key, given_words(word), allowed)


def _check_pilots(scenario: Scenario, layers: list[Layer]) -> None:
    """Instruments that name firms: not too many, and those that others ask for are there."""
    naming = [key for key, one in scenario.instruments.items() if one.kind == "management_pilot"]
    if len(naming) > MOST_PILOTS:
        where = f"{len(naming)} of kind management_pilot"
        raise InputError(layers[-1].where, "instruments", where, f"{MOST_PILOTS} at most")
    for name, one in scenario.instruments.items():
        path = ("instruments", name, "named_by")
        for place, word in enumerate(one.named_by):
            if word not in naming:
                where, key = _where((*path, place), layers), ".".join((*path, str(place)))
                raise InputError(where, key, given_words(word), closest(word, naming))


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
