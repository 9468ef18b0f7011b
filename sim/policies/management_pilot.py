"""Pilots of management standards, chief information officers, design centres, showcase firms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Instruments, PilotCall
from sim.policies.base import Instrument, Technology
from sim.world.tables import TECHNOLOGIES


class ManagementPilot(Instrument):
    """Names up to `places` real firms a year in `call_month`, each paid `award` (10k CNY).

    The most capable apply first, judged with error `contest_noise` (in standard deviations). A pilot
    gains `capability` of the capability it lacks (organisational capital goes before software,
    Brynjolfsson & Hitt 2000); each of its suppliers hears of `technologies` with chance `pull`.
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

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Name this year's pilots in the call month."""
        if self.running(clock) and clock.month_of_year == self.call_month and available > 0:
            technologies = tuple(TECHNOLOGIES.index(code) for code in self.technologies)
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
                )
            )
