"""Outputs of providers and of the information industry."""

from __future__ import annotations

from typing import Any

from sim.core.table import Array
from sim.outputs.declaration import (
    MONEY,
    PLACES,
    PROVIDER_EN,
    PROVIDER_ZH,
    PROVINCE,
    Output,
    Value,
    summed,
)
from sim.outputs.month import Month
from sim.world.tables import PROVIDER_KINDS

(ROBOTS, SOFTWARE, CLOUD, PLATFORM, CONSULTANCY, ELECTRONICS, _) = range(len(PROVIDER_KINDS))


def _by_kind(column: str, kind: int, mean: bool = True) -> Value:
    return lambda month, table: month.by_kind(column, mean)[kind]


def _orders(month: Month, kinds: tuple[int, ...]) -> Array:
    """Orders of firms and of the public with providers of some kinds, by city, 100m CNY a month."""
    providers = month.providers
    public = providers.public_orders * month.context.governments.public_project
    return month.by_city((providers.revenue + public) * 1e-4, kinds)


def software(month: Month) -> Array:
    """Software and information services by city (C,), 100m CNY a month.

    Orders with the model's software, cloud, platform and consulting providers, and business outside
    the model that follows the national path and the software providers' quality and price.
    """
    outside = month.measures.base["software_outside"] / 12.0 * month.path("software_revenue")
    outside *= month.attraction(SOFTWARE)
    orders = _orders(month, (SOFTWARE, CLOUD, PLATFORM, CONSULTANCY))
    whole: Array = orders + outside * month.measures.software_firms
    return whole


def _sector(month: Month, table: str, code: str) -> Any:
    """Output of one sector of above-scale industry, 100m CNY a month."""
    return month.part(table, "output", weights=code) * 1e-4


def _information(month: Month, table: str) -> Any:
    outside = month.measures.base["information_outside"] / 12.0 * month.path("domestic_demand")
    outside *= month.attraction(ELECTRONICS)
    return _sector(month, table, "ICT") + month.once(software).sum() + outside


def _industrial_electronics(month: Month, table: str) -> Any:
    base = month.measures.base["industrial_electronics_outside"]
    outside = base / 12.0 * month.path("domestic_demand") * month.attraction(ELECTRONICS)
    orders = _orders(month, (ROBOTS, ELECTRONICS)).sum()
    return _sector(month, table, "INS") + orders + outside


def _cloud_firms(month: Month, table: str) -> Any:
    providers = month.providers
    return month.by_city(providers.weight, (SOFTWARE, CLOUD)).sum()


def _declare() -> tuple[Output, ...]:
    made = []
    for position, kind in enumerate(PROVIDER_KINDS):
        for name, column, unit, zh, en, mean in (
            ("price", "price", "2012 = 1", "价格指数", "price index", True),
            ("wait", "wait", "months", "等待时间", "wait for a start", True),
            ("quality", "quality", "ratio", "平均质量", "mean quality", True),
        ):
            made.append(
                Output(f"{name}_{kind}", unit, f"{PROVIDER_ZH[kind]}{zh}",
                       f"{PROVIDER_EN[kind]}: {en}", PROVINCE, _by_kind(column, position, mean))
            )  # fmt: skip
        made += [
            Output(f"teams_{kind}", "teams", f"{PROVIDER_ZH[kind]}项目团队",
                   f"{PROVIDER_EN[kind]}: project teams", PROVINCE,
                   _by_kind("teams", position, False)),
            Output(f"backlog_{kind}", "projects", f"{PROVIDER_ZH[kind]}排队项目",
                   f"{PROVIDER_EN[kind]}: projects waiting", PROVINCE, _backlog(position)),
        ]  # fmt: skip
    made += [
        Output("cloud_firms", "firms", "专业云服务与工程公司", "professional cloud and engineering firms",
               PROVINCE, _cloud_firms,
               note_zh="云服务商与工业软件商", note_en="cloud providers and industrial software vendors"),
        Output("software_revenue", MONEY, "软件和信息服务业收入",
               "revenue of software and information services", PLACES, summed(software),
               note_zh="2013年数(回忆)加全国走势(2016年起为展望),随软件商质量与价格变化;加模型内订单",
               note_en="the figure of 2013 (recalled) on the national path (an outlook from 2016 on), "
               "moved by vendors' quality and price; with the model's orders"),
        Output("electronics_revenue", MONEY, "电子信息制造业产值", "electronics manufacturing", PLACES,
               lambda month, table: _sector(month, table, "ICT"),
               note_zh="39大类产值,窄于主管部门口径",
               note_en="output of division 39, narrower than the ministry's definition"),
        Output("industrial_electronics_output", MONEY, "工业电子产业规模", "industrial electronics",
               PROVINCE, _industrial_electronics,
               note_zh="仪器仪表产值、集成商与工业电子企业订单,及先验的外部业务;无公布基数",
               note_en="instruments, orders with integrators and electronics makers, and a prior for "
               "business outside; no published base"),
        Output("information_industry_revenue", MONEY, "信息产业主营业务收入",
               "revenue of the information industry", PROVINCE, _information,
               note_zh="约六成为外部业务:2013年数随全国工业走势及工业电子企业质量与价格变化",
               note_en="six tenths are business outside: the figure of 2013 on the national path of "
               "industry, moved by electronics makers' quality and price"),
    ]  # fmt: skip
    return tuple(made)


def _backlog(kind: int) -> Value:
    return lambda month, table: float(month.providers.backlog[month.providers.kind == kind].sum())


OUTPUTS = _declare()
