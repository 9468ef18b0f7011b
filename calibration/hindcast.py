"""Forecasts made as if at the end of a year: ensembles of yearly series, and their quantiles.

A vintage is the year after which nothing of the province may have been used. What comes from
outside (national demand, wages, prices, interest) is taken in two ways: `frozen`, each path going
on as it last did up to the vintage's year (`exogenous.known_until`), so that nothing was known that
was not; and `known`, as it was, which asks of the model the province's answer only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from calibration.runs import simulate
from calibration.scores import LEVELS
from calibration.series import cells, describe, read
from sim.circumstances import CENTRAL, POSTERIOR, Parameters
from sim.comparison import check_counts, origin, prepared
from sim.core.errors import InputError
from sim.core.table import Array
from sim.given import settings_of
from sim.results import read_manifest, write_table
from sim.scenario import Scenario
from sim.seeds import SeedLike, as_seed
from sim.workers import Job, Progress, run_jobs

VINTAGES = (2013, 2015)
DRIVERS = ("frozen", "known")
AHEAD = 2
"""Years after a vintage that the table of forecasts holds."""
MEMBERS = "members"
"""Name of the file of an ensemble's members, from which `--from` scores again."""
QUANTILES = tuple(f"q{round(100 * level):02d}" for level in LEVELS)
LAST_YEAR = 2017

Draws = Callable[[int], Parameters]
"""vintage -> the fit that it may use."""


@dataclass(frozen=True)
class Ensemble:
    """Members of one vintage and drivers: `values` (members, cells, years)."""

    vintage: int
    drivers: str
    years: range
    values: Array

    def sample(self, series: str, region: str, year: int) -> Array:
        """Members that have a value, (n,)."""
        column = self.values[:, _place()[series, region], year - self.years.start]
        found: Array = column[~np.isnan(column)]
        return found


