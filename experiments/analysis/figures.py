"""Figures of the analyses, readable on a projector: tornado, peeling, boxes, scores, bands, contrasts.

Each function takes tables as the analyses give them and returns a figure; `written` saves one as PNG
and SVG. `words` are labels of factors and outcomes (see `words`), `lang` is zh or en.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.analysis.boxes import choice
from experiments.analysis.frames import Column
from experiments.analysis.prim import Discovery, Found
from experiments.analysis.scoring import score_table
from experiments.analysis.words import TEXT, Words, label, number, per_cent, with_unit
from sim.core.errors import InputError
from sim.report.style import COLOURS, rc, save

STYLE = {"font.size": 15, "axes.titlesize": 17, "axes.labelsize": 15}
SHOWN = 12
"""Factors shown, the most important first."""
LIGHT, CHANCE, FAILS, HOLDS = "#a9cbe0", "#9a9a9a", "#c8541b", "#b8c7d3"
POINTS = 1500
"""Futures drawn at most; more would be one blot."""


def _settings() -> Any:
    return rc() | STYLE


def styled[R](draw: Callable[..., R]) -> Callable[..., R]:
    """Draw with the house's font and sizes for a projector."""

    @wraps(draw)
    def drawn(*given: Any, **named: Any) -> R:
        with rc_context(_settings()):
            return draw(*given, **named)

    return drawn


def written(figure: Figure, folder: Path, name: str) -> Path:
    """Save as PNG and SVG with the same bytes every time; returns the PNG."""
    with rc_context(_settings()):
        return save(figure, folder, name)


# ------------------------------------------------------------------ sensitivity and scores
@styled
def tornado(table: pd.DataFrame, outcome: str, words: Words, lang: str) -> Figure:
    """Factors of one outcome, the most important on top: mu* of Morris, or both indices of Sobol.

    `table` as `sensitivity` gives it, of one scenario.
    """
    rows = table[table["outcome"] == outcome]
    if rows.empty or rows["factor"].duplicated().any():
        raise InputError("figure", "outcome", outcome, "an outcome of one scenario's table")
    method = "morris" if "mu_star" in rows else "sobol"
    main = "mu_star" if method == "morris" else "total"
    rows = rows.nlargest(SHOWN, main)
    figure, axes = _rows(len(rows))
    where = np.arange(len(rows))[::-1]
    bars = (("mu_star", COLOURS[0], 0.0),) if method == "morris" else (
        ("total", LIGHT, -0.2), ("first", COLOURS[0], 0.2),
    )  # fmt: skip
    for kind, colour, shift in bars:
        axes.barh(
            where + shift, rows[kind], xerr=rows[f"{kind}_half"], color=colour, ecolor="#555555",
            capsize=3, height=0.7 / len(bars), label=TEXT[lang].get(kind),
        )  # fmt: skip
    axes.scatter(
        rows["chance"], where + bars[0][2], marker="|", s=200, color=CHANCE, zorder=3, linewidth=2
    )
    if method == "sobol":
        figure.legend(loc="lower right", ncols=2, frameon=False)
    _named(axes, where, [label(name, words, lang) for name in rows["factor"]])
    axes.axvline(0, color="#333333", linewidth=0.8)
    outcome_text = label(outcome, words, lang)
    _titled(
        figure, axes, TEXT[lang][method].format(outcome=outcome_text), TEXT[lang][f"{method}_how"]
    )
    if method == "morris":
        axes.set_xlabel(with_unit(outcome, words, lang))
    return figure


