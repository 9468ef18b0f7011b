"""Figures of the identification study: effects, indices, phases, parts of variance."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from calibration.forces import FORCES, REGIONS
from calibration.sensitivity import most_important
from calibration.study_words import TEXT, figure_labels, parameter_labels
from calibration.targets import targets
from calibration.variance import PARTS
from sim.report.style import COLOURS, rc, save

if TYPE_CHECKING:
    from calibration.study import Study

SHOWN = 10
"""Parameters shown for each output."""
COLUMNS = 3
CHANCE = "#9a9a9a"
LIGHT = "#a9cbe0"
PART_COLOURS = dict(zip(PARTS, (COLOURS[0], COLOURS[1], COLOURS[3], "#d9d9d9"), strict=True))


def write_figures(study: Study, folder: Path, lang: str) -> dict[str, Path]:
    """Every figure of a study as PNG and SVG; returns the PNGs by name."""
    draws = {
        "morris": _effects, "informs": _informs, "sobol": _indices, "phase": _phase,
        "variance": _variance,
    }  # fmt: skip
    made = {}
    with rc_context(rc()):  # type: ignore[arg-type]
        for name, draw in draws.items():
            table = study.tables.get("morris" if name == "informs" else name)
            figure = None if table is None or table.empty else draw(study, table, lang)
            if figure is not None:
                _finish(figure, study, TEXT[lang][name], lang)
                made[name] = save(figure, folder, name)
    return made


def _finish(figure: Figure, study: Study, title: str, lang: str) -> None:
    words, made = TEXT[lang], study.manifest
    figure.suptitle(title, x=0.01, ha="left", fontsize=14)
    note = (
        f"{made['scenario']} {made['scenarios'][made['scenario']][:8]} · {words['scale']} "
        f"{made['scale']:g} · {words['replicates']} {made['replicates']} · {words['budget']} "
        f"{made['budget']} · lianghua {made['version']}"
    )
    figure.text(0.01, 0.1 / figure.get_figheight(), note, fontsize=6.5, color="#666666")


def _headline(study: Study, table: pd.DataFrame) -> list[str]:
    """Outputs of a table that are no targets, in its order."""
    known = {one.name for one in targets()}
    return [name for name in dict.fromkeys(table["output"]) if name not in known]


def _panels(count: int) -> tuple[Figure, list[Any]]:
    """A figure with so many panels of horizontal bars, with room for labels at their left."""
    columns = min(COLUMNS, max(count, 1))
    rows = -(-max(count, 1) // columns)
    figure = Figure(figsize=(5.2 * columns, 1.0 + 3.4 * rows))
    axes = figure.subplots(rows, columns, squeeze=False)
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=0.48 / columns, right=0.985, top=1 - 0.85 / height, bottom=0.75 / height,
        wspace=1.0, hspace=0.4,
    )  # fmt: skip
    for one in axes.flat[count:]:
        one.set_visible(False)
    return figure, list(axes.flat[:count])


def _bars(axes: Any, rows: pd.DataFrame, labels: dict[str, str], title: str) -> Any:
    """Positions for the rows, the first on top, with the parameters' labels."""
    where = np.arange(len(rows))[::-1]
    texts = [fill(labels[name], 34) for name in rows["parameter"]]
    axes.set_yticks(where, texts, fontsize=7)
    axes.set_title(fill(title, 40), fontsize=10)
    axes.grid(axis="y", visible=False)
    return where


