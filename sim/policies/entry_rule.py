"""Entry rules: standards that providers are assessed on and must reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Instruments, ProviderStandard
from sim.policies.base import BY_FIRM, Instrument
from sim.policies.provider_support import ProviderKind
from sim.world.tables import PROVIDER_KINDS


class EntryRule(Instrument):
    """Spends a year's budget evenly on assessments at `cost` (10k CNY) of providers.

    A provider of less than `least` quality must reach it to stay in the market, at its own expense:
    its cost rises by `compliance` of the gap (Leland 1979 on minimum quality standards).
    """

    label: ClassVar[tuple[str, str]] = ("准入规范与能力评估", "entry rules and assessments")
    ignores: ClassVar[frozenset[str]] = BY_FIRM
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("quality_{provider}", 1),)

    kind: Literal["entry_rule"] = "entry_rule"
    provider_kinds: list[ProviderKind] = ["cloud"]
    cost: float = Field(10.0, gt=0)
    least: float = Field(1.1, ge=0, le=10)
    compliance: float = Field(0.5, ge=0, le=10)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Pay for this month's assessments."""
        money = self.released(clock, available)
        if money > 0:
            instruments.standards.append(
                ProviderStandard(
                    name,
                    tuple(PROVIDER_KINDS.index(kind) for kind in self.provider_kinds),
                    self.eligible_cities(codes),
                    money,
                    self.cost,
                    self.least,
                    self.compliance,
                )
            )
