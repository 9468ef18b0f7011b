"""Charts and tables of the two official indices as plain data: totals, classes, ranks, chances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.indices.yearly import CLASSES
from sim.view import colours, ranks
from sim.view.numbers import plain
from sim.view.panels.series import distinct, tidy
from sim.view.snapshot import Snapshot, Track
from sim.view.words import text
from sim.words import CLASS_ZH, INDEX_ZH
from sim.world.data import load_data

HUES = ("#0b4f8a", "#b5471b", "#2e7d4f", "#8e4585", "#8a6d00", "#2a8fbd", "#d08700", "#5b5fc7",
        "#7a5230", "#c2447e", "#52606d")  # fmt: skip
"""Colours of the eleven cities; each line ends in the city's name."""


def place_names(lang: str) -> list[str]:
    """The province and the cities in words."""
    cities = [str(one) for one in load_data().cities[f"name_{lang}"]]
    return ["浙江省" if lang == "zh" else "Zhejiang", *cities]


def index_name(index: str, lang: str) -> str:
    """An index in words."""
    return INDEX_ZH[index] if lang == "zh" else text(f"indices.{index}", lang)


def class_name(code: str, lang: str) -> str:
    """A class of an index in words."""
    return CLASS_ZH[code] if lang == "zh" else code


def tracks(snapshot: Snapshot) -> list[tuple[Track, str, str, bool]]:
    """Each track with a name of its own, its colour and whether it is dashed; the baseline first."""
    lang = snapshot.choice.lang
    assert snapshot.baseline is not None
    found = [(snapshot.baseline, text("series.baseline", lang, title=snapshot.baseline.title(lang)),
              colours.BASELINE, True)]  # fmt: skip
    for place, track in enumerate(snapshot.compared):
        plan = track is snapshot.current
        colour = colours.CURRENT if plan else colours.SAVED[(place - 1) % len(colours.SAVED)]
        name = distinct(track.title(lang), [one[1] for one in found])
        found.append((track, name, colour, False))
    return found


def path_option(snapshot: Snapshot, index: str, place: int, large: bool = False) -> dict[str, Any]:
    """Totals by data year: latent of every track, and reported of the plan where it differs."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    series: list[dict[str, Any]] = []
    for number, (track, name, colour, dashed) in enumerate(tracks(snapshot)):
        one = ranks.path(track, index, "total", "latent", place)
        series.append({
            "id": f"line-{number}", "name": name, "type": "line", "symbolSize": 6, "color": colour,
            "lineStyle": {"width": 2.5, "type": "dashed" if dashed else "solid"}, "z": 4,
            "data": tidy(one.mean),
        })  # fmt: skip
        if track is snapshot.current:
            series += _band(one, name, colour)
            said = ranks.path(track, index, "total", "reported", place)
            if not np.allclose(said.mean, one.mean):
                series.append({
                    "id": "reported", "name": text("indices.reported", lang), "type": "line",
                    "symbol": "triangle", "symbolSize": 7, "color": colours.LESS,
                    "lineStyle": {"width": 2, "type": "dotted"}, "data": tidy(said.mean),
                })  # fmt: skip
    years = [str(year) for year in ranks.years_of(snapshot.compared[0])]
    return _frame(years, size) | {"series": series}


def _band(one: ranks.Path, name: str, colour: str) -> list[dict[str, Any]]:
    """The 90 % band as two stacked areas that share the curve's name."""
    if not np.isfinite(one.low).any():
        return []
    area = {
        "name": name, "type": "line", "symbol": "none", "silent": True, "stack": "band",
        "stackStrategy": "all", "lineStyle": {"opacity": 0}, "tooltip": {"show": False},
        "color": colour, "z": 2,
    }  # fmt: skip
    return [
        area | {"id": "low", "data": tidy(one.low)},
        area | {"id": "high", "data": tidy(one.high - one.low),
                "areaStyle": {"color": colours.faded(colour, 0.18)}},
    ]  # fmt: skip


def _frame(names: list[str], size: int) -> dict[str, Any]:
    """Axes, legend and tooltip of a chart over names."""
    return {
        "animation": False,
        "textStyle": {"fontSize": size},
        "grid": {"left": 8, "right": 20, "top": 16, "bottom": 3 * size, "containLabel": True},
        "legend": {"type": "scroll", "bottom": 0, "textStyle": {"color": colours.TEXT, "fontSize": size}},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "category", "data": names,
                  "axisLabel": {"color": colours.MUTED, "fontSize": size, "interval": 0,
                                "hideOverlap": True}},
        "yAxis": {"type": "value", "scale": True,
                  "axisLabel": {"color": colours.MUTED, "fontSize": size},
                  "splitLine": {"lineStyle": {"color": colours.GRID}}},
    }  # fmt: skip


