"""Charts of a finished study as plain data: a row a scenario, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.view.colours import BASELINE, CURRENT, GRID, LESS, MORE, TEXT, UNCERTAIN
from sim.view.numbers import plain
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
        points.append({"value": [row.value, place], "itemStyle": {"color": colour, "opacity": 1}})
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
                  "min": lowest, "max": highest,
                  "axisLabel": {"fontSize": size, "showMinLabel": False, "showMaxLabel": False},
                  "splitLine": {"lineStyle": {"color": GRID}}},
        "yAxis": {"type": "category", "inverse": True, "data": list(shown["title"]),
                  # The library measures labels without the font of all texts.
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
