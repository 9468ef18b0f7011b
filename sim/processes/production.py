"""Phase 7: orders, output and deliveries through the supply graph (dynamic input-output).

Orders of a buyer go to its linked suppliers and, for the rest of its coefficient, to the open
market of the sector; final demand goes to the open market, split by market share. Output is the
least of demand, capacity and what the stock of critical inputs allows; short supply is rationed in
proportion (Henriet, Hallegatte & Tabourier 2012; Inoue & Todo 2019; Pichler et al. 2022).
Without binding limits the steady state is the Leontief inverse times final demand.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.bits import sums_of
from sim.core.kernels import njit
from sim.core.table import Array
from sim.processes.context import Context


class Firms(NamedTuple):
    """Columns of `firms` used."""

    alive: Array
    city: Array
    sector: Array
    weight: Array
    skilled: Array
    unskilled: Array
    capital: Array
    productivity: Array
    adopted: Array
    adopted_month: Array
    unit_cost: Array
    share: Array
    demand: Array
    expected_demand: Array
    output: Array
    fill: Array
    stock: Array
    cash: Array


class Sectors(NamedTuple):
    """Columns of `sectors` used."""

    final_demand: Array
    open_demand: Array
    planned: Array
    output: Array
    fill: Array
    unit_cost: Array


VIEWS = {"firms": Firms, "sectors": Sectors}
WRITES = {
    "firms": frozenset(["share", "demand", "expected_demand", "output", "fill", "stock", "cash"]),
    "sectors": frozenset(["open_demand", "planned", "output", "fill", "unit_cost"]),
}


def produce_and_trade(context: Context, firms: Firms, sectors: Sectors) -> None:
    """One round of orders, output and deliveries, with the money that goes with them."""
    if context.mechanisms.production == "off":
        return
    world, numbers = context.world, context.production
    count = world.sectors
    plan = np.zeros((len(firms.alive), 4), dtype=np.float32)
    planned = np.zeros((count, 4))
    _plan(firms, numbers, plan, planned)
    linked = np.zeros(count)
    _collect_orders(firms, world.edges, world.customer_group, plan, linked)
    # What buyers need of a sector and do not order from linked suppliers goes to the open market.
    # [user, input, group]: each input stands in the one group that it is of.
    inputs = np.where(
        np.arange(4) == world.critical_group[:, :, None], world.coefficients.T[:, :, None], 0.0
    )
    needed = np.einsum("uig,ug->i", inputs, planned)
    open_for = needed > linked
    spot = np.where(open_for, needed - linked, 0.0)
    sectors.planned[:] = planned[:, 3]
    sectors.open_demand[:] = sectors.final_demand + spot
    held = np.zeros(count)
    _hold(firms, held)
    # Who is in operation serves the whole market, whoever closed or opened since shares were last
    # counted. Where nobody does, final demand goes unmet here and firms buy what they need outside.
    market_size = np.divide(sectors.open_demand, held, out=np.zeros(count), where=held > 0)
    totals = np.zeros((count, 4))
    _produce(
        firms, numbers, market_size, world.capital_output_ratio, world.critical_binding,
        context.paths["supply_shock"][context.clock.month], totals,
    )  # fmt: skip
    fill = np.divide(
        totals[:, 1], sectors.open_demand, out=np.ones(count), where=sectors.open_demand > 0
    )
    sectors.fill[:] = fill
    sectors.output[:] = totals[:, 0]
    market = np.where(held > 0, np.where(open_for, fill, 0.0), 1.0)
    basket = np.einsum("uig,i->ug", inputs, market)
    # The part bought outside the province is always there; the local part can fail.
    bought = world.coefficients[world.critical, np.arange(count)[:, None]]
    binding = world.critical_binding
    part = np.divide(binding, bought, out=np.zeros(binding.shape), where=bought > 0)
    sure = 1.0 - binding * (1.0 - market[world.critical])
    money = np.zeros(2)
    _receive(
        firms, world.edges, world.supplier_group, binding, sure, part, basket,
        _excess(firms, market), world.imported_share,
        world.energy_share, sums_of(context.technologies.numbers.energy_saving), plan, money,
    )  # fmt: skip
    replaced = float(spot[held <= 0].sum())
    money += (-replaced, replaced)
    sectors.unit_cost[:] = np.divide(
        totals[:, 3], totals[:, 2], out=np.zeros(count), where=totals[:, 2] > 0
    )
    _move_shares(context, firms, sectors)
    _book(context, sectors, fill, totals, money)


def _move_shares(context: Context, firms: Firms, sectors: Sectors) -> None:
    """Replicator on unit cost, new sales channels and unfilled orders, then renormalise."""
    numbers, tech = context.production, context.technologies.numbers
    sums = np.zeros(context.world.sectors)
    # New sales come in at the speed of the replicator and are then complete: the gain is a level.
    since = context.clock.month - 12.0 / max(numbers.replicator, 1e-9)
    _replicate(
        firms, sectors.unit_cost, numbers.replicator / 12.0, numbers.unfilled_penalty / 12.0,
        tech.sales_gain, since, sums,
    )  # fmt: skip
    _normalise(firms, sums)


def _book(context: Context, sectors: Sectors, fill: Array, totals: Array, money: Array) -> None:
    """Money of the month's trade, and the identity that what is sold is what is bought."""
    flows = context.flows
    revenue, local, outside = float(totals[:, 0].sum()), float(money[0]), float(money[1])
    final = sectors.final_demand * fill
    abroad = float((final * context.world.export_share).sum())
    flows.book("firms", "firms", "intermediate", local)
    flows.book("households", "firms", "final_demand", final.sum() - abroad)
    flows.book("rest_of_world", "firms", "final_demand", abroad)
    flows.book("firms", "rest_of_world", "outside_inputs", outside)
    flows.agree("goods sold = goods bought", revenue, local + float(final.sum()), revenue)


