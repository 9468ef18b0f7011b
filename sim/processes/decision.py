"""What a reviewing firm decides by the rule of `adoption`; the best project is ordered."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.bits import LOWEST
from sim.core.kernels import njit
from sim.core.streams import uniform
from sim.processes.appraisal import complementarity, list_price, yearly_benefit
from sim.processes.provider_choice import compare_offers, pick_provider
from sim.world.tables import (
    ECOMMERCE,
    GREEN_IOT,
    NO_BARRIER,
    NO_FINANCE,
    NO_PROVIDER_CAPACITY,
    NO_SKILLS,
    OTHER_PROJECT,
    UNPROFITABLE,
    WAITING_FOR_AWARD,
)


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


@njit(nogil=True, cache=True)
def _worth_waiting(pending: Any, row: Any, k: Any, net: Any) -> Any:
    """Does the award expected exceed the benefit (`net` a year) lost until the decision?"""
    wanted = row * 8 + k
    position = np.searchsorted(pending.key, wanted)
    if position == len(pending.key) or pending.key[position] != wanted:
        return False
    return pending.expected[position] > net * pending.years[position]


@njit(nogil=True, cache=True)
def decide(
    rows: Any,
    asked: Any,
    resumed: Any,
    switches: Any,
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
    signed: Any,
    watched: Any,
    seen: Any,
) -> None:
    """Decide on the technologies `asked` (n,) of each of the rows (n,); book money in flow (C, 6).

    Contracts go to `signed` (n, 4): technology (-1 none), provider, cost, the part leased.
    `resumed` (n,) are the bits of technologies that had waited for an award: they are not drawn
    again. What the watched row saw goes to `seen` (8, terms).
    """
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
            firms.barrier[i, best] = NO_BARRIER
            _order(
                i,
                best,
                best_cost,
                best_advance,
                best_provider,
                with_finance,
                liquid,
                room,
                secured,
                approved,
                firms,
                providers,
                city,
                flow,
                signed[position],
            )


@njit(nogil=True, cache=True)
def _order(
    i: Any,
    k: Any,
    cost: Any,
    advance: Any,
    provider: Any,
    with_finance: Any,
    liquid: Any,
    room: Any,
    secured: Any,
    approved: Any,
    firms: Any,
    providers: Any,
    city: Any,
    flow: Any,
    contract: Any,
) -> None:
    """Sign the contract: raise the money, pay the provider, take a place in its queue."""
    weight = np.float64(firms.weight[i])
    borrowed = max(0.0, cost - advance - liquid)
    if borrowed > 0.0:
        if not with_finance or (borrowed <= room and approved):
            firms.debt[i] += borrowed
            flow[city, 0] += weight * borrowed
            flow[city, 4] += weight * max(0.0, borrowed - secured)
            flow[city, 5] += weight if borrowed > secured else 0.0
        else:
            firms.lease[i] += borrowed
            contract[3] = borrowed
            flow[city, 1] += weight * borrowed
        firms.cash[i] += borrowed
    firms.ordered[i] |= 1 << k
    contract[0], contract[1], contract[2] = k, max(provider, 0), cost
    firms.cash[i] -= cost
    firms.investment[i] += cost
    flow[city, 2] += weight * cost
    if provider >= 0:
        providers.orders[provider] += weight
        providers.revenue[provider] += weight * cost
