"""Figures of a run and of a comparison: adoption, jobs, productivity, barriers, cities, money."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import colormaps, rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke
from scipy import stats

from sim.outputs import BARRIER_EN, BARRIER_ZH, BY_NAME, TECHNOLOGY_EN, TECHNOLOGY_ZH
from sim.report.contributions import contributions, differences, left_out
from sim.report.origin import origin_line
from sim.report.palette import BARRIER_COLOURS
from sim.report.style import ASSETS, COLOURS, rc, save
from sim.report.text import TEXT
from sim.words import few_rows_note, headline_names, instrument_titles
from sim.world.tables import TECHNOLOGIES

if TYPE_CHECKING:
    from sim.comparison import Comparison
    from sim.results import Results

FEWEST_FOR_BANDS = 3
"""Replicates from which on quantiles are drawn."""
MOST_INSTRUMENTS = len(COLOURS)
"""Instruments that have a colour of their own; the others are one."""
OTHERS = "#b9b9b9"
"""Colour of the others."""


@dataclass(frozen=True)
class Source:
    """What a figure draws: all runs of every scenario in one frame, and how to label them."""

    province: pd.DataFrame
    cities: pd.DataFrame
    programme: pd.DataFrame
    names: tuple[str, ...]
    titles: dict[str, str]
    baseline: str | None
    note: str
    lang: str
    comparison: Any = None
    instruments: dict[str, str] = field(default_factory=dict)

    def words(self, key: str) -> str:
        """A word of the catalogue."""
        return TEXT[self.lang][key]


@dataclass(frozen=True)
class Made:
    """A figure that was written, and the outputs it shows."""

    key: str
    png: Path
    outputs: tuple[str, ...]


def comparison_figures(
    comparison: Comparison, folder: Path, lang: str, only: Collection[str] = ()
) -> list[Made]:
    """Every figure of a comparison as PNG and SVG, or those named."""
    manifest = comparison.manifest
    source = Source(
        comparison.province, comparison.cities, comparison.programme, comparison.names,
        {one.name: getattr(one.title, lang) or one.name for one in comparison.scenarios},
        comparison.baseline,
        origin_line(manifest, lang),
        lang, comparison, instrument_titles(manifest, lang),
    )  # fmt: skip
    draws: list[Draw] = [
        adoption, control, headline, jobs, product, barriers, cities, money, prices,
    ]  # fmt: skip
    parts = len(left_out(comparison)) > 1
    if len(comparison.names) > len(COLOURS):
        # More scenarios than colours: lines on top of each other say nothing.
        draws = [contributions if parts else differences]
    elif parts:
        draws.append(contributions)
    chosen = [draw for draw in draws if not only or draw.__name__ in only]
    return _write(source, chosen, folder)


def run_figures(results: Results, folder: Path, lang: str) -> list[Made]:
    """Every figure of one run as PNG and SVG."""
    name = str(results.manifest.get("scenario", "run"))
    frames = []
    for frame in (results.province, results.cities, results.programme):
        marked = frame.copy()
        marked.insert(0, "scenario", name)
        marked.insert(1, "replicate", 0)
        frames.append(marked)
    title = results.manifest.get("settings", {}).get("title", {}).get(lang) or name
    province, cities_, programme = frames
    titles = instrument_titles(results.manifest, lang)
    source = Source(
        province, cities_, programme, (name,), {name: title}, None,
        origin_line(results.manifest, lang), lang, None, titles,
    )  # fmt: skip
    return _write(source, [adoption, control, jobs, product, barriers, money, prices], folder)


Draw = Callable[[Source], tuple[Figure, tuple[str, ...]]]


def _write(source: Source, draws: list[Draw], folder: Path) -> list[Made]:
    made = []
    with rc_context(rc()):  # type: ignore[arg-type]
        for draw in draws:
            figure, outputs = draw(source)
            note = " · ".join(filter(None, (source.note, _drawn(draw, source))))
            figure.text(0.01, 0.008, note, fontsize=6.5, color="#666666")
            made.append(Made(draw.__name__, save(figure, folder, draw.__name__), outputs))
    return made


def _drawn(draw: Draw, source: Source) -> str:
    """What lines, bars and bands of a figure are; of a single run nothing needs to be said."""
    if source.comparison is None:
        return ""
    runs = source.comparison.replicates
    if draw in (headline, cities, contributions, differences):
        return source.words("t_interval") if runs > 1 else ""
    if draw in (barriers, money):
        return source.words("areas")
    return source.words("band" if runs >= FEWEST_FOR_BANDS else "line")


def _years(source: Source) -> np.ndarray:
    """Months as decimal years, for the axis."""
    months = list(dict.fromkeys(source.province["month"]))
    return np.array([int(m[:4]) + (int(m[5:]) - 0.5) / 12 for m in months])


def _bands(axes: Any, source: Source, output: str, scale: float = 1.0, **style: Any) -> None:
    """Mean and quantile bands over replicates, one colour a scenario."""
    years = _years(source)
    for place, name in enumerate(source.names):
        frame = source.province[source.province["scenario"] == name]
        table = scale * frame.pivot(index="replicate", columns="month", values=output).to_numpy()
        colour = style.get("color", COLOURS[place % len(COLOURS)])
        if len(table) >= FEWEST_FOR_BANDS:
            for low, high, alpha in ((5, 95, 0.15), (25, 75, 0.25)):
                edges = np.percentile(table, (low, high), axis=0)
                axes.fill_between(years, *edges, color=colour, alpha=alpha, linewidth=0)
        axes.plot(
            years, table.mean(axis=0), color=colour, linewidth=1.8,
            linestyle=style.get("linestyle", "-"), label=style.get("label", source.titles[name]),
        )  # fmt: skip
    axes.set_xlim(years[0], years[-1])
    ticks = np.arange(np.ceil(years[0]), np.floor(years[-1]) + 1)
    step = max(1, round(len(ticks) / 6))
    axes.set_xticks(ticks[::step], [f"{int(t)}" for t in ticks[::step]])


def _page(source: Source, title: str, rows: int, columns: int, size: tuple[float, float]) -> Any:
    figure = Figure(figsize=size)
    figure.suptitle(title, x=0.01, ha="left", fontsize=14, fontweight="normal")
    axes = figure.subplots(rows, columns, squeeze=False)
    figure.subplots_adjust(left=0.07, right=0.98, top=0.86, bottom=0.14, hspace=0.45, wspace=0.25)
    return figure, axes


def _legend(figure: Figure, axes: Any, count: int) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper right", ncols=max(1, min(count, 4)), frameon=False,
        fontsize=9, bbox_to_anchor=(0.99, 0.985),
    )  # fmt: skip


def adoption(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Eight small multiples, one a technology."""
    figure, axes = _page(source, source.words("adoption"), 2, 4, (12.5, 6.2))
    names = TECHNOLOGY_ZH if source.lang == "zh" else TECHNOLOGY_EN
    for place, code in enumerate(TECHNOLOGIES):
        one = axes.flat[place]
        _bands(one, source, f"adoption_{code}", 100.0)
        one.set_title(names[code])
        one.set_ylim(bottom=0)
        one.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    _legend(figure, axes.flat[0], len(source.names))
    figure.subplots_adjust(left=0.05, top=0.83)
    return figure, tuple(f"adoption_{code}" for code in TECHNOLOGIES)


