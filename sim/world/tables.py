"""Every table of the province and every column in it, each declared once.

Money is in 10k CNY at constant prices, time in months unless the unit says otherwise. A firm row
stands for `weight` real firms; its other columns are those of one such firm.
"""

from __future__ import annotations

from sim.core.table import Column

TECHNOLOGIES = (
    "automation",
    "networking",
    "erp",
    "plm",
    "ecommerce",
    "cloud",
    "green_iot",
    "smart_product",
)
"""Codes of the eight technologies; their position is their bit in `aware` and `adopted`."""

AUTOMATION, NETWORKING, ERP, PLM, ECOMMERCE, CLOUD, GREEN_IOT, SMART_PRODUCT = range(8)

TIERS = ("backbone", "above_scale", "small", "micro")
"""Size tiers: large backbone firms, other above-scale firms, small and micro firms below scale."""

ABOVE_SCALE = 2
"""The first tiers are above-scale industry, which official figures are of."""

OWNERSHIPS = ("private", "state", "foreign")

PROVIDER_KINDS = (
    "robot_integrator",
    "industrial_software",
    "cloud",
    "ecommerce_platform",
    "consultancy",
    "industrial_electronics",
    "training",
)

BARRIERS = (
    "none",
    "unaware",
    "unprofitable",
    "no_skills",
    "waiting_for_award",
    "no_finance",
    "no_provider_capacity",
    "other_project",
    "not_applicable",
)
"""First binding barrier of a technology in a firm; `none` once adopted."""

(
    NO_BARRIER,
    UNAWARE,
    UNPROFITABLE,
    NO_SKILLS,
    WAITING_FOR_AWARD,
    NO_FINANCE,
    NO_PROVIDER_CAPACITY,
    OTHER_PROJECT,
    NOT_APPLICABLE,
) = range(9)

NEVER = -32768
"""Month of something that has not happened."""

CRITICAL_INPUTS = 3
"""Number of input sectors whose absence stops production (Pichler et al. 2022)."""

_T = len(TECHNOLOGIES)
_MONEY = "10k CNY"

FIRMS = (
    Column("uid", "u4", "id", "企业编号", "firm id"),
    Column("city", "u1", "index", "城市", "city", 0, 10, fixed=True),
    Column("county", "u1", "index", "县市区", "county", 0, fixed=True),
    Column("sector", "u1", "index", "行业", "sector", 0, fixed=True),
    Column("tier", "u1", "index", "规模层级", "tier", 0, 3, fixed=True),
    Column("ownership", "u1", "index", "所有制", "ownership", 0, 2, fixed=True),
    Column("weight", "f4", "real firms", "代表企业数", "firms represented", 1e-6, fixed=True),
    Column("alive", "u1", "flag", "在营", "in operation", 0, 1, fill=1),
    Column("founded", "i2", "month", "成立月份", "month of foundation"),
    Column("skilled", "f4", "persons", "技能员工", "skilled employees", 0),
    Column("unskilled", "f4", "persons", "普通员工", "unskilled employees", 0),
    Column("capital", "f4", _MONEY, "资本存量", "capital stock", 0),
    Column(
        "efficiency", "f4", "10k CNY/person/year", "基础效率", "efficiency before technology", 0
    ),
    Column("productivity", "f4", "10k CNY/person/year", "人均产值", "output per employee", 0),
    Column("wage_premium", "f4", "ratio", "工资溢价", "wage relative to the city's", 0),
    Column("unit_cost", "f4", "share of price", "单位成本", "unit cost", 0),
    Column("demand", "f8", _MONEY + "/month", "订单", "orders received", 0),
    Column("expected_demand", "f4", _MONEY + "/month", "预期订单", "expected orders", 0),
    Column("output", "f4", _MONEY + "/month", "产出", "output", 0),
    Column("share", "f4", "share", "市场份额", "share of the sector's open demand", 0),
    Column("fill", "f4", "share", "交付率", "share of orders delivered", 0, 1, fill=1),
    Column(
        "stock", "f4", _MONEY, "关键投入库存", "stock of critical inputs", 0, width=CRITICAL_INPUTS
    ),
    Column("cash", "f8", _MONEY, "现金", "cash"),
    Column("debt", "f8", _MONEY, "银行贷款", "bank debt", 0),
    Column("lease", "f8", _MONEY, "融资租赁", "lease liabilities", 0),
    Column("running_cost", "f4", _MONEY + "/month", "系统运维费", "running cost of technology", 0),
    Column("profit", "f4", _MONEY + "/month", "利润", "profit, smoothed over a year"),
    Column("investment", "f4", _MONEY + "/month", "投资", "investment this month", 0),
    Column("capability", "f4", "0-1", "数字化能力", "capability", 0, 1),
    Column("payback_limit", "f4", "years", "可接受回收期", "longest payback accepted", 0),
    Column("threshold", "f4", "share", "从众门槛", "threshold of contagion", 0),
    Column("aware", "u1", "bits", "知晓技术", "technologies known"),
    Column("adopted", "u1", "bits", "已用技术", "technologies in use"),
    Column("automation", "f4", "share", "自动化水平", "share of tasks automated", 0, 1),
    Column("gain_target", "f4", "log points", "技术增益目标", "productivity gain when mature"),
    Column("gain", "f4", "log points", "技术增益", "productivity gain so far"),
    Column("realised", "f4", "ratio", "实现率", "gain realised over gain promised", width=_T),
    Column("belief", "f4", "ratio", "预期", "believed gain over gain promised", 0, width=_T),
    Column("adopted_month", "i2", "month", "采用月份", "month adopted", width=_T, fill=NEVER),
    Column("barrier", "u1", "index", "首要障碍", "first binding barrier", 0, 8, width=_T, fill=1),
    Column("ordered", "u1", "bits", "在建技术", "technologies on order"),
    Column("award", "u1", "bits", "获批补助", "technologies with an award in hand"),
    Column("applied", "u1", "bits", "待批申请", "technologies with an application pending"),
    Column("demonstration", "u1", "bits", "示范", "technologies demonstrated"),
    Column("pilot", "u1", "bits", "试点", "programmes of pilots that named it"),
    Column("matched", "u1", "bits", "已对接技术", "technologies it met providers of"),
    Column(
        "charge", "f4", "share of sales/year", "违规收费", "charge for lacking green control", 0
    ),
    Column("subsidy", "f4", _MONEY, "累计补助", "subsidy received so far", 0),
    Column("projects", "u1", "count", "项目数", "projects completed"),
)

