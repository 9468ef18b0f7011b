"""One firm's suppliers and customers, two levels each way, and what they use before and after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import solara

from sim.outputs import TECHNOLOGY_EN, TECHNOLOGY_ZH
from sim.view import colours
from sim.view.controls.pick import Pick
from sim.view.echarts import Chart, packed
from sim.view.live import use_answer
from sim.view.looking import View
from sim.view.numbers import month_words
from sim.view.panels.places import Controls, Waiting, cities
from sim.view.panels.shared import ChartCard, Choose
from sim.view.questions import Question
from sim.view.words import text
from sim.words import TIER_ZH
from sim.world.data import load_data
from sim.world.tables import TECHNOLOGIES

USED, UNUSED, CLOSED = colours.CURRENT, "#c6dcee", "#d9d9d9"


def ego_option(
    told: dict[str, Any], technology: str, when: str, lang: str, large: bool = False
) -> dict[str, Any]:
    """Suppliers left, customers right; dark firms use the technology at `when` (start or end)."""
    size = 16 if large else 12
    places = {
        node["firm"]: (level, place, len(column))
        for level in range(-2, 3)
        for column in [[node for node in told["nodes"] if node["level"] == level]]
        for place, node in enumerate(column)
    }
    categories = [(text(f"network.{key}", lang), colour)
                  for key, colour in (("uses", USED), ("uses_not", UNUSED), ("closed", CLOSED))]  # fmt: skip
    largest = max(node["people_first"] for node in told["nodes"]) or 1.0
    data = []
    for node in told["nodes"]:
        level, place, count = places[node["firm"]]
        kind = kind_of(node, technology, when)
        data.append({
            "id": str(node["firm"]), "name": str(node["firm"]), "category": kind,
            "value": [level, (place + 1) / (count + 1)],
            "symbolSize": round(8.0 + 26.0 * (node["people_first"] / largest) ** 0.5, 1),
            "label": {"show": level == 0, "formatter": place_words(node, lang),
                      "position": "bottom", "fontSize": size, "color": colours.TEXT},
            "itemStyle": {"borderColor": colours.TEXT if level == 0 else colours.MUTED,
                          "borderWidth": 3 if level == 0 else 1},
            "tooltip": {"formatter": "<br>".join(words_of(node, lang))},
        })  # fmt: skip
    links = [
        {"source": str(a), "target": str(b), "value": f"{100.0 * weight:.1f}%",
         "lineStyle": {"width": round(0.6 + 5.0 * weight**0.5, 2)}}
        for a, b, weight in told["links"]
    ]  # fmt: skip
    return {
        "animation": False,
        "tooltip": {"confine": True, "textStyle": {"fontSize": size}},
        "legend": {"top": 0, "data": [name for name, _ in categories],
                   "textStyle": {"fontSize": size, "color": colours.TEXT}},
        "grid": {"left": 24, "right": 24, "top": 40, "bottom": 10},
        "xAxis": {"show": False, "min": -2.2, "max": 2.2},
        "yAxis": {"show": False, "min": 0, "max": 1, "inverse": True},
        "series": [{
            "id": "ego", "type": "graph", "coordinateSystem": "cartesian2d", "layout": "none",
            "edgeSymbol": ["none", "arrow"], "edgeSymbolSize": 7,
            "lineStyle": {"color": colours.MUTED, "opacity": 0.5, "curveness": 0.08},
            "emphasis": {"focus": "adjacency"},
            "categories": [{"name": name, "itemStyle": {"color": colour}}
                           for name, colour in categories],
            "data": data, "links": links,
        }],
    }  # fmt: skip


def kind_of(node: dict[str, Any], technology: str, when: str) -> int:
    """0 if a firm uses the technology then, 1 if not, 2 if it has closed by then."""
    if when == "end" and node["closed"]:
        return 2
    return 0 if technology in node["use_first" if when == "start" else "use_last"] else 1


def place_words(node: dict[str, Any], lang: str) -> str:
    """City and sector of a firm."""
    economy = load_data().economy
    names = economy.names_zh if lang == "zh" else economy.names_en
    sector = names[economy.codes.index(node["sector"])]
    return f"{cities(lang)[node['city']]} · {sector}"


def words_of(node: dict[str, Any], lang: str) -> list[str]:
    """Lines that say who a firm is, its people and what it uses, before and after."""
    tier = TIER_ZH[node["tier"]] if lang == "zh" else node["tier"].replace("_", " ")
    last = node["people_last"]
    return [
        text("network.node", lang, firm=node["firm"], place=place_words(node, lang), tier=tier),
        text("network.people", lang, first=f"{node['people_first']:,.0f}",
             last=text("network.closed", lang) if last is None else f"{last:,.0f}"),
        text("network.used", lang, first=listed(node["use_first"], lang),
             last=listed(node["use_last"], lang)),
    ]  # fmt: skip


def listed(codes: list[str], lang: str) -> str:
    """Names of technologies in a row."""
    names = TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN
    return ("、" if lang == "zh" else ", ").join(names[code] for code in codes) or text(
        "network.none", lang
    )


def ego_frame(told: dict[str, Any], lang: str) -> pd.DataFrame:
    """Every firm of the picture: level, place, size and technologies, before and after."""
    nodes = sorted(told["nodes"], key=lambda node: (abs(node["level"]), node["level"]))
    return pd.DataFrame(
        {
            text("network.id", lang): [str(node["firm"]) for node in nodes],
            text("network.role", lang): [text(f"network.level{node['level']}", lang) for node in nodes],
            text("network.place", lang): [place_words(node, lang) for node in nodes],
            text("network.size", lang): [f"{node['people_first']:,.0f}" for node in nodes],
            text("network.size_last", lang): [
                text("network.closed", lang) if node["people_last"] is None
                else f"{node['people_last']:,.0f}" for node in nodes
            ],
            text("network.used_first", lang): [listed(node["use_first"], lang) for node in nodes],
            text("network.used_last", lang): [listed(node["use_last"], lang) for node in nodes],
        }
    )  # fmt: skip


def headline(told: dict[str, Any], lang: str) -> str:
    """The firm in a sentence."""
    centre = next(node for node in told["nodes"] if node["level"] == 0)
    return text(
        "network.ego_headline", lang, firm=told["firm"], place=place_words(centre, lang),
        suppliers=told["suppliers"], customers=told["customers"], drawn=len(told["nodes"]),
        first=len(centre["use_first"]), last=len(centre["use_last"]), start=month_words(told["start"], lang),
        end=month_words(told["end"], lang),
    )  # fmt: skip


@solara.component
def Ego(view: View, firm: int, set_firm: Callable[[int], None]) -> None:
    """The firm's neighbours once a run has told them."""
    found = use_answer(Question("ego", view.choice.plan, 0, view.lang, (("firm", firm),)))
    Waiting(view, found, "ego")
    if found.value is not None:
        Neighbours(view, found.value, set_firm)


