"""Public programmes of the plain twin: calls, awards, training, demonstrations, lease support."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.instruments import Instruments

APPLIED, HELD, ORDERED, PAID, LAPSED, REFUSED = range(6)


@dataclass
class Award:
    """One award from application to payment; money per real firm."""

    firm: Any
    uid: int
    instrument: str
    technology: int
    decision: int
    expiry: int
    rate: float
    asked: float
    score: float
    in_advance: bool
    status: int = APPLIED
    promised: float = 0.0
    granted: float = 0.0


def decide_awards(model: Any) -> None:
    """Open the year's budgets, set this month's instruments, lapse and decide awards."""
    clock = model.context.clock
    model.instruments = Instruments()
    for name, policy in model.policies.items():
        account = model.public[name]
        if clock.month_of_year == 1 or clock.month == 0:
            account.new_year(policy.year_budget(clock.year))
        policy.apply(name, clock, account.available, model.codes, model.instruments)
    for award in model.awards:
        if award.status not in (APPLIED, HELD, ORDERED):
            continue
        firm = award.firm
        gone = firm.uid != award.uid or not firm.alive
        if gone or (award.status == HELD and award.expiry < model.month):
            if award.status != APPLIED:
                model.public[award.instrument].release(award.promised * firm.weight)
            award.status = LAPSED
            if firm.uid == award.uid:
                firm.award &= 0xFF ^ (1 << award.technology)
                firm.applied &= 0xFF ^ (1 << award.technology)
    due = [entry for entry in model.pending if entry[0] <= model.month]
    model.pending = [entry for entry in model.pending if entry[0] > model.month]
    for when, call in due:
        _decide(model, call, when)


def _decide(model: Any, call: Any, when: int) -> None:
    """Divide a call's money by its rule."""
    from tests.bench.plain_mesa import draw

    chosen = [
        a for a in model.awards
        if a.status == APPLIED and a.instrument == call.instrument and a.decision == when
    ]  # fmt: skip
    if not chosen:
        return
    account = model.public[call.instrument]
    key = model.key(f"award {call.instrument}", when)
    spread = statistics.pstdev(a.score for a in chosen)
    scores, lots = [], []
    for award in chosen:
        noise = float(ndtri(min(max(draw(key, award.uid, 1), 1e-12), 1 - 1e-12)))
        scores.append(award.score + call.score_noise * spread * noise)
        lots.append(draw(key, award.uid))
    asked = np.array([a.asked * a.firm.weight for a in chosen])
    money = min(call.money, account.available)
    granted = call.allocate(np.array(scores), asked, np.array(lots), money)
    account.commit(float(granted.sum()))
    model.success[call.instrument] = float(granted.sum() / max(asked.sum(), 1e-9))
    for award, amount in zip(chosen, granted.tolist(), strict=True):
        award.promised = award.granted = amount / award.firm.weight
        award.status = HELD if amount > 0 else REFUSED
        award.firm.applied &= 0xFF ^ (1 << award.technology)
        if amount > 0:
            award.firm.award |= 1 << award.technology


def run_calls(model: Any) -> None:
    """Applications, training places, demonstration firms."""
    prices = _mean_prices(model)
    for call in model.instruments.grants:
        if call.rate > 0 and call.money > 0 and call.cap > 0:
            _apply(model, call, prices)
        if call.decision_months == 0:
            _decide(model, call, model.month)
        else:
            model.pending.append((model.month + call.decision_months, call))
    for places in model.instruments.training:
        _train(model, places)
    for call in model.instruments.demonstrations:
        _demonstrate(model, call)


def _eligible(rule: Any, firm: Any) -> bool:
    people = firm.skilled + firm.unskilled
    return bool(
        firm.alive
        and (rule.tiers is None or firm.tier in rule.tiers)
        and (rule.sectors is None or firm.sector in rule.sectors)
        and (rule.cities is None or firm.city in rule.cities)
        and rule.smallest <= people <= rule.largest
    )


