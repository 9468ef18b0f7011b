"""Finished batch studies: outcomes by scenario, and differences to the baseline. Read only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import solara

from sim.core.errors import InputError
from sim.view import studies
from sim.view.colours import BASELINE, CURRENT, GRID, LESS, MORE, TEXT, UNCERTAIN
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.numbers import plain
from sim.view.panels.shared import ChartCard
from sim.view.studies import Study

MOST = 40
"""Scenarios that a chart has rows for."""


def rows_of(study: Study, outcome: str, difference: bool) -> pd.DataFrame:
    """Title, value, low, high of every scenario, in the outcome's shown units."""
    table, value = (study.contrasts, "difference") if difference else (study.levels, "mean")
    chosen = table[table["outcome"] == outcome]
    scale = study.measures[outcome].scale
    return pd.DataFrame(
        {
            "scenario": chosen["scenario"],
            "title": [study.scenarios.get(name, name) for name in chosen["scenario"]],
            "value": chosen[value].astype(float) * scale if len(chosen) else [],
            "low": chosen["low"].astype(float) * scale if len(chosen) else [],
            "high": chosen["high"].astype(float) * scale if len(chosen) else [],
        }
    ).reset_index(drop=True)


def interval_option(
    rows: pd.DataFrame, unit: str, difference: bool, baseline: str | None, large: bool = False
) -> dict[str, Any]:
    """Points with intervals, a row a scenario, the first on top."""
    shown = rows.head(MOST)
    size = 16 if large else 12
    points, bars = [], []
    for place, row in enumerate(shown.itertuples()):
        colour = _colour(row, difference, baseline)
        points.append({"value": [row.value, place], "itemStyle": {"color": colour}})
        if np.isfinite(row.low):
            bars.append({
                "coords": [[row.low, place], [row.high, place]], "lineStyle": {"color": colour},
            })  # fmt: skip
    known = shown[["value", "low", "high"]].to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    if difference:
        low, high = min(low, 0.0), max(high, 0.0)
    edge = 0.08 * (high - low or abs(high) or 1.0)
    digits = max(0, 2 - int(np.floor(np.log10(high - low)))) if high > low else 2
    lowest, highest = (float(np.round(one, digits)) for one in (low - edge, high + edge))
    zero = {"silent": True, "symbol": "none", "label": {"show": False},
            "lineStyle": {"color": TEXT, "type": "solid"}, "data": [{"xAxis": 0}]}  # fmt: skip
    return {
        "animation": False,
        "textStyle": {"fontSize": size, "color": TEXT},
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 32, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {"type": "value", "name": unit, "nameLocation": "middle", "nameGap": 26 + size // 4,
                  "min": lowest, "max": highest, "axisLabel": {"fontSize": size},
                  "splitLine": {"lineStyle": {"color": GRID}}},
        "yAxis": {"type": "category", "inverse": True, "data": list(shown["title"]),
                  "axisLabel": {"fontSize": size, "width": 220, "overflow": "truncate"}},
        "series": [
            {"type": "lines", "coordinateSystem": "cartesian2d", "silent": True, "data": bars,
             "lineStyle": {"width": 3, "opacity": 1}, "polyline": False},
            {"type": "scatter", "symbolSize": 11, "data": points,
             **({"markLine": zero} if difference else {})},
        ],
    }  # fmt: skip


def _colour(row: Any, difference: bool, baseline: str | None) -> str:
    if not difference:
        return BASELINE if row.scenario == baseline else CURRENT
    if not np.isfinite(row.low) or row.low <= 0 <= row.high:
        return UNCERTAIN
    return MORE if row.value > 0 else LESS


def headline(rows: pd.DataFrame, title: str) -> str:
    """What a chart says, for who cannot see it."""
    told = [f"{row.title} {plain(row.value)}" for row in rows.head(8).itertuples()]
    return f"{title}: " + "; ".join(told)


@solara.component
def Panel(view: View) -> None:
    """The studies that the server was started with, one at a time."""
    names, say = studies.names(), view.say
    place, set_place = solara.use_state(0)
    if not names:
        solara.Text(say("results.none"), classes=["lianghua-results-none"])
        return
    found = solara.use_memo(lambda: _read(place, view.lang), [place, view.lang, tuple(names)])
    with solara.Column(gap="12px"):
        if len(names) > 1:
            solara.v.Select(
                label=say("results.study"), items=[{"text": name, "value": at} for at, name in enumerate(names)],
                v_model=place, on_v_model=set_place, outlined=True, dense=True, hide_details=True,
                attributes={"data-testid": "study"},
            )  # fmt: skip
        if isinstance(found, str):
            solara.Error(say("results.broken", problem=found), classes=["lianghua-results-error"])
            return
        Shown(found, view)


def _read(place: int, lang: str) -> Study | str:
    try:
        return studies.read(place, lang)
    except InputError as error:
        return str(error)


@solara.component
def Shown(study: Study, view: View) -> None:
    """A study: what it asks, how far it is, and its charts for a chosen outcome."""
    say = view.say
    outcome, set_outcome = solara.use_state(study.outcomes[0] if study.outcomes else "")
    solara.HTML(tag="h2", unsafe_innerHTML=_escaped(study.title))
    if study.question:
        solara.Text(study.question)
    counts = say("results.counts", done=study.done, failed=study.failed, points=study.points,
                 scenarios=len(study.scenarios), replicates=study.replicates)  # fmt: skip
    solara.Text(counts, classes=["lianghua-results-counts"])
    if not study.outcomes:
        solara.Text(say("results.no_runs"))
        return
    chosen = outcome if outcome in study.outcomes else study.outcomes[0]
    items = [{"text": study.measures[name].label, "value": name} for name in study.outcomes]
    solara.v.Select(
        label=say("results.outcome"), items=items, v_model=chosen, on_v_model=set_outcome,
        outlined=True, dense=True, hide_details=True, attributes={"data-testid": "outcome"},
    )  # fmt: skip
    Intervals(study, chosen, False, view)
    if study.baseline is not None and len(study.scenarios) > 1:
        Intervals(study, chosen, True, view)


@solara.component
def Intervals(study: Study, outcome: str, difference: bool, view: View) -> None:
    """One chart with its table."""
    measure = study.measures[outcome]
    rows = rows_of(study, outcome, difference)
    key = "contrasts" if difference else "levels"
    against = study.scenarios.get(str(study.baseline), "")
    title = view.say(f"results.{key}", outcome=measure.label, baseline=against)
    unit = measure.gap_unit if difference else measure.unit
    note = view.say(f"results.{key}_how")
    if len(rows) > MOST:
        note += " " + view.say("results.shown", shown=MOST, all=len(rows))
    option = solara.use_memo(
        lambda: packed(interval_option(rows, unit, difference, study.baseline, view.large)),
        [id(study), outcome, difference, view.large],
    )
    columns = ["title", "value", "low", "high"]
    words = [view.say(f"results.{name}") for name in columns]
    table = rows[columns].set_axis(words, axis=1)
    table.insert(1, view.say("results.unit"), unit)
    height = f"{80 + 30 * max(3, min(MOST, len(rows)))}px"
    with ChartCard(title, view, frame=table, note=note, name=f"results-{key}"):
        Chart(option, headline(rows, title), f"results-{key}", height=height)


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
