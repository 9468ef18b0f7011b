"""A choice as the query of an address, short and readable, and back.

`p` preset, `s` settings, `r` revisions, `c` a saved plan (repeated), `b` baseline, `l` language,
`m` month, `v` panel, `g` large type. Only what differs from a fresh page is said:
`p=core_programme&s=programme.funding:2,training:1.5&r=2015-06~instruments.equipment_subsidy.rate:0.2`.
Settings are `key:value` with commas between; a key is a dotted key of the scenario or a lever that
scales several; items of a list have dots between; revisions are `month~settings` with stars between,
and a saved plan is preset, settings and revisions with stars between.

Reading never fails: what cannot be used is left out and told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus

from sim.core.clock import month_name, month_number
from sim.core.errors import InputError
from sim.view import plans
from sim.view.choice import MOST_SAVED, TITLES, Choice, Plan, Settings, Value
from sim.view.levers import lever, levers
from sim.view.words import LANGUAGES, text
from sim.view.worker import go_on

LONGEST = 8000
"""Characters of a query; browsers and messengers carry as many."""
MOST_FIELDS = 40
LOOKS = 4
"""Times that a plan is looked at as a whole: for values that cannot be, for those that cannot be
together, once more for these, and whether it can be run."""
NAME = "name"
"""Key that stands for the name a person gave to a plan."""
_SAFE = ":,*~.-_"
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,20})?(e-?\d{1,3})?", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_FIELDS = "psrcblmvg"


@dataclass
class _Problems:
    """What could not be used, in words."""

    lang: str
    told: list[str] = field(default_factory=list)
    settings_left: int = plans.MOST_SETTINGS
    """Settings that may still be read, of all plans together."""

    def tell(self, key: str, given: object, allowed: str) -> None:
        told = text(
            "address.problem", self.lang, where=_short(key), given=_short(given), allowed=allowed
        )
        if told not in self.told and len(self.told) < 20:
            self.told.append(told)

    def say(self, key: str, **values: object) -> str:
        return text(f"address.{key}", self.lang, **values)


def panels() -> frozenset[str]:
    """Names of the panels there are."""
    folder = Path(__file__).parent / "panels"
    found = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    return frozenset((found - {"shared"}) | {Choice().panel})


# ---------------------------------------------------------------- writing
def encode(choice: Choice) -> str:
    """The query of a choice, without its question mark; empty for a fresh page."""
    fresh = Choice()
    plan = choice.plan
    pairs = [("p", plan.preset if plan.preset != fresh.plan.preset else "")]
    pairs += [("s", _settings(plan)), ("r", _revisions(plan))]
    pairs += [("c", "*".join([one.preset, _settings(one), _revisions(one)]).rstrip("*"))
              for one in choice.saved]  # fmt: skip
    pairs += [
        (key, value if value != standard else "")
        for key, value, standard in (
            ("b", choice.baseline, fresh.baseline),
            ("l", choice.lang, fresh.lang),
            ("m", choice.month, fresh.month),
            ("v", choice.panel, fresh.panel),
        )
    ]
    pairs.append(("g", "1" if choice.large else ""))
    return "&".join(f"{key}={quote(value, safe=_SAFE)}" for key, value in pairs if value)


def _settings(plan: Plan, month: str = "") -> str:
    """Settings from the start or of a month's revision, those that a lever stands for by its key."""
    mine = _of_month(plan, month)
    told = [f"{NAME}:{mine[TITLES[0]]}"] if TITLES[0] in mine else []
    left = {key: value for key, value in mine.items() if key not in TITLES}
    for one in levers(plan.preset):
        here = {key: left[key] for key in one.keys if key in left}
        if one.kind != "factor" or not here:
            continue
        value = one.read(plan, month)
        bare = plans.changed(_without(plan, month, here), {}, month)
        written = _of_month(one.write(bare, value, month), month)
        if (
            value == one.snapped(value)
            and {k: written.get(k) for k in one.keys if k in written} == here
        ):
            told.append(f"{one.key}:{_value(value)}")
            left = {key: value for key, value in left.items() if key not in here}
    return ",".join([*told, *(f"{key}:{_value(value)}" for key, value in left.items())])


def _of_month(plan: Plan, month: str) -> dict[str, Value]:
    if not month:
        return dict(plan.settings)
    return next((dict(one.settings) for one in plan.revisions if one.month == month), {})


def _without(plan: Plan, month: str, keys: Collection[str]) -> Plan:
    def kept(settings: Settings) -> Settings:
        return tuple(pair for pair in settings if pair[0] not in keys)

    if not month:
        return replace(plan, settings=kept(plan.settings))
    revised = (
        replace(one, settings=kept(one.settings)) if one.month == month else one
        for one in plan.revisions
    )
    return replace(plan, revisions=tuple(one for one in revised if one.settings))


