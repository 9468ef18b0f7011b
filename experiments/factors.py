"""Factors of a study: levers and uncertainties, by dotted key of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from calibration import priors
from calibration.priors import Prior
from sim.core.errors import InputError
from sim.core.table import Array

Kind = Literal["lever", "uncertainty"]
Form = Literal["number", "whole", "truth", "text", "list"]
BETWEEN = "+"
"""Between the items of a list that stands in a design."""


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
    if isinstance(cell, list | tuple):
        return list(cell)
    if cell is None or pd.isna(cell):
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
