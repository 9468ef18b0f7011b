"""No observed outcome after 2015 stands in any table of the repository."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import sim
from sim.indices.targets import LAST_OUTCOME

ROOT = Path(sim.__file__).parents[1]
YEAR_COLUMNS = ("year", "years", "date", "month", "edition", "model_year", "data_year")
NO_OUTCOMES = {
    "exogenous.csv": "drivers from outside, an outlook from 2018",
    "index_paths.csv": "paths from outside, an outlook from 2016",
    "targets.csv": "the programme's own targets",
    "programme_budget.csv": "public money, held at 2015 from then on",
}
"""Tables that may name later years, and what they hold there."""


def tables() -> list[Path]:
    folders = [ROOT / name for name in ("calibration", "sim", "scenarios", "docs", "tests")]
    return sorted(path for folder in folders for path in folder.rglob("*.csv"))


def years(path: Path) -> list[tuple[dict[str, str], int]]:
    """Every year that a row names in a year column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (row, int(text))
        for row in rows
        for column in YEAR_COLUMNS
        for text in re.findall(r"\d{4}", row.get(column) or "")
    ]


def test_tables_with_years_are_found() -> None:
    dated = {path.name for path in tables() if years(path)}
    assert {"observed_moments.csv", "target_outcomes.csv", *NO_OUTCOMES} <= dated


@pytest.mark.parametrize("path", tables(), ids=lambda path: path.name)
def test_no_outcome_after_2015(path: Path) -> None:
    late = [(row, year) for row, year in years(path) if year > LAST_OUTCOME]
    if path.name not in NO_OUTCOMES:
        assert not late
    if path.name == "index_paths.csv":
        assert {row["kind"] for row, _ in late} == {"outlook"}
    if path.name == "programme_budget.csv":
        assert {row["source"] for row, _ in late} == {"held at 2015"}
