"""One provincial budget over the instruments: packages that spend the same money otherwise.

Only the province's money is moved: instruments whose `fund` is the cities' keep what they have, as do
those of `kept`. The document's budget of an instrument, year by year, is multiplied by its group's
multiple, and the sum of each year, and so of all, is the document's to the fen. What is *spent* need
not be: money that nobody asks for lapses, and cities match the awards that they find.

A package is a point of the unit cube: a coordinate a group, then one a rule. A group's coordinate is
its wish: 0 nothing, 1/2 the document's multiple of 1, 1 the `cap`. Wishes are scaled to the year's
money, between `floor` and `cap`; what caps leave over goes to groups that wish for nothing. So all
wishes alike are the document's own split, bit for bit, and shares of money lie on a simplex.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.core.errors import InputError
from sim.core.table import Array
from sim.programme import CLAUSES, clauses_of
from sim.scenario import Scenario
from sim.scenario_files import closest, merge

FEN = 1_000_000
"""Fen in 10k CNY, the unit of budgets."""
PLACES = ("places", "platforms")
"""What a budget pays for, scaled with it as `programme.funding` does."""
FIXED_KINDS = ("evaluation",)
"""Kinds of instruments whose cost does not follow from how much is wished of them."""
LEAST = 1e-9
"""A smaller wish is none."""


@dataclass(frozen=True)
class Group:
    """Instruments that share a multiple, with the group's name in both languages."""

    name: str
    zh: str
    en: str
    instruments: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A lever beside money: a key of an instrument that takes one of `values`, or low to high.

    `origin` is the coordinate in [0, 1] of the document's own value, `document`.
    """

    key: str
    document: Any
    origin: float
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 1.0

    def at(self, coordinate: float) -> Any:
        """The value at a coordinate; the document's at `origin`, to the last bit."""
        if coordinate == self.origin:
            return self.document
        if self.values:
            return self.values[min(int(coordinate * len(self.values)), len(self.values) - 1)]
        return self.low + (self.high - self.low) * coordinate


