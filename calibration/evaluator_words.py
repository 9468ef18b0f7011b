"""Words of the evaluators' trial in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.terms import Terms, word

METHODS: Terms = {
    "two_way": ("双向固定效应", "two-way fixed effects"),
    "did": ("双重差分(插补)", "difference-in-differences"),
    "did_calls": ("双重差分,同批次获批与落选", "the same, winners against losers of a call"),
    "matching": ("最近邻匹配", "matching"),
    "discontinuity": ("入围线断点回归", "discontinuity at the cut-off"),
}
OUTCOMES: Terms = {
    "adopted": ("受补助技术应用(个/百家)", "supported technologies in use, per 100 firms"),
    "employees": ("用工人数(%,对数)", "employees, per cent (logs)"),
    "output_per_employee": ("人均产值(%,对数)", "output per employee, per cent (logs)"),
}
"""All are shown times 100."""
GROUPS: Terms = {
    "awarded_at_once": ("获批企业,裁定当年末", "firms with an award, at the end of its year"),
    "awarded": ("获批企业,末年", "firms with an award, last year"),
    "refused_at_once": ("落选企业,裁定当年末", "refused applicants, at the end of that year"),
    "refused": ("落选企业,末年", "refused applicants, last year"),
    "never_applied": (
        "符合条件但从未申请的企业,末年",
        "eligible firms that never applied, last year",
    ),
}
VERDICTS: Terms = {
    "too_high": ("偏高", "too high"),
    "too_low": ("偏低", "too low"),
    "no_bias": ("未见偏差", "no bias beyond chance"),
    "none": ("无法判断", "cannot be said"),
}
HEADERS: Terms = {
    "method": ("方法", "method"), "outcome": ("结果变量", "outcome"),
    "replicates": ("重复数", "replicates"), "replicate": ("重复", "replicate"),
    "n": ("样本", "n"), "treated": ("获批企业", "treated"), "truth": ("真值", "truth"),
    "estimate": ("估计", "estimate"), "bias": ("偏差", "bias"),
    "bias_low": ("偏差95%下限", "bias_low"), "bias_high": ("偏差95%上限", "bias_high"),
    "rmse": ("均方根误差", "rmse"), "spread": ("误差的标准差", "spread"),
    "error": ("平均标准误", "error"), "cover_90": ("90%覆盖率", "cover_90"),
    "cover_95": ("95%覆盖率", "cover_95"), "cover_low": ("覆盖率95%下限", "cover_low"),
    "cover_high": ("覆盖率95%上限", "cover_high"), "claims": ("断言率", "claims"),
    "selection": ("选择偏差", "selection"), "interference": ("干扰", "interference"),
    "verdict": ("判断", "verdict"), "group": ("企业组", "group"), "firms": ("企业数", "firms"),
    "effect": ("真实效应", "effect"), "low": ("95%区间下限", "low"), "high": ("95%区间上限", "high"),
    "low_90": ("90%区间下限", "low_90"), "high_90": ("90%区间上限", "high_90"),
    "low_95": ("95%区间下限", "low_95"), "high_95": ("95%区间上限", "high_95"),
    "reason": ("无估计的原因", "reason"),
}  # fmt: skip
"""Column headers of tables; in English the code itself."""

WHY: Terms = {
    "two_way": ("申请企业手中已有划算的项目,没有补助也会比别人更早采用",
                "who applies has a project that pays and adopts sooner than others without a grant"),
    "did": ("申请企业手中已有划算的项目,没有补助也会比别人更早采用",
            "who applies has a project that pays and adopts sooner than others without a grant"),
    "did_calls": ("评审选中每元节约最多的项目,这些项目没有补助也会先做",
                       "the jury picks what saves most a yuan, which firms order first anyhow"),
    "matching": ("账面可见规模和设备,看不见企业知道什么、相信什么、手中有没有项目",
                 "books show size and machines, not what a firm knows and believes, nor whether it has "
                 "a project in hand"),
    "discontinuity": ("局部直线没有完全拟合结果随得分的变化",
                      "the local line misses how outcomes change with the score"),
}  # fmt: skip
"""Why a method finds users of the technology where nobody has a grant."""
DRIFT: Terms = {
    "more": ("获批企业本来就比对照企业增长更快", "winners would have gained on the firms compared with anyhow"),
    "less": ("获批企业本来就比对照企业增长更慢",
             "winners would have fallen behind the firms compared with anyhow"),
}  # fmt: skip
"""The same for other outcomes, and where it finds less than nothing."""

TEXT = {
    "en": {
        "title": "Evaluators on trial: {instrument}",
        "figure": "Estimates against the truth",
        "mean": "mean estimate, with 95 % interval of its mean standard error",
        "each": "estimate in one replicate", "true": "mean truth",
        "covers": "95 % interval holds the truth: {share:.0%}",
        "method": "{method}, {outcome}: finds {estimate} where the truth is {truth}: {verdict} "
        "(bias {bias}, {low} … {high}).",
        "parts": " On outcomes without the instrument it would find {selection}{why}; effects on the "
        "firms compared with add {interference}.",
        "cover": " Its nominal 95 % interval holds the truth in {cover:.0%} of {n} replicates",
        "far": ", since the bias is {ratio:.1f} mean standard errors",
        "narrow": ", since errors spread {ratio:.1f} times as wide as the standard error says",
        "claims": "; it claims an effect in {claims:.0%}.",
        "absent": "{method}: no estimate ({reason}).",
        "groups": "True effects of the instrument, {outcome}: ",
        "waiting": "Applicants wait: at the end of the year of the decision fewer {who} use the "
        "technology than without the instrument.",
        "who_awarded": "firms with an award", "who_refused": "refused firms",
        "held_back": "Refused firms are still behind in the last year, so a comparison with them "
        "finds too much.",
        "drawn_in": "Refused firms gain as well in the end, so a comparison with them finds too little.",
        "no_spill": "Firms that never applied are not touched beyond chance, so spill-overs to "
        "controls explain no bias here.",
        "spill": "Firms that never applied are touched too: prices and waits of providers, wages, "
        "neighbours and customers carry the instrument to them, and every comparison with them is "
        "off by the effect given for them.",
        "read": "Each replicate is a province of its own with its twin without the instrument. The "
        "truth is the mean true effect: over firm-years with an award for the first three, in the "
        "last year for matching, in the last year at the cut-off for the discontinuity. Effects are "
        "total effects of there being the instrument, other firms' awards included.",
        "uncertainty": "Bias with a 95 % t-interval over {n} replicates; coverage with a Wilson "
        "interval in the table. Parameters are held at the scenario's values.",
        "table": "By method and outcome", "reactions": "Mean true effect by group of firms",
    },
    "zh": {
        "title": "检验评估方法:{instrument}",
        "figure": "估计与真值",
        "mean": "平均估计及按平均标准误的95%区间", "each": "单次重复的估计", "true": "平均真值",
        "covers": "95%区间含真值:{share:.0%}",
        "method": "{method},{outcome}:估计{estimate},真值{truth},{verdict}(偏差{bias},{low} … {high})。",
        "parts": "在没有该工具的结果上它也会得到{selection}{why};另有{interference}来自该工具对对照企业的影响和方法对各效应的加权。",
        "cover": "名义95%区间在{n}次重复中有{cover:.0%}含真值",
        "far": ",因为偏差是平均标准误的{ratio:.1f}倍",
        "narrow": ",因为误差的离散程度是标准误的{ratio:.1f}倍",
        "claims": ";有{claims:.0%}断言存在效应。",
        "absent": "{method}:没有估计({reason})。",
        "groups": "该工具的真实效应,{outcome}:",
        "waiting": "申请企业在等待:裁定当年末,{who}的应用少于没有该工具时。",
        "who_awarded": "获批企业", "who_refused": "落选企业",
        "held_back": "落选企业到末年仍落后,与之比较会高估。",
        "drawn_in": "落选企业最终也有所得,与之比较会低估。",
        "no_spill": "从未申请的企业所受影响与零无法区分,此处的偏差不来自对对照组的溢出。",
        "spill": "从未申请的企业也受影响:服务商价格与等待、工资、邻近企业和客户把该工具的影响带给它们,与之比较的偏差就是上面给出的它们的效应。",
        "read": "每次重复是一个独立的省份及其没有该工具的对照运行。真值是真实效应的均值:前三种方法按获批企业-年计,"
        "匹配按末年计,断点回归按末年入围线处计。效应是“有该工具”的总效应,含他人获批的影响。",
        "uncertainty": "偏差附{n}次重复的95% t区间;覆盖率附威尔逊区间(见表)。参数固定在情景取值。",
        "table": "按方法与结果变量", "reactions": "各组企业的平均真实效应",
    },
}  # fmt: skip


def in_words(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """A table for readers: Chinese headers and names for `zh`, codes otherwise."""
    if lang != "zh":
        return frame
    shown = frame.copy()
    known = {"method": METHODS, "outcome": OUTCOMES, "group": GROUPS, "verdict": VERDICTS}
    for column, terms in known.items():
        if column in shown:
            shown[column] = [word(terms, code, lang) for code in shown[column]]
    return shown.rename(columns={name: HEADERS[name][0] for name in shown.columns})


def hundredfold(value: float) -> str:
    """An effect times 100, with its sign."""
    return f"{100.0 * value:+.2f}" if value == value else "-"


def on_methods(table: pd.DataFrame, reasons: dict[str, str], lang: str) -> list[str]:
    """What each method found of each outcome, one text each; `reasons` why one found nothing."""
    said = [_method(row, reasons, lang) for row in table.to_dict("records")]
    return list(dict.fromkeys(said))


def _method(row: dict[Any, Any], reasons: dict[str, str], lang: str) -> str:
    words, method = TEXT[lang], word(METHODS, row["method"], lang)
    if row["replicates"] == 0:
        return words["absent"].format(method=method, reason=reasons.get(row["method"], ""))
    shown = {name: hundredfold(row[name]) for name in
             ("estimate", "truth", "bias", "selection", "interference")}  # fmt: skip
    text = words["method"].format(
        method=method, outcome=word(OUTCOMES, row["outcome"], lang), **shown,
        verdict=word(VERDICTS, row["verdict"], lang), low=hundredfold(row["bias_low"]),
        high=hundredfold(row["bias_high"]),
    )  # fmt: skip
    biased = row["verdict"] in ("too_high", "too_low")
    if row["outcome"] == "adopted" and row["selection"] > 0:
        reason = word(WHY, row["method"], lang)
    else:
        reason = word(DRIFT, "more" if row["selection"] > 0 else "less", lang)
    why = (f"({reason})" if lang == "zh" else f" ({reason})") if biased else ""
    text += words["parts"].format(why=why, **shown)
    text += words["cover"].format(cover=row["cover_95"], n=row["replicates"])
    if row["cover_high"] < 0.95:
        far = abs(row["bias"]) > row["error"]
        size = abs(row["bias"]) if far else row["spread"]
        text += words["far" if far else "narrow"].format(ratio=size / row["error"])
    return text + words["claims"].format(claims=row["claims"])


def on_groups(reactions: pd.DataFrame, lang: str) -> list[str]:
    """Whom the instrument touches, and what that does to a comparison."""
    words, said = TEXT[lang], []
    rows = reactions.set_index(["outcome", "group"])
    for outcome in OUTCOMES:
        parts = []
        for group in GROUPS:
            row = rows.loc[(outcome, group)]
            span = f"{hundredfold(row['low'])} … {hundredfold(row['high'])}"
            parts.append(f"{word(GROUPS, group, lang)} {hundredfold(row['effect'])} ({span})")
        join, stop = (";", "。") if lang == "zh" else ("; ", ".")
        said.append(
            words["groups"].format(outcome=word(OUTCOMES, outcome, lang)) + join.join(parts) + stop
        )
    for group in ("awarded", "refused"):
        if rows.loc[("adopted", f"{group}_at_once")]["high"] < 0:
            said.append(words["waiting"].format(who=words[f"who_{group}"]))
    refused = rows.loc[("adopted", "refused")]
    if refused["high"] < 0 or refused["low"] > 0:
        said.append(words["held_back" if refused["high"] < 0 else "drawn_in"])
    others: Sequence[Any] = [rows.loc[(outcome, "never_applied")] for outcome in OUTCOMES]
    touched = any(row["low"] > 0 or row["high"] < 0 for row in others)
    said.append(words["spill" if touched else "no_spill"])
    return said
