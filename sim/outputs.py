"""Every output series: declared once, with unit, labels and how it follows from the month's sums.

`value(sums, extra)` gets weighted sums by variable name (any shape) and the month's other figures;
the same declaration serves province, city, sector and tier. Province, city and sector figures are
of above-scale industry (backbone and other above-scale firms), as official statistics are; the tier
table shows small and micro firms too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.table import Array
from sim.world.tables import BARRIERS, PROVIDER_KINDS, TECHNOLOGIES

Sums = Mapping[str, Array]
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


@dataclass(frozen=True)
class Output:
    """One series; `where` lists the tables it stands in (province, cities, sectors, tiers)."""

    name: str
    unit: str
    zh: str
    en: str
    where: tuple[str, ...]
    value: Callable[[Sums, Mapping[str, Any]], Any]
    headline: bool = False


ALL = ("province", "cities", "sectors", "tiers")
PROVINCE = ("province",)


def _ratio(top: str, bottom: str, scale: float = 1.0) -> Callable[[Sums, Mapping[str, Any]], Any]:
    def value(sums: Sums, extra: Mapping[str, Any]) -> Any:
        below = sums[bottom]
        return np.where(below > 0, scale * sums[top] / np.where(below > 0, below, 1.0), 0.0)

    return value


def _total(name: str, scale: float = 1.0) -> Callable[[Sums, Mapping[str, Any]], Any]:
    return lambda sums, extra: sums[name] * scale


def _extra(name: str) -> Callable[[Sums, Mapping[str, Any]], Any]:
    return lambda sums, extra: extra[name]


def _productivity(sums: Sums, extra: Mapping[str, Any]) -> Any:
    people = sums["skilled"] + sums["unskilled"]
    return np.where(people > 0, 12.0 * sums["value_added"] / np.where(people > 0, people, 1), 0.0)


def _declare() -> tuple[Output, ...]:
    money = "100m CNY/month"
    made = [
        Output("firms", "firms", "企业数", "firms in operation", ALL, _total("firms")),
        Output("employees", "10k persons", "从业人员", "employees", ALL,
               lambda s, e: (s["skilled"] + s["unskilled"]) * 1e-4, headline=True),
        Output("skilled_employees", "10k persons", "技能员工", "skilled employees", ALL,
               _total("skilled", 1e-4)),
        Output("unskilled_employees", "10k persons", "普通员工", "unskilled employees", ALL,
               _total("unskilled", 1e-4)),
        Output("output", money, "工业总产值", "gross output", ALL, _total("output", 1e-4)),
        Output("value_added", money, "工业增加值", "value added", ALL, _total("value_added", 1e-4),
               headline=True),
        Output("labour_productivity", "10k CNY/person/year", "全员劳动生产率",
               "value added per employee", ALL, _productivity, headline=True),
        Output("wage_bill", money, "工资总额", "wages paid", ALL, _total("wages", 1e-4)),
        Output("profit", money, "利润", "profit", ALL, _total("profit", 1e-4)),
        Output("investment", money, "工业技改投资", "investment in plant and technology", ALL,
               _total("investment", 1e-4)),
        Output("technology_investment", money, "技术项目投资", "technology projects ordered", ALL,
               _total("order_value", 1e-4), headline=True),
        Output("projects_ordered", "projects/month", "新签项目", "projects ordered", ALL,
               _total("orders")),
        Output("projects_completed", "projects/month", "完工项目", "projects completed", ALL,
               _total("projects_completed")),
        Output("projects_waiting", "projects", "排队项目", "projects waiting for a provider", ALL,
               _total("projects_waiting")),
        Output("investing_share", "share", "有投资企业占比", "share of firms investing", ALL,
               _ratio("investing", "firms")),
        Output("numerical_control_rate", "share", "装备数控化率",
               "numerical-control rate of equipment", ALL,
               _ratio("automation_by_capital", "capital")),
        Output("numerical_control_rate_key_firms", "share", "骨干企业装备数控化率",
               "numerical-control rate, backbone firms", ("province", "cities"),
               _ratio("key_automation", "key_capital"), headline=True),
        Output("automation_level", "share", "平均自动化水平", "mean share of tasks automated", ALL,
               _ratio("automation_by_firm", "firms")),
        Output("capability", "0-1", "数字化能力", "capability", ALL, _ratio("capability", "firms")),
        Output("technology_gain", "log points", "技术增益", "productivity gain from technology",
               ALL, _ratio("gain", "firms")),
        Output("subsidy_received", "100m CNY", "累计补助", "subsidy received so far", ALL,
               _total("subsidy", 1e-4)),
        Output("bank_debt", "100m CNY", "银行贷款余额", "bank debt", ALL, _total("debt", 1e-4)),
        Output("lease_liabilities", "100m CNY", "租赁余额", "lease liabilities", ALL,
               _total("lease", 1e-4)),
        Output("demonstration_firms", "firms", "示范企业", "demonstration firms", ALL,
               _total("demonstrating")),
    ]  # fmt: skip
    for code in TECHNOLOGIES:
        zh, en = TECHNOLOGY_ZH[code], TECHNOLOGY_EN[code]
        made.append(
            Output(f"adoption_{code}", "share of firms", f"{zh}应用率", f"adoption of {en}", ALL,
                   _ratio(f"adopters_{code}", "firms"), headline=code in ("automation", "erp"))
        )  # fmt: skip
        made.append(
            Output(f"awareness_{code}", "share of firms", f"{zh}知晓率", f"awareness of {en}", ALL,
                   _ratio(f"aware_{code}", "firms"))
        )  # fmt: skip
    for barrier in BARRIERS[1:-1]:
        made.append(
            Output(f"barrier_{barrier}", "share", f"障碍:{BARRIER_ZH[barrier]}",
                   f"barrier: {BARRIER_EN[barrier]}", ("province", "tiers"),
                   _extra(f"barrier_{barrier}"))
        )  # fmt: skip
    for kind in PROVIDER_KINDS:
        for name, unit, zh, en in (
            ("price", "2012 = 1", "价格指数", "price index"),
            ("wait", "months", "等待时间", "wait for a start"),
            ("backlog", "projects", "排队项目", "projects waiting"),
        ):
            made.append(
                Output(f"{name}_{kind}", unit, f"{PROVIDER_ZH[kind]}{zh}",
                       f"{PROVIDER_EN[kind]}: {en}", PROVINCE, _extra(f"{name}_{kind}"))
            )  # fmt: skip
    made += [
        Output("wage", "10k CNY/person/year", "工业工资", "industrial wage", ("province", "cities"),
               _extra("wage")),
        Output("unemployment", "share", "失业率", "unemployment rate", ("province", "cities"),
               _extra("unemployment")),
        Output("exits", "firms/month", "退出企业", "firms closed", PROVINCE, _extra("exits")),
        Output("entries", "firms/month", "新设企业", "firms founded", PROVINCE, _extra("entries")),
        Output("public_spending", "100m CNY", "累计财政支出", "public money paid so far", PROVINCE,
               _extra("public_spending"), headline=True),
        Output("public_committed", "100m CNY", "已承诺未付", "public money promised, not yet paid",
               PROVINCE, _extra("public_committed")),
        Output("applications", "applications", "待批申请", "applications pending", PROVINCE,
               _extra("applications")),
    ]  # fmt: skip
    return tuple(made)


OUTPUTS = _declare()
BY_NAME = {output.name: output for output in OUTPUTS}


def in_table(table: str) -> tuple[Output, ...]:
    """Outputs of a table (province, cities, sectors, tiers)."""
    return tuple(output for output in OUTPUTS if table in output.where)
