"""How firms hear of technologies, decide on them and learn."""

from __future__ import annotations

from sim.parameters.base import Section, number


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
    county_demonstrations: float = number(
        0.1,
        "1/year",
        "县域示范影响",
        "influence of demonstration firms of the county in any sector, at one in ten firms",
        "prior: half of that within the city and sector",
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
    employees_per_project: float = number(
        300.0,
        "persons",
        "每个并行项目所需员工",
        "employees for each project run at the same time; every firm may run one",
        "prior: a firm under the statistical limit of small firms (300 employees) runs one",
        10,
        100000,
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
