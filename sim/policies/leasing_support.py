"""Leasing support: cheaper leases and guarantees for firms without collateral."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Instruments, LeaseSupport
from sim.policies.base import BY_FIRM, Instrument, Technology
from sim.world.tables import TECHNOLOGIES


class LeasingSupport(Instrument):
    """Lowers the lease rate by `discount` a year and adds `guarantee` to what lessors can lend.

    `guarantee` is guaranteed lending over a lessor's own yearly funds. The interest support of the
    year is paid from the budget as leases are signed; without money there is no discount. What is
    in `instalments` can be paid in instalments on the same terms while the support lasts.
    """

    label: ClassVar[tuple[str, str]] = ("融资租赁支持", "leasing support")
    ignores: ClassVar[frozenset[str]] = BY_FIRM | {"cities"}
    moves: ClassVar[tuple[tuple[str, int], ...]] = (
        ("lease_liabilities", 1),
        ("barrier_no_finance", -1),
    )

    kind: Literal["leasing_support"] = "leasing_support"
    discount: float = Field(0.03, ge=0, le=0.3)
    guarantee: float = Field(0.5, ge=0, le=10)
    instalments: list[Technology] = Field(default_factory=list)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Offer the discount and the guarantee as long as there is money."""
        if self.running(clock) and available > 0:
            sold = tuple(TECHNOLOGIES.index(code) for code in self.instalments)
            instruments.leases.append(
                LeaseSupport(name, self.discount, self.guarantee, available, sold)
            )
