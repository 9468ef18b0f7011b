"""Training places: unskilled workers become skilled, firms that send them gain capability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Instruments, TrainingPlaces
from sim.policies.base import Instrument


class Training(Instrument):
    """Spends a year's budget evenly over its months at `cost` (10k CNY) a place."""

    label: ClassVar[tuple[str, str]] = ("人才培训", "training places")
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("capability", 1), ("skilled_employees", 1))

    kind: Literal["training"] = "training"
    cost: float = Field(0.3, gt=0)
    skilled_share: float = Field(1.0, ge=0, le=1)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Offer this month's places."""
        money = self.released(clock, available)
        if money > 0:
            instruments.training.append(
                TrainingPlaces(name, self.eligibility(codes), money, self.cost, self.skilled_share)
            )
