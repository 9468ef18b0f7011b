"""Labels in Chinese and English, with units, of every column of a batch's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.reading import DESIGN_KEYS, RUN_KEYS, Batch
from sim.outputs import BY_NAME
from sim.words import UNITS, worded


@dataclass(frozen=True)
class Label:
    """What a column is: `kind` is key, factor, outcome or output; `unit` as `sim.words` knows it."""

    zh: str
    en: str
    unit: str = ""
    kind: str = "key"

    def text(self, lang: str) -> str:
        """Label and unit, as a column header."""
        unit = self.unit_in(lang)
        name = self.zh if lang == "zh" else self.en
        return f"{name}({unit})" if unit else name

    def unit_in(self, lang: str) -> str:
        """The unit in a language."""
        return _UNITS_ZH.get(self.unit, self.unit) if lang == "zh" else self.unit


KEYS = {
    "run": Label("运行", "run: hash of the scenario, and replicate"),
    "point": Label("设计点", "point of the design"),
    "scenario": Label("情景", "scenario"),
    "replicate": Label("重复", "replicate"),
    "seed": Label("种子", "seed"),
    "status": Label("状态", "done or failed"),
    "reason": Label("失败原因", "reason of a failure"),
    "attempts": Label("尝试次数", "attempts"),
    "seconds": Label("用时(秒)", "seconds that it took"),
    "month": Label("月份", "month"),
    "city": Label("城市", "city"),
    "target": Label("目标", "target of the document"),
    "value": Label("数值", "value"),
    "relative": Label("相对目标", "value relative to the target"),
    "met": Label("达成概率", "chance that the target is met"),
    "column": Label("列", "column"),
    "kind": Label("类别", "kind"),
    "unit_zh": Label("单位(中)", "unit in Chinese"),
    "unit_en": Label("单位(英)", "unit in English"),
    "zh": Label("中文", "Chinese"),
    "en": Label("英文", "English"),
    "outcome": Label("结果指标", "outcome"),
    "label": Label("名称", "label"),
    "unit": Label("单位", "unit"),
    "runs": Label("计入次数", "runs counted"),
    "failed": Label("失败次数", "runs failed"),
    "mean": Label("均值", "mean"),
    "sd": Label("标准差", "standard deviation"),
    "low": Label("均值95%区间下限", "95 % interval of the mean, low"),
    "high": Label("均值95%区间上限", "95 % interval of the mean, high"),
    "q05": Label("5%分位", "5 % quantile"),
    "q50": Label("中位数", "median"),
    "q95": Label("95%分位", "95 % quantile"),
}
OUTCOMES = {
    "targets_met": Label("文件目标达成数期望", "expected number of targets met", "number", "outcome"),
    "public_money": Label("财政支出", "public money paid", "10k CNY", "outcome"),
    "city_gap": Label("城市差距", "gap between cities", "", "outcome"),
}
"""Outcomes that are not those of one output."""
_UNITS_ZH = UNITS | {"number": "个", "10k CNY": "万元"}
STATUS_ZH = {"done": "完成", "failed": "失败"}


def label(column: str, factors: Mapping[str, Label]) -> Label:
    """Label of a column of a batch's table, or of an answer to a query; of any other its name."""
    if column in KEYS:
        return KEYS[column]
    if column in factors:
        return factors[column]
    if column in OUTCOMES:
        return OUTCOMES[column]
    return _outcome(column) or Label(column, column)


def headers(columns: Sequence[str], lang: str, factors: Mapping[str, Label]) -> list[str]:
    """Column headers as files have them: the codes in English, labels with units in Chinese.

    A label that would stand over two columns has the code behind it.
    """
    if lang != "zh":
        return list(columns)
    texts = [label(column, factors).text("zh") for column in columns]
    return [
        f"{text} {column}" if texts.count(text) > 1 else text
        for text, column in zip(texts, columns, strict=True)
    ]


def labelled(frame: pd.DataFrame, lang: str, factors: Mapping[str, Label]) -> pd.DataFrame:
    """A frame for readers: headers, and for Chinese the names of cities and of states of runs."""
    if lang != "zh":
        return frame
    shown = frame.copy()
    if "status" in shown:
        shown["status"] = shown["status"].replace(STATUS_ZH)
    if "city" in shown:
        shown["city"] = worded(frame[["city"]], {}, "zh").iloc[:, 0]
    shown.columns = pd.Index(headers(list(frame.columns), lang, factors))
    return shown


def definitions(batch: Batch) -> pd.DataFrame:
    """A row a column of the tables `design` and `runs`: column, kind, zh, en, unit_zh, unit_en."""
    factors = factor_labels(batch)
    names = [*DESIGN_KEYS, *batch.factors, *RUN_KEYS, *batch.outcomes]
    rows = []
    for name in dict.fromkeys(names):
        one = label(name, factors)
        kind = "outcome" if name in batch.outcomes else one.kind
        rows.append((name, kind, one.zh, one.en, one.unit_in("zh"), one.unit_in("en")))
    return pd.DataFrame(rows, columns=["column", "kind", "zh", "en", "unit_zh", "unit_en"])


def _outcome(name: str) -> Label | None:
    """An output in its last month, `output@month`, or over the months `output.mean`, `output.sum`."""
    output, at, month = name.partition("@")
    code, dot, how = output.partition(".")
    if code not in BY_NAME or (dot and (at or how not in ("mean", "sum"))):
        return None
    one = BY_NAME[code]
    if at:
        return Label(f"{one.zh}:{month}", f"{one.en} in {month}", one.unit, "outcome")
    if how == "mean":
        return Label(f"{one.zh}:各月均值", f"{one.en}, mean of the months", one.unit, "outcome")
    if how == "sum":
        unit = one.unit.removesuffix("/month")
        return Label(f"{one.zh}:各月合计", f"{one.en}, sum of the months", unit, "outcome")
    return Label(one.zh, one.en, one.unit, "output")


def factor_labels(batch: Batch) -> dict[str, Label]:
    """Labels of the factors by dotted key: as the manifest has them from the study, else the model's."""
    given = batch.manifest.get("factors")
    said = {str(one["key"]): one for one in given or () if isinstance(one, dict) and "key" in one}
    return {key: _factor(key, said.get(key, {})) for key in batch.factors}


def _factor(key: str, said: Mapping[str, Any]) -> Label:
    """What the study says of a factor; of a parameter otherwise what its declaration says."""
    from calibration.priors import declared

    try:
        words: Mapping[str, Any] = declared(key)[2]
    except (AttributeError, KeyError, TypeError, ValueError):
        # A key of an instrument, or no number.
        words = {}
    found = {name: said.get(name) or words.get(name) for name in ("zh", "en", "unit")}
    kind = str(said.get("kind") or "factor")
    return Label(found["zh"] or key, found["en"] or key, found["unit"] or "", kind)
