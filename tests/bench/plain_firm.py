"""One firm of the plain twin, with everything it does in a month; see plain_mesa.py."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mesa

from tests.bench import plain_programmes
from tests.bench.plain_draws import draw

if TYPE_CHECKING:
    from tests.bench.plain_mesa import PlainProvince

NEVER = -32768


@dataclass
class Contract:
    """A project on order; `start` is NEVER until its team begins."""

    firm: Any
    technology: int
    provider: Any
    month: int
    cost: float
    start: int = NEVER


class PlainFirm(mesa.Agent):
    """One firm; attributes are those of the firm table."""

    def __init__(self, model: PlainProvince, row: int, columns: dict[str, Any]) -> None:
        super().__init__(model)
        self.row = row
        for name, values in columns.items():
            setattr(self, name, values[row])
        self.suppliers: list[tuple[PlainFirm, float, int]] = []
        self.customers: list[tuple[PlainFirm, float, int]] = []
        self.plan = [0.0, 0.0, 0.0, 0.0]

    def has_room(self) -> bool:
        """Can the firm run one more project beside those on order?"""
        per_project = self.model.context.adoption.employees_per_project
        places = max(1, math.floor((self.skilled + self.unskilled) / per_project))
        return self.ordered.bit_count() < places

    # -------------------------------------------------------------- information
    def share_of(self, others: list[tuple[PlainFirm, float, int]], k: int) -> float:
        """Share of neighbours that use technology k."""
        if not others:
            return 0.0
        return sum((other.adopted >> k) & 1 for other, _, _ in others) / len(others)

    def hear(self, key: int) -> None:
        """Become aware of technologies."""
        model, numbers = self.model, self.model.context.information
        unaware = ~self.aware & model.applicable[self.sector] & 0xFF
        base = model.hazard[self.city * model.sectors + self.sector]
        for k in range(8):
            if (unaware >> k) & 1 == 0:
                continue
            chance = draw(key, self.uid, k)
            local = model.local[self.county][k]
            most = base[k] + local + numbers.suppliers + numbers.customers
            if chance >= -math.expm1(-most / 12.0):
                continue
            rate = base[k] + local + numbers.suppliers * self.share_of(self.suppliers, k)
            rate += numbers.customers * self.share_of(self.customers, k)
            if chance < -math.expm1(-rate / 12.0):
                self.aware |= 1 << k

    # -------------------------------------------------------------- decision
    def complementarity(self, k: int) -> float:
        """Share of a gain that the other technologies allow."""
        tech, numbers = self.model.tech, self.model.context.adoption
        factor = tech["complement_base"][k]
        for other in range(8):
            weight = tech["complement"][k][other]
            if weight > 0.0:
                if other == 0:
                    factor += weight * min(1.0, self.automation / numbers.automation_reference)
                elif (self.adopted >> other) & 1:
                    factor += weight
        return factor

    def displaced(self) -> float:
        """Workers that one more automation project would replace; -1 if there is no room."""
        tech, numbers = self.model.tech, self.model.context.adoption
        step = min(tech["step"][0], numbers.automation_limit - self.automation)
        if step < 0.5 * tech["step"][0]:
            return -1.0
        saving = self.model.saving[self.sector]
        people = self.skilled + self.unskilled
        return people * saving * step / (1.0 - saving * self.automation)

    def list_price(self, k: int, displaced: float) -> float:
        """Price of a project at the price level of 2012."""
        tech = self.model.tech
        if k == 0:
            cells = max(displaced, tech["size_reference"][0])
            return tech["fixed_cost"][0] + tech["scaled_cost"][0] * cells
        size = (self.skilled + self.unskilled) / tech["size_reference"][k]
        return tech["fixed_cost"][k] + tech["scaled_cost"][k] * size ** tech["size_exponent"][k]

    def benefit(self, k: int, displaced: float) -> float:
        """Benefit a year before running cost."""
        model, tech, numbers = self.model, self.model.tech, self.model.context.adoption
        worker = model.cities[self.city].wage * self.wage_premium * (1 + numbers.social_charges)
        people, sales = self.skilled + self.unskilled, 12.0 * self.expected_demand
        labour = worker * (displaced + tech["gain"][k] * people)
        energy = tech["energy_saving"][k] * model.energy_share[self.sector] * sales
        margin = max(0.0, 1.0 - self.unit_cost)
        new_sales = tech["sales_gain"][k] * margin * sales
        ability = self.capability**numbers.capability_exponent
        return self.complementarity(k) * ability * (labour + energy + new_sales)

    def learn(self, k: int) -> None:
        """Hear how suppliers and customers fared."""
        heard = [o.realised[k] for o, _, _ in self.suppliers if (o.adopted >> k) & 1]
        heard += [o.realised[k] for o, _, _ in self.customers if (o.adopted >> k) & 1]
        if heard:
            precision = self.model.context.adoption.belief_signal_weight * len(heard)
            mean = sum(heard) / len(heard)
            self.belief[k] += precision / (1.0 + precision) * (mean - self.belief[k])

    def decided(self, k: int) -> bool:
        """Has the decision come on an award that the project waited for?"""
        return self.barrier[k] == 4 and (self.applied >> k) & 1 == 0

    def review(self, keys: dict[str, int]) -> None:
        """Appraise every technology that is known and lacking; order the quickest payback."""
        model, tech = self.model, self.model.tech
        numbers, finance = model.context.adoption, model.context.finance
        sales = 12.0 * self.expected_demand
        costs = max(0.0, self.expected_demand * self.unit_cost)
        liquid = max(0.0, self.cash - finance.cash_buffer * costs)
        room = min(finance.collateral * self.capital, finance.loan_to_sales * sales) - self.debt
        room = max(0.0, room)
        lease_room = max(0.0, finance.lease_to_sales * sales - self.lease)
        rate = model.lending_rate
        if self.skilled + self.unskilled < 300.0:
            rate *= 1.0 + finance.small_firm_premium
        city = model.cities[self.city]
        approved = draw(keys["credit"], self.uid, 0) < city.bank_approval
        leasable = draw(keys["credit"], self.uid, 1) < city.lease_approval
        limit = max(0.1, self.payback_limit + numbers.payback_shift)
        best = None
        resumed = [self.decided(k) for k in range(8)]
        for k in range(8):
            if (model.applicable[self.sector] >> k) & 1 == 0:
                self.barrier[k] = 8
                continue
            if (self.ordered >> k) & 1:
                self.barrier[k] = 0
                continue
            displaced = self.displaced() if k == 0 else 0.0
            if displaced < 0.0 or (k > 0 and (self.adopted >> k) & 1):
                self.barrier[k] = 0
                continue
            if (self.aware >> k) & 1 == 0:
                self.barrier[k] = 1
                continue
            provider = model.pick(self.city, tech["kind"][k], draw(keys["provider"], self.uid, k))
            if provider is None:
                self.barrier[k] = 6
                continue
            price = self.list_price(k, displaced) * provider.price * tech["world_price"][k]
            cost = price * (1.0 + tech["training_cost"][k] * (1.0 - self.capability))
            award, advance = plain_programmes.terms(self, k, cost)
            due = cost - advance
            own, loan, lease, financed = min(due, liquid), 0.0, 0.0, True
            if own < due:
                if due - own <= room and approved:
                    loan = due - own
                elif tech["lease"][k] > 0 and due - own <= lease_room and leasable:
                    lease = due - own
                else:
                    financed = False
            interest = (loan * rate + lease * model.lease_rate) * finance.repayment_months / 24.0
            self.learn(k)
            net = self.belief[k] * self.benefit(k, displaced) - tech["running_cost"][k] * price
            years = (cost + interest - award) / net if net > 0.0 else math.inf
            slope = numbers.choice_sharpness * (years - limit) / limit
            chance = 0.0 if slope > 50.0 else 1.0 / (1.0 + math.exp(max(slope, -50.0)))
            if not resumed[k] and draw(keys["decision"], self.uid, k) >= chance:
                self.barrier[k] = 2
            elif self.capability < tech["skill_requirement"][k]:
                self.barrier[k] = 3
            elif plain_programmes.worth_waiting(self, k, net):
                self.barrier[k] = 4
            elif not financed:
                self.barrier[k] = 5
                city.refused += self.weight * (due - own)
            elif provider.wait > numbers.longest_wait:
                self.barrier[k] = 6
            else:
                self.barrier[k] = 7
                if best is None or years < best[0]:
                    best = (years, k, cost, advance, provider)
        if best is not None:
            _, k, cost, advance, provider = best
            self.order(k, cost, advance, provider, liquid, room, approved)

    def order(
        self, k: int, cost: float, advance: float, provider: Any, liquid: float, room: float,
        approved: bool,
    ) -> None:  # fmt: skip
        """Raise the money, pay the provider, take a place in its queue."""
        city = self.model.cities[self.city]
        borrowed = max(0.0, cost - advance - liquid)
        if borrowed > 0.0:
            if borrowed <= room and approved:
                self.debt += borrowed
                city.lent += self.weight * borrowed
            else:
                self.lease += borrowed
                city.leased += self.weight * borrowed
            self.cash += borrowed
        self.barrier[k] = 0
        self.ordered |= 1 << k
        contract = Contract(self, k, provider, self.model.month, cost)
        self.model.contracts.append(contract)
        self.cash -= cost
        self.investment += cost
        provider.orders += self.weight
        plain_programmes.use(self, contract)

    # -------------------------------------------------------------- labour
    def wanted(self) -> tuple[float, float]:
        """Skilled and unskilled people that expected orders need."""
        people = 12.0 * self.expected_demand / max(self.productivity, 1e-9)
        used = self.adopted.bit_count()
        share = min(0.9, self.model.skilled_share[self.sector] * (1.0 + 0.05 * used))
        skilled = people * share
        return skilled, max(0.0, people - min(skilled, self.skilled))

    # -------------------------------------------------------------- productivity
    def grow(self, turn: int, key: int) -> None:
        """Trend, yearly shock and catch-up, ramp of gains, decay of capability."""
        model, numbers = self.model, self.model.context.productivity
        self.efficiency *= 1.0 + math.expm1(math.log1p(numbers.trend) / 12.0)
        if self.uid % 12 == turn:
            half = draw(key, self.uid) - 0.5
            change = -numbers.shock * math.log(max(1.0 - 2.0 * abs(half), 1e-12))
            if half < 0.0:
                change = -change
            change += math.log1p(-min(numbers.shock**2, 0.99))
            peers = model.log_mean[self.sector][1 if self.tier >= 2 else 0]
            change -= numbers.reversion * (math.log(max(self.efficiency, 1e-9)) - peers)
            partners = 0.0
            if self.suppliers:
                partners = sum(o.gain_before for o, _, _ in self.suppliers) / len(self.suppliers)
            cluster = model.cluster_gain[self.city * model.sectors + self.sector]
            change += numbers.link_spillover * max(0.0, partners - self.gain)
            change += numbers.cluster_spillover * max(0.0, cluster - self.gain)
            self.efficiency *= math.exp(min(max(change, -1.0), 1.0))
        self.gain += -math.expm1(-1.0 / numbers.ramp_months) * (self.gain_target - self.gain)
        decay = -math.expm1(math.log1p(-model.context.skills.decay) / 12.0)
        self.capability -= decay * self.capability
        saving = model.saving[self.sector]
        self.productivity = self.efficiency * math.exp(self.gain) / (1.0 - saving * self.automation)

    # -------------------------------------------------------------- accounts
    def settle(self, turn: int) -> None:
        """Wages, taxes, running costs, debt service, renewal of plant, payout."""
        model, numbers, finance = (
            self.model, self.model.context.accounts, self.model.context.finance,
        )  # fmt: skip
        depreciation = 1.0 - (1.0 - numbers.depreciation) ** (1.0 / 12.0)
        city = model.cities[self.city]
        pay = city.wage * self.wage_premium / 12.0
        wages = pay * (self.unskilled + model.context.skills.skill_premium * self.skilled)
        charges = model.context.adoption.social_charges * wages
        people = self.skilled + self.unskilled
        rate = model.lending_rate
        dear = rate * (1.0 + finance.small_firm_premium) if people < 300.0 else rate
        interest = (self.debt + max(0.0, -self.cash)) * dear / 12.0
        lease_interest = self.lease * (rate + finance.lease_premium) / 12.0
        material = model.material[self.sector]
        operating = self.output * (1.0 - material) - wages - charges - self.running_cost
        profit = operating - depreciation * self.capital - interest - lease_interest
        tax = numbers.profit_tax * max(0.0, profit)
        above = max(0.0, self.debt - finance.rollover * self.capital)
        repaid = above / finance.repayment_months
        lease_repaid = self.lease / finance.repayment_months
        self.debt -= repaid
        self.lease -= lease_repaid
        self.cash -= wages + charges + self.running_cost + interest + lease_interest
        self.cash -= tax + repaid + lease_repaid
        self.profit += (profit - self.profit) / 12.0
        costs = self.output * material + wages + charges + self.running_cost
        normal = max(12.0 * self.expected_demand, 1e-9)
        ratio = model.capital_ratio[self.sector]
        self.unit_cost = (
            material
            + (wages + charges + self.running_cost) * 12.0 / normal
            + numbers.depreciation * ratio
        )
        self.capital *= 1.0 - depreciation
        if self.uid % 12 == turn:
            want = max(0.0, ratio * normal * 1.1 - self.capital)
            own = max(0.0, min(want, self.cash - 0.5 * costs))
            line = max(0.0, finance.rollover * (self.capital + own) - self.debt)
            drawn = min(want - own, line)
            self.debt += drawn
            self.capital += own + drawn
            self.cash -= own
            self.investment += own + drawn
        self.cash -= numbers.payout * max(0.0, self.cash - numbers.cash_target * costs)
        city.output += self.weight * self.output

    def close(self, key: int) -> None:
        """Close if out of credit or at the end of its life."""
        model, numbers = self.model, self.model.context.accounts
        hazard = numbers.exit_rate
        if model.month - self.founded < 84:
            hazard *= numbers.young_exit
        if self.tier == 0:
            hazard *= 0.25
        failed = self.cash < -numbers.overdraft * self.expected_demand * self.unit_cost
        if not failed and draw(key, self.uid) >= -math.expm1(-hazard / 12.0):
            return
        city = model.cities[self.city]
        city.unemployed[0] += self.weight * self.skilled
        city.unemployed[1] += self.weight * self.unskilled
        self.alive = 0
        self.skilled = self.unskilled = self.debt = self.lease = self.cash = 0.0
        self.output = self.investment = 0.0
        self.ordered = 0
        model.contracts = [one for one in model.contracts if one.firm is not self]
        self.award = self.applied = self.demonstration = 0

    def open(self, key: int, parent: PlainFirm | None) -> None:
        """A newcomer takes the vacant place; its founders come from `parent`."""
        model, numbers = self.model, self.model.context.accounts
        if draw(key, self.uid) >= -math.expm1(-numbers.entry_rate / 12.0):
            return
        size = 0.1 + 0.8 * draw(key, self.uid, 1)
        expected = size * max(self.expected_demand, 1e-6)
        self.uid += model.uid_stride
        self.alive, self.founded = 1, model.month
        self.capital = model.capital_ratio[self.sector] * 12.0 * expected
        self.efficiency, self.expected_demand = self.productivity, expected
        self.share *= size
        self.cash = numbers.cash_target * expected
        self.profit = self.running_cost = self.automation = 0.0
        self.gain_target = self.gain = self.subsidy = 0.0
        self.aware = self.adopted = self.projects = 0
        if parent is not None:
            self.aware, self.automation = parent.aware, parent.automation
            self.efficiency *= 1.0 - model.saving[self.sector] * self.automation
        self.realised, self.adopted_month = [0.0] * 8, [NEVER] * 8
        self.barrier = [1] * 8
        self.stock = [model.context.production.inventory_months * expected] * 3
