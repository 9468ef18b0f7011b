"""Who got what: public money by action, instrument, year and payer, by city and size; what it did."""

from __future__ import annotations

from typing import Any

import pandas as pd
import solara

from sim.view import colours, spending
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.numbers import month_words, plain
from sim.view.panels.ledger import LedgerCard
from sim.view.panels.places import with_few_rows
from sim.view.panels.shared import ChartCard, Choose
from sim.view.snapshot import Snapshot, Track
from sim.view.spending import PARTS, PAYERS, Entry
from sim.view.words import text
from sim.words import TIER_ZH
from sim.world.data import load_data
from sim.world.tables import TIERS

PART_COLOURS = {"paid": colours.CURRENT, "committed": "#8fbbdc", "unused": "#d9d9d9"}
PAYER_COLOURS = {"province": colours.CURRENT, "cities": "#d08700"}
ROW = 26
"""Pixels of a bar."""


def title_of(track: Track, by: str, code: str, lang: str) -> str:
    """Name of a group of instruments."""
    if by == "clause":
        return spending.clause_title(code, lang)
    if by == "payer":
        return text(f"money.{code}", lang)
    return spending.instrument_title(track.scenario, code, lang)


def groups_option(snapshot: Snapshot, by: str, large: bool = False) -> dict[str, Any]:
    """Bars of what became of each group's budget; saved plans are marks at what they paid."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    assert snapshot.current is not None
    entries = spending.grouped(snapshot.current, snapshot.place, by)
    names = [title_of(snapshot.current, by, one.code, lang) for one in entries]
    series: list[dict[str, Any]] = [
        {"name": text(f"money.{part}", lang), "type": "bar", "stack": "budget",
         "color": PART_COLOURS[part], "barMaxWidth": 18,
         "data": [round(getattr(one, part), 3) for one in entries]}
        for part in PARTS
    ]  # fmt: skip
    codes = [one.code for one in entries]
    for place, track in enumerate(snapshot.saved):
        if not track.members:
            continue
        theirs = {one.code: one for one in spending.grouped(track, snapshot.place, by)}
        data = [round(theirs[code].paid, 3) if code in theirs else 0.0 for code in codes]
        series.append({
            "name": text("money.paid_by", lang, title=track.title(lang)), "type": "scatter",
            "symbol": "diamond", "symbolSize": 10, "z": 5, "data": data,
            "itemStyle": {"color": colours.SAVED[place % len(colours.SAVED)],
                          "borderColor": colours.SURFACE, "borderWidth": 1},
        })  # fmt: skip
    return bars(names, series, text("money.unit", lang), size, inverse=True)


def bars(
    names: list[str], series: list[dict[str, Any]], unit: str, size: int, inverse: bool = False
) -> dict[str, Any]:
    """Horizontal bars, the first on top if `inverse`."""
    return {
        "animation": False,
        "textStyle": {"fontSize": size},
        "grid": {"left": 8, "right": 24, "top": 2 * size + 20, "bottom": 30, "containLabel": True},
        "legend": {"type": "scroll", "top": 0, "textStyle": {"color": colours.TEXT, "fontSize": size}},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
        "xAxis": {"type": "value", "name": unit, "nameLocation": "middle", "nameGap": 22,
                  "nameTextStyle": {"color": colours.MUTED, "fontSize": size},
                  "axisLabel": {"color": colours.MUTED, "fontSize": size, "hideOverlap": True},
                  "splitLine": {"lineStyle": {"color": colours.GRID}}},
        "yAxis": {"type": "category", "data": names, "inverse": inverse,
                  "axisTick": {"show": False},
                  "axisLabel": {"color": colours.TEXT, "fontSize": size, "interval": 0,
                                "width": 150, "overflow": "truncate"}},
        "series": series,
    }  # fmt: skip


def years_option(snapshot: Snapshot, large: bool = False) -> dict[str, Any]:
    """Payments of each year by payer, and the year's budget as a mark."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    assert snapshot.current is not None
    found = spending.years(snapshot.current, snapshot.months)
    series: list[dict[str, Any]] = [
        {"name": text(f"money.paid_{payer}", lang), "type": "bar", "stack": "paid",
         "color": PAYER_COLOURS[payer], "barMaxWidth": 48,
         "data": [round(one.paid[payer], 3) for one in found]}
        for payer in PAYERS
    ]  # fmt: skip
    series.append({
        "name": text("money.budget_year", lang), "type": "scatter", "symbol": "rect",
        "symbolSize": [64, 4], "color": colours.TEXT, "z": 5,
        "data": [round(one.budget, 3) for one in found],
    })  # fmt: skip
    return {
        "animation": False,
        "textStyle": {"fontSize": size},
        "grid": {"left": 8, "right": 16, "top": 3 * size + 24, "bottom": 8, "containLabel": True},
        "legend": {"type": "scroll", "top": 0, "textStyle": {"color": colours.TEXT, "fontSize": size}},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "category", "data": [str(one.year) for one in found],
                  "axisLabel": {"color": colours.MUTED, "fontSize": size}},
        "yAxis": {"type": "value", "name": text("money.unit", lang),
                  "nameTextStyle": {"color": colours.MUTED, "fontSize": size, "align": "left"},
                  "axisLabel": {"color": colours.MUTED, "fontSize": size},
                  "splitLine": {"lineStyle": {"color": colours.GRID}}},
        "series": series,
    }  # fmt: skip


