"""Providers of the plain Mesa twin: projects completed, started and queued, hiring and prices."""

from __future__ import annotations

import math
from typing import Any

from tests.bench import plain_programmes
from tests.bench.plain_draws import draw

NEVER = -32768


def deliver(model: Any) -> None:
    """Complete, start and queue projects; update providers."""
    tech, month = model.tech, model.month
    key, outcome = model.key("completion"), model.key("outcome")
    adoption, skills = model.context.adoption, model.context.skills
    failure = [
        float(model.context.world.shared["failure_rate"][p.kind])
        * model.context.providers.failure_scale / (1.0 + 0.02 * p.experience)
        / max(p.quality, 0.1)
        for p in model.providers
    ]  # fmt: skip
    for contract in list(model.contracts):
        firm, k, provider = contract.firm, contract.technology, contract.provider
        if contract.start in (NEVER, month):
            continue
        if draw(key, firm.uid, k) >= 1.0 / max(1.0, tech["project_months"][k]):
            continue
        firm.ordered &= ~(1 << k)
        model.contracts.remove(contract)
        provider.experience += firm.weight / provider.weight
        if draw(outcome, firm.uid, k) < failure[provider.row]:
            firm.realised[k] *= 0.5
            plain_programmes.accept(firm, k, False)
            continue
        one, two = draw(outcome, firm.uid, 8 + 2 * k), draw(outcome, firm.uid, 9 + 2 * k)
        normal = math.sqrt(-2.0 * math.log(1.0 - one)) * math.cos(2.0 * math.pi * two)
        realised = provider.quality * math.exp(0.3 * normal - 0.045)
        people = max(firm.skilled + firm.unskilled, 1e-9)
        need = max(model.skilled_share[firm.sector], 1e-9)
        realised *= min(1.0, math.sqrt(firm.skilled / people / need))
        scale = firm.capability**adoption.capability_exponent * firm.complementarity(k)
        firm.realised[k] = realised
        if k == 0:
            step = min(tech["step"][0], adoption.automation_limit - firm.automation)
            firm.automation += step * min(1.0, realised * scale)
        firm.gain_target += tech["gain"][k] * realised * scale
        firm.gain -= tech["dip"][k]
        firm.running_cost += tech["running_cost"][k] * contract.cost / 12.0
        firm.adopted |= 1 << k
        firm.aware |= 1 << k
        firm.adopted_month[k] = month
        firm.barrier[k] = 0
        firm.capability += skills.learning_by_adopting * (1.0 - firm.capability)
        firm.projects = min(firm.projects + 1, 255)
        plain_programmes.accept(firm, k, True)
    _start(model)
    _update(model)


def _start(model: Any) -> None:
    """First come first served; a keyed lottery within a month."""
    key = model.key("queue", 0)
    free = [p.teams * p.weight * (p.alive == 1) for p in model.providers]
    waiting = []
    for contract in model.contracts:
        if contract.start == NEVER:
            waiting.append(contract)
        else:
            free[contract.provider.row] -= contract.firm.weight
    waiting.sort(key=lambda c: (c.provider.row, c.month, draw(key, c.firm.uid)))
    blocked = -1
    for contract in waiting:
        p, weight = contract.provider.row, contract.firm.weight
        if p == blocked:
            continue
        if free[p] >= 0.5 * weight:
            contract.start = model.month
            free[p] -= weight
        else:
            blocked = p


def _update(model: Any) -> None:
    """Busy teams, backlog, wait, hiring, entry, learning, price."""
    numbers, tech = model.context.providers, model.tech
    for p in model.providers:
        p.busy = p.backlog = 0.0
    for contract in model.contracts:
        if contract.start == NEVER:
            contract.provider.backlog += contract.firm.weight
        else:
            contract.provider.busy += contract.firm.weight
    months = []
    for kind in range(7):
        of_kind = [tech["project_months"][k] for k in range(8) if tech["kind"][k] == kind]
        months.append(max(sum(of_kind) / max(len(of_kind), 1), 1.0))
    for p in model.providers:
        need = months[p.kind]
        p.wait = p.backlog * need / max(p.teams * p.weight, 1e-9)
        wanted = (p.orders + p.backlog / 6.0) * need / p.weight / 0.85
        gap = wanted - p.teams
        lag = numbers.hiring_lag if gap > 0 else 4.0 * numbers.hiring_lag
        p.teams = max(p.teams + gap / lag, min(p.teams, 1.0))
    strain = []
    for kind in range(7):
        living = [p for p in model.providers if p.kind == kind and p.alive]
        strain.append(sum(p.wait for p in living) / max(len(living), 1))
    key = model.key("provider entry")
    for p in model.providers:
        if not p.alive:
            hazard = numbers.entry_rate * min(strain[p.kind] / 6.0, 3.0) / 12.0
            if draw(key, p.uid) < -math.expm1(-hazard):
                p.alive = 1
    delivered = [0.0] * 7
    for p in model.providers:
        delivered[p.kind] += p.experience * p.weight
    if model.experience_base is None:
        model.experience_base = [max(d, 1.0) for d in delivered]
    rates = model.context.world.shared["learning_rate"]
    for p in model.providers:
        made = max(delivered[p.kind] / model.experience_base[p.kind], 1.0)
        rate = min(float(rates[p.kind]) * numbers.learning_scale, 0.9)
        cost = made ** math.log2(1.0 - rate)
        p.price = cost * (1.0 + numbers.backlog_markup * min(p.wait / 6.0, 3.0))
