"""Every number of the model that is not data: one section a submodel, each with its source.

A section is frozen and strict: an unknown key, a wrong type or a value out of range is refused.
`numbers(section)` turns it into a flat named tuple of floats, which kernels take as it is.
Central values come from published figures where there are any; those marked "prior" are modelling
priors without a published figure, wide open to calibration.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


def number(
    default: float, unit: str, zh: str, en: str, source: str, low: float, high: float
) -> Any:
    """A parameter with its unit, labels, source and allowed range."""
    return Field(
        default,
        ge=low,
        le=high,
        description=en,
        json_schema_extra={"unit": unit, "zh": zh, "en": en, "source": source},
    )


class Section(BaseModel):
    """A strict, frozen group of parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Mechanisms(Section):
    """Switches that turn a submodel off or into an analytic limit."""

    information: Literal["network", "bass", "threshold", "full"] = "network"
    decision: Literal["payback", "always"] = "payback"
    finance: bool = True
    provider_capacity: bool = True
    skills: bool = True
    entry_exit: bool = True
    labour_market: bool = True
    spillovers: bool = True
    governments: bool = True
    production: Literal["dynamic_io", "off"] = "dynamic_io"
    beliefs: bool = True


class Information(Section):
    """Hazard of becoming aware, per year (Bass 1969; Mansfield 1961; Granovetter 1978)."""

    innovation: float = number(
        0.01,
        "1/year",
        "自发知晓率",
        "awareness from outside",
        "Sultan, Farley & Lehmann 1990: 0.001-0.01 for capital goods",
        0,
        5,
    )
    cluster_peers: float = number(
        0.19,
        "1/year",
        "同城同业影响",
        "influence of adopters in the city and sector",
        "half of the Bass imitation 0.38, Sultan, Farley & Lehmann 1990",
        0,
        5,
    )
    suppliers: float = number(
        0.095,
        "1/year",
        "供应商影响",
        "influence of suppliers that adopted",
        "a quarter of the Bass imitation 0.38, Sultan, Farley & Lehmann 1990",
        0,
        5,
    )
    customers: float = number(
        0.095,
        "1/year",
        "客户影响",
        "influence of customers that adopted",
        "a quarter of the Bass imitation 0.38, Sultan, Farley & Lehmann 1990",
        0,
        5,
    )
    demonstrations: float = number(
        0.2,
        "1/year",
        "示范影响",
        "influence of demonstration firms, at one in ten firms",
        "prior",
        0,
        5,
    )
    marketing: float = number(
        0.02,
        "1/year",
        "服务商推广",
        "marketing by providers at the province's mean density",
        "prior: of the order of innovation, Sultan, Farley & Lehmann 1990",
        0,
        5,
    )
    public_services: float = number(
        0.05,
        "1/year",
        "智慧服务影响",
        "digital public services on cloud and e-commerce, full cover",
        "prior",
        0,
        5,
    )
    bass_innovation: float = number(
        0.03,
        "1/year",
        "Bass创新系数",
        "Bass p under complete mixing",
        "Sultan, Farley & Lehmann 1990",
        0,
        5,
    )
    bass_imitation: float = number(
        0.38,
        "1/year",
        "Bass模仿系数",
        "Bass q under complete mixing",
        "Sultan, Farley & Lehmann 1990",
        0,
        5,
    )
    threshold: float = number(
        -1.0,
        "share",
        "从众门槛",
        "threshold of every firm; below 0: each firm's own",
        "Watts 2002",
        -1,
        1,
    )


