"""Outputs of action 4: online sales of industry, online retail, logistics."""

from __future__ import annotations

from typing import Any

from sim.core.table import Array
from sim.outputs.declaration import (
    ALL,
    MONEY,
    PLACES,
    PROVINCE,
    Output,
    divided,
    summed,
    total,
)
from sim.outputs.month import ALL_TIERS, Month
from sim.world.tables import PROVIDER_KINDS

PLATFORM = PROVIDER_KINDS.index("ecommerce_platform")


def online_retail(month: Month) -> Array:
    """Online retail by city (C,), 100m CNY a month: industry's part, and that of other sellers.

    Other sellers follow the national path from the figure of 2013, and platforms' quality and price.
    """
    own = month.part("cities", "online", ALL_TIERS, "retail") * 1e-4
    outside = month.measures.base["online_retail_outside"] / 12.0 * month.path("online_retail")
    whole: Array = own + outside * month.attraction(PLATFORM) * month.measures.online_sellers
    return whole


def _retail_ratio(month: Month, table: str) -> Any:
    retail = month.measures.base["retail_sales"] / 12.0 * month.path("retail_sales")
    return divided(month.once(online_retail).sum(), retail)


def _logistics(month: Month, table: str) -> Any:
    """A path from outside and a part that follows online retail."""
    base = month.measures.base
    rest = base["logistics_value_added"] - base["online_logistics"] * base["online_retail"]
    online = base["online_logistics"] * month.once(online_retail).sum()
    return rest / 12.0 * month.path("services_demand") + online


OUTPUTS = (
    Output("online_sales", MONEY, "工业网络销售额", "goods sold online by industrial firms", ALL,
           total("online", 1e-4),
           note_zh="电商用户的网销比重为先验,随使用时间和能力提高",
           note_en="a user's share of sales online is a prior; it grows with use and capability"),
    Output("online_retail", MONEY, "网络零售额", "online retail sales by sellers here", PLACES,
           summed(online_retail),
           note_zh="大部分来自非工业卖家:2013年数加全国走势(2016年起为展望),随电商平台质量与价格变化",
           note_en="mostly sellers outside industry: the figure of 2013 on the national path (an "
           "outlook from 2016 on), moved by platforms' quality and price"),
    Output("online_retail_ratio", "share", "网络零售与社零之比",
           "online retail over retail sales of consumer goods", PROVINCE, _retail_ratio,
           note_zh="比率而非份额:买家不限省内;社零为外生走势",
           note_en="a ratio: buyers are anywhere; retail sales are a path from outside"),
    Output("logistics_value_added", MONEY, "物流业增加值", "value added of logistics", PROVINCE,
           _logistics, note_zh="基数为回忆数;主要随全国服务业走势,另一部分随网络零售",
           note_en="recalled base; mostly the national path of services, a part follows online "
           "retail"),
)  # fmt: skip
