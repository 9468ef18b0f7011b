"""Phase 11: sums over firms by city, sector and tier, from which every series is derived.

One pass fills a cube (cities, sectors, tiers, variables) of weighted sums; province, city, sector
and tier figures are sums over its axes, so they always agree. What a programme is judged by has its
cause here, firm by firm: online sales follow from a user's capability and months of use, new
products from capability and smart products, energy from the technologies in use.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.core.bits import COUNTS, MASKS
from sim.core.table import Array
from sim.processes.context import Context
from sim.world.tables import (
    ABOVE_SCALE,
    AUTOMATION,
    BARRIERS,
    CLOUD,
    ECOMMERCE,
    ERP,
    GREEN_IOT,
    NETWORKING,
    NEVER,
    PLM,
    SMART_PRODUCT,
    TECHNOLOGIES,
    TIERS,
)

SUMS = (
    "firms", "skilled", "unskilled", "output", "value_added", "wages", "capital", "cash", "debt",
    "lease", "profit", "investment", "projects_open", "projects_waiting", "projects_completed",
    "automation_by_capital", "automation_by_firm", "gain", "capability", "capability_skilled",
    "subsidy", "investing", "productivity", "demonstrating", "orders", "order_value",
    "key_capital", "key_automation",
)  # fmt: skip
"""Weighted sums a group; then adopters and the aware, one a technology each, and the outcomes."""

OUTCOMES = (
    "online", "new_products", "smart_output", "smart_capability", "smart_networked", "energy",
    "green_output", "green_employees", "equipment", "founded", "using_it", "unmanned",
    "supply_chain", "procurement", "plan", "five_fold", "smart_manufacturing",
    "demonstration_used", "demonstration_applicable",
)  # fmt: skip
"""What the programme is judged by: 10k CNY a month (online, new products, smart output, output of
users of green control, equipment), tce a month (energy), people, capability or firms."""

VARIABLES = (
    *SUMS,
    *(f"adopters_{code}" for code in TECHNOLOGIES),
    *(f"aware_{code}" for code in TECHNOLOGIES),
    *OUTCOMES,
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
    subsidy: Array
    demonstration: Array
    pilot: Array
    founded: Array


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


class Scales(NamedTuple):
    """What turns use into outcomes: by sector (S,), by mask of technologies (256,), numbers."""

    energy: Array
    energy_factor: Array
    applicable: Array
    equipment_share: Array
    plant_equipment: float
    new_product_rate: float


VIEWS = {"firms": Firms, "clusters": Clusters, "cities": Cities, "providers": Providers}
WRITES = {"clusters": frozenset(Clusters._fields)}


def measure(
    context: Context, firms: Firms, clusters: Clusters, cities: Cities, providers: Providers
) -> None:
    """Fill the cube, the barrier counts, the clusters' columns and the identities of the month."""
    world = context.world
    count = len(VARIABLES)
    # The cube of last month is filled anew: a large array costs more to get than to clear.
    whole = context.measures.get("cube")
    if whole is None:
        whole = np.empty((world.cities, world.sectors, len(TIERS), count))
        context.measures["cube"] = whole
    whole[:] = 0.0
    cube = whole.reshape(-1, count)
    barriers = np.zeros((len(TIERS), len(TECHNOLOGIES), len(BARRIERS)))
    shown = np.zeros((world.cities * world.sectors, len(TECHNOLOGIES)))
    value_added = 1.0 - world.coefficients.sum(axis=0) - world.imported_share
    _sum(
        context.clock.month, firms, world.sectors, cities.wage, value_added,
        context.skills.skill_premium, cube, barriers, shown,
    )  # fmt: skip
    scales = _scales(context, firms, value_added)
    _sum_outcomes(context.clock.month, firms, world.sectors, scales, context.outcomes, cube)
    projects = context.projects
    _sum_projects(
        projects.open_ones(), projects.signed_in(context.clock.month), projects.contracts(), firms,
        world.sectors, scales, cube,
    )  # fmt: skip
    context.measures["barriers"] = barriers
    _sum_clusters(cube, clusters.firms, clusters.output, clusters.employees, clusters.adopters)
    clusters.demonstrations[:] = shown
    density = np.zeros((world.cities, 7))
    np.add.at(density, (providers.city, providers.kind), providers.weight * (providers.alive == 1))
    mean = np.maximum(density.mean(axis=0), 1e-9)
    context.provider_density = np.minimum(density / mean, 3.0)


