"""What a factor is called in Chinese and English, and its unit."""

from __future__ import annotations

from calibration import priors
from experiments.changes import FUNDING
from sim.policies import INSTRUMENTS
from sim.programme import CLAUSES
from sim.scenario import Scenario
from sim.words import UNITS, UNITS_OF_PARAMETERS

INSTRUMENT_WORDS: dict[str, tuple[str, str, str]] = {
    "enabled": ("启用", "in force", "1"), "start": ("起始月", "first month", "YYYY-MM"),
    "end": ("结束月", "last month", "YYYY-MM"), "smallest": ("最少人数", "fewest employees", "persons"),
    "largest": ("最多人数", "most employees", "persons"), "budget": ("预算", "budget", "10k CNY"),
    "tiers": ("规模层级", "tiers", "1"), "sectors": ("行业", "sectors", "1"),
    "cities": ("城市", "cities", "1"), "named_by": ("由谁列名", "named by", "1"),
    "fund": ("资金来源", "fund", "1"), "technologies": ("技术", "technologies", "1"),
    "rate": ("补助率", "rate", "share"), "cap": ("单项上限", "cap of a project", "10k CNY"),
    "floor": ("项目门槛", "least project", "10k CNY"), "allocation": ("分配规则", "allocation rule", "1"),
    "threshold_score": ("入围分数", "least score", "1"), "scored_by": ("评分依据", "scored by", "1"),
    "contest_noise": ("评审误差", "judges' error", "1"), "paperwork": ("申报成本倍数", "cost of applying", "ratio"),
    "call_months": ("申报月份", "months of calls", "month"), "call_month": ("评定月份", "month of the call", "month"),
    "decision_months": ("评审时长", "months to decide", "months"),
    "valid_months": ("有效期", "months an award is valid", "months"),
    "in_advance": ("预付比例", "share paid in advance", "share"),
    "least_automation": ("最低自动化水平", "least automation", "share"),
    "cost": ("单位成本", "unit cost", "10k CNY"), "skilled_share": ("技能培训占比", "share of skilled", "share"),
    "discount": ("贴息", "interest support", "1/year"), "guarantee": ("担保比例", "guaranteed share", "share"),
    "instalments": ("分期技术", "technologies sold in instalments", "1"),
    "share": ("可贷比例", "share of sales lent", "share"), "risk": ("风险补偿率", "loss made good", "share"),
    "places": ("名额", "places a year", "number"), "award": ("单个奖励", "award", "10k CNY"),
    "level": ("示范层级", "level", "1"), "pull": ("带动供应商", "pull on suppliers", "share"),
    "response": ("响应率", "response", "share"), "capability": ("能力提升", "gain of capability", "0-1"),
    "matching": ("供需对接", "matching", "1"), "platforms": ("平台数", "platforms", "number"),
    "founding": ("建台费用", "founding cost", "10k CNY"), "capacity": ("平台容量", "capacity of a platform", "visits/month"),
    "selection": ("遴选方式", "selection", "1"), "renewed": ("每年更新", "renewed", "1"),
    "clients": ("服务企业数", "clients a month", "firms"),
    "client_capability": ("客户能力提升", "clients' gain", "0-1"), "charge": ("收费", "charge", "share"),
    "provider_kinds": ("服务商类型", "kinds of providers", "1"), "effect": ("作用", "effect", "1"),
    "gain": ("增益", "gain", "share"), "least": ("最低质量", "least quality", "ratio"),
    "compliance": ("达标成本", "cost of compliance", "share"),
    "goods_sectors": ("采购行业", "sectors of goods", "1"), "goods_share": ("采购货物占比", "share of goods", "share"),
    "copayment": ("居民配比", "copayment", "ratio"), "city_from": ("全市覆盖起始", "whole cities from", "YYYY-MM"),
    "province_from": ("全省推广起始", "whole province from", "YYYY-MM"), "speed": ("提速", "speed", "share"),
    "match": ("配套比例", "match", "share"), "divided_by": ("分摊依据", "divided by", "1"),
    "audit": ("核查比例", "audited share", "share"), "published": ("公布排名", "published", "1"),
    "counties": ("县级排名", "counties ranked", "1"), FUNDING: ("资金倍数", "money", "ratio"),
}  # fmt: skip
"""Chinese, English and unit of what an instrument sets; its own declaration has no labels."""
UNITS_ZH = UNITS | UNITS_OF_PARAMETERS
"""Chinese for units of outcomes and factors, those of outputs included."""
OTHER_WORDS = {
    "programme.delay": ("推迟", "delay", "months"),
    "programme.without": ("不实施的条款", "clauses left out", "1"),
    "programme.only": ("只实施的条款", "clauses in force alone", "1"),
    "factor": ("需求倍数", "demand", "ratio"),
    "share": ("产能损失", "capacity lost", "share"),
}


def labels(scenario: Scenario, key: str) -> tuple[str, str, str]:
    """Chinese, English and unit of a key, as the scenario declares it."""
    parts = key.split(".")
    if key in OTHER_WORDS:
        return OTHER_WORDS[key]
    if parts[0] == "clauses":
        clause = CLAUSES[parts[1]]
        return f"{clause.zh}:资金倍数", f"{clause.en}: money", "ratio"
    if parts[0] == "instruments":
        zh, en = title_of(scenario, parts[1])
        words = INSTRUMENT_WORDS.get(parts[2], (parts[2], parts[2], "1"))
        year = f" {parts[3]}" if len(parts) > 3 else ""
        return f"{zh}:{words[0]}{year}", f"{en}: {words[1]}{year}", words[2]
    try:
        _, _, found = priors.declared(key)
        return found.get("zh", key), found.get("en", key), found.get("unit", "1")
    except (AttributeError, KeyError, TypeError):
        return OTHER_WORDS.get(parts[-1], (key, key, "1"))


def title_of(scenario: Scenario, name: str) -> tuple[str, str]:
    """Chinese and English title of an instrument."""
    one = scenario.instruments[name]
    label = next(kind.label for kind in INSTRUMENTS if isinstance(one, kind))
    return one.title.zh or label[0], one.title.en or label[1]
