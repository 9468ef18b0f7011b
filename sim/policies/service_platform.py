"""Public service platforms, sector plans, matching and campaigns: advisers who visit firms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Instruments, Visits
from sim.policies.base import Instrument, Technology
from sim.world.tables import TECHNOLOGIES


class ServicePlatform(Instrument):
    """Spends a year's budget evenly on visits at `cost` (10k CNY) to eligible firms.

    A visited firm hears of each of `technologies` with chance `response` (knowledge precedes
    adoption, Rogers 2003) and gains `capability` of the capability it lacks. With `matching` it
    meets providers as well and compares several offers when it buys (Stigler 1961). With
    `platforms` the visits are the work of so many platforms, spread over the cities by counties:
    up to half of the money founds them at `founding` (10k CNY) each until the network is complete,
    and each makes at most `capacity` visits a month.
    """

    label: ClassVar[tuple[str, str]] = ("公共服务与推广", "service platform")
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("awareness_{technology}", 1),)

    kind: Literal["service_platform"] = "service_platform"
    technologies: list[Technology] = ["erp", "cloud", "ecommerce"]
    cost: float = Field(0.5, gt=0)
    response: float = Field(0.5, ge=0, le=1)
    capability: float = Field(0.0, ge=0, le=1)
    matching: bool = False
    platforms: float = Field(0.0, ge=0, le=10_000)
    founding: float = Field(0.0, ge=0)
    capacity: float = Field(0.0, ge=0)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Offer this month's visits."""
        money = self.released(clock, available)
        if money > 0:
            technologies = tuple(TECHNOLOGIES.index(code) for code in self.technologies)
            instruments.visits.append(
                Visits(
                    name,
                    technologies,
                    self.eligibility(codes),
                    money,
                    self.cost,
                    self.response,
                    self.capability,
                    self.matching,
                    self.platforms,
                    self.founding,
                    self.capacity,
                )
            )
