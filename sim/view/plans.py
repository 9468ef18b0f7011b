"""Plans as values: what holds in them at a month, and plans changed, named and told apart."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from sim.core.errors import InputError
from sim.revisions import FIXED, OF_PROGRAMME
from sim.scenario import DIRECTORY, Scenario, drawable
from sim.scenario_files import flat
from sim.view.choice import TITLES, Plan, Revision, Settings, Value, titled

GROUPS = (
    "whole", "funding", "rates", "design", "timing", "outside", "only", "without", "limits",
)  # fmt: skip
"""Groups of presets, in the order of the list."""
START, END = "2012-01", "2017-12"
"""First and last month of every run that the page compares."""
LONGEST_NAME = 60
_NOT_IN_NAMES = set(",:*~=&#%+<>\"'\\{}")


@dataclass(frozen=True)
class Preset:
    """What the list of presets says of one."""

    name: str
    group: str
    title: Mapping[str, str]
    rationale: Mapping[str, str]


@cache
def presets() -> dict[str, Preset]:
    """The presets that the page can run and compare, by name, in the order of the list."""
    found = []
    for path in sorted(DIRECTORY.glob("*.toml")):
        own = _content(path.stem)
        span = _inherited(path.stem)
        if own["group"] in GROUPS and (span.get("start", START), span.get("end", END)) == (
            START,
            END,
        ):
            found.append(Preset(path.stem, own["group"], own["title"], own["rationale"]))
    found.sort(key=lambda one: GROUPS.index(one.group))
    return {one.name: one for one in found}


@cache
def _content(name: str) -> dict[str, Any]:
    """A shipped file's own content; reading and checking whole scenarios would take seconds."""
    return tomllib.loads((DIRECTORY / f"{name}.toml").read_text(encoding="utf-8"))


def _inherited(name: str) -> dict[str, str]:
    """First and last month that a shipped file or what it extends says."""
    own = _content(name)
    above = _inherited(own["extends"]) if "extends" in own else {}
    return {**above, **own.get("time", {})}


@cache
def preset(name: str) -> Scenario:
    """A shipped scenario by name, read once."""
    return Scenario.load(name)


@cache
def preset_values(name: str) -> Mapping[str, Any]:
    """Dotted key -> plain value of all that a shipped scenario sets."""
    return flat(preset(name).model_dump(mode="json"))


def plain(value: Any) -> Any:
    """A value as a plan holds it: lists as tuples."""
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=64)
def values_of(plan: Plan, month: str = "") -> Mapping[str, Any]:
    """What holds in a plan from `month` on; without a month, from the start.

    Every lever asks for it whenever the page is drawn: it is put together once, and read-only.
    """
    found = {key: plain(value) for key, value in preset_values(plan.preset).items()}
    found |= dict(plan.settings)
    for one in plan.revisions:
        if month and one.month <= month:
            found |= dict(one.settings)
    return MappingProxyType(found)


def changed(plan: Plan, new: Mapping[str, Value], month: str = "") -> Plan:
    """The plan with other values, from the start or, as a revision, from `month` on.

    What says the same as what holds anyway is left out, so that equal plans are equal values. A
    parameter that would be drawn stays: set to the preset's own value it is not drawn.
    """
    if not month:
        drawn, preset_has = _drawn(plan.preset), values_of(Plan(plan.preset))
        said = {key: value for key, value in preset_has.items() if key not in drawn}
        return replace(plan, settings=_kept(dict(plan.settings) | dict(new), said))
    mine = next((one.settings for one in plan.revisions if one.month == month), ())
    below = values_of(
        replace(plan, revisions=tuple(one for one in plan.revisions if one.month < month)), month
    )
    return with_revision(plan, Revision(month, _kept(dict(mine) | dict(new), below)))


@cache
def _drawn(name: str) -> frozenset[str]:
    """Parameters of a preset that runs draw from a fit: at the model's value, and not held there."""
    has = preset_values(name)
    there = {key for key, value in drawable().items() if has.get(key) == value}
    return frozenset(there - set(preset(name).held))


def _kept(settings: Mapping[str, Value], below: Mapping[str, Any]) -> Settings:
    """Settings that differ from what is below them, in order."""
    return tuple(
        (key, value)
        for key, value in sorted(settings.items())
        if key not in below or below[key] != value
    )


