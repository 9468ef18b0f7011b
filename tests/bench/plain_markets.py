"""Trade, credit, labour and cities of the plain twin; see plain_mesa.py."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Any

import mesa
import numpy as np

from sim.model import Province
from tests.bench import plain_programmes


class PlainProvider(mesa.Agent):
    """One provider: teams, queue, price."""

    def __init__(self, model: Any, row: int, columns: dict[str, Any]) -> None:
        super().__init__(model)
        self.row = row
        for name, values in columns.items():
            setattr(self, name, values[row])


class PlainCity(mesa.Agent):
    """One city: labour market, bank and lessor."""

    def __init__(self, model: Any, row: int, cities: Any) -> None:
        super().__init__(model)
        self.row = row
        self.wage = float(cities.wage[row])
        self.force = [float(cities.labour_skilled[row]), float(cities.labour_unskilled[row])]
        self.unemployed = [
            float(cities.unemployed_skilled[row]), float(cities.unemployed_unskilled[row]),
        ]  # fmt: skip
        self.bank_funds = float(cities.bank_funds[row])
        self.lease_funds = float(cities.lease_funds[row])
        self.wage_base = self.wage
        self.asked = [0.0, 0.0]
        self.bank_approval = self.lease_approval = 1.0
        self.lent = self.leased = self.refused = self.output = 0.0
        self.hire = [1.0, 1.0]


def _plain(table: Any) -> dict[str, Any]:
    """Columns as lists of Python numbers."""
    return {name: array.tolist() for name, array in table.arrays().items()}


def take_over(model: Any, province: Province, firm_type: type) -> None:
    """Copy the state of a province that has not run into agents."""
    world, context = province.world, province.branch().context
    model.context, model.month = context, 0
    model.policies, model.codes = province.settings.instruments, province.data.codes
    model.sectors, model.uid_stride = world.sectors, world.uid_stride
    columns = _plain(world.tables["firms"])
    model.firms = [firm_type(model, row, columns) for row in range(world.tables["firms"].rows)]
    columns = _plain(world.tables["providers"])
    rows = world.tables["providers"].rows
    model.providers = [PlainProvider(model, row, columns) for row in range(rows)]
    model.cities = [PlainCity(model, row, world.tables["cities"]) for row in range(world.cities)]
    edges = world.edges
    for firm in model.firms:
        for p in range(edges.supplier_start[firm.row], edges.supplier_start[firm.row + 1]):
            one = model.firms[int(edges.suppliers[p])]
            firm.suppliers.append(
                (one, float(edges.supplier_weight[p]), int(world.supplier_group[p]))
            )
        for p in range(edges.customer_start[firm.row], edges.customer_start[firm.row + 1]):
            one = model.firms[int(edges.customers[p])]
            firm.customers.append(
                (one, float(edges.customer_weight[p]), int(world.customer_group[p]))
            )
    model.tech = {
        name: value.tolist() for name, value in context.technologies.numbers._asdict().items()
    }
    model.applicable = world.applicable.tolist()
    model.energy_share, model.saving = world.energy_share.tolist(), world.automation_saving.tolist()
    model.skilled_share = world.skilled_share.tolist()
    model.capital_ratio = world.capital_output_ratio.tolist()
    model.imported = world.imported_share.tolist()
    model.coefficients = world.coefficients.tolist()
    model.material = (world.coefficients.sum(axis=0) + world.imported_share).tolist()
    model.critical, model.group = world.critical.tolist(), world.critical_group.tolist()
    model.binding = world.critical_binding.tolist()
    model.distance = world.distance.tolist()
    model.unit_cost = [0.0] * world.sectors
    model.awards, model.pending, model.success = [], [], {}
    model.public = context.public
    model.experience_base = None
    model.contracts = []
    count(model)


def begin_month(model: Any) -> None:
    """Final demand, the price of robots, interest."""
    paths, month, world = model.context.paths, model.month, model.context.world
    for firm in model.firms:
        firm.investment = 0.0
    model.final = []
    for s in range(model.sectors):
        export, services = float(world.export_share[s]), float(world.service_share[s])
        index = (
            export * paths["export_demand"][month] / paths["export_demand"][0]
            + services * paths["services_demand"][month] / paths["services_demand"][0]
            + (1.0 - export - services) * paths["domestic_demand"][month]
            / paths["domestic_demand"][0]
        )  # fmt: skip
        model.final.append(float(world.base_demand[s] * index * paths["demand_shock"][month][s]))
    robots = float(paths["robot_price"][month] / paths["robot_price"][0])
    model.tech["world_price"][0] = 1.0 - 1.0 / 3.05 + robots / 3.05
    model.lending_rate = float(paths["lending_rate"][month])


def set_hazards(model: Any) -> None:
    """Hazard of hearing by cluster, before what comes along links; what counties add."""
    numbers = model.context.information
    counties = len(model.context.world.shared["county_city"])
    firms_there, shown_there = [0.0] * counties, [[0.0] * 8 for _ in range(counties)]
    for firm in model.firms:
        if firm.alive:
            firms_there[firm.county] += firm.weight
            for k in range(8):
                shown_there[firm.county][k] += firm.weight * ((firm.demonstration >> k) & 1)
    model.local = [
        [numbers.county_demonstrations * min(10.0 * one / max(every, 1e-9), 1.0) for one in shown]
        for every, shown in zip(firms_there, shown_there, strict=True)
    ]
    model.hazard = []
    for cluster, firms in enumerate(model.cluster_firms):
        city = cluster // model.sectors
        every = max(firms, 1e-9)
        row = []
        for k in range(8):
            shown = min(model.cluster_shown[cluster][k] / every * 10.0, 1.0)
            near = model.density[city][model.tech["kind"][k]]
            row.append(
                numbers.innovation
                + numbers.cluster_peers * model.cluster_adopters[cluster][k] / every
                + numbers.demonstrations * shown
                + numbers.marketing * near
            )
        model.hazard.append(row)


def open_credit(model: Any) -> None:
    """Approval rates, lease rate, and the pull of providers on each city."""
    support = model.instruments.leases[0] if model.instruments.leases else None
    model.discount = support.discount if support else 0.0
    model.lease_rate = max(
        0.0, model.lending_rate + model.context.finance.lease_premium - model.discount
    )
    for city in model.cities:
        bank = city.bank_funds / city.asked[0] if city.asked[0] > 0 else 1.0
        lessor = city.lease_funds / city.asked[1] if city.asked[1] > 0 else 1.0
        city.bank_approval, city.lease_approval = (min(max(x, 0.0), 1.0) for x in (bank, lessor))
        city.lent = city.leased = city.refused = city.output = 0.0
    for provider in model.providers:
        provider.orders = 0.0
    ordered = sorted(model.providers, key=lambda provider: provider.kind)
    model.by_kind = ordered
    model.kind_start = [sum(p.kind < kind for p in ordered) for kind in range(9)]
    half = model.context.providers.distance_half
    model.reach = []
    for city in model.cities:
        total, reach = 0.0, []
        for p in ordered:
            pull = p.teams * p.weight * (p.alive == 1) / p.price**2 / (1.0 + p.wait / 6.0)
            total += pull * 2.0 ** (-model.distance[city.row][p.city] / half) + 1e-12
            reach.append(total)
        model.reach.append(reach)

    def pick(city: int, kind: int, chance: float) -> Any:
        low, high = model.kind_start[kind], model.kind_start[kind + 1]
        if low == high:
            return None
        reach = model.reach[city]
        before = reach[low - 1] if low > 0 else 0.0
        wanted = before + chance * (reach[high - 1] - before)
        return model.by_kind[min(bisect_right(reach, wanted, low, high), high - 1)]

    model.pick = pick


def close_credit(model: Any) -> None:
    """Books of the month's orders; interest support for leases."""
    for city in model.cities:
        city.bank_funds -= city.lent
        city.lease_funds -= city.leased
        city.asked = [city.lent + city.refused, city.leased + city.refused]
    plain_programmes.support_leases(model, sum(city.leased for city in model.cities))


