"""Phase 10: wages, taxes, running costs, debt service, capital, payouts, exit and entry.

Every payment is booked with its payer and payee, so that the change of all firms' cash equals the
flows; what a firm owes is what banks and lessors hold.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.core.streams import month_key, uniform
from sim.core.table import Array
from sim.processes.context import Context
from sim.processes.outlays import Receivers
from sim.processes.payments import spend
from sim.processes.selection import by_lot, take_in_order
from sim.world.tables import ABOVE_SCALE, CRITICAL_INPUTS, NEVER


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
    order_technology: Array
    order_start: Array
    order_month: Array
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
    - frozenset({"city", "sector", "tier", "weight", "wage_premium", "demand"}),
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
        _exit_and_entry(context, firms, cities)


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


def _exit_and_entry(context: Context, firms: Firms, cities: Cities) -> None:
    """Close and open rows; jobs, debts and money of both are booked by city."""
    month, count = context.clock.month, context.world.cities
    closed = np.zeros((count, 7))
    _close(month, month_key(context.seed, "exit", month), firms, context.accounts, closed)
    cities.unemployed_skilled[:] += closed[:, 0]
    cities.unemployed_unskilled[:] += closed[:, 1]
    cities.bank_loans[:] -= closed[:, 2]
    cities.lease_book[:] -= closed[:, 3]
    flows = context.flows
    flows.book("firms", "households", "closure", closed[:, 4].sum())
    flows.book("banks", "firms", "written_off", closed[:, 5].sum())
    context.measures["exits"] = float(closed[:, 6].sum())
    vacant = np.flatnonzero(firms.alive == 0)
    opened = np.zeros(2)
    if len(vacant):
        key = month_key(context.seed, "entry", month)
        supported, award = _supported_start_ups(context, firms, vacant)
        parents = np.full((count, context.world.sectors, 2), -1, dtype=np.int64)
        lots = np.full(parents.shape, np.inf)
        _find_parents(month_key(context.seed, "parents", month), firms, parents, lots)
        # Where a cluster has no firm left, founders come from the sector's other cities.
        anywhere = np.take_along_axis(parents, lots.argmin(axis=0)[None], axis=0)
        _open(
            month, key, vacant, supported, award, np.where(parents >= 0, parents, anywhere), firms,
            context.accounts, context.production.inventory_months,
            context.world.capital_output_ratio, context.world.automation_saving,
            context.world.uid_stride, opened,
        )  # fmt: skip
    flows.book("households", "firms", "founding", opened[1])
    context.measures["entries"] = float(opened[0])


def _supported_start_ups(context: Context, firms: Firms, vacant: Array) -> tuple[Array, Array]:
    """Flag of vacant places filled with support, and the award of each (10k CNY a real firm)."""
    supported, award = np.zeros(len(vacant), dtype=np.uint8), np.zeros(len(vacant))
    for call in context.instruments.start_ups:
        key = month_key(context.seed, f"start-ups {call.instrument}", context.clock.month)
        free = call.eligibility.rows(firms, alive=0)[vacant] & (supported == 0)
        taken = take_in_order(
            by_lot(vacant[free], firms.uid, key), firms.uid, firms.weight, call.award, call.money,
            call.places, key,
        )  # fmt: skip
        # A place is taken whole or not at all; money and places for a part wait for next month.
        covered = taken.paid >= (1.0 - 1e-9) * call.award * firms.weight[taken.rows]
        rows, paid = taken.rows[covered], taken.paid[covered]
        # Told by the id that the newcomer will have.
        uids = firms.uid[rows] + np.uint32(context.world.uid_stride)
        context.watch.met(context.clock.month, "start_up", call.instrument, rows, uids, paid)
        place = np.searchsorted(vacant, rows)
        supported[place] = 1
        award[place] = paid / firms.weight[rows]
        total = float(paid.sum())
        # Told by the id that the newcomer will have.
        uid = firms.uid[rows] + np.uint32(context.world.uid_stride)
        receivers = Receivers(paid, rows, uid)
        spend(context, call.instrument, total, "firms", "subsidy", total / call.award, receivers)
    return supported, award


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


@njit(nogil=True, cache=True)
def _close(month: Any, key: Any, firms: Any, numbers: Any, closed: Any) -> None:
    """Close firms that ran out of credit, and others at the exit rate of their age."""
    chance = np.empty((2, 2))
    for young in range(2):
        hazard = numbers.exit_rate * (numbers.young_exit if young else 1.0)
        # Larger firms live longer (SAIC 2013): backbone firms at a quarter of the rate.
        chance[young, 0] = -np.expm1(-0.25 * hazard / 12.0)
        chance[young, 1] = -np.expm1(-hazard / 12.0)
    for i in range(len(firms.uid)):
        if firms.alive[i] == 0:
            continue
        young = 1 if month - firms.founded[i] < 84 else 0
        larger = 0 if firms.tier[i] == 0 else 1
        failed = firms.cash[i] < -numbers.overdraft * firms.expected_demand[i] * firms.unit_cost[i]
        if not failed and uniform(key, firms.uid[i], 0) >= chance[young, larger]:
            continue
        city, weight = firms.city[i], np.float64(firms.weight[i])
        closed[city, 0] += weight * firms.skilled[i]
        closed[city, 1] += weight * firms.unskilled[i]
        closed[city, 2] += weight * firms.debt[i]
        closed[city, 3] += weight * firms.lease[i]
        closed[city, 4] += weight * max(0.0, firms.cash[i])
        closed[city, 5] += weight * max(0.0, -firms.cash[i])
        closed[city, 6] += weight
        firms.alive[i] = 0
        firms.skilled[i] = 0.0
        firms.unskilled[i] = 0.0
        firms.debt[i] = 0.0
        firms.lease[i] = 0.0
        firms.cash[i] = 0.0
        firms.output[i] = 0.0
        firms.investment[i] = 0.0
        firms.order_technology[i] = -1
        firms.order_start[i] = NEVER
        firms.order_month[i] = NEVER
        firms.award[i] = 0
        firms.applied[i] = 0
        firms.demonstration[i] = 0


@njit(nogil=True, cache=True)
def _find_parents(key: Any, firms: Any, parents: Any, lots: Any) -> None:
    """A firm in operation of each city, sector and side of the scale, by lot: parents (C, S, 2)."""
    for i in range(len(firms.uid)):
        if firms.alive[i] == 0:
            continue
        city, sector = firms.city[i], firms.sector[i]
        below = 1 if firms.tier[i] >= ABOVE_SCALE else 0
        lot = uniform(key, firms.uid[i], 0)
        if lot < lots[city, sector, below]:
            lots[city, sector, below] = lot
            parents[city, sector, below] = i


@njit(nogil=True, cache=True)
def _open(
    month: Any,
    key: Any,
    vacant: Any,
    supported: Any,
    award: Any,
    parents: Any,
    firms: Any,
    numbers: Any,
    inventory: Any,
    ratio: Any,
    saving: Any,
    stride: Any,
    opened: Any,
) -> None:
    """Found new firms in vacated places; they have money, plant and orders, and hire next month.

    A newcomer's size is 0.1 to 0.9 of its predecessor's (Dosi, Fagiolo & Roventini 2010 draw
    entrants from that range of the mean). Founders come from a firm of the same city and sector
    (Klepper 2007): they know the technologies that it knows and buy plant with as much numerical
    control as it has; systems are still to be bought. Its id is its predecessor's plus a stride, so
    ids do not depend on the order of the rows.
    """
    chance = -np.expm1(-numbers.entry_rate / 12.0)
    for place in range(len(vacant)):
        i = vacant[place]
        if not supported[place] and uniform(key, firms.uid[i], 0) >= chance:
            continue
        sector, weight = firms.sector[i], np.float64(firms.weight[i])
        size = 0.1 + 0.8 * uniform(key, firms.uid[i], 1)
        expected = size * max(np.float64(firms.expected_demand[i]), 1e-6)
        efficiency = firms.productivity[i]
        cash = numbers.cash_target * expected
        opened[0] += weight
        opened[1] += weight * cash
        firms.uid[i] += stride
        firms.alive[i] = 1
        firms.founded[i] = month
        firms.capital[i] = ratio[sector] * 12.0 * expected
        firms.efficiency[i] = efficiency
        firms.expected_demand[i] = expected
        firms.share[i] *= size
        firms.cash[i] = cash + award[place]
        firms.profit[i] = 0.0
        firms.charge[i] = 0.0
        firms.pilot[i] = 0
        firms.matched[i] = 0
        firms.running_cost[i] = 0.0
        firms.aware[i] = 0
        firms.adopted[i] = 0
        firms.automation[i] = 0.0
        parent = parents[firms.city[i], sector, 1 if firms.tier[i] >= ABOVE_SCALE else 0]
        if parent >= 0:
            firms.aware[i] = firms.aware[parent]
            firms.automation[i] = firms.automation[parent]
            firms.efficiency[i] = efficiency * (1.0 - saving[sector] * firms.automation[i])
        firms.gain_target[i] = 0.0
        firms.gain[i] = 0.0
        firms.subsidy[i] = award[place]
        firms.projects[i] = 0
        for k in range(8):
            firms.realised[i, k] = 0.0
            firms.adopted_month[i, k] = NEVER
            firms.barrier[i, k] = 1
        for g in range(CRITICAL_INPUTS):
            firms.stock[i, g] = inventory * expected
