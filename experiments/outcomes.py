"""Outcomes: what is kept of a run as one number, by name.

An output of the province (`sim.outputs`) alone is its value in the last month, `output@2015-12` in
that month, `output.mean` and `output.sum` over the months; `output.spread` is the standard
deviation over the cities in the last month relative to their mean. `target.CODE` is the chance that
a target of the document is met, `target.CODE.relative` how far it is (1 at the target, more is
better); `paid.INSTRUMENT` is public money. Others stand in `OWN`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from sim.comparison import t_ends
from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.core.table import Array
from sim.indices.targets import Target, load_targets
from sim.outputs import BY_NAME, in_table
from sim.outputs import bounds as output_bounds
from sim.scenario_files import closest
from sim.words import UNITS

if TYPE_CHECKING:
    from sim.indices.scorecard import Score
    from sim.results import Results

Better = Literal["more", "less"]
LESS = (
    "unemployment", "exits", "energy_intensity", "energy_per_gdp", "waste_water_index",
    "accident_index", "projects_waiting", "applications", "public_spending", "bank_debt",
    "lease_liabilities",
)  # fmt: skip
"""Outputs of which less is better."""
LESS_OF = ("barrier_", "price_", "wait_", "backlog_")
EITHER = (
    "firms", "skilled_employees", "unskilled_employees", "wage_bill", "projects_ordered", "entries",
    "subsidy_received", "public_committed", "industry_share_of_gdp", "integration_fund",
    "barrier_waiting_for_award", "barrier_other_project",
)  # fmt: skip
"""Outputs of which neither more nor less is better by itself. Of all others more is."""
FORMS = "an output, output@YYYY-MM, output.mean, output.sum, output.spread, target.CODE, paid.INSTRUMENT"


class Reading:
    """A run's results as outcomes are read off them; scores are made when first asked for."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.months = [str(month) for month in results.province["month"]]

    def series(self, output: str) -> Array:
        """A province output by month, (months,)."""
        return self.results.province[output].to_numpy(dtype=np.float64)

    def at(self, output: str, month: str) -> float:
        """A province output in a month; NaN outside the run."""
        if month not in self.months:
            return np.nan
        return float(self.series(output)[self.months.index(month)])

    def by_city(self, output: str) -> Array:
        """A city output in the last month, (cities,)."""
        cities = self.results.cities
        return cities.loc[cities["month"] == self.months[-1], output].to_numpy(dtype=np.float64)

    def spread(self, output: str) -> float:
        """Standard deviation over cities relative to their mean, NaN if the mean is 0."""
        values = self.by_city(output)
        mean = values.mean()
        return float(values.std() / abs(mean)) if mean != 0 else np.nan

    def jobs(self) -> Array:
        """Employees of firms of every size by month, 10k persons."""
        tiers = self.results.tiers
        return (
            tiers["employees"].to_numpy(dtype=np.float64).reshape(len(self.months), -1).sum(axis=1)
        )

    def paid(self, instrument: str | None = None) -> float:
        """Public money paid over the run, 10k CNY, in all or by one instrument."""
        money = self.results.programme
        rows = money["month"] == self.months[-1]
        if instrument is not None:
            rows &= money["instrument"] == instrument
        return float(money.loc[rows, "paid"].sum())

    @cached_property
    def scores(self) -> dict[str, Score]:
        """Scores of the document's targets by code."""
        from sim.scoring import scores

        return scores(self.results)

    def met(self, headline: bool = False) -> float:
        """Expected number of targets met of those that the run covers; NaN if it covers none."""
        chances = [
            self.scores[one.code].probability
            for one in load_targets().rows
            if one.headline or not headline
        ]
        return float(np.nansum(chances)) if not np.isnan(chances).all() else np.nan


@dataclass(frozen=True)
class Outcome:
    """A number that a run leaves, its labels and unit, and whether more or less is better.

    A sound run may have none of one that is `optional`: a ratio without a denominator, a target whose
    years it does not cover. Of all others it has one.
    """

    name: str
    zh: str
    en: str
    unit: str
    unit_zh: str
    better: Better | None
    read: Callable[[Reading], float]
    optional: bool = False


