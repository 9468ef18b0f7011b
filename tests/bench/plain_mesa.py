"""The same month written plainly in Mesa: one agent a firm, neighbour lists, scalars and `math`.

It is the readable reference of the engine's kernels and what their speed is measured against. It
starts from a `Province` and must end in the same state (tests/model/test_plain_twin.py). A firm
stands in plain_firm.py, public programmes in plain_programmes.py, projects and prices in
plain_providers.py, trade, credit and jobs in plain_markets.py.
"""

from __future__ import annotations

import math

import mesa

from sim.model import Province
from tests.bench import plain_markets, plain_programmes, plain_providers
from tests.bench.plain_draws import draw
from tests.bench.plain_firm import PlainFirm


class PlainProvince(mesa.Model):
    """The province as ordinary Mesa agents; it starts in the state of a `Province`."""

    def __init__(self, province: Province) -> None:
        super().__init__(rng=province.seed)
        plain_markets.take_over(self, province, PlainFirm)

    def step(self) -> None:
        """The month, phase by phase, in the engine's order."""
        self.month = self.context.clock.month
        plain_markets.begin_month(self)
        plain_programmes.decide_awards(self)
        plain_programmes.run_calls(self)
        living = [firm for firm in self.firms if firm.alive]
        plain_markets.set_hazards(self)
        key = self.key("awareness")
        for firm in living:
            firm.hear(key)
        plain_markets.open_credit(self)
        keys = {name: self.key(name) for name in ("review", "decision", "provider", "credit")}
        review = -math.expm1(-self.context.adoption.reviews_per_year / 12.0)
        for firm in living:
            reviews = any(firm.decided(k) for k in range(8)) or (
                draw(keys["review"], firm.uid) < review
            )
            if reviews and firm.has_room():
                firm.review(keys)
        plain_markets.close_credit(self)
        plain_providers.deliver(self)
        plain_markets.produce_and_trade(self)
        plain_markets.match_labour(self)
        plain_markets.prepare_growth(self)
        turn = (self.context.clock.start + self.month) % 12
        key = self.key("efficiency")
        for firm in living:
            firm.grow(turn, key)
        for firm in living:
            firm.settle(turn)
        plain_markets.refill_credit(self)
        key = self.key("exit")
        for firm in living:
            firm.close(key)
        key = self.key("entry")
        parents = self.parents()
        for firm in self.firms:
            if not firm.alive:
                home = (firm.city, firm.sector, firm.tier >= 2)
                firm.open(key, parents.get(home) or parents.get(home[1:]))
        plain_markets.count(self)
        self.context.clock.month += 1

    def parents(self) -> dict[tuple[int, ...], PlainFirm]:
        """A firm by lot of each city, sector and side of the scale, and of each sector and side."""
        key = self.key("parents")
        chosen: dict[tuple[int, ...], PlainFirm] = {}
        for firm in sorted(self.firms, key=lambda one: draw(key, one.uid)):
            if firm.alive:
                home = (firm.city, firm.sector, firm.tier >= 2)
                chosen.setdefault(home, firm)
                chosen.setdefault(home[1:], firm)
        return chosen

    def key(self, stream: str, month: int | None = None) -> int:
        """The engine's key of a stream this month."""
        from sim.core.streams import month_key

        return int(month_key(self.context.seed, stream, self.month if month is None else month))
