"""How an output is declared, and the usual ways it follows from the month's sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.table import Array
from sim.outputs.month import ABOVE, Month
from sim.world.tables import PROVIDER_KINDS

Value = Callable[[Month, str], Any]
"""(month, table) -> the table's figures: a number for the province, an array by row elsewhere."""


@dataclass(frozen=True)
class Sums:
    """`scale` times a sum of the month's cube over a group of tiers, or the ratio of two sums.

    `top` and `bottom` are variables of the cube. All outputs of a table that are such sums are
    derived together.
    """

    top: str
    bottom: str = ""
    tiers: tuple[int, ...] = ABOVE
    scale: float = 1.0


ALL = ("province", "cities", "sectors", "tiers")
PLACES = ("province", "cities")
PROVINCE = ("province",)
MONEY = "100m CNY/month"

TECHNOLOGY_ZH = {
    "automation": "机器换人", "networking": "机器联网与MES", "erp": "ERP", "plm": "PLM",
    "ecommerce": "电子商务", "cloud": "云服务", "green_iot": "绿色安全物联网", "smart_product": "智能产品",
}  # fmt: skip
TECHNOLOGY_EN = {
    "automation": "machines for labour", "networking": "networked machines and MES", "erp": "ERP",
    "plm": "PLM", "ecommerce": "e-commerce", "cloud": "cloud services",
    "green_iot": "green and safe process control", "smart_product": "smart products",
}  # fmt: skip
BARRIER_ZH = {
    "none": "已采用", "unaware": "不知晓", "unprofitable": "不划算", "no_skills": "缺能力",
    "waiting_for_award": "等补助", "no_finance": "缺资金", "no_provider_capacity": "服务商无产能",
    "other_project": "有其他项目", "not_applicable": "不适用",
}  # fmt: skip
BARRIER_EN = {
    "none": "adopted", "unaware": "unaware", "unprofitable": "unprofitable",
    "no_skills": "no skills", "waiting_for_award": "waiting for an award",
    "no_finance": "no finance", "no_provider_capacity": "no provider capacity",
    "other_project": "other project first", "not_applicable": "not applicable",
}  # fmt: skip
PROVIDER_ZH = dict(
    zip(
        PROVIDER_KINDS,
        (
            "机器人集成商",
            "工业软件商",
            "云服务商",
            "电商平台",
            "咨询机构",
            "工业电子企业",
            "培训机构",
        ),
        strict=True,
    )
)
PROVIDER_EN = {kind: kind.replace("_", " ") for kind in PROVIDER_KINDS}


SHARES = ("share", "share of firms", "share of pilots", "share of counties")
"""Units of parts of a whole."""


@dataclass(frozen=True)
class Output:
    """One series; `where` lists the tables it stands in (province, cities, sectors, tiers).

    `note_zh` and `note_en` say what is weak about a proxy.
    """

    name: str
    unit: str
    zh: str
    en: str
    where: tuple[str, ...]
    value: Value | Sums
    headline: bool = False
    note_zh: str = ""
    note_en: str = ""


def divided(top: Any, bottom: Any) -> Any:
    """top / bottom, and 0 where there is nothing below."""
    if isinstance(bottom, float):
        return top / bottom if bottom > 0 else 0.0 * top
    return np.divide(top, bottom, out=np.zeros(bottom.shape), where=bottom > 0)


def total(name: str, scale: float = 1.0) -> Sums:
    """Sum over the table's groups."""
    return Sums(name, scale=scale)


def ratio(top: str, bottom: str) -> Sums:
    """Ratio of two sums."""
    return Sums(top, bottom)


def share_of(top: str, bottom: str = "firms", tiers: tuple[int, ...] = ABOVE) -> Sums:
    """Ratio of two sums over some tiers."""
    return Sums(top, bottom, tiers)


def share_in(sectors: str, top: str, bottom: str = "firms") -> Value:
    """Ratio of two sums over the sectors that `Month.chosen` knows by name."""
    return lambda month, table: divided(
        month.part(table, top, weights=sectors), month.part(table, bottom, weights=sectors)
    )


def kept(name: str) -> Value:
    """A figure that a process left in the month's measures, by the output's name."""
    return lambda month, table: month.context.measures.get(name, 0.0)


def city_column(name: str) -> Value:
    """A column of the cities' table."""
    return lambda month, table: month.cities[name]


def summed(value: Callable[[Month], Array]) -> Value:
    """A figure by city (C,) whose sum is the province's."""

    def of(month: Month, table: str) -> Any:
        cities = month.once(value)
        return cities.sum() if table == "province" else cities

    return of
