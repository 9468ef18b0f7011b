"""Visits, pilots and inspections: instruments that meet a firm without paying for a project."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.core.kernels import njit
from sim.core.streams import month_key, uniform, uniforms
from sim.core.table import Array
from sim.instruments import Inspections, PilotCall, PilotServices, Visits
from sim.processes.context import Context
from sim.processes.outlays import to_firms
from sim.processes.payments import spend
from sim.processes.selection import Taken, by_lot, take_by_city, take_in_order
from sim.world.tables import GREEN_IOT

SCALE_THRESHOLD = 2000.0
"""Yearly sales from which industrial firms are above scale since 2011, 10k CNY (20m CNY)."""


def visit(context: Context, firms: Any, cities: Any, call: Visits) -> None:
    """Visit firms that lack a technology, by lot; they may hear of it and gain capability."""
    bits = _bits(context, call.technologies)
    rows = _lacking(
        call.eligibility.rows(firms), firms.adopted, firms.sector, context.world.applicable, bits
    )
    key = month_key(context.seed, f"visit {call.instrument}", context.clock.month)
    if call.platforms > 0:
        rows, paid, whole = _by_platforms(context, firms, cities, call, rows, key)
    else:
        rows = by_lot(rows, firms.uid, key, firms.weight, call.money / call.cost)
        rows, paid, whole = take_in_order(
            rows, firms.uid, firms.weight, call.cost, call.money, np.inf, key
        )
    if len(rows) == 0:
        return
    met = rows[whole]
    _advise(context, firms, met, bits, call.response, call.capability, key)
    if call.matching:
        firms.matched[met] |= bits & context.world.applicable[firms.sector[met]]
    context.watch.met(context.clock.month, "visit", call.instrument, rows, firms.uid[rows], paid)
    total = float(paid.sum())
    spend(
        context, call.instrument, total, "providers", "services", total / call.cost,
        to_firms(firms, rows, paid),
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _lacking(chosen: Any, adopted: Any, sector: Any, applicable: Any, bits: Any) -> Any:
    """Rows among those `chosen` (flags) that lack a technology of `bits` that they could use."""
    rows, count = np.empty(len(chosen), dtype=np.int64), 0
    for i in range(len(chosen)):
        rows[count] = i
        count += chosen[i] & ((~adopted[i] & bits & applicable[sector[i]]) != 0)
    return rows[:count]


def _advise(
    context: Context, firms: Any, rows: Array, bits: Any, response: float, capability: float,
    key: np.uint64,
) -> None:  # fmt: skip
    """Let the rows hear of each technology with chance `response`; they gain capability."""
    _tell(
        rows, bits, response, firms.capability.dtype.type(capability), key, firms.uid,
        firms.sector, context.world.applicable, firms.aware, firms.capability,
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _tell(
    rows: Any, bits: Any, response: Any, gain: Any, key: Any, uid: Any, sector: Any,
    applicable: Any, aware: Any, capability: Any,
) -> None:  # fmt: skip
    for i in rows:
        heard = 0
        for k in range(8):
            if (bits >> k) & 1 and uniform(key, uid[i], 1 + k) < response:
                heard |= 1 << k
        aware[i] |= heard & applicable[sector[i]]
        capability[i] += gain * (np.float32(1.0) - capability[i])


def _by_platforms(
    context: Context, firms: Any, cities: Any, call: Visits, rows: Array, key: np.uint64
) -> Taken:
    """Found platforms, then let those of each city visit its firms within their capacity."""
    counties = context.world.shared["counties"]
    missing = np.maximum(call.platforms * counties / counties.sum() - cities.platforms, 0.0)
    cost = float(missing.sum()) * call.founding
    part = min(1.0, 0.5 * call.money / cost) if cost > 0 else 1.0
    cities.platforms[:] += part * missing
    spend(context, call.instrument, part * cost, "providers", "platforms", 0.0)
    money = (call.money - part * cost) * cities.platforms / max(cities.platforms.sum(), 1e-9)
    places = call.capacity * cities.platforms
    enough = np.minimum(places, money / call.cost)
    rows = by_lot(rows, firms.uid, key, firms.weight, enough, firms.city)
    return take_by_city(rows, firms.city, firms.uid, firms.weight, call.cost, money, places, key)


def serve_clients(context: Context, firms: Any, call: PilotServices) -> None:
    """Firms named by an instrument advise others of their city that lack its technologies."""
    bit = np.uint8(1 << context.pilot_bits[call.instrument])
    named = (firms.pilot & bit != 0) & (firms.alive == 1)
    if not named.any():
        return
    count = context.world.cities
    centres = np.bincount(firms.city[named], weights=firms.weight[named], minlength=count)
    bits = _bits(context, call.technologies)
    key = month_key(context.seed, f"clients {call.instrument}", context.clock.month)
    others = call.eligibility.rows(firms) & ~named
    rows = _lacking(others, firms.adopted, firms.sector, context.world.applicable, bits)
    places = call.clients * centres
    rows = by_lot(rows, firms.uid, key, firms.weight, places, firms.city)
    free_of_charge = np.full(count, np.inf)
    found = take_by_city(
        rows, firms.city, firms.uid, firms.weight, 0.0, free_of_charge, places, key
    )
    clients = found.rows[found.whole]
    _advise(context, firms, clients, bits, 1.0, call.capability, key)
    free = np.zeros(len(clients))
    context.watch.met(
        context.clock.month, "client", call.instrument, clients, firms.uid[clients], free
    )


def name_pilots(context: Context, firms: Any, cities: Any, call: PilotCall) -> None:
    """Name firms as pilots or put them on the list; they learn and their suppliers hear of it."""
    bit = np.uint8(1 << context.pilot_bits[call.instrument])
    if call.renewed:
        firms.pilot[:] &= ~bit
    eligible = call.eligibility.rows(firms) & ((firms.pilot & bit) == 0)
    key = month_key(context.seed, f"pilot {call.instrument}", context.clock.month)
    if call.near_scale:
        # The authorities know sales from the statistics; nobody applies to be on the list.
        score = 12.0 * firms.expected_demand.astype(np.float64)
        rows = np.flatnonzero(eligible & (score < SCALE_THRESHOLD))
    else:
        applies = uniforms(key, firms.uid, 0) < np.minimum(
            1.0, context.governments.application_rate * take_up(context, cities)[firms.city]
        )
        score = firms.capability.astype(np.float64)
        rows = np.flatnonzero(eligible & applies)
    if len(rows) == 0:
        return
    score = score[rows]
    noise = ndtri(np.clip(uniforms(key, firms.uid[rows], 1), 1e-12, 1 - 1e-12))
    score += call.score_noise * float(score.std()) * noise
    order = rows[np.lexsort((uniforms(key, firms.uid[rows], 2), -score))]
    rows, paid, whole = take_in_order(
        order, firms.uid, firms.weight, call.award, call.money, call.places, key
    )
    if len(rows) == 0:
        return
    context.watch.met(context.clock.month, "pilot", call.instrument, rows, firms.uid[rows], paid)
    each = paid / firms.weight[rows]
    firms.cash[rows] += each
    firms.subsidy[rows] += each
    named = rows[whole]
    firms.pilot[named] |= bit
    firms.capability[named] += call.capability * (1.0 - firms.capability[named])
    bits = _bits(context, call.technologies)
    firms.aware[named] |= bits & context.world.applicable[firms.sector[named]]
    if call.pull > 0 and len(named):
        pull_suppliers(context, firms, named, bits, call.pull, key)
    total = float(paid.sum())
    spend(
        context, call.instrument, total, "firms", "subsidy", total / call.award,
        to_firms(firms, rows, paid),
    )  # fmt: skip


def pull_suppliers(
    context: Context, firms: Any, rows: Array, bits: Any, chance: float, key: np.uint64
) -> None:
    """Let each supplier of the rows (n,) hear of the technologies with a chance, once."""
    edges = context.world.edges
    parts = [edges.suppliers[edges.supplier_start[i] : edges.supplier_start[i + 1]] for i in rows]
    suppliers = np.unique(np.concatenate(parts))
    hears = suppliers[uniforms(key, firms.uid[suppliers], 3) < chance]
    firms.aware[hears] |= bits & context.world.applicable[firms.sector[hears]]


def inspect(context: Context, firms: Any, call: Inspections) -> None:
    """Inspect firms that lack green process control, by lot; they owe the charge from now on."""
    bit = _bits(context, (GREEN_IOT,)) & context.world.applicable[firms.sector]
    lacking = ((firms.adopted & bit) == 0) & (bit != 0) & (firms.charge == 0)
    rows = (call.eligibility.rows(firms) & lacking).nonzero()[0]
    key = month_key(context.seed, f"inspection {call.instrument}", context.clock.month)
    rows = by_lot(rows, firms.uid, key, firms.weight, call.money / call.cost)
    rows, paid, whole = take_in_order(
        rows, firms.uid, firms.weight, call.cost, call.money, np.inf, key
    )
    if len(rows) == 0:
        return
    context.watch.met(
        context.clock.month, "inspection", call.instrument, rows, firms.uid[rows], paid
    )
    firms.charge[rows[whole]] = call.charge
    # An order to comply says what would comply.
    firms.aware[rows[whole]] |= np.uint8(1 << GREEN_IOT)
    total = float(paid.sum())
    spend(
        context, call.instrument, total, "households", "inspections", total / call.cost,
        to_firms(firms, rows, paid),
    )  # fmt: skip


def collect_charges(context: Context, firms: Any) -> None:
    """Firms under an order pay this month's charge until they comply."""
    rows = np.flatnonzero(firms.charge > 0)
    if len(rows) == 0:
        return
    complies = ((firms.adopted[rows] >> GREEN_IOT) & 1) == 1
    firms.charge[rows[complies]] = 0.0
    rows = rows[~complies & (firms.alive[rows] == 1)]
    before = firms.cash[rows].copy()
    firms.cash[rows] -= firms.charge[rows] * firms.expected_demand[rows]
    paid = float(((before - firms.cash[rows]) * firms.weight[rows]).sum())
    context.flows.book("firms", "government", "charges", paid)


def take_up(context: Context, cities: Any) -> Any:
    """Applications that a city's effort brings over those at the base effort, (C,)."""
    return cities.effort / context.governments.base_effort


def _bits(context: Context, technologies: tuple[int, ...]) -> Any:
    """Bits of the technologies that are in play."""
    return np.uint8(sum(1 << k for k in technologies) & context.technologies.active_bits)
