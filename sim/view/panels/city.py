"""One city, closer: its figures and curves, its money, its counties and its story."""

from __future__ import annotations

from typing import Any

import pandas as pd
import solara

from sim.outputs import BY_NAME
from sim.view import colours
from sim.view.echarts import Chart, packed
from sim.view.live import use_answer
from sim.view.looking import View
from sim.view.numbers import factor, month_words, plain, shown, unit
from sim.view.panels.places import Beside, Figures, Note, Waiting, cities, with_few_rows
from sim.view.panels.series import Series
from sim.view.panels.shared import ChartCard
from sim.view.panels.told import Told
from sim.view.questions import Question
from sim.view.snapshot import Snapshot
from sim.view.words import text

HEADLINES = (
    "adoption_automation", "adoption_erp", "numerical_control_rate", "employees", "wage",
    "labour_productivity", "technology_investment", "subsidy_received", "two_integration_index",
)  # fmt: skip


def headline_frame(snapshot: Snapshot, city: int) -> pd.DataFrame:
    """A city's headline outputs at the month looked at, against the baseline, with intervals."""
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    lang, place = snapshot.choice.lang, snapshot.place
    rows = []
    for name in HEADLINES:
        level = snapshot.level(snapshot.current, name, "cities").mean[place, city]
        base = snapshot.level(snapshot.baseline, name, "cities").mean[place, city]
        gap = snapshot.difference(snapshot.current, name, "cities")
        scale = factor(name)
        low, high = (float(one[place, city]) * scale for one in (gap.low, gap.high))
        interval = "–" if not gap.enough else f"{plain(low, True)} … {plain(high, True)}"
        rows.append(
            (getattr(BY_NAME[name], lang), shown(name, float(level), lang),
             shown(name, float(base), lang),
             f"{plain(float(gap.mean[place, city]) * scale, True)} {unit(name, lang, True)}", interval)
        )  # fmt: skip
    keys = ("places.output", "map.plan", "map.baseline", "map.gap", "map.interval")
    return pd.DataFrame(rows, columns=[text(key, lang) for key in keys])


def rank_sentence(snapshot: Snapshot, city: int) -> str:
    """The city's last published rank, plan and baseline, as the mean over runs."""
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    lang, place = snapshot.choice.lang, snapshot.place
    plan, base = (
        float(snapshot.level(track, "rank", "cities").mean[place, city])
        for track in (snapshot.current, snapshot.baseline)
    )
    none = text("city.not_ranked", lang)
    return text(
        "city.rank", lang, plan=f"{plan:.1f}" if plan >= 1 else none,
        baseline=f"{base:.1f}" if base >= 1 else none,
    )  # fmt: skip


def counties_frame(rows: list[dict[str, Any]], lang: str) -> pd.DataFrame:
    """Counties by their place in the province."""
    keys = ("county", "rank_last", "rank_first", "use_last", "use_first", "firms")
    return pd.DataFrame(
        {
            text(f"city.{key}", lang): [_said(row[key], key) for row in rows]
            for key in keys
        }
    )  # fmt: skip


def _said(value: Any, key: str) -> str:
    if value is None:
        return "–"
    if key.startswith("use"):
        return f"{plain(100.0 * value)}%"
    return str(value) if isinstance(value, str) else f"{value:,.0f}"


