"""One table of figures as text, read strictly: known columns, whole rows, no row twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sim.core.csv_table import read_csv
from sim.core.errors import InputError
from sim.core.table import Array

CONFIDENCE = (
    "official_table", "official_text", "press_quoting_official", "paper", "derived", "recalled",
)  # fmt: skip

COLUMNS = {
    "base_year": "item | value unit",
    "cities": (
        "code | name_zh name_en longitude latitude population_10k gdp_100m "
        "secondary_value_added_100m wage_cny industrial_wage_cny firms output_100m "
        "employees_10k fiscal_revenue_100m broadband_per_100"
    ),
    "city_sector": "city sector | firms output_100m employees_10k",
    "complementarities": "technology with_technology | share_of_gain",
    "counties": "city name_zh | longitude latitude specialised_sectors",
    "exogenous": "series date | value unit kind",
    "final_demand": "sector component | value_100m",
    "index_cities": "city | hightech_output_100m",
    "index_paths": "path year | value unit timing kind",
    "informatization_items": (
        "code | name_zh name_en class unit feeds factor timing scale low high note_zh"
    ),
    "informatization_published": (
        "region year | infrastructure technology consumption knowledge effect total"
    ),
    "initial_adoption": "technology tier | share_2012 aware_2012 low high",
    "input_coefficients": "input user | coefficient",
    "network_facts": "fact | low central high unit",
    "observations": "series region year | value unit",
    "observed_moments": (
        "name | series region year unit value error definition tied reading output model_year "
        "factor zh en note_zh note_en"
    ),
    "programme_budget": "item year | value_10k unit",
    "provider_kinds": "kind | name_zh name_en count teams_mean learning_rate failure_rate",
    "providers": "kind city | share",
    "sectors": (
        "code | name_zh name_en divisions kind polluting hazardous equipment_maker "
        "firms output_100m employees_10k value_added_100m value_added_share "
        "labour_share_of_value_added export_share local_supply_ratio "
        "robot_density_multiple capital_output_ratio production_worker_share "
        "skilled_share"
    ),
    "sector_measures": (
        "sector | energy_tce_per_10k waste_water_t_per_10k accident_weight retail_share equipment "
        "mechatronic"
    ),
    "size_classes": (
        "size | tier firms employees_low employees_high mean_employees output_per_employee_ratio"
    ),
    "target_outcomes": "target year | value",
    "targets": (
        "id | measure clause indicator_zh indicator_en unit unit_zh year kind operator value "
        "weight_class table output within_year over_years years prices proxy_zh proxy_en"
    ),
    "technologies": (
        "code | name_zh name_en provider_kind fixed_cost_10k scaled_cost_10k "
        "size_reference size_exponent cost_per_worker_displaced_10k running_cost_share "
        "training_cost_share productivity_gain labour_saving_share energy_saving_share "
        "sales_gain_share dip project_months skill_requirement step cost_low_10k "
        "cost_high_10k gain_low gain_high"
    ),
    "technology_measures": "technology | equipment_share",
    "two_integration_editions": "edition | name_zh name_en scale",
    "two_integration_items": (
        "code | name_zh name_en class unit survey minus amount feeds factor timing x0 basis note_zh"
    ),
    "two_integration_published": (
        "region edition | region_zh infrastructure application benefit total rank"
    ),
}
"""Columns of every table besides source, confidence and note; those before the bar name a row."""


class Rows:
    """One table as text, with checked access by column."""

    def __init__(self, path: Path) -> None:
        self.path = path
        key, others = (part.split() for part in COLUMNS[path.stem].split("|"))
        columns = (*key, *others)
        table = read_csv(path)
        self.sha256 = table.sha256
        self.rows = [row for _, row in table.records()]
        have = set(table.columns)
        known = (*columns, "source", "confidence")
        for column in known:
            if column not in have:
                raise InputError(path, column, "a missing column", ", ".join(known))
        for column in sorted(c for c in have if c and c not in (*known, "note")):
            raise InputError(path, column, "an unknown column", ", ".join((*known, "note")))
        seen: set[tuple[str, ...]] = set()
        for number, row in table.records():
            if not row["source"] or row["confidence"] not in CONFIDENCE:
                raise InputError(
                    path, f"line {number}: confidence", row["confidence"], ", ".join(CONFIDENCE)
                )
            name = tuple(row[column] for column in key)
            if name in seen:
                raise InputError(path, f"line {number}", ", ".join(name), "each of them once")
            seen.add(name)

    def where(self, **equal: str) -> Rows:
        """The rows whose columns have these values."""
        new = object.__new__(Rows)
        new.path, new.sha256 = self.path, self.sha256
        new.rows = [r for r in self.rows if all(r[key] == value for key, value in equal.items())]
        return new

    def text(self, column: str) -> tuple[str, ...]:
        """A column as text."""
        return tuple(row[column] for row in self.rows)

    def numbers(self, column: str, low: float = 0.0, high: float = np.inf) -> Array:
        """A column as float64 within [low, high]."""
        return np.array([self.number(row, column, low, high) for row in self.rows])

    def number(
        self, row: Mapping[str, str], column: str, low: float = 0.0, high: float = np.inf
    ) -> float:
        """One cell as a number within [low, high]."""
        try:
            value = float(row[column])
        except ValueError:
            value = np.nan
        if not (low <= value <= high and np.isfinite(value)):
            name = next(iter(row.values()))
            raise InputError(self.path, f"{name}: {column}", row[column], f"{low:g} to {high:g}")
        return value

    def position(self, row: Mapping[str, str], column: str, allowed: tuple[str, ...]) -> int:
        """Place of a cell's word in `allowed`."""
        if row[column] not in allowed:
            raise InputError(self.path, column, row[column], ", ".join(allowed))
        return allowed.index(row[column])
