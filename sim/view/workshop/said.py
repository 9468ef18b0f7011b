"""What a team has set, in words: a few phrases in the order of what moves most money."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.policies import INSTRUMENTS
from sim.programme import CLAUSES, clauses_of
from sim.scenario import Scenario
from sim.terms import RULES, word
from sim.view.choice import Plan, Settings, scenario_of
from sim.view.numbers import plain
from sim.view.words import text
from sim.view.workshop.limits import YEARS
from sim.view.workshop.moves import WITHOUT, budget_key
from sim.view.workshop.state import Rules

_BUDGET = re.compile(r"instruments\.(\w+)\.budget\.(\d{4})")
_LABELS = {str(kind.model_fields["kind"].default): kind.label for kind in INSTRUMENTS}


class Words:
    """Texts of the room in a language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, key: str, **values: object) -> str:
        return text(f"workshop.{key}", self.lang, **values)


def phrases(rules: Rules, settings: Settings, lang: str) -> list[str]:
    """Settings in words, unescaped: the whole programme, actions, instruments, other fields.

    Budgets of all instruments of an action that are scaled alike are one phrase.
    """
    preset = scenario_of(Plan(rules.preset))
    left = dict(settings)
    said = []
    if (funding := left.pop("programme.funding", None)) is not None:
        said.append(text("workshop.setting_funding", lang, value=f"{funding:.10g}"))
    without = left.pop(WITHOUT, None)
    if isinstance(without, tuple) and without:
        names = ("、" if lang == "zh" else ", ").join(action(code, lang) for code in without)
        said.append(text("workshop.setting_without", lang, value=names))
    said += _actions(preset, left, lang)
    said += _budgets(preset, left, lang)
    said += [_other(preset, key, value, lang) for key, value in left.items() if not _implied(key)]
    return said


def sentence(rules: Rules, settings: Settings, lang: str, most: int = 6) -> str:
    """The first phrases in one line, and how many more there are."""
    said = phrases(rules, settings, lang)
    shown = said[:most]
    if len(said) > most:
        shown.append(text("workshop.more_settings", lang, count=len(said) - most))
    return text("workshop.join_settings", lang).join(shown)


def action(code: str, lang: str) -> str:
    """An action's code and heading."""
    clause = CLAUSES.get(code)
    return f"{code} {clause.zh if lang == 'zh' else clause.en}" if clause else code


def title(policy: Any, lang: str) -> str:
    """What an instrument is called."""
    return str(getattr(policy.title, lang) or _LABELS[policy.kind][0 if lang == "zh" else 1])


def factors(preset: Scenario, settings: Mapping[str, Any]) -> dict[tuple[str, int], float]:
    """(action, year) -> factor, where every budget of an action in a year is the preset's times it."""
    found: dict[tuple[str, int], float] = {}
    for code, names in instruments_of(preset).items():
        for year in YEARS:
            had = {name: preset.instruments[name].budget.get(str(year), 0.0) for name in names}
            had = {name: amount for name, amount in had.items() if amount > 0}
            ratios = {
                round(float(settings[key]) / amount, 4) if (key := budget_key(name, year)) in settings
                else None
                for name, amount in had.items()
            }  # fmt: skip
            if len(ratios) == 1 and (only := next(iter(ratios))) is not None:
                found[code, year] = only
    return found


def instruments_of(preset: Scenario) -> dict[str, list[str]]:
    """Action -> names of its instruments, in the order of the document."""
    found: dict[str, list[str]] = {code: [] for code in CLAUSES}
    for name, policy in preset.instruments.items():
        for code in clauses_of(policy)[:1]:
            found[code].append(name)
    return {code: names for code, names in found.items() if names}


def _actions(preset: Scenario, left: dict[str, Any], lang: str) -> list[str]:
    """Phrases of actions scaled as a whole; their budgets are taken out of `left`."""
    said = []
    found: dict[str, dict[int, float]] = {}
    for (code, year), factor in factors(preset, left).items():
        found.setdefault(code, {})[year] = factor
        for name in instruments_of(preset)[code]:
            left.pop(budget_key(name, year), None)
    for code, by_year in found.items():
        for when, factor in stretches(by_year, lang):
            said.append(
                text(
                    "workshop.setting_action", lang, action=action(code, lang), when=when,
                    value=f"{factor:.4g}",
                )
            )  # fmt: skip
    return said


def stretches(values: Mapping[int, float], lang: str) -> list[tuple[str, float]]:
    """Years in a row with the same value, in words, and the value."""
    found: list[tuple[int, int, float]] = []
    for year, value in sorted(values.items()):
        if found and found[-1][1:] == (year - 1, value):
            found[-1] = (found[-1][0], year, value)
        else:
            found.append((year, year, value))
    said = []
    for first, last, value in found:
        key = "when_one" if first == last else "when_on" if last == YEARS[-1] else "when_span"
        said.append((text(f"workshop.{key}", lang, first=first, last=last), value))
    return said


def _budgets(preset: Scenario, left: dict[str, Any], lang: str) -> list[str]:
    """Phrases of single instruments' budgets, the largest change first; taken out of `left`."""
    budgets: dict[str, dict[int, float]] = {}
    for key in list(left):
        if (match := _BUDGET.fullmatch(key)) is not None:
            budgets.setdefault(match[1], {})[int(match[2])] = float(left.pop(key))
    found: list[tuple[float, str]] = []
    for name, amounts in budgets.items():
        policy = preset.instruments[name]
        had = {year: policy.budget.get(str(year), 0.0) for year in amounts}
        ratios = {round(amounts[year] / had[year], 4) for year in amounts if had[year] > 0}
        called = title(policy, lang)
        if len(ratios) == 1 and len(amounts) > 1 and all(had.values()):
            (ratio,) = ratios
            parts = [
                text("workshop.setting_times", lang, title=called, when=when, value=f"{one:.4g}")
                for when, one in stretches(dict.fromkeys(amounts, ratio), lang)
            ]
        else:
            parts = [
                text("workshop.setting_budget", lang, title=called, when=when, value=plain(one))
                for when, one in stretches(amounts, lang)
            ]
        change = sum(abs(amounts[year] - had[year]) for year in amounts)
        found += [(-change, said) for said in parts]
    return [said for _, said in sorted(found, key=lambda one: one[0])]


def _implied(key: str) -> bool:
    """Places go with the money that pays for them; a city's switch with its money."""
    return key.endswith((".places", ".platforms")) or bool(
        re.fullmatch(r"instruments\.\w+_(machines|software|training|visits|office)\.enabled", key)
    )


def _other(preset: Scenario, key: str, value: Any, lang: str) -> str:
    _, name, field = key.split(".", 2)
    policy = preset.instruments[name]
    if isinstance(value, bool):
        value = text("workshop.yes" if value else "workshop.no", lang)
    if field == "enabled":
        return text("workshop.setting_enabled", lang, title=title(policy, lang), value=value)
    known = {"rate", "cap", "allocation", "in_advance", "published", "places", "award", "match"}
    label = text(f"workshop.field_{field}", lang) if field in known else field
    if isinstance(value, float | int):
        share = field in ("rate", "in_advance")
        value = f"{100 * value:.10g} %" if share else f"{value:,.10g}"
    elif isinstance(value, str) and field == "allocation":
        value = word(RULES, value, lang)
    return text("workshop.setting_other", lang, title=title(policy, lang), field=label, value=value)
