"""Outputs of use: adoption, awareness, barriers, backbone firms, small firms, demonstrations."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.table import Array
from sim.outputs.declaration import (
    ALL,
    BARRIER_EN,
    BARRIER_ZH,
    PLACES,
    PROVINCE,
    TECHNOLOGY_EN,
    TECHNOLOGY_ZH,
    Output,
    Value,
    ratio,
    share_of,
    total,
)
from sim.outputs.month import BELOW, KEY, Month
from sim.world.tables import ABOVE_SCALE, BARRIERS, TECHNOLOGIES


def _barriers(month: Month) -> Array:
    """First binding barriers of technologies that apply and are not in use, (4, 7)."""
    found: Array = month.context.measures["barriers"][:, :, 1:-1].sum(axis=1)
    return found


def _shares(asked: Array) -> Array:
    """Each barrier over all of them, (..., 7)."""
    shares: Array = asked / np.maximum(asked.sum(axis=-1, keepdims=True), 1e-9)
    return shares


def _by_tier(month: Month) -> Array:
    return _shares(month.once(_barriers))


def _of_province(month: Month) -> Array:
    return _shares(month.once(_barriers)[:ABOVE_SCALE].sum(axis=0))


def _barrier(position: int) -> Value:
    """Share of a first binding barrier among technologies that apply and are not in use."""
    return lambda month, table: month.once(_of_province if table == "province" else _by_tier)[
        ..., position
    ]


def _key(
    code: str, zh: str, en: str, top: str, note_zh: str = "", note_en: str = "", **more: Any
) -> Output:
    return Output(code, "share", f"骨干企业{zh}", f"backbone firms {en}", PLACES,
                  share_of(top, tiers=KEY), note_zh=note_zh, note_en=note_en, **more)  # fmt: skip


def _declare() -> tuple[Output, ...]:
    made = [
        Output("numerical_control_rate", "share", "装备数控化率",
               "numerical-control rate of equipment", ALL,
               ratio("automation_by_capital", "capital")),
        Output("numerical_control_rate_key_firms", "share", "骨干企业装备数控化率",
               "numerical-control rate, backbone firms", PLACES,
               ratio("key_automation", "key_capital"), headline=True),
        Output("automation_level", "share", "平均自动化水平", "mean share of tasks automated", ALL,
               ratio("automation_by_firm", "firms")),
        Output("capability", "0-1", "数字化能力", "capability", ALL, ratio("capability", "firms")),
        Output("technology_gain", "log points", "技术增益", "productivity gain from technology",
               ALL, ratio("gain", "firms")),
        Output("demonstration_firms", "firms", "示范企业", "demonstration firms", ALL,
               total("demonstrating")),
    ]  # fmt: skip
    for code in TECHNOLOGIES:
        zh, en = TECHNOLOGY_ZH[code], TECHNOLOGY_EN[code]
        made += [
            Output(f"adoption_{code}", "share of firms", f"{zh}应用率", f"adoption of {en}", ALL,
                   ratio(f"adopters_{code}", "firms"), headline=code in ("automation", "erp")),
            Output(f"awareness_{code}", "share of firms", f"{zh}知晓率", f"awareness of {en}", ALL,
                   ratio(f"aware_{code}", "firms")),
        ]  # fmt: skip
    for position, barrier in enumerate(BARRIERS[1:-1]):
        made.append(
            Output(f"barrier_{barrier}", "share", f"障碍:{BARRIER_ZH[barrier]}",
                   f"barrier: {BARRIER_EN[barrier]}", ("province", "tiers"), _barrier(position))
        )  # fmt: skip
    made += [
        _key("key_firm_erp", "ERP应用率", "using ERP", "adopters_erp"),
        _key("key_firm_mes", "机联网与MES应用率", "with networked machines or MES",
             "adopters_networking"),
        _key("key_firm_plm", "PLM应用率", "using PLM", "adopters_plm"),
        _key("key_firm_scm", "供应链管理应用率", "managing their supply chain by system",
             "supply_chain", "代理:ERP加电商或云服务", "proxy: ERP with e-commerce or cloud services"),
        _key("key_firm_procurement", "网上采购率", "procuring online", "procurement",
             "代理:同时使用ERP和电商", "proxy: ERP and e-commerce together"),
        _key("key_firm_sales", "网上销售率", "selling online", "adopters_ecommerce"),
        _key("key_firm_plan", "信息化规划率", "with an informatization plan", "plan",
             "代理:入选试点,或已用ERP、PLM、机联网中的两项以上",
             "proxy: named as a pilot, or two of ERP, PLM and networked machines in use"),
        _key("five_fold_cover", "五化覆盖率", "covering all five fields", "five_fold",
             "装备智能化、设计数字化、生产自动化、管理现代化、营销服务网络化分别按机器换人、PLM、机联网、ERP、电商计",
             "the five fields are machines for labour, PLM, networked machines, ERP, e-commerce"),
        _key("smart_manufacturing", "初步智能制造", "at first-stage smart manufacturing",
             "smart_manufacturing", "代理:ERP、PLM、机联网齐备且自动化达到门槛",
             "proxy: ERP, PLM, networked machines and automation at the threshold"),
        Output("small_firm_it", "share", "小微企业信息技术应用率",
               "small and micro firms using information technology", PLACES,
               share_of("using_it", tiers=BELOW),
               note_zh="使用机联网、ERP、PLM、电商、云服务中任一项",
               note_en="any of networked machines, ERP, PLM, e-commerce, cloud services"),
        Output("unmanned_workshops", "workshops", "无操作工人车间",
               "workshops without operators", PROVINCE, total("unmanned"),
               note_zh="代理:模拟期内经机器换人项目达到自动化门槛的机联网规上企业各计一个",
               note_en="proxy: one for each above-scale firm with networked machines whose "
               "projects in the run have brought automation to the threshold"),
        Output("demonstration_integration", "share", "示范企业融合水平",
               "technologies used by demonstration firms over those that apply", PLACES,
               ratio("demonstration_used", "demonstration_applicable")),
    ]  # fmt: skip
    return tuple(made)


OUTPUTS = _declare()
