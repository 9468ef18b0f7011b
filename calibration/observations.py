"""Tables of observations, read strictly: one CSV row a series, region and year.

Columns series, region, year, value; unit, source, confidence and note may follow. Files are read
as `sim.core.csv_table` says.
"""

from __future__ import annotations

import difflib
import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from calibration.series import (
    PROVINCE,
    Series,
    catalogue,
    moment_series,
    regions,
    same_series,
)
from calibration.targets import load as load_moments
from sim.core.csv_table import CsvTable, read_csv
from sim.core.errors import InputError
from sim.indices.scorecard import BASE_YEAR
from sim.indices.targets import LAST_OUTCOME, load_targets
from sim.outputs import SHARES
from sim.scenario_files import alike
from sim.world.data import DIRECTORY
from sim.world.rows import CONFIDENCE, Rows

NEEDED = ("series", "region", "year", "value")
OPTIONAL = ("unit", "source", "confidence", "note")
YEARS = (2000, 2017)
"""Years that an observation may have; the forecasts end with the last."""
SHIPPED = "observations.csv"
"""What is shipped besides outcomes of targets and moments, in the format of a user's table."""
TABLES = ("target_outcomes.csv", "observed_moments.csv", SHIPPED)
USED_IN_SET_UP = frozenset(
    (name, 2014)
    for name in ("O2a", "O2b", "O3", "two_integration.latent", "two_integration.reported",
                 "two_integration.rank", "two_integration_index")
)  # fmt: skip
"""Published figures that the model was tied to (docs/indices.md): no test of a forecast."""


@dataclass(frozen=True)
class Observation:
    """One observed value in the unit of its series; `region` by its English name.

    `used` says that the model was set up with this figure.
    """

    series: str
    region: str
    year: int
    value: float
    source: str = ""
    used: bool = False


@dataclass(frozen=True)
class Observations:
    """A table with the name and checksum of its file, rows in the order of series, region, year."""

    name: str
    sha256: str
    rows: tuple[Observation, ...]

    def history(self, series: str, region: str, until: int) -> dict[int, float]:
        """Values by year up to and with `until`."""
        known = self._values.get((series, region), {})
        return {year: value for year, value in known.items() if year <= until}

    @cached_property
    def _values(self) -> dict[tuple[str, str], dict[int, float]]:
        found: dict[tuple[str, str], dict[int, float]] = {}
        for one in self.rows:
            found.setdefault((one.series, one.region), {})[one.year] = one.value
        return found


def read_observations(path: Path | str) -> Observations:
    """Read a table; raises InputError naming file, line, column, value and what is allowed."""
    where = Path(path)
    table = read_csv(where, short_rows=True)
    columns = _columns(table)
    found: dict[tuple[str, str, int], tuple[int, Observation]] = {}
    for number, cells in table.rows:
        if not any(cells):
            continue
        one = _observation(table, number, dict(zip(columns, cells, strict=True)))
        key = (one.series, one.region, one.year)
        if key in found:
            given = f"{one.series}, {one.region}, {one.year} again"
            allowed = f"each once (it stands in line {found[key][0]})"
            raise InputError(where, f"line {number}", given, allowed)
        found[key] = number, one
    if not found:
        raise InputError(where, "", "no rows", "one observation or more")
    rows = tuple(found[key][1] for key in sorted(found))
    return Observations(where.name, table.sha256, rows)


@cache
def shipped(directory: Path | None = None) -> Observations:
    """What is published with the model: outcomes of targets and other series, up to 2015.

    Raises InputError naming what is wrong with target_outcomes.csv or observations.csv.
    """
    folder = directory if directory is not None else DIRECTORY
    published = load_targets(folder)
    Rows(folder / SHIPPED)  # every figure with its source and confidence
    more = read_observations(folder / SHIPPED)
    outcomes = [
        Observation(
            target.code, PROVINCE, one.year, one.value, one.source,
            (target.code, one.year) in USED_IN_SET_UP,
        )
        for target in published.rows
        for one in target.published
        if target.code in catalogue()
    ]  # fmt: skip
    rows = [*outcomes, *_moments(folder, outcomes), *more.rows]
    keys = [(one.series, one.region, one.year) for one in rows]
    late = [key for key in keys if key[2] > LAST_OUTCOME]
    if late or len(set(keys)) < len(keys):
        twice = sorted(key for key in keys if keys.count(key) > 1)
        allowed = f"each once in all tables of observations, up to {LAST_OUTCOME}"
        raise InputError(folder / SHIPPED, "", ", ".join(map(str, (late or twice)[0])), allowed)
    ordered = tuple(sorted(rows, key=lambda one: (one.series, one.region, one.year)))
    sums = "".join(Rows(folder / name).sha256 for name in TABLES)
    return Observations("shipped", hashlib.sha256(sums.encode()).hexdigest(), ordered)


