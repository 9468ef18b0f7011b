"""Tables of how sure a decision is: pairs of options, options, cities in front, and the ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from experiments.analysis import stability
from experiments.analysis.labels import Labels, label, outcome_label
from experiments.analysis.pairing import check_columns, measured, side_by_side
from sim.comparison import half_width
from sim.core.errors import InputError
from sim.world.data import load_data

VERDICTS = {
    "settled": ("已确定", "already settled"),
    "more": ("还需更多重复", "more replicates needed"),
    "never": ("按此差异无法确定", "never at this difference"),
}
HEADERS = {
    "outcome": ("指标", "outcome"), "a": ("甲", "A"), "b": ("乙", "B"),
    "difference": ("甲减乙", "A less B"), "beats": ("甲优于乙的概率", "chance that A beats B"),
    "sure": ("均值更优的把握", "sure that A is better on average"),
    "best": ("最优的概率", "chance of being best"), "place": ("期望位次", "expected place"),
    "top": ("进入前列的概率", "chance of being among the first"),
    "more": ("还需重复数", "further replicates"), "verdict": ("判断", "verdict"),
}  # fmt: skip
"""Headers of the main columns in Chinese and English."""


def verdict(more: float) -> dict[str, Any]:
    """How many more, and the verdict in words."""
    code = "settled" if more == 0 else "never" if np.isinf(more) else "more"
    zh, en = VERDICTS[code]
    return {"more": more, "verdict": code, "verdict_zh": zh, "verdict_en": en}


def by_option(
    runs: pd.DataFrame, outcome: str, options: str = "scenario"
) -> tuple[pd.DataFrame, int]:
    """Replicates by options, those with every option only, and how many were dropped.

    `options` is the column that tells options apart: scenario, or point. Raises InputError if a
    scenario has several points, or fewer than two replicates are whole.
    """
    table = side_by_side(runs, outcome, ["replicate"], options)
    table = table[list(dict.fromkeys(runs[options]))]
    whole = table.dropna()
    if len(whole) < 2 or len(table.columns) < 2:
        given = f"{len(whole)} replicates with all {len(table.columns)} options"
        raise InputError("runs", outcome, given, "2 replicates and 2 options at least")
    return whole, len(table) - len(whole)


def pairs(
    runs: pd.DataFrame,
    outcomes: Sequence[str],
    *,
    options: str = "scenario",
    better: Mapping[str, str] | None = None,
    labels: Labels | None = None,
    names: Labels | None = None,
) -> pd.DataFrame:
    """A row for each outcome and pair of options, the one that seems better first.

    outcome, outcome_zh, outcome_en, a, b, a_zh, a_en, b_zh, b_en, difference, low, high (95 %,
    paired), beats, beats_low, beats_high, beats_normal, sure, more, more_safe, verdict, verdict_zh,
    verdict_en, replicates, dropped. `more` settles the sign at even odds, `more_safe` at four in
    five, if the difference and spread seen are the true ones.
    """
    rows = []
    for outcome in outcomes:
        table, dropped = by_option(runs, outcome, options)
        sign, codes = _sign(outcome, better), list(table.columns)
        values, count = sign * table.to_numpy(float), len(table)
        chance = stability.beats(values)
        mean = values.mean(axis=0)
        for i, j in combinations(range(len(codes)), 2):
            i, j = (i, j) if mean[i] >= mean[j] else (j, i)
            gap = values[:, i] - values[:, j]
            centre, sd = float(gap.mean()), float(gap.std(ddof=1))
            half = half_width(count) * sd
            ends = sorted(sign * (centre + side * half) for side in (-1, 1))
            safe = stability.more_for_sign(centre, sd, count, 0.8)
            rows.append(
                _outcome(outcome, labels)
                | {"a": codes[i], "b": codes[j]}
                | dict(zip(("a_zh", "a_en"), label(codes[i], names), strict=True))
                | dict(zip(("b_zh", "b_en"), label(codes[j], names), strict=True))
                | {"difference": sign * centre, "low": ends[0], "high": ends[1]}
                | {"beats": chance.mean[i, j], "beats_low": chance.low[i, j]}
                | {"beats_high": chance.high[i, j]}
                | {"beats_normal": float(stability.beats_if_normal(gap))}
                | {"sure": float(stability.surely_better(gap)), "more_safe": safe}
                | verdict(stability.more_for_sign(centre, sd, count))
                | {"replicates": count, "dropped": dropped}
            )
    return pd.DataFrame(rows)


def ranking(
    runs: pd.DataFrame,
    outcomes: Sequence[str],
    *,
    options: str = "scenario",
    top: int = 1,
    better: Mapping[str, str] | None = None,
    labels: Labels | None = None,
    names: Labels | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """A row for each outcome and option, in order of the means, best first.

    outcome, outcome_zh, outcome_en, option, zh, en, mean, best, best_low, best_high, top, top_low,
    top_high (chances in one province), sure (that the mean is among the best `top`), place,
    place_low, place_high (expected place over replicates), mean_place, mean_place_low,
    mean_place_high (of the mean), replicates, dropped.
    """
    rows = []
    for outcome in outcomes:
        table, dropped = by_option(runs, outcome, options)
        values = _sign(outcome, better) * table.to_numpy(float)
        fixed = _outcome(outcome, labels)
        for row in _ranked(values, list(table.columns), top, seed):
            zh, en = label(row["option"], names)
            place = list(table.columns).index(row["option"])
            front = {"option": row.pop("option"), "zh": zh, "en": en}
            front["mean"] = float(table.iloc[:, place].mean())
            rows.append(fixed | front | row | {"replicates": len(table), "dropped": dropped})
    return pd.DataFrame(rows)


def _ranked(
    values: stability.Floats, codes: list[Any], top: int, seed: int
) -> list[dict[str, Any]]:
    """Chances and places of options, best mean first."""
    figures = {
        "best": stability.among_first(values, 1),
        "top": stability.among_first(values, top),
        "place": stability.expected_place(values),
        "mean_place": stability.place_of_mean(values, seed=seed),
    }
    sure = stability.surely_first(values, top, seed=seed)
    rows = []
    for option in np.argsort(-values.mean(axis=0), kind="stable"):
        row: dict[str, Any] = {"option": codes[option], "sure": sure[option]}
        for name, one in figures.items():
            row |= {name: one.mean[option], f"{name}_low": one.low[option]}
            row[f"{name}_high"] = one.high[option]
        rows.append(row)
    return rows


def sets(
    runs: pd.DataFrame,
    outcomes: Sequence[str],
    *,
    options: str = "scenario",
    top: int = 1,
    better: Mapping[str, str] | None = None,
    labels: Labels | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """A row an outcome: the best `top` options, how sure they are, and how the halves agree.

    outcome, outcome_zh, outcome_en, options (codes joined by +), sure, more, verdict, verdict_zh,
    verdict_en, tau, tau_low, tau_high, replicates, dropped.
    """
    rows = []
    for outcome in outcomes:
        table, dropped = by_option(runs, outcome, options)
        row = _set(_sign(outcome, better) * table.to_numpy(float), list(table.columns), top, seed)
        fixed = _outcome(outcome, labels)
        rows.append(fixed | row | {"replicates": len(table), "dropped": dropped})
    return pd.DataFrame(rows)


def _set(values: stability.Floats, codes: list[Any], top: int, seed: int) -> dict[str, Any]:
    sure, more = stability.sure_of_set(values, top, seed=seed)
    tau = stability.agreement_of_halves(values, seed=seed)
    first = np.argsort(-values.mean(axis=0), kind="stable")[:top]
    return (
        {"options": "+".join(str(codes[place]) for place in first), "sure": sure}
        | verdict(more)
        | {"tau": float(tau.mean), "tau_low": float(tau.low), "tau_high": float(tau.high)}
    )


def city_places(
    cities: pd.DataFrame,
    runs: pd.DataFrame,
    output: str,
    *,
    top: int = 3,
    month: str | None = None,
    better: str = "more",
    seed: int = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which cities are in front, in every point: a row a city, and a row a point for the set.

    `cities` (run, month, city, outputs) and `runs`; `month` is the last one unless given. The first
    frame: point, scenario, month, output, output_zh, output_en, city, zh, en, mean and the columns of
    `ranking` from best to mean_place_high; the second: point, scenario and those of `sets`.
    """
    check_columns(cities, ["run", "month", "city", output], "cities")
    chosen = month or str(cities["month"].max())
    here = cities[cities["month"] == chosen]
    if here.empty:
        allowed = ", ".join(sorted(cities["month"].unique()))
        raise InputError("cities", "month", chosen, allowed)
    kept = runs.loc[_done(runs), ["run", "point", "scenario", "replicate"]]
    joined = here[["run", "city", output]].merge(kept, on="run")
    names = dict(zip(load_data().cities["name_en"], load_data().cities["name_zh"], strict=True))
    zh, en = outcome_label(output)
    lines, fronts = [], []
    for (point, scenario), part in joined.groupby(["point", "scenario"], sort=True):
        table, dropped = by_option(part, output, "city")
        values = (1.0 if better == "more" else -1.0) * table.to_numpy(float)
        codes = list(table.columns)
        fixed = {"point": point, "scenario": scenario, "month": chosen, "output": output}
        fixed |= {"output_zh": zh, "output_en": en}
        tail = {"replicates": len(table), "dropped": dropped}
        for row in _ranked(values, codes, top, seed):
            city = row.pop("option")
            front = {"city": city, "zh": names.get(city, city), "en": city}
            lines.append(fixed | front | {"mean": float(table[city].mean())} | row | tail)
        fronts.append(fixed | _set(values, codes, top, seed) | tail)
    return pd.DataFrame(lines), pd.DataFrame(fronts)


def _done(runs: pd.DataFrame) -> pd.Series:
    return measured(runs.assign(done=1.0), "done").notna()


def _outcome(outcome: str, labels: Labels | None) -> dict[str, Any]:
    zh, en = outcome_label(outcome, labels)
    return {"outcome": outcome, "outcome_zh": zh, "outcome_en": en}


def _sign(outcome: str, better: Mapping[str, str] | None) -> float:
    """1 if more of an outcome is better, -1 if less is."""
    given = (better or {}).get(outcome, "more")
    if given not in ("more", "less"):
        raise InputError("outcomes", outcome, given, "more, less")
    return 1.0 if given == "more" else -1.0
