"""Figures of attribution: a waterfall of shares with intervals, and a heat map of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, TwoSlopeNorm
from matplotlib.figure import Figure

from experiments.analysis.attribution import ALL, REST, Attribution
from sim.report.style import COLOURS, rc, save

TEXT = {
    "zh": {
        "shares": "各专项行动的贡献(夏普利份额)",
        "pairs": "两项行动之间的交互",
        "how": "横条为份额,须线为95%区间;▽ 单独实施,△ 最后加入(去掉它)",
        "pairs_how": "蓝:合起来多于各自之和;橙:合起来少于各自之和;灰:无法与零区分",
        "interaction": "交互(指标单位)",
    },
    "en": {
        "shares": "What each action contributes (Shapley shares)",
        "pairs": "How pairs of actions interact",
        "how": "bars: shares; whiskers: 95 % interval; ▽ first in (alone), △ last in (left out)",
        "pairs_how": "blue: together more than each for itself; orange: less; "
        "grey: not distinguishable from zero",
        "interaction": "interaction (unit of the outcome)",
    },
}
COLUMNS = 2
LOSS = COLOURS[1]
GAIN = COLOURS[0]
SUM = "#7a7a7a"
UNCLEAR = "#ececec"
TWO_WAYS = LinearSegmentedColormap.from_list("two_ways", [LOSS, "#ffffff", GAIN])


def write_figures(found: Attribution, folder: Path, lang: str, note: str = "") -> dict[str, Path]:
    """Both figures as PNG and SVG, pairs only if they are known; returns the PNGs by name.

    `note` (scenario, scale, replicates) stands small below them.
    """
    figures = {"attribution": waterfall(found, lang, note)}
    if len(found.pairs):
        figures["attribution_pairs"] = heat_maps(found, lang, note)
    with rc_context(rc()):  # type: ignore[arg-type]
        return {name: save(figure, folder, name) for name, figure in figures.items()}


def waterfall(found: Attribution, lang: str, note: str = "") -> Figure:
    """A panel an outcome: shares one after another up to the effect of all together."""
    outcomes = list(dict.fromkeys(found.shares["outcome"]))
    with rc_context(rc()):  # type: ignore[arg-type]
        figure, panels = _panels(len(outcomes), 1.5 + 0.34 * len(found.actions))
        for axes, outcome in zip(panels, outcomes, strict=True):
            _steps(axes, found.of(outcome), found.actions, lang)
        _finish(figure, TEXT[lang]["shares"], TEXT[lang]["how"], note)
    return figure


def heat_maps(found: Attribution, lang: str, note: str = "") -> Figure:
    """A panel an outcome: interaction of each pair, coloured where it can be told from zero."""
    outcomes = list(dict.fromkeys(found.pairs["outcome"]))
    with rc_context(rc()):  # type: ignore[arg-type]
        figure, panels = _panels(len(outcomes), 1.6 + 0.42 * len(found.actions), left=0.6)
        for axes, outcome in zip(panels, outcomes, strict=True):
            rows = found.pairs[found.pairs["outcome"] == outcome]
            image = _matrix(axes, rows, found.actions, lang)
            bar = figure.colorbar(image, ax=axes, shrink=0.85)
            bar.set_label(TEXT[lang]["interaction"], fontsize=8)
            bar.ax.tick_params(labelsize=7)
        _finish(figure, TEXT[lang]["pairs"], TEXT[lang]["pairs_how"], note)
    return figure


def _steps(axes: Any, rows: pd.DataFrame, actions: Sequence[str], lang: str) -> None:
    """Bars of one outcome, the first action on top, the sum at the bottom."""
    place = np.arange(len(actions) + 1)[::-1]
    mine = rows.loc[[*actions, ALL]]
    size = mine["shapley"].to_numpy(float)
    start = np.r_[0.0, np.cumsum(size[:-1])]
    start[-1] = 0.0
    colours = [*(GAIN if value >= 0 else LOSS for value in size[:-1]), SUM]
    error = [size - mine["low"], mine["high"] - size]
    axes.barh(place, size, left=start, color=colours, height=0.62)
    # A single replicate has no interval.
    axes.errorbar(
        start + size, place, xerr=np.nan_to_num(np.array(error)), fmt="none", ecolor="#222222",
        capsize=2, linewidth=1,
    )  # fmt: skip
    for column, marker, shift in (("first_in", "v", 0.2), ("last_in", "^", -0.2)):
        axes.scatter(
            (start + mine[column])[:-1], place[:-1] + shift, marker=marker, s=22, zorder=3,
            facecolors="white", edgecolors="#222222", linewidths=0.8,
        )  # fmt: skip
    ends = (start + size)[:-1]
    axes.vlines(ends, place[1:] - 0.31, place[:-1] + 0.31, color="#999999", linewidth=0.6)
    axes.axvline(0, color="#333333", linewidth=0.8)
    labels = [f"{code} {rows.loc[code, lang]}" for code in actions] + [rows.loc[ALL, lang]]
    axes.set_yticks(place, [fill(text, 30) for text in labels], fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="y", visible=False)
    title = fill(str(rows[f"outcome_{lang}"].iloc[0]), 44)
    if REST in rows.index:
        title += f"\n{rows.loc[REST, lang]}: {rows.loc[REST, 'shapley']:+.3g}"
    axes.set_title(title, fontsize=9)


def _matrix(axes: Any, rows: pd.DataFrame, actions: Sequence[str], lang: str) -> Any:
    """Interactions below the diagonal; those that may be zero are grey."""
    place = {code: i for i, code in enumerate(actions)}
    size = len(actions)
    values = np.full((size, size), np.nan)
    largest = float(rows["interaction"].abs().max()) or 1.0
    for a, b, value, kind in rows[["a", "b", "interaction", "verdict"]].itertuples(index=False):
        values[place[b], place[a]] = value if kind != "unclear" else np.nan
        dark = kind != "unclear" and abs(value) > 0.6 * largest
        axes.text(
            place[a], place[b], f"{value:.2g}", ha="center", va="center", fontsize=7,
            color="white" if dark else "#333333",
        )  # fmt: skip
    below = np.tril(np.ones((size, size)), -1)
    axes.imshow(np.where(below > 0, 0.5, np.nan), cmap=ListedColormap([UNCLEAR]), aspect="auto")
    norm = TwoSlopeNorm(0.0, -largest, largest)
    image = axes.imshow(values, cmap=TWO_WAYS, norm=norm, aspect="auto")
    axes.set_xticks(range(size), actions, fontsize=8)
    axes.set_yticks(range(size), actions, fontsize=8)
    axes.set_xlim(-0.5, size - 1.5)
    axes.set_ylim(size - 0.5, 0.5)
    axes.grid(visible=False)
    axes.set_title(fill(str(rows[f"outcome_{lang}"].iloc[0]), 44), fontsize=9)
    return image


def _panels(count: int, height: float, left: float = 2.3) -> tuple[Figure, list[Any]]:
    """A figure with so many panels of a height, inches, and room for labels at their left."""
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(max(6.2 * columns, 8.0), 1.2 + height * rows))
    axes = figure.subplots(rows, columns, squeeze=False)
    width, tall = figure.get_size_inches()
    figure.subplots_adjust(
        left=left / width, right=0.98, top=1 - 1.0 / tall, bottom=0.75 / tall,
        wspace=0.15 + left / 4.5, hspace=0.75 / height + 0.15,
    )  # fmt: skip
    for one in axes.flat[count:]:
        one.set_visible(False)
    return figure, list(axes.flat[:count])


def _finish(figure: Figure, title: str, how: str, note: str) -> None:
    height = figure.get_figheight()
    figure.suptitle(title, x=0.01, y=1 - 0.12 / height, ha="left", va="top", fontsize=13)
    figure.text(0.01, 0.28 / height, how, fontsize=8, color="#444444")
    figure.text(0.01, 0.1 / height, note, fontsize=6.5, color="#666666")
