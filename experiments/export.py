"""A batch for other programs: tables of CSV, a workbook of Excel, a data set of NetCDF."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from experiments import one_file
from experiments.column_labels import definitions, label, labelled, labels
from experiments.outcomes import level_ends
from experiments.reading import DONE, Batch
from experiments.workbook import check_sheets, write_workbook
from sim.comparison import half_width
from sim.core.files import MANIFEST, Folder
from sim.results import write_manifest
from sim.words import for_spreadsheets

_LONGEST = 2_000
_QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}


def summary(batch: Batch, lang: str = "en") -> pd.DataFrame:
    """Outcomes over the replicates of each point, a row a point and outcome.

    point, scenario, outcome, label, unit, runs (finite values counted), failed, mean, sd, low and
    high (95 % t-interval of the mean, missing for one run), q05, q50, q95.
    """
    names = list(batch.outcomes)
    points = batch.design[["point", "scenario"]]
    failed = batch.runs["point"][batch.runs["status"] != DONE].value_counts()
    long = batch.done.melt(["point"], names, "outcome", "value").astype(
        {"point": "int64", "outcome": "str", "value": "float64"}
    )
    finite = long.replace([float("inf"), float("-inf")], float("nan")).dropna()
    grouped = finite.groupby(["point", "outcome"])["value"]
    table = grouped.agg(["count", "mean", "std"]).rename(columns={"count": "runs", "std": "sd"})
    half = table["sd"] * table["runs"].map({n: half_width(n) for n in table["runs"].unique()})
    table["low"], table["high"] = level_ends(table["mean"], half)
    for name, share in _QUANTILES.items():
        table[name] = grouped.quantile(share)
    # A point where every run failed has its row too.
    every = points.merge(pd.DataFrame({"outcome": pd.Series(names, dtype="str")}), how="cross")
    found = every.merge(table.reset_index(), on=["point", "outcome"], how="left")
    found["runs"] = found["runs"].fillna(0).astype("int64")
    found.insert(4, "failed", found["point"].map(failed).fillna(0).astype("int64"))
    known = labels(batch)
    words = [label(name, known) for name in found["outcome"]]
    found.insert(3, "label", [one.name_in(lang) for one in words])
    found.insert(4, "unit", [one.unit_in(lang) for one in words])
    return found


def about(batch: Batch) -> pd.DataFrame:
    """What the columns are, then where the batch comes from: name, kind, zh, en, units, value."""
    kept = {key: value for key, value in batch.manifest.items() if key != "files"}
    rows = [(key, "provenance", _plain(value)) for key, value in kept.items()]
    rows.append(("study", "provenance", batch.study_text))
    origin = pd.DataFrame(rows, columns=["column", "kind", "value"])
    return pd.concat([definitions(batch), origin], ignore_index=True).fillna("")


def _plain(value: Any) -> str:
    """A value of the manifest on one line; whole scenarios are too long for a cell."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"({len(text)} characters: see {MANIFEST})"


def to_csv(batch: Batch, out: Path, lang: str = "en", force: bool = False) -> list[Path]:
    """A file a table, that opens in Excel, into the folder `out`, whole or not at all."""
    known = labels(batch)
    with Folder(out, force) as folder:
        tables = {name: batch.table(name) for name in batch.tables}
        tables |= {"summary": summary(batch, lang), "about": about(batch)}
        for name, frame in tables.items():
            # The byte-order mark is how Excel knows that Chinese headers are UTF-8.
            for_spreadsheets(labelled(frame, lang, known)).to_csv(
                folder.path / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n"
            )
        kept = {key: value for key, value in batch.manifest.items() if key != "files"}
        write_manifest(kept | {"exported": "csv"}, folder.path)
    return folder.written


def to_workbook(batch: Batch, out: Path, lang: str = "en", force: bool = False) -> list[Path]:
    """One workbook with the sheets design, runs, summary and about, whole or not at all."""
    one_file.check(out, (".xlsx",), force)
    rows = len(batch.design) * max(1, len(batch.outcomes))
    shapes = {"design": batch.design.shape, "runs": batch.runs.shape, "summary": (rows, 14)}
    check_sheets(shapes, out)
    known = labels(batch)
    frames = {
        "design": batch.design, "runs": batch.runs, "summary": summary(batch, lang),
        "about": about(batch),
    }  # fmt: skip
    with one_file.whole(out) as fresh:
        write_workbook({name: labelled(one, lang, known) for name, one in frames.items()}, fresh)
    return [out]


def to_netcdf(batch: Batch, out: Path, lang: str = "en", force: bool = False) -> list[Path]:
    """A data set of NetCDF by point, replicate and month, whole or not at all."""
    from experiments.data_set import check_size, data_set

    one_file.check(out, (".nc",), force)
    check_size(batch, out)
    made = data_set(batch, lang)
    with one_file.whole(out) as fresh:
        made.to_netcdf(fresh, engine="scipy", format="NETCDF3_64BIT")
    return [out]


FORMATS: dict[str, Callable[[Batch, Path, str, bool], list[Path]]] = {
    "csv": to_csv,
    "xlsx": to_workbook,
    "netcdf": to_netcdf,
}
