"""Adoption: eight technologies as small charts; one opens large, with the sizes of firms beside it."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pandas as pd
import solara

from sim.outputs import TECHNOLOGY_EN, TECHNOLOGY_ZH
from sim.view import colours
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.numbers import factor, plain
from sim.view.panels.series import (
    Series,
    cursor_patch,
    lines,
    runs_shown,
    sentence,
    series_option,
)
from sim.view.panels.shared import ChartCard, Choose, Explain, Table
from sim.view.panels.tiers import tier_name, tiers_frame, tiers_option
from sim.view.snapshot import Snapshot
from sim.view.words import text
from sim.world.tables import TECHNOLOGIES, TIERS

MEASURES = ("adoption", "awareness")
WHOLE = "whole"
"""Above-scale industry, as official statistics are of."""

STYLE = f"""
.lianghua-small {{ border: 1px solid {colours.GRID}; border-radius: 6px; padding: .4rem .6rem;
  background: {colours.SURFACE}; min-width: 0; cursor: zoom-in; }}
.lianghua-small button.name {{ font-weight: 600; color: {colours.TEXT}; text-align: left;
  border: none; background: none; padding: 0; cursor: zoom-in; }}
.lianghua-small p {{ margin: 0; color: {colours.MUTED}; font-size: .875rem; }}
.lianghua-smalls {{ display: grid; gap: .6rem; margin: .5rem 0;
  grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }}
.lianghua-key {{ display: flex; flex-wrap: wrap; gap: .25rem 1rem; color: {colours.TEXT};
  font-size: .875rem; }}
.lianghua-key i {{ display: inline-block; width: 26px; margin-right: 6px; vertical-align: middle;
  border-top: 3px solid; }}
"""


def name_of(technology: str, lang: str) -> str:
    """A technology in words."""
    return (TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN)[technology]


def place_of(size: str) -> dict[str, Any]:
    """Table and row of a size of firm; `WHOLE` is the province's figure."""
    if size == WHOLE:
        return {"table": "province", "row": None}
    return {"table": "tiers", "row": TIERS.index(size)}


def figures(snapshot: Snapshot, output: str, table: str, row: int | None) -> tuple[float, ...]:
    """Plan, baseline, difference and its interval at the month looked at, in shown units."""
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    gap = snapshot.difference(snapshot.current, output, table)
    plan = snapshot.level(snapshot.current, output, table).mean
    base = snapshot.level(snapshot.baseline, output, table).mean
    at = (snapshot.place, ...) if row is None else (snapshot.place, row)
    found = (plan, base, gap.mean, gap.low, gap.high)
    nan = float("nan")
    shown = [float(one[at]) * factor(output) for one in found]
    return tuple(shown[:3] + (shown[3:] if gap.enough else [nan, nan]))


def technologies_frame(snapshot: Snapshot, measure: str, size: str) -> pd.DataFrame:
    """The eight technologies at the month looked at, per cent and percentage points."""
    lang = snapshot.choice.lang
    rows = [
        (name_of(one, lang), *figures(snapshot, f"{measure}_{one}", **place_of(size)))
        for one in TECHNOLOGIES
    ]
    heads = ("technology", "plan", "baseline", "difference", "low", "high")
    return pd.DataFrame(rows, columns=[text(f"adoption.head.{one}", lang) for one in heads])


def short(snapshot: Snapshot, output: str, table: str, row: int | None) -> str:
    """The line under a small chart's title: value, mark and difference."""
    plan, _, gap, low, high = figures(snapshot, output, table, row)
    if low != low:
        return f"{plain(plan)}%"
    mark = "uncertain" if low <= 0.0 <= high else "more" if gap > 0.0 else "less"
    points = text("adoption.points", snapshot.choice.lang)
    return f"{plain(plan)}% · {colours.MARKS[mark]} {plain(gap, signed=True)}{points}"


