"""Start-up support: incubators and grants for newly founded firms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Instruments, StartUps
from sim.policies.base import Instrument


class StartUpSupport(Instrument):
    """Pays `award` (10k CNY) to each of up to `places` start-ups a year, beyond who starts anyway.

    A start-up takes a vacant place; the award is part of its first money.
    """

    label: ClassVar[tuple[str, str]] = ("小微创业扶持", "start-up support")
    ignores: ClassVar[frozenset[str]] = frozenset({"smallest", "largest", "named_by"})
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("start_ups", 1), ("firms", 1))

    kind: Literal["start_up_support"] = "start_up_support"
    places: float = Field(10_000.0, ge=0)
    award: float = Field(1.0, gt=0)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Offer the places of the year so far that are still free."""
        money = self.released(clock, available)
        taken = (self.year_budget(clock.year) - available) / self.award
        places = self.places * self.year_share(clock) - taken
        if money > 0 and places > 0:
            instruments.start_ups.append(
                StartUps(name, self.eligibility(codes), places, self.award, money)
            )
