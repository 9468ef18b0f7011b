"""Phase 5: investment reviews, finance in pecking order, orders, and the first binding barrier.

A firm reviews its projects at a rate; each technology it knows and lacks is appraised with a quote
of one provider, the terms of finance it can get and any award in hand. The chance of going ahead is
`1 / (1 + exp(-lambda (limit - payback) / limit))` (Dosi, Fagiolo & Roventini 2010). A review
orders one project, that with the quickest payback; a firm runs as many at the same time as its
people can carry. Whatever stops a technology first is its barrier.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.streams import month_key
from sim.core.table import Array
from sim.processes.awards import HELD, ORDERED
from sim.processes.context import Context
from sim.processes.decision import decide
from sim.processes.outlays import Receivers, enter_paid_awards, to_firms
from sim.processes.payments import pay_in_advance, spend, withdraw
from sim.processes.projects import enter_awards, enter_orders
from sim.processes.provider_choice import choose_among
from sim.processes.review import consider, reviewers


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
    ordered: Array
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
            "ordered",
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
    flow = np.zeros((context.world.cities, 6))
    review = 1.0 if always else -np.expm1(-context.adoption.reviews_per_year / 12.0)
    context.watch.terms[:] = np.nan
    rows, resumed = reviewers(
        review, month_key(context.seed, "review", month), firms,
        firms.barrier.view(np.uint64)[:, 0], context.adoption.employees_per_project,
    )  # fmt: skip
    technologies = context.technologies.numbers
    choice = choose_among(context, providers)
    asked = consider(
        rows, 0xFF if always else choice.offered(technologies.kind), firms, context.world.edges,
        context.world.applicable, technologies, context.adoption,
        context.mechanisms.beliefs and not always,
    )  # fmt: skip
    signed = np.zeros((len(rows), 4))
    signed[:, 0] = -1.0
    decide(
        rows,
        asked,
        resumed,
        (
            always,
            context.mechanisms.finance,
            context.mechanisms.provider_capacity,
            context.mechanisms.skills,
        ),
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
        signed,
        context.watch.row,
        context.watch.terms,
    )
    new = enter_orders(context, firms, providers, rows, signed)
    _book(context, cities, flow, _lessees(context, firms, new))
    _use_awards(context, firms, new)


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
    bank, lessor = (
        np.divide(funds, wanted, out=np.ones(len(funds)), where=wanted > 0)
        for funds, wanted in zip((cities.bank_funds, cities.lease_funds), asked.T, strict=True)
    )
    return Terms(
        rate,
        max(0.0, rate + context.finance.lease_premium - discount),
        np.clip(bank, 0.0, 1.0),
        np.clip(lessor, 0.0, 1.0),
        float(sum(credit.share for credit in context.instruments.online_credit)),
        lease,
        context.providers.matched_offers,
    )


def _lessees(context: Context, firms: Firms, new: Array) -> Receivers:
    """Firms that signed a lease for one of the projects just ordered."""
    projects = context.projects
    leased = new[projects.lease[new] > 0]
    value = projects.lease[leased].astype(np.float64) * projects.weight[leased]
    return to_firms(firms, projects.row[leased], value)._replace(project=leased)


def _book(context: Context, cities: Cities, flow: Array, lessees: Receivers) -> None:
    """Move the money of this month's orders.

    Columns of flow: loans, leases, cash paid, asked in vain, loans on sales records, and the real
    firms that have such a loan.
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
        # A firm orders one project a month.
        helped = float(context.projects.weight[lessees.project].sum(dtype=np.float64))
        for support in context.instruments.leases:
            available = context.public[support.instrument].available
            due = min(float(leases.sum()) * support.discount * years, available)
            reached = helped if due > 0 else 0.0
            spend(context, support.instrument, due, "lessors", "lease_support", reached, lessees)
    online, borrowers = flow[:, 4:].sum(axis=0).tolist()
    for credit in context.instruments.online_credit:
        due = min(online * credit.risk, context.public[credit.instrument].available)
        reached = borrowers if due > 0 else 0.0
        spend(context, credit.instrument, due, "banks", "risk_compensation", reached)


def _use_awards(context: Context, firms: Firms, new: Array) -> None:
    """Tie awards to the projects just ordered (positions `new`); pay the part due in advance.

    Whoever has gone ahead with what it applied for withdraws the application.
    """
    if len(new) == 0:
        return
    awards, projects = context.awards, context.projects
    rows, technology = projects.row[new], projects.technology[new].astype(np.int64)
    for one in np.flatnonzero((firms.applied[rows] >> technology) & 1).tolist():
        firms.applied[rows[one]] &= 0xFF ^ (1 << int(technology[one]))
        withdraw(context, int(rows[one]), int(technology[one]))
    held = np.flatnonzero(awards.status == HELD)
    # A firm orders once a month at most, and orders are in the order of the rows.
    place = np.minimum(np.searchsorted(rows, awards.row[held]), len(rows) - 1)
    used = (rows[place] == awards.row[held]) & (technology[place] == awards.technology[held])
    chosen, project = held[used], new[place[used]]
    if len(chosen) == 0:
        return
    awards.status[chosen] = ORDERED
    enter_awards(context, project, chosen)
    # A cheaper project than the one applied for shrinks the award; a dearer one does not grow it.
    price = projects.cost[project].astype(np.float64)
    awards.granted[chosen] = np.minimum(awards.granted[chosen], awards.rate[chosen] * price)
    before = awards.paid[chosen]
    # A firm may have several awards for the project, all for the same technology.
    firms.award[awards.row[chosen]] &= ~(1 << awards.technology[chosen]).astype(np.uint8)
    pay_in_advance(context, firms, chosen)
    enter_paid_awards(context, chosen, before)
