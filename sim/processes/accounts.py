"""Phase 10: wages, taxes, running costs, debt service, capital, payouts, exit and entry.

Every payment is booked with its payer and payee, so that the change of all firms' cash equals the
flows; what a firm owes is what banks and lessors hold.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.table import Array
from sim.processes.context import Context
from sim.processes.turnover import replace_firms


class Firms(NamedTuple):
    """Columns of `firms` used."""

    uid: Array
    alive: Array
    founded: Array
    city: Array
    sector: Array
    tier: Array
    weight: Array
    skilled: Array
    unskilled: Array
    capital: Array
    efficiency: Array
    wage_premium: Array
    productivity: Array
    unit_cost: Array
    demand: Array
    expected_demand: Array
    output: Array
    share: Array
    stock: Array
    cash: Array
    debt: Array
    lease: Array
    running_cost: Array
    profit: Array
    investment: Array
    capability: Array
    aware: Array
    adopted: Array
    automation: Array
    gain_target: Array
    gain: Array
    realised: Array
    adopted_month: Array
    barrier: Array
    ordered: Array
    award: Array
    applied: Array
    demonstration: Array
    pilot: Array
    matched: Array
    charge: Array
    subsidy: Array
    projects: Array


class Cities(NamedTuple):
    """Columns of `cities` used."""

    wage: Array
    unemployed_skilled: Array
    unemployed_unskilled: Array
    bank_funds: Array
    bank_loans: Array
    lease_funds: Array
    lease_book: Array


VIEWS = {"firms": Firms, "cities": Cities}
WRITES = {
    "firms": frozenset(Firms._fields)
    - frozenset({"city", "sector", "tier", "weight", "wage_premium", "productivity", "demand"}),
    "cities": frozenset(Cities._fields) - frozenset({"wage"}),
}

(
    WAGES, CHARGES, RUNNING, INTEREST, LEASE_INTEREST, TAX, CAPITAL, PAYOUT, REPAID, LEASE_REPAID,
    DRAWN,
) = range(11)  # fmt: skip
FLOWS = 11


def keep_accounts(context: Context, firms: Firms, cities: Cities) -> None:
    """Pay what is due, invest, pay out; then close failed firms and open new ones."""
    if context.mechanisms.production != "off":
        _pay(context, firms, cities)
    if context.mechanisms.entry_exit:
        replace_firms(context, firms, cities)


def _pay(context: Context, firms: Firms, cities: Cities) -> None:
    count, numbers, finance = context.world.cities, context.accounts, context.finance
    rate = float(context.paths["lending_rate"][context.clock.month])
    flow = np.zeros((count, FLOWS))
    city_output = np.zeros(count)
    _settle(
        (context.clock.start + context.clock.month) % 12, context.clock.month, firms, cities.wage,
        context.world.coefficients.sum(axis=0) + context.world.imported_share,
        context.world.capital_output_ratio, rate, rate + finance.lease_premium,
        context.adoption.social_charges, context.skills.skill_premium, finance, numbers, flow,
        city_output,
    )  # fmt: skip
    cities.bank_loans[:] += flow[:, DRAWN] - flow[:, REPAID]
    cities.lease_book[:] -= flow[:, LEASE_REPAID]
    # Lending for projects is a yearly quota that accrues monthly and does not pile up for long.
    for funds, quota in (
        (cities.bank_funds, finance.bank_funds),
        (cities.lease_funds, finance.lessor_funds * (1.0 + _guarantee(context))),
    ):
        month = quota * city_output
        funds[:] = np.minimum(np.maximum(funds, 0.0) + month, 6.0 * month)
    flows = context.flows
    total = flow.sum(axis=0)
    flows.book("banks", "firms", "loans", total[DRAWN])
    for payee, what, amount in (
        ("households", "wages", total[WAGES]),
        ("government", "social_charges", total[CHARGES]),
        ("providers", "running_costs", total[RUNNING]),
        ("banks", "interest", total[INTEREST]),
        ("lessors", "interest", total[LEASE_INTEREST]),
        ("government", "profit_tax", total[TAX]),
        ("rest_of_world", "capital_goods", total[CAPITAL]),
        ("households", "payout", total[PAYOUT]),
        ("banks", "repayment", total[REPAID]),
        ("lessors", "repayment", total[LEASE_REPAID]),
    ):
        flows.book("firms", payee, what, amount)


def _guarantee(context: Context) -> float:
    """Guaranteed leasing this month over the lessors' own."""
    return sum(support.guarantee for support in context.instruments.leases)


