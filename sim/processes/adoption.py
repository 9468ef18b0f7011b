"""Phase 5: investment reviews, finance in pecking order, orders, and the first binding barrier.

A firm reviews its projects at a rate; each technology it knows and lacks is appraised with a quote
of one provider, the terms of finance it can get and any award in hand. The chance of going ahead is
`1 / (1 + exp(-lambda (limit - payback) / limit))` (Dosi, Fagiolo & Roventini 2010). One project at
a time: the quickest payback is ordered. Whatever stops a technology first is its barrier.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.core.bits import LOWEST
from sim.core.streams import month_key, uniform
from sim.core.table import Array
from sim.processes.appraisal import complementarity, list_price, yearly_benefit
from sim.processes.awards import HELD, ORDERED
from sim.processes.context import Context
from sim.processes.outlays import Receivers, enter_paid_awards, to_firms
from sim.processes.payments import pay_in_advance, spend, withdraw
from sim.processes.projects import enter_awards, enter_orders
from sim.processes.provider_choice import choose_among, compare_offers, pick_provider
from sim.world.tables import (
    ECOMMERCE,
    GREEN_IOT,
    NO_BARRIER,
    NO_FINANCE,
    NO_PROVIDER_CAPACITY,
    NO_SKILLS,
    NOT_APPLICABLE,
    OTHER_PROJECT,
    UNAWARE,
    UNPROFITABLE,
    WAITING_FOR_AWARD,
)


class Firms(NamedTuple):
    """Columns of `firms` used."""

    uid: Array
    alive: Array
    city: Array
    sector: Array
    weight: Array
    skilled: Array
    unskilled: Array
    capital: Array
    wage_premium: Array
    expected_demand: Array
    unit_cost: Array
    capability: Array
    payback_limit: Array
    aware: Array
    adopted: Array
    automation: Array
    realised: Array
    charge: Array
    award: Array
    applied: Array
    matched: Array
    belief: Array
    barrier: Array
    order_technology: Array
    order_provider: Array
    order_month: Array
    order_start: Array
    order_cost: Array
    cash: Array
    debt: Array
    lease: Array
    investment: Array
    subsidy: Array


class Providers(NamedTuple):
    """Columns of `providers` used; orders and revenue are written."""

    kind: Array
    city: Array
    alive: Array
    weight: Array
    teams: Array
    price: Array
    wait: Array
    orders: Array
    revenue: Array


class Cities(NamedTuple):
    """Columns of `cities` used; funds and books are written."""

    wage: Array
    bank_funds: Array
    bank_loans: Array
    lease_funds: Array
    lease_book: Array


VIEWS = {"firms": Firms, "providers": Providers, "cities": Cities}
WRITES = {
    "firms": frozenset(
        [
            "belief",
            "barrier",
            "award",
            "applied",
            "order_technology",
            "order_provider",
            "order_month",
            "order_start",
            "order_cost",
            "cash",
            "debt",
            "lease",
            "investment",
            "subsidy",
        ]
    ),
    "providers": frozenset({"orders", "revenue"}),
    "cities": frozenset({"bank_funds", "bank_loans", "lease_funds", "lease_book"}),
}


class Terms(NamedTuple):
    """Terms of finance this month; `bank` and `lessor` (C,) are shares of requests approved.

    `online` is what a firm that sells online can borrow without collateral, over yearly sales;
    `lease` (8,) is above 0 for technologies that can be leased or paid in instalments; `offers` is
    how many offers a matched firm compares.
    """

    lending_rate: float
    lease_rate: float
    bank: Array
    lessor: Array
    online: float
    lease: Array
    offers: float


def decide_and_order(context: Context, firms: Firms, providers: Providers, cities: Cities) -> None:
    """Review, decide, finance and order; book the money."""
    providers.orders[:] = 0.0
    providers.revenue[:] = 0.0
    if not context.technologies.active.any():
        return
    always = context.mechanisms.decision == "always"
    month = context.clock.month
    live = context.awards.live()
    success = [context.measures.get(f"success {name}", 1.0) for name in context.public]
    pending = context.awards.pending(month, np.array(success))
    flow = np.zeros((context.world.cities, 5))
    leased = firms.lease.copy()
    review = 1.0 if always else -np.expm1(-context.adoption.reviews_per_year / 12.0)
    context.watch.terms[:] = np.nan
    rows, resumed = _reviewers(
        review, month_key(context.seed, "review", month), firms.uid, firms.alive,
        firms.order_technology, firms.applied, firms.barrier, firms.barrier.view(np.uint64)[:, 0],
    )  # fmt: skip
    technologies = context.technologies.numbers
    choice = choose_among(context, providers)
    asked = _consider(
        rows, 0xFF if always else choice.offered(technologies.kind), firms, context.world.edges,
        context.world.applicable, technologies, context.adoption,
        context.mechanisms.beliefs and not always,
    )  # fmt: skip
    _decide(
        rows,
        asked,
        resumed,
        (
            always,
            context.mechanisms.finance,
            context.mechanisms.provider_capacity,
            context.mechanisms.skills,
        ),
        month,
        month_key(context.seed, "decision", month),
        month_key(context.seed, "provider", month),
        month_key(context.seed, "credit", month),
        firms,
        providers,
        cities.wage,
        context.world.energy_share,
        context.world.automation_saving,
        choice,
        _terms(context, cities),
        live,
        pending,
        technologies,
        context.adoption,
        context.finance,
        flow,
        context.watch.row,
        context.watch.terms,
    )
    signed = enter_orders(context, firms, providers, leased)
    _book(context, cities, flow, _lessees(context, firms, signed))
    _use_awards(context, firms, signed)


def _terms(context: Context, cities: Cities) -> Terms:
    """Rates, and the share of requests that each city's bank and lessor can meet."""
    supports = context.instruments.leases
    discount = sum(support.discount for support in supports)
    lease = context.technologies.numbers.lease.copy()
    for support in supports:
        lease[list(support.instalments)] = 1.0
    rate = float(context.paths["lending_rate"][context.clock.month])
    asked = context.measures.get("credit_asked")
    if asked is None:
        asked = np.zeros((context.world.cities, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        bank = np.where(asked[:, 0] > 0, cities.bank_funds / asked[:, 0], 1.0)
        lessor = np.where(asked[:, 1] > 0, cities.lease_funds / asked[:, 1], 1.0)
    return Terms(
        rate,
        max(0.0, rate + context.finance.lease_premium - discount),
        np.clip(bank, 0.0, 1.0),
        np.clip(lessor, 0.0, 1.0),
        float(sum(credit.share for credit in context.instruments.online_credit)),
        lease,
        context.providers.matched_offers,
    )


def _lessees(context: Context, firms: Firms, signed: Array) -> Receivers:
    """Firms that signed a lease for one of the projects just ordered."""
    projects = context.projects
    leased = signed[projects.lease[signed] > 0]
    value = projects.lease[leased].astype(np.float64) * projects.weight[leased]
    return to_firms(firms, projects.row[leased], value)._replace(project=leased)


def _book(context: Context, cities: Cities, flow: Array, lessees: Receivers) -> None:
    """Move the money of this month's orders.

    Columns of flow: loans, leases, cash paid, asked in vain, loans on sales records.
    """
    loans, leases, paid = flow[:, 0], flow[:, 1], flow[:, 2]
    cities.bank_loans[:] += loans
    cities.bank_funds[:] -= loans
    cities.lease_book[:] += leases
    cities.lease_funds[:] -= leases
    flows = context.flows
    flows.book("banks", "firms", "loans", loans.sum())
    flows.book("lessors", "firms", "leases", leases.sum())
    flows.book("firms", "providers", "projects", paid.sum())
    context.measures["credit_asked"] = np.stack([loans + flow[:, 3], leases + flow[:, 3]], axis=1)
    if leases.sum() > 0:
        # The discount is paid to the lessor up front for the mean life of the lease.
        years = context.finance.repayment_months / 12.0
        for support in context.instruments.leases:
            available = context.public[support.instrument].available
            due = min(float(leases.sum()) * support.discount * years, available)
            spend(context, support.instrument, due, "lessors", "lease_support", 0.0, lessees)
    online = float(flow[:, 4].sum())
    for credit in context.instruments.online_credit:
        due = min(online * credit.risk, context.public[credit.instrument].available)
        spend(context, credit.instrument, due, "banks", "risk_compensation", 0.0)


def _use_awards(context: Context, firms: Firms, signed: Array) -> None:
    """Tie awards to the orders just placed (projects `signed`); pay the part due in advance.

    Whoever has gone ahead with what it applied for withdraws the application.
    """
    awards = context.awards
    ordered = np.flatnonzero((firms.order_month == context.clock.month) & (firms.applied != 0))
    for row in ordered:
        bit = 1 << max(int(firms.order_technology[row]), 0)
        if firms.applied[row] & bit and firms.order_technology[row] >= 0:
            firms.applied[row] &= 0xFF ^ bit
            withdraw(context, int(row), int(firms.order_technology[row]))
    held = np.flatnonzero(awards.status == HELD)
    rows, technology = awards.row[held], awards.technology[held]
    used = (firms.order_month[rows] == context.clock.month) & (
        firms.order_technology[rows] == technology
    )
    chosen = held[used]
    if len(chosen) == 0:
        return
    awards.status[chosen] = ORDERED
    enter_awards(context, signed, chosen)
    rows, technology = awards.row[chosen], awards.technology[chosen]
    price = firms.order_cost[rows].astype(np.float64)
    # A cheaper project than the one applied for shrinks the award; a dearer one does not grow it.
    awards.granted[chosen] = np.minimum(awards.granted[chosen], awards.rate[chosen] * price)
    before = awards.paid[chosen]
    for one, row, k in zip(chosen, rows, technology, strict=True):
        firms.award[row] &= 0xFF ^ (1 << int(k))
        if awards.in_advance[one] > 0:
            pay_in_advance(context, firms, int(one))
    enter_paid_awards(context, chosen, before)


@njit(nogil=True, cache=True)
def _award_terms(live: Any, row: Any, k: Any, cost: Any) -> Any:
    """Awards in hand for a firm and technology at this cost: all, and the part paid in advance."""
    wanted = row * 8 + k
    position = np.searchsorted(live.key, wanted)
    award, advance = 0.0, 0.0
    while position < len(live.key) and live.key[position] == wanted:
        amount = min(live.granted[position], live.rate[position] * cost)
        award += amount
        advance += amount * live.in_advance[position]
        position += 1
    return award, advance


_ONES, _TOPS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_WAITING = np.uint64(WAITING_FOR_AWARD) * _ONES


@njit(nogil=True, cache=True)
def _decided(i: Any, applied: Any, barrier: Any) -> Any:
    """Bits of technologies that waited for an award on which the decision has come."""
    bits = 0
    for k in range(8):
        if barrier[i, k] == WAITING_FOR_AWARD and (applied[i] >> k) & 1 == 0:
            bits |= 1 << k
    return bits


@njit(nogil=True, cache=True)
def _worth_waiting(pending: Any, row: Any, k: Any, net: Any) -> Any:
    """Does the award expected exceed the benefit (`net` a year) lost until the decision?"""
    wanted = row * 8 + k
    position = np.searchsorted(pending.key, wanted)
    if position == len(pending.key) or pending.key[position] != wanted:
        return False
    return pending.expected[position] > net * pending.years[position]


@njit(nogil=True, cache=True)
def _reviewers(
    review: Any, key: Any, uid: Any, alive: Any, on_order: Any, applied: Any, barrier: Any,
    words: Any,
) -> Any:  # fmt: skip
    """Rows of firms without a project that review this month, and what they had waited for.

    A project that waits for an award is taken up again when the decision comes. `words` (n,) are
    the eight barriers of a row as one number, in which a byte that equals the code of waiting is
    found at once.
    """
    rows = np.empty(len(uid), dtype=np.int64)
    resumed = np.empty(len(uid), dtype=np.uint8)
    count = 0
    for i in range(len(rows)):
        # Written whether or not it stays: without a branch the draws of many firms overlap.
        rows[count] = i
        resumed[count] = 0
        free = (alive[i] != 0) & (on_order[i] < 0)
        word = words[i] ^ _WAITING
        if ((word - _ONES) & ~word & _TOPS) != 0:
            resumed[count] = _decided(i, applied, barrier)
        count += free & ((uniform(key, uid[i], 0) < review) | (resumed[count] != 0))
    return rows[:count], resumed[:count]


@njit(nogil=True, cache=True)
def _hear(
    start: Any, stop: Any, others: Any, asked: Any, adopted: Any, realised: Any, total: Any,
    count: Any,
) -> None:  # fmt: skip
    """Add what the rows others[start:stop] have realised with the technologies in `asked`."""
    for position in range(start, stop):
        j = others[position]
        used = np.int64(adopted[j]) & asked
        while used:
            k = LOWEST[used]
            total[k] += realised[j, k]
            count[k] += 1.0
            used &= used - 1


@njit(nogil=True, cache=True)
def _consider(
    rows: Any,
    offered: Any,
    firms: Any,
    edges: Any,
    applicable: Any,
    tech: Any,
    numbers: Any,
    with_beliefs: Any,
) -> Any:
    """Bits of the technologies that each of the rows knows, lacks and can buy; what others say.

    Beliefs move with how suppliers and customers fared, good and bad news alike. The other
    technologies get their barriers here.
    """
    asked = np.empty(len(rows), dtype=np.uint8)
    total, count = np.empty(8), np.empty(8)
    for position in range(len(rows)):
        i = rows[position]
        useful = np.int64(applicable[firms.sector[i]])
        # Automation is bought step by step, so what counts is the room that is left.
        covered = np.int64(firms.adopted[i]) & 0xFE
        room = numbers.automation_limit - np.float64(firms.automation[i])
        if min(tech.step[0], room) < 0.5 * tech.step[0]:
            covered |= 1
        known = np.int64(firms.aware[i])
        for k in range(8):
            barrier = NO_PROVIDER_CAPACITY if (known >> k) & 1 else UNAWARE
            barrier = NO_BARRIER if (covered >> k) & 1 else barrier
            firms.barrier[i, k] = barrier if (useful >> k) & 1 else NOT_APPLICABLE
        mask = useful & ~covered & known & offered
        asked[position] = mask
        if not with_beliefs or mask == 0:
            continue
        for k in range(8):
            total[k] = 0.0
            count[k] = 0.0
        _hear(
            edges.supplier_start[i], edges.supplier_start[i + 1], edges.suppliers, mask,
            firms.adopted, firms.realised, total, count,
        )  # fmt: skip
        _hear(
            edges.customer_start[i], edges.customer_start[i + 1], edges.customers, mask,
            firms.adopted, firms.realised, total, count,
        )  # fmt: skip
        for k in range(8):
            if count[k] > 0.0:
                precision = numbers.belief_signal_weight * count[k]
                belief = np.float64(firms.belief[i, k])
                share = precision / (1.0 + precision)
                firms.belief[i, k] = belief + share * (total[k] / count[k] - belief)
    return asked


@njit(nogil=True, cache=True)
def _decide(
    rows: Any,
    asked: Any,
    resumed: Any,
    switches: Any,
    month: Any,
    decision_key: Any,
    provider_key: Any,
    credit_key: Any,
    firms: Any,
    providers: Any,
    wage: Any,
    energy_share: Any,
    automation_saving: Any,
    choice: Any,
    terms: Any,
    live: Any,
    pending: Any,
    tech: Any,
    numbers: Any,
    finance: Any,
    flow: Any,
    watched: Any,
    seen: Any,
) -> None:
    always, with_finance, with_capacity, with_skills = switches
    for position in range(len(rows)):
        i = rows[position]
        sector, city = firms.sector[i], np.int64(firms.city[i])
        employees = np.float64(firms.skilled[i] + firms.unskilled[i])
        worker = wage[city] * firms.wage_premium[i] * (1.0 + numbers.social_charges)
        sales = 12.0 * firms.expected_demand[i]
        margin = max(0.0, 1.0 - firms.unit_cost[i])
        costs = max(0.0, firms.expected_demand[i] * firms.unit_cost[i])
        liquid = max(0.0, firms.cash[i] - finance.cash_buffer * costs)
        pledge, most = finance.collateral * firms.capital[i], finance.loan_to_sales * sales
        room = max(0.0, min(pledge, most) - firms.debt[i])
        secured = room
        if (firms.adopted[i] >> ECOMMERCE) & 1:
            room = max(0.0, min(pledge + terms.online * sales, most) - firms.debt[i])
        lease_room = max(0.0, finance.lease_to_sales * sales - firms.lease[i])
        rate = terms.lending_rate
        if employees < 300.0:
            rate *= 1.0 + finance.small_firm_premium
        approved = uniform(credit_key, firms.uid[i], 0) < terms.bank[city]
        leasable = uniform(credit_key, firms.uid[i], 1) < terms.lessor[city]
        limit = max(0.1, firms.payback_limit[i] + numbers.payback_shift)
        ability = np.float64(firms.capability[i]) ** numbers.capability_exponent
        best, best_payback = -1, np.inf
        best_cost, best_advance, best_provider = 0.0, 0.0, -1
        level = np.float64(firms.automation[i])
        step = min(tech.step[0], numbers.automation_limit - level)
        left = np.int64(asked[position])
        while left:
            k = LOWEST[left]
            left &= left - 1
            if (firms.matched[i] >> k) & 1:
                provider = compare_offers(
                    choice, tech.kind[k], providers.price, terms.offers, provider_key,
                    firms.uid[i], k,
                )  # fmt: skip
            else:
                provider = pick_provider(
                    choice, city, tech.kind[k], uniform(provider_key, firms.uid[i], k)
                )
            displaced = 0.0
            if k == 0:
                saving = automation_saving[sector]
                displaced = employees * saving * step / (1.0 - saving * level)
            quote = providers.price[provider] * tech.world_price[k] if provider >= 0 else 1.0
            price = list_price(k, employees, displaced, tech) * quote
            cost = price * (1.0 + tech.training_cost[k] * (1.0 - firms.capability[i]))
            award, advance = 0.0, 0.0
            if (firms.award[i] >> k) & 1:
                award, advance = _award_terms(live, i, k, cost)
            # What is paid after acceptance has to be financed first.
            due = cost - advance
            own = min(due, liquid)
            loan, lease = 0.0, 0.0
            financed = True
            if with_finance and own < due:
                if due - own <= room and approved:
                    loan = due - own
                elif terms.lease[k] > 0 and due - own <= lease_room and leasable:
                    lease = due - own
                else:
                    financed = False
            interest = (loan * rate + lease * terms.lease_rate) * finance.repayment_months / 24.0
            net = 0.0
            if not always:
                factor = complementarity(
                    k, firms.adopted[i], level, numbers.automation_reference, tech
                )
                gross = yearly_benefit(
                    k,
                    employees,
                    displaced,
                    worker,
                    sales,
                    energy_share[sector],
                    margin,
                    ability,
                    factor,
                    tech,
                )
                # Complying ends the charge for certain, so belief does not come into it.
                saved = firms.charge[i] * sales if k == GREEN_IOT else 0.0
                net = firms.belief[i, k] * gross + saved - tech.running_cost[k] * price
                years = (cost + interest - award) / net if net > 0.0 else np.inf
                # A decision is drawn for each technology, so one more known moves no other's luck.
                slope = numbers.choice_sharpness * (years - limit) / limit
                chance = 0.0 if slope > 50.0 else 1.0 / (1.0 + np.exp(max(slope, -50.0)))
            else:
                net, years, chance = 0.0, np.float64(k), 1.0
            if i == watched:
                # In the order of watch.TERMS.
                seen[k, 0], seen[k, 1], seen[k, 2], seen[k, 3] = provider, quote, cost, net
                seen[k, 4], seen[k, 5], seen[k, 6] = firms.belief[i, k], years, limit
                seen[k, 7], seen[k, 8], seen[k, 9] = chance, award, advance
                seen[k, 10], seen[k, 11], seen[k, 12] = own, loan, lease
                seen[k, 13] = interest
            waited = (resumed[position] >> k) & 1 == 1
            if not waited and uniform(decision_key, firms.uid[i], k) >= chance:
                firms.barrier[i, k] = UNPROFITABLE
                continue
            if with_skills and firms.capability[i] < tech.skill_requirement[k]:
                firms.barrier[i, k] = NO_SKILLS
            elif (firms.applied[i] >> k) & 1 and _worth_waiting(pending, i, k, net):
                firms.barrier[i, k] = WAITING_FOR_AWARD
            elif with_finance and not financed:
                firms.barrier[i, k] = NO_FINANCE
                # What could not be met is asked again: it keeps banks and lessors rationing.
                flow[city, 3] += firms.weight[i] * (due - own)
            elif (
                with_capacity
                and provider >= 0
                and (providers.wait[provider] > numbers.longest_wait)
            ):
                firms.barrier[i, k] = NO_PROVIDER_CAPACITY
            else:
                firms.barrier[i, k] = OTHER_PROJECT
                if years < best_payback or best < 0:
                    best, best_payback = k, years
                    best_cost, best_advance, best_provider = cost, advance, provider
        if best >= 0:
            _order(
                i,
                best,
                best_cost,
                best_advance,
                best_provider,
                month,
                with_finance,
                liquid,
                room,
                secured,
                approved,
                firms,
                providers,
                city,
                flow,
            )


@njit(nogil=True, cache=True)
def _order(
    i: Any,
    k: Any,
    cost: Any,
    advance: Any,
    provider: Any,
    month: Any,
    with_finance: Any,
    liquid: Any,
    room: Any,
    secured: Any,
    approved: Any,
    firms: Any,
    providers: Any,
    city: Any,
    flow: Any,
) -> None:
    """Sign the contract: raise the money, pay the provider, take a place in its queue."""
    weight = np.float64(firms.weight[i])
    borrowed = max(0.0, cost - advance - liquid)
    if borrowed > 0.0:
        if not with_finance or (borrowed <= room and approved):
            firms.debt[i] += borrowed
            flow[city, 0] += weight * borrowed
            flow[city, 4] += weight * max(0.0, borrowed - secured)
        else:
            firms.lease[i] += borrowed
            flow[city, 1] += weight * borrowed
        firms.cash[i] += borrowed
    firms.order_technology[i] = k
    firms.order_provider[i] = max(provider, 0)
    firms.order_month[i] = month
    firms.order_start[i] = -32768
    firms.order_cost[i] = cost
    firms.cash[i] -= cost
    firms.investment[i] += cost
    flow[city, 2] += weight * cost
    if provider >= 0:
        providers.orders[provider] += weight
        providers.revenue[provider] += weight * cost
