"""Outputs of industry itself: firms, people, production, money, investment, start-ups."""

from __future__ import annotations

from typing import Any

from sim.outputs.declaration import (
    ALL,
    MONEY,
    PLACES,
    PROVINCE,
    Output,
    divided,
    kept,
    ratio,
    total,
)
from sim.outputs.month import BELOW, Month


def _people(month: Month, table: str) -> Any:
    return month.sum(table, "skilled") + month.sum(table, "unskilled")


def _productivity(month: Month, table: str) -> Any:
    return divided(12.0 * month.sum(table, "value_added"), _people(month, table))


def _equipment_makers(month: Month, table: str) -> Any:
    return month.part(table, "value_added", weights="equipment") * 1e-4


def _wage(month: Month, table: str) -> Any:
    cities = month.cities
    if table == "cities":
        return cities.wage
    force = cities.labour_skilled + cities.labour_unskilled
    return (cities.wage * force).sum() / max(force.sum(), 1e-9)


def _unemployment(month: Month, table: str) -> Any:
    cities = month.cities
    jobless = cities.unemployed_skilled + cities.unemployed_unskilled
    force = cities.labour_skilled + cities.labour_unskilled
    if table == "province":
        jobless, force = jobless.sum(), force.sum()
    return divided(jobless, force)


OUTPUTS = (
    Output("firms", "firms", "企业数", "firms in operation", ALL, total("firms")),
    Output("employees", "10k persons", "从业人员", "employees", ALL,
           lambda month, table: _people(month, table) * 1e-4, headline=True),
    Output("skilled_employees", "10k persons", "技能员工", "skilled employees", ALL,
           total("skilled", 1e-4)),
    Output("unskilled_employees", "10k persons", "普通员工", "unskilled employees", ALL,
           total("unskilled", 1e-4)),
    Output("output", MONEY, "工业总产值", "gross output", ALL, total("output", 1e-4)),
    Output("value_added", MONEY, "工业增加值", "value added", ALL, total("value_added", 1e-4),
           headline=True),
    Output("labour_productivity", "10k CNY/person/year", "全员劳动生产率",
           "value added per employee", ALL, _productivity, headline=True),
    Output("wage_bill", MONEY, "工资总额", "wages paid", ALL, total("wages", 1e-4)),
    Output("profit", MONEY, "利润", "profit", ALL, total("profit", 1e-4)),
    Output("profit_rate", "share", "销售利润率", "profit over output", PLACES,
           ratio("profit", "output"),
           note_zh="利润为近一年平滑值,与当月产值之比", note_en="profit is smoothed over a year"),
    Output("investment", MONEY, "工业技改投资", "investment in plant and technology", ALL,
           total("investment", 1e-4)),
    Output("equipment_investment", MONEY, "工业技改装备投入",
           "equipment part of technical renovation", ALL, total("equipment", 1e-4),
           note_zh="设备份额取2013年装备购置费(全部工业投资口径)与技改投资之比",
           note_en="the equipment share of plant is of 2013, equipment bought in all industrial "
           "investment over technical renovation"),
    Output("technology_investment", MONEY, "技术项目投资", "technology projects ordered", ALL,
           total("order_value", 1e-4), headline=True),
    Output("projects_ordered", "projects/month", "新签项目", "projects ordered", ALL,
           total("orders")),
    Output("projects_completed", "projects/month", "完工项目", "projects completed", ALL,
           total("projects_completed")),
    Output("projects_waiting", "projects", "排队项目", "projects waiting for a provider", ALL,
           total("projects_waiting")),
    Output("investing_share", "share", "有投资企业占比", "share of firms investing", ALL,
           ratio("investing", "firms")),
    Output("equipment_value_added", MONEY, "装备制造业增加值",
           "value added of equipment makers", PLACES, _equipment_makers,
           note_zh="国民经济行业33-40大类,不区分“现代”装备",
           note_en="divisions 33-40 as in the statistics; what is modern is not told apart"),
    Output("subsidy_received", "100m CNY", "累计补助", "subsidy received so far", ALL,
           total("subsidy", 1e-4)),
    Output("bank_debt", "100m CNY", "银行贷款余额", "bank debt", ALL, total("debt", 1e-4)),
    Output("lease_liabilities", "100m CNY", "租赁余额", "lease liabilities", ALL,
           total("lease", 1e-4)),
    Output("wage", "10k CNY/person/year", "工业工资", "industrial wage", PLACES, _wage),
    Output("unemployment", "share", "失业率", "unemployment rate", PLACES, _unemployment),
    Output("exits", "firms/month", "退出企业", "firms closed", PROVINCE, kept("exits")),
    Output("entries", "firms/month", "新设企业", "firms founded", PROVINCE, kept("entries")),
    Output("start_ups", "firms/month", "新设小微企业", "firms founded below scale", PLACES,
           lambda month, table: month.part(table, "founded", BELOW),
           note_zh="只在退出企业留下的位置新设", note_en="firms are founded in vacated places only"),
)  # fmt: skip
