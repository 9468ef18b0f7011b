"""The province's data: compact tables under calibration/data, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.clock import month_number
from sim.core.errors import InputError
from sim.core.table import Array
from sim.world.economy import Economy
from sim.world.index_tables import IndexTables, read_index_tables
from sim.world.measures import Measures, read_measures
from sim.world.rows import Rows
from sim.world.tables import PROVIDER_KINDS, TECHNOLOGIES, TIERS

DIRECTORY = Path(__file__).resolve().parent.parent.parent / "calibration" / "data"
BASE_YEAR = 2013
MARGIN_ERROR = 0.005
"""Largest error of the sums of city_sector.csv against cities.csv and sectors.csv."""
SERIES = (
    "domestic_demand_growth", "export_demand_growth", "services_demand_growth", "wage_growth",
    "consumer_price_growth", "broadband_growth", "robot_price", "minimum_wage", "lending_rate",
    "online_retail_growth", "retail_sales_growth", "software_revenue_growth",
)  # fmt: skip
_MONTHS = 10_000.0 / 12.0
"""From 100m CNY a year to 10k CNY a month."""


@dataclass(frozen=True)
class Technologies:
    """Arrays (8,) named as the columns of technologies.csv."""

    names_zh: tuple[str, ...]
    names_en: tuple[str, ...]
    provider_kind: Array
    numbers: dict[str, Array]

    def __getattr__(self, name: str) -> Array:
        numbers = object.__getattribute__(self, "numbers")
        if name in numbers:
            array: Array = numbers[name]
            return array
        raise AttributeError(name)


@dataclass(frozen=True)
class ProvinceData:
    """Everything read from the tables; arrays by city (C,), sector (S,), technology (8,)."""

    economy: Economy
    cities: dict[str, Any]
    distance: Array
    counties: dict[str, Any]
    cell_firms: Array
    cell_output: Array
    cell_employees: Array
    sizes: dict[str, Any]
    technologies: Technologies
    complement: tuple[Array, Array]
    initial_adoption: Array
    initial_awareness: Array
    provider_kinds: dict[str, Any]
    provider_share: Array
    measures: Measures
    indices: IndexTables
    exogenous: dict[str, list[tuple[str, float]]]
    network_facts: list[dict[str, Any]]
    programme_budget: list[dict[str, str]]
    checksums: dict[str, str]

    @property
    def codes(self) -> dict[str, dict[str, int]]:
        """Positions of sector codes and city names, for scenario files."""
        return {
            "sectors": {code: i for i, code in enumerate(self.economy.codes)},
            "cities": {name: i for i, name in enumerate(self.cities["name_en"])},
        }

    def paths(self, start: int, months: int) -> dict[str, Array]:
        """Exogenous paths for `months` months from month number `start`, each (months,).

        Demand indices have mean 1 in the base year; wage 1 at the start; minimum wage 10k CNY a
        year at constant prices; lending rate a year; robot price in 1000 USD; broadband 1 at the
        start; consumer prices with mean 1 in the base year. Online retail, retail sales and
        software revenue are at constant prices, by consumer prices. Paths of the indices' items are
        named `index ...`.
        """
        paths = {
            f"{name}_demand": self._index(f"{name}_demand_growth", start, months)
            for name in ("domestic", "export", "services")
        }
        paths["wage"] = self._index("wage_growth", start, months)
        paths["broadband"] = self._index("broadband_growth", start, months)
        paths["robot_price"] = self._yearly("robot_price", start, months)
        prices = paths["consumer_price"] = self._index("consumer_price_growth", start, months)
        for name in ("online_retail", "retail_sales", "software_revenue"):
            paths[name] = self._index(f"{name}_growth", start, months) / prices
        paths["minimum_wage"] = self._steps("minimum_wage", start, months) * 12e-4 / prices
        paths["lending_rate"] = self._steps("lending_rate", start, months) * 0.01
        for name, path in self.indices.paths.items():
            paths[f"index {name}"] = path.monthly(start, months)
        return paths

    def known_until(self, year: int) -> ProvinceData:
        """The same data without what happened outside after `year`: paths go on as they last did.

        Growth stays at the last known rate, the robot price changes and the minimum wage is raised
        by the last known proportion, the lending rate stays, items of the indices keep their last
        step.
        """
        if all(int(date[:4]) <= year for points in self.exogenous.values() for date, _ in points):
            return self
        outside = {}
        for name, points in self.exogenous.items():
            known = sorted(point for point in points if int(point[0][:4]) <= year)
            if name in ("robot_price", "minimum_wage"):
                known += _continued(known, max(int(date[:4]) for date, _ in points))
            outside[name] = known
        paths = {name: path.known_until(year) for name, path in self.indices.paths.items()}
        return replace(self, exogenous=outside, indices=replace(self.indices, paths=paths))

    def _index(self, series: str, start: int, months: int) -> Array:
        """Level from yearly growth rates in per cent, compounding monthly; base-year mean 1."""
        growth = {int(date): value for date, value in self.exogenous[series]}
        first, last = BASE_YEAR * 12, start + months
        low = min(start, first)
        years = np.arange(low, max(last, first + 12)) // 12
        known = np.clip(years, min(growth), max(growth))
        rates = np.array([growth[int(year)] for year in known])
        level = np.cumprod((1.0 + rates / 100.0) ** (1.0 / 12.0))
        level /= level[first - low : first - low + 12].mean()
        return level[start - low : start - low + months]

    def _yearly(self, series: str, start: int, months: int) -> Array:
        """Yearly values taken at mid-year, geometric in between."""
        points = [(int(date) * 12 + 6, np.log(value)) for date, value in self.exogenous[series]]
        where, level = zip(*sorted(points), strict=True)
        path: Array = np.exp(np.interp(np.arange(start, start + months), where, level))
        return path

    def _steps(self, series: str, start: int, months: int) -> Array:
        """The value in force from each date on."""
        points = sorted((month_number(date), value) for date, value in self.exogenous[series])
        dates = np.array([date for date, _ in points])
        place = np.searchsorted(dates, np.arange(start, start + months), side="right") - 1
        return np.array([value for _, value in points])[np.maximum(place, 0)]


def _continued(known: list[tuple[str, float]], last: int) -> list[tuple[str, float]]:
    """The last change of a path's yearly values repeated every year up to `last`."""
    (date, value), ratio = known[-1], known[-1][1] / known[-2][1]
    year, month = int(date[:4]), date[4:]
    return [(f"{year + n}{month}", value * ratio**n) for n in range(1, last - year + 1)]


