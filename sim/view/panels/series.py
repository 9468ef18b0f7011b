"""A series over time: the baseline, the plan and saved plans, with bands and published figures.

`series_option` is the chart as plain data; `Series` is the card with its switch and table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import solara

from sim.core.table import Array
from sim.outputs import BY_NAME
from sim.view import colours
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.numbers import SHARES, factor, month_words, plain, shown, unit
from sim.view.observed import observed
from sim.view.panels.shared import ChartCard, Choose
from sim.view.snapshot import FEWEST_PAIRS, Difference, Level, Snapshot, Track
from sim.view.words import text

PROGRAMME_START = "2014-05"
"""Month of the document."""
LEAST_FOR_BAND = 5
NARROW = 330.0
"""Width in pixels of the legend of the narrowest card."""
ICONS = {
    "solid": "path://M0 0H24V3H0Z",
    "dashed": "path://M0 0H6V3H0ZM9 0H15V3H9ZM18 0H24V3H18Z",
}
"""Marks of the legend: a piece of the line."""


@dataclass(frozen=True, eq=False)
class Line:
    """One curve in shown units, (months,); `low` and `high` are nan where there is no band."""

    name: str
    colour: str
    dashed: bool
    mean: Array
    low: Array
    high: Array
    band: bool = True


def lines(
    snapshot: Snapshot,
    output: str,
    *,
    table: str = "province",
    row: int | None = None,
    difference: bool = False,
) -> list[Line]:
    """Curves of an output: the baseline (unless differences to it), the plan, saved plans.

    `row` is the city or tier where `table` has several.
    """
    lang, scale = snapshot.choice.lang, factor(output)
    made = []
    if not difference and snapshot.baseline is not None:
        title = text("series.baseline", lang, title=snapshot.baseline.title(lang))
        level = snapshot.level(snapshot.baseline, output, table)
        made.append(_line(level, title, colours.BASELINE, True, row, scale))
    for place, track in enumerate(snapshot.compared):
        found: Level | Difference = (
            snapshot.difference(track, output, table)
            if difference
            else snapshot.level(track, output, table)
        )
        plan = track is snapshot.current
        colour = colours.CURRENT if plan else colours.SAVED[(place - 1) % len(colours.SAVED)]
        name = distinct(track.title(lang), [one.name for one in made])
        made.append(_line(found, name, colour, False, row, scale, plan or difference))
    return made


def distinct(name: str, taken: Sequence[str]) -> str:
    """A name that no other curve has: a chart tells its series by name."""
    found, count = name, 2
    while found in taken:
        found, count = f"{name} ({count})", count + 1
    return found


def _line(
    found: Level | Difference,
    name: str,
    colour: str,
    dashed: bool,
    row: int | None,
    scale: float,
    band: bool = True,
) -> Line:
    def chosen(values: Array) -> Array:
        one: Array = (values if row is None else values[:, row]) * scale
        return one

    low, high = chosen(found.low), chosen(found.high)
    if isinstance(found, Difference) and not found.enough:
        low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
    return Line(name, colour, dashed, chosen(found.mean), low, high, band)


def series_option(
    snapshot: Snapshot,
    output: str,
    *,
    table: str = "province",
    row: int | None = None,
    difference: bool = False,
    large: bool = False,
    small: bool = False,
) -> dict[str, Any]:
    """The chart as ECharts takes it; `small` leaves out legend and words, for a grid of charts."""
    drawn = lines(snapshot, output, table=table, row=row, difference=difference)
    series = [one for place, line in enumerate(drawn) for one in _curves(line, place)]
    points = [] if difference or row is not None else _points(snapshot, output)
    names = [key(line.name, "dashed" if line.dashed else "solid") for line in drawn]
    names += [key(str(one["name"]), "diamond") for one in points]
    return chart_frame(
        snapshot, output, series + points, names, difference=difference, large=large, small=small
    )


def chart_frame(
    snapshot: Snapshot,
    output: str,
    series: list[dict[str, Any]],
    names: Sequence[dict[str, Any]],
    *,
    difference: bool = False,
    large: bool = False,
    small: bool = False,
) -> dict[str, Any]:
    """A chart over months around any series: axes, legend of `names`, start of the programme, cursor."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    series = list(series)
    series.append(
        _mark("start", PROGRAMME_START, "" if small else text("series.start", lang), size)
    )
    series.append(_mark("cursor", _month(snapshot), "", size))
    if difference:
        series.append(_zero())
    return {
        "animation": False,
        "textStyle": {"fontSize": size},
        "grid": _grid(0 if small else _rows(names, size), size),
        "legend": _legend([] if small else names, size),
        "tooltip": {"trigger": "axis", "confine": True, "textStyle": {"fontSize": size}},
        "xAxis": _month_axis(snapshot.months, size, 36 if small else 12),
        "yAxis": _value_axis(output, lang, size, difference, small),
        "series": series,
    }


def cursor_patch(snapshot: Snapshot) -> dict[str, Any]:
    """Moves the mark of the month looked at, without sending the chart again."""
    return {"series": [{"id": "cursor", "markLine": {"data": [{"xAxis": _month(snapshot)}]}}]}


