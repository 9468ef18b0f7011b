"""What is done with a case: the province runs, and outcomes and tables are kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import pandas as pd

from experiments.cases import Case, Measured
from experiments.outcomes import Reading, outcomes

if TYPE_CHECKING:
    from sim.results import Results

Tier = Literal["headline", "detail", "panel"]


class Keeper:
    """Runs a case and keeps outcomes by name and the tables of a tier.

    headline: outcomes alone; detail: `series` (month, province outputs) and `targets` (target,
    value, relative, met) too; panel: `cities` (month, city, outputs) at the ends of years besides.
    """

    def __init__(self, outcomes: Sequence[str], tier: Tier = "headline") -> None:
        self.outcomes, self.tier = tuple(outcomes), tier

    def __call__(self, case: Case) -> Measured:
        """Run and measure."""
        province = case.province()
        return self.measure(province.run())

    def measure(self, results: Results) -> Measured:
        """What is kept of a finished run."""
        reading = Reading(results)
        kept = {one.name: one.read(reading) for one in outcomes(self.outcomes)}
        tables: dict[str, pd.DataFrame] = {}
        if self.tier != "headline":
            tables = {"series": results.province, "targets": _targets(reading)}
        if self.tier == "panel":
            tables["cities"] = _year_ends(results.cities, reading.months[-1])
        return Measured(kept, tables)


def _targets(reading: Reading) -> pd.DataFrame:
    rows = [
        (code, one.value, one.relative, one.probability) for code, one in reading.scores.items()
    ]
    return pd.DataFrame(rows, columns=["target", "value", "relative", "met"])


def _year_ends(cities: pd.DataFrame, last: str) -> pd.DataFrame:
    ends = cities["month"].str.endswith("-12") | (cities["month"] == last)
    return cities[ends].reset_index(drop=True)
