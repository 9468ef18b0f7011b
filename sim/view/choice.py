"""What a person has chosen: a plan, the plans it is compared with, and how the page looks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sim.policies.base import Text
from sim.scenario import Layer, Scenario
from sim.scenario_files import keys_of, merge, nested, toml_value
from sim.view.words import LANGUAGES, text

Value = float | int | str | bool | tuple[str, ...]
Settings = tuple[tuple[str, Value], ...]
"""Dotted keys of a scenario and their values, sorted by key."""

TITLES = ("title.zh", "title.en")
"""Settings that hold the name a person gave to a plan; they cannot change a result."""
MOST_SAVED = 4
"""Plans that a page keeps for comparison."""


@dataclass(frozen=True)
class Revision:
    """Settings that hold from a month (YYYY-MM) on."""

    month: str
    settings: Settings


@dataclass(frozen=True)
class Plan:
    """A shipped scenario, what is set otherwise from the start, and what is revised on the way."""

    preset: str = "document_2014"
    settings: Settings = ()
    revisions: tuple[Revision, ...] = ()

    @property
    def changed(self) -> bool:
        """Does it say anything else than its preset, whatever it is called?"""
        return bool(self.revisions) or any(key not in TITLES for key, _ in self.settings)

    def scenario(self) -> Scenario:
        """The scenario it stands for; raises InputError if it cannot be."""
        return scenario_of(self)


@dataclass(frozen=True)
class Choice:
    """All that a page shows, as it stands in its address."""

    plan: Plan = field(default_factory=Plan)
    saved: tuple[Plan, ...] = ()
    baseline: str = "no_programme"
    lang: str = "zh"
    month: str = ""
    """Month that the page looks at; empty for the last."""
    panel: str = "adoption"
    large: bool = False
    """Large type, for a projector."""


@lru_cache(maxsize=64)
def scenario_of(plan: Plan) -> Scenario:
    """The scenario of a plan, made once; what it has in common with its preset is the preset's.

    A plan that was changed says so in its title, and in its rationale what was changed.
    """
    made = Scenario.load(plan.preset, _layers(titled(plan))).check_names()
    if plan == Plan(plan.preset):
        return made
    preset = scenario_of(Plan(plan.preset))
    if plan.changed:
        from sim.view.levers import changes  # levers are told from scenarios

        zh, en = (
            text(
                "copying.changes", lang, title=getattr(preset.title, lang), said=changes(plan, lang)
            )
            for lang in LANGUAGES
        )
        made = made.model_copy(update={"rationale": Text(zh=zh, en=en)})
    return _sharing(made, preset)


def titled(plan: Plan) -> Plan:
    """The plan with its title among its settings: the name it was given, else that it was changed.

    A preset as it stands keeps its own title, and nothing is set.
    """
    if not plan.changed or TITLES[0] in dict(plan.settings):
        return plan
    preset = scenario_of(Plan(plan.preset)).title
    named = (
        (key, text("copying.changed", lang, title=getattr(preset, lang)))
        for key, lang in zip(TITLES, LANGUAGES, strict=True)
    )
    return replace(plan, settings=tuple(sorted([*plan.settings, *named])))


def _sharing(made: Scenario, preset: Scenario) -> Scenario:
    """The same scenario in a few kB, not 0.15 MB: a server keeps one for each plan of a room."""
    parts = {name: getattr(preset, name) for name in Scenario.model_fields}
    same = {name: part for name, part in parts.items() if getattr(made, name) == part}
    instruments = {
        name: preset.instruments[name] if preset.instruments.get(name) == one else one
        for name, one in made.instruments.items()
    }
    return made.model_copy(update={**same, "instruments": instruments})


def _layers(plan: Plan) -> list[Layer]:
    """What a plan sets otherwise than its preset, in one layer: looked at once, however much it is."""
    content = _tables(plan.settings)
    if plan.revisions:
        content["revisions"] = [
            {"from": one.month, "set": _tables(one.settings)} for one in plan.revisions
        ]
    return [Layer("plan", content)] if content else []


def _tables(settings: Settings) -> dict[str, Any]:
    """Settings as nested tables of plain values."""
    content: dict[str, Any] = {}
    for key, value in settings:
        plain = list(value) if isinstance(value, tuple) else value
        content = merge(content, nested(keys_of(key), plain))
    return content


def setting_lines(plan: Plan) -> list[str]:
    """What a plan sets otherwise than its preset, each as `key=value`."""
    lines = [toml_line(key, value) for key, value in plan.settings]
    if plan.revisions:
        tables = [{"from": one.month, "set": dict(one.settings)} for one in plan.revisions]
        lines.append(f"revisions={toml_value(tables)}")
    return lines


def toml_line(key: str, value: Value) -> str:
    """`key=value` as a setting of a scenario takes it."""
    return f"{key}={toml_value(value)}"
