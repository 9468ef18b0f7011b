"""What a year's edition says: every item, class and total of province and cities, latent and reported.

The data year's figures are means over its months for flows and those of December for the rest;
the edition is the year after. Reported two-integration values are latent times 1 + reporting
inflation (of the province: that of its cities by GDP); the statistics bureau's index is not filed
by cities and is reported as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.core.table import Array
from sim.indices import informatization, two_integration
from sim.indices.ranking import national_rank
from sim.indices.two_integration import Values
from sim.world.index_tables import (
    INFORMATIZATION_CLASSES,
    TWO_INTEGRATION_CLASSES,
    IndexTables,
)

INDICES = ("two_integration", "informatization")
CLASSES = {
    "two_integration": TWO_INTEGRATION_CLASSES,
    "informatization": INFORMATIZATION_CLASSES,
}
COLUMNS = (
    "year", "edition", "region", "index", "level", "code", "x", "x0", "latent", "reported", "rank",
    "rank_low", "rank_high",
)  # fmt: skip
PROVINCE = "Zhejiang"


def values(index: str, x: Array, tables: IndexTables) -> Values:
    """Items, classes and total of `x` (1 + C, n): the province, then the cities."""
    items = tables.items(index)
    if index == "two_integration":
        return two_integration.evaluate(x, two_integration.bases(tables), items)
    return informatization.evaluate(x, items)


def of_year(x: Array, index: str, tables: IndexTables) -> Array:
    """A data year's figures (1 + C, n) from those of its months (12, 1 + C, n)."""
    flow = np.array([item.flow for item in tables.items(index)])
    figures: Array = np.where(flow, x.mean(axis=0), x[-1])
    return figures


def table(
    months: Sequence[str],
    figures: dict[str, Array],
    inflation: Array,
    cities: Sequence[str],
    tables: IndexTables,
) -> dict[str, Any]:
    """Columns of the yearly table for every whole year among `months` (YYYY-MM).

    `figures` by index (M, 1 + C, n), `inflation` (M, C).
    """
    years: list[tuple[Array, ...]] = []
    for first, month in enumerate(months):
        if not month.endswith("-01") or first + 12 > len(months):
            continue
        now = slice(first, first + 12)
        lift = np.append(inflation[first + 11] @ tables.size_share, inflation[first + 11])
        for index in INDICES:
            x = of_year(figures[index][now], index, tables)
            factor = 1.0 + lift if index == "two_integration" else np.ones(len(lift))
            years.append(_rows(int(month[:4]), index, x, factor, cities, tables))
    if not years:
        return {name: [] for name in COLUMNS}
    columns = (np.concatenate(parts) for parts in zip(*years, strict=True))
    return dict(zip(COLUMNS, columns, strict=True))


def _rows(
    year: int, index: str, x: Array, factor: Array, cities: Sequence[str], tables: IndexTables
) -> tuple[Array, ...]:
    """Columns of the rows of one index and year, region by region."""
    items, latent = tables.items(index), values(index, x, tables)
    codes = ("total", *CLASSES[index], *(item.code for item in items))
    levels = ("total", *("class" for _ in CLASSES[index]), *("item" for _ in items))
    whole = np.column_stack([latent.total, latent.classes, latent.items])
    shape = regions, count = whole.shape
    shown, base, ranks = (
        np.full(shape, np.nan),
        np.full(shape, np.nan),
        np.full((3, *shape), np.nan),
    )
    shown[:, -len(items) :] = x
    reported = latent.total * factor
    ranks[:, 1:, 0] = 1 + (reported[1:] > reported[1:, None]).sum(axis=1)
    if index == "two_integration":
        base[:, -len(items) :] = two_integration.bases(tables)
        ranks[:, 0, 0] = national_rank(float(reported[0]), year + 1, tables.published)[:3]
    lines = whole.size
    return (
        np.full(lines, year), np.full(lines, year + 1), np.repeat((PROVINCE, *cities), count),
        np.full(lines, index), np.tile(levels, regions), np.tile(codes, regions), shown.ravel(),
        base.ravel(), whole.ravel(), (whole * factor[:, None]).ravel(),
        *ranks.reshape(3, -1),
    )  # fmt: skip
