"""The supply network: clusters of city and sector, and the neighbours of one firm."""

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
from sim.view.numbers import month_words, plain
from sim.view.panels.ego import Ego
from sim.view.panels.places import Beside, Controls, Note, Waiting, cities
from sim.view.panels.shared import ChartCard, Choose
from sim.view.questions import Question
from sim.view.words import text
from sim.words import TIER_ZH
from sim.world.tables import TECHNOLOGIES

CITY = "city"
"""Colouring by city; the others are codes of technologies."""
WHENS = ("start", "month", "end")
LARGEST = 46
"""Diameter of the largest mark in points."""
CITY_COLOURS = (
    "#0b4f8a", "#b5471b", "#2e7d4f", "#8e4585", "#d08700", "#2a8fbd", "#7a5230", "#c2527e",
    "#5b5fc7", "#7d8a2e", "#52606d",
)  # fmt: skip


def moment_of(moments: list[str], when: str, month: str) -> int:
    """Which of the moments is shown: the first, the last, or the last one up to a month."""
    if when == "start":
        return 0
    if when == "end":
        return len(moments) - 1
    return max(place for place, one in enumerate(moments) if place == 0 or one <= month)


def cluster_name(told: dict[str, Any], node: dict[str, Any], lang: str) -> str:
    """City and sector of a cluster."""
    return f"{cities(lang)[node['city']]} · {told['sectors'][node['sector']][lang]}"


def largest_use(told: dict[str, Any], technology: str) -> float:
    """End of the colour scale: the 95th of a hundred clusters at any moment, per cent.

    One small cluster where everybody uses it would leave all others pale.
    """
    place = TECHNOLOGIES.index(technology)
    every = sorted(use[place] for node in told["nodes"] for use in node["use"] if use)
    return max(every[int(0.95 * (len(every) - 1))], 1.0) if every else 1.0


def clusters_option(
    told: dict[str, Any], colour: str, lang: str, large: bool = False
) -> dict[str, Any]:
    """The network without the state of its clusters, which comes by `clusters_patch`."""
    size = 16 if large else 12
    heaviest = max((flow for _, _, flow in told["links"]), default=1.0)
    links = [
        {"source": a, "target": b, "value": plain(flow / 1e4),
         "lineStyle": {"width": round(0.4 + 5.0 * (flow / heaviest) ** 0.5, 2)}}
        for a, b, flow in told["links"]
    ]  # fmt: skip
    option: dict[str, Any] = {
        "animation": False,
        "tooltip": {"confine": True, "textStyle": {"fontSize": size}},
        # On axes rather than a view of its own, whose marks would be stretched with the page.
        "grid": {"left": 26, "right": 26, "top": 50, "bottom": 56 if colour != CITY else 26},
        "xAxis": {"show": False, "min": 0, "max": 1000},
        "yAxis": {"show": False, "min": 0, "max": 1000},
        "series": [{
            "id": "clusters", "type": "graph", "coordinateSystem": "cartesian2d", "layout": "none",
            "edgeSymbol": ["none", "arrow"], "edgeSymbolSize": 5,
            "lineStyle": {"color": colours.MUTED, "opacity": 0.22, "curveness": 0.12},
            "itemStyle": {"borderColor": "#ffffff", "borderWidth": 1},
            "emphasis": {"focus": "adjacency", "lineStyle": {"opacity": 0.8}},
            "categories": [
                {"name": name, "itemStyle": {"color": CITY_COLOURS[place]}}
                for place, name in enumerate(cities(lang))
            ] if colour == CITY else [],
            "data": [], "links": links,
        }],
    }  # fmt: skip
    if colour == CITY:
        option["legend"] = {"type": "scroll", "top": 0, "data": cities(lang),
                            "textStyle": {"fontSize": size, "color": colours.TEXT}}  # fmt: skip
    else:
        most = largest_use(told, colour)
        option["visualMap"] = {
            "type": "continuous", "min": 0, "max": most, "dimension": 2, "orient": "horizontal",
            "left": "center", "bottom": 0, "calculable": False, "itemHeight": 150, "itemWidth": 14,
            "inRange": {"color": list(colours.SEQUENTIAL)}, "hoverLink": False,
            "text": [f"≥ {plain(most)}%", "0%"],
            "textStyle": {"fontSize": size, "color": colours.TEXT},
        }  # fmt: skip
    return option


