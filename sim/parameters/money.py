"""Finance, the price and queue of providers, accounts."""

from __future__ import annotations

from sim.parameters.base import Section, number


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
    matched_offers: float = number(
        3.0,
        "offers",
        "对接报价数",
        "offers that a firm matched with providers compares",
        "prior; Stigler 1961",
        1,
        6,
    )
    distance_half: float = number(
        150.0, "km", "服务半径", "distance at which a provider's pull halves", "prior", 1, 1e5
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
