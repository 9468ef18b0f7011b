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
from sim.processes.payments import pay_award, spend
from sim.processes.provider_choice import choose_among, pick_provider
from sim.world.tables import (
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
    """Terms of finance this month; `bank` and `lessor` (C,) are shares of requests approved."""

    lending_rate: float
    lease_rate: float
    bank: Array
    lessor: Array


def decide_and_order(context: Context, firms: Firms, providers: Providers, cities: Cities) -> None:
    """Review, decide, finance and order; book the money."""
    providers.orders[:] = 0.0
    providers.revenue[:] = 0.0
    if not context.technologies.active.any():
        return
    always = context.mechanisms.decision == "always"
    month = context.clock.month
    live = context.awards.live()
    flow = np.zeros((context.world.cities, 4))
    review = 1.0 if always else -np.expm1(-context.adoption.reviews_per_year / 12.0)
    support = context.instruments.leases[0] if context.instruments.leases else None
    discount = support.discount if support else 0.0
    rows = _reviewers(
        review, month_key(context.seed, "review", month), firms.uid, firms.alive,
        firms.order_technology,
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
        _terms(context, cities, discount),
        live,
        technologies,
        context.adoption,
        context.finance,
        flow,
    )
    _book(context, cities, flow, discount, support)
    _use_awards(context, firms)


def _terms(context: Context, cities: Cities, discount: float) -> Terms:
    """Rates, and the share of requests that each city's bank and lessor can meet."""
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
    )


def _book(context: Context, cities: Cities, flow: Array, discount: float, support: Any) -> None:
    """Move the money of this month's orders: flow columns loans, leases, cash paid, asked twice."""
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
    if support is not None and leases.sum() > 0:
        # The discount is paid to the lessor up front for the mean life of the lease.
        years = context.finance.repayment_months / 12.0
        account = context.public[support.instrument]
        due = min(float(leases.sum()) * discount * years, account.available)
        spend(context, support.instrument, due, "lessors", "lease_support", 0.0)


def _use_awards(context: Context, firms: Firms) -> None:
    """Tie awards to the orders just placed; pay those that are paid in advance."""
    awards = context.awards
    held = np.flatnonzero(awards.status == HELD)
    rows, technology = awards.row[held], awards.technology[held]
    used = (firms.order_month[rows] == context.clock.month) & (
        firms.order_technology[rows] == technology
    )
    chosen = held[used]
    if len(chosen) == 0:
        return
    awards.status[chosen] = ORDERED
    rows, technology = awards.row[chosen], awards.technology[chosen]
    price = firms.order_cost[rows].astype(np.float64)
    # A cheaper project than the one applied for shrinks the award; a dearer one does not grow it.
    awards.granted[chosen] = np.minimum(awards.granted[chosen], awards.rate[chosen] * price)
    for one, row, k in zip(chosen, rows, technology, strict=True):
        firms.award[row] &= 0xFF ^ (1 << int(k))
        if awards.in_advance[one]:
            pay_award(context, firms, int(one), float(awards.granted[one]))


@njit(nogil=True, cache=True)
def _award_terms(live: Any, row: Any, k: Any, cost: Any) -> Any:
    """Awards in hand for a firm and technology at this cost: all, and the part paid in advance."""
    wanted = row * 8 + k
    position = np.searchsorted(live.key, wanted)
    award, advance = 0.0, 0.0
    while position < len(live.key) and live.key[position] == wanted:
        amount = min(live.granted[position], live.rate[position] * cost)
        award += amount
        if live.in_advance[position]:
            advance += amount
        position += 1
    return award, advance


@njit(nogil=True, cache=True)
def _reviewers(review: Any, key: Any, uid: Any, alive: Any, on_order: Any) -> Any:
    """Rows of firms without a project that review this month."""
    rows = np.empty(len(uid), dtype=np.int64)
    count = 0
    for i in range(len(rows)):
        # Written whether or not it stays: without a branch the draws of many firms overlap.
        rows[count] = i
        free = (alive[i] != 0) & (on_order[i] < 0)
        count += free & (uniform(key, uid[i], 0) < review)
    return rows[:count]


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
    tech: Any,
    numbers: Any,
    finance: Any,
    flow: Any,
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
        room = max(
            0.0,
            min(finance.collateral * firms.capital[i], finance.loan_to_sales * sales)
            - firms.debt[i],
        )
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
                elif tech.lease[k] > 0 and due - own <= lease_room and leasable:
                    lease = due - own
                else:
                    financed = False
            interest = (loan * rate + lease * terms.lease_rate) * finance.repayment_months / 24.0
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
                if uniform(decision_key, firms.uid[i], k) >= chance:
                    firms.barrier[i, k] = UNPROFITABLE
                    continue
            else:
                years = np.float64(k)
            if with_skills and firms.capability[i] < tech.skill_requirement[k]:
                firms.barrier[i, k] = NO_SKILLS
            elif (firms.applied[i] >> k) & 1:
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
