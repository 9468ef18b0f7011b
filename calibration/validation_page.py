"""The scoreboard drawn and as a page: scores by forecaster, the model's paths beside what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from calibration.baselines import predict
from calibration.hindcast import AHEAD, Ensemble
from calibration.observations import shipped
from calibration.scores import LEVELS
from calibration.series import catalogue, describe, region_label
from calibration.validation import Validation, anchored
from calibration.validation_rows import board_rows, notes, point_rows
from calibration.validation_words import WORDS, drivers, forecaster
from sim.outputs import BY_NAME
from sim.report.html import page, picture
from sim.report.style import COLOURS, rc, save

MOST = 12
"""Series drawn in a figure of paths, those with the most observations."""


def write(validation: Validation, folder: Path, lang: str) -> None:
    """figures/*.png, figures/*.svg and report.html into an open folder."""
    words, parts = WORDS[lang], []
    board = validation.scoreboard()
    with rc_context(rc()):  # type: ignore[arg-type]
        for vintage in _vintages(validation):
            drawn: list[tuple[str, Figure]] = []
            rows = board[board["vintage"] == vintage]
            if len(rows):
                drawn.append(("figure_board", _scores(rows, lang)))
            drawn.append(("figure_paths", _paths(validation, vintage, lang)))
            for key, figure in drawn:
                title = words[key].format(vintage=vintage)
                name = f"{key.removeprefix('figure_')}_{vintage}"
                png = save(figure, folder / "figures", name)
                parts.append(f"<h2>{escape(title)}</h2>{picture(png, title)}")
            parts += _tables(validation, board, vintage, lang)
    parts += [f"<p>{escape(text)}</p>" for text in notes(validation, lang)]
    manifest = validation.manifest
    members = words["uncertainty"].format(members=manifest["replicates"])
    text = page(words["title"], parts, members, manifest, lang)
    (folder / "report.html").write_text(text, encoding="utf-8")


def _vintages(validation: Validation) -> list[int]:
    return list(dict.fromkeys(one.vintage for one in validation.forecasts.ensembles))


def _tables(validation: Validation, board: pd.DataFrame, vintage: int, lang: str) -> list[str]:
    """Scoreboard and points of a vintage as tables of HTML."""
    found = []
    for title, head, rows in (board_rows(board, vintage, lang),
                              point_rows(validation.points, vintage, lang)):  # fmt: skip
        if not rows:
            found.append(f"<p>{escape(title)}</p>")
            continue
        top = "".join(f"<th>{escape(text)}</th>" for text in head)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        found.append(
            f'<h2>{escape(title)}</h2><div class="wide"><table><tr>{top}</tr>{body}</table></div>'
        )
    return found


def _scores(rows: pd.DataFrame, lang: str) -> Figure:
    """CRPS and coverage of every forecaster."""
    words = WORDS[lang]
    figure = Figure(figsize=(11, 0.9 + 0.42 * len(rows)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.2, 1.0))
    names = [
        f"{forecaster(row.forecaster, lang)} ({row.own}/{row.outcomes})"
        + (f"\n{drivers(row.drivers, lang)}" if row.drivers != "none" else "")
        for row in rows.itertuples()
    ]
    where = -np.arange(len(rows))
    colours = [COLOURS[0] if name.startswith("model") else "#9a9a9a" for name in rows["forecaster"]]
    left.barh(where, 100 * rows["crps"], color=colours, height=0.62)
    left.set_yticks(where, names, fontsize=8)
    left.set_title(words["loss"])
    left.set_xlabel(words["crps_axis"])
    for key, marker, colour, nominal in (
        ("in_50", "o", COLOURS[1], 50),
        ("in_90", "s", COLOURS[2], 90),
    ):
        right.axvline(nominal, color=colour, linewidth=1.0, linestyle=":")
        right.plot(100 * rows[key], where, marker, color=colour, label=words[key])
    right.set_xlim(-4, 104)
    right.set_title(words["coverage"])
    right.set_xlabel(words["cover_axis"])
    right.legend(frameon=False, fontsize=8, loc="best")
    return figure


def _paths(validation: Validation, vintage: int, lang: str) -> Figure:
    """Small multiples: what was observed, the model's fan, and the baselines' medians."""
    seen = Counter((one.series, one.region) for one in validation.observations.rows)
    chosen = [cell for cell, _ in seen.most_common(MOST)]
    columns = min(3, len(chosen))
    rows = -(-len(chosen) // columns)
    figure = Figure(figsize=(11, 2.75 * rows + 0.7), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place < len(chosen):
            _panel(axes, validation, vintage, chosen[place], lang)
        else:
            axes.set_axis_off()
    handles: dict[str, Any] = {}
    for axes in grid.flat:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    figure.legend(
        list(handles.values()), list(handles), loc="outside upper center", ncols=4, frameon=False,
        fontsize=8.5,
    )  # fmt: skip
    return figure


def _panel(
    axes: Any, validation: Validation, vintage: int, cell: tuple[str, str], lang: str
) -> None:
    """One series: fan with frozen drivers, the other forecasts as lines, observations as dots."""
    words, (series, region) = WORDS[lang], cell
    ensembles = {
        one.drivers: one for one in validation.forecasts.ensembles if one.vintage == vintage
    }
    main = next(iter(ensembles.values()))
    years = [year for year in main.years if year <= vintage + AHEAD]
    said = [(year, main.sample(series, region, year)) for year in years]
    said = [(year, sample) for year, sample in said if len(sample)]
    past = validation.observations.history(series, region, vintage) or shipped().history(
        series, region, vintage
    )
    if said:
        spread = np.array([np.quantile(sample, LEVELS) for _, sample in said])
        when = [year for year, _ in said]
        axes.fill_between(
            when, spread[:, 0], spread[:, 4], color=COLOURS[0], alpha=0.18, linewidth=0
        )
        axes.fill_between(when, spread[:, 1], spread[:, 3], color=COLOURS[0], alpha=0.32, linewidth=0,
                          label=words["fan"])  # fmt: skip
        axes.plot(when, spread[:, 2], color=COLOURS[0], linewidth=1.4)
    if "known" in ensembles and "frozen" in ensembles:
        _line(axes, _medians(ensembles["known"], cell, years), COLOURS[0], ":", words["known_line"])
    if past:
        _other_lines(axes, main, cell, past, vintage, lang)
        axes.plot(list(past), list(past.values()), "o", color="#1d1d1d", markersize=4,
                  label=words["history"])  # fmt: skip
    after = {
        one.year: one.value for one in validation.observations.rows
        if (one.series, one.region) == cell and vintage < one.year <= vintage + AHEAD
    }  # fmt: skip
    if after:
        axes.plot(list(after), list(after.values()), "D", color=COLOURS[1], markersize=5,
                  label=words["outcome"])  # fmt: skip
    axes.axvline(vintage + 0.5, color="#999999", linewidth=0.8)
    axes.set_xticks(range(min([*past, main.years.start]), vintage + AHEAD + 1, 2))
    name = describe(series, lang)
    text = name["label"] if series in BY_NAME else f"{series} · {name['label']}"
    axes.set_title(f"{_short(text)}\n{region_label(region, lang)} · {name['unit']}", fontsize=8.5)
    axes.tick_params(labelsize=8)


def _other_lines(
    axes: Any,
    main: Ensemble,
    cell: tuple[str, str],
    past: dict[int, float],
    vintage: int,
    lang: str,
) -> None:
    """Medians of the anchored model and of two baselines from the last observation on."""
    words, (series, region) = WORDS[lang], cell
    kind, start = catalogue()[series], max(past)
    ahead = [year for year in range(start + 1, vintage + AHEAD + 1) if year > vintage]
    before = main.sample(series, region, start) if start in main.years else np.empty(0)
    if len(before):
        moved = {start: past[start]}
        for year in ahead:
            sample = main.sample(series, region, year)
            moved[year] = float(np.median(anchored(series, past[start], before, sample)))
        _line(axes, moved, COLOURS[2], "-", words["anchored_line"])
    for method, style in (("no_change", "--"), ("linear_trend", "-.")):
        found = predict(
            method, list(past), list(past.values()), [year - start for year in ahead],
            bounds=kind.bounds,
        )  # fmt: skip
        if found.method == method:
            line = {start: past[start]} | dict(zip(ahead, map(float, found.centre), strict=True))
            if method == "linear_trend":
                line.pop(start)
            label = words["no_change_line" if method == "no_change" else "trend_line"]
            _line(axes, line, "#8a8a8a", style, label)


def _medians(one: Ensemble, cell: tuple[str, str], years: Sequence[int]) -> dict[int, float]:
    samples = {year: one.sample(*cell, year) for year in years}
    return {year: float(np.median(sample)) for year, sample in samples.items() if len(sample)}


def _line(axes: Any, line: dict[int, float], colour: str, style: str, label: str) -> None:
    axes.plot(list(line), list(line.values()), style, color=colour, linewidth=1.3, label=label)


def _short(text: str, width: int = 46) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip(" ,;") + "…"
