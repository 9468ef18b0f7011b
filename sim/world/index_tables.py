"""Tables of the two official indices: items, goalposts, published editions, paths from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.core.errors import InputError
from sim.core.table import Array
from sim.world.rows import Rows

TWO_INTEGRATION_CLASSES = ("infrastructure", "application", "benefit")
INFORMATIZATION_CLASSES = ("infrastructure", "technology", "consumption", "knowledge", "effect")
TWO_INTEGRATION_SIZES = (8, 8, 7)
INFORMATIZATION_SIZES = (3, 2, 2, 2, 3)
"""Items in each class."""
BASES = ("national_2010", "published_item", "tied")
"""Where an X0 comes from: a national figure of 2010, a published national item value, or tied."""


@dataclass(frozen=True, eq=False)
class Item:
    """One indicator; its x is `factor` times the output or path named `feeds`; each is itself alone.

    `survey` items come from the firm survey, `minus` items count the lower the better, `amount`
    items grow with the size of a place. A year's figure of a `flow` is that of its months, else that
    of its end. Two-integration: `x0` and its `basis`. Informatization:
    goalposts `low` and `high`, on logarithms if `log`.
    """

    code: str
    zh: str
    en: str
    kind: int
    unit: str
    feeds: str
    factor: float
    source: str
    confidence: str
    note: str
    note_zh: str
    flow: bool
    survey: bool = False
    minus: bool = False
    amount: bool = False
    x0: float = np.nan
    basis: str = ""
    low: float = np.nan
    high: float = np.nan
    log: bool = False


@dataclass(frozen=True)
class Published:
    """A row of a published national edition; what was not printed is nan."""

    region: str
    region_zh: str
    edition: int
    classes: tuple[float, float, float]
    total: float
    rank: float


@dataclass(frozen=True)
class OutsidePath:
    """Yearly values of the province from `first_year` on.

    Values of a `flow` belong to the middle of the year, the others to its last month.
    """

    first_year: int
    values: Array
    unit: str
    flow: bool
    source: str

    def monthly(self, start: int, months: int) -> Array:
        """Values for `months` months from month number `start`, straight in between."""
        place = 5.5 if self.flow else 11.0
        points = (self.first_year + np.arange(len(self.values))) * 12.0 + place
        path: Array = np.interp(np.arange(start, start + months, dtype=float), points, self.values)
        return path

    def known_until(self, year: int) -> OutsidePath:
        """The path with the last known yearly step repeated after `year`, never below zero."""
        known = self.values[: max(year - self.first_year + 1, 1)]
        step = known[-1] - known[-2] if len(known) > 1 else 0.0
        more = known[-1] + step * np.arange(1, len(self.values) - len(known) + 1)
        return replace(self, values=np.concatenate([known, np.maximum(more, 0.0)]))


@dataclass(frozen=True, eq=False)
class IndexTables:
    """Everything the indices are computed from besides the model's outputs; each is itself alone.

    `scale` multiplies every X0 of an edition; `patent_share` (C,) spreads patents over cities,
    `size_share` (C,) is a city's share of GDP.
    """

    two_integration: tuple[Item, ...]
    informatization: tuple[Item, ...]
    scale: dict[str, float]
    published: tuple[Published, ...]
    published_informatization: dict[tuple[str, int], tuple[float, ...]]
    paths: dict[str, OutsidePath]
    patent_share: Array
    size_share: Array

    def items(self, index: str) -> tuple[Item, ...]:
        """Items of an index by its name."""
        items: tuple[Item, ...] = getattr(self, index)
        return items


def read_index_tables(
    table: Callable[[str], Rows], cities: tuple[str, ...], gdp: Array
) -> IndexTables:
    """Read and check the tables; `cities` and `gdp` (C,) in the order of cities.csv."""
    editions = table("two_integration_editions")
    share = table("index_cities")
    if share.text("city") != cities:
        raise InputError(share.path, "city", share.text("city"), ", ".join(cities))
    hightech = share.numbers("hightech_output_100m")
    return IndexTables(
        _two_integration(table("two_integration_items")),
        _informatization(table("informatization_items")),
        dict(
            zip(editions.text("edition"), map(float, editions.numbers("scale", 0.01)), strict=True)
        ),
        _published(table("two_integration_published")),
        _published_informatization(table("informatization_published")),
        _paths(table("index_paths")),
        hightech / hightech.sum(),
        gdp / gdp.sum(),
    )


def _two_integration(rows: Rows) -> tuple[Item, ...]:
    found = []
    for row in rows.rows:
        rows.position(row, "basis", BASES)
        survey, minus, amount = (
            bool(rows.number(row, key, 0.0, 1.0)) for key in ("survey", "minus", "amount")
        )
        found.append(
            Item(
                kind=rows.position(row, "class", TWO_INTEGRATION_CLASSES), survey=survey,
                minus=minus, amount=amount, x0=rows.number(row, "x0", 1e-9), basis=row["basis"],
                **_common(rows, row),
            )
        )  # fmt: skip
    _sizes(rows, found, TWO_INTEGRATION_SIZES)
    return tuple(found)


def _informatization(rows: Rows) -> tuple[Item, ...]:
    found = []
    for row in rows.rows:
        log = rows.position(row, "scale", ("linear", "log")) == 1
        low = rows.number(row, "low", 1e-9 if log else 0.0)
        found.append(
            Item(
                kind=rows.position(row, "class", INFORMATIZATION_CLASSES), log=log, low=low,
                high=rows.number(row, "high", np.nextafter(low, np.inf)), **_common(rows, row),
            )
        )  # fmt: skip
    _sizes(rows, found, INFORMATIZATION_SIZES)
    return tuple(found)


def _common(rows: Rows, row: dict[str, str]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "zh": row["name_zh"],
        "en": row["name_en"],
        "factor": rows.number(row, "factor"),
        "flow": rows.position(row, "timing", ("stock", "flow")) == 1,
        **{key: row[key] for key in ("unit", "feeds", "source", "confidence", "note", "note_zh")},
    }


def _sizes(rows: Rows, items: list[Item], sizes: tuple[int, ...]) -> None:
    counts = tuple(sum(item.kind == kind for item in items) for kind in range(len(sizes)))
    if counts != sizes:
        raise InputError(rows.path, "class", f"{counts} items", f"{sizes}")


def _published(rows: Rows) -> tuple[Published, ...]:
    return tuple(
        Published(
            row["region"],
            row["region_zh"],
            int(rows.number(row, "edition", 2011, 2015)),
            (
                _cell(rows, row, "infrastructure"),
                _cell(rows, row, "application"),
                _cell(rows, row, "benefit"),
            ),
            rows.number(row, "total"),
            _cell(rows, row, "rank"),
        )
        for row in rows.rows
    )


def _cell(rows: Rows, row: dict[str, str], column: str) -> float:
    """A number, or nan where nothing was printed."""
    return rows.number(row, column) if row[column] else float("nan")


def _published_informatization(rows: Rows) -> dict[tuple[str, int], tuple[float, ...]]:
    columns = (*INFORMATIZATION_CLASSES, "total")
    return {
        (row["region"], int(rows.number(row, "year"))): tuple(
            rows.number(row, column) for column in columns
        )
        for row in rows.rows
    }


def _paths(rows: Rows) -> dict[str, OutsidePath]:
    found = {}
    for name in dict.fromkeys(rows.text("path")):
        one = rows.where(path=name)
        years = [int(year) for year in one.numbers("year")]
        if years != list(range(years[0], years[-1] + 1)):
            raise InputError(rows.path, f"{name}: year", "a year left out", "every year in order")
        flow = one.position(one.rows[0], "timing", ("stock", "flow")) == 1
        found[name] = OutsidePath(
            years[0], one.numbers("value"), one.rows[0]["unit"], flow, one.rows[0]["source"]
        )
    return found