def _month(snapshot: Snapshot) -> str:
    return snapshot.months[snapshot.place] if snapshot.months else ""


def key(name: str, mark: str = "solid") -> dict[str, Any]:
    """An entry of a legend; `mark` is one of `ICONS` or a symbol of the library."""
    return {"name": name, "icon": ICONS.get(mark, mark)}


def curve(
    name: str, title: str, colour: str, data: list[float | None], dashed: bool = False
) -> dict[str, Any]:
    """A line of a chart; `name` is its handle, `title` what the legend calls it."""
    return {
        "id": name, "name": title, "type": "line", "symbol": "none", "z": 4, "data": data,
        "color": colour, "emphasis": {"disabled": True},
        "lineStyle": {"width": 2.5, "type": "dashed" if dashed else "solid"},
    }  # fmt: skip


def _curves(line: Line, place: int) -> list[dict[str, Any]]:
    """The curve, then its band as two stacked areas that share its name, so the legend hides all."""
    main = curve(f"line-{place}", line.name, line.colour, tidy(line.mean), line.dashed)
    if not line.band or not np.isfinite(line.low).any():
        return [main]
    band = {
        "name": line.name, "type": "line", "symbol": "none", "silent": True, "z": 2,
        "stack": f"band-{place}", "stackStrategy": "all", "lineStyle": {"opacity": 0},
        "tooltip": {"show": False}, "emphasis": {"disabled": True}, "color": line.colour,
    }  # fmt: skip
    share = 0.13 if line.dashed else 0.18
    return [
        main,
        band | {"id": f"low-{place}", "data": tidy(line.low)},
        band | {"id": f"high-{place}", "data": tidy(line.high - line.low),
                "areaStyle": {"color": colours.faded(line.colour, share)}},
    ]  # fmt: skip


def tidy(values: Array) -> list[float | None]:
    """Figures with about four digits that count, as a tooltip shows them; None for none."""
    sizes = np.abs(values[np.isfinite(values)])
    largest = float(sizes.max()) if len(sizes) else 0.0
    digits = 3 if largest <= 0 else max(0, 3 - int(np.floor(np.log10(largest))))
    return [round(one, digits) if one - one == 0 else None for one in values.tolist()]


def _points(snapshot: Snapshot, output: str) -> list[dict[str, Any]]:
    there = [one for one in observed(output) if one.month in snapshot.months]
    if not there:
        return []
    values = tidy(np.array([one.value for one in there]) * factor(output))
    data = [[one.month, value] for one, value in zip(there, values, strict=True)]
    return [{
        "id": "observed", "name": text("series.observed", snapshot.choice.lang), "type": "scatter", "z": 6,
        "symbol": "diamond", "symbolSize": 11, "color": colours.OBSERVED, "data": data,
    }]  # fmt: skip


def _mark(name: str, month: str, word: str, size: int) -> dict[str, Any]:
    """A vertical line at a month; the cursor is solid and has no word of its own."""
    cursor = name == "cursor"
    return {
        "id": name, "type": "line", "data": [], "silent": True,
        "markLine": {
            "symbol": "none", "silent": True, "animation": False,
            "lineStyle": {"color": colours.TEXT if cursor else colours.MUTED,
                          "type": "solid" if cursor else "dotted", "width": 1.5 if cursor else 1},
            "label": {"show": bool(word), "formatter": word, "fontSize": size - 1,
                      "color": colours.MUTED, "position": "end"},
            "data": [{"xAxis": month}],
        },
    }  # fmt: skip


def _zero() -> dict[str, Any]:
    return {
        "id": "zero", "type": "line", "data": [], "silent": True,
        "markLine": {
            "symbol": "none", "silent": True, "animation": False, "label": {"show": False},
            "lineStyle": {"color": colours.BASELINE, "type": "dashed", "width": 2},
            "data": [{"yAxis": 0}],
        },
    }  # fmt: skip


def _grid(rows: int, size: int) -> dict[str, Any]:
    """Room for a legend of some rows below and for words above; a small chart has neither."""
    if not rows:
        return {"left": 8, "right": 16, "top": 10, "bottom": 8, "containLabel": True}
    bottom = 14 + rows * (size + 10)
    return {"left": 8, "right": 20, "top": 3 * size + 12, "bottom": bottom, "containLabel": True}


def _rows(names: Sequence[dict[str, Any]], size: int) -> int:
    """Rows that a legend takes in a narrow card: nothing of it may be out of sight."""
    width = sum(
        44 + size * sum(1.0 if ord(one) > 255 else 0.56 for one in name["name"]) for name in names
    )
    return min(5, max(1, int(np.ceil(width / NARROW))))


def _legend(names: Sequence[dict[str, Any]], size: int) -> dict[str, Any]:
    return {
        "show": bool(names), "bottom": 0, "data": list(names), "itemHeight": 11,
        "textStyle": {"color": colours.TEXT, "fontSize": size},
    }  # fmt: skip


