"""Tie the open numbers of the two indices: `python -m calibration.index_anchors [SCALE] [RUNS]`.

Runs the 2014 programme up to the end of 2014, each time with another draw of the shipped fit, and rewrites the cells that have no published figure:
X0 of the items marked `tied` (so that each shows the published class value of Zhejiang's 2015
edition, data year 2014), the factor of the provincial edition, and the high goalposts (so that each
item shows the class value of Ningbo 2010). Nothing after 2015 is used. To be run again whenever the
model's start or the data change.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.indices import two_integration, yearly
from sim.model import Province
from sim.scenario import Scenario
from sim.world.data import DIRECTORY, load_data
from sim.world.index_tables import IndexTables

BEST_CITY = 87.0
"""Best city in the 2015 provincial edition: between the standard of 80 and Yinzhou's 94."""
NINGBO_GROWTH = 1.10 * 1.078**0.5
"""Real GDP of Ningbo from 2010 to the start of 2012 (growth 10.0 % in 2011, 7.8 % in 2012)."""


def anchor(scale: float, runs: int) -> dict[str, dict[str, float]]:
    """New values by table and code."""
    data = load_data()
    tables, cities = data.indices, list(data.cities["name_en"])
    year, start = _figures(scale, runs, tables)
    row = next(p for p in tables.published if p.region == "Zhejiang" and p.edition == 2015)
    x0 = {}
    for item, x in zip(tables.two_integration, year[0], strict=True):
        if item.basis == "tied":
            x0[item.code] = x / (2.0 ** (row.classes[item.kind] / 50.0) - 1.0)
    ningbo = cities.index("Ningbo") + 1
    high = {}
    known = tables.published_informatization["Ningbo", 2010]
    for item, x in zip(tables.informatization, start[ningbo], strict=True):
        path = tables.paths.get(item.feeds)
        if path is not None:
            first = path.monthly(2012 * 12, 1)[0]
            x *= path.values[2010 - path.first_year] / first
        elif item.feeds == "gdp_per_head":
            x /= NINGBO_GROWTH
        value = known[item.kind]
        high[item.code] = (
            float(item.low * (x / item.low) ** (1.0 / value))
            if item.log
            else item.low + (x - item.low) / value
        )
    factor = _provincial(year, x0, tables)
    return {
        "two_integration_items": x0,
        "informatization_items": high,
        "two_integration_editions": {"provincial": factor},
    }


def _figures(scale: float, runs: int, tables: IndexTables) -> tuple[np.ndarray, np.ndarray]:
    """Two-integration figures of 2014, and informatization figures of the first month (means)."""
    year, start = [], []
    scenario = Scenario.load("document_2014", ['time.end="2014-12"'])
    for run in range(runs):
        province = Province(scenario, scale=scale, seed=run + 1)
        province.run()
        items = province.recorder.values["items"]
        year.append(
            yearly.of_year(np.array(items["two_integration"][-12:]), "two_integration", tables)
        )
        start.append(items["informatization"][0])
    return np.mean(year, axis=0), np.mean(start, axis=0)


def _provincial(figures: np.ndarray, tied: dict[str, float], tables: IndexTables) -> float:
    """Factor of every X0 at which the best city shows `BEST_CITY`, by bisection."""
    items = tuple(replace(item, x0=tied.get(item.code, item.x0)) for item in tables.two_integration)
    low, high = 0.01, 100.0
    for _ in range(60):
        middle = (low * high) ** 0.5
        one = replace(tables, two_integration=items, scale={"national": 1.0, "provincial": middle})
        best = two_integration.evaluate(figures, two_integration.bases(one), items).total[1:].max()
        low, high = (middle, high) if best > BEST_CITY else (low, middle)
    return float((low * high) ** 0.5)


def rewrite(path: Path, column: str, values: dict[str, float]) -> None:
    """Put new values (four digits) into one column of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or []), list(reader)
    for row in rows:
        code = row[columns[0]]
        if code in values:
            row[column] = f"{values[code]:.4g}"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Entry point."""
    scale, runs = float((sys.argv[1:2] or ["0.1"])[0]), int((sys.argv[2:3] or ["40"])[0])
    found = anchor(scale, runs)
    columns = ("x0", "high", "scale")
    for (name, values), column in zip(found.items(), columns, strict=True):
        rewrite(DIRECTORY / f"{name}.csv", column, values)
        for code, value in values.items():
            print(f"{name}: {code} = {value:.4g}")


if __name__ == "__main__":
    main()
