"""Tables of results in words: labels, units and names in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim import terms
from sim.circumstances import CENTRAL, POSTERIOR, VARIED, numbered
from sim.indices import yearly
from sim.outputs import BY_NAME, in_table
from sim.policies import INSTRUMENTS
from sim.scale import FEW_ROWS
from sim.scenario_files import flat
from sim.world.data import ProvinceData, load_data
from sim.world.tables import TIERS

KEYS = {
    **{code: zh for code, (zh, _) in {**terms.MEASURES, **terms.CLASSES}.items()},
    "month": "月份", "city": "城市", "sector": "行业", "tier": "规模层级", "instrument": "政策工具",
    "budget": "预算", "available": "可用", "committed": "已承诺", "paid": "已支付", "lapsed": "失效",
    "beneficiaries": "受益数",
    "scenario": "情景", "replicate": "重复", "output": "指标", "mean": "均值", "sd": "标准差",
    "baseline": "基准", "difference": "差异", "low": "95%区间下限", "high": "95%区间上限",
    "year": "数据年", "edition": "版次", "region": "地区", "index": "指数", "level": "层次",
    "code": "指标", "x": "原值", "x0": "基准值", "latent": "实际值", "reported": "上报值",
    "rank_low": "位次5%分位", "rank_high": "位次95%分位",
    "class": "分类", "weight": "权重", "feeds": "来源", "basis": "基准依据", "source": "出处",
    "confidence": "可信度", "contributors": "构成数", "note": "说明(英)", "note_zh": "说明",
    "label": "名称", "unit": "单位", "q05": "5%分位", "q25": "25%分位", "q50": "中位数",
    "q75": "75%分位", "q95": "95%分位",
    "target": "目标", "clause": "条款", "indicator": "指标", "period": "目标年份",
    "operator": "方向", "goal": "目标值", "runs": "计入次数", "median": "中位数", "met": "达成",
    "outcome_chance": "结果概率",
    "value": "数值", "relative": "相对目标", "relative_q05": "相对目标5%分位",
    "relative_q95": "相对目标95%分位", "probability": "达成概率", "probability_low": "概率95%下限",
    "probability_high": "概率95%上限", "added": "与基准之差", "added_q05": "差异5%分位",
    "added_q95": "差异95%分位", "published": "公布值", "published_year": "公布年份",
    "published_source": "公布来源", "model": "模型同年", "prices": "价格", "weak_proxy": "弱代理说明",
    "share": "份额", "share_low": "份额下限", "share_high": "份额上限", "without": "关闭的工具",
    "money": "金额(万元)", "months": "提前月数", "effect": "效果", "verdict": "判断",
    "cost": "单位成本(万元)", "cost_low": "单位成本下限", "cost_high": "单位成本上限",
    "parameter": "参数", "fitted": "拟合值", "central": "先验中间值", "learned": "区间收窄",
    "low_50": "50%区间下限", "high_50": "50%区间上限", "low_90": "90%区间下限",
    "high_90": "90%区间上限", "prior_low_90": "先验90%下限", "prior_low_50": "先验50%下限",
    "prior_median": "先验中位数", "prior_high_50": "先验50%上限", "prior_high_90": "先验90%上限",
    "observed": "观测值", "tolerance": "容差", "gap": "差距(容差倍数)", "within": "在容差内",
    "target_unit": "单位", "r2": "替代模型R2", "counted": "计入", "truth": "真值序号", "true": "真值",
    "truths": "真值个数", "covered_50": "50%区间含真值", "covered_90": "90%区间含真值",
    "spread_90": "90%区间宽度", "point": "点", "distance": "距离", "stage": "阶段", "seed": "种子",
    "failure": "失败原因", "seconds": "秒",
    "only_here": "仅此有(万元)", "only_twin": "仅对照有(万元)", "sooner": "此处更早(万元)",
    "later": "此处更晚(万元)", "rule": "分配规则", "measure": "指标", "group": "分组",
    "vintage": "预测年", "drivers": "外部条件", "forecaster": "预测方法", "series": "序列",
    "error": "误差", "crps": "CRPS", "pinball": "分位损失",
    "width_50": "50%区间得分", "width_90": "90%区间得分", "in_50": "50%区间内", "in_90": "90%区间内",
    "own": "自有", "own_crps": "自有CRPS", "model_there": "模型同处CRPS", "used": "设定时已用",
    "history": "历史观测数", "scale": "量级", "outcomes": "结果数", "rmse": "均方根误差",
    "mae": "平均绝对误差", "bias": "偏差", "skill": "技能", "better": "更好的序列数",
    "dm": "DM统计量", "dm_p": "DM概率", "dm_note": "DM说明(英)",
    "package": "方案", "generation": "代", "front": "前沿", "role": "角色", "role_label": "角色",
    "measure_label": "指标", "group_label": "组别", "verdict_label": "判断", "stated": "选出依据",
    "document": "文件原方案", "searched": "搜索中的差异", "multiple": "倍数", "share_document": "原份额",
    "hypervolume": "超体积", "mean_regret": "平均遗憾", "largest_regret": "最大遗憾", "worst": "最差",
    "satisficing": "满意率", "all_met": "全部达到",
    "parameter_label": "参数", "figure": "指标键", "figure_label": "指标",
    "mu": "平均效应", "mu_star": "平均绝对效应", "mu_star_half": "绝对效应95%半宽",
    "sigma": "效应标准差", "net": "扣除偶然后", "first": "一阶指数", "first_half": "一阶95%半宽",
    "total": "总效应指数", "total_half": "总效应95%半宽", "identified_by": "由哪些目标识别",
    "strongest": "最强目标", "signal": "效应比容差", "spread_left": "剩余离散度",
    "start": "期初", "between": "期中", "end": "期末", "region_label": "相区", "part": "部分代码",
    "part_label": "部分", "variance": "方差", "structure": "结构代码", "structure_label": "结构",
    "member": "组别", "eligible": "符合条件(家)", "awarded": "获批(家)", "chance": "获批率",
}  # fmt: skip
UNITS = {
    "0-1": "0-1", "%": "%", "Tbit/s": "Tbit/s", "Mbit/s": "Mbit/s", "per 100 people": "部/百人",
    "per 100 households": "台/百户", "CNY/person": "元/人", "patents/million people": "件/百万人",
    "index": "指数", "100m CNY/year": "亿元/年", "platforms": "个",
    "patents/100m CNY": "件/亿元", "lines/100 people": "线/百人", "10k CNY/person": "万元/人",
    "100m CNY": "亿元", "100m CNY/month": "亿元/月",
    "10k CNY/person/year": "万元/人·年", "10k persons": "万人", "2012 = 1": "2012年=1",
    "applications": "项", "firms": "家", "firms/month": "家/月", "log points": "对数点",
    "months": "月", "projects": "项", "projects/month": "项/月", "share": "占比",
    "share of firms": "占企业比重", "2013 = 1": "2013年=1", "number/month": "个/月", "rank": "位",
    "ratio": "比值", "tce/10k CNY": "吨标准煤/万元", "teams": "个", "workshops": "个",
}  # fmt: skip
"""Chinese for the units of outputs."""
UNITS_OF_PARAMETERS = {
    "10k CNY": "万元", "1/month": "1/月", "1/year": "1/年", "elasticity": "弹性", "km": "公里",
    "years": "年", "persons": "人", "months of costs": "月成本", "offers": "个",
    "products/firm/year": "项/家·年", "sets/firm/year": "套/家·年", "ratio of capital": "与资本之比",
    "ratio of wage": "与工资之比", "ratio of yearly sales": "与年销售额之比", "share of gap": "占差距比重",
    "share of yearly output": "占年产值比重", "share of the mean": "相对均值", "targets": "项",
}  # fmt: skip
"""Chinese for the units of parameters and of outcomes that outputs do not have."""
TIER_ZH = dict(zip(TIERS, ("骨干企业", "其他规模以上企业", "小型企业", "微型企业"), strict=True))
INDEX_ZH = {"two_integration": "两化融合指数", "informatization": "信息化发展指数"}
CLASS_ZH = {
    "total": "总指数", "infrastructure": "基础环境", "application": "工业应用",
    "benefit": "应用效益", "technology": "产业技术", "consumption": "应用消费",
    "knowledge": "知识支撑", "effect": "发展效果",
}  # fmt: skip


def headline_names() -> tuple[str, ...]:
    """Outputs that belong in a headline table, in order."""
    return tuple(output.name for output in in_table("province") if output.headline)


def worded(frame: pd.DataFrame, manifest: dict[str, Any], lang: str) -> pd.DataFrame:
    """A frame for readers: outputs with label and unit; Chinese headers and names for `zh`."""
    shown = frame.copy()
    # A table of outputs by name; elsewhere a column of this name is gross output.
    if "output" in shown and set(shown["output"]) <= set(BY_NAME):
        place = shown.columns.get_loc("output") + 1
        shown.insert(place, "unit", [unit_of(code, lang) for code in frame["output"]])
        shown.insert(place, "label", [getattr(BY_NAME[code], lang) for code in frame["output"]])
    if lang == "zh":
        for column, names in _chinese(manifest).items():
            if column in shown:
                shown[column] = [names.get(code, code) for code in shown[column]]
    return shown.rename(columns={name: header(name, lang) for name in shown.columns})


_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"\s*[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?\s*%?")


def as_text(value: Any) -> Any:
    """A cell or header that a spreadsheet would run as a formula, with an apostrophe before it.

    Titles and names are what people typed, and whoever opens the table is another. A number stays
    one, also where it is written out.
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value) or not _FORMULA.match(value):
        return value
    return f"'{value}"