def places(lang: str) -> list[str]:
    """Names of the cities."""
    return [str(one) for one in load_data().cities[f"name_{lang}"]]


def sizes(lang: str) -> list[str]:
    """Names of the tiers."""
    return [TIER_ZH[one] if lang == "zh" else one.replace("_", " ") for one in TIERS]


def shares_option(snapshot: Snapshot, table: str, large: bool = False) -> dict[str, Any]:
    """Share of the subsidies of each city or tier, in per cent, with its 90 % band."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    assert snapshot.current is not None
    names = places(lang) if table == "cities" else sizes(lang)
    mean, low, high = spending.shares(spending.received(snapshot.current, snapshot.place, table))
    data = [round(100 * float(one), 2) for one in mean]
    series: list[dict[str, Any]] = [
        {"name": text("money.share", lang), "type": "bar", "color": colours.CURRENT,
         "barMaxWidth": 16, "data": data,
         "label": {"show": True, "position": "insideLeft", "color": colours.SURFACE,
                   "fontSize": size - 1, "formatter": "{c}%"} if table == "tiers" else {"show": False}}
    ]  # fmt: skip
    if low[0] == low[0]:
        points = [
            [round(100 * float(end), 2), name] for row in zip(low, high, names, strict=True)
            for end, name in ((row[0], row[2]), (row[1], row[2]))
        ]  # fmt: skip
        series.append({
            "name": text("money.share_band", lang), "type": "scatter", "symbol": "rect",
            "symbolSize": [2, 14], "color": colours.LESS, "data": points, "z": 5,
        })  # fmt: skip
    option = bars(names, series, text("money.share_unit", lang), size, inverse=True)
    option["yAxis"]["axisLabel"]["width"] = 130
    return option


def groups_frame(snapshot: Snapshot, by: str) -> pd.DataFrame:
    """What the bars show: budget, paid with 90 % band, committed, unused, by group."""
    lang, rows = snapshot.choice.lang, []
    for track in snapshot.compared:
        for one in spending.grouped(track, snapshot.place, by):
            rows.append([track.title(lang), title_of(track, by, one.code, lang), *_figures(one)])
    heads = ("plan", f"by_{by}", "budget", "paid", "low", "high", "committed", "unused")
    return pd.DataFrame(rows, columns=[text(f"money.{one}", lang) for one in heads])


def _figures(one: Entry) -> list[float]:
    return [one.budget, one.paid, one.low, one.high, one.committed, one.unused]


def years_frame(snapshot: Snapshot) -> pd.DataFrame:
    """Budget and payments of each year and plan."""
    lang = snapshot.choice.lang
    rows = [
        [track.title(lang), one.year, one.budget, one.paid["province"], one.paid["cities"]]
        for track in snapshot.compared
        for one in spending.years(track, snapshot.months)
    ]
    heads = ("plan", "year", "budget_year", "paid_province", "paid_cities")
    return pd.DataFrame(rows, columns=[text(f"money.{one}", lang) for one in heads])


def shares_frame(snapshot: Snapshot, table: str) -> pd.DataFrame:
    """Subsidy so far and share by city or tier and plan."""
    lang, frames = snapshot.choice.lang, []
    names = places(lang) if table == "cities" else sizes(lang)
    for track in snapshot.compared:
        values = spending.received(track, snapshot.place, table)
        mean, low, high = spending.shares(values)
        columns = {
            "plan": [track.title(lang)] * len(names), f"by_{table}": names,
            "received": values.mean(axis=0), "share": 100 * mean, "low": 100 * low,
            "high": 100 * high,
        }  # fmt: skip
        frames.append(
            pd.DataFrame({text(f"money.{key}", lang): one for key, one in columns.items()})
        )
    return pd.concat(frames)


def sentence(snapshot: Snapshot) -> str:
    """Paid, promised and unused of the plan's budget, in words."""
    lang = snapshot.choice.lang
    assert snapshot.current is not None
    one = spending.whole(snapshot.current, snapshot.place)
    if one.budget <= 0:
        return text("money.nothing", lang)
    payers = {
        each.code: each.paid for each in spending.grouped(snapshot.current, snapshot.place, "payer")
    }
    band = ""
    if one.low == one.low:
        band = text("money.band", lang, low=plain(one.low), high=plain(one.high))
    return text(
        "money.sentence", lang, month=month_words(snapshot.months[snapshot.place], lang), budget=plain(one.budget),
        paid=plain(one.paid), band=band, share=f"{100 * one.paid / one.budget:.0f}",
        committed=plain(one.committed), unused=plain(one.unused),
        province=plain(payers.get("province", 0.0)), cities=plain(payers.get("cities", 0.0)),
    )  # fmt: skip


