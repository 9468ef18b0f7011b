"""Levers: what a planner can move in a plan, each told from the declarations of the scenario.

A lever has a key: the dotted key of the setting it moves, or a word of its own where it scales the
budgets and places of several instruments by one factor. Values are discrete, so that equal choices
are equal plans. Whether a lever can be moved depends on the preset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from sim import terms
from sim.policies import INSTRUMENTS
from sim.programme import _PLACES, CLAUSES, Programme, clauses_of
from sim.view.choice import Plan, Value
from sim.view.plans import changed, preset, preset_values, values_of
from sim.view.words import text

Kind = Literal["number", "factor", "choice", "switch", "clause"]
WITHOUT, ONLY = "programme.without", "programme.only"
WHOLE = "programme"
"""Group of levers that move the programme as a whole; the other groups are clauses."""
_EQUIPMENT = "instruments.equipment_subsidy"
_KINDS = {str(kind.model_fields["kind"].default): kind for kind in INSTRUMENTS}


@dataclass(frozen=True)
class Lever:
    """One lever of a preset.

    `keys` are the settings it moves; `low`, `high` and `step` are in the unit of the setting, and
    `unit` is share, 10k CNY or ratio. `options` are the words of a choice. `unavailable` is a key of
    the catalogue that says why it cannot be moved, or empty.
    """

    key: str
    group: str
    kind: Kind
    keys: tuple[str, ...]
    zh: str
    en: str
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    step: float = 1.0
    options: tuple[str, ...] = ()
    source: str = ""
    unavailable: str = ""

    def label(self, lang: str) -> str:
        """What it is called."""
        return self.zh if lang == "zh" else self.en

    def read(self, plan: Plan, month: str = "") -> Any:
        """Where it stands in a plan, from the start or from a month on."""
        return self._read(values_of(plan, month), plan.preset)

    def preset_value(self, name: str) -> Any:
        """Where it stands in a preset."""
        return self._read(preset_values(name), name)

    def _read(self, values: Mapping[str, Any], name: str) -> Any:
        if self.kind == "clause":
            only = values.get(ONLY) or (self.key,)
            return self.key in only and self.key not in values.get(WITHOUT, ())
        if self.kind != "factor":
            return values.get(self.keys[0]) if self.keys else None
        # A plan from a file may hold its parts at several factors: then the money's mean is told.
        budgets = [key for key in self.keys if ".budget." in key]
        there = sum(preset_values(name)[key] for key in budgets)
        return round(sum(values[key] for key in budgets) / there, 4) if there else None

    def write(self, plan: Plan, value: Any, month: str = "") -> Plan:
        """The plan with the lever moved; a value that cannot be is brought to the nearest that can."""
        if self.unavailable:
            return plan
        return changed(plan, self._settings(plan, self.snapped(value), month), month)

    def _settings(self, plan: Plan, value: Any, month: str) -> dict[str, Value]:
        if self.kind == "clause":
            without = set(values_of(plan, month).get(WITHOUT, ())) - {self.key}
            without |= set() if value else {self.key}
            return {WITHOUT: tuple(code for code in CLAUSES if code in without)}
        if self.kind == "factor":
            return {key: preset_values(plan.preset)[key] * value for key in self.keys}
        return {self.keys[0]: value}

    def snapped(self, value: Any) -> Any:
        """The nearest value that the lever can take."""
        if self.kind in ("switch", "clause"):
            return bool(value)
        if self.kind == "choice":
            return value if value in self.options else self.options[0]
        number = min(self.high, max(self.low, float(value)))
        return round(self.low + round((number - self.low) / self.step) * self.step, 10)


@cache
def levers(name: str) -> tuple[Lever, ...]:
    """Every lever of a preset, group by group."""
    found = [_funding(name)]
    for code in CLAUSES:
        found.append(_clause(name, code))
        found += [one for one in _others(name) if one.group == code]
    return tuple(found)


def lever(name: str, key: str) -> Lever | None:
    """The lever of a preset with this key."""
    return next((one for one in levers(name) if one.key == key), None)


@cache
def _others(name: str) -> tuple[Lever, ...]:
    """Levers of instruments."""
    pay = f"{_EQUIPMENT}."
    rules = get_args(_KINDS["project_grant"].model_fields["allocation"].annotation)
    return (
        _number(name, pay + "rate", "A2", "share", 0.0, 0.3, 0.01),
        _number(name, pay + "cap", "A2", "10k CNY", 100.0, 3000.0, 100.0),
        _factor(name, "equipment_money", "A2", ["equipment_subsidy"]),
        _choice(name, pay + "allocation", "A2", rules),
        _number(name, pay + "in_advance", "A2", "share", 0.0, 1.0, 0.1),
        _factor(name, "visits", "A5", _of_kind(name, "service_platform"), "service_platform"),
        _factor(name, "cloud_vouchers", "A5", ["cloud_vouchers"]),
        _factor(name, "provider_support", "A9", _of_kind(name, "provider_support"), "provider_support"),
        _factor(name, "training", "S2", _of_kind(name, "training"), "training"),
        _factor(name, "demonstrations", "S3", _of_kind(name, "demonstration"), "demonstration"),
        _factor(name, "leasing", "S5", ["leasing_support"]),
        _switch(name, "instruments.evaluation.published", "S6"),
    )  # fmt: skip


def _funding(name: str) -> Lever:
    key = "programme.funding"
    said: Any = Programme.model_fields["funding"].json_schema_extra
    reason = "" if preset(name).instruments else "no_instruments"
    return Lever(
        key, WHOLE, "number", (key,), text("levers.funding", "zh"), text("levers.funding", "en"),
        said["unit"], 0.0, 4.0, 0.25, source=said["source"], unavailable=reason,
    )  # fmt: skip


def _clause(name: str, code: str) -> Lever:
    """Switch of an action or safeguard: its instruments run or do not."""
    scenario, clause = preset(name), CLAUSES[code]
    reason = ""
    if not any(clauses_of(one)[:1] == (code,) for one in scenario.instruments.values()):
        reason = "no_clause"
    elif scenario.programme.only:
        reason = "only"
    return Lever(
        code, code, "clause", (WITHOUT,), clause.zh, clause.en, source=clause.place,
        unavailable=reason,
    )  # fmt: skip


def _number(
    name: str, key: str, group: str, unit: str, low: float, high: float, step: float
) -> Lever:
    return _of_setting(name, key, group, "number", unit, low=low, high=high, step=step)


def _choice(name: str, key: str, group: str, options: Iterable[str]) -> Lever:
    return _of_setting(name, key, group, "choice", "", options=tuple(options))


def _switch(name: str, key: str, group: str) -> Lever:
    return _of_setting(name, key, group, "switch", "")


def _of_setting(
    name: str, key: str, group: str, kind: Kind, unit: str, **more: Any
) -> Lever:  # fmt: skip
    """A lever of one field of an instrument; where the preset has not it, the document's words."""
    _, instrument, field = key.split(".")
    policy = preset(name).instruments.get(instrument)
    told = policy or preset("document_2014").instruments[instrument]
    zh, en = (text(f"levers.{field}", lang, title=_title(told, lang)) for lang in ("zh", "en"))
    return Lever(
        key, group, kind, (key,), zh, en, unit, source=told.source,
        unavailable="" if policy else "no_instrument", **more,
    )  # fmt: skip


