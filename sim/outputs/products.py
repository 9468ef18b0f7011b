"""Outputs of action 1: new products, smart products, machines and complete sets."""

from __future__ import annotations

from typing import Any

from sim.outputs.declaration import ALL, MONEY, PLACES, PROVINCE, Output, share_in, total
from sim.outputs.month import Month


def _products(month: Month, table: str) -> Any:
    made = month.sum(table, "smart_capability")
    return made * month.context.outcomes.smart_products_a_year / 12.0


def _machines(month: Month, table: str) -> Any:
    made = month.part(table, "smart_capability", weights="GEN")
    return made * month.context.outcomes.smart_products_a_year / 12.0


def _sets(month: Month, table: str) -> Any:
    made = month.part(table, "smart_networked", weights="GEN")
    return made * month.context.outcomes.smart_sets_a_year / 12.0


OUTPUTS = (
    Output("new_product_output", MONEY, "新产品产值", "output of new products", ALL,
           total("new_products", 1e-4),
           note_zh="起点按2013年新产品销售收入占产值之比,其后随能力和智能产品变化",
           note_en="the share at the start is that of new-product sales in output of 2013; it then "
           "moves with capability and smart products"),
    Output("smart_products", "number/month", "智能新产品", "new smart products", PROVINCE, _products,
           note_zh="每家企业每年新品数为先验,无公布基数",
           note_en="products a maker and year are a prior; no published base"),
    Output("smart_machines", "number/month", "智能新机器", "new smart machines", PROVINCE, _machines,
           note_zh="通用与专用设备制造企业的智能新产品",
           note_en="the smart products of makers of machinery"),
    Output("smart_sets", "number/month", "成套智能新装备", "new complete sets of smart equipment",
           PROVINCE, _sets, note_zh="机联网的设备制造企业,每年套数为先验",
           note_en="of makers of machinery with networked plant; sets a maker and year are a prior"),
    Output("smart_share_mechatronic", "share", "机电一体化产品智能化率",
           "smart share of mechatronic products", PLACES,
           share_in("mechatronic", "smart_output", "output"),
           note_zh="代理:机电行业智能产品企业的产值,随产品换代逐步计入",
           note_en="proxy: output of makers of smart products, counted as their range turns over"),
)  # fmt: skip