def counties_option(rows: list[dict[str, Any]], lang: str, large: bool = False) -> dict[str, Any]:
    """Bars of technology use at the end with a mark at the start, the best county on top."""
    size = 16 if large else 12
    kept = [row for row in rows if row["use_last"] is not None]
    start = [
        None if row["use_first"] is None else round(100.0 * row["use_first"], 1) for row in kept
    ]
    return {
        "animation": False,
        "textStyle": {"fontSize": size},
        "grid": {"left": 8, "right": 16, "top": 30, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "textStyle": {"fontSize": size, "color": colours.TEXT}},
        "tooltip": {"trigger": "axis", "confine": True, "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "value", "min": 0,
                  "axisLabel": {"formatter": "{value}%", "color": colours.MUTED, "fontSize": size,
                                "hideOverlap": True},
                  "splitLine": {"lineStyle": {"color": colours.GRID}}},
        "yAxis": {"type": "category", "inverse": True, "axisTick": {"show": False},
                  "data": [f"{row['county']} {text('city.place', lang, rank=row['rank_last'])}"
                           for row in kept],
                  "axisLabel": {"color": colours.TEXT, "fontSize": size, "interval": 0}},
        "series": [
            {"name": text("city.use_last", lang), "type": "bar", "color": colours.CURRENT,
             "barMaxWidth": 16,
             "data": [round(100.0 * row["use_last"], 1) for row in kept]},
            {"name": text("city.use_first", lang), "type": "scatter", "symbol": "rect",
             "symbolSize": [4, 16], "color": colours.LESS, "data": start, "z": 5},
        ],
    }  # fmt: skip


def received_frame(rows: list[dict[str, Any]], lang: str) -> pd.DataFrame:
    """Public money for the city's firms by instrument, 100m CNY, the largest first."""
    return pd.DataFrame(
        {
            text("city.instrument", lang): [row["instrument"] for row in rows],
            text("city.money", lang): [row["money"] / 1e4 for row in rows],
            text("city.how", lang): [
                text("city.in_kind" if row["in_kind"] else "city.in_hand", lang) for row in rows
            ],
        }
    )


@solara.component
def City(view: View, city: str, output: str) -> None:
    """A city's figures at once; its money, counties and story as soon as a run has told them."""
    snapshot, lang = view.snapshot, view.lang
    place = cities("en").index(city)
    name = cities(lang)[place]
    found = use_answer(Question("city", view.choice.plan, 0, lang, (("city", city),)))
    with ChartCard(view.say("city.title", city=name), view, HEADLINES,
                   note=with_few_rows(rank_sentence(snapshot, place), snapshot, lang, city),
                   name=f"city-{city}"):  # fmt: skip
        month = month_words(snapshot.months[snapshot.place], lang)
        Figures(
            headline_frame(snapshot, place),
            view.say("city.figures", city=name, month=month),
            "32rem",
        )
    others = [one for one in ("adoption_automation", "adoption_erp") if one != output]
    with Beside():
        for one in (output, others[0]):
            label = str(getattr(BY_NAME[one], lang))
            Series(view, one, f"{name} · {label}", "cities", place, "260px").key(one)
    Waiting(view, found, "city")
    if found.value is not None:
        Told_of_city(view, name, found.value)


@solara.component
def Told_of_city(view: View, name: str, told: dict[str, Any]) -> None:
    """Counties, money and story of a city, from one run."""
    lang, rows = view.lang, told["counties"]
    option = solara.use_memo(
        lambda: packed(counties_option(rows, lang, view.large)), [told["html"], view.large]
    )
    best = rows[0]
    label = view.say("city.counties_label", city=name, county=best["county"],
                     rank=best["rank_last"] or "–", ranked=told["ranked"])  # fmt: skip
    with Beside():
        with ChartCard(
            view.say("city.counties", city=name), view, (), lambda: counties_frame(rows, lang),
            note=f"{label} {view.say('city.counties_note')}", name="counties",
        ):  # fmt: skip
            Chart(option, label, "counties", height=f"{70 + 24 * len(rows)}px")
        with ChartCard(view.say("city.received", city=name), view, name="received"):
            if told["received"]:
                money = received_frame(told["received"], lang)
                Figures(money, view.say("city.received", city=name))
                Note(view.say("city.total", money=plain(
                    sum(row["money"] for row in told["received"]) / 1e4)))  # fmt: skip
            else:
                Note(view.say("city.nothing"))
    Told(view, told, "city", closed=True)
