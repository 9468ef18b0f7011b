"""Words of the search for packages in Chinese and English; both catalogues have the same keys."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.search_measures import BY_NAME
from experiments.split import Group

ROLES = {
    "balanced": ("各目标均衡", "balanced"),
    "document": ("文件原方案", "the document's own split"),
}
"""Packages beside those that are best in a measure, whose names are the measures'."""
VERDICTS = {
    "better": ("更好", "better"),
    "worse": ("更差", "worse"),
    "more": ("更多", "more"),
    "less": ("更少", "less"),
    "not distinguishable": ("无法与原方案区分", "not distinguishable"),
}
TEXT = {
    "en": {
        "title": "One budget, spent otherwise:",
        "what": "Provincial money of {years} ({money:,.0f} x 10k CNY over {groups} groups of "
        "instruments) is divided anew; each year's sum is the document's to the fen. What cities pay "
        "is not moved: their matching follows the awards it finds. {kept}Budgets are the same, what is "
        "paid need not be: money that nobody asks for lapses, so the money paid is shown beside.",
        "kept": "Instruments that keep their money: {names}. ",
        "answer": "What stands out",
        "beats": "{role}: beats the document's own split in fresh futures on: {names}.",
        "fails": "{role}: does not beat the document's own split in fresh futures on: {names}.",
        "loses": "It is worse on: {names}.",
        "own": "{role}: the search found nothing better than the document's own split.",
        "check": "Check in fresh futures",
        "check_how": "Package less the document's own split, paired by future, in {n} futures with "
        "fresh seeds and draws that nothing was chosen by; 95 % t-interval of each row alone. The "
        "difference in the search's own futures stands beside: what is best of many there is so partly "
        "by luck. Marked rows are what a package was chosen for.",
        "money": "Money by group",
        "money_how": "10k CNY over all years, the document's own split and each package.",
        "rules": "Rules",
        "front": "The front: packages that no other beats in everything",
        "front_how": "Every pair of objectives; grey: all packages tried, blue: the front, star: the "
        "document's own split, marks: packages that stand out. Values are {summary}.",
        "parallel": "Trade-offs between the objectives",
        "parallel_how": "Each line is a package of the front, each axis an objective from the worst "
        "(below) to the best (above) of the front and the document's own split (black).",
        "trace": "How far the search came",
        "trace_how": "Volume that the front dominates, in boxes from the worst to the best of the first "
        "generation. A curve that still climbs asks for a larger --budget.",
        "robustness": "Robustness over the futures of the search",
        "robustness_how": "Regret: what a package misses of the best one tried in the same future. "
        "Satisficing: share of futures in which the threshold is met ({threshold}); all_met: all "
        "thresholds at once.",
        "threshold_own": "where none is set: as good as the document's own split in the same future",
        "mean": "means over the futures", "satisficing": "shares of futures that meet the threshold",
        "uncertainty": "{n} futures to search in, {fresh} fresh ones to check in: a seed and {draws} each. "
        "Futures left out because a reference run failed: {lost}.",
        "posterior": "a draw of the parameters from the posterior of the calibration",
        "prior": "a draw of the parameters from their priors (no fit was at hand, or it was so asked)",
        "central": "the scenario's own parameters",
        "role": "package", "measure": "objective", "group": "group", "document": "document",
        "package": "package", "searched": "difference in the search", "difference": "difference",
        "interval": "95 % interval", "verdict": "verdict", "multiple": "multiple", "share": "share",
        "rule": "rule", "generation": "generation", "hypervolume": "hypervolume",
        "mean_value": "mean", "worst": "worst", "mean_regret": "mean regret",
        "largest_regret": "largest regret", "satisficing_share": "satisficing", "all_met": "all met",
        "unit": "unit", "budget_unit": "10k CNY", "everything": "all packages", "on_front": "front",
        "more": "more is better", "less": "less is better",
    },
    "zh": {
        "title": "同一笔预算的另一种分法:",
        "what": "{years}年省级资金(共{money:,.0f}万元,{groups}组政策工具)重新分配,每年合计与文件相同,精确到分。"
        "市县资金不动:配套随省级补助而定。{kept}预算相同,实际支付不一定相同:无人申请的资金失效,因此并列实际支付。",
        "kept": "资金不动的工具:{names}。",
        "answer": "突出的方案",
        "beats": "{role}:在全新情形中优于文件原方案的目标:{names}。",
        "fails": "{role}:在全新情形中没有优于文件原方案的目标:{names}。",
        "loses": "更差的目标:{names}。",
        "own": "{role}:搜索没有找到比文件原方案更好的方案。",
        "check": "样本外检验",
        "check_how": "方案减去文件原方案,在{n}种全新情形(新的种子和参数抽样,未用于选择)中配对;区间为各行单独的95%t区间。"
        "旁列搜索所用情形中的差异:众多方案中的最优者有一部分是运气。带标记的行是该方案被选出的目标。",
        "money": "各组资金",
        "money_how": "各年合计,万元;文件原方案与各方案。",
        "rules": "规则",
        "front": "前沿:没有被其他方案全面超过的方案",
        "front_how": "两两目标;灰:全部试过的方案,蓝:前沿,星:文件原方案,标记:突出的方案。数值为{summary}。",
        "parallel": "目标之间的取舍",
        "parallel_how": "每条线是前沿上的一个方案,每根轴是一个目标,下为前沿最差,上为最好;黑线为文件原方案。",
        "trace": "搜索进展",
        "trace_how": "前沿支配的体积,以第一代最差到最好的范围为单位。曲线仍在上升时应增大 --budget。",
        "robustness": "在各种情形下的稳健性",
        "robustness_how": "遗憾:与同一情形中试过的最优方案之差。满意率:达到门槛的情形占比({threshold});"
        "all_met:同时达到全部门槛。",
        "threshold_own": "未设门槛者:不差于同一情形中的文件原方案",
        "mean": "各情形的均值", "satisficing": "达到门槛的情形占比",
        "uncertainty": "搜索用{n}种情形,检验用{fresh}种全新情形:各有一个种子和{draws}。因参照运行失败而剔除的情形:{lost}。",
        "posterior": "校准后验的一组参数",
        "prior": "先验的一组参数(没有可用的拟合,或按要求)",
        "central": "情景自身的参数",
        "role": "方案", "measure": "目标", "group": "组别", "document": "文件原方案",
        "package": "方案", "searched": "搜索中的差异", "difference": "差异",
        "interval": "95%区间", "verdict": "判断", "multiple": "倍数", "share": "份额",
        "rule": "规则", "generation": "代", "hypervolume": "超体积",
        "mean_value": "均值", "worst": "最差", "mean_regret": "平均遗憾",
        "largest_regret": "最大遗憾", "satisficing_share": "满意率", "all_met": "全部达到",
        "unit": "单位", "budget_unit": "万元", "everything": "全部方案", "on_front": "前沿",
        "more": "越多越好", "less": "越少越好",
    },
}  # fmt: skip