class Adoption(Section):
    """The investment decision (Dosi, Fagiolo & Roventini 2010; David 1966; Davies 1979)."""

    reviews_per_year: float = number(
        2.0,
        "1/year",
        "投资评审频率",
        "investment reviews a year",
        "prior: half-yearly budgets",
        0.1,
        1200,
    )
    choice_sharpness: float = number(
        6.0, "1", "决策敏感度", "slope of the logit in payback", "prior", 0.1, 100
    )
    payback_shift: float = number(
        0.0, "years", "回收期偏移", "added to every firm's longest payback", "prior", -3, 10
    )
    capability_exponent: float = number(
        0.5, "1", "能力指数", "power of capability in the gain", "prior", 0, 3
    )
    belief_signal_weight: float = number(
        0.25,
        "ratio",
        "口碑权重",
        "precision of one neighbour's result over the prior's",
        "prior",
        0,
        10,
    )
    automation_limit: float = number(
        0.85,
        "share",
        "可自动化上限",
        "largest share of tasks that can be automated",
        "prior",
        0,
        1,
    )
    automation_reference: float = number(
        0.3,
        "share",
        "联网门槛自动化水平",
        "automation at which networking pays in full",
        "prior",
        0.01,
        1,
    )
    longest_wait: float = number(
        12.0,
        "months",
        "可接受等待",
        "longest wait for a provider that is accepted",
        "prior",
        0,
        1e9,
    )
    social_charges: float = number(
        0.28,
        "ratio of wage",
        "社保费率",
        "employer's social charges",
        "statutory rates, recalled: 0.20-0.35",
        0,
        1,
    )


class Finance(Section):
    """Pecking order: cash, bank, lease (Myers & Majluf 1984; Eisfeldt & Rampini 2009)."""

    cash_buffer: float = number(
        0.5, "months of costs", "现金缓冲", "cash kept back from investment", "prior", 0, 24
    )
    loan_to_sales: float = number(
        0.5,
        "ratio of yearly sales",
        "贷款上限",
        "largest debt to yearly sales",
        "Dosi, Fagiolo & Roventini 2010 allow 2; Chinese above-scale debt to assets 0.58 in 2013",
        0,
        5,
    )
    collateral: float = number(
        0.6,
        "ratio of capital",
        "抵押率",
        "loan to pledged capital",
        "bank practice, recalled",
        0,
        2,
    )
    lease_premium: float = number(
        0.03,
        "1/year",
        "租赁溢价",
        "lease rate over the benchmark lending rate",
        "implicit lease rate 7-12 % against a benchmark of 6 %, recalled",
        0,
        0.5,
    )
    small_firm_premium: float = number(
        0.3,
        "ratio",
        "小企业利率上浮",
        "mark-up on the benchmark for firms below 300 employees",
        "SME mark-up 30 %, recalled",
        0,
        3,
    )
    lease_to_sales: float = number(
        0.2,
        "ratio of yearly sales",
        "租赁上限",
        "largest lease liability to yearly sales",
        "prior",
        0,
        5,
    )
    repayment_months: float = number(
        36.0, "months", "还款期", "mean life of a loan or lease", "prior: three-year term", 1, 240
    )
    rollover: float = number(
        0.25,
        "ratio of capital",
        "续贷比例",
        "bank debt that is rolled over",
        "derived: about half of the above-scale debt to assets of 0.58 (2013) is bank debt",
        0,
        1,
    )
    bank_funds: float = number(
        0.02,
        "share of yearly output",
        "年新增可贷资金",
        "new lending for projects a year",
        "derived: technical renovation 366.5 bn of output 5,834 bn in 2012, a third by loan",
        0,
        1,
    )
    lessor_funds: float = number(
        0.004,
        "share of yearly output",
        "年新增租赁资金",
        "new leasing for projects a year",
        "prior: a fifth of lending",
        0,
        1,
    )


class Providers(Section):
    """Queue, capacity, learning and price of providers (Wright 1936; Goolsbee 1998)."""

    hiring_lag: float = number(
        9.0, "months", "扩员滞后", "lag of teams behind demand", "prior", 1, 1e9
    )
    backlog_markup: float = number(
        0.15,
        "ratio",
        "排队加价",
        "price rise at six months of backlog",
        "Goolsbee 1998: 35-70 % of an incentive passes into price",
        0,
        3,
    )
    learning_scale: float = number(
        1.0, "ratio", "学习率倍数", "multiplies every kind's learning rate", "Wright 1936", 0, 3
    )
    failure_scale: float = number(
        1.0, "ratio", "失败率倍数", "multiplies every kind's failure rate", "prior", 0, 10
    )
    entry_rate: float = number(
        0.1, "1/year", "服务商进入率", "entry a year at six months of backlog", "prior", 0, 5
    )
    fixed_price: bool = False
    distance_half: float = number(
        150.0, "km", "服务半径", "distance at which a provider's pull halves", "prior", 1, 1e5
    )


