"""Revisions: settings of a programme that hold from a month on.

Names, clauses, funds and starts of instruments cannot be revised: they say what an instrument is,
and a start in the past cannot be undone. Neither can `programme.delay`, which moves starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_serializer

from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.parameters import Section
from sim.programme import Programme
from sim.scenario_files import Layer, closest, keys_of, merge, nested, one_line, quoted

OF_PROGRAMME = ("funding", "only", "without")
"""Keys of `programme` that can be revised."""
FIXED = frozenset({"kind", "title", "clause", "fund", "source", "start"})
"""Keys of instruments that cannot."""
_EXAMPLE = '"instruments.NAME.KEY" or "programme.KEY"'


class Revision(Section):
    """Settings of programme and instruments, by dotted key, that hold from a month (YYYY-MM) on.

    Later revisions come on top of earlier ones. Money is voted at the start of a budget year: a
    revised budget acts from the next new year on, see `sim.timetable`.
    """

    month: str = Field(
        alias="from",
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="first month in which the settings hold",
    )
    set: dict[str, Any] = Field(
        min_length=1, description=f"settings by dotted key, such as {_EXAMPLE}"
    )

    @field_validator("set", mode="before")
    @classmethod
    def _by_dotted_key(cls, given: Any) -> Any:
        """Tables within the table are taken as the dotted keys they stand for."""
        if not isinstance(given, Mapping):
            return given
        content: dict[str, Any] = {}
        for key, value in given.items():
            keys = keys_of(str(key))
            if not keys:
                raise ValueError(f"key {one_line(key)}; allowed: {_EXAMPLE}")
            content = merge(content, nested(keys, value))
        if not content:
            raise ValueError(f"an empty table; allowed: one key or more, such as {_EXAMPLE}")
        return dict(_dotted(content, ()))

    @model_serializer
    def _plain(self) -> dict[str, Any]:
        return {"from": self.month, "set": dict(self.set)}

    @property
    def content(self) -> dict[str, Any]:
        """The settings as nested tables."""
        each = (nested(keys_of(key), value) for key, value in self.set.items())
        return reduce(merge, each, {})


def _dotted(content: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        inside = (*path, quoted(str(key)))
        if isinstance(value, Mapping) and value:
            yield from _dotted(value, inside)
        else:
            yield ".".join(inside), value


def _in_order(revisions: tuple[Revision, ...], info: ValidationInfo) -> tuple[Revision, ...]:
    """Refuse months outside the run (`time` has been validated), out of order or given twice."""
    months = [one.month for one in revisions]
    for before, month in pairwise(months):
        if month_number(month) <= month_number(before):
            raise ValueError(f"{month} after {before}; allowed: months in order, each once")
    if "time" not in info.data:  # it has been refused
        return revisions
    time = info.data["time"]
    for month in months:
        if not month_number(time.start) <= month_number(month) <= month_number(time.end):
            raise ValueError(f"{month}; allowed: a month of the run, {time.start} to {time.end}")
    return revisions


Revisions = Annotated[tuple[Revision, ...], Field(strict=False), AfterValidator(_in_order)]
"""Revisions in the order of their months."""


def stages(
    programme: Programme, instruments: Mapping[str, Any], revisions: Sequence[Revision]
) -> list[tuple[str, Programme, dict[str, Any]]]:
    """Month of each revision, with programme and instruments as they stand from then on."""
    found, held = [], dict(instruments)
    for one in revisions:
        content = one.content
        programme = _revised(programme, content.get("programme", {}))
        for name, table in content.get("instruments", {}).items():
            held = {**held, name: _revised(held[name], table)}
        found.append((one.month, programme, held))
    return found


def _revised[S: Section](section: S, table: Mapping[str, Any]) -> S:
    if not table:
        return section
    return type(section).model_validate(merge(section.model_dump(mode="json"), table))


def checked(scenario: Any, where: str, build: Callable[[list[Layer]], Any]) -> tuple[Revision, ...]:
    """The revisions of a scenario, every value as the declarations have it (2 as 2.0).

    `build` makes a scenario of layers of plain values. Raises its InputError with the place of the
    revision in the key; `where` is the file or setting that holds the revisions.
    """
    include = {"programme", "instruments"}
    plain, found = scenario.model_dump(mode="json", include=include), []
    wrong: list[InputError] = []
    for place, one in enumerate(scenario.revisions):
        try:
            for key, value in one.set.items():
                _can_be_revised(where, key, value, scenario.instruments)
            stage = build([Layer(where, plain), Layer(where, one.content)])
        except InputError as error:
            wrong += (_of_revision(place, each) for each in (error, *error.also))
            continue  # those after it are looked at without it
        plain = stage.model_dump(mode="json", include=include)
        values = {key: _at(plain, keys_of(key)) for key in one.set}
        found.append(one.model_copy(update={"set": values}))
    if wrong:
        wrong[0].also = wrong[1:]
        raise wrong[0]
    return tuple(found)


def _of_revision(place: int, error: InputError) -> InputError:
    key = ".".join(filter(None, (f"revisions.{place}.set", error.key)))
    return InputError(error.where, key, error.given, error.allowed)


def _can_be_revised(where: str, key: str, value: Any, instruments: Mapping[str, Any]) -> None:
    head, *rest = keys_of(key)
    given = value if isinstance(value, int | float) else one_line(value)
    name, field = (*rest, "", "")[:2]
    if head == "programme":
        if len(rest) != 1 or name not in OF_PROGRAMME:
            raise InputError(where, key, given, ", ".join(f"programme.{x}" for x in OF_PROGRAMME))
    elif head != "instruments":
        raise InputError(where, key, given, _EXAMPLE)
    elif name not in instruments:
        allowed = closest(name, list(instruments)) if instruments else "none: there are none"
        raise InputError(where, key, given, f"an instrument of the scenario: {allowed}")
    else:
        keys = sorted(set(type(instruments[name]).model_fields) - FIXED)
        if field not in keys:
            raise InputError(where, key, given, closest(field, keys))


def _at(content: Any, keys: Sequence[str]) -> Any:
    """What stands at a path of nested tables."""
    return reduce(lambda inside, key: inside[key], keys, content)
