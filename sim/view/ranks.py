"""The two official indices in the page's runs: totals, classes and ranks by data year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.core.table import Array
from sim.indices.ranking import PROVINCES, national_rank
from sim.indices.yearly import CLASSES, PROVINCE
from sim.view.columns import Columns
from sim.view.snapshot import Track
from sim.world.data import load_data

LEAST = 5
"""Runs below which no band is drawn."""
FIGURES = ("latent", "reported", "rank")
"""What is kept of the yearly table."""


@dataclass(frozen=True, eq=False)
class Path:
    """Mean over runs (years,) of a figure, with 5 % and 95 % quantiles, nan below five runs."""

    years: tuple[int, ...]
    mean: Array
    low: Array
    high: Array


def regions() -> tuple[str, ...]:
    """The province, then the cities, as the yearly table names them."""
    return (PROVINCE, *(str(name) for name in load_data().cities["name_en"]))


def yearly(table: pd.DataFrame) -> tuple[tuple[int, ...], Columns[tuple[str, str, str]]]:
    """Years and figures of a run's yearly table (`Results.indices`), without its items."""
    rows = table[table["level"] != "item"].reset_index(drop=True)
    order = {name: place for place, name in enumerate(regions())}
    years = sorted(set(rows["year"]))
    at = np.array([years.index(one) for one in rows["year"]], dtype=int)
    places = np.array([order[one] for one in rows["region"]], dtype=int)
    names, figures = [], []
    for (index, code), mine in rows.groupby(["index", "code"], sort=False).indices.items():
        for column in FIGURES:
            found = np.full((len(years), len(order)), np.nan)
            found[at[mine], places[mine]] = rows[column].to_numpy(np.float64)[mine]
            names.append((str(index), str(code), column))
            figures.append(found)
    shape = (len(names), len(years), len(order))
    made: Array = np.array(figures, dtype=np.float64).reshape(shape)
    return tuple(int(one) for one in years), Columns(tuple(names), made)


def years_of(track: Track) -> tuple[int, ...]:
    """Data years that a track's runs cover."""
    return track.members[0].years if track.members else ()


def stacked(track: Track, index: str, code: str, column: str) -> Array:
    """(members, years, 12) of a track."""
    return np.stack([one.indices[index, code, column] for one in track.members])


def path(track: Track, index: str, code: str, column: str, place: int) -> Path:
    """A figure of a place over the years."""
    values = stacked(track, index, code, column)[:, :, place]
    mean = values.mean(axis=0)
    if len(values) < LEAST:
        none = np.full_like(mean, np.nan)
        return Path(years_of(track), mean, none, none)
    low, high = np.quantile(values, (0.05, 0.95), axis=0)
    return Path(years_of(track), mean, low, high)


def classes(
    track: Track, index: str, place: int, year: int
) -> dict[str, tuple[float, float, float]]:
    """Mean value of each class of a place in a year, with its 90 % band."""
    at = years_of(track).index(year)
    found = {}
    for code in CLASSES[index]:
        one = path(track, index, code, "latent", place)
        found[code] = (float(one.mean[at]), float(one.low[at]), float(one.high[at]))
    return found


def city_ranks(track: Track, index: str) -> Array:
    """Ranks of the cities by reported totals, (members, years, 11)."""
    return stacked(track, index, "total", "rank")[:, :, 1:]


def order(ranks: Array) -> Array:
    """Places 1 to 11 by mean rank over runs, (years, 11); equal means in the cities' order."""
    mean = ranks.mean(axis=0)
    places: Array = mean.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    return places


def chances(ranks: Array, count: int) -> Array:
    """Share of runs in which each city has each rank, (cities, count), of (members, cities)."""
    steps = np.arange(1, count + 1)
    shares: Array = (ranks[:, :, None] == steps).mean(axis=0)
    return shares


def national_chances(track: Track, year: int) -> Array:
    """Chance of each rank among the provinces (31,) in a data year, by the reported total.

    Within a run the other provinces are uncertain; chances are means over runs.
    """
    at = years_of(track).index(year)
    totals = stacked(track, "two_integration", "total", "reported")[:, at, 0]
    published = load_data().indices.published
    found: Array = np.mean(
        [national_rank(float(one), year + 1, published).chance for one in totals], axis=0
    )
    assert len(found) == PROVINCES
    return found