class Skills(Section):
    """Capability and skills (Cohen & Levinthal 1990; Dawid et al. 2014)."""

    learning_by_adopting: float = number(
        0.08, "share of gap", "干中学", "capability gained by a project", "prior", 0, 1
    )
    training_gain: float = number(
        0.15, "share of gap", "培训增益", "capability gained by training", "prior", 0, 1
    )
    decay: float = number(0.03, "1/year", "能力折旧", "decay of capability", "prior", 0, 1)
    skill_premium: float = number(
        1.5, "ratio", "技能工资溢价", "skilled over unskilled wage", "prior", 1, 5
    )


class Production(Section):
    """Dynamic input-output (Henriet, Hallegatte & Tabourier 2012; Pichler et al. 2022)."""

    expectation_weight: float = number(
        0.5, "share", "预期调整", "weight of this month's orders in expected orders", "prior", 0, 1
    )
    inventory_months: float = number(
        1.5,
        "months",
        "目标库存",
        "target stock of critical inputs",
        "Henriet, Hallegatte & Tabourier 2012 use 1-3 months",
        1,
        24,
    )
    inventory_adjustment: float = number(
        3.0,
        "months",
        "库存调整期",
        "months to close a gap in stock; 0 turns it off",
        "Henriet, Hallegatte & Tabourier 2012",
        0,
        120,
    )
    overtime: float = number(
        1.15,
        "ratio",
        "加班产能",
        "output over normal hours' output at most",
        "36 hours of overtime a month are lawful",
        1,
        100,
    )
    replicator: float = number(
        1.0,
        "1/year",
        "份额调整速度",
        "speed at which shares follow unit cost",
        "Dosi, Fagiolo & Roventini 2010",
        0,
        10,
    )
    unfilled_penalty: float = number(
        0.5,
        "1/year",
        "缺货惩罚",
        "share lost to unfilled orders",
        "Dosi, Fagiolo & Roventini 2010, weight 1 on both",
        0,
        10,
    )


class Labour(Section):
    """Labour demand, matching and wages (Blanchflower & Oswald 1994)."""

    hiring_speed: float = number(
        0.25, "1/month", "招聘速度", "share of a gap hired a month", "prior", 0.01, 1
    )
    firing_speed: float = number(
        0.12,
        "1/month",
        "减员速度",
        "share of a surplus shed a month, mostly by attrition",
        "prior",
        0.01,
        1,
    )
    matching: float = number(
        0.5, "1/month", "匹配效率", "share of jobseekers who can be hired a month", "prior", 0.01, 1
    )
    mobility: float = number(
        0.1,
        "1/month",
        "跨市流动",
        "share of the gap in jobseekers between cities closed a month",
        "prior: a third of Zhejiang's industrial workers come from elsewhere and move",
        0,
        1,
    )
    sector_mobility: float = number(
        0.05,
        "1/month",
        "跨行业流动",
        "share of jobseekers above the normal rate who leave industry",
        "prior: services of Zhejiang took on people every year of 2012-2015 while industry shed them",
        0,
        1,
    )
    normal_unemployment: float = number(
        0.04,
        "share",
        "常态失业率",
        "unemployment without wage pressure",
        "registered urban unemployment in Zhejiang 3.0 %, recalled",
        0,
        0.5,
    )
    wage_curve: float = number(
        0.1,
        "elasticity",
        "工资曲线弹性",
        "wage elasticity to unemployment",
        "Blanchflower & Oswald 1994: 0.1",
        0,
        1,
    )


