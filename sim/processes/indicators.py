"""Phase 11: sums over firms by city, sector and tier, from which every series is derived.

One pass fills a cube (cities, sectors, tiers, variables) of weighted sums; province, city, sector
and tier figures are sums over its axes, so they always agree.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.core.bits import MASKS
from sim.core.table import Array
from sim.processes.context import Context
from sim.world.tables import BARRIERS, NEVER, TECHNOLOGIES, TIERS

SUMS = (
    "firms", "skilled", "unskilled", "output", "value_added", "wages", "capital", "cash", "debt",
    "lease", "profit", "investment", "projects_open", "projects_waiting", "projects_completed",
    "automation_by_capital", "automation_by_firm", "gain", "capability", "capability_skilled",
    "subsidy", "investing", "productivity", "demonstrating", "orders", "order_value",
    "key_capital", "key_automation",
)  # fmt: skip
"""Weighted sums a group; then adopters and the aware, one a technology each."""

VARIABLES = (
    *SUMS,
    *(f"adopters_{code}" for code in TECHNOLOGIES),
    *(f"aware_{code}" for code in TECHNOLOGIES),
)
POSITION = {name: index for index, name in enumerate(VARIABLES)}


class Firms(NamedTuple):
    """Columns of `firms` used."""

    alive: Array
    city: Array
    sector: Array
    tier: Array
    weight: Array
    skilled: Array
    unskilled: Array
    output: Array
    capital: Array
    cash: Array
    debt: Array
    lease: Array
    profit: Array
    investment: Array
    wage_premium: Array
    productivity: Array
    capability: Array
    aware: Array
    adopted: Array
    automation: Array
    gain: Array
    adopted_month: Array
    barrier: Array
    order_technology: Array
    order_month: Array
    order_start: Array
    order_cost: Array
    subsidy: Array
    demonstration: Array


class Clusters(NamedTuple):
    """Columns of `clusters` used."""

    firms: Array
    adopters: Array
    demonstrations: Array
    output: Array
    employees: Array


class Cities(NamedTuple):
    """Columns of `cities` used."""

    wage: Array


class Providers(NamedTuple):
    """Columns of `providers` used."""

    kind: Array
    city: Array
    alive: Array
    weight: Array
    teams: Array


VIEWS = {"firms": Firms, "clusters": Clusters, "cities": Cities, "providers": Providers}
WRITES = {"clusters": frozenset(Clusters._fields)}


def measure(
    context: Context, firms: Firms, clusters: Clusters, cities: Cities, providers: Providers
) -> None:
    """Fill the cube, the barrier counts, the clusters' columns and the identities of the month."""
    world = context.world
    count = len(VARIABLES)
    cube = np.zeros((world.cities * world.sectors * len(TIERS), count))
    barriers = np.zeros((len(TIERS), len(TECHNOLOGIES), len(BARRIERS)))
    shown = np.zeros((world.cities * world.sectors, len(TECHNOLOGIES)))
    value_added = 1.0 - world.coefficients.sum(axis=0) - world.imported_share
    _sum(
        context.clock.month, firms, world.sectors, cities.wage, value_added,
        context.skills.skill_premium, cube, barriers, shown,
    )  # fmt: skip
    whole = cube.reshape(world.cities, world.sectors, len(TIERS), count)
    context.measures["cube"] = whole
    context.measures["barriers"] = barriers
    by_cluster = whole.sum(axis=2).reshape(-1, count)
    clusters.firms[:] = by_cluster[:, POSITION["firms"]]
    clusters.output[:] = by_cluster[:, POSITION["output"]]
    clusters.employees[:] = (
        by_cluster[:, POSITION["skilled"]] + by_cluster[:, POSITION["unskilled"]]
    )
    first = POSITION["adopters_automation"]
    clusters.adopters[:] = by_cluster[:, first : first + len(TECHNOLOGIES)]
    clusters.demonstrations[:] = shown
    density = np.zeros((world.cities, 7))
    np.add.at(density, (providers.city, providers.kind), providers.weight * (providers.alive == 1))
    mean = np.maximum(density.mean(axis=0), 1e-9)
    context.provider_density = np.minimum(density / mean, 3.0)


@njit(nogil=True, cache=True)
def _sum(
    month: Any,
    firms: Any,
    sectors: Any,
    wage: Any,
    value_added: Any,
    premium: Any,
    cube: Any,
    barriers: Any,
    shown: Any,
) -> None:
    for i in range(len(firms.alive)):
        if firms.alive[i] == 0:
            continue
        city, sector, tier = np.int64(firms.city[i]), firms.sector[i], firms.tier[i]
        cluster = city * sectors + sector
        row = cube[cluster * 4 + tier]
        w = np.float64(firms.weight[i])
        skilled, unskilled = np.float64(firms.skilled[i]), np.float64(firms.unskilled[i])
        output, capital = np.float64(firms.output[i]), np.float64(firms.capital[i])
        automation, invested = np.float64(firms.automation[i]), np.float64(firms.investment[i])
        row[0] += w
        row[1] += w * skilled
        row[2] += w * unskilled
        row[3] += w * output
        row[4] += w * output * value_added[sector]
        row[5] += w * wage[city] * firms.wage_premium[i] * (unskilled + premium * skilled) / 12.0
        row[6] += w * capital
        row[7] += w * firms.cash[i]
        row[8] += w * firms.debt[i]
        row[9] += w * firms.lease[i]
        row[10] += w * firms.profit[i]
        row[11] += w * invested
        if firms.order_technology[i] >= 0:
            row[12] += w
            if firms.order_start[i] == NEVER:
                row[13] += w
        if firms.order_month[i] == month:
            row[24] += w
            row[25] += w * firms.order_cost[i]
        row[15] += w * automation * capital
        row[16] += w * automation
        row[17] += w * firms.gain[i]
        row[18] += w * firms.capability[i]
        row[19] += w * firms.capability[i] * (skilled + unskilled)
        row[20] += w * firms.subsidy[i]
        if invested > 0.0:
            row[21] += w
        row[22] += w * firms.productivity[i]
        if firms.demonstration[i]:
            row[23] += w
        if tier == 0:
            row[26] += w * capital
            row[27] += w * capital * automation
        adopted, aware = MASKS[firms.adopted[i]], MASKS[firms.aware[i]]
        completed = 0
        for k in range(8):
            row[28 + k] += w * adopted[k]
            row[36 + k] += w * aware[k]
            completed += firms.adopted_month[i, k] == month
        row[14] += w * completed
        for k in range(8):
            barriers[tier, k, firms.barrier[i, k]] += w
        if firms.demonstration[i]:
            for k in range(8):
                shown[cluster, k] += w * MASKS[firms.demonstration[i], k]
