"""Pilots of management standards, information officers, design centres, the growth list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Eligibility, Instruments, PilotCall, PilotServices
from sim.policies.base import Instrument, Technology
from sim.world.tables import TECHNOLOGIES


class ManagementPilot(Instrument):
    """Names up to `places` real firms a year in `call_month`, each paid `award` (10k CNY).

    The most capable apply first, judged with error `contest_noise` (in standard deviations). A pilot
    gains `capability` of the capability it lacks (organisational capital goes before software,
    Brynjolfsson & Hitt 2000); each of its suppliers hears of `technologies` with chance `pull`.
    With `selection` near_scale the authorities list the firms whose sales are nearest below the
    threshold of above-scale statistics, without applications; `renewed` makes it a new list every
    year. A named firm serves `clients` other real firms of its city a month, who hear of the
    technologies and gain `client_capability` of what they lack.
    """

    label: ClassVar[tuple[str, str]] = ("管理试点企业", "management pilots")
    moves: ClassVar[tuple[tuple[str, int], ...]] = (
        ("capability", 1),
        ("awareness_{technology}", 1),
    )

    kind: Literal["management_pilot"] = "management_pilot"
    technologies: list[Technology] = ["erp", "plm"]
    places: float = Field(100.0, ge=0)
    award: float = Field(20.0, gt=0)
    call_month: int = Field(6, ge=1, le=12)
    capability: float = Field(0.1, ge=0, le=1)
    pull: float = Field(0.0, ge=0, le=1)
    contest_noise: float = Field(0.5, ge=0)
    selection: Literal["capability", "near_scale"] = "capability"
    renewed: bool = False
    clients: float = Field(0.0, ge=0, le=1000)
    client_capability: float = Field(0.0, ge=0, le=1)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Name this year's pilots in the call month; those named serve their clients every month."""
        technologies = tuple(TECHNOLOGIES.index(code) for code in self.technologies)
        if self.running(clock) and self.clients > 0:
            everyone = Eligibility(sectors=self.eligibility(codes).sectors)
            instruments.pilot_services.append(
                PilotServices(name, technologies, everyone, self.clients, self.client_capability)
            )
        if self.running(clock) and clock.month_of_year == self.call_month and available > 0:
            instruments.pilots.append(
                PilotCall(
                    name,
                    technologies,
                    self.eligibility(codes),
                    self.places,
                    self.award,
                    available,
                    self.capability,
                    self.pull,
                    self.contest_noise,
                    self.selection == "near_scale",
                    self.renewed,
                )
            )