@dataclass(frozen=True)
class Split:
    """Packages of a scenario's provincial money.

    Every multiple of a group's budget of a year lies between `floor` and `cap`.
    """

    scenario: Scenario
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...] = ()
    floor: float = 0.0
    cap: float = 4.0

    @property
    def width(self) -> int:
        """Coordinates of a point."""
        return len(self.groups) + len(self.rules)

    @property
    def names(self) -> tuple[str, ...]:
        """What the coordinates are called: groups, then keys of rules."""
        return (*(one.name for one in self.groups), *(one.key for one in self.rules))

    @property
    def origin(self) -> Array:
        """The point that is the document's own split and rules, (width,)."""
        return np.array([*[0.5] * len(self.groups), *(one.origin for one in self.rules)])

    @cached_property
    def years(self) -> tuple[str, ...]:
        """Years with money to move."""
        budgets = (_counted(self.scenario.instruments[name]) for name in self._names)
        return tuple(sorted({year for one in budgets for year in one}))

    @cached_property
    def document(self) -> np.ndarray:
        """The document's budgets in fen, (instruments of all groups, years) of whole numbers."""
        rows = [_counted(self.scenario.instruments[name]) for name in self._names]
        return np.array(
            [[round(row.get(year, 0.0) * FEN) for year in self.years] for row in rows],
            dtype=np.int64,
        )

    def multiples(self, point: Array) -> Array:
        """Multiple of each group's budget in each year, (groups, years), before fen are rounded."""
        wish = np.asarray(point, dtype=np.float64)[: len(self.groups)]
        wish = np.where(wish < LEAST, 0.0, wish)
        wish = np.where(wish <= 0.5, 2.0 * wish, 1.0 + (self.cap - 1.0) * (2.0 * wish - 1.0))
        money = self._by_group(self.document).astype(np.float64)
        columns = [
            _scaled(wish, money[:, place], self.floor, self.cap) for place in range(len(self.years))
        ]
        return np.stack(columns, axis=1)

    def budgets(self, point: Array) -> np.ndarray:
        """Budgets in fen, (instruments, years): every year's sum is the document's."""
        exact = self.multiples(point)[self._group_of] * self.document
        whole = np.floor(exact).astype(np.int64)
        # Largest remainders: the fen that rounding down leaves go where it took most.
        left = self.document.sum(axis=0) - whole.sum(axis=0)
        for place, fen in enumerate(left):
            order = np.argsort(-(exact[:, place] - whole[:, place]), kind="stable")
            whole[order[: int(fen)], place] += 1
        return whole

    def overrides(self, point: Array) -> dict[str, Any]:
        """What a package changes in the scenario, as nested tables; the document's own nothing."""
        changes: dict[str, dict[str, Any]] = {}
        found = self.budgets(point)
        for name, before, after in zip(self._names, self.document, found, strict=True):
            if (before == after).all():
                continue
            policy = self.scenario.instruments[name]
            mine = changes.setdefault(name, {})
            mine["budget"] = {
                year: fen / FEN
                for year, fen in zip(self.years, after.tolist(), strict=True)
                if year in policy.budget
            }
            # The largest of its years, so that places hold back no money of any.
            ratio = float(np.max(after[before > 0] / before[before > 0]))
            mine |= {key: ratio * getattr(policy, key) for key in PLACES if hasattr(policy, key)}
        for rule, coordinate in zip(self.rules, point[len(self.groups) :], strict=True):
            value = rule.at(float(coordinate))
            if value != rule.document:
                name, key = rule.key.split(".")
                changes.setdefault(name, {})[key] = value
        return {"instruments": changes} if changes else {}

    def scenario_at(self, point: Array, name: str | None = None) -> Scenario:
        """The scenario of a package."""
        content = merge(self.scenario.model_dump(mode="json"), self.overrides(point))
        return Scenario.from_dict(content, name or self.scenario.name)

    def money(self, point: Array) -> pd.DataFrame:
        """A row a group: 10k CNY over all years in the document and here, multiple, shares."""
        before = self._by_group(self.document).sum(axis=1) / FEN
        after = self._by_group(self.budgets(point)).sum(axis=1) / FEN
        return pd.DataFrame(
            {
                "group": [one.name for one in self.groups],
                "document": before,
                "package": after,
                "difference": after - before,
                "multiple": after / before,
                "share_document": before / before.sum(),
                "share": after / after.sum(),
            }
        )

    def rules_at(self, point: Array) -> dict[str, Any]:
        """The value of every rule at a point, by key."""
        places = point[len(self.groups) :]
        return {one.key: one.at(float(u)) for one, u in zip(self.rules, places, strict=True)}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(name for one in self.groups for name in one.instruments)

    @cached_property
    def _group_of(self) -> np.ndarray:
        """Group of each instrument, by position."""
        return np.repeat(np.arange(len(self.groups)), [len(one.instruments) for one in self.groups])

    def _by_group(self, money: np.ndarray) -> np.ndarray:
        """Sums over the instruments of each group, (groups, years)."""
        found = np.zeros((len(self.groups), money.shape[1]), dtype=np.int64)
        np.add.at(found, self._group_of, money)
        return found


def _scaled(wish: Array, money: Array, floor: float, cap: float) -> Array:
    """Multiples (G,) in proportion to wishes, between floor and cap, that spend just `money` (G,).

    What is spent grows with the scale of the wishes in straight pieces between the scales at which
    a group meets a bound; the piece that holds the sum is solved.
    """
    wishing, total = wish > 0, money.sum()
    wished = wish[wishing]
    most = np.where(wishing, cap, floor)
    if (most * money).sum() < total:
        # Even at their caps those who wish leave money over: the others share it alike.
        rest = total - cap * money[wishing].sum()
        return np.where(wishing, cap, rest / max(float(money[~wishing].sum()), 1.0))

    def spent(scale: float) -> float:
        return float((np.clip(scale * wish, floor, cap) * money).sum())

    bounds = np.unique(np.concatenate([[0.0], floor / wished, cap / wished]))
    amounts = np.array([spent(scale) for scale in bounds])
    above = int(np.searchsorted(amounts, total))
    if above == 0 or above == len(bounds):
        scale = bounds[min(above, len(bounds) - 1)]
    else:
        low, high = amounts[above - 1], amounts[above]
        part = (total - low) / (high - low)
        scale = bounds[above - 1] + part * (bounds[above] - bounds[above - 1])
    return np.clip(scale * wish, floor, cap)


# ------------------------------------------------------------------ what is moved
def movable(scenario: Scenario, kept: Sequence[str] | None = None) -> tuple[str, ...]:
    """Instruments whose money can be moved: the province's, with a budget, in force, not `kept`.

    Without `kept` those of `FIXED_KINDS` are kept.
    """
    chosen = kept if kept is not None else fixed(scenario)
    running = scenario.programme.applied(dict(scenario.instruments))
    return tuple(
        name
        for name, one in scenario.instruments.items()
        if one.fund != "cities"
        and running[name].enabled
        and name not in chosen
        and sum(_counted(one).values()) > 0
    )


