"""The scorecard in words: one line a target, the same for terminal and page, Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.text import figure
from sim.scoring import weakness
from sim.words import drawn_parameters, intervals_over

if TYPE_CHECKING:
    from sim.indices.targets import Target
    from sim.scoring import Scorecard

MARK = "*"
"""Stands behind the indicator where the output is a weak proxy."""
SCORE_WORDS = {
    "en": {
        "title": "Scorecard of the 2014 programme's targets", "headline": "Headline targets",
        "others": "Targets of the actions and safeguards", "code": "target",
        "indicator": "indicator", "unit": "unit", "year": "year", "goal": "goal", "met": "met",
        "published": "published | model", "up": "up since 2013", "down": "down since 2013",
        "remarks": "remarks", "source": "published", "overall": "overall",
        "relative": "result over target (a direction: against 2013); on or right of the line: met",
        "share_met": "share of runs that meet it", "not_scored": "not covered", "points": "points",
        "weak": "* weak proxy: the model's output stands for the target only loosely (see remarks).",
        "prices_note": "Goals in money are in the prices of their year. The model's are in constant "
        "prices of 2013 and compared as they are, but what the model deflates by national consumer "
        "prices (online retail, software) is raised by them (remark: current prices).",
        "chance": "Intervals (5-95 %) and counts of met are over {over}: {n} paired "
        "replicates with parameters at one set of values. The true uncertainty is larger. A rank "
        "is also uncertain within a replicate, by the other provinces: its count is an expected one.",
        "chance_drawn": "Intervals (5-95 %) and counts of met are over {over}: "
        "{n} paired replicates, each with a draw from the posterior. A rank "
        "is also uncertain within a replicate, by the other provinces: its count is an expected one.",
        "constant": "constant prices of 2013", "consumer": "current prices",
        "how": "Each dot is the median over replicates and its line the 5-95 % interval. Money is "
        "compared as the table's remarks say. Beyond the axis an arrow shows the side.",
    },
    "zh": {
        "title": "2014年实施意见目标记分卡", "headline": "主要目标", "others": "专项行动与保障措施目标",
        "code": "目标", "indicator": "指标", "unit": "单位", "year": "年份", "goal": "目标值",
        "met": "达成", "published": "公布 | 模型", "up": "较2013年上升", "down": "较2013年下降",
        "remarks": "说明", "source": "公布值出处", "overall": "总体目标",
        "relative": "结果与目标之比(方向性目标与2013年相比);线上及线右为达成", "share_met": "达成的次数占比",
        "not_scored": "未覆盖", "points": "个百分点",
        "weak": "* 弱代理:模型输出只大致代表该目标(见说明)。",
        "prices_note": "金额目标按当年价格。模型为2013年不变价,直接比较;模型按全国居民消费价格折算的网络零售和软件收入折回现价(说明:现价)。",
        "chance": "区间（5-95%）与达成次数反映{over}：{n}次配对重复，参数取同一组值；真实的不确定性更大。位次在每次重复中还取决于不确定的其他省份，其达成次数为期望值。",
        "chance_drawn": "区间（5-95%）与达成次数反映{over}：{n}次配对重复，每次从后验分布中抽取一组参数。位次在每次重复中还取决于不确定的其他省份，其达成次数为期望值。",
        "constant": "2013年不变价", "consumer": "现价",
        "how": "点为重复的中位数,线为5-95%区间。金额的价格口径见表中说明。超出坐标轴的用箭头表示。",
    },
}  # fmt: skip


def notes(scorecard: Scorecard, lang: str) -> list[str]:
    """The notes under a scorecard."""
    keys = ("weak", "prices_note", "chance_drawn" if scorecard.manifest.get("draws") else "chance")
    over = intervals_over(drawn_parameters(scorecard.manifest), lang)
    return [SCORE_WORDS[lang][key].format(over=over, n=scorecard.replicates) for key in keys]


@dataclass(frozen=True)
class Line:
    """A target in words; `results` give by scenario the figure with its interval, and x/n met."""

    target: Target
    indicator: str
    unit: str
    goal: str
    results: dict[str, tuple[str, str]]
    published: str
    remarks: str
    source: str


def lines(scorecard: Scorecard, lang: str) -> list[Line]:
    """Every target, those of the headline first."""
    rows = scorecard.summary().set_index(["target", "scenario"])
    return [_line(target, rows.loc[target.code], scorecard, lang) for target in scorecard.targets]


def _line(target: Target, rows: pd.DataFrame, scorecard: Scorecard, lang: str) -> Line:
    words, zh = SCORE_WORDS[lang], lang == "zh"
    unit, weak = target.unit_zh if zh else target.unit, weakness(target, lang)
    results = {}
    for name in scorecard.names:
        row = rows.loc[name]
        middle, *ends = (_figure(row[key], target, lang) for key in ("median", "q05", "q95"))
        # The unit of the middle serves the ends too.
        text = f"{middle} [{' … '.join(end.partition(' ')[0] for end in ends)}]"
        covered = row["runs"] > 0
        results[name] = (
            text if covered else words["not_scored"],
            f"{_count(row['met'])}/{row['runs']:.0f}" if covered else "-",
        )
    last = target.last_published
    published = source = ""
    if last is not None:
        model = " / ".join(
            _figure(rows.loc[name]["model"], target, lang) for name in scorecard.names
        )
        published = f"{last.year}: {_figure(last.value, target, lang)} | {model}"
        source = " · ".join(text for text in (last.source, last.note) if text)
    remarks = [weak, words.get(target.prices, "")]
    if target.value is None:
        goal = words[target.operator]
    else:
        goal = ("≥ " if target.operator == ">=" else "≤ ") + _goal(target.value, target, lang)
    return Line(
        target, getattr(target, lang) + (MARK if weak else ""), unit, goal, results, published,
        ("; " if not zh else ";").join(text for text in remarks if text), source,
    )  # fmt: skip


def _count(met: float) -> str:
    """Runs that meet a target: whole, or an expected number with two decimals."""
    return f"{met:.2f}".rstrip("0").rstrip(".")


def _goal(value: float, target: Target, lang: str) -> str:
    """The target's own number, as round as the document has it."""
    return _figure(value, target, lang).replace(".00 %", " %")


def _figure(value: float, target: Target, lang: str) -> str:
    """A number in the target's unit: shares and growth in per cent, their changes in points."""
    unit = "share" if target.over_years == "growth" else target.unit
    if target.value is not None:
        return figure(float(value), unit)
    shown = figure(float(value), unit).replace("%", SCORE_WORDS[lang]["points"])
    return f"+{shown}" if value > 0 else shown
