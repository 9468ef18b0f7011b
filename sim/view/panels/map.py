"""The cities on a map: an output as it is, against the baseline, or since a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import solara

from sim.core.table import Array
from sim.outputs import BY_NAME
from sim.view import colours
from sim.view.controls.pick import Pick
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.numbers import factor, month_words, plain, shown, unit
from sim.view.panels.city import City
from sim.view.panels.places import Beside, Controls, Figures, cities, with_few_rows
from sim.view.panels.series import runs_shown, tidy
from sim.view.panels.shared import ChartCard, Choose
from sim.view.snapshot import Snapshot
from sim.view.words import text

MAP_ADDRESS = "/lianghua/zhejiang_cities.geojson"
"""Where the server offers the boundaries of the cities; also the map's name in the browser."""
MAP_OUTPUTS = (
    "adoption_automation", "adoption_networking", "adoption_erp", "adoption_cloud",
    "adoption_ecommerce", "numerical_control_rate", "employees", "wage", "unemployment",
    "labour_productivity", "technology_investment", "subsidy_received", "two_integration_index",
    "informatization_index", "rank", "effort", "reporting_inflation", "smart_city_cover",
)  # fmt: skip
SHOWN = ("level", "difference", "change")
SINCE = "2013-12"
"""Month that a change is counted from, unless another is chosen."""
RANKS = 11


@dataclass(frozen=True, eq=False)
class Shading:
    """Values of the cities by month in shown units, (T, 11), and the scale that holds throughout."""

    values: Array
    low: float
    high: float
    palette: tuple[str, ...]


def shading(snapshot: Snapshot, output: str, shows: str, since: str = SINCE) -> Shading:
    """What the map is coloured by; the scale spans all months so that play shows movement.

    Differences and changes have a scale with none in its middle; ranks have 1 as the darkest.
    """
    assert snapshot.current is not None
    scale = factor(output)
    if shows == "difference":
        values = snapshot.difference(snapshot.current, output, "cities").mean * scale
    else:
        values = snapshot.level(snapshot.current, output, "cities").mean * scale
    if shows == "change":
        start = snapshot.months.index(since) if since in snapshot.months else 0
        values = values - values[start]
    values = np.asarray(values, dtype=np.float64)
    if shows != "level":
        most = max(float(np.nanmax(np.abs(values))), 1e-9)
        palette = colours.DIVERGING[::-1] if output == "rank" else colours.DIVERGING
        return Shading(values, -most, most, palette)
    if output == "rank":
        return Shading(np.where(values > 0, values, np.nan), 1.0, float(RANKS),
                       colours.SEQUENTIAL[::-1])  # fmt: skip
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return Shading(values, low, max(high, low + 1e-9), colours.SEQUENTIAL)


def map_option(
    snapshot: Snapshot, output: str, shows: str, since: str = SINCE, large: bool = False
) -> dict[str, Any]:
    """The map without its values, which come by `map_patch`."""
    lang, size = snapshot.choice.lang, 16 if large else 12
    found = shading(snapshot, output, shows, since)
    low, high = found.low, found.high
    signed = shows != "level"
    return {
        "animation": False,
        "title": {"id": "month", "text": "", "left": 4, "top": 2,
                  "textStyle": {"fontSize": size + 6, "color": colours.TEXT}},
        "tooltip": {"trigger": "item", "confine": True, "formatter": "{b}<br>{c}",
                    "textStyle": {"fontSize": size}},
        "visualMap": {
            "type": "continuous", "min": low, "max": high, "calculable": False,
            "orient": "horizontal", "left": "center", "bottom": 2, "itemHeight": 150,
            "itemWidth": 14, "precision": 2, "inRange": {"color": list(found.palette)},
            "text": [_end(high, output, lang, signed), _end(low, output, lang, signed)],
            "textStyle": {"fontSize": size, "color": colours.TEXT}, "hoverLink": False,
        },
        "series": [{
            "id": "cities", "type": "map", "map": MAP_ADDRESS, "nameProperty": f"name_{lang}",
            "name": str(getattr(BY_NAME[output], lang)), "roam": False, "selectedMode": False,
            "aspectScale": 0.87, "layoutCenter": ["50%", "46%"], "layoutSize": "92%",
            "label": {"show": True, "fontSize": size - 1, "color": colours.TEXT,
                      "textBorderColor": "#ffffff", "textBorderWidth": 3},
            "labelLayout": {"hideOverlap": True},
            "itemStyle": {"borderColor": colours.MUTED, "borderWidth": 0.8,
                          "areaColor": colours.SOFT},
            "emphasis": {"label": {"color": colours.TEXT},
                         "itemStyle": {"areaColor": None, "borderWidth": 2.5,
                                       "borderColor": colours.TEXT}},
            "data": [],
        }],
    }  # fmt: skip


def _end(value: float, output: str, lang: str, signed: bool) -> str:
    """An end of the colour scale; the unit stands in the chart's title."""
    mark = "%" if unit(output, lang) == "%" and not signed else ""
    return plain(value, signed) + mark