def produce_and_trade(model: Any) -> None:
    """Orders, output, deliveries, and the money that goes with them."""
    numbers, size = model.context.production, model.sectors
    planned = [[0.0] * 4 for _ in range(size)]
    for firm in model.firms:
        firm.plan = [0.0] * 4
        if not firm.alive:
            continue
        for g in range(4):
            level = firm.expected_demand
            if g < 3 and numbers.inventory_adjustment > 0:
                target = numbers.inventory_months * firm.expected_demand
                level += (target - firm.stock[g]) / numbers.inventory_adjustment
            firm.plan[g] = firm.weight * max(0.0, level)
            planned[firm.sector][g] += firm.plan[g]
    linked = [0.0] * size
    for firm in model.firms:
        firm.demand = 0.0
        if firm.alive:
            total = sum(weight * c.plan[g] for c, weight, g in firm.customers)
            firm.demand = total / firm.weight
            linked[firm.sector] += total
    needed = [
        sum(model.coefficients[s][u] * planned[u][model.group[u][s]] for u in range(size))
        for s in range(size)
    ]
    market_open = [needed[s] > linked[s] for s in range(size)]
    demand = [
        model.final[s] + (needed[s] - linked[s] if market_open[s] else 0.0) for s in range(size)
    ]
    held = [0.0] * size
    for firm in model.firms:
        if firm.alive:
            held[firm.sector] += firm.weight * firm.share
    delivered, output, cost = [0.0] * size, [0.0] * size, [0.0] * size
    for firm in model.firms:
        if not firm.alive:
            firm.output = firm.fill = 0.0
            continue
        s = firm.sector
        from_market = firm.share * demand[s] / held[s] if held[s] > 0.0 else 0.0
        asked = firm.demand + from_market
        hours = firm.productivity * (firm.skilled + firm.unskilled)
        plant = firm.capital / model.capital_ratio[s]
        made = min(asked, numbers.overtime * min(hours, plant) / 12.0)
        for g in range(3):
            if model.binding[s][g] > 0.0 and firm.stock[g] < made:
                made = firm.stock[g]
        firm.fill = made / asked if made < asked else 1.0
        firm.demand, firm.output = asked, asked * firm.fill
        firm.expected_demand += numbers.expectation_weight * (asked - firm.expected_demand)
        firm.cash += firm.output
        delivered[s] += firm.weight * from_market * firm.fill
        output[s] += firm.weight * firm.output
        cost[s] += firm.weight * firm.output * firm.unit_cost
    fill = [delivered[s] / demand[s] if demand[s] > 0 else 1.0 for s in range(size)]
    market = [(fill[s] if market_open[s] else 0.0) if held[s] > 0.0 else 1.0 for s in range(size)]
    for firm in model.firms:
        if firm.alive:
            _receive(model, firm, market)
    sums = [0.0] * size
    for firm in model.firms:
        if not firm.alive:
            continue
        mean = cost[firm.sector] / max(output[firm.sector], 1e-300)
        since = model.month - 12.0 / max(numbers.replicator, 1e-9)
        reach = sum(
            model.tech["sales_gain"][k]
            for k in range(8)
            if (firm.adopted >> k) & 1 and firm.adopted_month[k] > since
        )
        speed = numbers.replicator / 12.0
        edge = speed * (1.0 - firm.unit_cost / mean) if mean > 0.0 else 0.0
        edge += speed * reach - numbers.unfilled_penalty / 12.0 * (1.0 - firm.fill)
        firm.share *= max(0.5, min(1.5, 1.0 + edge))
        sums[firm.sector] += firm.weight * firm.share
    for firm in model.firms:
        if firm.alive and sums[firm.sector] > 0.0:
            firm.share /= sums[firm.sector]