@styled
def score_map(table: pd.DataFrame, words: Words, lang: str) -> Figure:
    """Heat map of feature scores, outcomes by factors, with the R² of each outcome."""
    wide = 100.0 * score_table(table)
    order = wide.sum(axis=0).sort_values(ascending=False, kind="stable").index[: SHOWN + 4]
    wide = wide[list(order)]
    r2 = table.groupby("outcome", sort=False)["r2"].first()
    figure = Figure(figsize=(max(9.0, 4.6 + 0.8 * len(order)), 4.2 + 0.55 * len(wide)))
    axes = figure.subplots()
    cells = wide.to_numpy(dtype=np.float64)
    axes.imshow(np.nan_to_num(cells), cmap="Blues", norm=Normalize(0, 70), aspect="auto")
    for (row, column), value in np.ndenumerate(cells):
        if np.isfinite(value):
            colour = "white" if value > 40 else "#222222"
            axes.text(
                column, row, f"{value:.0f}", ha="center", va="center", color=colour, fontsize=12
            )
    names = [_wrapped(label(name, words, lang), 22) for name in order]
    axes.set_xticks(range(len(order)), names, rotation=50, ha="right", fontsize=13)
    axes.set_yticks(
        range(len(wide)),
        [
            f"{_wrapped(label(name, words, lang), 30)}\n{TEXT[lang]['r2']} {r2[name]:.2f}"
            for name in wide.index
        ],
        fontsize=13,
    )
    axes.grid(visible=False)
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=3.6 / figure.get_figwidth(), right=0.98, top=1 - 0.95 / height, bottom=2.7 / height
    )
    _titled(figure, axes, TEXT[lang]["scores"], TEXT[lang]["scores_how"])
    return figure


# ------------------------------------------------------------------ discovery
@styled
def peeling(found: Discovery, words: Words, lang: str, box: int = 1) -> Figure:
    """Coverage against density of every box of a peeling; colour: factors with limits."""
    one, text = _box(found, box), TEXT[lang]
    figure = Figure(figsize=(10, 6.6))
    axes = figure.subplots()
    path = one.path
    axes.plot(path["coverage"], path["density"], color="#cccccc", zorder=1)
    dots = axes.scatter(
        path["coverage"], path["density"], c=path["restricted"], cmap="viridis", s=60, zorder=2,
        norm=Normalize(0, max(int(path["restricted"].max()), 1)),
    )  # fmt: skip
    bar = figure.colorbar(dots, ax=axes, label=text["restricted"])
    bar.ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.scatter(
        [one.measures.coverage], [one.measures.density], marker="*", s=380, color=FAILS, zorder=3,
        label=text["chosen"],
    )  # fmt: skip
    axes.axhline(found.base, color=CHANCE, linestyle="--", linewidth=1)
    axes.set(xlim=(-0.02, 1.03), ylim=(0, 1.03), xlabel=text["coverage"], ylabel=text["density"])
    axes.legend(loc="lower left", frameon=False)
    figure.subplots_adjust(left=0.1, right=0.98, top=0.87, bottom=0.12)
    _titled(figure, axes, text["trajectory"], found.condition.said(words, lang))
    return figure


@styled
def box_limits(found: Discovery, words: Words, lang: str, box: int = 1) -> Figure:
    """Limits of a box within the ranges of the design, with where resamples put them and p-values."""
    one, text = _box(found, box), TEXT[lang]
    figure, axes = _rows(len(one.limits), 1.0)
    where = np.arange(len(one.limits))[::-1]
    columns = {column.name: column for column in found.columns}
    for at, (_, row) in zip(where, one.limits.iterrows(), strict=True):
        axes.barh(at, 1.0, color="#ececec", height=0.42)
        column = columns[row["factor"]]
        if column.choices:
            _choices(axes, at, column, one.box.kept[found.columns.index(column)], words, lang)
        else:
            _range(axes, at, row)
        axes.text(
            1.02,
            at,
            f"p = {row['p']:.1g} · {per_cent(row['reproduced'], lang)}",
            va="center",
            fontsize=13,
        )
    _named(axes, where, [with_unit(name, words, lang) for name in one.limits["factor"]])
    axes.set(xlim=(0, 1.42), ylim=(-0.7, len(where) - 0.3))
    axes.set_xticks([])
    axes.grid(visible=False)
    said = text["box"].format(n=box)
    seen = one.measures
    _titled(
        figure, axes,
        f"{said} · {text['density'].split(':')[0]} {per_cent(seen.density, lang)} · "
        f"{text['coverage'].split(':')[0]} {per_cent(seen.coverage, lang)}",
        text["limits_how"],
    )  # fmt: skip
    return figure