def _revisions(plan: Plan) -> str:
    return "*".join(f"{one.month}~{_settings(plan, one.month)}" for one in plan.revisions)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        short = f"{value:.12g}".replace("e+", "e")
        return short if float(short) == value else repr(value).replace("e+", "e")
    return ".".join(value) if isinstance(value, tuple) else str(value)


# ---------------------------------------------------------------- reading
def decode(
    query: str | None, known: Collection[str] | None = None, others: Collection[str] = ()
) -> tuple[Choice, list[str]]:
    """The choice of a query, with or without its question mark, and what could not be used.

    `known` are the panels there are; fields named in `others` belong to somebody else.
    """
    told = _Problems(Choice().lang)
    fields = _fields((query or "").removeprefix("?"), others, told)
    choice = _looks(fields, frozenset(known) if known is not None else panels(), told)
    name = _one_of(fields, "p", Choice().plan.preset, plans.presets(), told)
    parts = [_first(fields, "s", told), *_first(fields, "r", told).split("*")]
    saved = []
    for place, code in enumerate(fields.get("c", [])):
        if place >= MOST_SAVED:
            told.tell("c", code, told.say("saved", most=MOST_SAVED))
            break
        head, *rest = code.split("*")
        if head not in plans.presets():
            told.tell("c", head, _listed(plans.presets()))
            continue
        saved.append(_plan(head, rest or [""], told))
    return replace(choice, plan=_plan(name, parts, told), saved=tuple(saved)), told.told


def has_plans(query: str | None) -> bool:
    """Does an address hold settings, revisions or saved plans, which take work to read?"""
    if len(query or "") > LONGEST:  # nothing of it is read
        return False
    keys = (part.partition("=")[0] for part in (query or "").removeprefix("?").split("&"))
    return any(unquote_plus(key) in ("s", "r", "c") for key in keys)


def without_plans(query: str | None) -> str:
    """The address without them: preset, baseline, and how the page looks."""
    parts = (query or "").removeprefix("?").split("&")
    return "&".join(part for part in parts if not has_plans(part))


def _fields(query: str, others: Collection[str], told: _Problems) -> dict[str, list[str]]:
    """Values by field, in order; the language is read first, so that problems are told in it."""
    if len(query) > LONGEST:
        told.tell("", told.say("characters", count=len(query)), told.say("longest", most=LONGEST))
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        told.tell("", query, told.say("fields", most=MOST_FIELDS))
        return {}
    langs = [value for key, value in pairs if key == "l" and value in LANGUAGES]
    told.lang = langs[0] if langs else told.lang
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        if key in _FIELDS and len(key) == 1:
            found.setdefault(key, []).append(value)
        elif key not in others:
            told.tell(key, value, ", ".join(_FIELDS))
    return found


def _first(fields: dict[str, list[str]], key: str, told: _Problems) -> str:
    values = fields.get(key, [""])
    for value in values[1:]:
        told.tell(key, value, told.say("once"))
    return values[0]


def _one_of(
    fields: dict[str, list[str]], key: str, standard: str, allowed: Collection[str], told: _Problems
) -> str:
    value = _first(fields, key, told)
    if not value:
        return standard
    if value in allowed:
        return value
    told.tell(key, value, _listed(allowed))
    return standard


def _looks(fields: dict[str, list[str]], known: Collection[str], told: _Problems) -> Choice:
    """All of a choice but its plans."""
    fresh = Choice()
    month = _first(fields, "m", told)
    if month and not _is_month(month, plans.START):
        told.tell("m", month, told.say("months", first=plans.START, last=plans.END))
        month = ""
    return Choice(
        baseline=_one_of(fields, "b", fresh.baseline, plans.presets(), told),
        lang=_one_of(fields, "l", fresh.lang, LANGUAGES, told),
        month=month,
        panel=_one_of(fields, "v", fresh.panel, sorted(known), told),
        large=_one_of(fields, "g", "0", ("0", "1"), told) == "1",
    )


def _is_month(month: str, first: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month, re.ASCII)) and (
        first <= month <= plans.END
    )


def _plan(name: str, parts: list[str], told: _Problems) -> Plan:
    """A plan of a preset from its settings and the codes of its revisions."""
    plan = _set(Plan(name), parts[0], "", told)
    second = month_name(month_number(plans.START) + 1)
    seen: set[str] = set()
    for code in sorted(filter(None, parts[1:]), key=lambda one: one.partition("~")[0]):
        month, _, settings = code.partition("~")
        if not _is_month(month, second):
            told.tell("r", month, told.say("months", first=second, last=plans.END))
        elif month in seen:
            told.tell("r", month, told.say("once"))
        elif len(seen) >= plans.MOST_REVISIONS:
            told.tell("r", month, told.say("revisions", most=plans.MOST_REVISIONS))
        else:
            seen.add(month)
            plan = _set(plan, settings, month, told)
    return _sound(plan, told)


