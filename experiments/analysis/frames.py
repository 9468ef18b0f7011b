"""The tables `design` and `runs` of a study as analyses need them.

`design`: point, scenario, then a column per factor; `runs`: run, point, scenario, replicate, seed,
status, reason, attempts, seconds, then outcomes. A run counts if its status is "done".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.core.errors import InputError
from sim.scenario_files import closest

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
DESIGN = ("point", "scenario")
RUNS = (
    "run", "point", "scenario", "replicate", "seed", "status", "reason", "attempts", "seconds",
)  # fmt: skip
"""Columns of the two tables that are neither factors nor outcomes."""
SCENARIO = "scenario"
"""The scenario is a factor of its own where a design has several."""
MOST_LISTED = 20
"""A column of more different values than this, some missing, is no list of choices."""
FEWEST_FUTURES = 20
"""With fewer futures than this nothing is looked for."""


def factors_of(design: pd.DataFrame) -> list[str]:
    """Factors of a design that take more than one value, the scenario among them."""
    varied = [name for name in design.columns if name not in DESIGN and _values(design[name]) > 1]
    return ([SCENARIO] if design[SCENARIO].nunique() > 1 else []) + varied


def paired_by(design: pd.DataFrame, baseline: str) -> list[str]:
    """Factors whose values a point shares with the point of the baseline that it is set against.

    A factor that the baseline leaves as it is at all its points (levers, where it stands outside a
    study's names) does not count, and none does where it has one point, which then serves all.
    """
    base = design[design[SCENARIO] == baseline]
    if len(base) <= 1:
        return []
    names = [name for name in design.columns if name not in DESIGN]
    return [name for name in names if not base[name].map(_missing).all()]


def outcomes_of(runs: pd.DataFrame) -> list[str]:
    """Outcomes of a table of runs, in its order."""
    return [name for name in runs.columns if name not in RUNS]


def chosen(
    where: str, asked: Sequence[str] | None, known: Sequence[str], what: str = "outcome"
) -> list[str]:
    """What was asked for, or everything known; refuses a name that nobody knows."""
    names = list(known) if asked is None else list(asked)
    for name in names:
        if name not in known:
            raise InputError(where, what, name, closest(name, known))
    return names


def futures(
    design: pd.DataFrame, runs: pd.DataFrame, outcomes: Sequence[str], each: str = "point"
) -> pd.DataFrame:
    """A row a future: point, scenario, factors, outcomes, runs (done) and failed (not done).

    With `each` "point" a future is a point of the design and outcomes are means over its replicates
    that are done; with "run" every run is a future. What has no run that is done is left out.
    """
    if each not in ("point", "run"):
        raise InputError("analysis", "each", each, "point, run")
    done = runs["status"] == "done"
    if each == "run":
        kept = runs.loc[done, ["point", "replicate", *outcomes]].assign(runs=1, failed=0)
    else:
        counts = done.groupby(runs["point"]).agg(["sum", "size"])
        means = runs[done].groupby("point")[list(outcomes)].mean()
        counts["failed"] = counts["size"] - counts["sum"]
        kept = means.join(counts[["sum", "failed"]].rename(columns={"sum": "runs"})).reset_index()
    return design.merge(kept, on="point", how="inner").reset_index(drop=True)


def cube(design: pd.DataFrame, runs: pd.DataFrame, outcome: str) -> Floats:
    """One outcome by point and replicate, (points, replicates), in the order of the design.

    Not a number where a run failed or is not there.
    """
    done = runs[(runs["status"] == "done") & runs["point"].isin(design["point"])]
    table = done.pivot(index="point", columns="replicate", values=outcome)
    replicates = sorted(runs["replicate"].unique())
    return table.reindex(design["point"], columns=replicates).to_numpy(dtype=np.float64)


@dataclass(frozen=True)
class Column:
    """A factor over all futures: numbers, or places in a list of choices.

    `values` (n,); `choices` is empty for numbers, else what the places stand for, missing as None.
    """

    name: str
    values: Floats
    choices: tuple[Any, ...] = ()


def columns(table: pd.DataFrame, factors: Sequence[str]) -> list[Column]:
    """Factors as numbers or choices; what does not vary is left out."""
    found = [_column(name, table[name]) for name in factors if _values(table[name]) > 1]
    return found


def _column(name: str, series: pd.Series) -> Column:
    cells = [None if _missing(cell) else cell for cell in series]
    if all(isinstance(cell, Real) and not isinstance(cell, bool | np.bool_) for cell in cells):
        return Column(name, np.array(cells, dtype=np.float64))
    order = {_key(cell): cell for cell in cells}
    if len(order) > MOST_LISTED:
        raise InputError("analysis", name, f"{len(order)} values", f"{MOST_LISTED} choices at most")
    keys = sorted(order)
    place = {key: at for at, key in enumerate(keys)}
    codes = np.array([place[_key(cell)] for cell in cells], dtype=np.float64)
    return Column(name, codes, tuple(order[key] for key in keys))


def same(cell: Any) -> tuple[int, float, str]:
    """What two cells of a factor share if they are the same value, missing ones being alike."""
    return _key(None if _missing(cell) else cell)


def _key(cell: Any) -> tuple[int, float, str]:
    """Sorts what is missing first, then truth values and numbers, then everything else as text."""
    if cell is None:
        return (0, 0.0, "")
    if isinstance(cell, Real):
        return (1, float(cell), "")
    return (2, 0.0, str(cell))


def _missing(cell: Any) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


def _values(series: pd.Series) -> int:
    """Number of different values, what is missing being one."""
    return len({None if _missing(cell) else _key(cell) for cell in series})