def _range(axes: Any, at: int, row: pd.Series) -> None:
    """A number's limits as a bar within its range, which goes from 0 to 1."""
    width = row["range_high"] - row["range_low"]

    def share(value: float) -> float:
        return float(np.clip((value - row["range_low"]) / width, 0.0, 1.0))

    low = row["low"] if np.isfinite(row["low"]) else row["range_low"]
    high = row["high"] if np.isfinite(row["high"]) else row["range_high"]
    axes.barh(at, share(high) - share(low), left=share(low), color=FAILS, height=0.42)
    for side in ("low", "high"):
        first, last = row[f"{side}_q05"], row[f"{side}_q95"]
        if np.isfinite(row[side]) and np.isfinite(first):
            axes.plot([share(first), share(last)], [at, at], color="#222222", linewidth=2.5)
        if np.isfinite(row[side]):
            axes.text(
                share(row[side]),
                at + 0.26,
                number(row[side]),
                ha="center",
                va="bottom",
                fontsize=13,
            )
    for end, place, side in ((row["range_low"], 0.0, "left"), (row["range_high"], 1.0, "right")):
        axes.text(
            abs(place - 0.005),
            at - 0.26,
            number(end),
            ha=side,
            va="top",
            fontsize=12,
            color="#666666",
        )


def _choices(
    axes: Any, at: int, column: Column, kept: Sequence[int], words: Words, lang: str
) -> None:
    """A listed factor's choices side by side, those of the box in colour."""
    width = 1.0 / len(column.choices)
    for code in range(len(column.choices)):
        inside = code in kept
        axes.barh(
            at, 0.98 * width, left=code * width, color=FAILS if inside else "#ececec", height=0.42
        )
        name = _wrapped(choice(column, code, words, lang), max(int(34 * width), 4))
        axes.text(
            (code + 0.5) * width, at, name, ha="center", va="center", fontsize=13,
            color="white" if inside else "#444444",
        )  # fmt: skip


@styled
def box_scatter(found: Discovery, words: Words, lang: str, box: int = 1) -> Figure | None:
    """Futures over the two numbers whose limits are surest, failures in colour, with the box.

    None if a box limits fewer than two numbers.
    """
    one = _box(found, box)
    numeric = one.limits[one.limits["values"] == ""].nsmallest(2, "p")
    if len(numeric) < 2:
        return None
    x, y = numeric.to_dict("records")
    columns = {column.name: column.values for column in found.columns}
    figure = Figure(figsize=(9.5, 7))
    axes = figure.subplots()
    step = -(-len(found.failed) // POINTS)
    for failed, colour, name in ((False, HOLDS, "successes"), (True, FAILS, "failures")):
        here = np.flatnonzero(found.failed == failed)[::step]
        axes.scatter(
            columns[x["factor"]][here], columns[y["factor"]][here], s=26, color=colour,
            label=TEXT[lang][name], alpha=0.8, linewidths=0,
        )  # fmt: skip
    (left, right), (bottom, top) = (
        (r["low"] if np.isfinite(r["low"]) else r["range_low"],
         r["high"] if np.isfinite(r["high"]) else r["range_high"])
        for r in (x, y)
    )  # fmt: skip
    axes.plot(
        [left, right, right, left, left], [bottom, bottom, top, top, bottom], color="#222222",
        linewidth=2.5, label=TEXT[lang]["box"].format(n=box),
    )  # fmt: skip
    axes.set_xlabel(with_unit(x["factor"], words, lang))
    axes.set_ylabel(with_unit(y["factor"], words, lang))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3, frameon=False)
    figure.subplots_adjust(left=0.12, right=0.97, top=0.88, bottom=0.18)
    _titled(figure, axes, TEXT[lang]["box"].format(n=box), found.condition.said(words, lang))
    return figure


