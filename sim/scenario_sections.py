"""Sections of a scenario that are no parameters: time, population, what comes from outside."""

from __future__ import annotations

from typing import Any, cast

from pydantic import Field, model_validator

from sim.core.clock import month_number
from sim.parameters import Section, number

_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


def _month(default: Any, zh: str, en: str) -> Any:
    """A month written YYYY-MM."""
    extra = {"unit": "YYYY-MM", "zh": zh, "en": en}
    return Field(default, pattern=_MONTH, description=en, json_schema_extra=cast(Any, extra))


def _whole(default: int, unit: str, zh: str, en: str, low: int, high: int) -> Any:
    """A whole number with its allowed range."""
    extra = {"unit": unit, "zh": zh, "en": en}
    return Field(default, ge=low, le=high, description=en, json_schema_extra=cast(Any, extra))


def _in_order(start: str, end: str) -> None:
    if month_number(end) < month_number(start):
        raise ValueError(f"end {end} lies before start {start}; allowed: an end not before start")


class Time(Section):
    """First and last month of a run."""

    start: str = _month("2012-01", "起始月", "first month")
    end: str = _month("2017-12", "结束月", "last month")

    @model_validator(mode="after")
    def _ordered(self) -> Time:
        _in_order(self.start, self.end)
        if month_number(self.start) < month_number("2010-01") or (
            month_number(self.end) > month_number("2045-12")
        ):
            raise ValueError(f"{self.start} to {self.end}; allowed: a run in 2010-01 to 2045-12")
        return self


class PopulationSettings(Section):
    """The synthetic populations; their seeds are their own, apart from the run's.

    Runs take `count` of them in turn, by their seeds: see `sim.circumstances`.
    """

    seed: int = _whole(1, "1", "人口种子", "seed of the first population", 0, 2**31)
    count: int = _whole(
        8, "1", "轮流使用的人口数", "populations that runs take in turn, by their seeds", 1, 1000
    )
    below_scale_rows: int = _whole(
        10_000, "rows", "规下企业行数", "rows for firms below scale, at scale 1", 100, 1_000_000
    )
    initial_adoption: float = number(
        1.0, "ratio", "初始采用倍数", "multiplies adoption at the start", "scenario choice", 0, 10
    )
    initial_awareness: float = number(
        1.0, "ratio", "初始知晓倍数", "multiplies awareness at the start", "scenario choice", 0, 10
    )


class DemandShock(Section):
    """Final demand times `factor` from `start` to `end`, in `sectors` (empty: all)."""

    start: str = _month(..., "起始月", "first month of the shock")
    end: str = _month(..., "结束月", "last month of the shock")
    factor: float = Field(ge=0, le=10)
    sectors: tuple[str, ...] = Field((), strict=False)

    @model_validator(mode="after")
    def _ordered(self) -> DemandShock:
        _in_order(self.start, self.end)
        return self


class SupplyShock(Section):
    """The cluster of `city` and `sector` loses `share` of its capacity from `start` to `end`."""

    city: str
    sector: str
    start: str = _month(..., "起始月", "first month of the shock")
    end: str = _month(..., "结束月", "last month of the shock")
    share: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> SupplyShock:
        _in_order(self.start, self.end)
        return self


class Exogenous(Section):
    """Shifts of the paths from outside; `frozen` holds every path at its first month's value.

    After the year `known_until` every path goes on as it last did, as somebody at the end of that
    year would have drawn it: forecasts are tested with it.
    """

    frozen: bool = False
    known_until: int = _whole(
        2045, "year", "外部路径已知至", "last year whose paths are known", 2013, 2045
    )
    wage_growth_shift: float = number(
        0.0, "1/year", "工资增速偏移", "added to yearly wage growth", "scenario choice", -0.2, 0.5
    )
    minimum_wage_factor: float = number(
        1.0, "ratio", "最低工资倍数", "multiplies the minimum wage", "scenario choice", 0, 10
    )
    robot_price_factor: float = number(
        1.0, "ratio", "机器人价格倍数", "multiplies robot prices", "scenario choice", 0.01, 10
    )
    # An array of TOML is a list; `strict=False` takes it for a tuple, its items stay strict.
    demand_shocks: tuple[DemandShock, ...] = Field((), strict=False)
    supply_shocks: tuple[SupplyShock, ...] = Field((), strict=False)
