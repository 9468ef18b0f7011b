"""Sections as flat named tuples of floats, which kernels take as they are.

Each tuple type stands in this module under its own name, so that it can be pickled.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from sim.parameters.base import Section
from sim.parameters.behaviour import Adoption, Information, Skills
from sim.parameters.economy import Labour, Outcomes, Production, Productivity
from sim.parameters.government import Governments
from sim.parameters.money import Accounts, Finance, Providers


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
