"""The scorecard drawn and as a page: dots with intervals against the targets."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.report.figures import Made
from sim.report.html import page, picture
from sim.report.origin import origin_line, uncertainty_of
from sim.report.score_rows import SCORE_WORDS, Line, lines, notes
from sim.report.style import rc, save
from sim.report.text import TEXT

if TYPE_CHECKING:
    from sim.scoring import Scorecard

MET = LinearSegmentedColormap.from_list("met", ("#c8541b", "#b9b9b9", "#0b5d8a"))
"""From no run meeting a target to all; orange and blue stay apart for the colour-blind."""
MARKERS = ("o", "s", "^", "D", "v", "P")
FURTHEST = 2.0
"""Twice the target is where the axis ends."""


def write(scorecard: Scorecard, folder: Path, lang: str) -> None:
    """figures/scorecard_*.png, .svg and report.html into an open folder."""
    made = figures(scorecard, folder / "figures", lang)
    text = scorecard_page(scorecard, made, lang)
    (folder / "report.html").write_text(text, encoding="utf-8")


def figures(scorecard: Scorecard, folder: Path, lang: str) -> list[Made]:
    """One figure of the headline targets and one of the others, as PNG and SVG."""
    words = SCORE_WORDS[lang]
    note = origin_line(scorecard.manifest, lang)
    made = []
    rows = scorecard.summary()
    with rc_context(rc()):  # type: ignore[arg-type]
        for key, headline in (("headline", True), ("others", False)):
            chosen = [one for one in lines(scorecard, lang) if one.target.headline == headline]
            figure = _draw(scorecard, rows, chosen, words[key], lang)
            figure.text(0.01, 0.008, note, fontsize=6.5, color="#666666")
            made.append(Made(key, save(figure, folder, f"scorecard_{key}"), ()))
    return made


def _draw(
    scorecard: Scorecard, rows: pd.DataFrame, chosen: list[Line], title: str, lang: str
) -> Figure:
    words, count = SCORE_WORDS[lang], len(scorecard.names)
    step = max(1.0, 0.55 * count)
    height = 2.0 + 0.30 * step * len(chosen)
    figure = Figure(figsize=(12.5, height))
    figure.suptitle(title, x=0.01, ha="left", fontsize=14, y=1 - 0.15 / height)
    axes = figure.add_axes((0.44, 0.95 / height, 0.45, 1 - 1.65 / height))
    table = rows.set_index(["target", "scenario"])
    for place, line in enumerate(chosen):
        for shift, name in enumerate(scorecard.names):
            where = -place - (shift - (count - 1) / 2) * 0.7 / count
            _dot(axes, table.loc[(line.target.code, name)], where, MARKERS[shift % len(MARKERS)])
    axes.axvline(1.0, color="#333333", linewidth=1.2)
    axes.set_xlim(-0.03, FURTHEST + 0.03)
    axes.set_ylim(-len(chosen) + 0.4, 0.6)
    axes.set_xticks(np.linspace(0, FURTHEST, 9))
    labels = [f"{line.target.code}  {_short(line.indicator)}  {line.goal}" for line in chosen]
    axes.set_yticks(-np.arange(len(chosen)), labels)
    axes.set_xlabel(words["relative"])
    titles = {one.name: getattr(one.title, lang) or one.name for one in scorecard.scenarios}
    handles = [
        Line2D([], [], marker=MARKERS[place % len(MARKERS)], color="#333333", linestyle="",
               label=titles[name])
        for place, name in enumerate(scorecard.names)
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="upper right", ncols=min(count, 4), frameon=False, fontsize=9,
        bbox_to_anchor=(0.99, 1 - 0.05 / height),
    )  # fmt: skip
    bar = figure.add_axes((0.92, 0.95 / height, 0.012, min(1.0, 2.6 / height)))
    colours = figure.colorbar(ScalarMappable(Normalize(0, 1), MET), cax=bar)
    colours.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    colours.set_label(words["share_met"], fontsize=8)
    return figure


def _dot(axes: object, row: pd.Series, where: float, marker: str) -> None:
    """Median and interval of one target in one scenario; an arrow where they leave the axis."""
    if not row["runs"]:
        return
    low, centre, high = (
        float(np.clip(row[key], 0.0, FURTHEST))
        for key in ("relative_q05", "relative", "relative_q95")
    )
    colour = MET(float(row["probability"]))
    beyond = not 0.0 <= row["relative"] <= FURTHEST
    shape = marker if not beyond else (">" if row["relative"] > 0 else "<")
    axes.plot([low, high], [where, where], color=colour, linewidth=2.2)  # type: ignore[attr-defined]
    axes.plot(  # type: ignore[attr-defined]
        [centre], [where], marker=shape, color=colour, markersize=6.5, markeredgecolor="#333333",
        markeredgewidth=0.6, linestyle="",
    )  # fmt: skip


def _short(text: str, width: int = 44) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip(" ,;") + "…"


def scorecard_page(scorecard: Scorecard, made: list[Made], lang: str) -> str:
    """The scorecard as one HTML file."""
    words = SCORE_WORDS[lang]
    titles = {one.name: getattr(one.title, lang) or one.name for one in scorecard.scenarios}
    all_lines = lines(scorecard, lang)
    parts = []
    for one in scorecard.scenarios:
        text = getattr(one.rationale, lang)
        parts.append(f"<p><b>{escape(titles[one.name])}</b>: {escape(text)}</p>")
    for drawn, headline in zip(made, (True, False), strict=True):
        chosen = [line for line in all_lines if line.target.headline == headline]
        met = [line.target.code for line in chosen if _all_met(line, scorecard.names[0])]
        said = f"{words[drawn.key]}: {titles[scorecard.names[0]]}: {', '.join(met) or '-'}"
        parts.append(f"<h2>{escape(words[drawn.key])}</h2>")
        parts.append(picture(drawn.png, said))
        parts.append(
            f"<details><summary>{TEXT[lang]['how']}</summary><p>{words['how']}</p></details>"
        )
        parts.append(_table(chosen, scorecard, titles, lang))
    parts += [f"<p>{escape(note)}</p>" for note in notes(scorecard, lang)]
    uncertainty = uncertainty_of(scorecard.manifest, lang)
    return page(words["title"], parts, uncertainty, scorecard.manifest, lang)


def _all_met(line: Line, name: str) -> bool:
    met, _, runs = line.results[name][1].partition("/")
    return met == runs != ""


def _table(chosen: list[Line], scorecard: Scorecard, titles: dict[str, str], lang: str) -> str:
    words = SCORE_WORDS[lang]
    head = [words[key] for key in ("code", "indicator", "unit", "year", "goal")]
    for name in scorecard.names:
        head += [titles[name], words["met"]]
    head += [words["published"], words["remarks"], words["source"]]
    body, measure = "", None
    for line in chosen:
        if line.target.measure != measure:
            measure = line.target.measure
            name = words["overall"] if measure == "overall" else measure
            clause = f"{name} · {line.target.clause}"
            body += f'<tr><th colspan="{len(head)}">{escape(clause)}</th></tr>'
        cells = [line.target.code, line.indicator, line.unit, line.target.year, line.goal]
        for name in scorecard.names:
            cells += line.results[name]
        cells += [line.published, line.remarks, line.source]
        body += "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    top = "".join(f"<th>{escape(text)}</th>" for text in head)
    return f'<div class="wide"><table><tr>{top}</tr>{body}</table></div>'
