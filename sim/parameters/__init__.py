"""Every number of the model that is not data: one section a submodel, each with its source.

A section is frozen and strict: an unknown key, a wrong type or a value out of range is refused.
`numbers(section)` turns it into a flat named tuple of floats, which kernels take as it is.
Central values come from published figures where there are any; those marked "prior" are modelling
priors without a published figure, wide open to calibration.
"""

from sim.parameters.base import Section, number
from sim.parameters.behaviour import Adoption, Information, Skills
from sim.parameters.economy import Labour, Outcomes, Production, Productivity
from sim.parameters.government import Governments
from sim.parameters.mechanisms import Mechanisms
from sim.parameters.money import Accounts, Finance, Providers
from sim.parameters.technology import MachineFactor, TechnologyFactor, TechnologyFactors
from sim.parameters.tuples import numbers

__all__ = [
    "Accounts",
    "Adoption",
    "Finance",
    "Governments",
    "Information",
    "Labour",
    "MachineFactor",
    "Mechanisms",
    "Outcomes",
    "Production",
    "Productivity",
    "Providers",
    "Section",
    "Skills",
    "TechnologyFactor",
    "TechnologyFactors",
    "number",
    "numbers",
]