def _set(plan: Plan, code: str, month: str, told: _Problems) -> Plan:
    """A plan with the settings of a code, from the start or from a month on."""
    seen: set[str] = set()
    for key, value in _pairs(code, told):
        if key in seen:
            told.tell(key, value, told.say("once"))
            continue
        seen.add(key)
        one = lever(plan.preset, key)
        if key == NAME and not month:
            plan = plans.named(plan, value)
        elif one is not None and one.kind == "factor" and not one.unavailable:
            number = _number(value)
            if number is None or number != one.snapped(number):
                told.tell(key, value, told.say("range", low=_value(one.low), high=_value(one.high),
                                               step=_value(one.step)))  # fmt: skip
            else:
                plan = one.write(plan, number, month)
        elif plans.holdable(plan.preset, key, month):
            read = _typed(plan.preset, key, value, told)
            plan = plan if read is None else plans.changed(plan, {key: read}, month)
        else:
            told.tell(key, value, told.say("keys", preset=plan.preset))
    return plan


def _pairs(code: str, told: _Problems) -> Iterator[tuple[str, str]]:
    items = [one for one in code.split(",") if one]
    if len(items) > told.settings_left:
        told.tell("s", len(items), told.say("settings", most=plans.MOST_SETTINGS))
    items = items[: told.settings_left]
    told.settings_left -= len(items)
    for item in items:
        key, colon, value = item.partition(":")
        if colon:
            yield key, value
        else:
            told.tell("s", item, told.say("pair"))


def _number(value: str) -> float | None:
    number = float(value) if _NUMBER.fullmatch(value) else math.inf
    return number if math.isfinite(number) else None


def _typed(name: str, key: str, value: str, told: _Problems) -> Value | None:
    """A value of the type that the preset has at a key; None where it is another."""
    there = plans.preset_values(name).get(key, 0.0)
    read: Value | None = None
    if isinstance(there, bool):
        read, allowed = {"true": True, "false": False}.get(value), "true, false"
    elif isinstance(there, int):
        number = _number(value)
        read = int(number) if number is not None and number == int(number) else None
        allowed = told.say("whole")
    elif isinstance(there, float):
        read, allowed = _number(value), told.say("number")
    elif isinstance(there, list):
        words = value.split(".") if value else []
        good = len(words) <= 40 and all(_WORD.fullmatch(word) for word in words)
        read, allowed = (tuple(words) if good else None), told.say("words")
    else:
        read, allowed = (value if _WORD.fullmatch(value) else None), told.say("word")
    if read is None:
        told.tell(key, value, allowed)
    return read


def _sound(plan: Plan, told: _Problems) -> Plan:
    """The plan without settings that the scenario refuses, each told.

    All that one look finds is left out at once; where a few looks do not mend a plan, its preset is
    what can be had.
    """
    seen: set[tuple[str, str]] = set()
    for _ in range(LOOKS):
        go_on()
        found = plans.problems(plan)
        if not found:
            return plan
        for month, problems in groupby(found, itemgetter(0)):
            plan = _without_wrong(plan, month, [error for _, error in problems], seen, told)
    told.tell("s", len(plan.settings), told.say("settled"))
    return Plan(plan.preset)


def _without_wrong(
    plan: Plan, month: str, errors: list[InputError], seen: set[tuple[str, str]], told: _Problems
) -> Plan:
    """The plan without those settings of a month that problems name.

    Of settings that are wrong together the first is left out, and if that is not enough all of them;
    `seen` are months and keys of problems of former looks.
    """
    settings, left_out = _of_month(plan, month), set[str]()
    for error in errors:
        bad = [key for key in settings if _touch(key, error.key)]
        if not bad:
            # Where the message names none of them, they are wrong together.
            told.tell(error.key, error.given, str(error.allowed or ""))
            left_out |= set(settings)
            continue
        for key in bad if (month, error.key) in seen else bad[:1]:
            if key not in left_out:
                told.tell(key, _value(settings[key]), str(error.allowed or error.given or ""))
                left_out.add(key)
    seen |= {(month, error.key) for error in errors}
    return _without(plan, month, left_out)


def _touch(key: str, other: str) -> bool:
    """Is one key the other, or does one hold the other? Positions in a list count as its key."""
    return key == other or key.startswith(f"{other}.") or other.startswith(f"{key}.")


def _listed(allowed: Iterable[str]) -> str:
    words = list(allowed)
    return ", ".join(words[:12]) + (" …" if len(words) > 12 else "")


def _short(given: object) -> str:
    """What was given, on one line, short and printable."""
    kept = "".join(c if c.isprintable() else "�" for c in str(given))
    return kept if len(kept) <= 60 else kept[:57] + "…"
