"""Public demand: government purchases and smart cities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock, month_number
from sim.instruments import Instruments, PublicDemand, SmartCities
from sim.policies.base import BY_FIRM, Instrument
from sim.policies.provider_support import ProviderKind
from sim.world.tables import PROVIDER_KINDS


class Procurement(Instrument):
    """Buys projects of `provider_kinds` and goods of `goods_sectors` with the year's budget.

    `goods_share` of the money goes to goods, the rest to projects, both in equal parts. Providers
    learn and grow on public projects and have less time for others; makers sell more. With a
    `copayment` the money is vouchers: residents add so much for every public yuan.
    """

    label: ClassVar[tuple[str, str]] = ("政府采购", "public procurement")
    ignores: ClassVar[frozenset[str]] = BY_FIRM
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("teams_{provider}", 1),)
    names: ClassVar[Mapping[str, str]] = {**Instrument.names, "goods_sectors": "sectors"}

    kind: Literal["procurement"] = "procurement"
    provider_kinds: list[ProviderKind] = ["cloud"]
    goods_sectors: list[str] = Field(default_factory=list)
    goods_share: float = Field(0.0, ge=0, le=1)
    copayment: float = Field(0.0, ge=0, le=100)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Spend what is released this month."""
        money = self.released(clock, available)
        if money <= 0:
            return
        goods = money * self.goods_share if self.goods_sectors else 0.0
        kinds = len(self.provider_kinds)
        instruments.purchases.append(
            PublicDemand(
                name,
                tuple(
                    (PROVIDER_KINDS.index(kind), (money - goods) / kinds)
                    for kind in self.provider_kinds
                ),
                tuple(
                    (codes["sectors"][s], goods / len(self.goods_sectors))
                    for s in self.goods_sectors
                    if goods > 0
                ),
                self.eligible_cities(codes),
                self.copayment,
            )
        )


class SmartCity(Instrument):
    """Makes public services digital: `cities` go first, from `city_from` all of them, from
    `province_from` the whole province; `cost` is 10k CNY a resident covered.

    The work is done by `provider_kinds` of the city and its neighbours; digital services let firms
    of the city hear of cloud services and e-commerce.
    """

    label: ClassVar[tuple[str, str]] = ("智慧城市", "smart cities")
    ignores: ClassVar[frozenset[str]] = BY_FIRM
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("smart_city_cover", 1),)

    kind: Literal["smart_city"] = "smart_city"
    provider_kinds: list[ProviderKind] = ["industrial_electronics", "cloud"]
    cost: float = Field(0.02, gt=0)
    city_from: str = Field("2015-01", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    province_from: str = Field("2016-01", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Spend what is released this month at this month's stage."""
        money = self.released(clock, available)
        if money <= 0:
            return
        now = clock.start + clock.month
        stage = (
            1 + (now >= month_number(self.city_from)) + (now >= month_number(self.province_from))
        )
        instruments.smart_cities.append(
            SmartCities(
                name,
                money,
                self.cost,
                self.eligible_cities(codes) or tuple(codes["cities"].values()),
                stage,
                tuple(PROVIDER_KINDS.index(kind) for kind in self.provider_kinds),
            )
        )
