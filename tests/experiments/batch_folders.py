"""Small folders of batches, written by hand as a study leaves them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.results import write_table

RATE, FUNDING = "instruments.machine_replacement.rate", "programme.funding"
REVIEWS = "adoption.reviews_per_year"
OUTCOMES = ("value_added", "value_added@2012-03", "targets_met")
MANIFEST = {
    "program": "lianghua", "version": "0.1.0", "command": "batch", "study": "small",
    "factors": [
        {"key": RATE, "kind": "lever", "zh": "机器换人:补助率", "en": "rate of the grant", "unit": "share"},
        {"key": FUNDING, "kind": "lever", "zh": "资金", "en": "money", "unit": "1"},
        {"key": REVIEWS, "kind": "uncertainty", "zh": "每年评估次数", "en": "reviews", "unit": "1/year"},
    ],
    "outcomes": [
        {"name": "value_added", "zh": "工业增加值", "en": "value added", "unit": "100m CNY/month",
         "unit_zh": "亿元/月", "better": "more"},
        {"name": "value_added@2012-03", "zh": "工业增加值(2012-03)", "en": "value added in 2012-03",
         "unit": "100m CNY/month", "unit_zh": "亿元/月", "better": "more"},
        {"name": "targets_met", "zh": "达成目标数", "en": "targets met", "unit": "number",
         "unit_zh": "个", "better": "more"},
    ],
}  # fmt: skip
STUDY = '[title]\nzh = "小研究"\nen = "A small study"\n'
MONTHS = [f"2012-{month:02d}" for month in range(1, 7)]


def made_design(points: int) -> pd.DataFrame:
    """Points with two numbers and a word; the last point leaves the factors as they are."""
    frame = pd.DataFrame(
        {
            "point": range(points),
            "scenario": ["document_2014"] * (points - 1) + ["no_programme"],
            RATE: np.linspace(0.1, 0.4, points),
            FUNDING: [f"level_{point % 2}" for point in range(points)],
            REVIEWS: np.linspace(1.0, 4.0, points),
        }
    )
    frame.loc[points - 1, [RATE, REVIEWS]] = np.nan
    frame.loc[points - 1, FUNDING] = None
    return frame


def made_runs(points: int, replicates: int) -> pd.DataFrame:
    """Every run done, value added 100 + 10 point + replicate."""
    place = np.arange(points * replicates)
    point, replicate = place // replicates, place % replicates
    level = 100.0 + 10.0 * point + replicate
    return pd.DataFrame(
        {
            "run": [f"{p:04x}-{r}" for p, r in zip(point, replicate, strict=True)],
            "point": point,
            "scenario": np.where(point == points - 1, "no_programme", "document_2014"),
            "replicate": replicate,
            "seed": 7 + replicate,
            "status": "done",
            "reason": "",
            "attempts": 1,
            "seconds": 0.5,
            "value_added": level,
            "value_added@2012-03": level / 2.0,
            "targets_met": 3.0 + replicate,
        }
    )


def failed(runs: pd.DataFrame, row: int, reason: str = "ValueError: [bold] no") -> pd.DataFrame:
    """The same with one run that failed."""
    found = runs.copy()
    found.loc[row, ["status", "reason"]] = ["failed", reason]
    found.loc[row, list(OUTCOMES)] = np.nan
    return found


def series_of(runs: pd.DataFrame) -> pd.DataFrame:
    """Value added of the done runs by month: the outcome plus the month's number."""
    done = runs[runs["status"] == "done"]
    frame = done[["run"]].merge(pd.DataFrame({"month": MONTHS}), how="cross")
    level = np.repeat(done["value_added"].to_numpy(), len(MONTHS))
    frame["value_added"] = level + frame["month"].str[-2:].astype(float)
    frame["employees"] = 1.0
    return frame


def cities_of(runs: pd.DataFrame) -> pd.DataFrame:
    """Wages of two cities at the end of the year."""
    done = runs[runs["status"] == "done"]
    cities = pd.DataFrame({"month": "2012-12", "city": ["Hangzhou", "Ningbo"], "wage": [3.0, 2.0]})
    return done[["run"]].merge(cities, how="cross")


def write(frame: pd.DataFrame, path: Path, manifest: Mapping[str, Any] = MANIFEST) -> Path:
    """A Parquet file with its origin, `path` without an ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(frame, path, dict(manifest), "en", ("parquet",))
    return path.with_suffix(".parquet")


def made_batch(
    folder: Path, points: int = 4, replicates: int = 3, chunk: int = 5, failing: int | None = 4
) -> Path:
    """A whole batch folder with shards of `chunk` runs and their details; run 4 failed."""
    runs = made_runs(points, replicates)
    if failing is not None:
        runs = failed(runs, failing)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    write(made_design(points), folder / "design")
    # The order of shards is not that of the runs.
    for number, start in enumerate(reversed(range(0, len(runs), chunk))):
        part = runs.iloc[start : start + chunk]
        shards = folder / "shards"
        write(series_of(part), shards / f"series-{number:06d}")
        write(cities_of(part), shards / f"cities-{number:06d}")
        write(part, shards / f"runs-{number:06d}")
    return folder
