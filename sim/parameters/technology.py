"""Factors on what calibration/data/technologies.csv says of each technology."""

from __future__ import annotations

from typing import Any

from pydantic import Field

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


def _factor(section: type[TechnologyFactor], zh: str, en: str) -> Any:
    return Field(
        default_factory=section, description=en, json_schema_extra={"unit": "1", "zh": zh, "en": en}
    )


class TechnologyFactors(Section):
    """Factors by technology; they act on projects from the first month on, not on what is in use."""

    automation: MachineFactor = _factor(MachineFactor, "机器换人", "machines for labour")
    networking: TechnologyFactor = _factor(TechnologyFactor, "机器联网与MES", "networks and MES")
    erp: TechnologyFactor = _factor(TechnologyFactor, "ERP", "ERP")
    plm: TechnologyFactor = _factor(TechnologyFactor, "PLM", "PLM")
    ecommerce: TechnologyFactor = _factor(TechnologyFactor, "电子商务", "e-commerce")
    cloud: TechnologyFactor = _factor(TechnologyFactor, "云服务", "cloud services")
    green_iot: TechnologyFactor = _factor(TechnologyFactor, "绿色安全物联网", "process control")
    smart_product: TechnologyFactor = _factor(TechnologyFactor, "智能产品", "smart products")