def fixed(scenario: Scenario) -> tuple[str, ...]:
    """Instruments that are kept unless said otherwise."""
    return tuple(n for n, one in scenario.instruments.items() if one.kind in FIXED_KINDS)


def groups_of(
    where: object, scenario: Scenario, names: Sequence[str], by: str | Mapping[str, Sequence[str]]
) -> tuple[Group, ...]:
    """Groups of instruments `names`: by "action", by "instrument", or as a table says.

    In a table every instrument that can be moved stands in one group; raises InputError otherwise.
    """
    if by == "instrument":
        return tuple(_titled(scenario, name, (name,)) for name in names)
    if by == "action":
        first = {name: (clauses_of(scenario.instruments[name]) or ("",))[0] for name in names}
        found = []
        for code in (*CLAUSES, ""):
            inside = tuple(name for name in names if first[name] == code)
            if inside:
                clause = CLAUSES.get(code)
                zh, en = (clause.zh, clause.en) if clause else ("其他", "others")
                found.append(Group(code or "others", zh, en, inside))
        return tuple(found)
    if not isinstance(by, Mapping):
        raise InputError(where, "search.groups", by, "action, instrument, or a table of groups")
    placed = [name for members in by.values() for name in members]
    for group, members in by.items():
        for name in members:
            if name not in names:
                raise InputError(where, f"search.groups.{group}", name, closest(name, list(names)))
    for name in dict.fromkeys([*placed, *names]):
        if placed.count(name) != 1:
            given = f"{name} in {placed.count(name)} groups"
            raise InputError(where, "search.groups", given, "each instrument in one group")
    return tuple(
        _titled(scenario, members[0], tuple(members), group)
        if len(members) == 1
        else Group(group, group, group, tuple(members))
        for group, members in by.items()
        if members
    )


def rule_of(where: object, scenario: Scenario, key: str, given: Any) -> Rule:
    """A rule as settings give it: an array of values, or a table of low and high."""
    name, _, field = key.partition(".")
    path = f"search.rules.{key}"
    if name not in scenario.instruments:
        raise InputError(where, path, name, closest(name, list(scenario.instruments)))
    policy = scenario.instruments[name]
    if field in ("budget", "kind", *PLACES) or field not in type(policy).model_fields:
        allowed = sorted(set(type(policy).model_fields) - {"budget", "kind", *PLACES})
        raise InputError(where, path, field, closest(field, allowed))
    own = getattr(policy, field)
    if isinstance(given, list | tuple) and len(given) > 1:
        if own not in given:
            raise InputError(where, path, list(given), f"{own}, as the document has it, among them")
        found = Rule(key, own, (list(given).index(own) + 0.5) / len(given), values=tuple(given))
        tried = list(given)
    elif isinstance(given, Mapping) and set(given) == {"low", "high"}:
        low, high = given["low"], given["high"]
        numbers = all(isinstance(one, int | float) for one in (low, high, own))
        if not numbers or not low <= own <= high or low == high:
            raise InputError(where, path, f"{low} to {high}", f"a range with {own} in it")
        found = Rule(key, own, (own - low) / (high - low), low=float(low), high=float(high))
        tried = [low, high]
    else:
        raise InputError(where, path, str(given), "an array of values, or {low = , high = }")
    for value in tried:
        _try(where, path, scenario, name, field, value)
    return found


def _try(where: object, path: str, scenario: Scenario, name: str, field: str, value: Any) -> None:
    """Refuse a value that the scenario would not take, before anything runs."""
    content = scenario.model_dump(mode="json")
    try:
        Scenario.from_dict(merge(content, {"instruments": {name: {field: value}}})).check_names()
    except InputError as error:
        raise InputError(where, path, error.given, error.allowed) from None


def _counted(policy: Any) -> dict[str, float]:
    """Budgets of the years in which an instrument is in force."""
    return {
        year: amount
        for year, amount in policy.budget.items()
        if policy.start[:4] <= year <= policy.end[:4] and amount > 0
    }


def _titled(
    scenario: Scenario, name: str, inside: tuple[str, ...], group: str | None = None
) -> Group:
    """A group of one instrument, with its title."""
    policy = scenario.instruments[name]
    zh, en = policy.title.zh or policy.label[0], policy.title.en or policy.label[1]
    return Group(group or name, zh, en, inside)