class Productivity(Section):
    """Own gains, shocks and spillovers (Brynjolfsson, Rock & Syverson 2021; Bottazzi & Secchi)."""

    trend: float = number(
        0.07,
        "1/year",
        "自发生产率增长",
        "labour productivity growth without these technologies",
        "derived: real value added per above-scale employee grew 9.2 % a year in 2013-2015; less "
        "about two points for the technologies modelled here",
        -0.2,
        0.3,
    )
    ramp_months: float = number(
        10.0,
        "months",
        "见效期",
        "time constant of a gain",
        "Li, Jin & Cheng 2024: effect strongest in the first two years",
        0.1,
        120,
    )
    shock: float = number(
        0.10,
        "log points",
        "年度冲击",
        "scale of the yearly Laplace shock",
        "Chinese firms 1998-2008: Laplace growth rates",
        0,
        1,
    )
    reversion: float = number(
        0.05,
        "1/year",
        "均值回归",
        "yearly return to the sector's mean",
        "derived: with the shock it keeps the spread of log productivity within sectors at 0.45",
        0,
        1,
    )
    link_spillover: float = number(
        0.03,
        "1/year",
        "供应链溢出",
        "yearly catch-up with gains of supply partners",
        "Li, Jin & Cheng 2024 find spillovers; size is a prior",
        0,
        1,
    )
    cluster_spillover: float = number(
        0.03,
        "1/year",
        "集群溢出",
        "yearly catch-up with gains in the city and sector",
        "Li, Jin & Cheng 2024 find spillovers; size is a prior",
        0,
        1,
    )


class Accounts(Section):
    """Accounts, exit and entry."""

    depreciation: float = number(
        0.09,
        "1/year",
        "折旧率",
        "economic depreciation",
        "Brandt, Van Biesebroeck & Zhang 2012: 9 %",
        0,
        1,
    )
    profit_tax: float = number(
        0.25, "share", "所得税率", "tax on profit", "Enterprise Income Tax Law 2008", 0, 1
    )
    payout: float = number(
        0.3, "1/month", "分红比例", "share of cash above the target paid out a month", "prior", 0, 1
    )
    cash_target: float = number(
        2.0, "months of costs", "目标现金", "cash kept before paying out", "prior", 0, 24
    )
    overdraft: float = number(
        3.0, "months of costs", "透支上限", "negative cash at which a firm fails", "prior", 0, 60
    )
    exit_rate: float = number(
        0.03,
        "1/year",
        "退出率",
        "exit of mature firms for other reasons",
        "SAIC 2013: 0.03-0.08 over ten years of age",
        0,
        1,
    )
    young_exit: float = number(
        2.0,
        "ratio",
        "新企业退出倍数",
        "exit of firms below seven years over mature ones",
        "SAIC 2013: 0.085 at ages 4-7 against 0.05",
        1,
        20,
    )
    entry_rate: float = number(
        1.5, "1/year", "进入率", "rate at which a vacated place is taken again", "prior", 0, 12
    )


class Governments(Section):
    """Governments, applications and contests (Besley & Case 1995; Takalo et al. 2013)."""

    application_cost: float = number(
        2.0, "10k CNY", "申报成本", "cost of writing an application", "prior", 0, 1000
    )
    application_rate: float = number(
        0.5,
        "share",
        "申报率",
        "share of eligible informed firms that apply when it pays",
        "prior",
        0,
        1,
    )
    base_effort: float = number(
        0.5,
        "share",
        "推进力度基准",
        "effort of a city's administration without pressure",
        "prior",
        0.01,
        1,
    )
    effort_decay: float = number(
        0.5, "1/year", "力度回落", "rate at which effort falls back to its base", "prior", 0, 12
    )
    rank_pressure: float = number(
        0.2,
        "share",
        "排名压力",
        "rise of effort at the last rank, of what is lacking",
        "prior; yardstick competition, Besley & Case 1995",
        0,
        1,
    )
    imitation: float = number(
        0.2,
        "share",
        "政策模仿",
        "part of a better-ranked city's policy mix taken over a year",
        "prior; Besley & Case 1995",
        0,
        1,
    )
    inflation_step: float = number(
        0.02,
        "share",
        "虚报冲动",
        "rise of reporting inflation at the last rank, unaudited",
        "prior",
        0,
        1,
    )
    public_project: float = number(
        50.0,
        "10k CNY",
        "公共项目金额",
        "size of a public project for a provider",
        "prior",
        0.1,
        1e6,
    )
    small_firm_friction: float = number(
        0.5,
        "ratio",
        "小企业申报折扣",
        "application rate of below-scale firms over others",
        "prior",
        0,
        1,
    )


