"""What a person has chosen: a plan, the plans it is compared with, and how the page looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from sim.scenario import Scenario
from sim.scenario_files import toml_value

Value = float | int | str | bool | tuple[str, ...]
Settings = tuple[tuple[str, Value], ...]
"""Dotted keys of a scenario and their values, sorted by key."""

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
    """The scenario of a plan, made once; what it has in common with its preset is the preset's."""
    made = Scenario.load(plan.preset, setting_lines(plan)).check_names()
    return made if plan == Plan(plan.preset) else _sharing(made, scenario_of(Plan(plan.preset)))


def _sharing(made: Scenario, preset: Scenario) -> Scenario:
    """The same scenario in a few kB, not 0.15 MB: a server keeps one for each plan of a room."""
    parts = {name: getattr(preset, name) for name in Scenario.model_fields}
    same = {name: part for name, part in parts.items() if getattr(made, name) == part}
    instruments = {
        name: preset.instruments[name] if preset.instruments.get(name) == one else one
        for name, one in made.instruments.items()
    }
    return made.model_copy(update={**same, "instruments": instruments})


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
