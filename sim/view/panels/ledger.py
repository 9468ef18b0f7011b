"""What the money did: a small ledger made on demand, a yuan split into five classes."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd
import solara

from sim import terms
from sim.view import colours, spending
from sim.view.controls import pick
from sim.view.echarts import Chart, packed
from sim.view.live import use_answer
from sim.view.looking import View
from sim.view.numbers import plain
from sim.view.panels.shared import ChartCard
from sim.view.problems import framed
from sim.view.questions import Question
from sim.view.snapshot import FEWEST_PAIRS
from sim.view.words import text
from sim.words import TIER_ZH

CLASSES = tuple(terms.CLASSES)
REPLICATES = (3, 5, 8)
SCALES = (0.02, 0.05, 0.1)
PER_100M = 1e-4
STYLE = """
.lianghua-classes { border-collapse: collapse; margin: .5rem 0; }
.lianghua-classes th { text-align: left; color: #52606d; font-weight: 600; }
.lianghua-classes th, .lianghua-classes td { padding: .25rem .75rem .25rem 0; vertical-align: top; }
.lianghua-classes td:nth-child(-n+2) { white-space: nowrap; font-variant-numeric: tabular-nums; }
@media (max-width: 600px) {
  .lianghua-classes tr { display: grid; grid-template-columns: auto auto; }
  .lianghua-classes td:nth-child(3) { grid-column: 1 / 3; }
  .lianghua-classes th:nth-child(3) { display: none; } }
.lianghua-swatch { display: inline-block; width: .8em; height: .8em; margin-right: .4em; }
"""


def classes_of(rows: list[dict[str, Any]], key: str = "without") -> dict[str, dict[str, Any]]:
    """Rows of a ledger's table by group and class: {group: {class: row}}."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(str(row[key]), {})[str(row["class"])] = row
    return {name: by for name, by in found.items() if by["paid"]["money"] > 0}


def yuan_option(
    groups: dict[str, dict[str, Any]], names: dict[str, str], lang: str, large: bool = False
) -> dict[str, Any]:
    """Each group's yuan split into the five classes, in fen (1 yuan = 100 fen)."""
    size = 16 if large else 12
    series = [
        {"name": terms.word(terms.CLASSES, code, lang), "type": "bar", "stack": "yuan",
         "color": colours.CLASSES[code], "barMaxWidth": 34,
         "label": {"show": True, "fontSize": size - 1, "color": colours.TEXT
                   if code in ("deadweight", "accelerated") else colours.SURFACE},
         "data": [_bar(by[code]["share"]) for by in groups.values()]}
        for code in CLASSES
    ]  # fmt: skip
    return {
        "animation": False,
        "textStyle": {"fontSize": size},
        "grid": {"left": 8, "right": 24, "top": 3 * size + 10, "bottom": 34, "containLabel": True},
        "legend": {"top": 0, "type": "scroll", "textStyle": {"color": colours.TEXT, "fontSize": size}},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
        "xAxis": {"type": "value", "min": 0, "max": 100, "name": text("ledger.fen", lang),
                  "nameLocation": "middle", "nameGap": 22,
                  "nameTextStyle": {"color": colours.MUTED, "fontSize": size},
                  "axisLabel": {"color": colours.MUTED, "fontSize": size},
                  "splitLine": {"lineStyle": {"color": colours.GRID}}},
        "yAxis": {"type": "category", "inverse": True, "axisTick": {"show": False},
                  "data": [names.get(one, one) for one in groups],
                  "axisLabel": {"color": colours.TEXT, "fontSize": size, "interval": 0,
                                "width": 140, "overflow": "truncate"}},
        "series": series,
    }  # fmt: skip


def _bar(share: float) -> dict[str, Any]:
    """A piece of a bar; its figure is written where there is room."""
    value = round(100 * share, 1)
    return {"value": value, "label": {"show": value >= 8, "formatter": f"{value:.0f}"}}


def interval(row: dict[str, Any]) -> str:
    """A share in fen with its 95 % interval, which a share cannot leave 0 to 100 by."""
    low, high = (max(0.0, min(1.0, row[key])) for key in ("share_low", "share_high"))
    said = f"{100 * row['share']:.0f}"
    return (
        said
        if row["share_low"] != row["share_low"]
        else f"{said} [{100 * low:.0f}–{100 * high:.0f}]"
    )


def explained_html(by: dict[str, Any], lang: str) -> str:
    """The five classes, each with its fen of a yuan, interval and meaning."""
    rows = []
    for code in CLASSES:
        months = by[code]["months"]
        said = text(f"ledger.means_{code}", lang)
        if code == "accelerated" and months == months and months > 0:
            said += text("ledger.months", lang, months=plain(float(months)))
        rows.append(
            f'<tr><td><span class="lianghua-swatch" style="background:{colours.CLASSES[code]}">'
            f"</span>{html.escape(terms.word(terms.CLASSES, code, lang))}</td>"
            f"<td>{interval(by[code])}</td><td>{html.escape(said)}</td></tr>"
        )
    heads = "".join(
        f"<th>{text(f'ledger.{one}', lang)}</th>" for one in ("class", "fen", "meaning")
    )
    return f'<table class="lianghua-classes"><tr>{heads}</tr>{"".join(rows)}</table>'


def costs_sentences(costs: list[dict[str, Any]], pairs: int, lang: str) -> list[str]:
    """What else differs from the twin over so many pairs, and the money for a unit of it, in words."""
    said = []
    for row in costs:
        if pairs < FEWEST_PAIRS:
            said.append(text(
                "ledger.effect_few", lang, effect=terms.word(terms.EFFECTS, row["effect"], lang),
                difference=plain(row["difference"], signed=True), pairs=pairs, least=FEWEST_PAIRS,
            ))  # fmt: skip
            continue
        key = "effect_none" if row["verdict"] == "not distinguishable" else "effect"
        said.append(text(
            f"ledger.{key}", lang, effect=terms.word(terms.EFFECTS, row["effect"], lang),
            difference=plain(row["difference"], signed=True), low=plain(row["low"], signed=True),
            high=plain(row["high"], signed=True),
        ))  # fmt: skip
        if row["cost"] == row["cost"] and row["effect"] != "productivity":
            said[-1] += text("ledger.cost", lang, cost=plain(row["cost"]))
    return said


def ledger_frame(answer: dict[str, Any], names: dict[str, str], lang: str) -> pd.DataFrame:
    """By instrument: paid, then each class in fen of a yuan with its interval."""
    rows = []
    for group, by in classes_of(answer["instruments"], "instrument").items():
        figures = [interval(by[code]) for code in CLASSES]
        rows.append([names.get(group, group), PER_100M * by["paid"]["money"], *figures])
    heads = [text("ledger.instrument", lang), text("ledger.paid", lang)]
    return pd.DataFrame(
        rows, columns=[*heads, *(terms.word(terms.CLASSES, code, lang) for code in CLASSES)]
    )


def tier_names(lang: str) -> dict[str, str]:
    """Tiers in words, and who is none."""
    names = {code: zh if lang == "zh" else code.replace("_", " ") for code, zh in TIER_ZH.items()}
    return names | {"none": text("ledger.no_firm", lang)}


def headline(answer: dict[str, Any], lang: str) -> str:
    """The split of a yuan as a sentence."""
    by = classes_of(answer["whole"])
    if not by:
        return text("ledger.no_money", lang)
    one = next(iter(by.values()))
    parts = {code: f"{100 * one[code]['share']:.0f}" for code in CLASSES}
    return text("ledger.headline", lang, paid=plain(PER_100M * one["paid"]["money"]), **parts)


@solara.component
def LedgerCard(view: View) -> None:
    """The button, the choice of instrument and size, and what was found."""
    say, lang, plan = view.say, view.lang, view.choice.plan
    track = view.snapshot.current
    instrument, set_instrument = solara.use_state("")
    replicates, set_replicates = solara.use_state(REPLICATES[1])
    scale, set_scale = solara.use_state(SCALES[-1])
    asked, set_asked = solara.use_state(None)
    question = Question(
        "ledger", plan, 0, "zh",
        (("instrument", instrument), ("replicates", replicates), ("scale", scale)),
    )  # fmt: skip
    # A changed plan is another question: what was found for the old one is not shown for it.
    found = use_answer(asked if asked == question else None)
    assert track is not None
    names = {"": say("ledger.programme"), "programme": say("ledger.programme")} | {
        name: spending.instrument_title(track.scenario, name, lang)
        for name in spending.instruments_of(track)
    }
    solara.Style(STYLE)
    with ChartCard(say("ledger.title"), view, note=say("ledger.note")):
        with solara.Row(gap="12px", style={"flex-wrap": "wrap", "align-items": "center"}):
            options = [
                ("", names[""]),
                *((one, names[one]) for one in spending.instruments_of(track)),
            ]
            Pick(say("ledger.which"), instrument, options, set_instrument, "ledger-which")
            Pick(say("ledger.replicates"), replicates, [(one, str(one)) for one in REPLICATES],
                 set_replicates, "ledger-replicates")  # fmt: skip
            Pick(say("ledger.scale"), scale, [(one, f"{100 * one:g}%") for one in SCALES],
                 set_scale, "ledger-scale")  # fmt: skip
            solara.Button(
                say("ledger.ask"), color="primary", disabled=found.waiting,
                on_click=lambda: set_asked(question), classes=["lianghua-ledger-ask"],
            )  # fmt: skip
        if found.waiting:
            solara.HTML(
                tag="p", unsafe_innerHTML=html.escape(say("ledger.waiting")),
                attributes={"role": "status", "data-testid": "ledger-waiting"},
            )  # fmt: skip
        elif found.error:
            solara.Error(framed(found.error, view.lang))
        elif found.value is not None:
            Found(view, found.value, names)


@solara.component
def Pick(label: str, value: Any, options: list[tuple[Any, str]], on_value: Any, name: str) -> None:
    """A list of which one is chosen; codes of any plain kind."""
    codes = {str(code): code for code, _ in options}
    words = [(str(code), word) for code, word in options]
    pick.Pick(label, words, str(value), lambda code: on_value(codes[code]), name)


@solara.component
def Found(view: View, answer: dict[str, Any], names: dict[str, str]) -> None:
    """What the ledger found: a yuan's split, by size of firm, by instrument, and what it cost."""
    lang = view.lang
    whole = classes_of(answer["whole"])
    said = headline(answer, lang)
    groups = whole | classes_of(answer["tiers"], "tier")
    words = names | tier_names(lang)
    option = solara.use_memo(
        lambda: packed(yuan_option(groups, words, lang, view.large)), [answer, lang, view.large]
    )
    solara.HTML(tag="p", unsafe_innerHTML=f"<b>{html.escape(said)}</b>",
                attributes={"data-testid": "ledger-found"})  # fmt: skip
    if whole:
        Split(view, answer, words, option, said)


@solara.component
def Split(
    view: View, answer: dict[str, Any], words: dict[str, str], option: str, said: str
) -> None:
    """The yuan's charts, the meaning of the classes, and the table by instrument."""
    lang, say = view.lang, view.say
    groups = classes_of(answer["whole"]) | classes_of(answer["tiers"], "tier")
    Chart(option, said, "ledger", height=f"{110 + 46 * len(groups)}px")
    solara.HTML(tag="div", unsafe_innerHTML=explained_html(next(iter(groups.values())), lang))
    for one in costs_sentences(answer["costs"], answer["replicates"], lang):
        solara.HTML(tag="p", unsafe_innerHTML=html.escape(one), style="margin:.25rem 0")
    how = say(
        "ledger.how", replicates=answer["replicates"], scale=f"{100 * answer['scale']:g}",
        last=answer["last"], follow=answer["follow"],
    )  # fmt: skip
    with ChartCard(
        say("ledger.by_instrument"), view, frame=lambda: ledger_frame(answer, words, lang),
        note=how, name="ledger-instruments",
    ):  # fmt: skip
        by = classes_of(answer["instruments"], "instrument")
        Chart(
            packed(yuan_option(by, words, lang, view.large)), say("ledger.by_instrument"),
            "ledger-instruments", height=f"{110 + 24 * len(by)}px",
        )  # fmt: skip
