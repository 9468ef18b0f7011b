"""What a team may set, and what its plan costs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from sim.core.errors import InputError
from sim.policies.base import Instrument
from sim.programme import CLAUSES, clauses_of
from sim.scenario import Scenario
from sim.view.choice import Plan, Settings, Value, scenario_of
from sim.view.workshop import limits
from sim.view.workshop.limits import MOST_SETTINGS, YEARS, RefusedError, one_line
from sim.view.workshop.state import MODES, Move, Rules, Team, plan_of
from sim.world.data import load_data

FIELDS = frozenset(
    [
        "enabled", "rate", "cap", "floor", "allocation", "scored_by", "in_advance",
        "decision_months", "call_month", "end", "places", "platforms", "award", "match", "divided_by",
        "discount", "audit", "published", "counties", "copayment",
    ]
)  # fmt: skip
"""What an office that runs an instrument may decide. What an instrument brings about (gain, pull,
response, speed), what a unit of it costs, and guarantees, which no budget pays, are not levers."""
CITY_FIELDS = frozenset({"enabled", "rate", "cap", "allocation"})
CITY_KINDS = ("machines", "software", "training", "visits", "office")
"""A city's own instruments in scenarios/city_programmes.toml, after the city's name."""
PLACES = ("places", "platforms")
"""What a budget pays so many of a year: more money alone would stay unspent."""
TOLERANCE = 0.5
"""10k CNY by which a plan may exceed a budget: rounding of what is shown."""
WITHOUT = "programme.without"
"""Clauses that are not in force: actions and safeguards can be left out."""
_KEY = re.compile(r"instruments\.([a-z0-9_]{1,60})\.(?:budget\.(\d{4})|([a-z_]{1,40}))")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Line:
    """What an instrument may spend in a year, 10k CNY; `action` is the clause it belongs to."""

    year: int
    instrument: str
    action: str
    amount: float


@dataclass(frozen=True)
class Cost:
    """What a plan may spend in 2014-2017, 10k CNY at constant prices."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> float:
        """All years and instruments."""
        return math.fsum(one.amount for one in self.lines)

    @property
    def by_year(self) -> dict[int, float]:
        """Each year's total."""
        return {
            year: math.fsum(one.amount for one in self.lines if one.year == year) for year in YEARS
        }

    @property
    def by_action(self) -> dict[str, float]:
        """Each action's total, in the order of the scenario."""
        names = dict.fromkeys(one.action for one in self.lines)
        return {
            name: math.fsum(one.amount for one in self.lines if one.action == name)
            for name in names
        }


@lru_cache(maxsize=1024)
def plan_cost(plan: Plan, prefix: str = "") -> Cost:
    """What the instruments of a plan may spend, by year and action, from its declarations.

    Budgets are those in force in their year, times the programme's `funding`; where a revision falls
    within a year, the larger counts. Only instruments whose name begins with `prefix`.
    """
    lines = []
    for year in YEARS:
        found: dict[str, Line] = {}
        for instruments in _in_force(plan, year):
            for name, policy in instruments.items():
                runs = policy.start[:4] <= str(year) <= policy.end[:4]
                amount = policy.year_budget(year) if runs else 0.0
                if name.startswith(prefix) and amount > getattr(found.get(name), "amount", -1.0):
                    action = (clauses_of(policy) or ("",))[0]
                    found[name] = Line(year, name, action, float(amount))
        lines += list(found.values())
    return Cost(tuple(lines))


def _in_force(plan: Plan, year: int) -> list[dict[str, Instrument]]:
    """Instruments as they run in January of a year and after each revision within it.

    Settings are laid over the preset without checking them: a scenario is made to check a plan, not
    for every move of a slider.
    """
    settings = dict(plan.settings)
    later = []
    for one in sorted(plan.revisions, key=lambda one: one.month):
        if one.month <= f"{year}-01":
            settings |= dict(one.settings)
        elif one.month <= f"{year}-12":
            later.append(dict(one.settings))
    found = [_laid_over(plan.preset, settings)]
    for more in later:
        settings |= more
        found.append(_laid_over(plan.preset, settings))
    return found


