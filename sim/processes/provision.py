"""Phase 6: providers complete projects, start the next in the queue, hire, learn and set prices.

A provider has project teams; a project holds one team for `project_months` on average (geometric),
so a provider is a queue with as many servers as teams, first come first served. Unit cost falls by
the learning rate with every doubling of what the kind has delivered (Wright 1936); the price adds a
mark-up on backlog, so part of a subsidy is captured (Goolsbee 1998).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.streams import month_key, uniform, uniforms
from sim.core.table import Array
from sim.processes.appraisal import complementarity
from sim.processes.awards import ORDERED
from sim.processes.context import Context
from sim.processes.outlays import enter_paid_awards
from sim.processes.payments import pay_awards
from sim.world.tables import NEVER, NO_BARRIER


class Firms(NamedTuple):
    """Columns of `firms` used."""

    uid: Array
    sector: Array
    city: Array
    skilled: Array
    unskilled: Array
    capability: Array
    adopted: Array
    aware: Array
    automation: Array
    gain_target: Array
    gain: Array
    realised: Array
    adopted_month: Array
    barrier: Array
    running_cost: Array
    ordered: Array
    cash: Array
    subsidy: Array
    projects: Array


class Providers(NamedTuple):
    """Columns of `providers` used."""

    uid: Array
    kind: Array
    alive: Array
    weight: Array
    teams: Array
    busy: Array
    backlog: Array
    orders: Array
    experience: Array
    quality: Array
    cost: Array
    public_orders: Array
    price: Array
    wait: Array


VIEWS = {"firms": Firms, "providers": Providers}
WRITES = {
    "firms": frozenset(
        [
            "capability",
            "adopted",
            "aware",
            "automation",
            "gain_target",
            "gain",
            "realised",
            "adopted_month",
            "barrier",
            "running_cost",
            "ordered",
            "cash",
            "subsidy",
            "projects",
        ]
    ),
    "providers": frozenset(["alive", "teams", "busy", "backlog", "experience", "price", "wait"]),
}


def deliver_projects(context: Context, firms: Firms, providers: Providers) -> None:
    """Complete, start and queue projects; pay awards on acceptance; update the providers."""
    month = context.clock.month
    # Prices start from what had been delivered before the run.
    if "experience_base" not in context.measures:
        context.measures["experience_base"] = np.maximum(_delivered(context, providers), 1.0)
    unlimited = not context.mechanisms.provider_capacity
    under_way, book = context.projects.open_ones(), context.projects.contracts()
    if unlimited:
        book.started[under_way] = month
    done = _complete(
        under_way,
        book,
        unlimited,
        context.mechanisms.skills,
        month,
        month_key(context.seed, "completion", month),
        month_key(context.seed, "outcome", month),
        firms,
        providers,
        context.world.skilled_share,
        failure_rates(context, providers),
        context.technologies.numbers,
        context.adoption,
        context.skills.learning_by_adopting,
    )
    settle_awards(context, firms, done)
    under_way = under_way[book.under_way[under_way] == 1]
    if not unlimited:
        start_waiting(context, firms, providers, under_way)
    _update_providers(context, providers, under_way)


def failure_rates(context: Context, providers: Providers) -> Array:
    """Chance that a project of each provider fails; it falls with projects completed."""
    base = context.world.shared["failure_rate"][providers.kind] * context.providers.failure_scale
    rates: Array = base / (1.0 + 0.02 * providers.experience)
    rates /= np.maximum(providers.quality, 0.1)
    return rates


def settle_awards(context: Context, firms: Firms, done: Array) -> None:
    """Pay the awards tied to projects that were accepted or failed (positions `done`)."""
    awards, projects = context.awards, context.projects
    tied = np.flatnonzero(awards.status == ORDERED)
    finished = np.zeros(projects.count, dtype=bool)
    finished[done] = True
    tied = tied[finished[awards.project[tied]]]
    if len(tied) == 0:
        return
    before = awards.paid[tied]
    # A project that failed gets no more than was paid in advance.
    accepted = projects.success[awards.project[tied]] == 1
    pay_awards(context, firms, tied, np.where(accepted, awards.granted[tied], 0.0))
    enter_paid_awards(context, tied, before)


def start_waiting(context: Context, firms: Firms, providers: Providers, under_way: Array) -> None:
    """Give free teams to the waiting orders of each provider, first come first served.

    Orders of the same month are taken in the order of a keyed lottery, never of the rows.
    """
    book = context.projects.contracts()
    idle = book.started[under_way] == NEVER
    waiting, running = under_way[idle], under_way[~idle]
    free = (providers.teams * providers.weight * (providers.alive == 1)).astype(np.float64)
    busy = np.bincount(book.provider[running], weights=book.weight[running], minlength=len(free))
    # Public projects have been promised first and hold their teams as long as others.
    months = _mean_months(context.technologies.numbers)[providers.kind]
    free -= np.minimum(providers.public_orders * months, 0.5 * free)
    lottery = uniforms(month_key(context.seed, "queue", 0), firms.uid[book.row[waiting]])
    order = np.lexsort((lottery, book.ordered[waiting], book.provider[waiting]))
    _start(context.clock.month, waiting[order], book, free - busy)


def _update_providers(context: Context, providers: Providers, under_way: Array) -> None:
    """Busy teams, backlog, wait, hiring, entry, learning and price."""
    numbers, tech = context.providers, context.technologies.numbers
    rows = len(providers.uid)
    book = context.projects
    started = book.started[under_way] != NEVER
    which, weight = book.provider[under_way], book.weight[under_way]
    providers.busy[:] = np.bincount(which[started], weights=weight[started], minlength=rows)
    providers.backlog[:] = np.bincount(which[~started], weights=weight[~started], minlength=rows)
    months = _mean_months(tech)[providers.kind]
    teams = np.maximum(providers.teams * providers.weight, 1e-9)
    providers.wait[:] = providers.backlog * months / teams
    orders = providers.orders + providers.public_orders
    wanted = (orders + providers.backlog / 6.0) * months / providers.weight / 0.85
    gap = wanted - providers.teams
    lag = np.where(gap > 0, numbers.hiring_lag, 4.0 * numbers.hiring_lag)
    floor = np.minimum(providers.teams, 1.0)
    providers.teams[:] = np.maximum(providers.teams + gap / lag, floor)
    providers.experience[:] += providers.public_orders / providers.weight
    kinds = len(context.world.shared["failure_rate"])
    strain = np.bincount(providers.kind, weights=providers.alive * providers.wait, minlength=kinds)
    strain /= np.maximum(np.bincount(providers.kind, weights=providers.alive, minlength=kinds), 1)
    vacant = providers.alive == 0
    if vacant.any():
        hazard = numbers.entry_rate * np.minimum(strain[providers.kind] / 6.0, 3.0) / 12.0
        draw = uniforms(
            month_key(context.seed, "provider entry", context.clock.month), providers.uid
        )
        providers.alive[vacant & (draw < -np.expm1(-hazard))] = 1
    cost = learning_cost(
        _delivered(context, providers),
        context.measures["experience_base"],
        context.world.shared["learning_rate"] * numbers.learning_scale,
    )
    if numbers.fixed_price:
        providers.price[:] = 1.0
    else:
        strained = np.minimum(providers.wait / 6.0, 3.0)
        level = cost[providers.kind] * providers.cost
        providers.price[:] = level * (1.0 + numbers.backlog_markup * strained)


def _delivered(context: Context, providers: Providers) -> Array:
    """Projects that each kind of provider has delivered so far, (7,)."""
    whole = providers.experience.astype(np.float64) * providers.weight
    kinds = len(context.world.shared["learning_rate"])
    delivered: Array = np.bincount(providers.kind, weights=whole, minlength=kinds)
    return delivered


def learning_cost(delivered: Array, base: Array, rate: Array) -> Array:
    """Unit cost over its start: falls by `rate` with each doubling of `delivered` over `base`."""
    cost: Array = np.maximum(delivered / base, 1.0) ** np.log2(1.0 - np.minimum(rate, 0.9))
    return cost


def _mean_months(tech: Any) -> Array:
    """Mean team-months of a project by provider kind, (7,)."""
    total = np.bincount(tech.kind, weights=tech.project_months, minlength=7)
    return np.maximum(total / np.maximum(np.bincount(tech.kind, minlength=7), 1), 1.0)


@njit(nogil=True, cache=True)
def _start(month: Any, queue: Any, book: Any, free: Any) -> None:
    blocked = -1
    for one in queue:
        p = book.provider[one]
        if p == blocked:
            continue
        # A row stands for many projects at small scales: half a place is enough, on average fair.
        if free[p] >= 0.5 * book.weight[one]:
            book.started[one] = month
            free[p] -= book.weight[one]
        else:
            blocked = p


@njit(nogil=True, cache=True)
def _complete(
    under_way: Any,
    book: Any,
    unlimited: Any,
    with_skills: Any,
    month: Any,
    key: Any,
    outcome_key: Any,
    firms: Any,
    providers: Any,
    skilled_share: Any,
    failure: Any,
    tech: Any,
    numbers: Any,
    learning: Any,
) -> Any:
    """Complete projects (positions `under_way`), in their order; positions of those completed."""
    out = np.empty(len(under_way), dtype=np.int64)
    done = 0
    for one in under_way:
        i, k = np.int64(book.row[one]), np.int64(book.technology[one])
        if book.started[one] == NEVER:
            continue
        if not unlimited:
            if book.started[one] == month:
                continue
            chance = 1.0 / max(1.0, tech.project_months[k])
            if uniform(key, firms.uid[i], k) >= chance:
                continue
        p = np.int64(book.provider[one])
        weight = np.float64(book.weight[one])
        firms.ordered[i] &= ~(1 << k)
        book.under_way[one] = 0
        book.accepted[one] = month
        out[done] = one
        done += 1
        if len(providers.uid) > 0:
            providers.experience[p] += weight / providers.weight[p]
            quality = providers.quality[p]
            failed = uniform(outcome_key, firms.uid[i], k) < failure[p]
        else:
            quality, failed = 1.0, False
        if failed and not unlimited:
            # Money and time are lost; the firm has seen that it can go wrong.
            firms.realised[i, k] *= 0.5
            continue
        book.success[one] = 1
        # Lognormal luck with mean one (Box and Muller).
        first = uniform(outcome_key, firms.uid[i], 8 + 2 * k)
        second = uniform(outcome_key, firms.uid[i], 9 + 2 * k)
        normal = np.sqrt(-2.0 * np.log(1.0 - first)) * np.cos(2.0 * np.pi * second)
        realised = quality * np.exp(0.3 * normal - 0.045)
        if with_skills:
            people = max(np.float64(firms.skilled[i] + firms.unskilled[i]), 1e-9)
            need = max(skilled_share[firms.sector[i]], 1e-9)
            realised *= min(1.0, np.sqrt(firms.skilled[i] / people / need))
        level = np.float64(firms.automation[i])
        factor = complementarity(k, firms.adopted[i], level, numbers.automation_reference, tech)
        scale = np.float64(firms.capability[i]) ** numbers.capability_exponent * factor
        firms.realised[i, k] = realised
        if k == 0:
            step = min(tech.step[0], numbers.automation_limit - level)
            firms.automation[i] = level + step * min(1.0, realised * scale)
        firms.gain_target[i] += tech.gain[k] * realised * scale
        firms.gain[i] -= tech.dip[k]
        firms.running_cost[i] += tech.running_cost[k] * book.cost[one] / 12.0
        firms.adopted[i] |= 1 << k
        firms.aware[i] |= 1 << k
        firms.adopted_month[i, k] = month
        firms.barrier[i, k] = NO_BARRIER
        firms.capability[i] += learning * (1.0 - firms.capability[i])
        firms.projects[i] = min(firms.projects[i] + 1, 255)
    return out[:done]