@dataclass
class Forecasts:
    """Every ensemble and where it comes from."""

    ensembles: tuple[Ensemble, ...]
    manifest: dict[str, Any] = field(default_factory=dict)

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Quantiles of every series in the years after each vintage."""
        blocks = []
        for one in self.ensembles:
            for year in range(one.vintage + 1, one.vintage + 1 + AHEAD):
                values = one.values[:, :, year - one.years.start]
                there = ~np.isnan(values).any(axis=0)
                spread = np.quantile(values[:, there], LEVELS, axis=0)
                names = [cell for cell, kept in zip(cells(), there, strict=True) if kept]
                words = [describe(name, lang) for name, _ in names]
                blocks.append(pd.DataFrame({
                    "vintage": one.vintage, "drivers": one.drivers,
                    "series": [name for name, _ in names],
                    "label": [word["label"] for word in words],
                    "unit": [word["unit"] for word in words],
                    "region": [region for _, region in names], "year": year,
                    **dict(zip(QUANTILES, spread, strict=True)),
                    "mean": values[:, there].mean(axis=0),
                }))  # fmt: skip
        return pd.concat(blocks, ignore_index=True)

    def write_members(self, folder: Path) -> None:
        """The members into an open folder as Parquet, with the manifest."""
        blocks = []
        for one in self.ensembles:
            count, _, years = one.values.shape
            block = pd.DataFrame({
                "member": np.tile(np.arange(count), len(cells()) * years),
                "cell": np.repeat(np.arange(len(cells())), count * years),
                "year": np.tile(np.repeat(list(one.years), count), len(cells())),
                "value": one.values.transpose(1, 2, 0).ravel(),
            })  # fmt: skip
            block = block[block["value"].notna()]
            names = np.array(cells(), dtype=object)
            block.insert(0, "region", pd.Categorical(names[block["cell"], 1]))
            block.insert(0, "series", pd.Categorical(names[block["cell"], 0]))
            block.insert(0, "drivers", pd.Categorical([one.drivers] * len(block)))
            block.insert(0, "vintage", one.vintage)
            blocks.append(block.drop(columns="cell").astype({"year": "int16", "member": "int32"}))
        frame = pd.concat(blocks, ignore_index=True)
        for name in ("series", "region", "drivers"):
            frame[name] = frame[name].astype("category")
        write_table(frame, folder / MEMBERS, self.manifest, "en", ("parquet",))


@dataclass(frozen=True)
class _Job(Job):
    """A run of one member; `forecast` names its ensemble."""

    forecast: tuple[int, str] = (0, "")


def hindcast(
    scenario: Scenario | str | Path = "document_2014",
    *,
    scale: float = 0.05,
    replicates: int = 20,
    seed: SeedLike = 1,
    workers: int | None = None,
    settings: Iterable[str] = (),
    vintages: Sequence[int] = VINTAGES,
    drivers: Sequence[str] = DRIVERS,
    draws: Draws | None = None,
    progress: Progress | None = None,
) -> Forecasts:
    """Run the ensemble of every vintage and drivers; equal for any number of workers.

    Member r has seed `seed + r` everywhere, and the population and, with `draws`, the parameters
    that go with it (`sim.circumstances`). Raises InputError for what cannot be run.
    """
    settings = settings_of(settings)
    base = prepared(scenario, settings, f"{LAST_YEAR}-12")
    if base.time.start > f"{min(vintages)}-01":
        raise InputError("validate", "time.start", base.time.start, f"{min(vintages)}-01 or before")
    seed = as_seed(seed)
    count = check_counts("validate", replicates, seed, workers)
    wanted = [
        _Job(_as_of(base, vintage, how, draws, seed + member), member, seed + member, scale, False,
             (vintage, how))
        for member in range(replicates) for vintage in vintages for how in drivers
    ]  # fmt: skip
    # Without draws the vintages differ in nothing where the drivers are known: one run is both.
    different = {(job.scenario.hash, job.seed): job for job in wanted}
    found = run_jobs(list(different.values()), count, _forecast, progress)
    by_run = dict(zip(different, found, strict=True))
    years = range(int(base.time.start[:4]), LAST_YEAR + 1)
    ensembles = tuple(
        Ensemble(vintage, how, years, np.stack([
            by_run[job.scenario.hash, job.seed].values
            for job in wanted if job.forecast == (vintage, how)
        ]))
        for vintage in vintages for how in drivers
    )  # fmt: skip
    manifest = origin(
        "validate", (base,), found[0].manifest, range(seed, seed + replicates), scale, Parameters(),
        settings,
    )  # fmt: skip
    fitted = {
        str(vintage): draws(vintage).count if draws is not None else 0 for vintage in vintages
    }
    named = POSTERIOR if any(fitted.values()) else CENTRAL
    return Forecasts(ensembles, manifest | {"parameters": named, "draws_by_vintage": fitted})


def load_forecasts(folder: Path | str) -> Forecasts:
    """Forecasts as `write_members` wrote them."""
    path = Path(folder) / f"{MEMBERS}.parquet"
    allowed = "a folder written by lianghua validate --out"
    try:
        frame = pd.read_parquet(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(path, "--from", str(error), allowed) from None
    manifest = read_manifest(path)
    if manifest.get("command") != "validate":
        raise InputError(path, "--from", manifest.get("command"), allowed)
    place = _place()
    pairs = frame[["series", "region"]].drop_duplicates().itertuples(index=False, name=None)
    other = [" of ".join(pair) for pair in pairs if pair not in place]
    if other:
        raise InputError(path, "--from", f"{other[0]}, of another version", allowed)
    ensembles = []
    years = range(int(frame["year"].min()), int(frame["year"].max()) + 1)
    for (vintage, how), rows in frame.groupby(["vintage", "drivers"], sort=False, observed=True):
        values = np.full((int(rows["member"].max()) + 1, len(place), len(years)), np.nan)
        where = [place[cell] for cell in zip(rows["series"], rows["region"], strict=True)]
        values[rows["member"], where, rows["year"] - years.start] = rows["value"]
        ensembles.append(Ensemble(int(vintage), str(how), years, values))
    return Forecasts(tuple(ensembles), manifest)


@dataclass(frozen=True)
class _Kept:
    """What a run leaves behind."""

    values: Array
    manifest: dict[str, Any]


def _forecast(job: _Job) -> _Kept:
    run = simulate(job.scenario, job.scale, job.seed)
    years = range(int(job.scenario.time.start[:4]), LAST_YEAR + 1)
    return _Kept(read(run, years), run.results.manifest)


def _as_of(base: Scenario, vintage: int, how: str, draws: Draws | None, seed: int) -> Scenario:
    """The scenario of the member with a seed."""
    if how not in DRIVERS:
        raise InputError("validate", "drivers", how, ", ".join(DRIVERS))
    parameters = draws(vintage) if draws is not None else Parameters()
    one = parameters.of(base, seed)
    return one.with_settings([f"exogenous.known_until={vintage}"]) if how == "frozen" else one


def _place() -> dict[tuple[str, str], int]:
    return {cell: place for place, cell in enumerate(cells())}
