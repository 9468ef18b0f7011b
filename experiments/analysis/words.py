"""Words of the analyses in Chinese and English: labels of outcomes and factors, headers, texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import pandas as pd

from experiments.factor_words import UNITS_ZH
from experiments.outcomes import declared
from sim.core.errors import InputError
from sim.words import KEYS as COMMON


class Labelled(Protocol):
    """Anything with a label in both languages and a unit: a factor or an outcome of a study."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class Word:
    """A label in both languages, and the unit of what it names."""

    zh: str
    en: str
    unit: str = ""


Words = Mapping[str, Labelled]
"""Labels by the name of an outcome or the key of a factor; what is missing is looked up."""

SCENARIO = Word("情景", "scenario")
SILENT = ("", "1", "0-1", "index", "number", "elasticity")
"""Units that a sentence leaves out, as it does those of shares and ratios."""

KEYS = {
    "outcome": "结果", "factor": "因素", "outcome_label": "结果名称", "factor_label": "因素名称",
    "blocks": "计入组数", "blocks_out": "剔除组数", "replicates": "重复次数",
    "replicates_out": "剔除重复", "note": "说明",
    "importance": "重要度", "importance_chance": "重要度偶然水平", "permutation": "置换重要度",
    "permutation_sd": "置换重要度标准差", "permutation_chance": "置换偶然水平", "real": "超出偶然",
    "futures": "未来数", "failures": "失败数", "coverage": "覆盖率", "density": "密度",
    "mass": "占未来比重", "base": "总失败率", "phi": "相关系数phi", "box": "箱", "step": "步",
    "restricted": "限制因素数", "chosen": "选定", "p": "准p值", "values": "取值",
    "reproduced": "重现比例", "low_q05": "下限5%分位", "low_q95": "下限95%分位",
    "high_q05": "上限5%分位", "high_q95": "上限95%分位", "density_new": "样本外密度",
    "coverage_new": "样本外覆盖率", "chance_p": "偶然概率", "range_low": "取值范围下限",
    "range_high": "取值范围上限", "rule": "规则", "fails": "多数失败", "text": "文字",
    "failed": "失败次数", "runs": "运行数", "mean_low": "均值95%下限", "mean_high": "均值95%上限",
    "against": "对照", "pairs": "对数", "left_out": "剔除对数", "unit": "单位", "per": "配对单位",
    "relative": "相对差异", "low": "下限", "high": "上限",
}  # fmt: skip
"""Chinese headers of the tables of analyses; others are those of `sim.words`."""

TEXT = {
    "en": {
        "morris": "Effects on {outcome} (Morris)",
        "morris_how": "Mean absolute effect of crossing a factor's range; line: 95 % interval; "
        "grey tick: what chance alone would show",
        "sobol": "Shares of variance of {outcome} (Sobol)",
        "sobol_how": "Dark: the factor alone; light: with all interactions; lines: 95 % intervals; "
        "grey tick: what chance alone would show",
        "first": "alone (first order)", "total": "with interactions (total)",
        "scores": "What matters for which outcome (extra trees, shuffled factors)",
        "scores_how": "Share of the importance of all factors, per cent; empty: no more than chance",
        "r2": "R² on futures left out",
        "trajectory": "Peeling: coverage against density", "coverage": "coverage: share of all failures",
        "density": "density: share of futures that fail", "restricted": "factors restricted",
        "chosen": "chosen box", "box": "Box {n}",
        "limits_how": "Colour: where it fails; grey: range of the design; black: 90 % of limits in "
        "resamples; right: quasi-p-value and share of resamples with limits on the factor",
        "failures": "fails", "successes": "does not fail",
        "band": "{share} % of runs", "median": "median",
        "contrasts": "Difference to {against}", "point": "point {n}", "contrast_how": "Mean of paired runs and 95 % interval",
        "fails": "{condition}: this happens in {base} of {n} futures.",
        "nothing": "No part of the futures stands out beyond chance.",
        "rule_balance": "Chosen by the highest correlation (phi) between lying in the box and failing.",
        "rule_density": "Chosen by the highest coverage of all boxes in which {density} or more fail.",
        "box_text": "It happens in {density} of the futures in which {limits}; those are {coverage} of "
        "all failures, in {mass} of all futures.",
        "new": "On futures left out: {density} and {coverage}.",
        "also": "Of what is left: ", "and": " and ", "or": " or ",
        "below": "{name} is below {high}", "above": "{name} is above {low}",
        "between": "{name} is between {low} and {high}", "one_of": "{name} is {values}",
        "as_is": "as in the scenario", "yes": "yes", "no": "no",
        "left_out_futures": "Left out, for want of an outcome: {n}.", "space": " ",
    },
    "zh": {
        "morris": "对{outcome}的影响(Morris)",
        "morris_how": "因素走完其区间时的平均绝对效应;横线为95%区间;灰色竖线为仅凭偶然会出现的效应",
        "sobol": "{outcome}的方差份额(Sobol)",
        "sobol_how": "深色为因素单独,浅色为含全部交互;横线为95%区间;灰色竖线为仅凭偶然会出现的指数",
        "first": "单独(一阶)", "total": "含交互(总效应)",
        "scores": "哪些因素影响哪些结果(极端随机树,打乱因素)",
        "scores_how": "占全部因素重要度的百分比;空白为不超出偶然",
        "r2": "样本外R²",
        "trajectory": "逐步剥离:覆盖率与密度", "coverage": "覆盖率:占全部失败的比重",
        "density": "密度:失败的未来所占比重", "restricted": "受限因素数",
        "chosen": "选定的箱", "box": "箱{n}",
        "limits_how": "彩色为失败之处;灰色为设计范围;黑色为重抽样中90%的界限;右侧为准p值与重抽样中限制该因素的比例",
        "failures": "失败", "successes": "未失败",
        "band": "{share}%的运行", "median": "中位数",
        "contrasts": "与{against}之差", "point": "点{n}", "contrast_how": "配对运行的均值与95%区间",
        "fails": "“{condition}”出现在{n}个未来的{base}中。",
        "nothing": "没有哪一部分未来明显超出偶然。",
        "rule_balance": "按落入箱内与失败的相关系数(phi)最大选定。",
        "rule_density": "在失败占{density}以上的箱中按覆盖率最大选定。",
        "box_text": "在{limits}的未来中有{density}出现上述失败;它们占全部失败的{coverage},占全部未来的{mass}。",
        "new": "在未用于寻找的未来中分别为{density}和{coverage}。",
        "also": "其余之中:", "and": "且", "or": "或",
        "below": "{name}低于{high}", "above": "{name}高于{low}",
        "between": "{name}在{low}至{high}之间", "one_of": "{name}为{values}",
        "as_is": "按情景原值", "yes": "是", "no": "否",
        "left_out_futures": "因缺少结果而剔除{n}个。", "space": "",
    },
}  # fmt: skip
"""Titles and sentences; both languages have the same keys."""