PROVIDERS = (
    Column("uid", "u4", "id", "服务商编号", "provider id"),
    Column("kind", "u1", "index", "类别", "kind", 0, 6, fixed=True),
    Column("city", "u1", "index", "城市", "city", 0, 10, fixed=True),
    Column(
        "weight", "f4", "real providers", "代表服务商数", "providers represented", 0, fixed=True
    ),
    Column("alive", "u1", "flag", "在营", "in operation", 0, 1, fill=1),
    Column("teams", "f4", "teams", "项目团队", "project teams", 0),
    Column("busy", "f4", "projects", "在建项目", "projects under way", 0),
    Column("backlog", "f4", "projects", "排队项目", "projects waiting", 0),
    Column("orders", "f4", "projects/month", "新订单", "projects ordered this month", 0),
    Column("experience", "f4", "projects", "累计项目", "projects completed", 0),
    Column("quality", "f4", "ratio", "质量", "quality", 0, fill=1),
    Column("cost", "f4", "ratio", "成本水平", "cost over that of its kind", 0, fill=1),
    Column("supported", "u1", "bits", "已获扶持", "kinds of support received"),
    Column("public_orders", "f4", "projects/month", "公共订单", "public projects this month", 0),
    Column("price", "f4", "ratio", "价格指数", "price over the 2012 list price", 0, fill=1),
    Column("wait", "f4", "months", "交付等待", "expected wait before the start", 0),
    Column("revenue", "f4", _MONEY + "/month", "收入", "revenue", 0),
)

CITIES = (
    Column("wage", "f8", "10k CNY/person/year", "工业工资", "industrial wage", 0),
    Column("labour_skilled", "f8", "persons", "技能劳动力", "skilled labour force", 0),
    Column("labour_unskilled", "f8", "persons", "普通劳动力", "unskilled labour force", 0),
    Column("unemployed_skilled", "f8", "persons", "技能求职者", "skilled jobseekers", 0),
    Column("unemployed_unskilled", "f8", "persons", "普通求职者", "unskilled jobseekers", 0),
    Column("vacancies_skilled", "f8", "persons", "技能空缺", "skilled vacancies", 0),
    Column("vacancies_unskilled", "f8", "persons", "普通空缺", "unskilled vacancies", 0),
    Column("hire_skilled", "f8", "share", "技能招聘满足率", "skilled vacancies filled", 0, 1),
    Column("hire_unskilled", "f8", "share", "普通招聘满足率", "unskilled vacancies filled", 0, 1),
    Column("broadband", "f8", "lines/100 people", "宽带普及率", "fixed broadband lines", 0),
    Column("bank_funds", "f8", _MONEY, "可贷资金", "loanable funds left"),
    Column("bank_loans", "f8", _MONEY, "贷款余额", "loans outstanding", 0),
    Column("lease_funds", "f8", _MONEY, "可租赁资金", "lessor funds left"),
    Column("lease_book", "f8", _MONEY, "租赁余额", "leases outstanding", 0),
    Column("effort", "f8", "share", "推进力度", "effort of the administration", 0, 1),
    Column("mix", "f8", "share", "政策组合", "policy mix over technologies", 0, 1, width=_T),
    Column("rank", "f8", "rank", "排名", "last published rank, 0 before the first", 0),
    Column("reporting_inflation", "f8", "share", "虚报幅度", "reported over latent, less 1", 0),
    Column("platforms", "f8", "platforms", "公共服务平台", "public service platforms", 0),
    Column("smart_city", "f8", "share", "智慧服务覆盖", "residents with digital services", 0, 1),
)

SECTORS = (
    Column("final_demand", "f8", _MONEY + "/month", "最终需求", "final demand", 0),
    Column("open_demand", "f8", _MONEY + "/month", "开放需求", "demand outside links", 0),
    Column("planned", "f8", _MONEY + "/month", "计划产出", "output planned", 0),
    Column("output", "f8", _MONEY + "/month", "产出", "output", 0),
    Column("fill", "f8", "share", "市场交付率", "share of open demand delivered", 0, 1, fill=1),
    Column("unit_cost", "f8", "share of price", "平均单位成本", "mean unit cost", 0),
)

CLUSTERS = (
    Column("firms", "f8", "firms", "企业数", "firms", 0),
    Column("adopters", "f8", "firms", "采用企业数", "firms using a technology", 0, width=_T),
    Column("demonstrations", "f8", "firms", "示范企业数", "demonstration firms", 0, width=_T),
    Column("output", "f8", _MONEY + "/month", "产出", "output", 0),
    Column("employees", "f8", "persons", "从业人员", "employees", 0),
)

TABLES = {
    "firms": FIRMS,
    "providers": PROVIDERS,
    "cities": CITIES,
    "sectors": SECTORS,
    "clusters": CLUSTERS,
}
"""Every table of the province; a cluster row is `city * industry_sectors + sector`."""
