"""Numbers of a report: levels, paired contrasts and effects of factors, from a batch's tables.

`design` is a frame with point, scenario and a column for each factor; `runs` one with point,
scenario, replicate, status and outcomes; `outcomes` names columns of `runs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from experiments.analysis.frames import paired_by
from experiments.outcomes import level_ends
from sim.core.table import Array

KEYS = ("point", "scenario")
"""Columns of a design that are no factors."""
REACH = (0.05, 0.95)
"""Quantiles of an interval over points."""
MOST_LEVELS = 40


def factors_of(design: pd.DataFrame) -> list[str]:
    """Factors of a design, in its order."""
    return [name for name in design.columns if name not in KEYS]


def finished(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs that are done."""
    return runs[runs["status"] == "done"]


def half_widths(counts: Array) -> Array:
    """Half width of a 95 % t-interval over the standard deviation of so many; one has none."""
    n = np.asarray(counts, dtype=np.float64)
    wide = np.full(n.shape, np.nan)
    several = n > 1
    wide[several] = stdtrit(n[several] - 1.0, 0.975) / np.sqrt(n[several])
    return wide


def levels(runs: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Mean, sd and 95 % t-interval over replicates: point, scenario, outcome, n, mean, sd, low, high."""
    long = finished(runs).melt(list(KEYS), list(outcomes), "outcome", "value").dropna()
    grouped = long.groupby([*KEYS, "outcome"], sort=False)["value"]
    table = grouped.agg(["size", "mean", "std"]).rename(columns={"size": "n", "std": "sd"})
    half = table["sd"] * half_widths(table["n"].to_numpy())
    low, high = level_ends(table["mean"], half)
    return table.assign(low=low, high=high).reset_index()


def as_text(cells: pd.DataFrame | pd.Series) -> Any:
    """Cells as text, a missing one as "", so that words and what is missing can be told apart."""
    return cells.map(lambda one: "" if _missing(one) else str(one)).astype(object)


def _missing(one: Any) -> bool:
    return one is None or one is pd.NA or (isinstance(one, float) and one != one)


# ------------------------------------------------------------------ contrasts
def contrasts(
    design: pd.DataFrame, runs: pd.DataFrame, outcomes: Sequence[str], baseline: str
) -> pd.DataFrame:
    """Paired differences of every scenario to the baseline: scenario, outcome, n, baseline,
    difference, low, high, over.

    Pairs share the replicate and the values of the factors, but for those that the baseline leaves
    as they are at all its points (a baseline at one point serves all).
    Where a scenario has one point, the interval is a 95 % t-interval over replicates (`over` is
    "chance"); where it has several, it holds 90 % of the points' means (`over` is "points").
    """
    factors = paired_by(design, baseline)
    frame = _placed(design, runs).merge(
        pd.DataFrame({"point": design["point"], "setting": _numbered(design, factors)})
    )
    base = frame[frame["scenario"] == baseline].drop_duplicates(["setting", "replicate"])
    rows = []
    for name in dict.fromkeys(design["scenario"]):
        if name == baseline:
            continue
        mine = frame[frame["scenario"] == name]
        pairs = mine.merge(base, on=["setting", "replicate"], suffixes=("", "_base"))
        for outcome in outcomes:
            gap = pairs[outcome] - pairs[f"{outcome}_base"]
            known = gap.notna()
            rows.append(
                (name, outcome, pairs[f"{outcome}_base"][known].mean(),
                 *_spread(gap[known], pairs["place"][known]))
            )  # fmt: skip
    columns = ["scenario", "outcome", "baseline", "n", "difference", "low", "high", "over"]
    return pd.DataFrame(rows, columns=columns)


def _placed(design: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Done runs with `place`: the number of their values of the factors."""
    place = _numbered(design, factors_of(design))
    return finished(runs).merge(pd.DataFrame({"point": design["point"], "place": place}))


def _numbered(design: pd.DataFrame, factors: list[str]) -> Array:
    """Number of the values of some factors at every point, (points,)."""
    if not factors:
        return np.zeros(len(design), dtype=np.int64)
    found: Array = as_text(design[factors]).groupby(factors, sort=False).ngroup().to_numpy()
    return found


def _spread(gap: pd.Series, place: pd.Series) -> tuple[int, float, float, float, str]:
    """Number of pairs, mean, low, high, and what the interval is over."""
    if place.nunique() > 1:
        means = gap.groupby(place).mean()
        low, high = means.quantile(list(REACH))
        return len(gap), float(means.mean()), float(low), float(high), "points"
    centre, half = gap.mean(), gap.std(ddof=1) * half_widths(np.array([len(gap)]))[0]
    return len(gap), float(centre), float(centre - half), float(centre + half), "chance"


# ------------------------------------------------------------------ shape of a design
def varying(design: pd.DataFrame) -> list[str]:
    """Factors with more than one value, what is left as the scenario has it among them."""
    return [name for name in factors_of(design) if as_text(design[name]).nunique() > 1]


def base_values(design: pd.DataFrame) -> dict[str, str] | None:
    """Value of every factor, as text, from which points differ in one factor at most; or None.

    The base is the most frequent value. None if points differ in more than one factor, or all in
    the same one.
    """
    factors = varying(design)
    if len(factors) < 2:
        return None
    texts = as_text(design[factors])
    base = texts.mode().iloc[0]
    if (texts != base).to_numpy().sum(axis=1).max() > 1:
        return None
    return {name: str(base[name]) for name in factors}


def is_grid(design: pd.DataFrame) -> bool:
    """True if points are all combinations of their factors' values, or one factor varies."""
    factors = varying(design)
    if not factors:
        return False
    texts = as_text(design[factors])
    counts = [texts[name].nunique() for name in factors]
    if len(factors) > 1 and max(counts) > MOST_LEVELS:
        return False
    return len(texts.drop_duplicates()) == int(np.prod(counts, dtype=np.float64))


def shape(design: pd.DataFrame) -> str:
    """What the points are: scenarios, one_at_a_time, grid or sample."""
    if not varying(design):
        return "scenarios"
    if is_grid(design):
        return "grid"
    return "one_at_a_time" if base_values(design) is not None else "sample"


def is_crossed(design: pd.DataFrame, some: Sequence[str], others: Sequence[str]) -> bool:
    """True if every combination of some factors meets every combination of the others."""
    texts = as_text(design[[*some, *others]])
    first, second = (len(texts[list(names)].drop_duplicates()) for names in (some, others))
    return len(texts.drop_duplicates()) == first * second


# ------------------------------------------------------------------ effects of factors
def swings(
    design: pd.DataFrame, runs: pd.DataFrame, outcomes: Sequence[str], factors: Sequence[str]
) -> pd.DataFrame:
    """Effects of `factors` one at a time: scenario, factor, value, outcome, base, difference, low, high.

    The difference to the base point of the same scenario, paired by replicate and by the other
    factors, with a 95 % t-interval; without a base point, to the mean over all points of the
    scenario, without interval.
    """
    base = base_values(design[[*KEYS, *factors]])
    if base is None:
        return pd.DataFrame(columns=SWINGS)
    others = [name for name in factors_of(design) if name not in factors]
    placed = _placed(design[[*KEYS, *others]], runs)
    differs = as_text(design[list(base)]) != pd.Series(base)
    texts = design.assign(
        factor=differs.idxmax(axis=1).where(differs.any(axis=1), ""),
    )
    rows: list[tuple] = []
    for scenario, mine in texts.groupby("scenario", sort=False):
        frame = placed[placed["scenario"] == scenario]
        reference = _indexed(frame, mine.loc[mine["factor"] == "", "point"])
        for factor in base:
            of = mine[mine["factor"] == factor]
            for _, same in of.groupby(of[factor].map(str), sort=False):
                one = _indexed(frame, same["point"])
                shown = same[factor].iloc[0]
                for outcome in outcomes:
                    gap = _against(one[outcome], reference[outcome], frame[outcome])
                    rows.append((scenario, factor, shown, outcome, *gap))
    return pd.DataFrame(rows, columns=SWINGS)


def _indexed(frame: pd.DataFrame, points: pd.Series) -> pd.DataFrame:
    """Runs of some points by what they are paired by."""
    return frame[frame["point"].isin(points)].set_index(["place", "replicate"])


SWINGS = ["scenario", "factor", "value", "outcome", "base", "difference", "low", "high"]


def _against(one: pd.Series, base: pd.Series, others: pd.Series) -> tuple[float, ...]:
    """Level of the base, mean difference to it, low, high."""
    if base.empty:
        return float(others.mean()), float(one.mean() - others.mean()), np.nan, np.nan
    gap = (one - base).dropna()
    half = gap.std(ddof=1) * half_widths(np.array([len(gap)]))[0]
    return float(base.mean()), float(gap.mean()), float(gap.mean() - half), float(gap.mean() + half)


def means(design: pd.DataFrame, runs: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """The design with the mean of each outcome over its done replicates; points without one left out."""
    found = finished(runs).groupby("point")[list(outcomes)].mean()
    return design.merge(found, left_on="point", right_index=True)


def numeric(values: pd.Series) -> Array | None:
    """Values of a factor as numbers (n,), missing ones as nan; None if they are words."""
    if values.map(lambda one: isinstance(one, str | list | tuple | np.ndarray)).any():
        return None
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64")
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def rank_correlations(points: pd.DataFrame, factors: Sequence[str], outcome: str) -> pd.Series:
    """Spearman's rank correlation of an outcome with each factor that is a number and varies."""
    found = {}
    for name in factors:
        values = numeric(points[name])
        if values is None or len(np.unique(values[np.isfinite(values)])) < 2:
            continue
        pair = pd.DataFrame({"x": values, "y": points[outcome].to_numpy()}).dropna().rank()
        if len(pair) > 2 and pair["y"].nunique() > 1:
            found[name] = float(np.corrcoef(pair["x"], pair["y"])[0, 1])
    return pd.Series(found, dtype=np.float64)
