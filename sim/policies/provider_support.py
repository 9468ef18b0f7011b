"""Support of providers: institutes, bases, start-up funds, recognised consultancies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Instruments, ProviderCall
from sim.policies.base import BY_FIRM, Instrument
from sim.world.tables import PROVIDER_KINDS

ProviderKind = Literal[
    "robot_integrator",
    "industrial_software",
    "cloud",
    "ecommerce_platform",
    "consultancy",
    "industrial_electronics",
    "training",
]


class ProviderSupport(Instrument):
    """Supports up to `places` real providers a year in `call_month` with `award` (10k CNY) each.

    `effect` says what the money does there: `quality` or `teams` grow by the share `gain`, `cost`
    falls by it (a provider is supported once), or `entry` founds a provider in a vacant place.
    """

    label: ClassVar[tuple[str, str]] = ("服务商扶持", "provider support")
    ignores: ClassVar[frozenset[str]] = BY_FIRM
    effects: ClassVar[dict[str, tuple[str, int]]] = {
        "quality": ("quality_{provider}", 1),
        "teams": ("teams_{provider}", 1),
        "cost": ("price_{provider}", -1),
        "entry": ("teams_{provider}", 1),
    }

    kind: Literal["provider_support"] = "provider_support"
    provider_kinds: list[ProviderKind] = ["industrial_software"]
    effect: Literal["quality", "teams", "cost", "entry"] = "quality"
    places: float = Field(10.0, ge=0)
    award: float = Field(100.0, gt=0)
    gain: float = Field(0.1, ge=0, le=1)
    call_month: int = Field(6, ge=1, le=12)

    def moved(self) -> tuple[tuple[str, int], ...]:
        """What the effect moves, for each kind of provider."""
        name, sign = self.effects[self.effect]
        return tuple((name.format(provider=kind), sign) for kind in self.provider_kinds)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Choose this year's providers in the call month."""
        if self.running(clock) and clock.month_of_year == self.call_month and available > 0:
            instruments.providers.append(
                ProviderCall(
                    name,
                    tuple(PROVIDER_KINDS.index(kind) for kind in self.provider_kinds),
                    self.eligible_cities(codes),
                    self.effect,
                    self.places,
                    self.award,
                    self.gain,
                    available,
                )
            )
