"""Figures of a batch: differences, levels, fans of months, grids, effects of factors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from rich.cells import cell_len

from experiments.report_labels import FactorFacts, Measure
from sim.core.table import Array
from sim.report.style import COLOURS, rc

COLUMNS = 3
GREY = "#9a9a9a"
NOTE = 0.25
"""Inches under a figure for its note."""
_LABEL = 30
"""Columns of text at the left of a row of bars."""


def settings() -> dict[str, Any]:
    """The house style; texts are those of others, so that a dollar sign begins no formula."""
    return rc() | {"text.parse_math": False}


def folded(text: str, width: int, lines: int = 3) -> str:
    """A text in lines of `width` columns, Chinese as two each; cut off after so many lines.

    Lines break at spaces but those around "=", in keys after dots and lines, in Chinese only where
    a word is wider than a line.
    """
    found: list[str] = []
    for word in _pieces(text.replace(" = ", "\u00a0=\u00a0"), width):
        if found and cell_len((found[-1] + word).rstrip()) <= width:
            found[-1] += word
        else:
            found.append(word.lstrip(" "))
    kept = [line.rstrip(" ") for line in found if line.strip()]
    if len(kept) > lines:
        kept = [*kept[: lines - 1], kept[lines - 1][: max(1, len(kept[lines - 1]) - 1)] + "…"]
    shown = "\n".join(kept).replace("\u00a0", " ")
    # A leading underscore would hide a label from a legend.
    return f" {shown}" if shown.startswith("_") else shown


def _pieces(text: str, width: int) -> list[str]:
    """What lines may be broken between; a space belongs to the piece before it."""
    found: list[str] = []
    for word in text.split(" "):
        if cell_len(word) <= width:
            found.append(word + " ")
            continue
        for part in re.findall(r"[^._]+[._]*|[._]+", word):
            narrow = cell_len(part) == len(part)
            found += (wrap(part, width) or [part]) if narrow else list(part)
        found[-1] += " "
    return found


def titled(one: Measure | FactorFacts, width: int) -> str:
    """Label with unit on one line, or the unit on a line of its own."""
    if not one.unit or cell_len(one.title) <= width:
        return folded(one.title, width)
    unit = one.title[len(one.label) :].strip()
    return f"{folded(one.label, width, 2)}\n{folded(unit, width, 1)}"


def panels(
    count: int, width: float, height: float, columns: int = COLUMNS
) -> tuple[Figure, list[Any]]:
    across = min(columns, max(count, 1))
    down = -(-max(count, 1) // across)
    figure = Figure(figsize=(width * across, height * down), layout="constrained")
    reserve(figure)
    axes = figure.subplots(down, across, squeeze=False)
    for one in axes.flat[count:]:
        one.set_visible(False)
    return figure, list(axes.flat[:count])


def reserve(figure: Figure) -> None:
    """Leave room under the figure for the note on where it comes from."""
    share = NOTE / figure.get_figheight()
    engine: Any = figure.get_layout_engine()
    engine.set(rect=(0, share, 1, 1 - share))


# ------------------------------------------------------------------ differences and levels
def differences(
    table: pd.DataFrame, measures: Sequence[Measure], titles: Mapping[str, str]
) -> Figure:
    """Differences to the baseline with intervals: a panel an outcome, a row a scenario."""
    names = list(dict.fromkeys(table["scenario"]))
    figure, axes = panels(len(measures), 4.3, 1.3 + 0.34 * len(names))
    where = np.arange(len(names))[::-1]
    for place, (one, of) in enumerate(zip(axes, measures, strict=True)):
        rows = table[table["outcome"] == of.name].set_index("scenario").loc[names]
        low, high, gap = (
            rows[key].to_numpy(dtype=float) * of.scale for key in ("low", "high", "difference")
        )
        clear = ~(np.isfinite(low) & (low <= 0.0) & (high >= 0.0))
        for flag, colour in ((True, COLOURS[0]), (False, GREY)):
            mine = clear == flag
            one.hlines(where[mine], low[mine], high[mine], color=colour, linewidth=1.8)
            face = colour if flag else "white"
            one.plot(gap[mine], where[mine], "o", color=colour, markerfacecolor=face, markersize=6)
        one.axvline(0, color="#333333", linewidth=0.8)
        rows_of(one, where, [titles[name] for name in names], labelled=place % COLUMNS == 0)
        one.set_title(folded(of.label, 40), fontsize=10)
        one.set_xlabel(of.gap_unit, fontsize=9)
        few_ticks(one)
    return figure


def outcome_levels(
    table: pd.DataFrame, measures: Sequence[Measure], points: Sequence[int], labels: Sequence[str]
) -> Figure:
    """Means with intervals: a panel an outcome, a row each of `points` with its label."""
    figure, axes = panels(len(measures), 4.3, 1.3 + 0.34 * len(points))
    where = np.arange(len(points))[::-1]
    for place, (one, of) in enumerate(zip(axes, measures, strict=True)):
        rows = table[table["outcome"] == of.name].set_index("point").reindex(points)
        low, high, mean = (
            rows[key].to_numpy(dtype=float) * of.scale for key in ("low", "high", "mean")
        )
        one.hlines(where, low, high, color=COLOURS[0], linewidth=1.8)
        one.plot(mean, where, "o", color=COLOURS[0], markersize=5)
        rows_of(one, where, labels, labelled=place % COLUMNS == 0)
        one.set_title(folded(of.label, 40), fontsize=10)
        one.set_xlabel(of.unit, fontsize=9)
        few_ticks(one)
    return figure


def rows_of(axes: Any, where: Array, labels: Sequence[str], labelled: bool) -> None:
    texts = [folded(text, _LABEL, 2) for text in labels] if labelled else [""] * len(labels)
    axes.set_yticks(where, texts, fontsize=8)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.grid(axis="y", visible=False)


def few_ticks(axes: Any) -> None:
    """So few ticks along x that long numbers do not touch."""
    axes.locator_params(axis="x", nbins=5)
    plain_numbers(axes.xaxis)


def plain_numbers(axis: Any) -> None:
    """Small ticks with all their digits: an offset above an axis is overlooked."""
    axis.set_major_formatter(lambda value, _: tick(value))
    axis.set_tick_params(labelsize=8)


def tick(value: float) -> str:
    """A number on an axis."""
    return f"{value:,.6g}".replace("-", "−")


# ------------------------------------------------------------------ months
def fans(
    series: pd.DataFrame, measures: Sequence[Measure], scenarios: Sequence[str],
    titles: Mapping[str, str],
) -> Figure:  # fmt: skip
    """Monthly series: mean and bands over runs; `series` has scenario, run, month and outputs."""
    figure, axes = panels(len(measures), 4.3, 3.4)
    months = sorted(series["month"].unique())
    years = np.array([int(m[:4]) + (int(m[5:]) - 0.5) / 12 for m in months])
    handles: dict[str, Any] = {}
    for one, of in zip(axes, measures, strict=True):
        for colour, name in zip(COLOURS, scenarios, strict=False):
            mine = series[series["scenario"] == name]
            table = mine.pivot(index="run", columns="month", values=of.name).reindex(columns=months)
            values = of.scale * table.to_numpy(dtype=float)
            if len(values) > 2:
                for low, high, alpha in ((5, 95, 0.15), (25, 75, 0.25)):
                    edges = np.nanpercentile(values, (low, high), axis=0)
                    one.fill_between(years, *edges, color=colour, alpha=alpha, linewidth=0)
            (line,) = one.plot(years, np.nanmean(values, axis=0), color=colour, linewidth=1.8)
            handles.setdefault(folded(titles[name], 40, 2), line)
        one.set_title(titled(of, 50), fontsize=10)
        _year_axis(one, months, years)
        plain_numbers(one.yaxis)
    legend(figure, handles)
    return figure


def _year_axis(axes: Any, months: Sequence[str], years: Array) -> None:
    """Whole years where there are some, else months."""
    ticks = np.arange(np.ceil(years[0]), np.floor(years[-1]) + 1)
    if len(ticks) > 1:
        step = max(1, round(len(ticks) / 6))
        axes.set_xticks(ticks[::step], [f"{int(t)}" for t in ticks[::step]])
    else:
        places = np.unique(np.linspace(0, len(months) - 1, min(len(months), 4)).astype(int))
        axes.set_xticks(years[places], [months[place] for place in places])
    if len(years) > 1:
        axes.set_xlim(years[0], years[-1])
    axes.tick_params(axis="x", labelsize=8)


def legend(figure: Figure, handles: Mapping[str, Any]) -> None:
    if len(handles) > 1:
        width = sum(cell_len(max(text.split("\n"), key=cell_len)) for text in handles)
        room = figure.get_figwidth() * 11
        columns = max(1, min(len(handles), int(len(handles) * room / max(width, 1))))
        figure.legend(
            list(handles.values()), list(handles), loc="outside upper left", ncols=columns,
            frameon=False, fontsize=9,
        )  # fmt: skip
