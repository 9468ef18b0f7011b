"""The story of one firm or one city under the plan, with the same firm in the baseline beside it."""

from __future__ import annotations

import html
from typing import Any

import solara

from sim.outputs import TECHNOLOGY_EN, TECHNOLOGY_ZH
from sim.view import colours
from sim.view.choice import Plan
from sim.view.controls.pick import Pick
from sim.view.echarts import Chart, packed
from sim.view.live import Answer, use_answer
from sim.view.looking import View
from sim.view.numbers import plain
from sim.view.panels.places import Beside, Controls, Note, Waiting, cities
from sim.view.panels.shared import ChartCard, Choose
from sim.view.panels.told import Told
from sim.view.problems import framed
from sim.view.questions import Question
from sim.view.words import text
from sim.world.tables import BARRIERS, TECHNOLOGIES

KINDS = ("firm", "city")
STATE_COLOURS = {
    "in_use": "#1f2933", "on_order": "#8a6d00", "not_reviewed": "#f3ead0",
    **{code: colours.BARRIERS[code] for code in BARRIERS[1:8]},
}  # fmt: skip
LONGEST_ID = 10
"""Digits of the largest id that a run can have."""


def strip_option(told: dict[str, Any], lang: str, large: bool = False) -> dict[str, Any]:
    """What held each technology, month by month: a row a technology, a colour a state."""
    size = 16 if large else 12
    names = TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN
    rows = [code for code in TECHNOLOGIES if set(told["states"][code]) != {"not_applicable"}]
    states = states_of(told)
    data = [
        [x, y, states.index(state)]
        for y, code in enumerate(rows)
        for x, state in enumerate(told["states"][code])
        if state in states
    ]
    return {
        "animation": False,
        "grid": {"left": 4, "right": 10, "top": 8, "bottom": 4, "containLabel": True},
        "tooltip": {"show": False},
        "xAxis": {"type": "category", "data": told["months"], "axisTick": {"show": False},
                  "axisLabel": {"interval": 11, "color": colours.MUTED, "fontSize": size,
                                "hideOverlap": True}},
        "yAxis": {"type": "category", "inverse": True, "data": [names[code] for code in rows],
                  "axisTick": {"show": False},
                  "axisLabel": {"color": colours.TEXT, "fontSize": size, "interval": 0,
                                "width": 130, "overflow": "break", "lineHeight": size + 2}},
        "visualMap": {
            "type": "piecewise", "dimension": 2, "show": False,
            "pieces": [{"value": place, "color": STATE_COLOURS[state]}
                       for place, state in enumerate(states)],
        },
        "series": [{"id": "states", "type": "heatmap", "data": data,
                    "itemStyle": {"borderColor": "#ffffff", "borderWidth": 0.5},
                    "emphasis": {"disabled": True}}],
    }  # fmt: skip


def states_of(told: dict[str, Any]) -> list[str]:
    """States that the firm's technologies were in, in the order of the legend."""
    return [state for state in STATE_COLOURS if state in told["state_names"]]


def legend_html(told: dict[str, Any]) -> str:
    """Colours of the strip in words; in the page's own text, which wraps on a phone."""
    return "".join(
        f'<span style="display:inline-block;margin:0 14px 4px 0"><i style="display:inline-block;'
        f"width:14px;height:14px;margin-right:6px;vertical-align:-2px;border:1px solid "
        f'{colours.MUTED};background:{STATE_COLOURS[state]}"></i>'
        f"{html.escape(told['state_names'][state])}</span>"
        for state in states_of(told)
    )


def both_option(
    told: dict[str, Any], other: dict[str, Any] | None, figure: str, lang: str, large: bool = False
) -> dict[str, Any]:
    """A figure of the firm over time, in the plan and in the baseline."""
    size = 16 if large else 12
    months = sorted(set(told["months"]) | set(other["months"] if other else ()))
    series = []
    for name, one, colour, dashed in (
        (text("story.baseline", lang), other, colours.BASELINE, True),
        (text("story.plan", lang), told, colours.CURRENT, False),
    ):
        if one is not None:
            known = dict(zip(one["months"], one["figures"][figure], strict=True))
            series.append({
                "name": name, "type": "line", "symbol": "none", "color": colour,
                "lineStyle": {"width": 2.5, "type": "dashed" if dashed else "solid"},
                "data": [known.get(month) for month in months],
            })  # fmt: skip
    return {
        "animation": False,
        "grid": {"left": 8, "right": 16, "top": 34, "bottom": 30, "containLabel": True},
        "legend": {"bottom": 0, "textStyle": {"fontSize": size, "color": colours.TEXT}},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "category", "data": months,
                  "axisLabel": {"interval": 11, "color": colours.MUTED, "fontSize": size,
                                "hideOverlap": True}},
        "yAxis": {"type": "value", "name": text(f"story.unit_{figure}", lang),
                  "nameTextStyle": {"align": "left", "color": colours.MUTED, "fontSize": size},
                  "axisLabel": {"color": colours.MUTED, "fontSize": size},
                  "splitLine": {"lineStyle": {"color": colours.GRID}}},
        "series": series,
    }  # fmt: skip