def classes_option(
    snapshot: Snapshot, index: str, place: int, year: int, large: bool = False
) -> dict[str, Any]:
    """Value of each class in a data year, tracks side by side."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    codes = CLASSES[index]
    series = []
    for track, name, colour, _ in tracks(snapshot):
        found = ranks.classes(track, index, place, year)
        data = tidy(np.array([found[code][0] for code in codes]))
        series.append(
            {"name": name, "type": "bar", "color": colour, "barMaxWidth": 36, "data": data}
        )
    option = _frame([class_name(code, lang) for code in codes], size) | {"series": series}
    option["yAxis"]["scale"] = False
    return option


def bump_option(snapshot: Snapshot, index: str, chosen: int, large: bool = False) -> dict[str, Any]:
    """Places of the cities over the years under the plan, by mean rank; one may be chosen."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    assert snapshot.current is not None
    places = ranks.order(ranks.city_ranks(snapshot.current, index))
    series = []
    for city, name in enumerate(place_names(lang)[1:]):
        dim = chosen not in (0, city + 1)
        series.append({
            "id": f"city-{city + 1}", "name": name, "type": "line", "symbolSize": 11,
            "color": HUES[city], "data": places[:, city].tolist(), "z": 2 if dim else 5,
            "lineStyle": {"width": 4 if chosen == city + 1 else 2.5, "opacity": 0.3 if dim else 1},
            "itemStyle": {"opacity": 0.3 if dim else 1},
            "endLabel": {"show": True, "formatter": "{a}", "fontSize": size,
                         "color": colours.TEXT, "distance": 8},
        })  # fmt: skip
    years = [str(year) for year in ranks.years_of(snapshot.current)]
    option = _frame(years, size) | {"series": series, "legend": {"show": False}}
    option["grid"] = {"left": 28, "right": 96 if lang == "en" else 80, "top": 12, "bottom": 28}
    option["xAxis"]["axisLine"] = {"onZero": False, "show": False}
    option["xAxis"]["axisTick"] = {"show": False}
    option["yAxis"] = {
        "type": "value", "inverse": True, "min": 0, "max": len(series) + 1, "interval": 1,
        "axisLabel": {"showMinLabel": False, "showMaxLabel": False,
                      "color": colours.MUTED, "fontSize": size},
        "splitLine": {"lineStyle": {"color": colours.GRID}},
    }  # fmt: skip
    return option


