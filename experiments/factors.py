"""Factors of a study: levers and uncertainties, by dotted key of a scenario.

Besides the keys of a scenario file a factor may be `instruments.NAME.funding` or
`clauses.CODE.funding`: it multiplies the budgets, and the places they pay for, of one instrument
or of all instruments whose first clause is CODE. A number in a key counts the entries of an array
(`exogenous.demand_shocks.0.factor`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from calibration import priors
from calibration.priors import Prior
from sim.core.errors import InputError
from sim.core.table import Array
from sim.programme import CLAUSES
from sim.scenario_files import closest

Kind = Literal["lever", "uncertainty"]
Form = Literal["number", "whole", "truth", "text", "list"]
FUNDING = "funding"
"""Last part of a key that multiplies money."""
PAID_FOR = ("places", "platforms")
"""What a budget pays for; it grows with the budget, as under `programme.funding`."""
BETWEEN = "+"
"""Between the items of a list that stands in a design."""
FIXED = ("name", "group", "title", "rationale", "time")
"""Parts of a scenario that a factor cannot change: words, and the months all runs share."""


@dataclass(frozen=True)
class Factor:
    """One lever or uncertainty; its column in a design is its key.

    It has `values`, or a range `low` to `high`, or a `prior` (then low and high are the prior's).
    A list stands in a design as text, its items joined by +.
    """

    key: str
    kind: Kind
    values: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None
    prior: Prior | None = None
    zh: str = ""
    en: str = ""
    unit: str = "1"
    form: Form = "number"

    @property
    def ends(self) -> tuple[Any, ...]:
        """Low and high, or every value; none if the factor has no range."""
        if self.values is not None:
            return self.values
        return () if self.low is None else (self._number(self.low), self._number(self.high))

    def from_unit(self, u: Array) -> list[Any]:
        """Values (n,) at quantiles (n,) in 0 to 1: of equal chance, or uniform, or by the prior."""
        points = np.asarray(u, dtype=np.float64)
        if self.values is not None:
            count = len(self.values)
            return [self.values[min(int(one * count), count - 1)] for one in points]
        if self.prior is not None:
            return [float(one) for one in priors.from_unit([self.prior], points[:, None])[:, 0]]
        low, high = _ends(self)
        if self.form == "whole":
            steps = np.floor(points * (high - low + 1.0))
            return [int(low + min(step, high - low)) for step in steps]
        return [float(one) for one in low + (high - low) * points]

    def levels(self, count: int) -> list[Any]:
        """Every value, or `count` equidistant ones of the range (fewer if they must be whole)."""
        if self.values is not None:
            return list(self.values)
        numbers = [self._number(float(one)) for one in np.linspace(*_ends(self), count)]
        return list(dict.fromkeys(numbers))

    def allows(self, value: Any) -> bool:
        """May the factor take this value?"""
        if self.values is not None:
            return value in self.values
        return self.low is None or (
            not isinstance(value, str) and self.low <= value <= _ends(self)[1]
        )

    def _number(self, value: float | None) -> float | int | None:
        return round(value) if self.form == "whole" and value is not None else value


def _ends(factor: Factor) -> tuple[float, float]:
    if factor.low is None or factor.high is None:
        raise InputError("factor", factor.key, "no range", "low and high, or values")
    return factor.low, factor.high


def told(factor: Factor) -> dict[str, Any]:
    """A factor for a manifest."""
    return {
        "key": factor.key, "kind": factor.kind, "zh": factor.zh, "en": factor.en,
        "unit": factor.unit, "form": factor.form, "low": factor.low, "high": factor.high,
        "values": None if factor.values is None else [cell_of(one) for one in factor.values],
        "prior": None if factor.prior is None else factor.prior.distribution,
    }  # fmt: skip


# ------------------------------------------------------------------ cells of a design
def cell_of(value: Any) -> Any:
    """A value as it stands in a design: a list as text, joined by +."""
    return BETWEEN.join(map(str, value)) if isinstance(value, list | tuple) else value


def value_of(factor: Factor, cell: Any) -> Any:
    """What a cell of a design says, None where it is missing."""
    if cell is None or (not isinstance(cell, list) and pd.isna(cell)):
        return None
    if factor.form == "list":
        return [part for part in str(cell).split(BETWEEN) if part]
    if factor.form == "whole":
        return round(float(cell))
    return {"number": float, "truth": bool, "text": str}[factor.form](cell)


def column_of(factor: Factor, cells: Sequence[Any]) -> pd.Series:
    """A factor's column: numbers as float64 (whole ones too), truth as boolean, the rest as text."""
    kind = {"number": "float64", "whole": "float64", "truth": "boolean"}.get(factor.form, "str")
    missing = np.nan if kind != "boolean" else None
    shown = [missing if one is None else cell_of(one) for one in cells]
    return pd.Series(shown, name=factor.key, dtype=kind)


# ------------------------------------------------------------------ changing a scenario
def with_values(content: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario's plain content with factors set; only what they touch is copied."""
    found = dict(content)
    money = {key: one for key, one in values.items() if key.endswith(f".{FUNDING}") and _paid(key)}
    for key, value in values.items():
        if key not in money:
            found = _placed(found, key.split("."), value)
    for key, ratio in money.items():
        for name in _funded(found, key):
            table = _more_money(found["instruments"][name], ratio)
            found = _placed(found, ["instruments", name], table)
    return found


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
        return closest(key, [f"clauses.{code}.{FUNDING}" for code in CLAUSES if code in codes])
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
                closest(".".join(parts[: place + 1]), names) if names else f"nothing under {before}"
            )
        return f"an entry of {before}" if isinstance(inside, list | tuple) else f"{before} alone"
    return "one of its keys: " + ", ".join(inside)