def for_spreadsheets(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of which no cell and no header is run as a formula; numbers are as they were."""
    shown = frame.copy(deep=False)
    for place, dtype in enumerate(shown.dtypes):
        column = shown.iloc[:, place]
        if not pd.api.types.is_numeric_dtype(dtype) and any(
            as_text(one) is not one for one in column.unique()
        ):
            shown.isetitem(place, column.astype(object).map(as_text))
    return shown.set_axis([as_text(one) for one in shown.columns], axis=1)


def header(name: str, lang: str) -> str:
    """Column header: the code in English, label and unit in Chinese."""
    if lang != "zh":
        return name
    if name in BY_NAME:
        return f"{BY_NAME[name].zh}({unit_of(name, lang)})"
    return KEYS.get(name, name)


def unit_of(output: str, lang: str) -> str:
    """Unit of an output in a language."""
    unit = BY_NAME[output].unit
    return UNITS[unit] if lang == "zh" else unit


def few_rows_note(found: Mapping[str, int], lang: str, city: str = "") -> str:
    """A footnote that names the cities, or says of one, that too few rows stand for; else nothing.

    `found` are the `few_rows` of a manifest, rows by city.
    """
    names = dict(_names(load_data())) if lang == "zh" else {}
    kept = [(names.get(one, one), rows) for one, rows in found.items() if city in ("", one)]
    if not kept:
        return ""
    if lang == "zh":
        listed = "、".join(f"{name}{rows}家" for name, rows in kept)
        return f"样本企业少：{listed}；不足{FEW_ROWS}家样本的市，数据易受个别企业影响。"
    listed = ", ".join(f"{name} {rows}" for name, rows in kept)
    return (
        f"Few rows: {listed}; with fewer than {FEW_ROWS} rows single firms move a city's figures."
    )


def _chinese(manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Chinese names of what the cells of a column stand for, by column."""
    data = load_data()
    city = dict(_names(data))
    titles = instrument_titles(manifest, "zh")
    zh = {code: pair[0] for code, pair in {**terms.CLASSES, **terms.OTHERS}.items()}
    rules = [str(name) for name in manifest.get("rules", [])]
    return {
        "city": city | {"none": zh["none"]},
        "without": titles | {"programme": zh["programme"]},
        "class": zh,
        "effect": {code: pair[0] for code, pair in terms.EFFECTS.items()},
        "verdict": {code: pair[0] for code, pair in terms.VERDICTS.items()},
        "measure": {code: pair[0] for code, pair in terms.MEASURES.items()},
        "rule": {name: terms.word(terms.RULES, name, "zh") for name in rules},
        "group": {code: pair[0] for code, pair in terms.GROUPS.items()},
        "member": city | TIER_ZH | {code: pair[0] for code, pair in terms.QUINTILES.items()},
        "sector": dict(zip(data.economy.codes, data.economy.names_zh, strict=True)),
        "tier": TIER_ZH | {"none": zh["none"]},
        "instrument": titles,
        "region": city | {yearly.PROVINCE: "浙江省"},
        "index": INDEX_ZH,
        "level": {"total": "总指数", "class": "分类", "item": "指标"},
        "code": CLASS_ZH
        | {item.code: item.zh for name in yearly.INDICES for item in data.indices.items(name)},
    }


def _names(data: ProvinceData) -> list[tuple[str, str]]:
    """English and Chinese names of the cities."""
    return list(zip(data.cities["name_en"], data.cities["name_zh"], strict=True))


_CIRCUMSTANCES = {
    "zh": {
        "posterior": "参数：按截至{last_year}年观测拟合的后验抽样，第{draws}组",
        "central": "参数：情景给定值（未经拟合）",
        "varied": "参数：由研究设计逐次设定",
        "by_vintage": "参数：各预测年可用的后验抽样（{vintages}）",
        "drawn": "{vintage}年：{count}组", "own": "{vintage}年：情景给定值，未经拟合",
        "populations": "合成人口：第{populations}号", "set": "设定：{set}", "join": "；", "comma": "、",
    },
    "en": {
        "posterior": "parameters: draw{s} {draws} of the fit to observations up to {last_year}",
        "central": "parameters: the scenario's own, not fitted",
        "varied": "parameters: set by the design of the study",
        "by_vintage": "parameters: draws of the fit that each vintage may use ({vintages})",
        "drawn": "{vintage}: {count} draws", "own": "{vintage}: the scenario's own, not fitted",
        "populations": "population{p} {populations}", "set": "set: {set}", "join": "; ",
        "comma": ", ",
    },
}  # fmt: skip


def circumstances(manifest: dict[str, Any], lang: str) -> str:
    """Where a result's parameters and populations come from, and what is set; a line, or nothing."""
    words, regime = _CIRCUMSTANCES[lang], manifest.get("parameters")
    if regime not in (CENTRAL, POSTERIOR, VARIED):
        return ""
    draws, populations = [int(one) for one in manifest["draws"]], manifest["populations"]
    vintages = manifest.get("draws_by_vintage", {})
    if any(vintages.values()):
        regime = "by_vintage"
    filled = {
        "last_year": (manifest["fit"] or {}).get("last_year"),
        "draws": numbered(draws), "s": "s" if len(draws) > 1 else "",
        "vintages": words["comma"].join(
            words["drawn" if count else "own"].format(vintage=vintage, count=count)
            for vintage, count in vintages.items()
        ),
        "populations": numbered(populations), "p": "s" if len(populations) > 1 else "",
        "set": words["comma"].join(manifest.get("set", ())),
    }  # fmt: skip
    parts = [regime, "populations", *(["set"] if manifest.get("set") else [])]
    return words["join"].join(words[part].format(**filled) for part in parts)


_OVER = {
    "zh": ("偶然性与合成人口", "偶然性、合成人口，以及数据对{n}个参数未能确定的部分"),
    "en": (
        "chance and the population",
        "chance, the population and what the data leave open of {n} parameters",
    ),
}


def intervals_over(parameters: int, lang: str) -> str:
    """What intervals over replicates hold, where so many parameters are drawn from a fit."""
    return _OVER[lang][bool(parameters)].format(n=parameters)


def drawn_parameters(manifest: dict[str, Any]) -> int:
    """How many parameters the runs of a result drew from a fit; 0 with central ones."""
    return max((len(flat(values)) for values in manifest.get("draws", {}).values()), default=0)


def instrument_titles(manifest: dict[str, Any], lang: str) -> dict[str, str]:
    """Title of every instrument of a run's or a comparison's scenarios, by name."""
    # A comparison's manifest holds the settings of several scenarios by name.
    settings = manifest.get("settings", {})
    several = "scenarios" in manifest
    labels = {kind.model_fields["kind"].default: kind.label for kind in INSTRUMENTS}
    return {
        name: table["title"][lang] or labels[table["kind"]][0 if lang == "zh" else 1]
        for one in (settings.values() if several else (settings,))
        for name, table in one.get("instruments", {}).items()
    }
