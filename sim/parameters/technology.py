"""Factors on what calibration/data/technologies.csv says of each technology."""

from __future__ import annotations

from sim.parameters.base import Section, number


class TechnologyFactor(Section):
    """Multiplies a technology's price and what it brings."""

    cost: float = number(
        1.0,
        "ratio",
        "造价倍数",
        "multiplies the price of a project",
        "technologies.csv gives a low and a high for every cost",
        0.01,
        100,
    )
    gain: float = number(
        1.0,
        "ratio",
        "收益倍数",
        "multiplies gain in productivity, energy saved and new sales",
        "technologies.csv gives a low and a high for every gain",
        0,
        100,
    )


class MachineFactor(TechnologyFactor):
    """The same for machines, which are bought a part of the tasks at a time."""

    step: float = number(
        1.0,
        "ratio",
        "单项规模倍数",
        "multiplies the share of tasks that a project automates",
        "prior: a project automates a tenth of the tasks",
        0.1,
        8,
    )


class TechnologyFactors(Section):
    """Factors by technology; they act on projects from the first month on, not on what is in use."""

    automation: MachineFactor = MachineFactor()
    networking: TechnologyFactor = TechnologyFactor()
    erp: TechnologyFactor = TechnologyFactor()
    plm: TechnologyFactor = TechnologyFactor()
    ecommerce: TechnologyFactor = TechnologyFactor()
    cloud: TechnologyFactor = TechnologyFactor()
    green_iot: TechnologyFactor = TechnologyFactor()
    smart_product: TechnologyFactor = TechnologyFactor()
