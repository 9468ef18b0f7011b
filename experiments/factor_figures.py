"""Figures of what factors do: lines over one, maps over two, one at a time, scatters of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figures import (
    COLUMNS,
    few_ticks,
    folded,
    legend,
    panels,
    plain_numbers,
    reserve,
    rows_of,
    tick,
    titled,
)
from experiments.report_labels import FactorFacts, Measure, shown_value
from experiments.report_tables import numeric
from experiments.report_words import number
from sim.core.table import Array
from sim.report.style import COLOURS

GREY = "#9a9a9a"
DARK = {True: "#063a57", False: "#7d3412"}
"""Colours of a bar that lies in another, by whether it goes up."""
PARTS = 10
"""Equal parts of the points whose means make the line through a scatter."""
MOST_NUMBERS = 64
"""Cells of a map up to which each has its number."""
ROUND = 1e-9
"""What a tick may lie beyond the last number by rounding, as a share of the numbers' range."""
BESIDE = 0.12
"""Where a missing value stands beyond the last number, as a share of the numbers' range."""


def places(values: pd.Series) -> tuple[Array, list[str] | None]:
    """Place on an axis of every value (n,); and the texts of places 0, 1, ... if they are words.

    Numbers stand where they are, values missing among them in one place beyond the last.
    """
    if not continuous(values):
        return ordered_places(values)
    numbers = numeric(values)
    assert numbers is not None
    known = numbers[np.isfinite(numbers)]
    beside = known.max() + BESIDE * (np.ptp(known) or 1.0)
    return np.where(np.isfinite(numbers), numbers, beside), None


def continuous(values: pd.Series) -> bool:
    """Whether values, but for missing ones, are numbers."""
    numbers = numeric(values)
    some = numbers is not None and bool(np.isfinite(numbers).any())
    return some and not values.map(lambda one: isinstance(one, bool | np.bool_)).any()


def _ticks_of(
    axes: Any, values: pd.Series, at: Array, texts: list[str] | None, as_is: str, width: int
) -> None:
    """Ticks along x for what `places` gave of values: numbers, or words of `width` columns."""
    if texts is not None:
        shown = [as_is if text == "-" else text for text in texts]
        axes.set_xticks(range(len(texts)), [folded(one, width, 2) for one in shown], fontsize=8)
        return
    missing = values.isna().to_numpy()
    if not missing.any():
        axes.locator_params(axis="x", nbins=4)
        plain_numbers(axes.xaxis)
        return
    low, high = at[~missing].min(), at[~missing].max()
    known = [
        one
        for one in MaxNLocator(3).tick_values(low, high)
        if low <= one <= high + ROUND * (high - low)
    ]
    named = [*(tick(one) for one in known), folded(as_is, width, 3)]
    axes.set_xticks([*known, at[missing][0]], named, fontsize=8)


def ordered_places(values: pd.Series) -> tuple[Array, list[str]]:
    """Place of every value (n,) among the distinct ones, and their texts; numbers by size."""
    numbers = numeric(values)
    texts = [shown_value(value) for value in values]
    if numbers is None:
        known = list(dict.fromkeys(texts))
        return np.array([float(known.index(text)) for text in texts]), known
    found, place = np.unique(numbers, return_inverse=True)
    first = [int(np.flatnonzero(place == one)[0]) for one in range(len(found))]
    return place.astype(np.float64), [texts[row] for row in first]


def lines(
    table: pd.DataFrame, factor: FactorFacts, measures: Sequence[Measure],
    names: Sequence[str], titles: Mapping[str, str], as_is: str,
    baseline: tuple[str, Mapping[str, float]] | None = None,
) -> Figure:  # fmt: skip
    """Outcomes over one lever with intervals; `table` has line, value, outcome, mean, low, high.

    `names` are the lines that are drawn, with their `titles`; `baseline` is the title and the
    outcomes of a scenario without the lever, a level across.
    """
    figure, axes = panels(len(measures), 4.3, 3.4)
    at, texts = places(table["value"])
    table = table.assign(place=at)
    handles: dict[str, Any] = {}
    for one, of in zip(axes, measures, strict=True):
        for colour, name in zip(COLOURS, names, strict=False):
            rows = table[(table["line"] == name) & (table["outcome"] == of.name)]
            rows = rows.sort_values("place")
            # What is left as the scenario has it is no end of a line of numbers.
            alone = rows["value"].isna().to_numpy() & (texts is None)
            x = rows["place"].to_numpy(dtype=float)
            mean, low, high = (
                of.scale * rows[key].to_numpy(dtype=float) for key in ("mean", "low", "high")
            )
            joined = ~alone
            (line,) = one.plot(
                x[joined], mean[joined], "o-", color=colour, linewidth=1.6, markersize=4
            )
            one.fill_between(
                x[joined], low[joined], high[joined], color=colour, alpha=0.18, linewidth=0
            )
            one.vlines(x[alone], low[alone], high[alone], color=colour, linewidth=1.6)
            one.plot(x[alone], mean[alone], "D", color=colour, markersize=4)
            handles.setdefault(folded(titles[name], 40, 2), line)
        if baseline is not None:
            title, levels = baseline
            level = one.axhline(
                of.scale * levels[of.name], color=GREY, linewidth=1.4, linestyle="--"
            )
            handles.setdefault(folded(title, 40, 2), level)
        one.set_title(titled(of, 50), fontsize=10)
        one.set_xlabel(titled(factor, 46), fontsize=9)
        _ticks_of(one, table["value"], at, texts, as_is, 12)
        plain_numbers(one.yaxis)
    legend(figure, handles)
    return figure