def with_revision(plan: Plan, revision: Revision) -> Plan:
    """The plan with a revision in its place, instead of that of the same month; none if empty."""
    others = [one for one in plan.revisions if one.month != revision.month]
    mine = [revision] if revision.settings else []
    return replace(plan, revisions=tuple(sorted([*others, *mine], key=lambda one: one.month)))


def without_revision(plan: Plan, month: str) -> Plan:
    """The plan without what is revised at a month."""
    return with_revision(plan, Revision(month, ()))


def name_of(plan: Plan) -> str:
    """The name that a person gave to a plan; empty if none."""
    return str(dict(plan.settings).get(TITLES[0], ""))


def title_of(plan: Plan, lang: str) -> str:
    """What a plan is called: its name, its preset's title, or that and that it was changed."""
    given = dict(titled(plan).settings).get(f"title.{lang}")
    return str(given) if given else presets()[plan.preset].title[lang]


def named(plan: Plan, name: str) -> Plan:
    """The plan with a name (in both languages), or without one."""
    bare = tuple(pair for pair in plan.settings if pair[0] not in TITLES)
    cleaned = clean_name(name)
    titles = [(key, cleaned) for key in TITLES] if cleaned else []
    return replace(plan, settings=tuple(sorted([*bare, *titles])))


def clean_name(name: str) -> str:
    """A name with what can stand in an address and on a chart, of bounded length."""
    kept = "".join(c if c.isprintable() and c not in _NOT_IN_NAMES else " " for c in name)
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1].rstrip() + "…"


def same(one: Plan, other: Plan) -> bool:
    """Do two plans say the same, whatever they are called?"""
    return named(one, "") == named(other, "")


def free_name(lang: str, taken: Iterable[str]) -> str:
    """A name for a plan that is saved without one: the first letter that is free."""
    word, used = ("方案" if lang == "zh" else "Plan "), set(taken)
    return next(name for letter in "ABCDEFGHIJ" if (name := word + letter) not in used)


MOST_SETTINGS, MOST_REVISIONS = 1_000, 12
"""Settings of a plan from the start or of one revision, and revisions of a plan."""
_BARRED = ("name", "group", "time", "technologies", "rationale", "title", "population.seed",
           "population.below_scale_rows", "exogenous.demand_shocks", "exogenous.supply_shocks")  # fmt: skip
"""What a plan cannot move: months that all runs share, what makes runs large, lists of tables."""
_WHAT_IT_IS = FIXED - {"fund", "start"}
"""Fields that say what an instrument is."""


def holdable(name: str, key: str, month: str = "") -> bool:
    """Can a plan of this preset set a key, from the start or as a revision from a month on?

    Later on the programme's money, clauses and instruments can change, but nothing else.
    """
    parts = key.split(".")
    if month and not (
        (parts[0] == "programme" and parts[-1] in OF_PROGRAMME)
        or (parts[0] == "instruments" and len(parts) > 2 and parts[2] not in FIXED)
    ):
        return False
    if any(key == one or key.startswith(f"{one}.") for one in _BARRED):
        return False
    if parts[0] == "instruments" and len(parts) > 2:
        if parts[2] in _WHAT_IT_IS:
            return False
        if len(parts) == 4 and parts[2] == "budget":
            known = parts[1] in preset(name).instruments
            return known and len(parts[3]) == 4 and parts[3].isascii() and parts[3].isdigit()
    value = preset_values(name).get(key)
    return key in preset_values(name) and (
        not isinstance(value, list) or all(isinstance(one, str) for one in value)
    )


def problems(plan: Plan) -> list[tuple[str, InputError]]:
    """What one look finds wrong with a plan: the month it holds from ("" from the start), and what.

    Where a value cannot be, what it must agree with is not looked at yet; empty if all is well.
    """
    try:
        plan.scenario()
    except InputError as error:
        return [_of_month(plan, one) for one in (error, *error.also)]
    return []


def _of_month(plan: Plan, error: InputError) -> tuple[str, InputError]:
    found = _REVISED.fullmatch(error.key)
    if found is None or int(found[1]) >= len(plan.revisions):
        return "", error
    month = plan.revisions[int(found[1])].month
    return month, InputError(error.where, found[2], error.given, error.allowed)


_REVISED = re.compile(r"revisions\.(\d+)(?:\.set)?\.?(.*)", re.DOTALL)
"""Key of a problem in a revision: its place, and the setting."""