def _factor(
    name: str, key: str, group: str, instruments: list[str], kind: str = ""
) -> Lever:  # fmt: skip
    """A lever that scales budgets, and the places they pay for, of one or more instruments."""
    scenario, values = preset(name), preset_values(name)
    there = [one for one in instruments if one in scenario.instruments]
    keys = tuple(
        path
        for one in there
        for path in values
        if path.startswith(f"instruments.{one}.")
        and ("budget" in path.split(".") or path.split(".")[-1] in _PLACES)
        and values[path]
    )
    reason = "" if there else "no_instrument"
    if there and not any(".budget." in path for path in keys):
        reason = "no_money"
    if kind:
        titles = _KINDS[kind].label
    else:
        told = preset("document_2014").instruments[instruments[0]]
        titles = (_title(told, "zh"), _title(told, "en"))
    zh, en = (
        text("levers.factor", lang, title=title)
        for lang, title in zip(("zh", "en"), titles, strict=True)
    )
    sources = dict.fromkeys(scenario.instruments[one].source for one in there)
    return Lever(
        key, group, "factor", keys, zh, en, "ratio", 0.0, 4.0, 0.25,
        source="; ".join(filter(None, sources)), unavailable=reason,
    )  # fmt: skip


def _of_kind(name: str, kind: str) -> list[str]:
    return [key for key, one in preset(name).instruments.items() if one.kind == kind]


def _title(policy: Any, lang: str) -> str:
    return str(getattr(policy.title, lang) or policy.label[0 if lang == "zh" else 1])


def moved(plan: Plan, month: str = "") -> tuple[Lever, ...]:
    """Levers that stand elsewhere than in the preset, or before the revision of a month."""
    rest = Plan(plan.preset) if not month else _before(plan, month)
    return tuple(
        one
        for one in levers(plan.preset)
        if not one.unavailable and one.read(plan, month) != one.read(rest, month)
    )


def _before(plan: Plan, month: str) -> Plan:
    return Plan(
        plan.preset, plan.settings, tuple(one for one in plan.revisions if one.month < month)
    )


def shown(one: Lever, value: Any, lang: str) -> str:
    """A value of a lever in words, with its unit."""
    if value is None:
        return "–"
    if one.kind in ("switch", "clause"):
        return text("levers.on" if value else "levers.off", lang)
    if one.kind == "choice":
        return terms.word(terms.RULES, str(value), lang)
    if one.unit == "share":
        return f"{100 * value:.10g} %"
    if one.unit == "ratio":
        return text("levers.times", lang, value=f"{value:,.10g}")
    return money(value, lang)


def money(amount: float, lang: str) -> str:
    """An amount of 10k CNY as it is read: 4.5亿元, 450m CNY."""
    if lang == "zh":
        large = amount >= 10_000
        return f"{amount / 10_000:.3g} 亿元" if large else f"{amount:,.0f} 万元"
    return f"{amount / 100_000:.3g}bn CNY" if amount >= 100_000 else f"{amount / 100:.3g}m CNY"


def changes(plan: Plan, lang: str) -> str:
    """All that a plan says otherwise than its preset, in one line; empty where there is nothing."""
    told = [summary(plan, lang)]
    told += [
        text("controls.revised", lang, month=one.month, says=summary(plan, lang, one.month))
        for one in plan.revisions
    ]
    return text("levers.join", lang).join(filter(None, told))


def summary(plan: Plan, lang: str, month: str = "") -> str:
    """What is moved in a plan, or revised in it at a month, in one line."""
    told = [
        f"{one.label(lang)} {shown(one, one.read(plan, month), lang)}" for one in moved(plan, month)
    ]
    known = {key for one in moved(plan, month) for key in one.keys}
    settings = plan.settings
    if month:
        settings = next((one.settings for one in plan.revisions if one.month == month), ())
    told += [
        f"{key} = {value}"
        for key, value in settings
        if key not in known and not key.startswith("title.")
    ]
    return text("levers.join", lang).join(told)
