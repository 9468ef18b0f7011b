"""Visits, pilots and inspections: instruments that meet a firm without paying for a project."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.core.streams import month_key, uniforms
from sim.instruments import Inspections, PilotCall, Visits
from sim.processes.context import Context
from sim.processes.payments import spend
from sim.processes.selection import by_lot, take_in_order
from sim.world.tables import GREEN_IOT


def visit(context: Context, firms: Any, call: Visits) -> None:
    """Visit firms that lack a technology, by lot; they may hear of it and gain capability."""
    bits = _bits(context, call.technologies)
    lacking = (~firms.adopted & bits & context.world.applicable[firms.sector]) != 0
    rows = np.flatnonzero(call.eligibility.rows(firms) & lacking)
    key = month_key(context.seed, f"visit {call.instrument}", context.clock.month)
    rows, paid = take_in_order(
        by_lot(rows, firms.uid, key, firms.weight, call.money / call.cost),
        firms.uid,
        firms.weight,
        call.cost,
        call.money,
        np.inf,
        key,
    )
    if len(rows) == 0:
        return
    for k in call.technologies:
        hears = uniforms(key, firms.uid[rows], 1 + k) < call.response
        bit = bits & (1 << k) & context.world.applicable[firms.sector[rows]]
        firms.aware[rows] |= np.where(hears, bit, 0).astype(np.uint8)
    firms.capability[rows] += call.capability * (1.0 - firms.capability[rows])
    reached = float(paid.sum()) / call.cost
    spend(context, call.instrument, float(paid.sum()), "providers", "services", reached)


def name_pilots(context: Context, firms: Any, cities: Any, call: PilotCall) -> None:
    """Name the most capable applicants, as judged; they learn and their suppliers hear of it."""
    bit = np.uint8(1 << context.pilot_bits[call.instrument])
    eligible = call.eligibility.rows(firms) & ((firms.pilot & bit) == 0)
    key = month_key(context.seed, f"pilot {call.instrument}", context.clock.month)
    applies = uniforms(key, firms.uid, 0) < np.minimum(
        1.0, context.governments.application_rate * take_up(context, cities)[firms.city]
    )
    rows = np.flatnonzero(eligible & applies)
    if len(rows) == 0:
        return
    score = firms.capability[rows].astype(np.float64)
    noise = ndtri(np.clip(uniforms(key, firms.uid[rows], 1), 1e-12, 1 - 1e-12))
    score += call.score_noise * float(score.std()) * noise
    order = rows[np.lexsort((uniforms(key, firms.uid[rows], 2), -score))]
    rows, paid = take_in_order(
        order, firms.uid, firms.weight, call.award, call.money, call.places, key
    )
    if len(rows) == 0:
        return
    firms.pilot[rows] |= bit
    each = paid / firms.weight[rows]
    firms.cash[rows] += each
    firms.subsidy[rows] += each
    firms.capability[rows] += call.capability * (1.0 - firms.capability[rows])
    bits = _bits(context, call.technologies)
    firms.aware[rows] |= bits & context.world.applicable[firms.sector[rows]]
    if call.pull > 0:
        _pull_suppliers(context, firms, rows, bits, call.pull, key)
    total = float(paid.sum())
    spend(context, call.instrument, total, "firms", "subsidy", total / call.award)


def _pull_suppliers(
    context: Context, firms: Any, rows: Any, bits: Any, chance: float, key: np.uint64
) -> None:
    """Let each supplier of the rows hear of the technologies with a chance, once."""
    edges = context.world.edges
    parts = [edges.suppliers[edges.supplier_start[i] : edges.supplier_start[i + 1]] for i in rows]
    suppliers = np.unique(np.concatenate(parts))
    hears = suppliers[uniforms(key, firms.uid[suppliers], 3) < chance]
    firms.aware[hears] |= bits & context.world.applicable[firms.sector[hears]]


def inspect(context: Context, firms: Any, call: Inspections) -> None:
    """Inspect firms that lack green process control, by lot; they owe the charge from now on."""
    bit = _bits(context, (GREEN_IOT,)) & context.world.applicable[firms.sector]
    lacking = ((firms.adopted & bit) == 0) & (bit != 0) & (firms.charge == 0)
    rows = np.flatnonzero(call.eligibility.rows(firms) & lacking)
    key = month_key(context.seed, f"inspection {call.instrument}", context.clock.month)
    rows, paid = take_in_order(
        by_lot(rows, firms.uid, key, firms.weight, call.money / call.cost),
        firms.uid,
        firms.weight,
        call.cost,
        call.money,
        np.inf,
        key,
    )
    if len(rows) == 0:
        return
    firms.charge[rows] = call.charge
    # An order to comply says what would comply.
    firms.aware[rows] |= np.uint8(1 << GREEN_IOT)
    total = float(paid.sum())
    spend(context, call.instrument, total, "households", "inspections", total / call.cost)


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
