"""Scoring a run against the targets: a year's figure, years put together, met or not.

Series come by `table.name` as arrays (months,) or (months, places), so that nothing here knows
where they were recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.core.table import Array
from sim.indices.targets import Target

BASE_YEAR = 2013
"""Directions and growth since the programme are against this year, the last before it."""


@dataclass(frozen=True)
class Series:
    """What one run offers to be scored.

    `months` are names such as 2014-05; `values` are by `table.name`, (months,) or (months, places);
    `yearly` by `table.name` a value a year, or equally likely values (draws,) of which the same place
    is the same draw in every year, for what is made once a year; `kinds` the kind of every
    instrument by name; `consumer_prices` (months,) with mean 1 in the base year.
    """

    months: Sequence[str]
    values: Mapping[str, Array]
    yearly: Mapping[str, Mapping[int, float | Array]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    consumer_prices: Array | None = None

    @cached_property
    def whole_years(self) -> dict[int, list[int]]:
        """Positions of the months of every whole year."""
        places: dict[int, list[int]] = {}
        for place, month in enumerate(self.months):
            places.setdefault(int(month[:4]), []).append(place)
        return {year: months for year, months in places.items() if len(months) == 12}


class Outcome(NamedTuple):
    """One figure that a run may have for a target, and its chance within the run.

    `value` is in the target's unit (the change since 2013 for a direction); `relative` is 1 at the
    target and grows as the result gets better.
    """

    value: float
    relative: float
    met: bool
    chance: float


@dataclass(frozen=True)
class Score:
    """A target in one run.

    There is one outcome of chance 1 but where something outside the model is uncertain (the other
    provinces, in a rank), and none if the run has no such series or does not cover the target's
    years. `years` holds the figure of every whole year (the median if there are several), for
    reading beside published outcomes.
    """

    outcomes: tuple[Outcome, ...]
    years: Mapping[int, float]

    @property
    def value(self) -> float:
        """The expected value; NaN without an outcome."""
        return self._expected("value")

    @property
    def relative(self) -> float:
        """The expected value relative to the target; NaN without an outcome."""
        return self._expected("relative")

    @property
    def probability(self) -> float:
        """The chance that the run meets the target; NaN without an outcome."""
        return self._expected("met")

    def _expected(self, name: str) -> float:
        if not self.outcomes:
            return np.nan
        return float(sum(one.chance * getattr(one, name) for one in self.outcomes))


def score(target: Target, series: Series) -> Score:
    """What a run has for a target, and whether it is met."""
    if not all(_recorded(target, output, series) for output in target.outputs):
        return Score((), {})
    paths = [yearly(target, output, series) for output in target.outputs]
    # Of places the poorest counts, of draws the middle one is shown.
    drawn = target.table == "indices"
    shown = {
        year: float(np.median(values) if drawn else np.min(values))
        for year, values in paths[0].items()
    }
    if target.over_years == "least_ratio":
        shown = {}
    values = [_over_years(target, path, output, series)
              for output, path in zip(target.outputs, paths, strict=True)]  # fmt: skip
    worst = np.max if target.operator == "<=" else np.min
    # A target on several outputs is met when the last of them meets it.
    figures = np.atleast_1d(worst(np.array(values), axis=0))
    if np.isnan(figures).any():
        return Score((), shown)
    base = shown.get(BASE_YEAR, np.nan)
    distinct, counts = np.unique(figures, return_counts=True)
    outcomes = tuple(
        Outcome(value, _relative(target, value, base), _met(target, value), count / len(figures))
        for value, count in zip(distinct.tolist(), counts.tolist(), strict=True)
    )
    return Score(outcomes, shown)


def yearly(target: Target, output: str, series: Series) -> dict[int, Array]:
    """A figure for each whole year of an output, (), (places,) or of the indices (draws,).

    Raises KeyError with the name of a series that is not there.
    """
    if target.table == "indices":
        return {year: np.array(v) for year, v in series.yearly[f"indices.{output}"].items()}
    monthly = _monthly(target, output, series)
    found: dict[int, Array] = {}
    for year, places in series.whole_years.items():
        part = monthly[places]
        if target.within_year == "end":
            found[year] = part[-1]
        elif target.within_year == "mean":
            found[year] = part.mean(axis=0)
        elif target.within_year == "sum":
            found[year] = part.sum(axis=0)
        else:
            before = monthly[places[0] - 1] if places[0] else np.zeros_like(part[-1])
            found[year] = part[-1] - before
    return found


def _recorded(target: Target, output: str, series: Series) -> bool:
    """Whether the run has a target's series; instruments that are not there reached nobody."""
    if target.table == "programme":
        return True
    name = f"{target.table}.{output}"
    if target.table == "indices":
        return name in series.yearly
    whole = target.over_years != "least_ratio" or f"province.{output}" in series.values
    return name in series.values and whole


