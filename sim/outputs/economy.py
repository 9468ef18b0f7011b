"""Outputs of the whole economy: what the model makes of industry, and the rest from outside."""

from __future__ import annotations

from typing import Any

from sim.core.table import Array
from sim.outputs.declaration import PLACES, PROVINCE, Output, divided
from sim.outputs.month import ABOVE, ALL_TIERS, BELOW, Month


def industry(month: Month) -> Array:
    """Value added of all industry by city (C,), 100m CNY a month.

    Above-scale and below-scale firms, and household firms that move with those below scale: all
    industry over above-scale industry was 1.40 in 2013.
    """
    base = month.measures.base
    above = month.part("cities", "value_added", ABOVE) * 1e-4
    below = month.part("cities", "value_added", BELOW) * 1e-4
    wanted = base["industry_value_added"] / base["above_scale_value_added"] - 1.0
    factor = month.anchor(
        "small industry", lambda: float(divided(wanted * above.sum(), below.sum()))
    )
    whole: Array = above + factor * below
    return whole


def other(month: Month) -> Array:
    """Value added outside industry by city (C,): base year on the national path of services."""
    base = month.measures.base
    rest = (base["gdp"] - base["industry_value_added"]) / 12.0 * month.path("services_demand")
    return rest * month.measures.other_gdp


def _of(table: str, by_city: Array) -> Any:
    return by_city.sum() if table == "province" else by_city


def _productivity(month: Month, table: str) -> Any:
    """GDP over all employed; who leaves industry works elsewhere."""
    base = month.measures.base
    years = (month.context.clock.start + month.number) / 12.0 - 2014.0
    employed = base["employed_persons"] * (1.0 + base["employed_persons_growth"]) ** years
    return 12.0 * (month.once(industry).sum() + month.once(other).sum()) / employed


def _industry_share(month: Month, table: str) -> Any:
    made = _of(table, month.once(industry))
    return divided(made, made + _of(table, month.once(other)))


def _energy(month: Month, table: str) -> Any:
    """Energy of the model's firms, and of the rest of the economy with households, over GDP."""
    gdp = _of(table, month.once(industry) + month.once(other))
    modelled = month.part(table, "value_added", ALL_TIERS) * 1e-4
    trend = (1.0 - month.context.outcomes.energy_trend) ** (month.number / 12.0)
    rest = month.measures.base["other_energy"] * trend * (gdp - modelled)
    return divided(month.part(table, "energy", ALL_TIERS) * 1e-4 + rest, gdp)


OUTPUTS = (
    Output("economy_labour_productivity", "10k CNY/person/year", "全社会劳动生产率",
           "labour productivity of the whole economy", PROVINCE, _productivity,
           note_zh="工业以外部分随全国服务业走势,从业人员按2010-2013年平均增速外推;2013年不变价",
           note_en="the rest of the economy is on the national path of services, all employed grow "
           "as in 2010-2013; constant prices of 2013"),
    Output("industry_share_of_gdp", "share", "工业增加值占GDP比重", "industry's share of GDP",
           PLACES, _industry_share,
           note_zh="全部工业,含个体户;个体户随规下企业变化",
           note_en="all industry; household firms move with firms below scale"),
    Output("energy_per_gdp", "tce/10k CNY", "单位GDP能耗", "energy per GDP", PLACES, _energy,
           note_zh="工业以外及居民用能强度为回忆数推算",
           note_en="the intensity outside industry, with households, is derived from recalled "
           "figures"),
)  # fmt: skip