def city_rows(cities: Mapping[str, Any]) -> dict[str, int]:
    """Row of a city by any of its names: 宁波, 宁波市, Ningbo, ningbo, 330200."""
    stems = [str(name).removesuffix("市") for name in cities["name_zh"]]
    english = [str(name) for name in cities["name_en"]]
    small = [name.casefold() for name in english]
    columns = (stems, cities["name_zh"], english, small, cities["code"])
    return {str(word): row for names in columns for row, word in enumerate(names)}


@cache
def load_data(directory: Path | None = None) -> ProvinceData:
    """Read and check every table; raises InputError naming file, row and column."""
    folder = Path(directory) if directory is not None else DIRECTORY
    sums: dict[str, str] = {}

    def table(name: str) -> Rows:
        rows = Rows(folder / f"{name}.csv")
        sums[f"{name}.csv"] = rows.sha256
        return rows

    sectors = table("sectors")
    cities = table("cities")
    economy = _economy(sectors, table("input_coefficients"), table("final_demand"))
    names = cities.text("name_en")
    industry = sectors.where(kind="industry")
    cells = _cells(table("city_sector"), cities, industry)
    start = table("initial_adoption")
    share = _provider_share(table("providers"), names)
    facts = table("network_facts")
    return ProvinceData(
        economy=economy,
        cities=_cities(cities),
        distance=great_circle(cities.numbers("longitude"), cities.numbers("latitude")),
        counties=_counties(table("counties"), names, economy),
        cell_firms=cells["firms"],
        cell_output=cells["output_100m"] * _MONTHS,
        cell_employees=cells["employees_10k"] * 1e4,
        sizes=_sizes(table("size_classes")),
        technologies=_technologies(table("technologies")),
        complement=_complement(table("complementarities")),
        initial_adoption=_initial(start, "share_2012"),
        initial_awareness=_initial(start, "aware_2012"),
        provider_kinds=_kinds(table("provider_kinds")),
        provider_share=share,
        measures=read_measures(
            table, economy.codes, cities.numbers("gdp_100m"),
            cells["output_100m"] @ industry.numbers("value_added_share"),
            share[PROVIDER_KINDS.index("ecommerce_platform")],
            share[PROVIDER_KINDS.index("industrial_software")],
        ),
        indices=read_index_tables(table, names, cities.numbers("gdp_100m")),
        exogenous=_exogenous(table("exogenous")),
        network_facts=[
            dict(row) | {k: facts.number(row, k) for k in ("low", "central", "high")}
            for row in facts.rows
        ],
        programme_budget=table("programme_budget").rows,
        checksums=sums,
    )  # fmt: skip


