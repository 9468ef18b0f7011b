"""An index taken apart on the page: total, classes, items, firms; one level opens the next."""

from __future__ import annotations

from html import escape
from typing import Any

import solara

from sim.audit import WORDS
from sim.view.colours import CURRENT
from sim.view.live import use_answer
from sim.view.looking import View
from sim.view.numbers import plain
from sim.view.panels.shared import ChartCard
from sim.view.problems import framed
from sim.view.questions import Question
from sim.view.words import text
from sim.words import TIER_ZH, UNITS
from sim.world.data import load_data
from sim.world.tables import TIERS

STYLE = """
.lianghua-trail details { border-left: 3px solid #c6dcee; padding-left: .75rem; margin: .35rem 0; }
.lianghua-trail summary { cursor: pointer; display: grid; gap: .75rem; align-items: center;
  grid-template-columns: minmax(9rem, 2fr) 5rem minmax(4rem, 1fr) 7rem; padding: .2rem 0; }
.lianghua-trail summary::before { content: none; }
.lianghua-trail .bar { height: .7rem; border-radius: 2px; }
.lianghua-trail .figure { text-align: right; font-variant-numeric: tabular-nums; }
.lianghua-trail summary small, .lianghua-trail .said { color: #52606d; }
.lianghua-trail dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
.lianghua-trail dt { color: #52606d; }
.lianghua-trail dd { margin: 0; overflow-wrap: anywhere; }
.lianghua-trail table { border-collapse: collapse; }
.lianghua-trail th, .lianghua-trail td { text-align: left; padding: .1rem .9rem .1rem 0; }
@media (max-width: 600px) {
  .lianghua-trail summary { grid-template-columns: 1fr 4rem 5.5rem; }
  .lianghua-trail summary .track { display: none; }
  .lianghua-trail dl { grid-template-columns: 1fr; }
  .lianghua-trail .firms { overflow-x: auto; } }
"""


def formula(item: dict[str, Any], index: str, lang: str) -> str:
    """How an item's figure becomes its value, with the numbers in it."""
    value, x = (
        plain(item["latent"]) if index == "two_integration" else f"{item['latent']:.3f}",
        digits(item["x"]),
    )
    if index == "two_integration":
        ratio = f"{digits(item['x0'])} ÷ {x}" if item["minus"] else f"{x} ÷ {digits(item['x0'])}"
        return f"50 × log₂(1 + {ratio}) = {value}"
    low, high = digits(item["low"]), digits(item["high"])
    if item["log"]:
        return f"ln({x} ÷ {low}) ÷ ln({high} ÷ {low}) = {value}"
    return f"({x} − {low}) ÷ ({high} − {low}) = {value}"


def digits(value: float) -> str:
    """A figure with four digits that count."""
    return "–" if value != value else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def figure(value: float, index: str) -> str:
    """A value of an index: points, or a number between 0 and 1."""
    return plain(value) if index == "two_integration" else f"{value:.3f}"


def total_html(found: dict[str, Any], lang: str) -> str:
    """The whole trail: total, classes, items and firms as nested details."""
    index, words = found["index"], WORDS[lang]
    sums = " + ".join(
        f"{one['weight']:g} × {figure(one['latent'], index)}" for one in found["classes"]
    )
    total = figure(found["latent"], index)
    lines = [f"<b>{escape(found[f'label_{lang}'])} · {words[index]} · {found['year']}</b>: "
             f"{sums} = <b>{total}</b>"]  # fmt: skip
    if abs(found["reported"] - found["latent"]) > 1e-9:
        lines.append(text("audit.reported", lang, reported=figure(found["reported"], index),
                          share=f"{100 * (found['reported'] / found['latent'] - 1):.1f}"))  # fmt: skip
    if found["rank"] == found["rank"]:
        said = text(
            "audit.rank", lang, rank=f"{found['rank']:.0f}", places=f"{found['places']:.0f}"
        )
        if found["province"]:
            said += text(
                "audit.rank_band",
                lang,
                low=f"{found['rank_low']:.0f}",
                high=f"{found['rank_high']:.0f}",
            )
        lines.append(said)
    lines.append(words["log2" if index == "two_integration" else "goalposts"])
    top = "".join(f"<p>{one}</p>" for one in lines)
    classes = "".join(_class(one, found, lang) for one in found["classes"])
    return f'<div class="lianghua-trail">{top}{_heads(lang)}{classes}</div>'


def _heads(lang: str) -> str:
    cells = [text(f"audit.{one}", lang) for one in ("part", "value", "contribution")]
    return (f'<p class="said">{escape(" · ".join(cells))}</p>')  # fmt: skip


def _summary(label: str, value: str, share: float, gain: str) -> str:
    """A line that opens: label, value, a bar of its share of the total, points it brings."""
    width = max(0.0, min(100.0, 100 * share))
    return (
        f'<summary><span>▸ {escape(label)}</span><span class="figure">{value}</span>'
        f'<span class="track"><span class="bar" style="display:block;width:{width:.1f}%;'
        f'background:{CURRENT}"></span></span>'
        f'<span class="figure">{gain} <small>({100 * share:.1f}%)</small></span></summary>'
    )