def control(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Numerical-control rate of backbone firms and of all above-scale firms."""
    figure, axes = _page(source, source.words("control"), 1, 2, (10, 4.4))
    outputs = ("numerical_control_rate_key_firms", "numerical_control_rate")
    for one, output, key in zip(axes.flat, outputs, ("key", "all"), strict=True):
        _bands(one, source, output, 100.0)
        one.set_title(source.words(key))
        one.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    _legend(figure, axes.flat[0], len(source.names))
    figure.subplots_adjust(top=0.78)
    return figure, outputs


def jobs(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Employment in all and by skill."""
    figure, axes = _page(source, source.words("jobs"), 1, 3, (12, 4.4))
    outputs = ("employees", "skilled_employees", "unskilled_employees")
    for one, output, key in zip(axes.flat, outputs, ("total", "skilled", "unskilled"), strict=True):
        _bands(one, source, output)
        one.set_title(f"{source.words(key)}, {source.words('persons')}")
    _legend(figure, axes.flat[0], len(source.names))
    figure.subplots_adjust(top=0.78)
    return figure, outputs


def product(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Value added and productivity."""
    figure, axes = _page(source, source.words("product"), 1, 2, (10, 4.4))
    outputs = ("value_added", "labour_productivity")
    for one, output, key in zip(axes.flat, outputs, ("value_added", "productivity"), strict=True):
        _bands(one, source, output)
        one.set_title(source.words(key))
    _legend(figure, axes.flat[0], len(source.names))
    figure.subplots_adjust(top=0.78)
    return figure, outputs


def barriers(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Barrier shares stacked over time, one panel a scenario."""
    count = len(source.names)
    columns = min(count, 3)
    rows = -(-count // columns)
    figure, axes = _page(
        source, source.words("barriers"), rows, columns, (5.2 * columns + 1.5, 3.6 * rows + 1.4)
    )
    labels = BARRIER_ZH if source.lang == "zh" else BARRIER_EN
    outputs = tuple(f"barrier_{code}" for code in BARRIER_COLOURS)
    years = _years(source)
    for one in axes.flat[count:]:
        one.set_visible(False)
    for place, name in enumerate(source.names):
        frame = source.province[source.province["scenario"] == name]
        means = frame.groupby("month", sort=False)[list(outputs)].mean().to_numpy().T * 100
        one = axes.flat[place]
        one.stackplot(
            years, means, colors=list(BARRIER_COLOURS.values()),
            labels=[labels[code] for code in BARRIER_COLOURS],
        )  # fmt: skip
        one.set_title(source.titles[name])
        one.set_ylim(0, 100)
        one.set_xlim(years[0], years[-1])
        one.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    handles, names = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles[::-1], names[::-1], loc="center right", frameon=False, fontsize=9)
    figure.subplots_adjust(right=0.98 - 1.9 / figure.get_figwidth(), bottom=0.16)
    return figure, outputs


def headline(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Forest plot of paired differences in per cent of the baseline."""
    last = source.province["month"].iloc[-1]
    rows = source.comparison.differences([last])
    names = [n for n in source.names if n != source.baseline]
    outputs = [n for n in headline_names() if n != "public_spending"]
    figure, axes = _page(
        source, f"{source.words('headline')} ({last})", 1, 1, (9.5, 1.9 + 0.42 * len(outputs))
    )
    one = axes.flat[0]
    for place, name in enumerate(names):
        chosen = rows[rows["scenario"] == name].set_index("output").loc[outputs]
        base = chosen["baseline"].abs().clip(lower=1e-12)
        centre = 100 * chosen["difference"] / base
        spread = np.abs(
            100 * chosen[["low", "high"]].to_numpy().T / base.to_numpy() - centre.to_numpy()
        )
        where = np.arange(len(outputs))[::-1] - 0.18 * (place - (len(names) - 1) / 2)
        colour = COLOURS[source.names.index(name) % len(COLOURS)]
        one.errorbar(
            centre, where, xerr=np.nan_to_num(spread), fmt="o", color=colour, capsize=3,
            markersize=5, label=source.titles[name],
        )  # fmt: skip
    one.axvline(0, color="#333333", linewidth=0.8)
    labels = [getattr(BY_NAME[name], source.lang) for name in outputs]
    one.set_yticks(np.arange(len(outputs))[::-1], labels)
    one.set_xlabel(source.words("per_cent"))
    _legend(figure, one, len(names))
    figure.subplots_adjust(left=0.36, top=0.86, bottom=0.2)
    return figure, tuple(outputs)


def cities(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Map of the eleven cities and bars with intervals: adoption of machines for labour."""
    last = source.province["month"].iloc[-1]
    output = "adoption_automation"
    frame = source.cities[source.cities["month"] == last]
    first = next(name for name in source.names if name != source.baseline)
    level = _by_city(frame, first, output)
    gap = level - _by_city(frame, str(source.baseline), output)
    figure = Figure(figsize=(11, 5.6))
    figure.suptitle(f"{source.words('cities')} ({last})", x=0.01, ha="left", fontsize=14)
    left = figure.add_axes((0.02, 0.08, 0.45, 0.8))
    right = figure.add_axes((0.60, 0.14, 0.37, 0.72))
    shapes = json.loads((ASSETS / "zhejiang_cities.geojson").read_text(encoding="utf-8"))
    mean = 100 * level.mean()
    low, high = float(mean.min()), float(mean.max())
    shades = colormaps["YlGnBu"]
    for feature in shapes["features"]:
        name = feature["properties"]["name_en"]
        share = 0.15 + 0.7 * (mean[name] - low) / max(high - low, 1e-9)
        geometry = feature["geometry"]
        polygons = (
            geometry["coordinates"]
            if geometry["type"] == "MultiPolygon"
            else [geometry["coordinates"]]
        )
        for rings in polygons:
            left.add_patch(
                Polygon(rings[0], facecolor=shades(share), edgecolor="white", linewidth=0.8)
            )
        label = feature["properties"]["name_zh" if source.lang == "zh" else "name_en"]
        x, y = feature["properties"]["seat"]
        left.text(
            x, y, f"{label.removesuffix('市')}\n{mean[name]:.1f} %", ha="center", va="center",
            fontsize=7.5, color="#222222", path_effects=[withStroke(linewidth=2, foreground="white")],
        )  # fmt: skip
    left.set_xlim(117.9, 123.0)
    left.set_ylim(27.0, 31.3)
    left.set_aspect(1 / np.cos(np.radians(29.2)))
    left.axis("off")
    left.set_title(f"{source.words('level')}: {source.titles[first]}")
    order = gap.mean().sort_values().index
    half = 0 * gap.mean()
    if len(gap) > 1:
        half = stats.t.ppf(0.975, len(gap) - 1) * gap.std(ddof=1) / np.sqrt(len(gap))
    zh = {f["properties"]["name_en"]: f["properties"]["name_zh"] for f in shapes["features"]}
    right.barh(
        [zh[n].removesuffix("市") if source.lang == "zh" else n for n in order],
        100 * gap.mean()[order], xerr=100 * half[order], color=COLOURS[0], ecolor="#555555",
        capsize=2,
    )  # fmt: skip
    right.axvline(0, color="#333333", linewidth=0.8)
    right.set_title(f"{source.titles[first]} − {source.titles[str(source.baseline)]}")
    right.set_xlabel(source.words("difference"))
    note = few_rows_note(source.comparison.manifest.get("few_rows", {}), source.lang)
    figure.text(0.01, 0.045, note, fontsize=8, color="#555555")
    return figure, (output,)


def _by_city(frame: pd.DataFrame, name: str, output: str) -> pd.DataFrame:
    chosen = frame[frame["scenario"] == name]
    return chosen.pivot(index="replicate", columns="city", values=output)


def money(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Public money paid to date by instrument, one panel a scenario with instruments."""
    table = source.programme
    names = [n for n in source.names if (table["scenario"] == n).any()]
    panels = max(1, len(names))
    figure, axes = _page(
        source, source.words("money"), 1, panels, (max(9.5, 5.0 * panels + 2.5), 4.8)
    )
    last = table["month"].max() if names else ""
    # A year stands for its end; the run may end within its last.
    ends = table[table["month"].str.endswith("-12") | (table["month"] == last)]
    paid = 1e-4 * ends.groupby(["scenario", "month", "instrument"], sort=False)["paid"].mean()
    final = paid[paid.index.get_level_values("month") == last].groupby("instrument").max()
    largest = list(final[final > 0].sort_values(ascending=False, kind="stable").index)
    shown = largest[: MOST_INSTRUMENTS if len(largest) > MOST_INSTRUMENTS + 1 else len(largest)]
    labels = [source.instruments.get(one, one) for one in shown]
    if rest := len(largest) - len(shown):
        labels.append(source.words("other").format(n=rest))
    for one, name in zip(axes.flat, names, strict=False):
        means = paid.loc[name].unstack()
        parts = [means[code] if code in means else 0.0 * means.sum(axis=1) for code in shown]
        if rest:
            parts.append(means.drop(columns=shown, errors="ignore").sum(axis=1))
        below = np.zeros(len(means))
        years = [month[:4] if month.endswith("-12") else month for month in means.index]
        for place, part in enumerate(parts):
            colour = OTHERS if place == len(shown) else COLOURS[place % len(COLOURS)]
            one.bar(years, part, bottom=below, color=colour, label=labels[place], width=0.7)
            below = below + part.to_numpy()
        one.set_title(f"{fill(source.titles[name], 30)}, {source.words('million')}")
    if labels:
        handles, said = axes.flat[0].get_legend_handles_labels()
        figure.legend(
            handles[::-1], [fill(text, 24) for text in said[::-1]], loc="center right",
            frameon=False, fontsize=9,
        )  # fmt: skip
        figure.subplots_adjust(right=1 - 2.6 / figure.get_figwidth())
    return figure, ("public_spending",)


def prices(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Price and wait of the four kinds of provider that firms buy most from."""
    kinds = ("robot_integrator", "industrial_software", "cloud", "industrial_electronics")
    figure, axes = _page(source, source.words("prices"), 2, 4, (12.5, 6.2))
    outputs = []
    for column, kind in enumerate(kinds):
        for row, what in enumerate(("price", "wait")):
            output = f"{what}_{kind}"
            outputs.append(output)
            one = axes[row][column]
            _bands(one, source, output)
            one.set_title(getattr(BY_NAME[output], source.lang), fontsize=10)
    _legend(figure, axes.flat[0], len(source.names))
    figure.subplots_adjust(left=0.05, top=0.83)
    return figure, tuple(outputs)