def _economy(sectors: Rows, inputs: Rows, final: Rows) -> Economy:
    industry = sectors.where(kind="industry")
    codes, every = industry.text("code"), sectors.text("code")
    size = len(codes)
    table = np.zeros((len(every), len(every)))
    for row in inputs.rows:
        place = inputs.position(row, "input", every), inputs.position(row, "user", every)
        table[place] = inputs.number(row, "coefficient", 0.0, 1.0)
    ratio = industry.numbers("local_supply_ratio", 0.0, 1.0)
    total = table[:size, :size]
    local = total * ratio[:, None]
    demand = np.zeros((3, size))
    for row in final.rows:
        part = final.position(row, "component", ("domestic", "export", "services"))
        demand[part, final.position(row, "sector", codes)] = final.number(row, "value_100m")
    whole = np.maximum(demand.sum(axis=0), 1e-9)
    value_added = industry.numbers("value_added_share", 0.0, 1.0)
    return Economy(
        codes=codes,
        names_zh=industry.text("name_zh"),
        names_en=industry.text("name_en"),
        coefficients=local,
        total_coefficients=total,
        imported_share=np.maximum(1.0 - value_added - local.sum(axis=0), 0.0),
        labour_share=value_added * industry.numbers("labour_share_of_value_added", 0.0, 1.5),
        energy_share=total[codes.index("UTI")],
        final_demand=whole * _MONTHS,
        export_share=demand[1] / whole,
        service_share=demand[2] / whole,
        **{
            name: industry.numbers(name)
            for name in (
                "capital_output_ratio", "skilled_share", "production_worker_share",
                "robot_density_multiple", "polluting", "hazardous", "equipment_maker",
            )
        },
    )  # fmt: skip


def _cells(grid: Rows, cities: Rows, industry: Rows) -> dict[str, Array]:
    """Firms, output and employees by city and sector, each (C, S), that add to both margins."""
    names, codes = cities.text("name_en"), industry.text("code")
    cells = {}
    for key in ("firms", "output_100m", "employees_10k"):
        cells[key] = np.full((len(names), len(codes)), np.nan)
        for row in grid.rows:
            place = grid.position(row, "city", names), grid.position(row, "sector", codes)
            cells[key][place] = grid.number(row, key)
        for axis, margin, words in ((1, cities, names), (0, industry, codes)):
            got, want = cells[key].sum(axis=axis), margin.numbers(key)
            wrong = np.flatnonzero(~(np.abs(got - want) <= MARGIN_ERROR * want))
            if len(wrong):
                worst = int(wrong[0])
                raise InputError(
                    grid.path, f"{words[worst]}: {key}", f"a sum of {got[worst]:g}",
                    f"{want[worst]:g} as in {margin.path.name}",
                )  # fmt: skip
    return cells


def _exogenous(outside: Rows) -> dict[str, list[tuple[str, float]]]:
    """Dates (year or year-month) and values of every path."""
    paths: dict[str, list[tuple[str, float]]] = {name: [] for name in SERIES}
    for row in outside.rows:
        name = SERIES[outside.position(row, "series", SERIES)]
        monthly = name in ("minimum_wage", "lending_rate")
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])" if monthly else r"\d{4}", row["date"]):
            allowed = "year-month" if monthly else "a year"
            raise InputError(outside.path, f"{name}: date", row["date"], allowed)
        paths[name].append((row["date"], outside.number(row, "value", -99.0)))
    for name, points in paths.items():
        if not points:
            raise InputError(outside.path, name, "no rows", "one or more")
        years = sorted(int(date) for date, _ in points if name.endswith("growth"))
        if years and years != list(range(years[0], years[-1] + 1)):
            raise InputError(outside.path, f"{name}: date", "a year left out", "every year")
    return paths


def _cities(cities: Rows) -> dict[str, Any]:
    found: dict[str, Any] = {key: cities.text(key) for key in ("code", "name_zh", "name_en")}
    for key in ("longitude", "latitude", "population_10k", "gdp_100m", "fiscal_revenue_100m",
                "broadband_per_100", "firms", "output_100m", "employees_10k"):  # fmt: skip
        found[key] = cities.numbers(key)
    found["wage"] = cities.numbers("industrial_wage_cny") * 1e-4
    return found


