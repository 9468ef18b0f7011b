"""The page's main figures: the plan at the month looked at, and what it adds to the baseline."""

from __future__ import annotations

import html
from dataclasses import dataclass

import solara

from sim.outputs import BY_NAME
from sim.scale import USUAL_SCALE
from sim.view import colours
from sim.view.looking import View
from sim.view.numbers import factor, month_words, parts, plain, shown
from sim.view.panels.shared import Explain
from sim.view.snapshot import FEWEST_PAIRS, Snapshot
from sim.view.words import text

OUTPUTS = (
    "adoption_automation", "adoption_erp", "numerical_control_rate_key_firms",
    "labour_productivity", "employees", "two_integration_index", "public_spending",
)  # fmt: skip
SPENDING = "public_spending"
NAMED = ("adoption_automation", "labour_productivity", "employees", "two_integration_index")
"""Outputs that the sentence in words speaks of."""

STYLE = f"""
.lianghua-headline {{ display: grid; gap: .5rem;
  grid-template-columns: repeat(4, minmax(0, 1fr)); }}
.lianghua-figure {{ border: 1px solid {colours.GRID}; border-left: 4px solid {colours.UNCERTAIN};
  border-radius: 6px; padding: .5rem .6rem; background: {colours.SURFACE}; min-width: 0;
  position: relative; }}
.lianghua-figure.more {{ border-left-color: {colours.MORE}; }}
.lianghua-figure.less {{ border-left-color: {colours.LESS}; }}
.lianghua-figure p {{ margin: 0; line-height: 1.35; color: {colours.MUTED}; font-size: .8125rem;
  word-break: keep-all; overflow-wrap: anywhere; }}
.lianghua-figure .label {{ padding-right: 28px; color: {colours.TEXT}; }}
.lianghua-figure .value {{ font-size: 1.375rem; font-weight: 600; color: {colours.TEXT}; }}
.lianghua-figure small {{ font-size: .8125rem; font-weight: 400; }}
.lianghua-figure .difference {{ font-weight: 600; color: {colours.UNCERTAIN}; font-size: .9375rem; }}
.lianghua-figure.more .difference {{ color: {colours.MORE}; }}
.lianghua-figure.less .difference {{ color: {colours.LESS}; }}
.lianghua-figure .lianghua-explain {{ position: absolute; top: .4rem; right: .4rem; }}
.lianghua-plain {{ margin: 0 0 .5rem; line-height: 1.5; color: {colours.TEXT}; }}
.lianghua-headline .lianghua-reserve {{ margin: 0; padding: .5rem .6rem; line-height: 1.4;
  color: {colours.MUTED}; font-size: .8125rem; }}
@media (max-width: 600px) {{
  .lianghua-headline {{ grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .35rem; }}
  .lianghua-figure {{ padding: .35rem .45rem; }}
  .lianghua-figure .value {{ font-size: 1.125rem; }}
}}
"""


@dataclass(frozen=True)
class Figure:
    """One card: the plan's and the baseline's value and their difference, at one month.

    `verdict` is more, less, uncertain (the interval holds zero), same, or few (too few pairs to say).
    """

    output: str
    value: float
    base: float
    difference: float
    low: float
    high: float
    pairs: int
    verdict: str


def figure(snapshot: Snapshot, output: str) -> Figure:
    """A card's figures at the month looked at; needs a snapshot that is ready."""
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    place = snapshot.place
    gap = snapshot.difference(snapshot.current, output)
    mean, low, high = (float(one[place]) for one in (gap.mean, gap.low, gap.high))
    return Figure(
        output,
        float(snapshot.level(snapshot.current, output).mean[place]),
        float(snapshot.level(snapshot.baseline, output).mean[place]),
        mean, low, high, gap.pairs, _verdict(mean, low, high, gap.enough),
    )  # fmt: skip


def _verdict(mean: float, low: float, high: float, enough: bool) -> str:
    if not enough:
        return "few"
    if mean == low == high == 0.0:
        return "same"
    if low <= 0.0 <= high:
        return "uncertain"
    return "more" if mean > 0.0 else "less"