def _moments(folder: Path, outcomes: Sequence[Observation]) -> Iterator[Observation]:
    """Observed moments as yearly observations, but those that stand among the targets' outcomes."""
    answered = {(output, one.year) for one in outcomes for output in _outputs(one.series)}
    for one in load_moments(folder / "observed_moments.csv"):
        name = same_series(one)
        if (name, one.year) in answered or one.model_year != one.year:
            continue
        found = catalogue()[name or moment_series(one)]
        region = one.region if one.region in found.regions else PROVINCE
        # A reading may be in per cent where the output is a share.
        value = one.value / one.factor if name else one.value
        # A later figure cannot have been used by tables of 2013, which merely hold the model near.
        used = bool(one.tied) and (one.year <= BASE_YEAR or one.tied == "index_anchors.py")
        yield Observation(found.name, region, one.year, value, one.source, used)


def _outputs(code: str) -> tuple[str, ...]:
    """What answers a target, the national index by the name of its edition."""
    return ("two_integration.reported",) if code == "O2a" else load_targets()[code].outputs


def _columns(table: CsvTable) -> list[str]:
    path, number = table.path, table.header_line
    columns = [name.casefold() for name in table.columns]
    allowed = f"{', '.join(NEEDED)} and, if wanted, {', '.join(OPTIONAL)}"
    for name in NEEDED:
        if name not in columns:
            raise InputError(path, f"line {number}", f"no column {name}", allowed)
    for name in columns:
        if name not in (*NEEDED, *OPTIONAL) or columns.count(name) > 1:
            given = f"{name} twice" if columns.count(name) > 1 else f"column {name}"
            raise InputError(path, f"line {number}", given, allowed)
    return columns


def _observation(table: CsvTable, line: int, row: dict[str, str]) -> Observation:
    def wrong(column: str, allowed: str) -> InputError:
        return InputError(table.path, f"line {line}: {column}", row[column], allowed)

    one = catalogue().get(row["series"])
    if one is None:
        near = difflib.get_close_matches(row["series"], list(catalogue()), 3, 0.4)
        raise wrong("series", f"{', '.join(near) or 'a series'} (all: lianghua validate --series)")
    region = regions().get(row["region"])
    if region is None:
        near = alike(row["region"], regions(), 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise wrong("region", hint + ", ".join(dict.fromkeys(regions().values())))
    if region not in one.regions:
        kept = "the 11 cities" if PROVINCE not in one.regions else f"{PROVINCE} only"
        raise wrong("region", f"{kept} for {one.name}")
    if not re.fullmatch(r"\d{4}(\.0+)?", row["year"]) or not (
        YEARS[0] <= int(row["year"][:4]) <= YEARS[1]
    ):
        raise wrong("year", f"a year from {YEARS[0]} to {YEARS[1]}")
    if row.get("unit") and _plain(row["unit"]) not in [_plain(unit) for unit in one.units]:
        raise wrong("unit", f"{' or '.join(one.units)} for {one.name}")
    if row.get("confidence") and row["confidence"] not in CONFIDENCE:
        raise wrong("confidence", ", ".join(CONFIDENCE))
    year = int(row["year"][:4])
    value = table.number(row["value"])
    low, high = one.bounds
    if value is None or not low <= value <= high:
        raise wrong("value", _range(one))
    used = region == PROVINCE and (one.name, year) in USED_IN_SET_UP
    return Observation(one.name, region, year, value, row.get("source", ""), used)


def _plain(unit: str) -> str:
    return unit.replace(" ", "").casefold()


def _range(one: Series) -> str:
    low, high = one.bounds
    ends = f" from {low:g}" if math.isfinite(low) else ""
    ends += f" to {high:g}" if math.isfinite(high) else ""
    hint = "; 45 % is 0.45" if one.unit in SHARES else ""
    return f"a number{ends} ({one.unit}{hint})"