OWN = {
    one.name: one
    for one in (
        Outcome("targets_met", "达成目标数", "targets met", "targets", "项", "more",
                lambda run: run.met(), optional=True),
        Outcome("headline_targets_met", "达成主要目标数", "headline targets met", "targets", "项",
                "more", lambda run: run.met(headline=True), optional=True),
        Outcome("public_money", "累计财政支出", "public money paid", "10k CNY", "万元", "less",
                lambda run: run.paid()),
        Outcome("city_gap", "城市差距", "gap between cities (labour productivity)",
                "share of the mean", "相对均值", "less",
                lambda run: run.spread("labour_productivity"), optional=True),
        Outcome("jobs_change", "从业人员变化", "change in jobs over the run", "10k persons", "万人",
                "more", lambda run: float(run.jobs()[-1] - run.jobs()[0])),
    )
}  # fmt: skip
"""Outcomes that are no output, by name."""


def outcome(name: str, where: object = "outcomes", key: str = "") -> Outcome:
    """An outcome by name; InputError if there is none."""
    if name in OWN:
        return OWN[name]
    if name.startswith("target."):
        return _of_target(name, where, key)
    if name.startswith("paid."):
        instrument = name.partition(".")[2]
        return Outcome(
            name, f"已支付:{instrument}", f"paid by {instrument}", "10k CNY", "万元", "less",
            lambda run: run.paid(instrument),
        )  # fmt: skip
    return _of_output(name, where, key)


@cache
def declared(name: str) -> Outcome | None:
    """An outcome by name for whoever shows results; None for a name that nothing is declared of."""
    try:
        return outcome(name)
    except InputError:
        return None


def bounds(name: str) -> tuple[float, float]:
    """Least and most that an outcome can be; without ends where nothing is declared of it."""
    plain, _, form = name.partition("@")[0].partition(".")
    if name == "jobs_change":
        return -np.inf, np.inf
    if name in OWN or plain == "paid" or form == "spread":
        return 0.0, np.inf
    if plain == "target":
        return (-np.inf, np.inf) if name.endswith(".relative") else (0.0, 1.0)
    if plain not in BY_NAME:
        return -np.inf, np.inf
    low, high = output_bounds(plain)
    return low, np.inf if form == "sum" else high