def role_name(role: str, lang: str) -> str:
    """What a package that stands out is called."""
    if role in ROLES:
        return ROLES[role][0 if lang == "zh" else 1]
    return str(getattr(BY_NAME[role], f"best_{lang}"))


def measure_name(name: str, lang: str, unit: bool = False) -> str:
    """Name of a measure, with its unit."""
    one = BY_NAME[name]
    said = one.unit_zh if lang == "zh" else one.unit
    return str(getattr(one, lang)) + (f" ({said})" if unit else "")


def verdict_name(code: str, lang: str) -> str:
    """A verdict in a language."""
    return VERDICTS[code][0 if lang == "zh" else 1]


def group_name(group: Group, lang: str) -> str:
    """Code and name of a group, its name alone where that is the code."""
    name = str(getattr(group, lang))
    return (
        name if name == group.name or group.instruments == (group.name,) else f"{group.name} {name}"
    )


def labelled(frame: pd.DataFrame, groups: Sequence[Group], lang: str) -> pd.DataFrame:
    """A table with labels in a language behind its codes of role, measure, group and verdict."""
    shown = frame.copy()
    named = {one.name: group_name(one, lang) for one in groups}
    words = {
        "measure": lambda code: measure_name(code, lang, unit=True),
        "group": lambda code: named[code],
        "role": lambda codes: ", ".join(role_name(code, lang) for code in codes.split()),
        "verdict": lambda code: verdict_name(code, lang),
    }
    for name, say in words.items():
        if name in shown:
            place = shown.columns.get_loc(name) + 1
            shown.insert(place, f"{name}_label", [say(code) for code in frame[name]])
    return shown