def chances_option(
    snapshot: Snapshot, index: str, year: int, large: bool = False
) -> dict[str, Any]:
    """Share of the plan's runs in which each city has each rank, as a chequered map."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    found, order = _chances(snapshot, index, year)
    names = place_names(lang)[1:]
    count = len(names)
    data = [
        {"value": [rank, row, round(100 * float(found[city, rank]), 0)],
         "label": {"show": found[city, rank] >= 0.05,
                   "color": colours.SURFACE if found[city, rank] > 0.5 else colours.TEXT}}
        for row, city in enumerate(order) for rank in range(count)
    ]  # fmt: skip
    axis = {"axisTick": {"show": False}, "splitArea": {"show": False},
            "axisLabel": {"color": colours.TEXT, "fontSize": size, "interval": 0}}  # fmt: skip
    return {
        "animation": False,
        "textStyle": {"fontSize": size},
        "grid": {"left": 8, "right": 16, "top": 30, "bottom": 8, "containLabel": True},
        "tooltip": {"confine": True},
        "xAxis": {"type": "category", "position": "top", "data": [str(one + 1) for one in range(count)], **axis},
        "yAxis": {"type": "category", "inverse": True, "data": [names[city] for city in order], **axis},
        "visualMap": {"show": False, "min": 0, "max": 100, "dimension": 2,
                      "inRange": {"color": list(colours.SEQUENTIAL)}},
        "series": [{"type": "heatmap", "name": text("indices.chance", lang), "data": data,
                    "label": {"fontSize": size - 1, "formatter": "{@[2]}"},
                    "itemStyle": {"borderColor": colours.SURFACE, "borderWidth": 1}}],
    }  # fmt: skip


def _chances(snapshot: Snapshot, index: str, year: int) -> tuple[Any, list[int]]:
    """Chances (cities, ranks) in a year, and the cities by mean rank."""
    assert snapshot.current is not None
    at = ranks.years_of(snapshot.current).index(year)
    mine = ranks.city_ranks(snapshot.current, index)[:, at]
    order = mine.mean(axis=0).argsort(kind="stable").tolist()
    return ranks.chances(mine, mine.shape[1]), order


def national_option(snapshot: Snapshot, year: int, large: bool = False) -> dict[str, Any]:
    """Chance of each rank among the 31 provinces, the plan beside the baseline."""
    size = 16 if large else 12
    found = [(name, colour, 100 * ranks.national_chances(track, year))
             for track, name, colour, _ in tracks(snapshot)]  # fmt: skip
    last = max(int(np.flatnonzero(chance >= 0.5).max(initial=0)) for _, _, chance in found) + 2
    option = _frame([str(one + 1) for one in range(min(last, 31))], size)
    option["yAxis"] |= {"scale": False, "axisLabel": {"formatter": "{value}%", "color": colours.MUTED,
                                                      "fontSize": size}}  # fmt: skip
    option["series"] = [
        {"name": name, "type": "bar", "color": colour, "barMaxWidth": 26,
         "data": [round(float(one), 1) for one in chance[:last]]}
        for name, colour, chance in found
    ]  # fmt: skip
    return option


def path_frame(snapshot: Snapshot, index: str, place: int) -> pd.DataFrame:
    """Latent with its band and reported, by plan and data year."""
    lang, frames = snapshot.choice.lang, []
    for track, name, _, _ in tracks(snapshot):
        one = ranks.path(track, index, "total", "latent", place)
        said = ranks.path(track, index, "total", "reported", place)
        columns = {"plan": [name] * len(one.years), "year": [str(year) for year in one.years],
                   "latent": one.mean, "low": one.low, "high": one.high, "reported": said.mean}  # fmt: skip
        frames.append(
            pd.DataFrame({text(f"indices.{key}", lang): value for key, value in columns.items()})
        )
    return pd.concat(frames)


def classes_frame(snapshot: Snapshot, index: str, place: int, year: int) -> pd.DataFrame:
    """Value of each class with its band, by plan."""
    lang = snapshot.choice.lang
    rows = [
        [name, class_name(code, lang), *found]
        for track, name, _, _ in tracks(snapshot)
        for code, found in ranks.classes(track, index, place, year).items()
    ]
    return pd.DataFrame(
        rows,
        columns=[
            text(f"indices.{one}", lang) for one in ("plan", "class", "latent", "low", "high")
        ],
    )


def ranks_frame(snapshot: Snapshot, index: str) -> pd.DataFrame:
    """Mean rank of each city in each data year."""
    lang = snapshot.choice.lang
    assert snapshot.current is not None
    mean = ranks.city_ranks(snapshot.current, index).mean(axis=0)
    frame = pd.DataFrame({text("indices.city", lang): place_names(lang)[1:]})
    for year, values in zip(ranks.years_of(snapshot.current), mean, strict=True):
        frame[str(year)] = values
    return frame


def chances_frame(snapshot: Snapshot, index: str, year: int) -> pd.DataFrame:
    """Chance of each rank by city, per cent."""
    lang = snapshot.choice.lang
    found, order = _chances(snapshot, index, year)
    frame = pd.DataFrame(
        {text("indices.city", lang): [place_names(lang)[1:][one] for one in order]}
    )
    for rank in range(found.shape[1]):
        frame[str(rank + 1)] = 100 * found[order, rank]
    return frame


def national_frame(snapshot: Snapshot, year: int) -> pd.DataFrame:
    """Chance of each national rank by plan, per cent."""
    frame = pd.DataFrame(
        {text("indices.rank", snapshot.choice.lang): [str(one) for one in range(1, 32)]}
    )
    for track, name, _, _ in tracks(snapshot):
        frame[name] = 100 * ranks.national_chances(track, year)
    return frame


def sentence(snapshot: Snapshot, index: str, place: int, year: int) -> str:
    """The plan's and the baseline's total in a data year, in words."""
    lang = snapshot.choice.lang
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    at = ranks.years_of(snapshot.current).index(year)
    plan, base = (ranks.path(one, index, "total", "latent", place).mean[at]
                  for one in (snapshot.current, snapshot.baseline))  # fmt: skip
    return text(
        "indices.sentence", lang, place=place_names(lang)[place], index=index_name(index, lang),
        year=year, plan=plain(float(plan)), base=plain(float(base)),
        gap=plain(float(plan - base), signed=True),
    )  # fmt: skip


def year_looked_at(snapshot: Snapshot, years: tuple[int, ...]) -> int:
    """Data year of the month looked at, or the last one before it."""
    now = int(snapshot.months[snapshot.place][:4])
    return max((year for year in years if year <= now), default=years[0])
