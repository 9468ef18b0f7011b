"""Exit and entry: failed and retiring firms close, new ones are founded in vacated places."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.kernels import njit
from sim.core.streams import month_key, uniform
from sim.core.table import Array
from sim.processes.context import Context
from sim.processes.outlays import Receivers
from sim.processes.payments import spend
from sim.processes.selection import by_lot, take_in_order
from sim.world.tables import ABOVE_SCALE, CRITICAL_INPUTS, NEVER


def replace_firms(context: Context, firms: Any, cities: Any) -> None:
    """Close and open rows; jobs, debts and money of both are booked by city."""
    month, count = context.clock.month, context.world.cities
    closed = np.zeros((count, 7))
    _close(month, month_key(context.seed, "exit", month), firms, context.accounts, closed)
    context.projects.abandon(firms.alive)
    cities.unemployed_skilled[:] += closed[:, 0]
    cities.unemployed_unskilled[:] += closed[:, 1]
    cities.bank_loans[:] -= closed[:, 2]
    cities.lease_book[:] -= closed[:, 3]
    flows = context.flows
    flows.book("firms", "households", "closure", closed[:, 4].sum())
    flows.book("banks", "firms", "written_off", closed[:, 5].sum())
    context.measures["exits"] = float(closed[:, 6].sum())
    vacant = np.flatnonzero(firms.alive == 0)
    opened = np.zeros(2)
    if len(vacant):
        key = month_key(context.seed, "entry", month)
        supported, award = _supported_start_ups(context, firms, vacant)
        parents = np.full((count, context.world.sectors, 2), -1, dtype=np.int64)
        _find_parents(month_key(context.seed, "parents", month), firms, parents)
        _open(
            month, key, vacant, supported, award, parents, firms, context.accounts,
            context.production.inventory_months, context.world.capital_output_ratio,
            context.world.automation_saving, context.world.uid_stride, opened,
        )  # fmt: skip
    flows.book("households", "firms", "founding", opened[1])
    context.measures["entries"] = float(opened[0])


def _supported_start_ups(context: Context, firms: Any, vacant: Array) -> tuple[Array, Array]:
    """Flag of vacant places filled with support, and the award of each (10k CNY a real firm)."""
    supported, award = np.zeros(len(vacant), dtype=np.uint8), np.zeros(len(vacant))
    for call in context.instruments.start_ups:
        key = month_key(context.seed, f"start-ups {call.instrument}", context.clock.month)
        free = call.eligibility.rows(firms, alive=0)[vacant] & (supported == 0)
        taken = take_in_order(
            by_lot(vacant[free], firms.uid, key), firms.uid, firms.weight, call.award, call.money,
            call.places, key,
        )  # fmt: skip
        # A place is taken whole or not at all; money and places for a part wait for next month.
        covered = taken.paid >= (1.0 - 1e-9) * call.award * firms.weight[taken.rows]
        rows, paid = taken.rows[covered], taken.paid[covered]
        # Told by the id that the newcomer will have.
        uids = firms.uid[rows] + np.uint32(context.world.uid_stride)
        context.watch.met(context.clock.month, "start_up", call.instrument, rows, uids, paid)
        place = np.searchsorted(vacant, rows)
        supported[place] = 1
        award[place] = paid / firms.weight[rows]
        total = float(paid.sum())
        receivers = Receivers(paid, rows, uids)
        spend(context, call.instrument, total, "firms", "subsidy", total / call.award, receivers)
    return supported, award


@njit(nogil=True, cache=True)
def _close(month: Any, key: Any, firms: Any, numbers: Any, closed: Any) -> None:
    """Close firms that ran out of credit, and others at the exit rate of their age."""
    chance = np.empty((2, 2))
    for young in range(2):
        hazard = numbers.exit_rate * (numbers.young_exit if young else 1.0)
        # Larger firms live longer (SAIC 2013): backbone firms at a quarter of the rate.
        chance[young, 0] = -np.expm1(-0.25 * hazard / 12.0)
        chance[young, 1] = -np.expm1(-hazard / 12.0)
    for i in range(len(firms.uid)):
        if firms.alive[i] == 0:
            continue
        young = 1 if month - firms.founded[i] < 84 else 0
        larger = 0 if firms.tier[i] == 0 else 1
        failed = firms.cash[i] < -numbers.overdraft * firms.expected_demand[i] * firms.unit_cost[i]
        if not failed and uniform(key, firms.uid[i], 0) >= chance[young, larger]:
            continue
        city, weight = firms.city[i], np.float64(firms.weight[i])
        closed[city, 0] += weight * firms.skilled[i]
        closed[city, 1] += weight * firms.unskilled[i]
        closed[city, 2] += weight * firms.debt[i]
        closed[city, 3] += weight * firms.lease[i]
        closed[city, 4] += weight * max(0.0, firms.cash[i])
        closed[city, 5] += weight * max(0.0, -firms.cash[i])
        closed[city, 6] += weight
        firms.alive[i] = 0
        firms.skilled[i] = 0.0
        firms.unskilled[i] = 0.0
        firms.debt[i] = 0.0
        firms.lease[i] = 0.0
        firms.cash[i] = 0.0
        firms.output[i] = 0.0
        firms.investment[i] = 0.0
        firms.ordered[i] = 0
        firms.award[i] = 0
        firms.applied[i] = 0
        firms.demonstration[i] = 0


@njit(nogil=True, cache=True)
def _find_parents(key: Any, firms: Any, parents: Any) -> None:
    """A firm in operation of each city, sector and side of the scale, by lot: parents (C, S, 2).

    Where a cluster has no firm left, founders come from the sector's other cities.
    """
    lots = np.full(parents.shape, np.inf)
    for i in range(len(firms.uid)):
        if firms.alive[i] == 0:
            continue
        city, sector = firms.city[i], firms.sector[i]
        below = 1 if firms.tier[i] >= ABOVE_SCALE else 0
        lot = uniform(key, firms.uid[i], 0)
        if lot < lots[city, sector, below]:
            lots[city, sector, below] = lot
            parents[city, sector, below] = i
    for sector in range(parents.shape[1]):
        for below in range(2):
            anywhere = parents[lots[:, sector, below].argmin(), sector, below]
            for city in range(len(parents)):
                if parents[city, sector, below] < 0:
                    parents[city, sector, below] = anywhere


@njit(nogil=True, cache=True)
def _open(
    month: Any,
    key: Any,
    vacant: Any,
    supported: Any,
    award: Any,
    parents: Any,
    firms: Any,
    numbers: Any,
    inventory: Any,
    ratio: Any,
    saving: Any,
    stride: Any,
    opened: Any,
) -> None:
    """Found new firms in vacated places; they have money, plant and orders, and hire next month.

    A newcomer's size is 0.1 to 0.9 of its predecessor's (Dosi, Fagiolo & Roventini 2010 draw
    entrants from that range of the mean). Founders come from a firm of the same city and sector
    (Klepper 2007): they know the technologies that it knows and buy plant with as much numerical
    control as it has; systems are still to be bought. Its id is its predecessor's plus a stride, so
    ids do not depend on the order of the rows.
    """
    chance = -np.expm1(-numbers.entry_rate / 12.0)
    for place in range(len(vacant)):
        i = vacant[place]
        if not supported[place] and uniform(key, firms.uid[i], 0) >= chance:
            continue
        sector, weight = firms.sector[i], np.float64(firms.weight[i])
        size = 0.1 + 0.8 * uniform(key, firms.uid[i], 1)
        expected = size * max(np.float64(firms.expected_demand[i]), 1e-6)
        efficiency = firms.productivity[i]
        cash = numbers.cash_target * expected
        opened[0] += weight
        opened[1] += weight * cash
        firms.uid[i] += stride
        firms.alive[i] = 1
        firms.founded[i] = month
        firms.capital[i] = ratio[sector] * 12.0 * expected
        firms.efficiency[i] = efficiency
        firms.expected_demand[i] = expected
        firms.share[i] *= size
        firms.cash[i] = cash + award[place]
        firms.profit[i] = 0.0
        firms.charge[i] = 0.0
        firms.pilot[i] = 0
        firms.matched[i] = 0
        firms.running_cost[i] = 0.0
        firms.aware[i] = 0
        firms.adopted[i] = 0
        firms.automation[i] = 0.0
        parent = parents[firms.city[i], sector, 1 if firms.tier[i] >= ABOVE_SCALE else 0]
        if parent >= 0:
            firms.aware[i] = firms.aware[parent]
            firms.automation[i] = firms.automation[parent]
            firms.efficiency[i] = efficiency * (1.0 - saving[sector] * firms.automation[i])
        firms.gain_target[i] = 0.0
        firms.gain[i] = 0.0
        firms.subsidy[i] = award[place]
        firms.projects[i] = 0
        for k in range(8):
            firms.realised[i, k] = 0.0
            firms.adopted_month[i, k] = NEVER
            firms.barrier[i, k] = 1
        for g in range(CRITICAL_INPUTS):
            firms.stock[i, g] = inventory * expected
