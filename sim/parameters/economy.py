"""Production, labour, productivity, and what they turn into."""

from __future__ import annotations

from sim.parameters.base import Section, number


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