def _laid_over(preset: str, settings: dict[str, Value]) -> dict[str, Instrument]:
    """Instruments of a preset with settings on top, as the programme lets them run."""
    scenario = scenario_of(Plan(preset))
    programme, changed = {}, dict[str, dict[str, Any]]()
    for key, value in settings.items():
        head, *rest = key.split(".")
        if head == "programme":
            programme[rest[0]] = value
        elif head == "instruments" and len(rest) == 2:
            changed.setdefault(rest[0], {})[rest[1]] = value
        elif head == "instruments" and len(rest) == 3 and rest[1] == "budget":
            table = changed.setdefault(rest[0], {})
            had = table.get("budget", scenario.instruments[rest[0]].budget)
            table["budget"] = had | {rest[2]: value}
    instruments = {
        name: policy.model_copy(update=changed[name]) if name in changed else policy
        for name, policy in scenario.instruments.items()
    }
    return scenario.programme.model_copy(update=programme).applied(instruments)


def rules(title: str, mode: str, budget: float | None, preview: bool) -> Rules:
    """Rules as given; RefusedError for what cannot be."""
    chosen = next((one for one in MODES if one == mode), None)
    if chosen is None:
        raise RefusedError("mode")
    money = usual_budget(chosen) if budget is None else budget
    if isinstance(money, bool) or not isinstance(money, int | float):
        raise RefusedError("money", most=limits.LARGEST_BUDGET / 1e4)
    if not 0 <= money <= limits.LARGEST_BUDGET:  # false for nan too
        raise RefusedError("money", most=limits.LARGEST_BUDGET / 1e4)
    title = one_line(title, limits.LONGEST_TITLE, "title")
    return Rules(title, chosen, float(money), bool(preview))


def checked(rules: Rules, city: str, settings: object) -> Settings:
    """Settings that a team may make, sorted; RefusedError for what is none of its levers."""
    if not isinstance(settings, tuple | list) or len(settings) > MOST_SETTINGS:
        raise RefusedError("settings")
    found: dict[str, Value] = {}
    for pair in settings:
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise RefusedError("settings")
        key, value = pair
        if not may_set(rules, city, key):
            raise RefusedError("lever", lever=key[:80])
        if key == WITHOUT and isinstance(value, tuple | list):
            if not all(isinstance(code, str) and code in CLAUSES for code in value):
                raise RefusedError("value", lever=key, value=str(value)[:40])
            found[key] = tuple(value)
            continue
        if key == WITHOUT or not _plain(value):
            raise RefusedError("value", lever=key, value=str(value)[:40])
        found[key] = value
    return tuple(sorted(found.items()))


def may_set(rules: Rules, city: str, key: str) -> bool:
    """Is a key a lever of a team (of a city)?"""
    if key in ("programme.funding", WITHOUT):
        return rules.mode == "package"
    match = _KEY.fullmatch(key)
    if match is None:
        return False
    name, year, field = match.groups()
    policy = scenario_of(Plan(rules.preset)).instruments.get(name)
    if policy is None:
        return False
    if rules.mode == "city" and not name.startswith(prefix_of(city)):
        return False
    fields = FIELDS if rules.mode == "package" else CITY_FIELDS
    if year is not None:
        return int(year) in YEARS
    return field in fields and field in type(policy).model_fields


def _plain(value: object) -> bool:
    """A value that can be written as TOML and means just itself."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return math.isfinite(value) and abs(value) <= 1e9
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def check_plan(rules: Rules, team: Team) -> Cost:
    """A team's plan can be run and is within its budget; returns what it costs."""
    plan = plan_of(rules, team.moves)
    try:
        scenario_of(plan)
        cost = plan_cost(plan, prefix_of(team.city) if rules.mode == "city" else "")
    except RefusedError:
        raise
    except InputError as error:
        raise RefusedError("plan", why=str(error)) from None
    most = budget_of(rules, team.city)
    if cost.total > most + TOLERANCE:
        over = cost.total - most
        raise RefusedError(
            "budget", total=_money(cost.total), budget=_money(most), over=_money(over)
        )  # fmt: skip
    return cost