def word(code: str, words: Words) -> Labelled:
    """Label of an outcome or factor: as given, as declared, a parameter's, or the name itself."""
    if code in words:
        return words[code]
    if code == "scenario":
        return SCENARIO
    found = declared(code)
    if found is not None:
        return found
    return _parameter(code) or Word(code, code)


@cache
def _parameter(key: str) -> Word | None:
    """Label of a parameter of the model by its dotted key."""
    from calibration import priors

    known = priors.load(priors.TABLE).get(key)
    if isinstance(known, priors.Prior):
        return Word(known.zh, known.en, known.unit)
    if known is None:
        return None
    words = priors.declared(key)[2]
    return Word(words.get("zh", key), words.get("en", key), words.get("unit", ""))


def label(code: str, words: Words, lang: str) -> str:
    """Label in a language, without the unit."""
    return str(getattr(word(code, words), check_lang(lang))) or code


def with_unit(code: str, words: Words, lang: str) -> str:
    """Label and, in brackets, the unit."""
    unit = word(code, words).unit
    text = label(code, words, lang)
    if not unit:
        return text
    return f"{text}({UNITS_ZH.get(unit, unit)})" if lang == "zh" else f"{text} ({unit})"


def check_lang(lang: str) -> str:
    """Refuses another language than the two."""
    if lang not in TEXT:
        raise InputError("analysis", "--lang", lang, "zh, en")
    return lang


def number(value: float) -> str:
    """A number as people read it: three digits that count, whole numbers in full."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def amount(value: float, code: str, words: Words, lang: str) -> str:
    """A value of a factor or outcome with its unit, as in a sentence."""
    unit = word(code, words).unit
    if unit in SILENT or unit.startswith(("share", "ratio")):
        return number(value)
    if lang == "zh":
        return f"{number(value)}{UNITS_ZH.get(unit, unit)}"
    # 12 × 10k CNY, and not 12 10k CNY.
    return f"{number(value)} {'× ' if unit[0].isdigit() else ''}{unit}"


def per_cent(share: float, lang: str) -> str:
    """A share from 0 to 1 in whole per cent."""
    return f"{100 * share:.0f}%" if lang == "zh" else f"{100 * share:.0f} %"


def cell(value: Any, lang: str) -> str:
    """A value of a listed factor."""
    if value is None:
        return TEXT[lang]["as_is"]
    if isinstance(value, bool):
        return TEXT[lang]["yes" if value else "no"]
    if isinstance(value, int | float):
        return number(float(value))
    return str(value)


def worded(frame: pd.DataFrame, words: Words, lang: str) -> pd.DataFrame:
    """A table for readers: labels beside codes of outcomes and factors, Chinese headers for zh."""
    shown = frame.copy()
    check_lang(lang)
    for column in ("outcome", "output", "factor"):
        if column in shown:
            place = list(shown.columns).index(column) + 1
            texts = [with_unit(code, words, lang) for code in shown[column]]
            shown.insert(place, f"{column}_label", texts)
    if lang != "zh":
        return shown
    names = {"output_label": "指标名称", **COMMON, **KEYS}
    return shown.rename(columns={name: names.get(name, name) for name in shown.columns})
