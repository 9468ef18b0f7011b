"""Policies are data: one class an instrument, one pure `apply` onto `Instruments`.

To add an instrument: write its class here or in a module beside, add it to `INSTRUMENTS`, and give
it a table in a scenario file.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.policies.administration import CityFund, LeadingGroup, YearlyEvaluation
from sim.policies.demonstration import Demonstration
from sim.policies.entry_rule import EntryRule
from sim.policies.inspection import Inspection
from sim.policies.leasing_support import LeasingSupport
from sim.policies.management_pilot import ManagementPilot
from sim.policies.online_finance import OnlineFinance
from sim.policies.project_grant import ProjectGrant
from sim.policies.provider_support import ProviderSupport
from sim.policies.public_demand import Procurement, SmartCity
from sim.policies.service_platform import ServicePlatform
from sim.policies.start_up_support import StartUpSupport
from sim.policies.training import Training

INSTRUMENTS = (
    ProjectGrant, Training, LeasingSupport, OnlineFinance, Demonstration, ServicePlatform,
    ManagementPilot, Inspection, ProviderSupport, EntryRule, Procurement, SmartCity, StartUpSupport,
    LeadingGroup, CityFund, YearlyEvaluation,
)  # fmt: skip
"""Every kind of instrument a scenario may contain."""

AnyInstrument = Annotated[
    ProjectGrant
    | Training
    | LeasingSupport
    | OnlineFinance
    | Demonstration
    | ServicePlatform
    | ManagementPilot
    | Inspection
    | ProviderSupport
    | EntryRule
    | Procurement
    | SmartCity
    | StartUpSupport
    | LeadingGroup
    | CityFund
    | YearlyEvaluation,
    Field(discriminator="kind"),
]