def _class(one: dict[str, Any], found: dict[str, Any], lang: str) -> str:
    index, count = found["index"], len(one["items"])
    said = text("audit.class_formula", lang, count=count, value=figure(one["latent"], index),
                weight=f"{one['weight']:g}", gain=figure(one["contribution"], index))  # fmt: skip
    items = sorted(one["items"], key=lambda item: -item["contribution"])
    inside = "".join(_item(item, found, lang) for item in items)
    line = _summary(one[f"label_{lang}"], figure(one["latent"], index),
                    one["contribution"] / found["latent"], figure(one["contribution"], index))  # fmt: skip
    return f'<details data-code="{one["code"]}">{line}<p class="said">{escape(said)}</p>{inside}</details>'


def _item(item: dict[str, Any], found: dict[str, Any], lang: str) -> str:
    index = found["index"]
    unit = UNITS.get(item["unit"], item["unit"]) if lang == "zh" else item["unit"]
    made = (
        text("audit.outside", lang) if item["outside"] else item[f"output_{lang}"] or item["feeds"]
    )
    source = item["outside_source"] if item["outside"] else text("audit.simulated", lang)
    if index == "two_integration":
        base = f"X₀ = {digits(item['x0'])} ({WORDS[lang].get(item['basis'], item['basis'])})"
    else:
        base = f"{digits(item['low'])} … {digits(item['high'])}"
    gain = text("audit.item_formula", lang, weight=f"{item['weight']:.4g}",
                value=figure(item["latent"], index), gain=f"{item['contribution']:.3g}")  # fmt: skip
    rows = {
        "formula": formula(item, index, lang),
        "x": f"X = {digits(item['x'])} {unit} · {made} · {source}",
        "base": f"{base} · {item['source']} · {item['confidence']}",
        "gain": gain,
        "note_": item["note_zh" if lang == "zh" else "note"],
        "sectors": "、".join(f"{one[lang]} {100 * one['share']:.0f}%" for one in item["sectors"])
        if lang == "zh"
        else ", ".join(f"{one[lang]} {100 * one['share']:.0f} %" for one in item["sectors"]),
        "largest": "" if item["firms"] else item[f"largest_{lang}"],
    }
    said = "".join(f"<dt>{text(f'audit.{key}', lang)}</dt><dd>{escape(str(one))}</dd>"
                   for key, one in rows.items() if one)  # fmt: skip
    line = _summary(item[f"label_{lang}"], figure(item["latent"], index),
                    item["contribution"] / found["latent"], f"{item['contribution']:.3g}")  # fmt: skip
    return (
        f'<details data-code="{item["code"]}">{line}<dl>{said}</dl>{_firms(item, lang)}</details>'
    )


def _firms(item: dict[str, Any], lang: str) -> str:
    """The firms that weigh most in an item."""
    if not item["firms"]:
        return ""
    cities = [str(one) for one in load_data().cities[f"name_{lang}"]]
    rows = ""
    for one in item["firms"]:
        tier = TIERS[one["tier"]]
        cells = [f"#{one['uid']}", cities[one["city"]], one[f"sector_{lang}"],
                 TIER_ZH[tier] if lang == "zh" else tier.replace("_", " "), f"{one['employees']:,.0f}",
                 f"{one['stands_for']:,.0f}", f"{100 * one['share']:.1f}%"]  # fmt: skip
        rows += "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    heads = ("firm", "city", "sector", "tier", "employees", "stands_for", "share")
    top = "".join(f"<th>{text(f'audit.{one}', lang)}</th>" for one in heads)
    count = text("audit.firms", lang, count=f"{item['contributors']:,.0f}")
    return (
        f'<details data-code="firms"><summary><span>▸ {escape(count)}</span></summary>'
        f'<div class="firms"><table><tr>{top}</tr>{rows}</table></div></details>'
    )


@solara.component
def AuditCard(view: View, index: str, place: int, year: int, place_name: str, name: str) -> None:
    """A button that takes the index apart for the place and year chosen above."""
    say = view.say
    asked, set_asked = solara.use_state(None)
    first = view.snapshot.current.members[0].replicate if view.snapshot.current else 0
    question = Question(
        "audit", view.choice.plan, first, "zh", (("index", index), ("place", place), ("year", year))
    )
    found = use_answer(asked if asked == question else None)
    solara.Style(STYLE)
    with ChartCard(
        say("audit.title", place=place_name, name=name, year=year), view,
        note=say("audit.note", run=first + 1),
    ):  # fmt: skip
        with solara.Row():
            solara.Button(
                say("audit.ask"), color="primary", disabled=found.waiting,
                on_click=lambda: set_asked(question), classes=["lianghua-audit-ask"],
            )  # fmt: skip
        if found.waiting:
            solara.HTML(tag="p", unsafe_innerHTML=escape(say("audit.waiting")),
                        attributes={"role": "status", "data-testid": "audit-waiting"})  # fmt: skip
        elif found.error:
            solara.Error(framed(found.error, view.lang))
        elif found.value is not None:
            solara.HTML(tag="div", unsafe_innerHTML=total_html(found.value, view.lang),
                        attributes={"data-testid": "audit-trail"})  # fmt: skip