def _mean_prices(model: Any) -> list[float]:
    total, value = [0.0] * 7, [0.0] * 7
    for p in model.providers:
        weight = p.teams * p.weight * (p.alive == 1)
        total[p.kind] += weight
        value[p.kind] += weight * p.price
    return [v / max(t, 1e-12) if t > 0 else 1.0 for v, t in zip(value, total, strict=True)]


def _apply(model: Any, call: Any, prices: list[float]) -> None:
    """Each eligible firm applies with its best project, if that is worth the wait."""
    from tests.bench.plain_mesa import draw

    numbers, adoption, tech = model.context.governments, model.context.adoption, model.tech
    key = model.key(f"application {call.instrument}")
    success = model.success.get(call.instrument, 1.0)
    for firm in model.firms:
        if not _eligible(call.eligibility, firm) or firm.order_technology >= 0:
            continue
        limit = max(0.1, firm.payback_limit + adoption.payback_shift)
        best = None
        for k in range(8):
            usable = firm.aware & model.applicable[firm.sector] & ~firm.award & ~firm.applied
            if k not in call.technologies or (usable >> k) & 1 == 0:
                continue
            displaced = firm.displaced() if k == 0 else 0.0
            if displaced < 0.0 or (k > 0 and (firm.adopted >> k) & 1):
                continue
            price = firm.list_price(k, displaced) * prices[tech["kind"][k]] * tech["world_price"][k]
            cost = price * (1.0 + tech["training_cost"][k] * (1.0 - firm.capability))
            asked = min(call.rate * cost, call.cap)
            if cost < call.floor or asked <= numbers.application_cost:
                continue
            net = firm.belief[k] * firm.benefit(k, displaced) - tech["running_cost"][k] * price
            if net <= 0.0:
                continue
            slope = adoption.choice_sharpness * (cost / net - limit) / limit
            chance = 0.0 if slope > 50.0 else 1.0 / (1.0 + math.exp(max(slope, -50.0)))
            wait = call.decision_months / 12.0
            if asked * success <= numbers.application_cost + net * wait * chance:
                continue
            years = (cost - asked) / net
            if years <= 1.5 * limit and (best is None or years < best[0]):
                best = (years, k, asked, net / cost)
        rate = numbers.small_firm_friction if firm.tier >= 2 else 1.0
        if best is None or draw(key, firm.uid) >= rate * numbers.application_rate:
            continue
        _, k, asked, score = best
        firm.applied |= 1 << k
        firm.cash -= numbers.application_cost
        decision = model.month + call.decision_months
        model.awards.append(
            Award(firm, firm.uid, call.instrument, k, decision, decision + call.valid_months,
                  call.rate, asked, score, call.in_advance)
        )  # fmt: skip


def _train(model: Any, places: Any) -> None:
    """Places by keyed lottery; a firm sends five in a hundred of its people."""
    from tests.bench.plain_mesa import draw

    eligible = [firm for firm in model.firms if _eligible(places.eligibility, firm)]
    sending = 0.05 * sum((f.skilled + f.unskilled) * f.weight for f in eligible)
    offered = places.money / places.cost
    if sending <= 0 or offered <= 0:
        return
    key = model.key(f"training {places.instrument}")
    drawn = [f for f in eligible if draw(key, f.uid) < min(1.0, offered / sending)]
    total = 0.05 * sum((f.skilled + f.unskilled) * f.weight for f in drawn)
    if total <= 0:
        return
    scale = min(1.0, offered / total)
    for firm in drawn:
        sent = 0.05 * scale * (firm.skilled + firm.unskilled) * places.skilled_share
        sent = min(sent, firm.unskilled)
        firm.unskilled -= sent
        firm.skilled += sent
        gain = model.context.skills.training_gain * scale
        firm.capability += gain * (1.0 - firm.capability)
        city = model.cities[firm.city]
        city.force[1] -= firm.weight * sent
        city.force[0] += firm.weight * sent
    due = min(total * scale * places.cost, places.money)
    model.public[places.instrument].commit(due)
    model.public[places.instrument].pay(due)


