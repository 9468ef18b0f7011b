"""Paired differences between scenarios or points, with 95 % t-intervals.

Replicate r has the same seed and the same draw of the parameters at every point, so chance that
both runs of a pair share cancels. A pair counts if both of its runs have the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.analysis.frames import (
    DESIGN,
    Floats,
    chosen,
    cube,
    outcomes_of,
    paired_by,
    same,
)
from sim.comparison import half_width
from sim.core.errors import InputError

UNITS = ("replicate", "setting")
NAMES = (
    "against", "outcome", "per", "pairs", "left_out", "mean", "baseline", "difference", "low",
    "high", "relative",
)  # fmt: skip


def point_contrasts(
    design: pd.DataFrame, runs: pd.DataFrame, against: int, outcomes: Sequence[str] | None = None,
    points: Sequence[int] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Every point (or those named) against one of them, by replicate: a row a point and outcome.

    Columns: point, scenario, then NAMES: pairs; left_out (pairs with a failed run); mean and
    baseline (levels of the pairs); difference with low and high; relative (to the baseline's level).
    """
    known = [int(point) for point in design["point"]]
    for point in [against, *(points or ())]:
        if point not in known:
            raise InputError("contrasts", "point", point, f"0 to {max(known)}")
    names = chosen("contrasts", outcomes, outcomes_of(runs))
    others = [p for p in (known if points is None else points) if p != against]
    scenario = dict(zip(known, design["scenario"], strict=True))
    ordered = {point: place for place, point in enumerate(known)}
    values = {name: cube(design, runs, name) for name in names}
    rows = []
    for point in others:
        for name in names:
            pair = values[name][[ordered[point], ordered[against]]]
            found = _paired(pair[0][None], pair[1][None], "replicate")
            rows.append({
                "point": point, "scenario": scenario[point], "against": against, "outcome": name,
                **found,
            })  # fmt: skip
    return pd.DataFrame(rows, columns=["point", "scenario", *NAMES])


def scenario_contrasts(
    design: pd.DataFrame, runs: pd.DataFrame, baseline: str | None = None,
    outcomes: Sequence[str] | None = None, per: str = "replicate",
) -> pd.DataFrame:  # fmt: skip
    """Every scenario against the baseline (the last unless named): a row a scenario and outcome.

    Points are paired that have the same values of all factors but those that the baseline leaves as
    they are: a baseline without levers is paired by uncertainties. With `per` "replicate" each
    replicate's mean over the paired settings is a case: the interval is of chance, at these very
    settings. With "setting" each setting's mean over replicates is one: the interval is of the
    sample of settings, as of futures drawn at random. Columns: scenario, then NAMES.
    """
    scenarios = list(dict.fromkeys(design["scenario"]))
    base = scenarios[-1] if baseline is None else baseline
    chosen("contrasts", [base], scenarios, "baseline")
    if per not in UNITS:
        raise InputError("contrasts", "per", per, ", ".join(UNITS))
    names = chosen("contrasts", outcomes, outcomes_of(runs))
    shared = paired_by(design, base)
    start = _settings(design[design["scenario"] == base], shared)
    rows = []
    for scenario in scenarios:
        if scenario == base:
            continue
        part = design[design["scenario"] == scenario]
        own = _settings(part, [name for name in part.columns if name not in DESIGN])
        keys = dict(zip(part["point"], _keys(part, shared), strict=True))
        common = [point for point in own.values() if keys[point] in start]
        if not common:
            allowed = f"points with the same factors as those of {base}"
            raise InputError("contrasts", "scenario", scenario, allowed)
        here = _picked(design, common)
        there = _picked(design, [start[keys[point]] for point in common])
        for name in names:
            found = _paired(cube(here, runs, name), cube(there, runs, name), per)
            rows.append({"scenario": scenario, "against": base, "outcome": name, **found})
    return pd.DataFrame(rows, columns=["scenario", *NAMES])


def _settings(part: pd.DataFrame, factors: Sequence[str]) -> dict[tuple, int]:
    """Points of one scenario by the values of factors; the first where several are alike."""
    found: dict[tuple, int] = {}
    for key, point in zip(_keys(part, factors), part["point"], strict=True):
        found.setdefault(key, int(point))
    return found


def _keys(part: pd.DataFrame, factors: Sequence[str]) -> list[tuple]:
    """Values of factors, a tuple a point."""
    rows = part[["point", *factors]].itertuples(index=False, name=None)
    return [tuple(same(cell) for cell in cells) for _, *cells in rows]


def _picked(design: pd.DataFrame, points: Sequence[int]) -> pd.DataFrame:
    """Rows of a design by point, in the order asked for."""
    return design.set_index("point").loc[list(points)].reset_index()


def _paired(values: Floats, base: Floats, per: str) -> dict[str, float | int | str]:
    """Paired difference of values (settings, replicates)."""
    both = np.isfinite(values) & np.isfinite(base)
    gap = np.where(both, values - base, np.nan)
    level, start = np.where(both, values, np.nan), np.where(both, base, np.nan)
    # A case is a replicate (mean over settings) or a setting (mean over replicates).
    axis = 0 if per == "replicate" else 1
    cases = _means(gap, axis)
    n = len(cases)
    mean = float(cases.mean()) if n else np.nan
    half = half_width(n) * float(cases.std(ddof=1)) if n > 1 else np.nan
    first = float(_means(start, axis).mean()) if n else np.nan
    return {
        "per": per, "pairs": int(both.sum()), "left_out": int((~both).sum()),
        "mean": float(_means(level, axis).mean()) if n else np.nan, "baseline": first,
        "difference": mean, "low": mean - half, "high": mean + half,
        "relative": mean / abs(first) if n and first != 0 else np.nan,
    }  # fmt: skip


def _means(values: Floats, axis: int) -> Floats:
    """Means along an axis of what is there; lines without anything are left out."""
    there = np.isfinite(values).sum(axis=axis)
    sums = np.nansum(values, axis=axis)
    return sums[there > 0] / there[there > 0]
