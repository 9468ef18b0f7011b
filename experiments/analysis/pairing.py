"""Runs side by side: a row a replicate, a column an option, failed runs missing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.core.errors import InputError

DONE = "done"


def check_columns(frame: pd.DataFrame, needed: Sequence[str], where: str) -> None:
    """Refuse a table that lacks a column."""
    for name in needed:
        if name not in frame:
            raise InputError(where, name, "no such column", ", ".join(map(str, frame.columns)))


def measured(runs: pd.DataFrame, outcome: str) -> pd.Series:
    """An outcome of every run, missing where the run failed."""
    check_columns(runs, [outcome], "runs")
    values = pd.to_numeric(runs[outcome], errors="coerce").astype(float)
    return values.where(runs["status"] == DONE) if "status" in runs else values


def side_by_side(
    runs: pd.DataFrame, outcome: str, rows: Sequence[str], column: str
) -> pd.DataFrame:
    """An outcome with a row per `rows` (such as the replicate) and a column per value of `column`.

    Sorted both ways; missing where a run failed or is not there. Raises InputError if two runs
    claim one place.
    """
    keys = [*rows, column]
    check_columns(runs, keys, "runs")
    table = runs[keys].assign(value=measured(runs, outcome))
    twice = table.duplicated(keys)
    if twice.any():
        first = table.loc[twice, keys].iloc[0].to_dict()
        raise InputError("runs", ", ".join(keys), str(first), "one run of each")
    return table.pivot(index=list(rows), columns=column, values="value").sort_index(axis=1)
