"""Changing a scenario by dotted keys.

Besides the keys of a scenario file a factor may be `instruments.NAME.funding` or
`clauses.CODE.funding`: it multiplies the budgets, and the places they pay for, of one instrument
or of all instruments whose first clause is CODE. A number in a key counts the entries of an array
(`exogenous.demand_shocks.0.factor`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sim.programme import CLAUSES
from sim.scenario import Scenario
from sim.scenario_files import alike

FUNDING = "funding"
"""Last part of a key that multiplies money."""
PAID_FOR = ("places", "platforms")
"""What a budget pays for; it grows with the budget, as under `programme.funding`."""
FIXED = ("name", "group", "title", "rationale", "time", "revisions")
"""Parts of a scenario that a factor cannot change: words, the months all runs share, revisions."""
_FEW = 40
"""As many keys are listed in a message."""
CODES = ("sectors", "goods_sectors", "cities", "named_by", "city", "sector")
"""Keys that hold codes, which only a whole scenario can check."""


@dataclass(frozen=True)
class Start:
    """A scenario that factors change, and its plain content."""

    scenario: Scenario
    content: Mapping[str, Any]

    @classmethod
    def of(cls, scenario: Scenario) -> Start:
        """A scenario with its content."""
        return cls(scenario, scenario.model_dump(mode="json"))


def changed(start: Start, values: Mapping[str, Any]) -> Scenario:
    """The scenario with factors set: what they touch is validated, the rest is as it was.

    Validating a part takes a tenth of the time of the whole; where a part is refused, or holds
    codes, the whole is validated, which raises the InputError. The result is the same.
    """
    content, whole = with_values(start.content, values), start.scenario
    paths = [key.split(".") for key in values]
    if any(path[-1] in CODES or path[0] == "technologies" for path in paths):
        return Scenario.from_dict(content, whole.name).check_names()
    money = [name for key in values if _paid(key) for name in _funded(content, key)]
    named = dict.fromkeys([*money, *(path[1] for path in paths if path[0] == "instruments")])
    sections = dict.fromkeys(path[0] for path in paths if path[0] not in ("instruments", "clauses"))
    try:
        parts: dict[str, Any] = {
            name: type(getattr(whole, name)).model_validate(content[name]) for name in sections
        }
        instruments = {
            name: type(whole.instruments[name]).model_validate(content["instruments"][name])
            for name in named
        }
    except ValidationError:
        return Scenario.from_dict(content, whole.name)
    if instruments:
        parts["instruments"] = {**whole.instruments, **instruments}
    return whole.model_copy(update=parts)


def with_values(content: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario's plain content with factors set; only what they touch is copied."""
    found = dict(content)
    money = {key: one for key, one in values.items() if key.endswith(f".{FUNDING}") and _paid(key)}
    for key, value in values.items():
        if key not in money:
            plain = list(value) if isinstance(value, tuple) else value
            found = _placed(found, key.split("."), plain)
    for key, ratio in money.items():
        for name in _funded(found, key):
            table = _more_money(found["instruments"][name], ratio)
            found = _placed(found, ["instruments", name], table)
    return found


def nearest(key: str, allowed: Sequence[str]) -> str:
    """The allowed keys most like the one given, and all of them if they are few."""
    close = alike(key, allowed, 3)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return hint + (", ".join(allowed) if len(allowed) <= _FEW else f"one of {len(allowed)} keys")


def _paid(key: str) -> bool:
    parts = key.split(".")
    return len(parts) == 3 and parts[0] in ("instruments", "clauses")


def _placed(inside: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(inside, list | tuple):
        items = list(inside)
        items[int(head)] = _placed(items[int(head)], rest, value)
        return items
    return {**inside, head: _placed(inside[head] if rest else None, rest, value)}


def _funded(content: Mapping[str, Any], key: str) -> list[str]:
    """Instruments whose money a key multiplies."""
    where, name, _ = key.split(".")
    instruments = content["instruments"]
    if where == "instruments":
        return [name] if name in instruments else []
    return [one for one, table in instruments.items() if _first_clause(table) == name]


def _first_clause(table: Mapping[str, Any]) -> str:
    return str(table["clause"]).partition(",")[0].strip()


def _more_money(table: Mapping[str, Any], ratio: float) -> dict[str, Any]:
    budget = {year: ratio * amount for year, amount in table["budget"].items()}
    grown = {name: ratio * table[name] for name in PAID_FOR if name in table}
    return {**table, "budget": budget, **grown}


def current(content: Mapping[str, Any], key: str) -> tuple[bool, Any]:
    """Whether a scenario has a key, and its value there (1.0 for a multiplier of money)."""
    if key.endswith(f".{FUNDING}") and _paid(key):
        return bool(_funded(content, key)), 1.0
    inside: Any = content
    for part in key.split("."):
        if isinstance(inside, Mapping) and part in inside:
            inside = inside[part]
        elif isinstance(inside, list | tuple) and part.isdigit() and int(part) < len(inside):
            inside = inside[int(part)]
        else:
            return False, None
    return True, inside


def siblings(content: Mapping[str, Any], key: str) -> str:
    """What may stand where a key leaves a scenario, the likeliest first."""
    parts, inside = key.split("."), content
    if parts[0] == "clauses":
        codes = dict.fromkeys(map(_first_clause, content["instruments"].values()))
        return nearest(key, [f"clauses.{code}.{FUNDING}" for code in CLAUSES if code in codes])
    for place, part in enumerate(parts):
        if isinstance(inside, Mapping) and part in inside:
            inside = inside[part]
            continue
        before = ".".join(parts[:place])
        if isinstance(inside, Mapping):
            known = [one for one in inside if place or one not in FIXED]
            known += [FUNDING] if before.count(".") == 1 and parts[0] == "instruments" else []
            names = [f"{before}.{one}" if before else one for one in known]
            return (
                nearest(".".join(parts[: place + 1]), names) if names else f"nothing under {before}"
            )
        return f"an entry of {before}" if isinstance(inside, list | tuple) else f"{before} alone"
    return "one of its keys: " + ", ".join(inside)
