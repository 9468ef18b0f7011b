"""Public programmes of the plain twin: calls, awards, training, demonstrations, lease support."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.instruments import Instruments
from tests.bench.plain_draws import draw

APPLIED, DECIDED, HELD, ORDERED, PAID, LAPSED, REFUSED = range(7)


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
    in_advance: float
    status: int = APPLIED
    promised: float = 0.0
    granted: float = 0.0
    paid: float = 0.0
    ready: int = 0


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
        if award.status not in (APPLIED, DECIDED, HELD, ORDERED):
            continue
        firm = award.firm
        gone = firm.uid != award.uid or not firm.alive
        if gone or (award.status == HELD and award.expiry < model.month):
            if award.status != APPLIED:
                left = award.promised - award.paid
                model.public[award.instrument].release(left * firm.weight)
            award.status = LAPSED
            if firm.uid == award.uid:
                firm.award &= 0xFF ^ (1 << award.technology)
                firm.applied &= 0xFF ^ (1 << award.technology)
    for award in model.awards:
        if award.status == DECIDED and award.ready <= model.month:
            _hand_over(award)
    due = [entry for entry in model.pending if entry[0] <= model.month]
    model.pending = [entry for entry in model.pending if entry[0] > model.month]
    for when, call in due:
        _decide(model, call, when)


def _decide(model: Any, call: Any, when: int) -> None:
    """Divide a call's money by its rule."""
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
        slower = max(0.0, model.context.governments.base_effort / _effort(award.firm) - 1.0)
        late = round(call.decision_months * slower)
        award.ready, award.expiry = award.decision + late, award.expiry + late
        award.status = DECIDED if amount > 0 else REFUSED
        if amount == 0:
            award.firm.applied &= 0xFF ^ (1 << award.technology)
        elif late == 0:
            _hand_over(award)


def _hand_over(award: Award) -> None:
    award.status = HELD
    award.firm.applied &= 0xFF ^ (1 << award.technology)
    award.firm.award |= 1 << award.technology


def _effort(firm: Any) -> float:
    """Effort of the firm's city; nothing moves it from its base here."""
    numbers, shared = firm.model.context.governments, firm.model.context.world.shared
    relative = float(shared["revenue_per_head"][firm.city])
    return float(min(max(numbers.base_effort * relative**numbers.effort_revenue, 0.01), 1.0))


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
    numbers, adoption, tech = model.context.governments, model.context.adoption, model.tech
    key = model.key(f"application {call.instrument}")
    success = model.success.get(call.instrument, 1.0)
    for firm in model.firms:
        if not _eligible(call.eligibility, firm) or not firm.has_room():
            continue
        limit = max(0.1, firm.payback_limit + adoption.payback_shift)
        best = None
        for k in range(8):
            usable = firm.aware & model.applicable[firm.sector]
            usable &= ~(firm.award | firm.applied | firm.ordered)
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
        rate *= _effort(firm) / numbers.base_effort
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
    key = model.key(f"training {places.instrument}")
    eligible = [firm for firm in model.firms if _eligible(places.eligibility, firm)]
    left = places.money / places.cost
    account = model.public[places.instrument]
    for firm in sorted(eligible, key=lambda f: draw(key, f.uid)):
        sending = 0.05 * (firm.skilled + firm.unskilled)
        persons = min(left, sending * firm.weight)
        if persons <= 1e-9 * places.money / places.cost:
            break
        left -= persons
        part = persons / (sending * firm.weight)
        sent = min(part * sending * places.skilled_share, firm.unskilled)
        firm.unskilled -= sent
        firm.skilled += sent
        gain = model.context.skills.training_gain * part
        firm.capability += gain * (1.0 - firm.capability)
        city = model.cities[firm.city]
        city.force[1] -= firm.weight * sent
        city.force[0] += firm.weight * sent
        account.commit(persons * places.cost)
        account.pay(persons * places.cost)


