"""Standards for green and safe production, enforced by inspections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Inspections, Instruments
from sim.policies.base import Instrument


class Inspection(Instrument):
    """Spends a year's budget evenly on inspections at `cost` (10k CNY) of eligible firms.

    A firm found without green and safe process control owes `charge` (share of its sales a year) until it has it;
    what it would save by adopting counts in its decision (Porter & van der Linde 1995; the charge
    stands for effluent charges, fines and stoppages).
    """

    label: ClassVar[tuple[str, str]] = ("标准与执法检查", "standards and inspections")
    moves: ClassVar[tuple[tuple[str, int], ...]] = (
        ("awareness_green_iot", 1),
        ("adoption_green_iot", 1),
    )

    kind: Literal["inspection"] = "inspection"
    cost: float = Field(0.5, gt=0)
    charge: float = Field(0.005, ge=0, le=0.1)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Pay for this month's inspections."""
        money = self.released(clock, available)
        if money > 0:
            instruments.inspections.append(
                Inspections(name, self.eligibility(codes), money, self.cost, self.charge)
            )