def _money(amount: float) -> str:
    """10k CNY as 100m CNY with what counts."""
    return f"{amount / 1e4:,.3f}".rstrip("0").rstrip(".")


def budget_of(rules: Rules, city: str = "") -> float:
    """What a team may spend in 2014-2017, 10k CNY: a city its part by fiscal revenue."""
    return rules.budget * (shares()[city] if rules.mode == "city" else 1.0)


@cache
def shares() -> dict[str, float]:
    """Each city's part of the fiscal revenue of all eleven, by its English name."""
    cities = load_data().cities
    whole = sum(cities["fiscal_revenue_100m"])
    return {
        name: float(one / whole)
        for name, one in zip(cities["name_en"], cities["fiscal_revenue_100m"], strict=True)
    }


def cities() -> tuple[str, ...]:
    """English names of the cities, as scenarios write them, in the order of the tables."""
    return tuple(shares())


def city_name(city: str, lang: str) -> str:
    """A city's name in a language."""
    if lang != "zh":
        return city
    table = load_data().cities
    return str(dict(zip(table["name_en"], table["name_zh"], strict=True)).get(city, city))


def prefix_of(city: str) -> str:
    """What the names of a city's own instruments begin with."""
    return f"{city.lower()}_"


@cache
def usual_budget(mode: str) -> float:
    """A budget to begin with, 10k CNY: the document's own; for cities half of their matching funds."""
    if mode == "city":
        document = scenario_of(Plan("document_2014"))
        return 0.5 * sum(document.instruments["city_funds"].budget.values())
    return plan_cost(Plan("document_2014")).total


def move_of(plan: Plan, year: int) -> Settings:
    """What a plan sets in a year: from its start, or by its revision of that January."""
    if year == YEARS[0]:
        return plan.settings
    return next((one.settings for one in plan.revisions if one.month == f"{year}-01"), ())


def completed(rules: Rules, before: tuple[Move, ...], year: int, settings: Settings) -> Settings:
    """Settings of a year with what goes with the money: a budget holds in the years that follow
    too, until the team decides otherwise; a city's instrument that is given some is switched on;
    places follow the year's budget, unless the team has set them itself.

    `before` are the team's moves of earlier years.
    """
    plain = scenario_of(Plan(rules.preset))
    found = _lasting(plain, year, dict(settings))
    if rules.mode == "city":
        for key, value in settings:
            match = _KEY.fullmatch(key)
            if match and match.group(2) and isinstance(value, int | float) and value > 0:
                found.setdefault(f"instruments.{match.group(1)}.enabled", True)
        return tuple(sorted(found.items()))
    held = {key: value for move in before for key, value in move.settings} | found
    for name, policy in plain.instruments.items():
        had = policy.budget.get(str(year), 0.0)
        has = held.get(f"instruments.{name}.budget.{year}", had)
        for field in set(PLACES) & set(type(policy).model_fields):
            key = f"instruments.{name}.{field}"
            if had > 0 and isinstance(has, int | float):
                wanted = round(getattr(policy, field) * has / had, 6)
                if held.get(key, getattr(policy, field)) != wanted:
                    found.setdefault(key, wanted)
    return tuple(sorted(found.items()))


def _lasting(preset: Scenario, year: int, settings: dict[str, Value]) -> dict[str, Value]:
    """Settings in which a budget that is set for `year` holds in the later years that are not.

    It keeps its proportion to the preset's; where the preset has nothing in either year, the
    amount. What the preset begins only later stays as it is.
    """
    found = dict(settings)
    for name, policy in preset.instruments.items():
        if budget_key(name, year) not in settings:
            continue
        for before, later in pairwise(range(year, YEARS[-1] + 1)):
            value, key = found.get(budget_key(name, before)), budget_key(name, later)
            had, there = (policy.budget.get(str(one), 0.0) for one in (before, later))
            if key in found or isinstance(value, bool) or not isinstance(value, int | float):
                continue  # what is no number is refused when the plan is checked
            if had > 0 or there == 0:
                found[key] = value * there / had if had > 0 else value
    return found


def budget_key(instrument: str, year: int) -> str:
    """Key of an instrument's budget of a year."""
    return f"instruments.{instrument}.budget.{year}"