def clusters_patch(
    told: dict[str, Any], colour: str, moment: int, lang: str, chosen: int = -1
) -> dict[str, Any]:
    """Size, colour and words of every cluster at a moment."""
    largest = max(max(node["output"]) for node in told["nodes"]) or 1.0
    place = TECHNOLOGIES.index(colour) if colour != CITY else -1
    data = []
    for number, node in enumerate(told["nodes"]):
        use = node["use"][moment]
        share = 0.0 if use is None or place < 0 else use[place]
        one: dict[str, Any] = {
            "id": str(number), "name": cluster_name(told, node, lang),
            "value": [node["x"], node["y"], share],
            "symbolSize": round(3.0 + LARGEST * (node["output"][moment] / largest) ** 0.5, 1),
            "tooltip": {"formatter": _hover(told, node, moment, colour, lang)},
        }  # fmt: skip
        if colour == CITY:
            one["category"] = node["city"]
        else:
            one["itemStyle"] = {"borderColor": colours.MUTED, "borderWidth": 0.8}
        if number == chosen:
            one["itemStyle"] = {"borderColor": colours.TEXT, "borderWidth": 3}
        data.append(one)
    return {"series": [{"id": "clusters", "data": data}]}


def _hover(told: dict[str, Any], node: dict[str, Any], moment: int, colour: str, lang: str) -> str:
    """Name and figures of a cluster."""
    lines = [
        cluster_name(told, node, lang),
        text("network.hover", lang, month=month_words(told["moments"][moment], lang),
             output=plain(node["output"][moment] / 1e4), firms=f"{node['firms'][moment]:,}"),
    ]  # fmt: skip
    if colour != CITY and node["use"][moment] is not None:
        share = node["use"][moment][TECHNOLOGIES.index(colour)]
        lines.append(f"{technology(colour, lang)}: {plain(share)}%")
    return "<br>".join(lines)


def technology(code: str, lang: str) -> str:
    """Name of a technology."""
    return (TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN)[code]


def clusters_frame(told: dict[str, Any], colour: str, moment: int, lang: str) -> pd.DataFrame:
    """Clusters, the largest first: output, firms, and use at the start and at the moment."""
    shown = CITY if colour == CITY else colour
    code = "automation" if shown == CITY else shown
    place = TECHNOLOGIES.index(code)
    nodes = sorted(told["nodes"], key=lambda node: -node["output"][moment])
    first, month = (month_words(told["moments"][at], lang) for at in (0, moment))
    name = technology(code, lang)

    def use(node: dict[str, Any], at: int) -> float:
        found = node["use"][at]
        return float("nan") if found is None else float(found[place])

    return pd.DataFrame(
        {
            text("network.cluster", lang): [cluster_name(told, node, lang) for node in nodes],
            text("network.output", lang, month=month): [node["output"][moment] / 1e4 for node in nodes],
            text("network.firms", lang, month=month): [f"{node['firms'][moment]:,}" for node in nodes],
            f"{name}, {first} (%)": [use(node, 0) for node in nodes],
            f"{name}, {month} (%)": [use(node, moment) for node in nodes],
        }
    )  # fmt: skip


def headline(told: dict[str, Any], moment: int, lang: str) -> str:
    """The network in a sentence."""
    largest = max(told["nodes"], key=lambda node: node["output"][moment])
    return text(
        "network.headline", lang, clusters=len(told["nodes"]), links=len(told["links"]),
        share=f"{100.0 * told['share']:.0f}%", largest=cluster_name(told, largest, lang),
        month=month_words(told["moments"][moment], lang),
    )  # fmt: skip


@solara.component
def Panel(view: View) -> None:
    """The network once a run has told it; clusters open to firms, firms to their neighbours."""
    colour, set_colour = solara.use_state(CITY)
    when, set_when = solara.use_state("month")
    chosen, set_chosen = solara.use_state(-1)
    firm, set_firm = solara.use_state(-1)
    found = use_answer(Question("clusters", view.choice.plan, 0, view.lang))
    Note(view.say("network.one_run"))
    Waiting(view, found, "network")
    if found.value is None:
        return
    told = found.value

    def open_cluster(number: int) -> None:
        set_chosen(number)
        set_firm(-1)

    Network(view, told, colour, set_colour, when, set_when, chosen, open_cluster)
    if 0 <= chosen < len(told["nodes"]):
        Firms(view, told, chosen, firm, set_firm)
    if firm >= 0:
        Ego(view, firm, set_firm).key(f"ego-{firm}")
    Note(view.say("network.layout"))