def map_patch(snapshot: Snapshot, found: Shading, output: str, chosen: str = "") -> dict[str, Any]:
    """Values at the month looked at, the month's name, and the frame round the chosen city."""
    lang = snapshot.choice.lang
    values = tidy(found.values[snapshot.place])
    codes = cities("en")
    data = [
        {"name": name, "value": value, "id": code,
         "itemStyle": {"borderWidth": 3 if code == chosen else 0.8,
                       "borderColor": colours.TEXT if code == chosen else colours.MUTED}}
        for code, name, value in zip(codes, cities(lang), values, strict=True)
    ]  # fmt: skip
    month = month_words(snapshot.months[snapshot.place], lang)
    return {"title": {"id": "month", "text": month}, "series": [{"id": "cities", "data": data}]}


def map_frame(
    snapshot: Snapshot, output: str, shows: str = "level", since: str = SINCE
) -> pd.DataFrame:
    """Cities at the month looked at: plan, baseline, difference and its 95 % interval, change."""
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    lang, place, scale = snapshot.choice.lang, snapshot.place, factor(output)
    level = snapshot.level(snapshot.current, output, "cities").mean[place] * scale
    base = snapshot.level(snapshot.baseline, output, "cities").mean[place] * scale
    gap = snapshot.difference(snapshot.current, output, "cities")
    few = not gap.enough
    columns: dict[str, Any] = {
        text("places.city", lang): cities(lang),
        text("map.plan", lang): level,
        text("map.baseline", lang): base,
        text("map.gap", lang): [plain(v, True) for v in gap.mean[place] * scale],
        text("map.interval", lang): [
            "–" if few else f"{plain(low, True)} … {plain(high, True)}"
            for low, high in zip(gap.low[place] * scale, gap.high[place] * scale, strict=True)
        ],
    }
    if shows == "change":
        found = shading(snapshot, output, shows, since).values[place]
        columns[text("map.since", lang, month=month_words(since, lang))] = [
            plain(v, True) for v in found
        ]
    return pd.DataFrame(columns)


def headline(snapshot: Snapshot, found: Shading, output: str, shows: str) -> str:
    """The map in a sentence: the highest and the lowest city at the month looked at."""
    lang, values = snapshot.choice.lang, found.values[snapshot.place]
    label = str(getattr(BY_NAME[output], lang))
    month = month_words(snapshot.months[snapshot.place], lang)
    if not np.isfinite(values).any():
        return text("map.nothing", lang, label=label, month=month)
    names, scale, signed = cities(lang), factor(output), shows != "level"
    high, low = int(np.nanargmax(values)), int(np.nanargmin(values))
    return text(
        "map.headline", lang, label=label, month=month, shows=text(f"map.{shows}", lang),
        high=names[high], most=shown(output, values[high] / scale, lang, signed),
        low=names[low], least=shown(output, values[low] / scale, lang, signed),
    )  # fmt: skip


@solara.component
def Panel(view: View) -> None:
    """The map, once there is a run to show."""
    if view.snapshot.ready:
        CitiesMap(view)


@solara.component
def CitiesMap(view: View) -> None:
    """The map with its table beside it, and below it the city that was chosen."""
    output, set_output = solara.use_state(MAP_OUTPUTS[0])
    shows, set_shows = solara.use_state("level")
    since, set_since = solara.use_state(SINCE)
    city, set_city = solara.use_state("")
    snapshot, lang = view.snapshot, view.lang
    made_for = [*runs_shown(view), output, shows, since]
    found = solara.use_memo(lambda: shading(snapshot, output, shows, since), made_for)
    option = solara.use_memo(
        lambda: packed(map_option(snapshot, output, shows, since, view.large)), made_for
    )
    label = headline(snapshot, found, output, shows)
    with Controls():
        outputs = [(name, str(getattr(BY_NAME[name], lang))) for name in MAP_OUTPUTS]
        Pick(view.say("map.output"), outputs, output, set_output, "map-output")
        choices = [(code, view.say(f"map.{code}")) for code in SHOWN]
        Choose(choices, shows, set_shows, view.say("map.shows"), "map-shows")
        if shows == "change":
            months = [one for one in snapshot.months if one.endswith("-12")]
            Pick(
                view.say("map.from"),
                [(one, month_words(one, lang)) for one in months],
                since,
                set_since,
                "map-since",
            )
    name = unit(output, lang, shows != "level")
    title = f"{getattr(BY_NAME[output], lang)} · {view.say(f'map.{shows}')} ({name})"
    with (
        ChartCard(title, view, output, note=with_few_rows(label, snapshot, lang), name="map"),
        Beside(),
    ):
        Chart(
            option, label, "map", packed(map_patch(snapshot, found, output, city)),
            "560px" if view.large else "480px", MAP_ADDRESS,
            on_click=lambda event: set_city(code_of(str(event.get("name", "")), lang, city)),
        )  # fmt: skip
        Figures(map_frame(snapshot, output, shows, since), f"{title}, {month_words(snapshot.months[snapshot.place], lang)}",
                "30rem")  # fmt: skip
    with Controls():
        options = [("", view.say("map.no_city")),
                   *zip(cities("en"), cities(lang), strict=True)]  # fmt: skip
        Pick(view.say("map.closer"), options, city, set_city, "map-city")
    if city:
        City(view, city, output).key(city)


def code_of(name: str, lang: str, otherwise: str) -> str:
    """English name of a city that was clicked; what was chosen before if it is none."""
    names = cities(lang)
    return cities("en")[names.index(name)] if name in names else otherwise