@solara.component
def Panel(view: View) -> None:
    """Money: where it went, and a button that works out what it did."""
    if view.snapshot.ready:
        Money(view)
        LedgerCard(view)
    else:
        solara.Text(view.say("money.waiting"))


@solara.component
def Money(view: View) -> None:
    """Where the money went, when, and who received it."""
    by, set_by = solara.use_state("clause")
    table, set_table = solara.use_state("cities")
    snapshot, say = view.snapshot, view.say
    shown = [snapshot.current, snapshot.saved, snapshot.place, view.lang, view.large]
    track = snapshot.current
    assert track is not None
    count = solara.use_memo(lambda: len(spending.grouped(track, snapshot.place, by)), [*shown, by])
    groups = solara.use_memo(lambda: packed(groups_option(snapshot, by, view.large)), [*shown, by])
    years = solara.use_memo(lambda: packed(years_option(snapshot, view.large)), shown)
    shares = solara.use_memo(
        lambda: packed(shares_option(snapshot, table, view.large)), [*shown, table]
    )
    said, who = sentence(snapshot), say("money.who_note")
    with ChartCard(
        say("money.where"), view, ("public_spending", "public_committed"),
        lambda: groups_frame(snapshot, by), note=f"{said} {say('money.unused_note')}",
        name="money-groups",
    ):  # fmt: skip
        options = [(one, say(f"money.by_{one}")) for one in ("clause", "instrument", "payer")]
        Choose(options, by, set_by, say("money.grouped"), "money-by")
        Chart(groups, said, "money-groups", height=f"{110 + ROW * max(count, 2)}px")
    with ChartCard(
        say("money.over_years"), view, "public_spending", lambda: years_frame(snapshot),
        note=say("money.years_note"), name="money-years",
    ):  # fmt: skip
        Chart(years, say("money.over_years"), "money-years", height="300px")
    with ChartCard(
        say("money.who"), view, "subsidy_received", lambda: shares_frame(snapshot, table),
        note=with_few_rows(who, snapshot, view.lang) if table == "cities" else who, name="money-shares",
    ):  # fmt: skip
        options = [(one, say(f"money.by_{one}")) for one in ("cities", "tiers")]
        Choose(options, table, set_table, say("money.grouped"), "money-who")
        rows = 11 if table == "cities" else 4
        Chart(shares, say("money.who"), "money-shares", height=f"{120 + ROW * rows}px")
