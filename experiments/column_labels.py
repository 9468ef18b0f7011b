"""Labels in Chinese and English, with units, of every column of a batch's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from experiments.outcomes import declared
from experiments.reading import DESIGN_KEYS, RUN_KEYS, Batch
from sim.outputs import BY_NAME
from sim.words import UNITS, worded


@dataclass(frozen=True)
class Label:
    """What a column is: `kind` is key, lever, uncertainty, outcome, output, or nothing known."""

    zh: str
    en: str
    unit: str = ""
    unit_zh: str = ""
    kind: str = "key"

    def name_in(self, lang: str) -> str:
        """The label in a language."""
        return self.zh if lang == "zh" else self.en

    def unit_in(self, lang: str) -> str:
        """The unit in a language."""
        return self.unit_zh if lang == "zh" else self.unit

    def header(self, lang: str) -> str:
        """Label and unit, as a column header."""
        unit = self.unit_in(lang)
        return f"{self.name_in(lang)}({unit})" if unit else self.name_in(lang)


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
STATUS_ZH = {"done": "完成", "failed": "失败"}


def labels(batch: Batch) -> dict[str, Label]:
    """Labels of a batch's factors and outcomes by name, as its study gave them to the manifest."""
    found = {}
    for kind in ("factor", "outcome"):
        for one in batch.manifest.get(f"{kind}s") or ():
            if not isinstance(one, Mapping):
                continue
            key = str(one.get("key") or one.get("name"))
            unit = str(one.get("unit") or "")
            unit = "" if unit == "1" else unit
            said = str(one.get("unit_zh") or UNITS.get(unit, unit)) if unit else ""
            words = (one.get("zh") or key, one.get("en") or key)
            found[key] = Label(*words, unit, said, one.get("kind", kind))
    return found


def label(column: str, known: Mapping[str, Label]) -> Label:
    """Label of a column, `known` being those of the batch; of a column of the user's own its name."""
    if column in KEYS or column in known:
        return KEYS.get(column) or known[column]
    if column in BY_NAME:
        one = BY_NAME[column]
        return Label(one.zh, one.en, one.unit, UNITS[one.unit], "output")
    if (found := declared(column)) is not None:
        return Label(found.zh, found.en, found.unit, found.unit_zh, "outcome")
    return Label(column, column, kind="")


def headers(columns: Sequence[str], lang: str, known: Mapping[str, Label]) -> list[str]:
    """Column headers as files have them: the codes in English, labels with units in Chinese.

    A label that would stand over two columns has the code behind it.
    """
    if lang != "zh":
        return list(columns)
    texts = [label(column, known).header("zh") for column in columns]
    return [
        f"{text} {column}" if texts.count(text) > 1 else text
        for text, column in zip(texts, columns, strict=True)
    ]


def labelled(frame: pd.DataFrame, lang: str, known: Mapping[str, Label]) -> pd.DataFrame:
    """A frame for readers: headers, and for Chinese the names of cities and of states of runs."""
    if lang != "zh":
        return frame
    shown = frame.copy()
    if "status" in shown:
        shown["status"] = shown["status"].replace(STATUS_ZH)
    if "city" in shown:
        shown["city"] = worded(frame[["city"]], {}, "zh").iloc[:, 0]
    shown.columns = pd.Index(headers(list(frame.columns), lang, known))
    return shown


def definitions(batch: Batch) -> pd.DataFrame:
    """A row a column of the tables `design` and `runs`: column, kind, zh, en, unit_zh, unit_en."""
    known = labels(batch)
    names = dict.fromkeys([*DESIGN_KEYS, *batch.factors, *RUN_KEYS, *batch.outcomes])
    rows = []
    for name in names:
        one = label(name, known)
        rows.append((name, one.kind, one.zh, one.en, one.unit_zh, one.unit))
    return pd.DataFrame(rows, columns=["column", "kind", "zh", "en", "unit_zh", "unit_en"])