def _demonstrate(model: Any, call: Any) -> None:
    """The users with the highest gains are shown."""
    from tests.bench.plain_mesa import draw

    bits = sum(1 << k for k in call.technologies)
    key = model.key(f"demonstration {call.instrument}", 0)
    users = [
        f for f in model.firms
        if _eligible(call.eligibility, f) and f.adopted & bits & ~f.demonstration
    ]  # fmt: skip
    users.sort(key=lambda f: (-f.gain, draw(key, f.uid)))
    places = call.places if call.award <= 0 else min(call.places, call.money / call.award)
    taken = paid = 0.0
    for firm in users:
        taken += firm.weight
        if taken - 0.5 * firm.weight > places:
            continue
        paid += firm.weight * call.award
        if paid > call.money + 1e-9:
            break
        firm.demonstration |= firm.adopted & bits
        firm.cash += call.award
        firm.subsidy += call.award
        model.public[call.instrument].commit(firm.weight * call.award)
        model.public[call.instrument].pay(firm.weight * call.award)


def terms(firm: Any, k: int, cost: float) -> tuple[float, float]:
    """Awards in hand for a technology at this cost: all, and the part paid in advance."""
    award = advance = 0.0
    if (firm.award >> k) & 1:
        for one in firm.model.awards:
            if one.status == HELD and one.firm is firm and one.technology == k:
                amount = min(one.granted, one.rate * cost)
                award += amount
                advance += amount if one.in_advance else 0.0
    return award, advance


def worth_waiting(firm: Any, k: int, net: float) -> bool:
    """Does the award expected exceed the benefit (`net` a year) lost until the decision?"""
    if (firm.applied >> k) & 1 == 0:
        return False
    model = firm.model
    one = next(a for a in model.awards
               if a.status == APPLIED and a.firm is firm and a.technology == k)  # fmt: skip
    expected = one.asked * model.success.get(one.instrument, 1.0)
    return expected > net * (one.decision - model.month) / 12.0


def use(firm: Any, k: int) -> None:
    """Tie awards in hand to the order just placed; withdraw what was applied for."""
    if (firm.applied >> k) & 1:
        firm.applied &= 0xFF ^ (1 << k)
        for one in firm.model.awards:
            if one.status == APPLIED and one.firm is firm and one.technology == k:
                one.status = LAPSED
    if (firm.award >> k) & 1 == 0:
        return
    for one in firm.model.awards:
        if one.status == HELD and one.firm is firm and one.technology == k:
            one.status = ORDERED
            one.granted = min(one.granted, one.rate * firm.order_cost)
            if one.in_advance:
                _pay(one, one.granted)
    firm.award &= 0xFF ^ (1 << k)


def accept(firm: Any, k: int, success: bool) -> None:
    """Pay the awards tied to a project that was accepted, release those of one that failed."""
    for one in firm.model.awards:
        if one.status == ORDERED and one.firm is firm and one.technology == k:
            _pay(one, one.granted if success else 0.0)


def _pay(award: Award, amount: float) -> None:
    firm = award.firm
    account = firm.model.public[award.instrument]
    account.pay(amount * firm.weight)
    account.release((award.promised - amount) * firm.weight)
    firm.cash += amount
    firm.subsidy += amount
    award.status = PAID if amount > 0 else LAPSED


def support_leases(model: Any, leased: float) -> None:
    """Interest support for the month's leases, paid to lessors up front."""
    if not model.instruments.leases or leased <= 0:
        return
    support = model.instruments.leases[0]
    account = model.public[support.instrument]
    years = model.context.finance.repayment_months / 12.0
    due = min(leased * support.discount * years, account.available)
    account.commit(due)
    account.pay(due)