@solara.component
def Panel(view: View) -> None:
    """The grid with its switches, or one technology large."""
    measure, set_measure = solara.use_state("adoption")
    size, set_size = solara.use_state(WHOLE)
    opened, set_opened = solara.use_state("")
    if not view.snapshot.ready:
        return
    solara.Style(STYLE)
    with solara.Div(attributes={"data-testid": "panel-adoption"}):
        if opened:
            Enlarged(view, measure, opened, lambda: set_opened(""))
            return
        say = view.say
        words = [(one, say(f"adoption.{one}")) for one in MEASURES]
        with solara.Row(gap="8px", justify="space-between", style={"align-items": "center"}):
            Choose(words, measure, set_measure, say("adoption.measure"), "adoption-measure")
            Explain([f"{measure}_{code}" for code in TECHNOLOGIES], view)
        sizes = [(WHOLE, say("adoption.whole"))]
        sizes += [(tier, tier_name(tier, view.lang)) for tier in TIERS]
        Choose(sizes, size, set_size, say("adoption.size"), "adoption-size")
        Key(view)
        with solara.Div(classes=["lianghua-smalls"]):
            for code in TECHNOLOGIES:
                Small(view, measure, code, size, lambda code=code: set_opened(code)).key(code)
        month = view.snapshot.months[view.snapshot.place]
        caption = f"{say(f'adoption.{measure}')}, {month}"
        Table(lambda: technologies_frame(view.snapshot, measure, size), caption, view, "adoption")


@solara.component
def Key(view: View) -> None:
    """What the colours of all small charts mean."""
    drawn = lines(view.snapshot, f"adoption_{TECHNOLOGIES[0]}")
    parts = "".join(
        f'<span><i style="border-color:{line.colour};'
        f'border-top-style:{"dashed" if line.dashed else "solid"}"></i>{html.escape(line.name)}</span>'
        for line in drawn
    )
    solara.HTML(tag="div", unsafe_innerHTML=parts, class_="lianghua-key")


@solara.component
def Small(view: View, measure: str, code: str, size: str, on_open: Callable[[], None]) -> None:
    """One technology; a click anywhere on it, or its name by keyboard, opens it large."""
    output, where = f"{measure}_{code}", place_of(size)
    snapshot = view.snapshot
    option = solara.use_memo(
        lambda: packed(series_option(snapshot, output, small=True, large=view.large, **where)),
        [*runs_shown(view), output, size],
    )
    name = name_of(code, view.lang)
    button = solara.v.Html(
        tag="button", class_="name", children=[f"{name} ⤢"],
        attributes={"type": "button", "data-testid": f"enlarge-{code}",
                    "aria-label": view.say("adoption.enlarge", name=name)},
    )  # fmt: skip
    label = f"{name}: {sentence(snapshot, output, **where)}"
    line = solara.HTML(tag="p", unsafe_innerHTML=short(snapshot, output, **where))
    chart = Chart(option, label, output, packed(cursor_patch(snapshot)), "150px")
    card = solara.v.Html(
        tag="div", class_="lianghua-small", attributes={"data-testid": f"small-{code}"},
        children=[button, line, chart],
    )  # fmt: skip
    solara.v.use_event(card, "click", lambda *_: on_open())


@solara.component
def Enlarged(view: View, measure: str, code: str, on_close: Callable[[], None]) -> None:
    """One technology over time, and by size of firm."""
    back = solara.v.Btn(
        small=True, outlined=True, color=colours.CURRENT, class_="mb-2", style_="text-transform:none",
        attributes={"data-testid": "adoption-back"}, children=["← " + view.say("adoption.back")],
    )  # fmt: skip
    solara.v.use_event(back, "click", lambda *_: on_close())
    solara.Div(children=[back])
    with solara.Div(classes=["lianghua-grid"]):
        for one in (measure, *(other for other in MEASURES if other != measure)):
            Series(view, f"{one}_{code}").key(one)
        BySize(view, f"{measure}_{code}")


@solara.component
def BySize(view: View, output: str) -> None:
    """An output by size of firm: the plan solid, the baseline dashed."""
    snapshot = view.snapshot
    option = solara.use_memo(
        lambda: packed(tiers_option(snapshot, output, large=view.large)),
        [*runs_shown(view), output],
    )
    title = view.say("adoption.by_size")
    table = lambda: tiers_frame(snapshot, output)  # noqa: E731
    with ChartCard(title, view, output, table, view.say("adoption.by_size_note"), "by-size"):
        patch = packed(cursor_patch(snapshot))
        Chart(option, f"{title}: {sentence(snapshot, output)}", f"{output}-tiers", patch, "340px")