def _scales(context: Context, firms: Firms, value_added: Array) -> Scales:
    """This month's scales; those anchored in the base year are set at the first call."""
    measures, numbers = context.world.measures, context.outcomes
    factor = np.exp(MASKS @ np.log1p(-context.technologies.numbers.energy_saving))
    kept = context.measures
    if "energy_base" not in kept:
        kept["energy_base"] = _energy_base(context, firms, value_added, factor)
        kept["new_product_rate"] = _new_product_rate(context, firms)
    trend = (1.0 - numbers.energy_trend) ** (context.clock.month / 12.0)
    return Scales(
        kept["energy_base"] * trend,
        factor,
        context.world.applicable,
        measures.equipment_share,
        measures.base["equipment_share"],
        kept["new_product_rate"],
    )


def _energy_base(context: Context, firms: Firms, value_added: Array, factor: Array) -> Array:
    """Energy per output without the technologies, so that the start has the published intensity.

    tce per 10k CNY of output, (S,).
    """
    official = (firms.alive == 1) & (firms.tier < ABOVE_SCALE)
    sector, made = firms.sector[official], firms.weight[official] * firms.output[official]
    saved = made * factor[firms.adopted[official]]
    count = context.world.sectors
    whole = np.bincount(sector, weights=made, minlength=count)
    part = np.bincount(sector, weights=saved, minlength=count)
    base: Array = context.world.measures.energy * value_added
    return base * np.where(part > 0, whole / np.where(part > 0, part, 1.0), 1.0)


def _new_product_rate(context: Context, firms: Firms) -> float:
    """Odds of new products at capability 1, so that the start has the published share of output.

    Newton's method from the left; the share of output is concave in the rate.
    """
    base = context.world.measures.base
    target = base["new_product_sales"] / base["above_scale_output"]
    official = (firms.alive == 1) & (firms.tier < ABOVE_SCALE)
    made = (firms.weight[official] * firms.output[official]).astype(np.float64)
    smart = (firms.adopted[official] >> SMART_PRODUCT) & 1
    odds = firms.capability[official] * (1.0 + context.outcomes.new_product_lift * smart)
    # Nothing made, or by nobody who is able, says nothing of the odds.
    if (made * odds).sum() <= 0.0:
        return 0.0
    mean = float((made * odds).sum()) / float(made.sum())
    made /= made.sum()
    rate = target / (1.0 - target) / mean
    for _ in range(12):
        short = target - float((made * rate * odds / (1.0 + rate * odds)).sum())
        rate += short / float((made * odds / (1.0 + rate * odds) ** 2).sum())
    return rate


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


@njit(nogil=True, cache=True)
def _sum_clusters(cube: Any, firms: Any, output: Any, employees: Any, adopters: Any) -> None:
    """Firms, output, people and adopters by city and sector, over the tiers."""
    for cluster in range(len(firms)):
        row = cube[4 * cluster].copy()
        for tier in range(1, 4):
            for variable in range(36):
                row[variable] += cube[4 * cluster + tier, variable]
        firms[cluster] = row[0]
        employees[cluster] = row[1] + row[2]
        output[cluster] = row[3]
        for k in range(8):
            adopters[cluster, k] = row[28 + k]


_SYSTEMS = 1 << NETWORKING | 1 << ERP | 1 << PLM
_FIVE = _SYSTEMS | 1 << AUTOMATION | 1 << ECOMMERCE
_IT = _SYSTEMS | 1 << ECOMMERCE | 1 << CLOUD
_FIRST = len(SUMS) + 2 * len(TECHNOLOGIES)