@solara.component
def Neighbours(view: View, told: dict[str, Any], set_firm: Callable[[int], None]) -> None:
    """The picture of a firm's neighbours; a click on one makes it the centre."""
    technology, set_technology = solara.use_state("automation")
    when, set_when = solara.use_state("end")
    lang = view.lang
    option = solara.use_memo(
        lambda: packed(ego_option(told, technology, when, lang, view.large)),
        [id(told), technology, when, lang, view.large],
    )
    label = headline(told, lang)
    with ChartCard(view.say("network.ego", firm=told["firm"]), view, (),
                   lambda: ego_frame(told, lang), note=label, name="ego"):  # fmt: skip
        with Controls():
            names = TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN
            options = [(code, names[code]) for code in TECHNOLOGIES]
            Pick(
                view.say("network.technology"),
                options,
                technology,
                set_technology,
                "ego-technology",
            )
            whens = [(one, month_words(told[one], lang)) for one in ("start", "end")]
            Choose(whens, when, set_when, view.say("network.when"), "ego-when")
        Chart(
            option, label, "ego", height="560px", on_click=lambda event: _clicked(event, set_firm)
        )


def _clicked(event: dict[str, Any], set_firm: Callable[[int], None]) -> None:
    if str(event.get("id", "")).isdigit():
        set_firm(int(event["id"]))