def _month_axis(months: Sequence[str], size: int, step: int) -> dict[str, Any]:
    """Dates; a label every `step` months."""
    return {
        "type": "category", "data": list(months), "boundaryGap": False,
        "axisLabel": {"interval": step - 1, "color": colours.MUTED, "fontSize": size,
                      "showMinLabel": True, "hideOverlap": True},
        "axisTick": {"interval": step - 1},
        "axisLine": {"lineStyle": {"color": colours.MUTED}, "onZero": False},
    }  # fmt: skip


def _value_axis(output: str, lang: str, size: int, difference: bool, small: bool) -> dict[str, Any]:
    """Shares start at 0; levels far from 0 do not, so that a change can be seen."""
    share = BY_NAME[output].unit in SHARES
    name = unit(output, lang, difference)
    axis: dict[str, Any] = {
        "type": "value", "scale": difference or not share, "splitNumber": 3 if small else 5,
        "name": "" if small else text("series.difference_axis", lang, unit=name) if difference else name,
        "nameGap": size + 14, "nameTextStyle": {"color": colours.MUTED, "fontSize": size, "align": "left"},
        "axisLabel": {"color": colours.MUTED, "fontSize": size, "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": colours.GRID}},
    }  # fmt: skip
    if share and not difference:
        axis["axisLabel"]["formatter"] = "{value}%"
        axis["name"] = ""
    return axis


def sentence(
    snapshot: Snapshot, output: str, *, table: str = "province", row: int | None = None
) -> str:
    """Plan, baseline and their difference at the month looked at, in words."""
    lang, place = snapshot.choice.lang, snapshot.place
    assert snapshot.current is not None
    assert snapshot.baseline is not None

    def at(values: Array) -> float:
        return float(values[place] if row is None else values[place, row])

    plan = at(snapshot.level(snapshot.current, output, table).mean)
    base = at(snapshot.level(snapshot.baseline, output, table).mean)
    gap = snapshot.difference(snapshot.current, output, table)
    return text(
        "series.sentence", lang, month=month_words(_month(snapshot), lang),
        current=shown(output, plan, lang), baseline=shown(output, base, lang),
        verdict=verdict(output, at(gap.mean), at(gap.low), at(gap.high), gap.pairs, lang),
    )  # fmt: skip


def verdict(output: str, mean: float, low: float, high: float, pairs: int, lang: str) -> str:
    """A difference with its interval, and whether it can be told from nothing."""
    if pairs < FEWEST_PAIRS:
        return text("series.too_few", lang, pairs=pairs, least=FEWEST_PAIRS)
    scale = factor(output)
    said = text(
        "series.sentence_difference", lang, difference=shown(output, mean, lang, difference=True),
        low=plain(low * scale, signed=True), high=plain(high * scale, signed=True), pairs=pairs,
    )  # fmt: skip
    if low <= 0.0 <= high:
        said += (";" if lang == "zh" else "; ") + text("series.nothing", lang)
    return said + ("。" if lang == "zh" else ".")


def series_frame(
    snapshot: Snapshot,
    output: str,
    *,
    table: str = "province",
    row: int | None = None,
    difference: bool = False,
) -> pd.DataFrame:
    """What the chart shows as a table: month, then mean, low and high of every curve."""
    lang = snapshot.choice.lang
    columns: dict[str, Any] = {text("shared.month", lang): list(snapshot.months)}
    for line in lines(snapshot, output, table=table, row=row, difference=difference):
        for part in ("mean", "low", "high"):
            columns[f"{line.name}: {text(f'series.{part}', lang)}"] = getattr(line, part)
    return pd.DataFrame(columns)


def runs_shown(view: View) -> tuple[Track | tuple[Track, ...] | str | bool | None, ...]:
    """What a chart must be made anew for; the month looked at is not among it."""
    snapshot = view.snapshot
    return (snapshot.baseline, snapshot.current, snapshot.saved, view.lang, view.large)


@solara.component
def Series(
    view: View,
    output: str,
    title: str = "",
    table: str = "province",
    row: int | None = None,
    height: str = "340px",
) -> None:
    """The card of one output over time, with the switch between level and difference."""
    shows, set_shows = solara.use_state("level")
    snapshot, difference = view.snapshot, shows == "difference"
    where: dict[str, Any] = {"table": table, "row": row}
    option = solara.use_memo(
        lambda: packed(
            series_option(snapshot, output, difference=difference, large=view.large, **where)
        ),
        [*runs_shown(view), output, table, row, difference],
    )
    said = sentence(snapshot, output, **where)
    label = str(getattr(BY_NAME[output], view.lang))
    few = min(len(one.members) for one in snapshot.compared) < LEAST_FOR_BAND
    note = "interval_note" if difference else "few" if few else "band_note"
    with ChartCard(
        title or label[:1].upper() + label[1:], view, output,
        lambda: series_frame(snapshot, output, difference=difference, **where),
        note=f"{said} {view.say(f'series.{note}')}", name=output,
    ):  # fmt: skip
        choices = [(code, view.say(f"series.{code}")) for code in ("level", "difference")]
        Choose(choices, shows, set_shows, view.say("series.shown"), f"shown-{output}")
        Chart(option, f"{label}: {said}", output, packed(cursor_patch(snapshot)), height)
