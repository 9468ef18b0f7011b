"""Policies are data: one frozen class an instrument, one pure `apply` onto `Instruments`.

To add an instrument: write its class here or in a module beside, add it to `INSTRUMENTS`, and give
it a table in a scenario file.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.policies.demonstration import Demonstration
from sim.policies.leasing_support import LeasingSupport
from sim.policies.project_grant import ProjectGrant
from sim.policies.training import Training

INSTRUMENTS = (ProjectGrant, Training, LeasingSupport, Demonstration)
"""Every kind of instrument a scenario may contain."""

AnyInstrument = Annotated[
    ProjectGrant | Training | LeasingSupport | Demonstration, Field(discriminator="kind")
]