@solara.component
def Network(
    view: View, told: dict[str, Any], colour: str, set_colour: Callable[[str], None], when: str,
    set_when: Callable[[str], None], chosen: int, open_cluster: Callable[[int], None],
) -> None:  # fmt: skip
    """The picture of the clusters with its controls and table."""
    lang, snapshot = view.lang, view.snapshot
    month = snapshot.months[snapshot.place] if snapshot.months else ""
    moment = moment_of(told["moments"], when, month)
    option = solara.use_memo(
        lambda: packed(clusters_option(told, colour, lang, view.large)),
        [id(told), colour, lang, view.large],
    )
    patch = solara.use_memo(
        lambda: packed(clusters_patch(told, colour, moment, lang, chosen)),
        [id(told), colour, moment, lang, chosen],
    )
    with Controls():
        options = [(CITY, view.say("network.by_city")),
                   *((code, view.say("network.by_use", technology=technology(code, lang)))
                     for code in TECHNOLOGIES)]  # fmt: skip
        Pick(view.say("network.colour"), options, colour, set_colour, "network-colour")
        whens = [(code, view.say(f"network.{code}")) for code in WHENS]
        Choose(whens, when, set_when, view.say("network.when"), "network-when")
    label = headline(told, moment, lang)
    with ChartCard(
        view.say("network.title", month=month_words(told["moments"][moment], lang)), view, (),
        lambda: clusters_frame(told, colour, moment, lang), note=label, name="network",
    ):  # fmt: skip
        Chart(option, label, "network", patch, "640px" if view.large else "560px",
              on_click=lambda event: _clicked(event, open_cluster))  # fmt: skip
    node = told["nodes"][chosen] if 0 <= chosen < len(told["nodes"]) else None
    by_place = {(one["city"], one["sector"]): number for number, one in enumerate(told["nodes"])}

    def pick(city: int, sector: int) -> None:
        if (city, sector) in by_place:
            open_cluster(by_place[city, sector])

    with Controls():
        names = [("", "–"), *((str(place), name) for place, name in enumerate(cities(lang)))]
        sectors = [("", "–"), *((str(place), of[lang]) for place, of in enumerate(told["sectors"]))]
        city, sector = (node["city"], node["sector"]) if node else (-1, -1)
        Pick(view.say("network.pick_city"), names, str(city) if node else "",
             lambda value: pick(int(value or -1), max(sector, 0)), "network-city")  # fmt: skip
        Pick(view.say("network.pick_sector"), sectors, str(sector) if node else "",
             lambda value: pick(max(city, 0), int(value or -1)), "network-sector")  # fmt: skip


def _clicked(event: dict[str, Any], open_cluster: Callable[[int], None]) -> None:
    """A mark opens its cluster; a link (its id is empty) opens nothing."""
    number = str(event.get("id", ""))
    if number.isdigit():
        open_cluster(int(number))


@solara.component
def Firms(
    view: View, told: dict[str, Any], chosen: int, firm: int, set_firm: Callable[[int], None]
) -> None:
    """The biggest firms of a cluster as buttons."""
    node = told["nodes"][chosen]
    name = cluster_name(told, node, view.lang)
    with ChartCard(view.say("network.biggest", cluster=name), view, name="biggest"), Beside():
        if node["biggest"]:
            Choose(
                [(str(uid), firm_words(uid, tier, people, view.lang))
                 for uid, tier, people in node["biggest"]],
                str(firm), lambda code: set_firm(int(code)), view.say("network.biggest", cluster=name),
                "network-firm",
            )  # fmt: skip
        else:
            Note(view.say("network.no_firm"))


def firm_words(uid: int, tier: str, people: float, lang: str) -> str:
    """A firm on its button."""
    said = TIER_ZH[tier] if lang == "zh" else tier.replace("_", " ")
    return text("network.firm", lang, firm=uid, tier=said, people=f"{people:,.0f}")
