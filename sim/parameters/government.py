"""Governments: applications, contests, pressure on cities."""

from __future__ import annotations

from sim.parameters.base import Section, number


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
    effort_revenue: float = number(
        0.25,
        "elasticity",
        "力度财力弹性",
        "elasticity of a city's base effort to its public revenue a head",
        "prior: richer administrations have more staff",
        0,
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