def level_ends(mean: pd.Series, half: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Ends of intervals of levels, each within what its outcome (a level of the index) can be."""
    names = mean.index.get_level_values("outcome")
    limits = np.array([bounds(str(name)) for name in names], dtype=np.float64).reshape(-1, 2)
    return t_ends(mean, half, limits[:, 0], limits[:, 1])


def check_finite(found: Mapping[str, float]) -> None:
    """Refuse outcomes that no sound run has: infinite ones, and missing ones that are not optional.

    A name that nothing is declared of may be missing. Raises ArithmeticError naming all of them.
    """
    wrong = []
    for name, value in found.items():
        known = declared(name)
        if math.isinf(value) or (math.isnan(value) and known is not None and not known.optional):
            wrong.append(f"{name} = {value}")
    if wrong:
        raise ArithmeticError(f"not finite: {', '.join(wrong)}")


def outcomes(names: Sequence[str], where: object = "outcomes", key: str = "") -> list[Outcome]:
    """Outcomes by name, in their order."""
    return [outcome(name, where, key) for name in names]


def listing() -> list[Outcome]:
    """Every outcome that needs no month, instrument or target: outputs in the last month, and own."""
    return [*OWN.values(), *(outcome(one.name) for one in in_table("province"))]


def months_of(names: Sequence[str]) -> list[str]:
    """Months that outcomes name."""
    return list(dict.fromkeys(name.partition("@")[2] for name in names if "@" in name))


def at_months(names: Sequence[str], months: Sequence[str]) -> list[str]:
    """Names, and those of them that are an output alone at each of `months` besides."""
    plain = [name for name in names if name in BY_NAME]
    more = [f"{name}@{month}" for name in plain for month in months]
    return list(dict.fromkeys([*names, *more]))


def needs_until(name: str) -> str | None:
    """The last month that a run must have for a target's outcome; None for other outcomes."""
    if not name.startswith("target."):
        return None
    target = _targets()[name.split(".")[1]]
    return f"{target.years[1]}-12"


def better_of(output: str) -> Better | None:
    """Whether more or less of an output is better."""
    if output in EITHER:
        return None
    return "less" if output in LESS or output.startswith(LESS_OF) else "more"


def _of_output(name: str, where: object, key: str) -> Outcome:
    base, at, month = name.partition("@")
    plain, dot, how = (base, "", "") if at else name.partition(".")
    province = [one.name for one in in_table("province")]
    cities = [one.name for one in in_table("cities")]
    known = cities if how == "spread" else province
    if plain not in known or (dot and how not in ("mean", "sum", "spread")):
        near = closest(plain, [*OWN, *known]) if plain not in known else FORMS
        hint = near.partition("? ")[0] + "? " if near.startswith("did you mean") else ""
        raise InputError(where, key, name, f"{hint}{FORMS}, {', '.join(OWN)}")
    one, better = BY_NAME[plain], better_of(plain)
    zh_unit = UNITS[one.unit]
    if at:
        month_number(month, where, key)
        return Outcome(name, f"{one.zh}({month})", f"{one.en} in {month}", one.unit, zh_unit, better,
                       lambda run: run.at(plain, month))  # fmt: skip
    if how == "spread":
        return Outcome(name, f"{one.zh}:城市差距", f"{one.en}: gap between cities",
                       "share of the mean", "相对均值", "less", lambda run: run.spread(plain),
                       optional=True)  # fmt: skip
    if how == "mean":
        return Outcome(name, f"{one.zh}:月均", f"{one.en}: mean of months", one.unit, zh_unit, better,
                       lambda run: float(run.series(plain).mean()))  # fmt: skip
    if how == "sum":
        flow = one.unit.endswith("/month")
        unit = one.unit.removesuffix("/month") if flow else f"{one.unit} x months"
        unit_zh = zh_unit.removesuffix("/月") if flow else f"{zh_unit}·月"
        return Outcome(name, f"{one.zh}:合计", f"{one.en}: sum of months", unit, unit_zh, better,
                       lambda run: float(run.series(plain).sum()))  # fmt: skip
    return Outcome(name, one.zh, one.en, one.unit, zh_unit, better,
                   lambda run: float(run.series(plain)[-1]))  # fmt: skip


def _targets() -> dict[str, Target]:
    return {one.code: one for one in load_targets().rows}


def _of_target(name: str, where: object, key: str) -> Outcome:
    _, code, *rest = name.split(".")
    targets = _targets()
    if code not in targets or rest not in ([], ["relative"], ["value"]):
        near = closest(code, list(targets)) if code not in targets else "relative, value or nothing"
        raise InputError(where, key, name, f"target.CODE with a code of {near}" if code not in targets
                         else f"target.{code} with {near} behind it")  # fmt: skip
    one = targets[code]
    if not rest:
        return Outcome(name, f"达成概率:{one.zh}", f"chance of: {one.en}", "0-1", "0-1", "more",
                       lambda run: float(run.scores[code].probability), optional=True)  # fmt: skip
    if rest == ["relative"]:
        return Outcome(name, f"相对目标:{one.zh}", f"relative to target: {one.en}", "ratio", "比值",
                       "more", lambda run: float(run.scores[code].relative), optional=True)  # fmt: skip
    falls = one.operator in ("<=", "down")
    return Outcome(name, one.zh, one.en, one.unit, one.unit_zh, "less" if falls else "more",
                   lambda run: float(run.scores[code].value), optional=True)  # fmt: skip


def describe(names: Sequence[str]) -> list[dict[str, Any]]:
    """Labels of outcomes for a manifest: name, zh, en, unit, unit_zh, better."""
    keys = ("name", "zh", "en", "unit", "unit_zh", "better")
    return [{key: getattr(one, key) for key in keys} for one in outcomes(names)]