def great_circle(longitude: Array, latitude: Array) -> Array:
    """Great-circle distances in km (haversine, radius 6,371 km), (n, n)."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    distance: Array = 2 * 6371.0 * np.arcsin(np.sqrt(half))
    return distance


def _counties(rows: Rows, cities: tuple[str, ...], economy: Economy) -> dict[str, Any]:
    known = set(economy.codes)
    special = []
    for row in rows.rows:
        marks = [code for code in row["specialised_sectors"].split(";") if code]
        if not set(marks) <= known:
            raise InputError(rows.path, row["name_zh"], marks, ", ".join(economy.codes))
        special.append(tuple(marks))
    return {
        "name_zh": rows.text("name_zh"),
        "city": np.array([rows.position(row, "city", cities) for row in rows.rows]),
        "longitude": rows.numbers("longitude"),
        "latitude": rows.numbers("latitude"),
        "specialised": tuple(special),
    }


def _sizes(rows: Rows) -> dict[str, Any]:
    return {
        "size": rows.text("size"),
        "tier": np.array([rows.position(row, "tier", TIERS) for row in rows.rows]),
        **{
            key: rows.numbers(key)
            for key in ("firms", "employees_low", "employees_high", "mean_employees",
                        "output_per_employee_ratio")
        },
    }  # fmt: skip


def _technologies(rows: Rows) -> Technologies:
    if rows.text("code") != TECHNOLOGIES:
        raise InputError(rows.path, "code", rows.text("code"), ", ".join(TECHNOLOGIES))
    plain = ("code", "name_zh", "name_en", "provider_kind", "source", "confidence", "note")
    return Technologies(
        rows.text("name_zh"),
        rows.text("name_en"),
        np.array([rows.position(row, "provider_kind", PROVIDER_KINDS) for row in rows.rows]),
        {key: rows.numbers(key) for key in rows.rows[0] if key not in plain},
    )


def _complement(rows: Rows) -> tuple[Array, Array]:
    """Share of the gain that stands alone (8,), and what other technologies add (8, 8)."""
    table = np.zeros((len(TECHNOLOGIES), len(TECHNOLOGIES)))
    for row in rows.rows:
        place = (rows.position(row, "technology", TECHNOLOGIES),
                 rows.position(row, "with_technology", TECHNOLOGIES))  # fmt: skip
        table[place] = rows.number(row, "share_of_gain", 0.0, 1.0)
    base = 1.0 - table.sum(axis=1)
    if (base < 0).any():
        raise InputError(rows.path, "share_of_gain", "shares above 1", "at most 1 a technology")
    return base, table


def _initial(rows: Rows, column: str) -> Array:
    """A share by technology and tier, (8, 4)."""
    share = np.full((len(TECHNOLOGIES), len(TIERS)), np.nan)
    for row in rows.rows:
        place = rows.position(row, "technology", TECHNOLOGIES), rows.position(row, "tier", TIERS)
        share[place] = rows.number(row, column, 0.0, 1.0)
    if np.isnan(share).any():
        raise InputError(rows.path, column, "missing rows", "every technology and tier")
    return share


def _kinds(rows: Rows) -> dict[str, Any]:
    if rows.text("kind") != PROVIDER_KINDS:
        raise InputError(rows.path, "kind", rows.text("kind"), ", ".join(PROVIDER_KINDS))
    return {
        key: rows.numbers(key) for key in ("count", "teams_mean", "learning_rate", "failure_rate")
    }


def _provider_share(rows: Rows, cities: tuple[str, ...]) -> Array:
    """Share of a kind's providers in each city, (7, C), adding to one."""
    share = np.zeros((len(PROVIDER_KINDS), len(cities)))
    for row in rows.rows:
        place = rows.position(row, "kind", PROVIDER_KINDS), rows.position(row, "city", cities)
        share[place] = rows.number(row, "share", 0.0, 1.0)
    for kind, total in zip(PROVIDER_KINDS, share.sum(axis=1), strict=True):
        if not abs(total - 1.0) <= 0.01:
            raise InputError(rows.path, f"{kind}: share", f"a sum of {total:g}", "a sum of 1")
    return share / share.sum(axis=1, keepdims=True)