def card_words(one: Figure, lang: str) -> list[tuple[str, str, str]]:
    """Lines of a card as (class, words, unit): label, value, baseline, difference, interval."""
    scale = factor(one.output)
    lines = [
        ("label", str(getattr(BY_NAME[one.output], lang)), ""),
        ("value", *parts(one.output, one.value, lang)),
        ("base", text("headline.base", lang, value=shown(one.output, one.base, lang)), ""),
    ]
    if one.verdict == "same":
        return [*lines, ("difference", text("headline.same", lang), "")]
    written, unit = parts(one.output, one.difference, lang, difference=True)
    if one.verdict == "few":
        said = text("headline.few", lang, pairs=one.pairs, least=FEWEST_PAIRS)
        return [*lines, ("difference", written, unit), ("interval", said, "")]
    low, high = (plain(bound * scale, signed=True) for bound in (one.low, one.high))
    lines.append(("difference", f"{colours.MARKS[one.verdict]} {written}", unit))
    if one.verdict == "uncertain":
        lines.append(("meaning", text("headline.nothing", lang), ""))
    interval = text("headline.interval", lang, low=low, high=high, pairs=one.pairs)
    return [*lines, ("interval", interval, "")]


def plainly(snapshot: Snapshot) -> str:
    """What the plan adds to the baseline, in a sentence for newcomers."""
    lang = snapshot.choice.lang
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    words = {
        "month": month_words(snapshot.months[snapshot.place], lang),
        "plan": snapshot.current.title(lang),
        "baseline": snapshot.baseline.title(lang),
    }
    effects = [figure(snapshot, name) for name in NAMED]
    pairs = effects[0].pairs
    if snapshot.current.scenario.hash == snapshot.baseline.scenario.hash:
        return text("headline.plain_self", lang)
    if pairs < FEWEST_PAIRS:
        return text("headline.plain_few", lang, **words, pairs=pairs, least=FEWEST_PAIRS)
    clear = [one for one in effects if one.verdict in ("more", "less")]
    if not clear:
        return text("headline.plain_nothing", lang, **words, pairs=pairs)
    comma = "、" if lang == "zh" else ", "
    gains = [_gain(one, lang) for one in clear] + _spent(snapshot, lang)
    said = text("headline.plain", lang, **words, gains=("," if lang == "zh" else "; ").join(gains))
    unclear = [
        str(getattr(BY_NAME[one.output], lang)) for one in effects if one.verdict == "uncertain"
    ]
    return said + (text("headline.unclear", lang, labels=comma.join(unclear)) if unclear else "")


def _gain(one: Figure, lang: str) -> str:
    label = getattr(BY_NAME[one.output], lang)
    written = shown(one.output, one.difference, lang, difference=True)
    return text("headline.gain", lang, label=label, difference=written)


def _spent(snapshot: Snapshot, lang: str) -> list[str]:
    paid = figure(snapshot, SPENDING).value
    return [text("headline.spent", lang, value=shown(SPENDING, paid, lang))] if paid > 0.0 else []


@solara.component
def Headline(view: View) -> None:
    """A sentence, seven cards that can explain themselves, and how to read them."""
    solara.Style(STYLE)
    snapshot = view.snapshot
    with solara.Div(attributes={"data-testid": "headline", "role": "region",
                                "aria-label": view.say("headline.title")}):  # fmt: skip
        if not snapshot.ready:
            solara.HTML(tag="p", unsafe_innerHTML=html.escape(view.say("headline.waiting")),
                        class_="lianghua-plain")  # fmt: skip
            return
        solara.HTML(tag="p", unsafe_innerHTML=html.escape(plainly(snapshot)),
                    class_="lianghua-plain", attributes={"data-testid": "headline-plain"})  # fmt: skip
        with solara.Div(classes=["lianghua-headline"]):
            for output in OUTPUTS:
                Card(figure(snapshot, output), view).key(output)
            reserve = view.say("headline.reserve", share=f"{100 * USUAL_SCALE:g}")
            solara.HTML(tag="p", unsafe_innerHTML=html.escape(reserve), class_="lianghua-reserve")


@solara.component
def Card(one: Figure, view: View) -> None:
    """One figure; its edge, its mark and its words say the same thing three times."""
    lines = "".join(
        f'<p class="{kind}">{html.escape(words)}<small>{html.escape(unit)}</small></p>'
        for kind, words, unit in card_words(one, view.lang)
    )
    with solara.Div(classes=["lianghua-figure", one.verdict],
                    attributes={"data-testid": f"headline-{one.output}"}):  # fmt: skip
        solara.HTML(tag="div", unsafe_innerHTML=lines)
        Explain(one.output, view)