def heat_maps(
    points: pd.DataFrame, across: FactorFacts, up: FactorFacts, measures: Sequence[Measure],
    as_is: str,
) -> Figure:  # fmt: skip
    """Outcomes over two levers as maps; `points` has both factors and the outcomes, a row a point.

    `as_is` is how a value that is left as the scenario has it is called.
    """
    figure, axes = panels(len(measures), 4.6, 3.9)
    x, columns = ordered_places(points[across.key])
    y, rows = ordered_places(points[up.key])
    sides, across_at = _cells(points[across.key], len(columns))
    ends, up_at = _cells(points[up.key], len(rows))
    narrow = min(np.diff(one).min() * (len(one) - 1) / np.ptp(one) for one in (sides, ends))
    shades = colormaps["YlGnBu"]
    for panel, (one, of) in enumerate(zip(axes, measures, strict=True)):
        cells = points.assign(x=x, y=y).groupby(["y", "x"])[of.name].mean().unstack() * of.scale
        found = cells.reindex(index=range(len(rows)), columns=range(len(columns))).to_numpy(
            dtype=float
        )
        known = found[np.isfinite(found)]
        low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
        varies = high - low > 1e-12 * max(abs(low), abs(high))
        norm = Normalize(low, high if varies else low + 2.0)
        mesh = one.pcolormesh(
            sides, ends, found, cmap=shades, norm=norm, edgecolors="white", linewidth=0.5
        )
        one.grid(visible=False)
        # A number needs half of the room that it has where all cells are alike.
        if found.size <= MOST_NUMBERS and narrow > 0.5:
            for (row, column), value in np.ndenumerate(found):
                dark = np.isfinite(value) and norm(value) > 0.55
                one.text(
                    sides[column : column + 2].mean(), ends[row : row + 2].mean(), number(value),
                    ha="center", va="center",
                    fontsize=7.5, color="white" if dark else "#222222",
                )  # fmt: skip
        for axis, texts, at in ((one.xaxis, columns, across_at), (one.yaxis, rows, up_at)):
            shown = [as_is if text == "-" else text for text in texts]
            step = -(-len(shown) // 8)
            axis.set_ticks(at[::step])
            axis.set_ticklabels([folded(text, 12, 2) for text in shown[::step]], fontsize=8)
        one.set_title(titled(of, 50), fontsize=10)
        one.set_xlabel(titled(across, 46), fontsize=9)
        if panel % COLUMNS == 0:
            one.set_ylabel(titled(up, 40), fontsize=9)
        if varies:
            bar = figure.colorbar(mesh, ax=one, pad=0.02)
            plain_numbers(bar.ax.yaxis)
            bar.outline.set_visible(False)
    return figure


def _cells(values: pd.Series, count: int) -> tuple[Array, Array]:
    """Edges of the cells of `count` ordered values (count + 1,), midway between numbers, and where
    the values stand (count,)."""
    known = np.unique(places(values)[0])
    if not continuous(values) or count < 2:
        return np.arange(count + 1.0), np.arange(count) + 0.5
    middle = 0.5 * (known[1:] + known[:-1])
    first, last = 2.0 * known[0] - middle[0], 2.0 * known[-1] - middle[-1]
    return np.concatenate([[first], middle, [last]]), known


def tornado(
    table: pd.DataFrame, factors: Mapping[str, FactorFacts], measures: Sequence[Measure],
    as_is: str,
) -> Figure:  # fmt: skip
    """Largest and smallest effect of each factor one at a time: a panel an outcome.

    `table` has factor, value, outcome, difference, low, high.
    """
    count = table["factor"].nunique()
    figure, axes = panels(len(measures), 5.6, 1.4 + 0.42 * count, columns=2)
    for one, of in zip(axes, measures, strict=True):
        rows = table[(table["outcome"] == of.name) & table["difference"].notna()]
        reach = rows["difference"].abs().groupby(rows["factor"], sort=False).max()
        order = list(reach.sort_values(ascending=False, kind="stable").index)
        where = np.arange(len(order))[::-1]
        for place, name in zip(where, order, strict=True):
            _bars(one, rows[rows["factor"] == name], float(place), of, as_is)
        one.axvline(0, color="#333333", linewidth=0.8)
        rows_of(one, where, [factors[name].title for name in order], True)
        one.set_title(folded(of.label, 50), fontsize=10)
        one.set_xlabel(of.gap_unit)
        one.margins(x=0.22)
        few_ticks(one)
    return figure


def _bars(axes: Any, rows: pd.DataFrame, place: float, of: Measure, as_is: str) -> None:
    """Bars of the ends of one factor, each with its interval and the value it is at.

    Two effects on one side lie one in the other, and the value of the smaller stands in brackets.
    """
    ends = dict.fromkeys([rows["difference"].idxmin(), rows["difference"].idxmax()])
    chosen = rows.loc[list(ends)].sort_values("difference", key=lambda gap: -gap.abs())
    labels: dict[bool, tuple[float, str]] = {}
    for gap, low, high, value in zip(
        chosen["difference"] * of.scale, chosen["low"] * of.scale, chosen["high"] * of.scale,
        chosen["value"], strict=True,
    ):  # fmt: skip
        right = bool(gap >= 0)
        inner = right in labels
        face = DARK[right] if inner else COLOURS[0 if right else 1]
        axes.barh(place, gap, height=0.3 if inner else 0.62, color=face)
        if low == low:
            # Beside each other, so that one interval does not hide the other.
            axes.hlines(place if inner else place + 0.22, low, high, color="#222222", linewidth=1.2)
        text = shown_value(value)
        text = folded(as_is if text == "-" else text, 14, 1)
        reach = gap if low != low else max(gap, high) if right else min(gap, low)
        if inner:
            outer, first = labels[right]
            labels[right] = (max(outer, reach) if right else min(outer, reach), f"{first} ({text})")
        else:
            labels[right] = (reach, text)
    for right, (reach, text) in labels.items():
        axes.annotate(
            text, (reach, place), fontsize=7.5, color="#333333", va="center",
            xytext=(4 if right else -4, 0), textcoords="offset points", ha="left" if right else "right",
        )  # fmt: skip


def scatters(
    points: pd.DataFrame, factors: Sequence[FactorFacts], measures: Sequence[Measure],
    ranks: Mapping[str, Mapping[str, float]], edge: float, as_is: str,
) -> Figure:  # fmt: skip
    """Outcomes (rows) over factors (columns): a dot a point, means of equal parts, rank correlation.

    `ranks` by outcome and factor; one within `edge` of zero is drawn in grey.
    """
    figure = Figure(
        figsize=(0.7 + 2.6 * len(factors), 0.9 + 2.3 * len(measures)), layout="constrained"
    )
    reserve(figure)
    axes = figure.subplots(len(measures), len(factors), squeeze=False, sharey="row")
    for row, of in enumerate(measures):
        y = points[of.name].to_numpy(dtype=float) * of.scale
        for column, factor in enumerate(factors):
            one = axes[row][column]
            x, texts = places(points[factor.key])
            rank = ranks[of.name].get(factor.key, np.nan)
            colour = COLOURS[0] if abs(rank) > edge else GREY
            one.plot(x, y, "o", color=colour, markersize=3, alpha=0.6, markeredgewidth=0)
            if texts is None:
                known = points[factor.key].notna().to_numpy()
                one.plot(*_part_means(x[known], y[known]), color="#333333", linewidth=1.2)
            _ticks_of(one, points[factor.key], x, texts, as_is, 10)
            if rank == rank:
                one.set_title(f"ρ = {rank:.2f}".replace("-", "−"), fontsize=8.5, color="#333333")
            if row == len(measures) - 1:
                one.set_xlabel(titled(factor, 26), fontsize=8)
            if column == 0:
                one.set_ylabel(titled(of, 26), fontsize=8)
                plain_numbers(one.yaxis)
    return figure


def _part_means(x: Array, y: Array) -> tuple[Array, Array]:
    """Mean place and mean outcome of equal parts of the points by x, one value in one part."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    order = known[np.argsort(x[known], kind="stable")]
    count, values = min(PARTS, max(1, len(order) // 3)), np.unique(x[order])
    several = len(values) > count
    parts = np.array_split(order, count) if several else [order[x[order] == one] for one in values]
    return np.array([x[one].mean() for one in parts]), np.array([y[one].mean() for one in parts])
