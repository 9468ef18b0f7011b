"""What is wrong with a scenario, in one line: key, what was given, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sim.core.errors import InputError
from sim.scenario_files import closest, one_line


@dataclass(frozen=True)
class Declared:
    """What scenarios may hold: their class, and the class of each kind of instrument."""

    scenario: type[BaseModel]
    kinds: Mapping[str, type[BaseModel]]


def given_words(value: Any) -> Any:
    """A given value as a message can show it."""
    if isinstance(value, Mapping | BaseModel):
        return "a table"
    return one_line(value) if isinstance(value, str | list | tuple | date | time) else value


def same(one: ErrorDetails) -> tuple[Any, ...]:
    """What makes two problems the same, whatever else stands around them."""
    return one["loc"], one["type"], one["msg"], repr(given_words(one["input"]))


def explain(
    first: ErrorDetails, where: str, content: Mapping[str, Any], declared: Declared
) -> InputError:
    """A problem as one line: key, what was given, what is allowed."""
    path, kind, context = list(first["loc"]), first["type"], first.get("ctx", {})
    if path[:1] == ["instruments"] and len(path) > 2:
        # pydantic puts the kind of the union's member between name and field.
        del path[2]
    given = None if kind == "missing" else given_words(first["input"])
    if kind == "union_tag_invalid":
        path, given = [*path, "kind"], context["tag"]
    key = ".".join(str(part) for part in path)
    if kind == "value_error":
        problem, _, allowed = first["msg"].removeprefix("Value error, ").partition("; allowed: ")
        return InputError(where, key, problem, allowed or None)
    return InputError(where, key, given, _allowed(first, path, content, declared))


def _allowed(
    first: ErrorDetails, path: Sequence[Any], content: Mapping[str, Any], declared: Declared
) -> str:
    """What may stand at a path, as the declarations say."""
    kind = first["type"]
    section, field = _declared(path, content, declared)
    if kind == "extra_forbidden":
        fields = section.model_fields if section else {}
        return closest(str(path[-1]), sorted(one.alias or key for key, one in fields.items()))
    if kind in ("literal_error", "union_tag_invalid"):
        expected = first["ctx"].get("expected") or first["ctx"]["expected_tags"]
        given = first["ctx"].get("tag", first["input"])
        words = re.findall(r"'([^']*)'", expected)
        return closest(given, [word for word in words if word])
    if kind == "string_pattern_mismatch":
        return "a month written YYYY-MM"
    shape = kind.removesuffix("_type").removesuffix("_parsing")
    if shape in _SHAPES:
        return _SHAPES[shape]
    if shape in ("int", "float", "finite_number") or kind.startswith(("greater", "less")):
        whole = shape == "int" or (field is not None and field.annotation is int)
        return ("a whole number" if whole else "a number") + _bounds(field)
    return first["msg"][0].lower() + first["msg"][1:]


_SHAPES = {
    "bool": "true or false", "list": "an array", "tuple": "an array", "string": "a text in quotes",
    "dict": "a table", "model": "a table", "model_attributes": "a table", "missing": "a value",
    "union_tag_not_found": "a table",
}  # fmt: skip


def _declared(
    path: Sequence[Any], content: Mapping[str, Any], declared: Declared
) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The section that holds the last key of a path, and that key's declaration."""
    holder: type[BaseModel] | None = None
    inside: type[BaseModel] | None = declared.scenario
    field: FieldInfo | None = None
    for place, part in enumerate(path):
        if isinstance(part, int):
            continue
        holder = inside
        if place == 1 and path[0] == "instruments":
            table = content["instruments"][part]
            inside = (
                declared.kinds.get(str(table.get("kind"))) if isinstance(table, Mapping) else None
            )
            continue
        if holder is None:
            break
        field = holder.model_fields.get(part)
        annotation = field.annotation if field is not None else None
        within = (annotation, *get_args(annotation))
        sections = (x for x in within if isinstance(x, type) and issubclass(x, BaseModel))
        inside = next(sections, None)
    return holder, field


def _bounds(field: FieldInfo | None) -> str:
    """The range of a number and its unit: " from 0 to 1 (share)"."""
    if field is None:
        return ""
    ends = {
        name: f"{getattr(mark, name):.10g}"
        for mark in field.metadata
        for name in ("ge", "gt", "le", "lt")
        if getattr(mark, name, None) is not None
    }
    low = f" from {ends['ge']}" if "ge" in ends else f" above {ends['gt']}" if "gt" in ends else ""
    high = f" to {ends['le']}" if "le" in ends else f" below {ends['lt']}" if "lt" in ends else ""
    extra = field.json_schema_extra
    unit = extra.get("unit", "1") if isinstance(extra, dict) else "1"
    return low + high + (f" ({unit})" if unit != "1" else "")