def _effects(study: Study, table: pd.DataFrame, lang: str) -> Figure | None:
    """The largest effects on each headline output, relative to its mean."""
    outputs = _headline(study, table)
    labels, names = parameter_labels(study.plan.priors, lang), figure_labels(lang)
    figure, panels = _panels(len(outputs))
    for axes, output in zip(panels, outputs, strict=True):
        rows = table[table["output"] == output].nlargest(SHOWN, "mu_star")
        where = _bars(axes, rows, labels, names[output])
        per_cent = 100.0 / rows["mean"].abs()
        axes.barh(
            where, rows["mu_star"] * per_cent, xerr=rows["mu_star_half"] * per_cent,
            color=COLOURS[0], ecolor="#555555", capsize=2, height=0.7,
        )  # fmt: skip
        axes.scatter(rows["chance"] * per_cent, where, marker="|", s=90, color=CHANCE, zorder=3)
        axes.set_xlim(left=0)
        axes.set_xlabel(TEXT[lang]["of_mean"], fontsize=8)
    return figure


def _indices(study: Study, table: pd.DataFrame, lang: str) -> Figure | None:
    """First and total index of each headline output."""
    outputs = _headline(study, table)
    labels, names = parameter_labels(study.plan.priors, lang), figure_labels(lang)
    figure, panels = _panels(len(outputs))
    for axes, output in zip(panels, outputs, strict=True):
        rows = table[table["output"] == output].nlargest(SHOWN, "total")
        where = _bars(axes, rows, labels, names[output])
        for kind, colour, shift in (("total", LIGHT, -0.2), ("first", COLOURS[0], 0.2)):
            axes.barh(
                where + shift, rows[kind], xerr=rows[f"{kind}_half"], color=colour, height=0.38,
                ecolor="#777777", capsize=2,
            )  # fmt: skip
        axes.scatter(rows["chance"], where - 0.2, marker="|", s=60, color=CHANCE, zorder=3)
        axes.axvline(0, color="#333333", linewidth=0.8)
    return figure


def _informs(study: Study, table: pd.DataFrame, lang: str) -> Figure | None:
    """Shares of targets' total effects, targets by parameters."""
    known = {one.name for one in targets()}
    table = table[table["output"].isin(known)]
    columns = most_important(table, 16) if len(table) else []
    if not columns:
        return None
    shares = 100 * table.pivot(index="output", columns="parameter", values="share")
    shares = shares.loc[list(dict.fromkeys(table["output"])), columns]
    figure = Figure(figsize=(13, 3.4 + 0.24 * len(shares)))
    axes = figure.subplots()
    axes.imshow(shares.to_numpy(), cmap="Blues", norm=Normalize(0, 60), aspect="auto")
    for (row, column), value in np.ndenumerate(shares.to_numpy()):
        if value >= 5:
            colour = "white" if value > 40 else "#222222"
            axes.text(
                column, row, f"{value:.0f}", ha="center", va="center", fontsize=7, color=colour
            )
    labels, names = parameter_labels(study.plan.priors, lang), figure_labels(lang)
    texts = [fill(labels[name], 26) for name in columns]
    axes.set_xticks(range(len(columns)), texts, rotation=60, ha="right", fontsize=7)
    axes.set_yticks(range(len(shares)), [names[name] for name in shares.index], fontsize=7)
    axes.grid(visible=False)
    height = figure.get_figheight()
    figure.subplots_adjust(left=0.36, right=0.99, top=1 - 0.6 / height, bottom=2.3 / height)
    return figure