def _demonstrate(model: Any, call: Any) -> None:
    """The users with the highest gains are shown."""
    bits = sum(1 << k for k in call.technologies)
    key = model.key(f"demonstration {call.instrument}", 0)
    users = [
        f for f in model.firms
        if _eligible(call.eligibility, f) and f.adopted & bits & ~f.demonstration
    ]  # fmt: skip
    users.sort(key=lambda f: (-f.gain, draw(key, f.uid)))
    limit = left = min(call.places, call.money / call.award)
    now = model.key(f"demonstration {call.instrument}")
    for firm in users:
        if left <= 1e-9 * limit:
            break
        whole = firm.weight <= left * (1.0 + 1e-9)
        # A row of which only a part is covered is paid for that part and shown with that chance.
        paid = min(firm.weight, left) * call.award
        if whole or draw(now, firm.uid, 63) * firm.weight < left:
            firm.demonstration |= firm.adopted & bits
        firm.cash += paid / firm.weight
        firm.subsidy += paid / firm.weight
        model.public[call.instrument].commit(paid)
        model.public[call.instrument].pay(paid)
        left -= firm.weight
        if not whole:
            break


def terms(firm: Any, k: int, cost: float) -> tuple[float, float]:
    """Awards in hand for a technology at this cost: all, and the part paid in advance."""
    award = advance = 0.0
    if (firm.award >> k) & 1:
        for one in firm.model.awards:
            if one.status == HELD and one.firm is firm and one.technology == k:
                amount = min(one.granted, one.rate * cost)
                award += amount
                advance += amount * one.in_advance
    return award, advance


def worth_waiting(firm: Any, k: int, net: float) -> bool:
    """Does the award expected exceed the benefit (`net` a year) lost until the decision?"""
    if (firm.applied >> k) & 1 == 0:
        return False
    model = firm.model
    expected, until = 0.0, model.month
    for one in model.awards:
        if one.firm is not firm or one.technology != k:
            continue
        if one.status == APPLIED:
            expected += one.asked * model.success.get(one.instrument, 1.0)
            until = max(until, one.decision)
        elif one.status == DECIDED:
            expected += one.granted
            until = max(until, one.ready)
    return expected > net * (until - model.month) / 12.0


def use(firm: Any, contract: Any) -> None:
    """Tie awards in hand to the order just placed; withdraw what was applied for."""
    k = contract.technology
    if (firm.applied >> k) & 1:
        firm.applied &= 0xFF ^ (1 << k)
        for one in firm.model.awards:
            if one.firm is not firm or one.technology != k:
                continue
            if one.status == DECIDED:
                firm.model.public[one.instrument].release(one.promised * firm.weight)
            if one.status in (APPLIED, DECIDED):
                one.status = LAPSED
    if (firm.award >> k) & 1 == 0:
        return
    for one in firm.model.awards:
        if one.status == HELD and one.firm is firm and one.technology == k:
            one.status = ORDERED
            one.granted = min(one.granted, one.rate * contract.cost)
            if one.in_advance > 0:
                _pay(one, one.in_advance * one.granted)
            if one.in_advance >= 1:
                _close(one)
    firm.award &= 0xFF ^ (1 << k)


def accept(firm: Any, k: int, success: bool) -> None:
    """Pay the rest of awards tied to a project that was accepted; close them if it failed."""
    for one in firm.model.awards:
        if one.status == ORDERED and one.firm is firm and one.technology == k:
            if success:
                _pay(one, one.granted - one.paid)
            _close(one)


def _pay(award: Award, amount: float) -> None:
    firm = award.firm
    firm.model.public[award.instrument].pay(amount * firm.weight)
    firm.cash += amount
    firm.subsidy += amount
    award.paid += amount


def _close(award: Award) -> None:
    firm = award.firm
    firm.model.public[award.instrument].release((award.promised - award.paid) * firm.weight)
    award.status = PAID if award.paid > 0 else LAPSED


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