@njit(nogil=True, cache=True)
def _settle(
    turn: Any,
    month: Any,
    firms: Any,
    wage: Any,
    material: Any,
    ratio: Any,
    rate: Any,
    lease_rate: Any,
    social: Any,
    premium: Any,
    finance: Any,
    numbers: Any,
    flow: Any,
    city_output: Any,
) -> None:
    depreciation = 1.0 - (1.0 - numbers.depreciation) ** (1.0 / 12.0)
    for i in range(len(firms.uid)):
        if firms.alive[i] == 0:
            continue
        city, sector, weight = firms.city[i], firms.sector[i], np.float64(firms.weight[i])
        output = np.float64(firms.output[i])
        pay = wage[city] * firms.wage_premium[i] / 12.0
        wages = pay * (np.float64(firms.unskilled[i]) + premium * np.float64(firms.skilled[i]))
        charges = social * wages
        running = np.float64(firms.running_cost[i])
        people = firms.skilled[i] + firms.unskilled[i]
        dear = rate * (1.0 + finance.small_firm_premium) if people < 300.0 else rate
        # An overdraft bears interest like a loan.
        interest = (firms.debt[i] + max(0.0, -firms.cash[i])) * dear / 12.0
        lease_interest = firms.lease[i] * lease_rate / 12.0
        operating = output * (1.0 - material[sector]) - wages - charges - running
        profit = operating - depreciation * firms.capital[i] - interest - lease_interest
        tax = numbers.profit_tax * max(0.0, profit)
        # Credit lines within the usual share of plant are rolled over; what is above is paid back.
        above = max(0.0, firms.debt[i] - finance.rollover * firms.capital[i])
        repaid = above / finance.repayment_months
        lease_repaid = firms.lease[i] / finance.repayment_months
        firms.debt[i] -= repaid
        firms.lease[i] -= lease_repaid
        firms.cash[i] -= (
            wages + charges + running + interest + lease_interest + tax + repaid + lease_repaid
        )
        firms.profit[i] += (profit - firms.profit[i]) / 12.0
        costs = output * material[sector] + wages + charges + running
        # Unit cost with the user cost of the capital that normal output needs.
        normal = max(12.0 * firms.expected_demand[i], 1e-9)
        firms.unit_cost[i] = (
            material[sector]
            + (wages + charges + running) * 12.0 / normal
            + numbers.depreciation * ratio[sector]
        )
        firms.capital[i] *= 1.0 - depreciation
        spent = 0.0
        if firms.uid[i] % 12 == turn:
            # Plant and machinery are renewed once a year, out of cash above the buffer.
            want = max(0.0, ratio[sector] * normal * 1.1 - firms.capital[i])
            own = max(0.0, min(want, firms.cash[i] - 0.5 * costs))
            # What cash does not cover is drawn from credit lines, within the usual share of plant.
            line = max(0.0, finance.rollover * (firms.capital[i] + own) - firms.debt[i])
            drawn = min(want - own, line)
            spent = own + drawn
            firms.debt[i] += drawn
            firms.capital[i] += spent
            firms.cash[i] -= own
            flow[city, DRAWN] += weight * drawn
            firms.investment[i] += spent
        payout = numbers.payout * max(0.0, firms.cash[i] - numbers.cash_target * costs)
        firms.cash[i] -= payout
        city_output[city] += weight * output
        flow[city, WAGES] += weight * wages
        flow[city, CHARGES] += weight * charges
        flow[city, RUNNING] += weight * running
        flow[city, INTEREST] += weight * interest
        flow[city, LEASE_INTEREST] += weight * lease_interest
        flow[city, TAX] += weight * tax
        flow[city, CAPITAL] += weight * spent
        flow[city, PAYOUT] += weight * payout
        flow[city, REPAID] += weight * repaid
        flow[city, LEASE_REPAID] += weight * lease_repaid