def _receive(model: Any, firm: Any, market: list[float]) -> None:
    """Deliveries to one buyer and what it pays."""
    user = firm.sector
    more = [0.0] * 4
    for other, weight, g in firm.suppliers:
        if other.alive:
            more[g] += weight * (other.fill - market[other.sector])
    paid = 0.0
    for s in range(model.sectors):
        paid += firm.plan[model.group[user][s]] * model.coefficients[s][user] * market[s]
    for g in range(4):
        paid += firm.plan[g] * more[g]
    for g in range(3):
        bound = model.binding[user][g]
        if bound > 0.0:
            source = model.critical[user][g]
            local = market[source] + more[g] / model.coefficients[source][user]
            received = firm.plan[g] / firm.weight * (1.0 - bound * (1.0 - local))
            firm.stock[g] = max(0.0, firm.stock[g] + received - firm.output)
    saved = sum(model.tech["energy_saving"][k] for k in range(8) if (firm.adopted >> k) & 1)
    rate = max(0.0, model.imported[user] - model.energy_share[user] * min(saved, 0.5))
    firm.cash -= paid / firm.weight + firm.output * rate


def match_labour(model: Any) -> None:
    """Mobility, separations, matching and wages."""
    numbers = model.context.labour
    for skill in (0, 1):
        pool = sum(city.unemployed[skill] for city in model.cities)
        force = sum(city.force[skill] for city in model.cities)
        for city in model.cities:
            have = city.unemployed[skill]
            moved = numbers.mobility * (pool * city.force[skill] / max(force, 1e-9) - have)
            surplus = have - numbers.normal_unemployment * city.force[skill]
            moved = max(moved - numbers.sector_mobility * surplus, -have)
            city.unemployed[skill] += moved
            city.force[skill] += moved
    vacancies = [[0.0, 0.0] for _ in model.cities]
    for firm in model.firms:
        if not firm.alive:
            continue
        city = model.cities[firm.city]
        skilled, unskilled = firm.wanted()
        for skill, name, want in ((0, "skilled", skilled), (1, "unskilled", unskilled)):
            have = getattr(firm, name)
            if have > want:
                setattr(firm, name, have - numbers.firing_speed * (have - want))
                city.unemployed[skill] += firm.weight * (have - getattr(firm, name))
            else:
                open_posts = numbers.hiring_speed * (want - have)
                vacancies[firm.city][skill] += firm.weight * open_posts
    for city in model.cities:
        for skill in (0, 1):
            free = numbers.matching * city.unemployed[skill]
            city.hire[skill] = min(max(free / max(vacancies[city.row][skill], 1e-9), 0.0), 1.0)
    for firm in model.firms:
        if not firm.alive:
            continue
        city = model.cities[firm.city]
        skilled, unskilled = firm.wanted()
        for skill, name, want in ((0, "skilled", skilled), (1, "unskilled", unskilled)):
            have = getattr(firm, name)
            if have < want:
                hired = numbers.hiring_speed * (want - have) * city.hire[skill]
                setattr(firm, name, have + hired)
                city.unemployed[skill] -= firm.weight * hired
    path, month = model.context.paths["wage"], model.month
    drift = float(path[month] / path[max(month - 1, 0)])
    least = float(model.context.paths["minimum_wage"][month])
    for city in model.cities:
        jobless = sum(city.unemployed) / max(sum(city.force), 1e-9)
        tightness = max(jobless, 0.002) / numbers.normal_unemployment
        wanted = city.wage_base * float(path[month] / path[0]) * tightness**-numbers.wage_curve
        city.wage = max(city.wage * drift + (wanted - city.wage * drift) / 12.0, least)


