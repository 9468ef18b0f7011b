"""Demonstration firms, parks and regions: users of a technology who show it to others nearby."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import DemonstrationCall, Instruments
from sim.policies.base import Instrument, Technology
from sim.world.tables import TECHNOLOGIES


class Demonstration(Instrument):
    """Chooses up to `places` real firms a year in `call_month`, each paid `award` (10k CNY).

    The users with the highest gains are chosen; firms of their city and sector and of their county
    hear of what they show, and each of their suppliers with chance `pull` at once. With `level`
    county the places are parks or regions: the counties with the largest share of users, in which
    every eligible user is shown and shares the award.
    """

    label: ClassVar[tuple[str, str]] = ("示范企业", "demonstration firms")
    moves: ClassVar[tuple[tuple[str, int], ...]] = (
        ("demonstration_firms", 1),
        ("awareness_{technology}", 1),
    )

    kind: Literal["demonstration"] = "demonstration"
    technologies: list[Technology] = ["automation"]
    places: float = Field(100.0, ge=0)
    award: float = Field(30.0, gt=0)
    level: Literal["firm", "county"] = "firm"
    pull: float = Field(0.0, ge=0, le=1)
    call_month: int = Field(6, ge=1, le=12)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Choose this year's demonstration firms in the call month."""
        if self.running(clock) and clock.month_of_year == self.call_month and available > 0:
            instruments.demonstrations.append(
                DemonstrationCall(
                    name,
                    tuple(TECHNOLOGIES.index(code) for code in self.technologies),
                    self.eligibility(codes),
                    self.places,
                    self.award,
                    available,
                    self.pull,
                    self.level == "county",
                )
            )