@njit(nogil=True, cache=True)
def _plan(firms: Any, numbers: Any, plan: Any, planned: Any) -> None:
    """Input orders of a row in output equivalents: plan[:, g] by critical group, plan[:, 3] rest.

    They are totals of the real firms that the row stands for, so buyer and supplier read the same
    number and the goods add up.
    """
    adjust = numbers.inventory_adjustment
    for i in range(len(firms.alive)):
        if firms.alive[i] == 0:
            continue
        expected = np.float64(firms.expected_demand[i])
        weight, sector = np.float64(firms.weight[i]), firms.sector[i]
        plan[i, 3] = weight * expected
        planned[sector, 3] += plan[i, 3]
        for g in range(3):
            level = expected
            if adjust > 0.0:
                level += (numbers.inventory_months * expected - firms.stock[i, g]) / adjust
            plan[i, g] = weight * max(0.0, level)
            planned[sector, g] += plan[i, g]


@njit(nogil=True, cache=True)
def _collect_orders(firms: Any, edges: Any, group: Any, plan: Any, linked: Any) -> None:
    """Orders from linked customers, per real firm; their totals by sector."""
    for j in range(len(firms.alive)):
        if firms.alive[j] == 0:
            # Orders to a firm that has closed go to the open market instead.
            firms.demand[j] = 0.0
            continue
        total = 0.0
        for position in range(edges.customer_start[j], edges.customer_start[j + 1]):
            level = plan[edges.customers[position], group[position]]
            total += np.float64(edges.customer_weight[position]) * level
        firms.demand[j] = total / firms.weight[j]
        linked[firms.sector[j]] += total


@njit(nogil=True, cache=True)
def _produce(
    firms: Any, numbers: Any, market_size: Any, ratio: Any, binding: Any, left: Any, totals: Any
) -> None:
    """Output and fill; totals by sector: revenue, open deliveries, output, cost.

    `market_size` (S,) is the open demand for each unit of the shares held by firms in operation,
    `left` (C, S) the capacity that a shock leaves to each cluster.
    """
    alpha = numbers.expectation_weight
    for i in range(len(firms.alive)):
        if firms.alive[i] == 0:
            firms.output[i] = 0.0
            firms.fill[i] = 0.0
            continue
        sector, weight = firms.sector[i], np.float64(firms.weight[i])
        from_market = np.float64(firms.share[i]) * market_size[sector]
        demand = firms.demand[i] + from_market
        people = np.float64(firms.skilled[i]) + np.float64(firms.unskilled[i])
        hours = np.float64(firms.productivity[i]) * people
        capacity = numbers.overtime * min(hours, firms.capital[i] / ratio[sector]) / 12.0
        output = min(demand, capacity * left[firms.city[i], sector])
        for g in range(3):
            # `stock` counts the output it suffices for.
            if binding[sector, g] > 0.0 and firms.stock[i, g] < output:
                output = np.float64(firms.stock[i, g])
        fill = np.float32(1.0)
        if output < demand:
            fill = np.float32(output / demand)
        sold = demand * np.float64(fill)
        firms.demand[i] = demand
        firms.fill[i] = fill
        firms.output[i] = sold
        firms.expected_demand[i] += alpha * (demand - firms.expected_demand[i])
        firms.cash[i] += sold
        totals[sector, 0] += weight * sold
        totals[sector, 1] += weight * from_market * np.float64(fill)
        totals[sector, 2] += weight * firms.output[i]
        totals[sector, 3] += weight * firms.output[i] * firms.unit_cost[i]


