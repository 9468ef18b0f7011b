"""Grants for projects: applications, the award by the instrument's rule, hand-over, lapse."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.core.kernels import njit
from sim.core.streams import month_key, uniforms
from sim.core.table import Array
from sim.instruments import GrantCall
from sim.processes import administration, outreach
from sim.processes.appraisal import complementarity, list_price, yearly_benefit
from sim.processes.awards import APPLIED, DECIDED, HELD, LAPSED, ORDERED, REFUSED
from sim.processes.context import Context
from sim.processes.payments import release
from sim.processes.review import has_room
from sim.world.tables import GREEN_IOT


def lapse(context: Context, firms: Any) -> None:
    """End awards that ran out or whose firm has closed; what was promised is released."""
    awards, month = context.awards, context.clock.month
    open_ones = np.flatnonzero(awards.status <= ORDERED)
    if len(open_ones) == 0:
        return
    rows = awards.row[open_ones]
    gone = (firms.uid[rows] != awards.uid[open_ones]) | (firms.alive[rows] == 0)
    late = (awards.status[open_ones] == HELD) & (awards.expiry[open_ones] < month)
    ending = open_ones[gone | late]
    promised = ending[awards.status[ending] != APPLIED]
    release(context, promised, awards.promised[promised] - awards.paid[promised])
    awards.status[ending] = LAPSED
    there = ending[firms.uid[awards.row[ending]] == awards.uid[ending]]
    rows, others = awards.row[there], ~_bits(awards.technology[there])
    np.bitwise_and.at(firms.award, rows, others)
    np.bitwise_and.at(firms.applied, rows, others)


def hand_over(context: Context, firms: Any) -> None:
    """Put awards into the hands of firms, if their city is done with them."""
    awards = context.awards
    ready = (awards.status == DECIDED) & (awards.ready_month <= context.clock.month)
    ready = np.flatnonzero(ready)
    awards.status[ready] = HELD
    _in_hand(firms, awards.row[ready], awards.technology[ready])


def _in_hand(firms: Any, rows: Array, technology: Array) -> None:
    """Firms that waited for an award have it."""
    bits = _bits(technology)
    np.bitwise_and.at(firms.applied, rows, ~bits)
    np.bitwise_or.at(firms.award, rows, bits)


def _bits(technology: Array) -> Array:
    """Bit of each technology (n,)."""
    return (1 << technology.astype(np.int64)).astype(np.uint8)


def receive_applications(
    context: Context, firms: Any, providers: Any, cities: Any, call: GrantCall
) -> None:
    """Let eligible firms apply with their best project, if the award is worth it."""
    numbers, month = context.governments, context.clock.month
    if call.rate <= 0 or call.money <= 0 or call.cap <= 0:
        return
    rows = np.flatnonzero(call.eligibility.rows(firms))
    key = month_key(context.seed, f"application {call.instrument}", month)
    rate = np.where(firms.tier[rows] >= 2, numbers.small_firm_friction, 1.0)
    rate = rate * numbers.application_rate * outreach.take_up(context, cities)[firms.city[rows]]
    rows = rows[uniforms(key, firms.uid[rows]) < rate]
    if len(rows) == 0:
        return
    application_cost = numbers.application_cost * call.paperwork
    mask = sum(1 << k for k in call.technologies) & context.technologies.active_bits
    found = np.zeros((len(rows), 4))
    found[:, 0] = -1
    _best_project(
        rows, mask, call.rate, call.cap, call.floor, application_cost,
        context.measures.get(f"success {call.instrument}", 1.0), call.decision_months / 12.0, firms,
        cities.wage, _mean_prices(providers), context.world.applicable, context.world.energy_share,
        context.world.automation_saving, context.technologies.numbers, context.adoption, found,
    )  # fmt: skip
    worth = found[:, 0] >= 0
    chosen, found = rows[worth], found[worth]
    if len(chosen) == 0:
        return
    technology = found[:, 0].astype(np.int64)
    score = found[:, 2] * _record(firms, chosen) if call.on_record else found[:, 2]
    firms.applied[chosen] |= (1 << technology).astype(np.uint8)
    firms.cash[chosen] -= application_cost
    paid = float((firms.weight[chosen].astype(np.float64) * application_cost).sum())
    context.flows.book("firms", "households", "applications", paid)
    context.awards.append(
        row=chosen,
        uid=firms.uid[chosen],
        instrument=list(context.public).index(call.instrument),
        technology=technology,
        status=APPLIED,
        month=month,
        decision_month=month + call.decision_months,
        ready_month=month + call.decision_months,
        expiry=month + call.decision_months + call.valid_months,
        rate=call.rate,
        asked=found[:, 1],
        promised=0.0,
        granted=0.0,
        paid=0.0,
        paid_month=-1,
        city_match=0.0,
        in_advance=call.in_advance,
        weight=firms.weight[chosen].astype(np.float64),
        score=score,
        project=-1,
    )


def _record(firms: Any, rows: Array) -> Array:
    """What earlier projects brought over what they had promised, (n,); 1 without any.

    The mean is taken with one project that kept its promise, so a single result weighs half.
    """
    used = (firms.adopted[rows, None] >> np.arange(firms.realised.shape[1])) & 1 == 1
    results = np.where(used, firms.realised[rows], 0.0).sum(axis=1, dtype=np.float64)
    record: Array = (1.0 + results) / (1.0 + used.sum(axis=1))
    return record


def award(context: Context, firms: Any, cities: Any, call: GrantCall, due: int) -> None:
    """Divide the money among the applications that are due, by the instrument's rule."""
    awards = context.awards
    index = list(context.public).index(call.instrument)
    chosen = np.flatnonzero(
        (awards.status == APPLIED) & (awards.instrument == index) & (awards.decision_month == due)
    )
    if len(chosen) == 0:
        return
    account = context.public[call.instrument]
    money = min(call.money, account.available)
    uids = awards.uid[chosen]
    key = award_key(context.seed, call.instrument, due)
    score = judged(key, uids, awards.score[chosen], call.score_noise)
    asked = awards.asked[chosen] * awards.weight[chosen]
    granted = call.allocate(score, asked, uniforms(key, uids, 0), money)
    account.commit(float(granted.sum()))
    # Firms see what part of the money asked for was given, and expect it of the next call.
    context.measures[f"success {call.instrument}"] = float(granted.sum() / max(asked.sum(), 1e-9))
    awards.promised[chosen] = granted / awards.weight[chosen]
    awards.granted[chosen] = granted / awards.weight[chosen]
    won, rows = granted > 0, awards.row[chosen]
    late = administration.delay(context, cities.effort, call.decision_months)[firms.city[rows]]
    awards.ready_month[chosen] += late
    awards.expiry[chosen] += late
    awards.status[chosen] = np.where(won, np.where(late > 0, DECIDED, HELD), REFUSED)
    refused, bits = rows[~won], (1 << awards.technology[chosen]).astype(np.uint8)
    firms.applied[refused] &= ~bits[~won]
    now = chosen[won & (late == 0)]
    _in_hand(firms, awards.row[now], awards.technology[now])
    for match in context.instruments.matches:
        administration.match_awards(context, firms.city, cities.mix, call, chosen[won], match)


