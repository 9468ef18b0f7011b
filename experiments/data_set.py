"""A batch as a data set by point, replicate and month, for NetCDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.column_labels import Label, label, labels
from experiments.reading import DONE, Batch
from sim.core.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Array = npt.NDArray[Any]
Variable = tuple[tuple[str, ...], Array, dict[str, str]]
"""Dimensions, values and attributes."""
MONTHLY = "monthly_"
"""Before an output's name: its series, as an outcome has the same name in the last month."""
LARGEST = 2**32 - 4
"""Bytes of one variable in a file of NetCDF 3 with 64-bit offsets."""


def check_size(batch: Batch, where: Path) -> None:
    """Refuse a batch of which a variable would not fit."""
    months = _series_months(batch)
    cells = len(batch.design) * max(1, batch.runs["replicate"].nunique()) * max(1, len(months))
    if 8 * cells > LARGEST:
        allowed = f"{LARGEST // 8}; --format csv takes more"
        raise InputError(where, "points x replicates x months", cells, allowed)


def data_set(batch: Batch, lang: str = "en") -> xr.Dataset:
    """Factors (point), outcomes (point, replicate), series `monthly_*` (point, replicate, month).

    Runs that failed or are not made yet are missing; `done` says which runs are there. Every
    variable has `long_name` and, with a unit, `units`; the attributes say where the batch is from.
    """
    import xarray as xr

    known = labels(batch)
    design = batch.design
    replicates = np.sort(batch.runs["replicate"].unique()).astype("int32")
    places = _places(batch, replicates)
    shape = (len(design), len(replicates))
    found: dict[str, Variable] = {
        "scenario": (("point",), _plain(design["scenario"]), _attributes("scenario", known, lang))
    }
    for key in batch.factors:
        found[key] = (("point",), _plain(design[key]), _attributes(key, known, lang))
    both = ("point", "replicate")
    there = np.zeros(shape, dtype="int8")
    there.flat[places.to_numpy()] = 1
    found["done"] = (both, there, {"long_name": "完成的运行" if lang == "zh" else "run is done"})
    for name in batch.outcomes:
        values = np.full(shape, np.nan)
        values.flat[places.to_numpy()] = batch.done[name].to_numpy(dtype=float)
        found[name] = (both, values, _attributes(name, known, lang))
    coordinates: dict[str, Any] = {
        "point": design["point"].to_numpy(dtype="int32"),
        "replicate": replicates,
    }
    months = _series_months(batch)
    if months:
        coordinates["month"] = pd.to_datetime(pd.Series(months), format="%Y-%m").to_numpy()
        found |= _series(batch, places, (*shape, len(months)), months, lang)
    return xr.Dataset(found, coords=coordinates, attrs=_origin(batch, lang))


def _places(batch: Batch, replicates: Array) -> pd.Series:
    """Place of each done run among points times replicates, with the run as index."""
    done = batch.done
    rows = np.searchsorted(batch.design["point"], done["point"])
    columns = np.searchsorted(replicates, done["replicate"])
    return pd.Series(rows * len(replicates) + columns, index=done["run"], dtype="int64")


def _series_months(batch: Batch) -> list[str]:
    """Months of the series, in order; none without series."""
    if "series" not in batch.tables:
        return []
    months = batch.dataset("series").to_table(columns=["month"])["month"].unique().to_pylist()
    return sorted(str(month) for month in months)


def _series(
    batch: Batch, places: pd.Series, shape: tuple[int, int, int], months: list[str], lang: str
) -> dict[str, Variable]:
    """Every output of the table of series as a variable, a column at a time."""
    source = batch.dataset("series")
    keys = source.to_table(columns=["run", "month"]).to_pandas()
    # Two points with one scenario share a run; its rows are read once and stand at both.
    first = places[~places.index.duplicated()]
    cells = first.loc[keys["run"]].to_numpy() * len(months)
    cells = cells + np.searchsorted(months, keys["month"])
    shared = places[places.index.duplicated()]
    origin = first.loc[shared.index].to_numpy()
    found: dict[str, Variable] = {}
    for name in source.schema.names:
        if name in ("run", "month"):
            continue
        values = np.full(shape, np.nan)
        values.flat[cells] = source.to_table(columns=[name])[name].to_numpy().astype(float)
        by_run = values.reshape(-1, len(months))
        by_run[shared.to_numpy()] = by_run[origin]
        found[MONTHLY + name] = (
            ("point", "replicate", "month"), values, _attributes(name, {}, lang),
        )  # fmt: skip
    return found


def _plain(column: pd.Series) -> Array:
    """A column as NetCDF 3 holds it: float64, or text with nothing for what is missing."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=float, na_value=np.nan)
    texts = ["" if pd.isna(value) else str(value) for value in column]
    return np.array(texts, dtype=np.str_)


def _attributes(name: str, known: Mapping[str, Label], lang: str) -> dict[str, str]:
    one = label(name, known)
    found = {"long_name": one.name_in(lang)}
    unit = one.unit_in(lang)
    return found | ({"units": unit} if unit else {})


def _origin(batch: Batch, lang: str) -> dict[str, str]:
    """Where the batch is from, as attributes of the data set."""
    manifest = {key: value for key, value in batch.manifest.items() if key != "files"}
    failed = int((batch.runs["status"] != DONE).sum())
    return {
        "source": f"lianghua {manifest.get('version', '')}".strip(),
        "manifest": json.dumps(manifest, ensure_ascii=False),
        "study": batch.study_text,
        "runs_failed": str(failed),
        "language": lang,
    }