class Outcomes(Section):
    """How the use of technologies turns into what a programme is judged by."""

    online_share: float = number(
        0.4,
        "share",
        "网销比重上限",
        "share of sales online of a fully capable user of e-commerce, in the end",
        "prior; Eurostat 2013, recalled: 14 % of turnover online with a fifth of firms selling",
        0,
        1,
    )
    online_ramp: float = number(
        24.0,
        "months",
        "网销成长期",
        "months of use after which half of the online share is reached",
        "prior",
        0,
        240,
    )
    new_product_lift: float = number(
        1.0,
        "ratio",
        "智能产品新品提升",
        "added odds of new products in the sales of a maker of smart products",
        "prior",
        0,
        10,
    )
    product_generation: float = number(
        36.0,
        "months",
        "产品换代期",
        "months of use after which half of a maker's range is smart",
        "prior: product generations of three to five years in machinery",
        0,
        240,
    )
    smart_products_a_year: float = number(
        3.0,
        "products/firm/year",
        "年新产品数",
        "new smart products a year of a fully capable maker",
        "prior",
        0,
        1000,
    )
    smart_sets_a_year: float = number(
        0.3,
        "sets/firm/year",
        "年成套装备数",
        "new complete sets a year of a fully capable machine maker with networked plant",
        "prior",
        0,
        1000,
    )
    water_saving: float = number(
        0.2,
        "share",
        "减排效果",
        "waste water saved by green process control",
        "prior: automatic dosing and reuse in dyeing and paper save 15-30 %, recalled",
        0,
        1,
    )
    accident_saving: float = number(
        0.3,
        "share",
        "安全效果",
        "accidents avoided by green and safe process control",
        "prior",
        0,
        1,
    )
    energy_trend: float = number(
        0.01,
        "1/year",
        "自发节能",
        "fall of energy intensity without these technologies",
        "energy models commonly use 0.5-1 % a year (Manne & Richels 1992), recalled",
        0,
        0.2,
    )
    outside_elasticity: float = number(
        0.3,
        "elasticity",
        "外部业务弹性",
        "outside online, software and electronics business on providers' quality over price",
        "prior",
        0,
        5,
    )
    smart_automation: float = number(
        0.5,
        "share",
        "智能制造自动化门槛",
        "automation at which a firm with ERP, PLM and networks counts as smart manufacturing",
        "prior: the 2017 target for numerical control",
        0,
        1,
    )
    unmanned_automation: float = number(
        0.8,
        "share",
        "无人车间自动化门槛",
        "automation at which a project has left a networked workshop without operators",
        "half a project below the largest share of tasks that can be automated",
        0,
        1,
    )


def _numbers(section: type[Section]) -> Any:
    made = namedtuple(f"{section.__name__}Numbers", tuple(section.model_fields))  # type: ignore[misc]
    made.__module__ = __name__
    return made


InformationNumbers = _numbers(Information)
AdoptionNumbers = _numbers(Adoption)
FinanceNumbers = _numbers(Finance)
ProvidersNumbers = _numbers(Providers)
SkillsNumbers = _numbers(Skills)
ProductionNumbers = _numbers(Production)
LabourNumbers = _numbers(Labour)
ProductivityNumbers = _numbers(Productivity)
AccountsNumbers = _numbers(Accounts)
GovernmentsNumbers = _numbers(Governments)
OutcomesNumbers = _numbers(Outcomes)


def numbers(section: Section) -> Any:
    """The section as a named tuple of floats (switches as 0 or 1), for kernels."""
    made = globals()[f"{type(section).__name__}Numbers"]
    return made(*(float(value) for value in section.model_dump().values()))