def judged(key: np.uint64, uids: Array, score: Array, noise: float) -> Array:
    """Scores (n,) of the applications decided together as the jury gives them.

    `noise` is the standard deviation of its error relative to that of the scores, inf for a jury
    that sees nothing; `key` is that of the award's month.
    """
    if np.isinf(noise):
        return np.zeros_like(score)
    error = ndtri(np.clip(uniforms(key, uids, 1), 1e-12, 1 - 1e-12))
    seen: Array = score + noise * float(score.std()) * error
    return seen


def award_key(seed: int, instrument: str, due: int) -> np.uint64:
    """Key of the draws with which an instrument's awards of a month are decided."""
    return month_key(seed, f"award {instrument}", due)


def _mean_prices(providers: Any) -> Array:
    """Mean price index by provider kind, (7,), weighted by teams."""
    weight = (providers.teams * providers.weight * (providers.alive == 1)).astype(np.float64)
    total = np.bincount(providers.kind, weights=weight, minlength=7)
    value = np.bincount(providers.kind, weights=weight * providers.price, minlength=7)
    return np.where(total > 0, value / np.maximum(total, 1e-12), 1.0)


@njit(nogil=True, cache=True)
def _best_project(
    rows: Any,
    mask: Any,
    rate: Any,
    cap: Any,
    floor: Any,
    application_cost: Any,
    success: Any,
    waiting: Any,
    firms: Any,
    wage: Any,
    prices: Any,
    applicable: Any,
    energy_share: Any,
    automation_saving: Any,
    tech: Any,
    numbers: Any,
    found: Any,
) -> None:
    """found: technology (-1 none), amount asked, saving a yuan, cost of the best project."""
    for position in range(len(rows)):
        i = rows[position]
        sector, city = firms.sector[i], firms.city[i]
        employees = np.float64(firms.skilled[i] + firms.unskilled[i])
        if not has_room(firms.ordered[i], employees, numbers.employees_per_project):
            continue
        worker = wage[city] * firms.wage_premium[i] * (1.0 + numbers.social_charges)
        sales = 12.0 * firms.expected_demand[i]
        margin = max(0.0, 1.0 - firms.unit_cost[i])
        limit = max(0.1, firms.payback_limit[i] + numbers.payback_shift)
        ability = np.float64(firms.capability[i]) ** numbers.capability_exponent
        known = firms.aware[i] & applicable[sector] & mask
        known &= ~(firms.award[i] | firms.applied[i] | firms.ordered[i])
        best = np.inf
        for k in range(8):
            if (known >> k) & 1 == 0:
                continue
            level = np.float64(firms.automation[i])
            displaced = 0.0
            if k == 0:
                step = min(tech.step[0], numbers.automation_limit - level)
                if step < 0.5 * tech.step[0]:
                    continue
                saving = automation_saving[sector]
                displaced = employees * saving * step / (1.0 - saving * level)
            elif (firms.adopted[i] >> k) & 1:
                continue
            price = list_price(k, employees, displaced, tech) * prices[tech.kind[k]]
            price *= tech.world_price[k]
            cost = price * (1.0 + tech.training_cost[k] * (1.0 - firms.capability[i]))
            asked = min(rate * cost, cap)
            if cost < floor or asked <= application_cost:
                continue
            factor = complementarity(k, firms.adopted[i], level, numbers.automation_reference, tech)
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
            if net <= 0.0:
                continue
            # Waiting for the decision costs the benefits of a project that would go ahead anyway.
            slope = numbers.choice_sharpness * (cost / net - limit) / limit
            chance = 0.0 if slope > 50.0 else 1.0 / (1.0 + np.exp(max(slope, -50.0)))
            if asked * success <= application_cost + net * waiting * chance:
                continue
            years = (cost - asked) / net
            # Nobody writes an application for a project far beyond what the firm would accept.
            if years < best and years <= 1.5 * limit:
                best = years
                found[position, 0] = k
                found[position, 1] = asked
                found[position, 2] = net / cost
                found[position, 3] = cost
