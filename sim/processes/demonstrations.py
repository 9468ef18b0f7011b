"""Demonstration firms, and parks or regions: who is chosen to show what it uses."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.streams import month_key, uniforms
from sim.core.table import Array
from sim.instruments import DemonstrationCall
from sim.processes.context import Context
from sim.processes.outlays import to_firms
from sim.processes.outreach import pull_suppliers
from sim.processes.payments import spend
from sim.processes.selection import take_in_order


def demonstrate(context: Context, firms: Any, call: DemonstrationCall) -> None:
    """Name the users with the highest gains as demonstration firms and pay their award."""
    if call.counties:
        _name_regions(context, firms, call)
        return
    bits = sum(1 << k for k in call.technologies)
    user = (firms.adopted & bits & ~firms.demonstration) != 0
    rows = np.flatnonzero(call.eligibility.rows(firms) & user)
    if len(rows) == 0:
        return
    key = month_key(context.seed, f"demonstration {call.instrument}", 0)
    order = rows[np.lexsort((uniforms(key, firms.uid[rows]), -firms.gain[rows]))]
    now = month_key(context.seed, f"demonstration {call.instrument}", context.clock.month)
    chosen, paid, whole = take_in_order(
        order, firms.uid, firms.weight, call.award, call.money, call.places, now
    )
    context.watch.met(
        context.clock.month, "demonstration", call.instrument, chosen, firms.uid[chosen], paid
    )
    _award(firms, chosen, paid / firms.weight[chosen])
    _show(context, firms, call, chosen[whole])
    total = float(paid.sum())
    receivers = to_firms(firms, chosen, paid)
    spend(context, call.instrument, total, "firms", "subsidy", total / call.award, receivers)


def _name_regions(context: Context, firms: Any, call: DemonstrationCall) -> None:
    """Name the counties with the largest share of users; their users share the county's award."""
    bits = sum(1 << k for k in call.technologies)
    count = len(context.world.shared["county_city"])
    named = context.measures.setdefault(f"regions {call.instrument}", np.zeros(count))
    eligible = call.eligibility.rows(firms)
    user = eligible & ((firms.adopted & bits) != 0)
    every, users = (
        np.bincount(firms.county[rows], weights=firms.weight[rows], minlength=count)
        for rows in (eligible, user)
    )
    key = month_key(context.seed, f"demonstration {call.instrument}", 0)
    lottery = uniforms(key, np.arange(count, dtype=np.uint32))
    order = np.lexsort((lottery, -users / np.maximum(every, 1e-9)))
    order = order[(users[order] > 0) & (named[order] == 0)]
    places = call.places if call.award <= 0 else min(call.places, call.money / call.award)
    chosen = order[: int(places + 1e-9)]
    if len(chosen) == 0:
        return
    named[chosen] = 1.0
    rows = np.flatnonzero(user & np.isin(firms.county, chosen))
    each = call.award / users[firms.county[rows]]
    paid = each * firms.weight[rows]
    context.watch.met(context.clock.month, "region", call.instrument, rows, firms.uid[rows], paid)
    _award(firms, rows, each)
    _show(context, firms, call, rows)
    due = call.award * len(chosen)
    receivers = to_firms(firms, rows, paid)
    spend(context, call.instrument, due, "firms", "subsidy", float(len(chosen)), receivers)


def _award(firms: Any, rows: Array, award: Array) -> None:
    """Pay `award` (10k CNY a real firm) to each of the rows."""
    firms.cash[rows] += award
    firms.subsidy[rows] += award


def _show(context: Context, firms: Any, call: DemonstrationCall, rows: Array) -> None:
    """Let the rows show what they use, and let their suppliers hear of it."""
    bits = sum(1 << k for k in call.technologies)
    firms.demonstration[rows] |= (firms.adopted[rows] & bits).astype(np.uint8)
    if call.pull > 0 and len(rows):
        key = month_key(context.seed, f"pull {call.instrument}", context.clock.month)
        pull_suppliers(context, firms, rows, np.uint8(bits), call.pull, key)
