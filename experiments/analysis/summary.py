"""Levels of outcomes by point or scenario, and monthly bands."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.analysis.frames import chosen, outcomes_of
from experiments.outcomes import level_ends
from sim.comparison import half_width
from sim.core.errors import InputError

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
GROUPS = ("scenario", "point")


def summary(
    runs: pd.DataFrame, outcomes: Sequence[str] | None = None, by: str = "scenario"
) -> pd.DataFrame:
    """A row a group (scenario or point) and outcome, over its runs that are done.

    Columns: scenario, point (by point), outcome, runs (with a value), failed (runs without one),
    mean with mean_low and mean_high (95 % t-interval), sd, quantiles. The interval takes runs for
    independent, which they are by point; by scenario they share points and seeds, and it is left
    out where there are several points.
    """
    keys = _keys(by)
    names = chosen("summary", outcomes, outcomes_of(runs))
    long = runs.assign(**_done(runs, names)).melt([*keys, "replicate"], names, "outcome")
    groups = long.groupby([*keys, "outcome"], sort=False)["value"]
    table = _described(groups)
    table.insert(0, "failed", groups.size() - table["runs"])
    table.insert(0, "runs", table.pop("runs"))
    width = table["runs"].map(half_width) * table["sd"]
    single = runs.groupby(keys, sort=False)["point"].nunique().max() == 1
    low, high = level_ends(table["mean"], width)
    table["mean_low"] = low if single else float("nan")
    table["mean_high"] = high if single else float("nan")
    table = table.reset_index()
    return _ordered(table, keys, "outcome", names)


def bands(
    runs: pd.DataFrame, series: pd.DataFrame, outputs: Sequence[str] | None = None,
    by: str = "scenario",
) -> pd.DataFrame:  # fmt: skip
    """A row a group, output and month: runs, mean, sd and quantiles over the runs that are done.

    `series`: run, month, outputs. A band is what histories of the group do, not how well their mean
    is known.
    """
    keys = _keys(by)
    known = [name for name in series.columns if name not in ("run", "month")]
    names = chosen("bands", outputs, known, "output")
    done = runs.loc[runs["status"] == "done", ["run", *keys]]
    frame = done.merge(series[["run", "month", *names]], on="run", how="inner")
    long = frame.melt([*keys, "month"], names, "output")
    groups = long.groupby([*keys, "output", "month"], sort=False)["value"]
    table = _described(groups).reset_index()
    return _ordered(table, keys, "output", names)


def _keys(by: str) -> list[str]:
    if by not in GROUPS:
        raise InputError("summary", "by", by, ", ".join(GROUPS))
    return ["scenario"] if by == "scenario" else ["scenario", "point"]


def _done(runs: pd.DataFrame, names: Sequence[str]) -> dict[str, pd.Series]:
    """Outcomes of runs that are done; missing in the others, whatever stands there."""
    done = runs["status"] == "done"
    return {name: runs[name].where(done) for name in names}


def _described(groups: pd.api.typing.SeriesGroupBy) -> pd.DataFrame:
    """runs, mean, sd and quantiles of groups of values, missing ones left out."""
    table = groups.agg(["count", "mean", "std"]).rename(columns={"count": "runs", "std": "sd"})
    for share in QUANTILES:
        table[f"q{round(share * 100):02d}"] = groups.quantile(share)
    return table


def _ordered(
    table: pd.DataFrame, keys: Sequence[str], column: str, names: Sequence[str]
) -> pd.DataFrame:
    """Groups as they came, then names in their order, then whatever else in its order (months)."""
    rank = {name: place for place, name in enumerate(names)}
    groups = {value: place for place, value in enumerate(dict.fromkeys(table["scenario"]))}
    order = table.assign(_group=table["scenario"].map(groups), _name=table[column].map(rank))
    by = ["_group", *[key for key in keys if key != "scenario"], "_name"]
    by += ["month"] if "month" in table else []
    return table.loc[order.sort_values(by, kind="stable").index].reset_index(drop=True)