@njit(nogil=True, cache=True)
def _sum_projects(
    under_way: Any, signed: Any, book: Any, firms: Any, sectors: Any, scales: Any, cube: Any
) -> None:
    """Add the projects under way and those signed this month (positions in the book)."""
    for one in under_way:
        i = book.row[one]
        cluster = np.int64(firms.city[i]) * sectors + firms.sector[i]
        row = cube[cluster * 4 + firms.tier[i]]
        row[12] += book.weight[one]
        if book.started[one] == NEVER:
            row[13] += book.weight[one]
    for one in signed:
        if book.under_way[one] == 0 and book.accepted[one] == NEVER:
            continue  # the firm closed in the same month
        i = book.row[one]
        cluster = np.int64(firms.city[i]) * sectors + firms.sector[i]
        row = cube[cluster * 4 + firms.tier[i]]
        w, cost = np.float64(book.weight[one]), np.float64(book.cost[one])
        row[24] += w
        row[25] += w * cost
        # All investment was taken for plant so far.
        other = scales.equipment_share[book.technology[one]] - scales.plant_equipment
        row[_FIRST + 8] += w * cost * other


@njit(nogil=True, cache=True)
def _sum_outcomes(
    month: Any, firms: Any, sectors: Any, scales: Any, numbers: Any, cube: Any
) -> None:
    """Add every firm's part in what the programme is judged by, in the order of `OUTCOMES`."""
    for i in range(len(firms.alive)):
        if firms.alive[i] == 0:
            continue
        mask, sector = np.int64(firms.adopted[i]), np.int64(firms.sector[i])
        cluster = np.int64(firms.city[i]) * sectors + sector
        row = cube[cluster * 4 + firms.tier[i]]
        w = np.float64(firms.weight[i])
        output, capability = np.float64(firms.output[i]), np.float64(firms.capability[i])
        automation = np.float64(firms.automation[i])
        if mask >> ECOMMERCE & 1:
            age = month - np.float64(firms.adopted_month[i, ECOMMERCE])
            grown = age / max(age + numbers.online_ramp, 1.0)
            row[_FIRST] += w * output * numbers.online_share * capability * grown
        odds = scales.new_product_rate * capability
        if mask >> SMART_PRODUCT & 1:
            odds *= 1.0 + numbers.new_product_lift
            age = month - np.float64(firms.adopted_month[i, SMART_PRODUCT])
            row[_FIRST + 2] += w * output * age / max(age + numbers.product_generation, 1.0)
            row[_FIRST + 3] += w * capability
            if mask >> NETWORKING & 1:
                row[_FIRST + 4] += w * capability
        row[_FIRST + 1] += w * output * odds / (1.0 + odds)
        row[_FIRST + 5] += w * output * scales.energy[sector] * scales.energy_factor[mask]
        if mask >> GREEN_IOT & 1:
            row[_FIRST + 6] += w * output
            row[_FIRST + 7] += w * (np.float64(firms.skilled[i]) + np.float64(firms.unskilled[i]))
        row[_FIRST + 8] += w * np.float64(firms.investment[i]) * scales.plant_equipment
        if firms.founded[i] == month:
            row[_FIRST + 9] += w
        if mask & _IT:
            row[_FIRST + 10] += w
        if (
            mask >> NETWORKING & 1
            and automation >= numbers.unmanned_automation
            and firms.adopted_month[i, AUTOMATION] >= 0
        ):
            row[_FIRST + 11] += w
        if mask >> ERP & 1:
            if mask >> ECOMMERCE & 1 or mask >> CLOUD & 1:
                row[_FIRST + 12] += w
            if mask >> ECOMMERCE & 1:
                row[_FIRST + 13] += w
        if firms.pilot[i] != 0 or COUNTS[mask & _SYSTEMS] >= 2.0:
            row[_FIRST + 14] += w
        if mask & _FIVE == _FIVE:
            row[_FIRST + 15] += w
        if mask & _SYSTEMS == _SYSTEMS and automation >= numbers.smart_automation:
            row[_FIRST + 16] += w
        if firms.demonstration[i]:
            applies = np.int64(scales.applicable[sector])
            row[_FIRST + 17] += w * COUNTS[mask & applies]
            row[_FIRST + 18] += w * COUNTS[applies]