def against(told: dict[str, Any], other: dict[str, Any], lang: str) -> str:
    """What the firm has in the plan and not in the baseline at the end, in a sentence."""
    names = TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN
    comma = "、" if lang == "zh" else ", "
    uses, there = (
        {code for code in TECHNOLOGIES if one["states"][code][-1:] == ["in_use"]}
        for one in (told, other)
    )

    def listed(codes: set[str]) -> str:
        return comma.join(names[code] for code in TECHNOLOGIES if code in codes) or text(
            "story.none", lang
        )

    people, people_there = (one["figures"]["employees"][-1] for one in (told, other))
    return text(
        "story.against", lang, both=listed(uses & there), only=listed(uses - there),
        only_there=listed(there - uses), people=plain(people), people_there=plain(people_there),
        received=plain(told["figures"]["subsidy"][-1]),
    )  # fmt: skip


def strip_label(told: dict[str, Any], lang: str) -> str:
    """The strip in a sentence: what is in use at the end."""
    names = TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN
    used = [names[code] for code in TECHNOLOGIES if told["states"][code][-1:] == ["in_use"]]
    comma = "、" if lang == "zh" else ", "
    return text("story.strip_label", lang, title=told["title"],
                used=comma.join(used) or text("story.none", lang))  # fmt: skip


def typed_id(typed: str) -> int | None:
    """A firm's id as it was typed, None if it cannot be one."""
    digits = typed.strip()
    whole = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_ID
    return int(digits) if whole else None


@solara.component
def Panel(view: View) -> None:
    """A firm or a city, chosen here; both stories are of the plan's first run."""
    kind, set_kind = solara.use_state("firm")
    with Controls():
        choices = [(code, view.say(f"story.{code}")) for code in KINDS]
        Choose(choices, kind, set_kind, view.say("story.kind"), "story-kind")
    Note(view.say("story.one_run"))
    if kind == "firm":
        Firm(view)
    else:
        OneCity(view)


@solara.component
def Firm(view: View) -> None:
    """Examples and a field for an id; then the story in the plan and in the baseline."""
    uid, set_uid = solara.use_state(-1)
    typed, set_typed = solara.use_state("")
    wrong, set_wrong = solara.use_state("")
    examples = use_answer(Question("firms", view.choice.plan, 0, view.lang))

    def take(given: str) -> None:
        found = typed_id(given)
        set_typed(given)
        set_wrong(view.say("story.no_id") if found is None and given.strip() else "")
        if found is not None:
            set_uid(found)

    Waiting(view, examples, "firms")
    if examples.value is not None:
        found = examples.value["examples"]
        if uid < 0 and found:
            uid = found[0]["firm"]
        options = [(f"{one['firm']}", f"{one['text']} ({one['firm']})") for one in found]
        Choose(options, str(uid), take, view.say("story.examples"), "story-example")
    with Controls():
        solara.v.TextField(
            label=view.say("story.id"), v_model=typed, on_v_model=set_typed, dense=True,
            outlined=True, error_messages=[wrong] if wrong else [], class_="lianghua-story-id",
            style_="max-width:16rem", attributes={"data-testid": "story-id"}, maxlength=LONGEST_ID,
            hide_details="auto", inputmode="numeric",
        )  # fmt: skip
        solara.Button(view.say("story.tell"), on_click=lambda: take(typed), outlined=True,
                      color=colours.CURRENT, classes=["lianghua-story-tell"])  # fmt: skip
    if uid >= 0:
        Both(view, uid).key(f"firm-{uid}")


@solara.component
def Both(view: View, uid: int) -> None:
    """One firm under the plan, and what would have happened to it anyway."""
    lang = view.lang
    asked = (("firm", uid),)
    found = use_answer(Question("firm", view.choice.plan, 0, lang, asked))
    base = use_answer(Question("firm", Plan(view.choice.baseline), 0, lang, asked))
    Waiting(view, found, "firm")
    if found.value is None:
        return
    if base.value is not None:
        Note(against(found.value, base.value, lang), "story-against")
    with Beside():
        for figure in ("employees", "productivity"):
            option = packed(both_option(found.value, base.value, figure, lang, view.large))
            title = view.say(f"story.{figure}", firm=uid)
            with ChartCard(title, view, name=figure):
                Chart(option, title, f"story-{figure}", height="260px")
    with Beside():
        One(view, found, "plan")
        if base.value is None and base.error:
            Note(view.say("story.not_there", error=framed(base.error, lang)))
        else:
            One(view, base, "baseline")


@solara.component
def One(view: View, answer: Answer, which: str) -> None:
    """The story in one of the two runs."""
    if answer.value is None:
        Waiting(view, answer, which)
        return
    told = answer.value
    title = f"{view.say(f'story.{which}')} · {told['title']}"
    with ChartCard(title, view, name=f"story-{which}"):
        label = strip_label(told, view.lang)
        Chart(
            packed(strip_option(told, view.lang, view.large)),
            label,
            f"strip-{which}",
            height="300px",
        )
        solara.HTML(
            tag="div",
            unsafe_innerHTML=legend_html(told),
            attributes={"data-testid": f"legend-{which}"},
        )
        Told(view, told, "firm")


@solara.component
def OneCity(view: View) -> None:
    """The story of a city."""
    lang = view.lang
    city, set_city = solara.use_state(cities("en")[0])
    with Controls():
        Pick(view.say("places.city"), list(zip(cities("en"), cities(lang), strict=True)), city,
             set_city, "story-city")  # fmt: skip
    found = use_answer(Question("city", view.choice.plan, 0, lang, (("city", city),)))
    Waiting(view, found, "story-city")
    if found.value is not None:
        with ChartCard(found.value["title"], view, name="story-city"):
            Told(view, found.value, "city").key(city)