# ------------------------------------------------------------------ levels and differences
@styled
def fan(table: pd.DataFrame, output: str, words: Words, lang: str) -> Figure:
    """Monthly bands of one output by scenario: 50 and 90 % of runs, and the median."""
    rows = table[table["output"] == output]
    if rows.empty:
        raise InputError("figure", "output", output, "an output of the table")
    groups = ["scenario", "point"] if "point" in rows else ["scenario"]
    figure = Figure(figsize=(11, 6.4))
    axes = figure.subplots()
    months = sorted(rows["month"].unique())
    at = {month: place for place, month in enumerate(months)}
    for place, (key, own) in enumerate(rows.groupby(groups, sort=False)):
        colour, x = COLOURS[place % len(COLOURS)], own["month"].map(at)
        for low, high, depth in (("q05", "q95", 0.15), ("q25", "q75", 0.3)):
            axes.fill_between(x, own[low], own[high], color=colour, alpha=depth, linewidth=0)
        name = " · ".join(
            [label(str(key[0]), words, lang), *(TEXT[lang]["point"].format(n=k) for k in key[1:])]
        )
        axes.plot(x, own["q50"], color=colour, linewidth=2.5, label=name)
    ticks = [m for m in months if m.endswith("-01")] or months[:: max(len(months) // 6, 1)]
    axes.set_xticks([at[m] for m in ticks], ticks, rotation=30, ha="right")
    axes.legend(frameon=False)
    figure.subplots_adjust(left=0.11, right=0.98, top=0.87, bottom=0.16)
    how = f"{TEXT[lang]['median']}, {TEXT[lang]['band'].format(share='50, 90')}"
    _titled(figure, axes, with_unit(output, words, lang), how)
    return figure


@styled
def differences(table: pd.DataFrame, outcome: str, words: Words, lang: str) -> Figure:
    """Paired differences of one outcome with their 95 % intervals, largest on top."""
    rows = table[table["outcome"] == outcome].sort_values("difference", kind="stable")
    if rows.empty:
        raise InputError("figure", "outcome", outcome, "an outcome of the table")
    figure, axes = _rows(len(rows), 0.6)
    where = np.arange(len(rows))
    half = rows["difference"] - rows["low"]
    axes.axvline(0, color="#333333", linewidth=1)
    axes.errorbar(
        rows["difference"], where, xerr=half, fmt="o", color=COLOURS[0], markersize=9, capsize=5,
        linewidth=2.5,
    )  # fmt: skip
    names = [
        label(str(row["scenario"]), words, lang)
        + (f" · {TEXT[lang]['point'].format(n=row['point'])}" if "point" in rows else "")
        for _, row in rows.iterrows()
    ]
    _named(axes, where, names)
    axes.set_xlabel(with_unit(outcome, words, lang))
    other = rows["against"].iloc[0]
    point = TEXT[lang]["point"].format(n=other)
    against = point if "point" in rows else label(str(other), words, lang)
    _titled(
        figure, axes, TEXT[lang]["contrasts"].format(against=against), TEXT[lang]["contrast_how"]
    )
    return figure


# ------------------------------------------------------------------ details
def _rows(count: int, each: float = 0.62) -> tuple[Figure, Any]:
    """A figure with so many rows and room for their names at the left."""
    figure = Figure(figsize=(10.5, 2.5 + each * max(count, 1)))
    height = figure.get_figheight()
    figure.subplots_adjust(left=0.36, right=0.97, top=1 - 1.05 / height, bottom=0.8 / height)
    return figure, figure.subplots()


def _named(axes: Any, where: np.ndarray, names: Sequence[str]) -> None:
    axes.set_yticks(where, [_wrapped(name, 32) for name in names], fontsize=14)
    axes.grid(axis="y", visible=False)


def _wrapped(text: str, width: int) -> str:
    """Text on lines of so many Latin letters, of which a Chinese character takes two."""
    wide = any(ord(letter) > 0x2E80 for letter in text)
    return "\n".join(wrap(text, max(width // 2, 4) if wide else width))


def _titled(figure: Figure, axes: Any, title: str, how: str) -> None:
    """Title and, below it, how to read the figure."""
    height = figure.get_figheight()
    figure.suptitle(title, x=0.015, y=1 - 0.12 / height, ha="left", va="top", fontsize=19)
    lines = _wrapped(how, int(12 * figure.get_figwidth()))
    figure.text(0.015, 1 - 0.55 / height, lines, ha="left", va="top", fontsize=12, color="#555555")


def _box(found: Discovery, box: int) -> Found:
    if not 1 <= box <= len(found.boxes):
        raise InputError(
            "figure", "box", box, f"1 to {len(found.boxes)}" if found.boxes else "none found"
        )
    return found.boxes[box - 1]
