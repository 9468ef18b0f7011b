"""Support of providers, public purchases and smart cities."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.bits import among
from sim.core.streams import month_key
from sim.core.table import Array
from sim.instruments import ProviderCall, ProviderStandard, PublicDemand, SmartCities
from sim.processes.context import Context
from sim.processes.outlays import Receivers
from sim.processes.payments import spend
from sim.processes.selection import by_lot, take_in_order

EFFECTS = ("quality", "teams", "cost", "entry")
ASSESSED = 1 << len(EFFECTS)
"""Bit of `supported` of a provider that was assessed."""


def support_providers(context: Context, providers: Any, call: ProviderCall) -> None:
    """Support providers not supported in this way before, by lot; each is paid its award."""
    bit = 1 << EFFECTS.index(call.effect)
    vacant = call.effect == "entry"
    rows = np.flatnonzero(
        among(call.kinds).take(providers.kind)
        & (providers.alive == (0 if vacant else 1))
        & (vacant | ((providers.supported & bit) == 0))
        & (among(call.cities).take(providers.city) if call.cities is not None else True)
    )
    key = month_key(context.seed, f"support {call.instrument}", context.clock.month)
    rows, paid, whole = take_in_order(
        by_lot(rows, providers.uid, key), providers.uid, providers.weight, call.award, call.money,
        call.places, key,
    )  # fmt: skip
    if len(rows) == 0:
        return
    # Where the money covers a part of the real providers of a row, its mean changes by that part.
    part = paid / (providers.weight[rows] * call.award)
    if vacant:
        founded = rows[whole]
        providers.alive[founded] = 1
        providers.teams[founded] = np.maximum(providers.teams[founded], 1.0)
    elif call.effect == "cost":
        providers.cost[rows] *= 1.0 - call.gain * part
    else:
        column = getattr(providers, call.effect)
        column[rows] *= 1.0 + call.gain * part
    providers.supported[rows[whole]] |= np.uint8(bit)
    total = float(paid.sum())
    receivers = Receivers(paid, city=providers.city[rows])
    spend(context, call.instrument, total, "providers", "support", total / call.award, receivers)


def assess_providers(context: Context, providers: Any, call: ProviderStandard) -> None:
    """Assess providers by lot; who falls short must come up to the standard at its own expense."""
    mine = among(call.kinds).take(providers.kind) & (providers.alive == 1)
    if call.cities is not None:
        mine &= among(call.cities).take(providers.city)
    rows = np.flatnonzero(mine & ((providers.supported & ASSESSED) == 0))
    key = month_key(context.seed, f"assessment {call.instrument}", context.clock.month)
    rows, paid, whole = take_in_order(
        by_lot(rows, providers.uid, key), providers.uid, providers.weight, call.cost, call.money,
        np.inf, key,
    )  # fmt: skip
    if len(rows) == 0:
        return
    part = paid / (providers.weight[rows] * call.cost)
    gap = part * np.maximum(call.least - providers.quality[rows], 0.0)
    providers.quality[rows] += gap
    providers.cost[rows] *= 1.0 + call.compliance * gap
    providers.supported[rows[whole]] |= np.uint8(ASSESSED)
    total = float(paid.sum())
    receivers = Receivers(paid, city=providers.city[rows])
    spend(context, call.instrument, total, "providers", "assessments", total / call.cost, receivers)


def buy(context: Context, providers: Any, call: PublicDemand) -> None:
    """Place public orders with providers; goods were added to final demand when the month began."""
    total = sum(money for _, money in call.goods)
    if total > 0:
        spend(context, call.instrument, total, "final_users", "purchases", 0.0)
    for kind, money in call.projects:
        total = place_orders(context, providers, kind, money * (1.0 + call.copayment), call.cities)
        paid = total / (1.0 + call.copayment)
        reached = total / context.governments.public_project
        spend(context, call.instrument, paid, "providers", "purchases", reached)
        context.flows.book("households", "providers", "purchases", total - paid)


def place_orders(
    context: Context, providers: Any, kind: int, money: float, cities: tuple[int, ...] | None
) -> float:
    """Split public money over a kind's providers by teams and nearness; returns what was placed."""
    mine = (providers.kind == kind) & (providers.alive == 1)
    buyers = np.arange(context.world.cities) if cities is None else np.array(cities)
    near = np.exp2(-context.world.distance[buyers] / context.providers.distance_half).sum(axis=0)
    pull = np.where(mine, providers.teams * providers.weight * near[providers.city], 0.0)
    total = float(pull.sum())
    if total <= 0:
        return 0.0
    providers.public_orders[:] += money * pull / total / context.governments.public_project
    return money


def digitise_services(context: Context, providers: Any, cities: Any, call: SmartCities) -> None:
    """Cover residents with digital services as far as this stage allows, pilots in step."""
    shared = context.world.shared
    limit = np.zeros(context.world.cities)
    pilots = np.array(call.pilots)
    if call.stage == 1:
        limit[pilots] = 1.0 / np.maximum(shared["counties"][pilots], 1.0)
    elif call.stage == 2:
        limit[pilots] = 1.0
    else:
        limit[:] = 1.0
    cost = np.maximum(limit - cities.smart_city, 0.0) * shared["residents"] * call.cost
    wanted = float(cost.sum())
    if wanted <= 0:
        return
    part = min(1.0, call.money / wanted)
    cities.smart_city[:] += part * np.maximum(limit - cities.smart_city, 0.0)
    spent = 0.0
    for kind in call.kinds:
        share = part * wanted / len(call.kinds)
        spent += share
        place_orders(context, providers, kind, share, tuple(np.flatnonzero(cost > 0)))
    residents = part * wanted / call.cost
    receivers = Receivers(cost, city=np.arange(context.world.cities))
    spend(context, call.instrument, spent, "providers", "smart_cities", residents, receivers)


def public_goods(context: Context) -> Array:
    """Public purchases of goods this month by sector, (S,), 10k CNY."""
    bought = np.zeros(context.world.sectors)
    for call in context.instruments.purchases:
        for sector, money in call.goods:
            bought[sector] += money
    return bought
