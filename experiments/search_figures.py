"""Figures of a search: front, trade-offs, money by group, how far it came."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.search_measures import BY_NAME
from experiments.search_words import TEXT, group_name, measure_name, role_name
from sim.report.style import COLOURS, rc, save

if TYPE_CHECKING:
    from experiments.packages import Optimised

TRIED, FRONT = "#cfcfcf", "#7fb3d3"
MARKS = ("o", "s", "^", "D", "v", "P", "X")


def write_figures(
    made: Optimised, tables: dict[str, pd.DataFrame], folder: Path, lang: str
) -> dict[str, Path]:
    """Every figure of a search as PNG and SVG; returns the PNGs by name."""
    draws = {"parallel": _parallel, "front": _front, "money": _money, "trace": _trace}
    found = {}
    with rc_context(rc()):  # type: ignore[arg-type]
        for name, draw in draws.items():
            figure = draw(made, tables, lang)
            figure.suptitle(TEXT[lang][name], x=0.01, ha="left", fontsize=14)
            known = made.inquiry
            note = (
                f"{known.split.scenario.name} {known.split.scenario.hash[:8]} · scale "
                f"{known.scale:g} · seed {known.seed} · budget {known.plan.budget}"
            )
            figure.text(0.01, 0.08 / figure.get_figheight(), note, fontsize=6.5, color="#666666")
            found[name] = save(figure, folder, name)
    return found


def _roles(made: Optimised) -> dict[int, list[str]]:
    """Roles by row, each row once."""
    found: dict[int, list[str]] = {}
    for one in made.found.chosen:
        found.setdefault(one.row, []).append(one.role)
    return found


def _named(roles: list[str], lang: str) -> str:
    return " / ".join(role_name(role, lang) for role in roles)


def _parallel(made: Optimised, tables: dict[str, pd.DataFrame], lang: str) -> Figure:
    """Parallel coordinates: objectives from the worst to the best of the front, best on top."""
    found, better = made.found, made.inquiry.settings.better
    names = made.inquiry.settings.objectives
    values = found.explored.values * better
    shown = np.union1d(np.flatnonzero(found.front), [0])
    low, high = values[shown].min(axis=0), values[shown].max(axis=0)
    scaled = (values - low) / np.where(high > low, high - low, 1.0)
    figure = Figure(figsize=(11, 5.6))
    axes = figure.subplots()
    across = np.arange(len(names))
    for row in shown:
        axes.plot(across, scaled[row], color=FRONT, linewidth=1, alpha=0.8, zorder=1)
    axes.plot(across, scaled[0], color="#111111", linewidth=2.4, label=role_name("document", lang),
              zorder=3)  # fmt: skip
    for k, (row, roles) in enumerate(_roles(made).items()):
        axes.plot(
            across, scaled[row], color=COLOURS[k % len(COLOURS)], linewidth=2.2,
            marker=MARKS[k % len(MARKS)], label=_named(roles, lang), zorder=2,
        )  # fmt: skip
    for place in range(len(names)):
        ends = (low[place] * better[place], high[place] * better[place])
        axes.text(place + 0.03, -0.07, f"{ends[0]:.4g}", fontsize=8)
        axes.text(place + 0.03, 1.04, f"{ends[1]:.4g}", fontsize=8)
        axes.axvline(place, color="#888888", linewidth=0.8, zorder=0)
    axes.set_xticks(across, [fill(measure_name(name, lang), 26) for name in names], fontsize=8)
    axes.tick_params(axis="x", length=0, pad=14)
    axes.set_yticks([])
    axes.set_ylim(-0.1, 1.1)
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=8)
    figure.subplots_adjust(left=0.1, right=0.92, top=0.8, bottom=0.2)
    return figure


def _front(made: Optimised, tables: dict[str, pd.DataFrame], lang: str) -> Figure:
    """Scatter of every pair of objectives, lower triangle."""
    found, names = made.found, made.inquiry.settings.objectives
    values, size = found.explored.values, len(made.inquiry.settings.objectives) - 1
    figure = Figure(figsize=(3.6 * size + 1.2, 3.1 * size + 1.4))
    grid = figure.subplots(size, size, squeeze=False)
    for row in range(size):
        for column in range(size):
            axes = grid[row][column]
            if column > row:
                axes.set_visible(False)
                continue
            pair = values[:, [column, row + 1]]
            axes.scatter(*pair[~found.front].T, s=9, color=TRIED, label=TEXT[lang]["everything"])
            axes.scatter(*pair[found.front].T, s=16, color=FRONT, label=TEXT[lang]["on_front"])
            for k, (place, roles) in enumerate(_roles(made).items()):
                axes.scatter(
                    *pair[place], s=54, marker=MARKS[k % len(MARKS)],
                    color=COLOURS[k % len(COLOURS)], label=_named(roles, lang), zorder=3,
                )  # fmt: skip
            axes.scatter(*pair[0], s=110, marker="*", color="#111111", zorder=4,
                         label=role_name("document", lang))  # fmt: skip
            if row == size - 1:
                axes.set_xlabel(fill(_directed(names[column], lang), 34), fontsize=8)
            if column == 0:
                axes.set_ylabel(fill(_directed(names[row + 1], lang), 30), fontsize=8)
            axes.tick_params(labelsize=7)
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper right", frameon=False, fontsize=8,
                  bbox_to_anchor=(0.99, 1 - 0.45 / figure.get_figheight()),
                  ncols=1 if size > 1 else 2)  # fmt: skip
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=0.14, right=0.98, top=1 - (0.6 if size > 1 else 1.3) / height, bottom=0.95 / height,
        wspace=0.3, hspace=0.25,
    )  # fmt: skip
    return figure


def _directed(name: str, lang: str) -> str:
    """A measure with which way is better."""
    return (
        f"{measure_name(name, lang)} ({TEXT[lang]['more' if BY_NAME[name].better > 0 else 'less']})"
    )


def _money(made: Optimised, tables: dict[str, pd.DataFrame], lang: str) -> Figure:
    """Money by group: the document's own split and each package."""
    table, groups = tables["money"], made.inquiry.split.groups
    roles = _roles(made)
    # A package that is the document's own split has its bars already.
    packages = [(place, names) for place, (row, names) in enumerate(roles.items()) if row]
    figure = Figure(figsize=(11, 1.8 + len(groups) * (0.22 + 0.13 * (len(packages) + 1))))
    axes = figure.subplots()
    where = np.arange(len(groups))[::-1]
    thick = 0.84 / (len(packages) + 1)

    def bars(place: int, money: Any, colour: str, label: str) -> None:
        axes.barh(where + 0.42 - (place + 0.5) * thick, money, thick, color=colour, label=label)

    own = table[table["role"] == made.roles[0]]["document"].to_numpy()
    bars(0, own, "#111111", role_name("document", lang))
    for k, (colour, names) in enumerate(packages, 1):
        money = table[table["role"] == names[0]]["package"].to_numpy()
        bars(k, money, COLOURS[colour % len(COLOURS)], _named(names, lang))
    axes.set_yticks(where, [fill(group_name(one, lang), 40) for one in groups], fontsize=8)
    axes.set_xlabel(TEXT[lang]["budget_unit"])
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.3, 1.0), ncols=3, frameon=False, fontsize=8)
    height = figure.get_figheight()
    figure.subplots_adjust(left=0.3, right=0.97, top=1 - 1.15 / height, bottom=0.65 / height)
    return figure


def _trace(made: Optimised, tables: dict[str, pd.DataFrame], lang: str) -> Figure:
    """Hypervolume by generation."""
    figure = Figure(figsize=(8, 3.4))
    axes = figure.subplots()
    table = tables["trace"]
    axes.plot(table["generation"] + 1, table["hypervolume"], color=COLOURS[0], marker="o", ms=4)
    axes.set_xlabel(TEXT[lang]["generation"])
    axes.set_ylabel(TEXT[lang]["hypervolume"])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.subplots_adjust(left=0.1, right=0.97, top=0.84, bottom=0.2)
    return figure
