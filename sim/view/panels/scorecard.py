"""The scorecard: 49 targets of the document, the plan beside the baseline; each row explains itself."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd
import solara

from sim.outputs import BY_NAME
from sim.policies import INSTRUMENTS
from sim.report.score_rows import SCORE_WORDS
from sim.view import colours, scores
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.numbers import plain
from sim.view.panels.ledger import Pick
from sim.view.panels.shared import ChartCard, Choose
from sim.view.scores import Row, Standing
from sim.view.snapshot import FEWEST_PAIRS, Snapshot
from sim.view.spending import clause_title
from sim.view.words import text
from sim.words import INDEX_ZH

FURTHEST = 2.0
"""Twice the target is where the axis of distances ends."""
ROW = 22
"""Pixels of a target."""
STYLE = """
.lianghua-score { overflow-x: auto; }
.lianghua-score table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.lianghua-score th { text-align: left; color: #52606d; border-bottom: 1px solid #52606d; }
.lianghua-score th, .lianghua-score td { padding: .3rem .6rem .3rem 0; vertical-align: top; }
.lianghua-score td { border-top: 1px solid #e4e7eb; }
.lianghua-score td + td { white-space: nowrap; }
.lianghua-score td:first-child { min-width: 15rem; }
.lianghua-score tr.part th { color: #1f2933; padding-top: .8rem; }
.lianghua-score summary { cursor: pointer; }
.lianghua-score details p { margin: .2rem 0 .2rem 1rem; color: #52606d; max-width: 40rem; }
.lianghua-score small { color: #52606d; }
.lianghua-score .chance { display: inline-block; width: 4rem; height: .6rem; background: #e4e7eb;
  border-radius: 2px; overflow: hidden; vertical-align: middle; margin-right: .4rem; }
.lianghua-score .chance > span { display: block; height: 100%; }
"""


def part_title(part: str, lang: str) -> str:
    """A group of targets in words."""
    if part in ("all", "headline"):
        return text(f"scorecard.{part}", lang)
    return SCORE_WORDS[lang]["overall"] if part == "overall" else clause_title(part, lang)


def label(row: Row, lang: str) -> str:
    """Code and indicator on an axis, with the mark of a weak proxy."""
    said = f"{row.target.code} {getattr(row.target, lang)}"
    return said + (" *" if scores.weak(row.target, lang) else "")


def chances_option(found: list[Row], lang: str, large: bool = False) -> dict[str, Any]:
    """The chance of each target, baseline and plan as dots joined by a bar."""
    return _dots(
        found, lang, large, _chances(found), (0.0, 100.0), text("scorecard.chance_axis", lang), None
    )


def _chances(found: list[Row]) -> list[tuple[float, float, float, float]]:
    """Baseline, plan, and the two ends of the bar between them, per cent."""
    pairs = [(100 * row.base.chance, 100 * row.plan.chance) for row in found]
    return [(base, plan, min(base, plan), max(base, plan)) for base, plan in pairs]


def distances_option(found: list[Row], lang: str, large: bool = False) -> dict[str, Any]:
    """Result over target, medians as dots and the plan's 90 % band as a bar; the line is the target."""
    data = []
    for row in found:
        ends = [row.plan.relative.low, row.plan.relative.high]
        values = [row.base.relative.median, row.plan.relative.median, *ends]
        data.append(tuple(min(max(one, 0.0), FURTHEST) if one == one else one for one in values))
    axis = text("scorecard.distance_axis", lang)
    return _dots(found, lang, large, data, (0.0, FURTHEST), axis, 1.0)  # type: ignore[arg-type]


def _dots(
    found: list[Row], lang: str, large: bool, data: list[tuple[float, float, float, float]],
    span: tuple[float, float], axis: str, mark: float | None,
) -> dict[str, Any]:  # fmt: skip
    size = 15 if large else 12
    line: dict[str, Any] = {"type": "bar", "stack": "bar", "silent": True, "barWidth": 4,
                            "tooltip": {"show": False}}  # fmt: skip
    gained = [row.added for row in found]
    bars = [
        line | {"name": "", "data": [one[2] for one in data], "itemStyle": {"opacity": 0}},
        line | {"name": "", "data": [
            {"value": one[3] - one[2],
             "itemStyle": {"color": colours.faded(colours.LESS if gain < 0 else colours.CURRENT, 0.35)}}
            for one, gain in zip(data, gained, strict=True)
        ]},
    ]  # fmt: skip
    if mark is not None:
        bars[1]["markLine"] = {
            "symbol": "none", "silent": True, "label": {"show": False},
            "lineStyle": {"color": colours.TEXT, "width": 1.5, "type": "solid"},
            "data": [{"xAxis": mark}],
        }  # fmt: skip
    dots = [
        {"name": text(f"scorecard.{who}", lang), "type": "scatter", "clip": False, "symbolSize": 11 - 2 * place,
         "z": 4 + place, "data": [_rounded(one[place]) for one in data],
         "itemStyle": {"color": colours.SURFACE if place == 0 else colours.CURRENT,
                       "borderColor": colours.BASELINE if place == 0 else colours.CURRENT,
                       "borderWidth": 2}}
        for place, who in enumerate(("baseline", "plan"))
    ]  # fmt: skip
    return {
        "animation": False,
        "textStyle": {"fontSize": size},
        "grid": {"left": 8, "right": 20, "top": 56, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "data": [one["name"] for one in dots],
                   "textStyle": {"color": colours.TEXT, "fontSize": size}},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
        "xAxis": {"type": "value", "min": span[0], "max": span[1], "position": "top", "name": axis,
                  "nameLocation": "middle", "nameGap": 20,
                  "nameTextStyle": {"color": colours.MUTED, "fontSize": size},
                  "axisLabel": {"color": colours.MUTED, "fontSize": size},
                  "splitLine": {"lineStyle": {"color": colours.GRID}}},
        "yAxis": {"type": "category", "inverse": True, "axisTick": {"show": False},
                  "data": [label(row, lang) for row in found],
                  "axisLabel": {"color": colours.TEXT, "fontSize": size, "interval": 0,
                                "width": 230 if not large else 280, "overflow": "truncate"}},
        "media": [{"query": {"maxWidth": 500}, "option": {"yAxis": {"axisLabel": {"width": 120}}}}],
        "series": [*bars, *dots],
    }  # fmt: skip


def _rounded(value: float) -> float:
    return round(value, 2) if value == value else value


def with_band(one: Standing, row: Row, lang: str) -> str:
    """Median and 90 % band in the target's unit; a dash where nothing is covered."""
    if not one.runs:
        return "–"
    middle, low, high = (scores.written(value, row.target, lang)
                         for value in (one.value.median, one.value.low, one.value.high))  # fmt: skip
    if one.value.low != one.value.low:
        return middle
    return f"{middle} [{low.partition(' ')[0]} – {high.partition(' ')[0]}]"


def table_html(found: list[Row], lang: str, grouped: bool) -> str:
    """Every target as a row that opens; a heading for each action if `grouped`."""
    heads = ("target", "goal", "plan", "chance_plan", "baseline", "chance_base", "published")
    body, part = "", None
    for row in found:
        if grouped and row.target.measure != part:
            part = row.target.measure
            body += f'<tr class="part"><th colspan="{len(heads)}">{escape(part_title(part, lang))}</th></tr>'
        body += _row(row, lang)
    top = "".join(f"<th>{escape(text(f'scorecard.{one}', lang))}</th>" for one in heads)
    return f'<div class="lianghua-score" tabindex="0" role="region" aria-label="{escape(text("scorecard.title", lang))}"><table><tr>{top}</tr>{body}</table></div>'


def _row(row: Row, lang: str) -> str:
    target = row.target
    unit = target.unit_zh if lang == "zh" else target.unit
    star = " *" if scores.weak(target, lang) else ""
    inside = "".join(
        f"<p><b>{escape(head)}</b> {escape(said)}</p>" for head, said in explained(row, lang)
    )
    first = (
        f'<details data-code="{target.code}"><summary>{target.code} {escape(getattr(target, lang))}{star}'
        f"<br><small>{escape(unit)} · {escape(target.year)}</small></summary>{inside}</details>"
    )
    cells = [
        escape(scores.goal(target, lang)), escape(with_band(row.plan, row, lang)),
        chance_html(row.plan, colours.CURRENT), escape(with_band(row.base, row, lang)),
        chance_html(row.base, colours.BASELINE), escape(published(row, lang)),
    ]  # fmt: skip
    return f"<tr><td>{first}</td>{''.join(f'<td>{one}</td>' for one in cells)}</tr>"


def chance_html(one: Standing, colour: str) -> str:
    """A chance as a bar and a figure."""
    if not one.runs:
        return "–"
    share = 100 * one.chance
    return (
        f'<span class="chance"><span style="width:{share:.0f}%;background:{colour}"></span></span>'
        f"{share:.0f}%"
    )


def published(row: Row, lang: str) -> str:
    """The latest published outcome up to 2015, with its year."""
    last = row.target.last_published
    return f"{last.year}: {scores.written(last.value, row.target, lang)}" if last else ""


def explained(row: Row, lang: str) -> list[tuple[str, str]]:
    """What a target asks, how the run is read, how sure the chance is, and what is weak."""
    target = row.target
    outputs = "; ".join(output_name(one, target.table, lang) for one in target.outputs)
    table = text(f"scorecard.table_{target.table}", lang)
    rows = [
        ("asks", f"{target.clause}: {getattr(target, lang)} {scores.goal(target, lang)} ({target.year})"),
        ("read", text("scorecard.reading", lang, table=table, outputs=outputs,
                      within=text(f"scorecard.within_{target.within_year}", lang),
                      over=text(f"scorecard.over_{target.over_years}", lang),
                      years="–".join(str(one) for one in dict.fromkeys(target.years)))),
    ]  # fmt: skip
    if target.prices:
        rows.append(("prices", SCORE_WORDS[lang][target.prices]))
    if row.plan.runs:
        rows.append(("sure", text(
            "scorecard.wilson", lang, plan=f"{100 * row.plan.chance:.0f}",
            least=f"{100 * row.plan.least:.0f}", most=f"{100 * row.plan.most:.0f}",
            base=f"{100 * row.base.chance:.0f}", runs=row.plan.runs,
        )))  # fmt: skip
    else:
        rows.append(("sure", SCORE_WORDS[lang]["not_scored"]))
    last = target.last_published
    if last is not None:
        said = " · ".join(one for one in (last.source, last.confidence, last.note) if one)
        rows.append(("published", f"{published(row, lang)} ({said})"))
    rows.append(("weak", scores.weak(target, lang)))
    return [(text(f"scorecard.{key}", lang) + ":", said) for key, said in rows if said]


def output_name(output: str, table: str, lang: str) -> str:
    """What a target is read from, in words: an output, an index, or instruments of a kind."""
    if table == "indices":
        index, _, column = output.partition(".")
        name = INDEX_ZH[index] if lang == "zh" else text(f"indices.{index}", lang)
        return f"{name} ({text(f'indices.{column}', lang)})"
    if table == "programme":
        kind, _, name = output.partition(":")
        labels = {one.model_fields["kind"].default: one.label for one in INSTRUMENTS}
        return f"{labels[kind][0 if lang == 'zh' else 1]} ({name})"
    return str(getattr(BY_NAME[output], lang))


def frame(found: list[Row], lang: str) -> pd.DataFrame:
    """The scorecard as a table of figures, in the targets' own units."""
    names = ("target", "indicator", "unit", "year", "goal", "plan", "low", "high", "chance_plan",
             "least", "most", "baseline", "chance_base", "runs", "published_year",
             "published", "weak")  # fmt: skip
    rows = []
    for row in found:
        target, last = row.target, row.target.last_published
        rows.append([
            target.code, getattr(target, lang), target.unit_zh if lang == "zh" else target.unit,
            target.year, scores.goal(target, lang), row.plan.value.median, row.plan.value.low,
            row.plan.value.high, row.plan.chance, row.plan.least, row.plan.most,
            row.base.value.median, row.base.chance, row.plan.runs,
            str(last.year) if last else "", last.value if last else float("nan"),
            scores.weak(target, lang),
        ])  # fmt: skip
    return pd.DataFrame(rows, columns=[text(f"scorecard.{one}", lang) for one in names])


def sentences(snapshot: Snapshot) -> list[str]:
    """How many targets are met, how many more than in the baseline, and which."""
    lang = snapshot.choice.lang
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    plan, base = scores.number_met(snapshot.current), scores.number_met(snapshot.baseline)
    more, found = scores.more_met(snapshot), scores.rows(snapshot)
    said = [text("scorecard.number", lang, plan=_counted(plan, lang), base=_counted(base, lang),
                 count=len(found), more=plain(more.median, signed=True),
                 interval=_ends(more, lang, "interval", signed=True))]  # fmt: skip
    pairs = len(set(snapshot.current.replicates) & set(snapshot.baseline.replicates))
    if pairs < FEWEST_PAIRS:
        said.append(text("scorecard.too_few", lang, pairs=pairs, least=FEWEST_PAIRS))
        return said
    for key, targets in (("gained", scores.gained(found)), ("lost", scores.lost(found))):
        if targets:
            names = ("、" if lang == "zh" else ", ").join(
                f"{one.code} {getattr(one, lang)}" for one in targets
            )
            said.append(text(f"scorecard.{key}", lang, count=len(targets), names=names))
        elif key == "gained":
            said.append(text("scorecard.gained_none", lang))
    return said


def _counted(one: scores.Spread, lang: str) -> str:
    return f"{one.median:.1f}{_ends(one, lang, 'band')}"


def _ends(one: scores.Spread, lang: str, key: str, signed: bool = False) -> str:
    """The ends of a band or interval in brackets; nothing if there are none."""
    if one.low != one.low:
        return ""
    sign = "+" if signed else ""
    low, high = (f"{end:{sign}.1f}".replace("-", "−") for end in (one.low, one.high))
    return text(f"scorecard.{key}", lang, low=low, high=high)


@solara.component
def Panel(view: View) -> None:
    """The scorecard, once there is a run to score."""
    if view.snapshot.ready:
        Scorecard(view)
    else:
        solara.Text(view.say("scorecard.waiting"))


@solara.component
def Scorecard(view: View) -> None:
    """Headline, chart and table; which targets and in which order is chosen here."""
    part, set_part = solara.use_state("all")
    sort, set_sort = solara.use_state("document")
    shows, set_shows = solara.use_state("chance")
    snapshot, say, lang = view.snapshot, view.say, view.lang
    shown = [snapshot.baseline, snapshot.current, lang, part, sort]
    found = solara.use_memo(lambda: scores.rows(snapshot, part, sort), shown)
    draw = chances_option if shows == "chance" else distances_option
    option = solara.use_memo(
        lambda: packed(draw(found, lang, view.large)), [found, shows, view.large]
    )
    table = solara.use_memo(lambda: table_html(found, lang, sort == "document"), [found])
    said = solara.use_memo(lambda: sentences(snapshot), shown[:3])
    solara.Style(STYLE)
    with ChartCard(
        say("scorecard.title"),
        view,
        frame=lambda: frame(found, lang),
        note=said[0],
        name="scorecard",
    ):
        for one in said[1:]:
            solara.HTML(tag="p", unsafe_innerHTML=escape(one), style="margin:.25rem 0",
                        attributes={"data-testid": "score-said"})  # fmt: skip
        with solara.Row(gap="16px", style={"flex-wrap": "wrap", "align-items": "center"}):
            options = [(one, part_title(one, lang)) for one in ("all", "headline", *scores.parts())]
            Pick(say("scorecard.part"), part, options, set_part, "score-part")
            Choose([(one, say(f"scorecard.sort_{one}")) for one in scores.SORTS], sort, set_sort,
                   say("scorecard.sorted"), "score-sort")  # fmt: skip
            Choose([(one, say(f"scorecard.show_{one}")) for one in ("chance", "distance")], shows,
                   set_shows, say("scorecard.shown"), "score-show")  # fmt: skip
        solara.HTML(tag="p", unsafe_innerHTML=escape(say(f"scorecard.how_{shows}")),
                    style=f"color:{colours.MUTED};margin:.25rem 0")  # fmt: skip
        Chart(option, " ".join(said), "scorecard", height=f"{80 + ROW * len(found)}px")
    with ChartCard(say("scorecard.rows"), view, note=say("scorecard.rows_note")):
        solara.HTML(tag="div", unsafe_innerHTML=table, attributes={"data-testid": "score-table"})
        for key in ("weak", "prices_note"):
            solara.HTML(tag="p", unsafe_innerHTML=escape(SCORE_WORDS[lang][key]),
                        style=f"color:{colours.MUTED};margin:.25rem 0")  # fmt: skip