def prepare_growth(model: Any) -> None:
    """Means that a firm compares itself with, and gains as they stood."""
    turn = (model.context.clock.start + model.month) % 12
    weights = [0.0] * (len(model.cities) * model.sectors)
    gains = list(weights)
    means = [[[0.0, 0.0], [0.0, 0.0]] for _ in range(model.sectors)]
    for firm in model.firms:
        firm.gain_before = firm.gain
        if not firm.alive:
            continue
        cluster = firm.city * model.sectors + firm.sector
        weights[cluster] += firm.weight
        gains[cluster] += firm.weight * firm.gain
        if firm.uid % 12 == turn:
            mean = means[firm.sector][1 if firm.tier >= 2 else 0]
            mean[0] += firm.weight
            mean[1] += firm.weight * math.log(max(firm.efficiency, 1e-9))
    model.cluster_gain = [g / max(w, 1e-9) for g, w in zip(gains, weights, strict=True)]
    model.log_mean = [[m[1] / max(m[0], 1e-9) for m in pair] for pair in means]


def refill_credit(model: Any) -> None:
    """Lending quotas accrue monthly and do not pile up for long."""
    finance = model.context.finance
    guarantee = sum(support.guarantee for support in model.instruments.leases)
    for city in model.cities:
        month = finance.bank_funds * city.output
        city.bank_funds = min(max(city.bank_funds, 0.0) + month, 6.0 * month)
        month = finance.lessor_funds * (1.0 + guarantee) * city.output
        city.lease_funds = min(max(city.lease_funds, 0.0) + month, 6.0 * month)


def count(model: Any) -> None:
    """Clusters' firms, adopters and demonstrations; density of providers."""
    clusters = len(model.cities) * model.sectors
    model.cluster_firms = [0.0] * clusters
    model.cluster_adopters = [[0.0] * 8 for _ in range(clusters)]
    model.cluster_shown = [[0.0] * 8 for _ in range(clusters)]
    for firm in model.firms:
        if not firm.alive:
            continue
        cluster = firm.city * model.sectors + firm.sector
        model.cluster_firms[cluster] += firm.weight
        for k in range(8):
            if (firm.adopted >> k) & 1:
                model.cluster_adopters[cluster][k] += firm.weight
            if (firm.demonstration >> k) & 1:
                model.cluster_shown[cluster][k] += firm.weight
    density = np.zeros((len(model.cities), 7))
    for provider in model.providers:
        density[provider.city, provider.kind] += provider.weight * (provider.alive == 1)
    mean = np.maximum(density.mean(axis=0), 1e-9)
    model.density = np.minimum(density / mean, 3.0).tolist()
