"""Online finance: loans on sales records for firms that sell online."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import Instruments, OnlineCredit
from sim.policies.base import BY_FIRM, Instrument


class OnlineFinance(Instrument):
    """Lets firms that sell online borrow `share` of their yearly sales without collateral.

    The records of a platform stand in for collateral (Petersen & Rajan 2002 on information at a
    distance); `risk`, the part of such a loan that is paid to the lender as compensation, comes
    from the budget as loans are signed, and without money there are none.
    """

    label: ClassVar[tuple[str, str]] = ("互联网融资", "online finance")
    ignores: ClassVar[frozenset[str]] = BY_FIRM | {"cities"}
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("bank_debt", 1), ("barrier_no_finance", -1))

    kind: Literal["online_finance"] = "online_finance"
    share: float = Field(0.1, ge=0, le=2)
    risk: float = Field(0.02, ge=0, le=1)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Offer the loans as long as there is money."""
        if self.running(clock) and available > 0:
            instruments.online_credit.append(OnlineCredit(name, self.share, self.risk, available))