@njit(nogil=True, cache=True)
def _receive(
    firms: Any,
    edges: Any,
    group: Any,
    binding: Any,
    sure: Any,
    part: Any,
    basket: Any,
    excess: Any,
    imported: Any,
    energy_share: Any,
    energy_saving: Any,
    plan: Any,
    money: Any,
) -> None:
    """Deliveries to buyers: stocks of critical inputs, and what is paid here and outside.

    `basket` (S, 4) is what the open market delivers per unit of plan by group; linked suppliers
    deliver `excess` more (or less) than the market on their part of it. Of a critical input
    arrive `sure` (S, 3) per unit planned if links do as the market does, and `part` (S, 3) of what
    they bring more.
    """
    more = np.zeros(4)
    for i in range(len(firms.alive)):
        if firms.alive[i] == 0:
            continue
        user, weight = firms.sector[i], np.float64(firms.weight[i])
        more[:] = 0.0
        for position in range(edges.supplier_start[i], edges.supplier_start[i + 1]):
            bought = np.float64(edges.supplier_weight[position])
            more[group[position]] += bought * excess[edges.suppliers[position]]
        paid = 0.0
        for g in range(4):
            paid += np.float64(plan[i, g]) * (basket[user, g] + more[g])
        for g in range(3):
            if binding[user, g] > 0.0:
                received = plan[i, g] / weight * (sure[user, g] + part[user, g] * more[g])
                firms.stock[i, g] = max(0.0, firms.stock[i, g] + received - firms.output[i])
        saved = min(energy_saving[firms.adopted[i]], 0.5)
        rate = max(0.0, imported[user] - energy_share[user] * saved)
        outside = np.float64(firms.output[i]) * rate
        firms.cash[i] -= paid / weight + outside
        money[0] += paid
        money[1] += weight * outside


@njit(nogil=True, cache=True)
def _excess(firms: Any, market: Any) -> Any:
    """Fill of each supplier less that of its open market, (n,); 0 for firms that closed."""
    excess = np.zeros(len(firms.alive))
    for i in range(len(excess)):
        if firms.alive[i]:
            excess[i] = np.float64(firms.fill[i]) - market[firms.sector[i]]
    return excess


@njit(nogil=True, cache=True)
def _hold(firms: Any, held: Any) -> None:
    """Add up the shares that firms in operation hold of their sector's market, (S,)."""
    for i in range(len(firms.alive)):
        if firms.alive[i]:
            held[firms.sector[i]] += np.float64(firms.weight[i]) * firms.share[i]


@njit(nogil=True, cache=True)
def _normalise(firms: Any, sums: Any) -> None:
    """Make weighted shares of the firms in operation add to one in each sector.

    A vacant place keeps the share that its firm held when it closed: a newcomer starts from a part
    of it, as it does with orders and plant.
    """
    for i in range(len(firms.alive)):
        whole = sums[firms.sector[i]]
        if firms.alive[i] and whole > 0.0:
            firms.share[i] = firms.share[i] / whole


@njit(nogil=True, cache=True)
def _replicate(
    firms: Any, mean_cost: Any, speed: Any, penalty: Any, sales_gain: Any, since: Any, sums: Any
) -> None:
    for i in range(len(firms.alive)):
        if firms.alive[i] == 0:
            continue
        sector = firms.sector[i]
        mean = mean_cost[sector]
        edge = 0.0
        if mean > 0.0:
            edge = speed * (1.0 - firms.unit_cost[i] / mean)
        edge -= penalty * (1.0 - firms.fill[i])
        for k in range(8):
            used = sales_gain[k] > 0.0 and (firms.adopted[i] >> k) & 1
            if used and firms.adopted_month[i, k] > since:
                edge += speed * sales_gain[k]
        firms.share[i] = firms.share[i] * max(0.5, min(1.5, 1.0 + edge))
        sums[sector] += np.float64(firms.weight[i]) * firms.share[i]