def instruments_of(pattern: str, kinds: Mapping[str, str]) -> list[str]:
    """Names of the instruments that a `kind:name` pattern stands for; * matches any characters."""
    kind, _, name = pattern.partition(":")
    return [one for one, its in kinds.items() if its == kind and fnmatchcase(one, name)]


def _monthly(target: Target, output: str, series: Series) -> Array:
    """A series in the prices the target is compared in, (months,) or (months, places)."""
    if target.table == "programme":
        total = np.zeros(len(series.months))
        for name in instruments_of(output, series.kinds):
            # An instrument of no budget has no account and reached nobody.
            total = total + series.values.get(f"programme.{name}", 0.0)
        return total
    values = np.asarray(series.values[f"{target.table}.{output}"], dtype=np.float64)
    if target.prices != "consumer":
        return values
    if series.consumer_prices is None:
        raise KeyError("consumer_prices")
    return values * series.consumer_prices.reshape(-1, *[1] * (values.ndim - 1))


def _over_years(
    target: Target, path: Mapping[int, Array], output: str, series: Series
) -> float | Array:
    """One figure, or one a draw, out of those of a year or several; NaN if a year is missing."""
    how, (first, last) = target.over_years, target.years
    if how == "least_ratio":
        whole = yearly(replace(target, table="province"), output, series)
        return _least_ratio(path, whole, target.years)
    start = {"level": last, "change": BASE_YEAR, "growth": first - 1}.get(how, first)
    span = range(first, last + 1) if start == first else (start, last)
    if any(year not in path for year in span):
        return np.nan
    if how == "change":
        return float(path[last] - path[start])
    if how == "growth":
        ratio = float(path[last]) / float(path[start]) if path[start] > 0 else np.nan
        return float(ratio ** (1.0 / (last - start)) - 1.0)
    values = np.array([path[year] for year in span])
    # Years are put together draw by draw, places and years alike.
    axis = 0 if target.table == "indices" else None
    found: float | Array = values.max(axis=axis) if how == "maximum" else values.min(axis=axis)
    return found


def _least_ratio(
    cities: Mapping[int, Array], province: Mapping[int, Array], years: tuple[int, int]
) -> float:
    """Growth of the slowest city between two years over the province's growth."""
    first, last = years
    if first not in cities or last not in cities:
        return np.nan
    whole = float(province[first]), float(province[last])
    if min(whole) <= 0 or (cities[first] <= 0).any():
        return np.nan
    return float((cities[last] / cities[first]).min() / (whole[1] / whole[0]))


def _met(target: Target, value: float) -> bool:
    if target.value is None:
        return value > 0 if target.operator == "up" else value < 0
    # A count that was paid for month by month may miss a whole number by rounding.
    slack = 1e-9 * abs(target.value)
    if target.operator == ">=":
        return value >= target.value - slack
    return value <= target.value + slack


def _relative(target: Target, value: float, base: float) -> float:
    """One plus the distance to the target in the good direction, in targets.

    A direction is put against the level of 2013, of which only the sign is left if it was 0.
    """
    gain = value - target.value if target.value is not None else value
    if target.operator in ("<=", "down"):
        gain = -gain
    whole = target.value if target.value is not None else base
    return 1.0 + (gain / whole if whole > 0 else float(np.sign(gain)))