def _phase(study: Study, table: pd.DataFrame, lang: str) -> Figure | None:
    """Adoption over two forces, between and at the end, with the regions of the whole run."""
    x, y = study.plan.forces
    outputs = list(dict.fromkeys(table["output"]))
    names = figure_labels(lang)
    figure = Figure(figsize=(12, 0.9 + 4.3 * len(outputs)))
    axes = figure.subplots(len(outputs), 2, squeeze=False)
    months = study.manifest["phase_months"]
    for row, output in enumerate(outputs):
        chosen = table[table["output"] == output]
        top = max(100 * float(chosen["end"].max()), 1.0)
        for column, when in enumerate(("between", "end")):
            one = axes[row][column]
            cells = chosen.pivot(index=y, columns=x, values=when) * 100
            mesh = one.pcolormesh(
                cells.columns, cells.index, cells.to_numpy(), cmap="YlGnBu", vmin=0, vmax=top,
                shading="nearest",
            )  # fmt: skip
            figure.colorbar(mesh, ax=one, format=lambda value, _: f"{value:g} %")
            _regions(one, chosen.pivot(index=y, columns=x, values="region"), lang)
            one.plot(
                FORCES[x].neutral, FORCES[y].neutral, marker="*", markersize=15, color="white",
                markeredgecolor="#222222",
            )  # fmt: skip
            one.set_title(f"{names[output]} · {months[1 + column]}", fontsize=10)
            one.set_xlabel(getattr(FORCES[x], lang))
            one.set_ylabel(getattr(FORCES[y], lang))
            # Cells reach half a step beyond the strengths that were run.
            one.set_xticks(cells.columns)
            one.set_yticks(cells.index)
            one.grid(visible=False)
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=0.07, right=0.99, top=1 - 0.85 / height, bottom=0.8 / height, hspace=0.3, wspace=0.14
    )
    return figure


def _regions(axes: Any, regions: pd.DataFrame, lang: str) -> None:
    """Lines between the regions, cell by cell, and a name in the middle of each."""
    columns, rows = (_edges(one.to_numpy(dtype=float)) for one in (regions.columns, regions.index))
    cells = regions.to_numpy()
    for row, column in np.ndindex(cells.shape):
        left, right = columns[column : column + 2]
        low, high = rows[row : row + 2]
        if column + 1 < cells.shape[1] and cells[row, column] != cells[row, column + 1]:
            axes.plot([right, right], [low, high], color="#c8541b", linewidth=1.6)
        if row + 1 < cells.shape[0] and cells[row, column] != cells[row + 1, column]:
            axes.plot([left, right], [high, high], color="#c8541b", linewidth=1.6)
    for code, pair in REGIONS.items():
        where = np.argwhere(cells == code)
        if len(where):
            # The cell nearest to the region's middle, so that the name stands inside it.
            row, column = where[((where - where.mean(axis=0)) ** 2).sum(axis=1).argmin()]
            axes.text(
                regions.columns[column], regions.index[row], pair[0 if lang == "zh" else 1],
                ha="center", va="center", fontsize=9, color="#222222",
                bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5},
            )  # fmt: skip


def _edges(centres: np.ndarray) -> np.ndarray:
    """Edges of cells around evenly spaced centres."""
    half = (centres[1] - centres[0]) / 2
    return np.append(centres - half, centres[-1] + half)


def _variance(study: Study, table: pd.DataFrame, lang: str) -> Figure | None:
    """Shares of variance stacked, one bar an output."""
    outputs, names = list(dict.fromkeys(table["output"])), figure_labels(lang)
    shares = table.pivot(index="output", columns="part", values="share").loc[outputs, list(PARTS)]
    shown = 100 * shares.clip(lower=0).fillna(0)
    figure = Figure(figsize=(11, 1.9 + 0.5 * len(outputs)))
    axes = figure.subplots()
    where, left = np.arange(len(outputs))[::-1], np.zeros(len(outputs))
    for part, pair in PARTS.items():
        width = shown[part].to_numpy()
        axes.barh(
            where, width, left=left, color=PART_COLOURS[part], height=0.7,
            label=pair[0 if lang == "zh" else 1],
        )  # fmt: skip
        for place, value in enumerate(width):
            if value >= 6:
                axes.text(
                    left[place] + value / 2, where[place], f"{value:.0f}", ha="center",
                    va="center", fontsize=8, color="#222222" if part == "chance" else "white",
                )  # fmt: skip
        left = left + width
    axes.set_yticks(where, [names[name] for name in outputs], fontsize=8)
    axes.set_xlabel(TEXT[lang]["share"])
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, frameon=False, fontsize=9)
    axes.grid(axis="y", visible=False)
    height = figure.get_figheight()
    figure.subplots_adjust(left=0.34, right=0.97, top=1 - 0.95 / height, bottom=0.75 / height)
    return figure
