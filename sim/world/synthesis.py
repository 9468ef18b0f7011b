"""The synthetic population: firms, providers and cities that add up to the published totals.

City x sector cells come balanced from the data; size follows a lognormal body with a Pareto tail
above 1,000 employees, class counts exact; output per employee is lognormal within sectors and raked
to the output of sectors and cities. All draws are keyed by row, so the same arguments give the same
bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from sim.core.edges import Edges
from sim.core.streams import month_key, uniforms
from sim.core.table import Array, Table
from sim.world.data import ProvinceData
from sim.world.economy import Economy
from sim.world.tables import (
    CITIES,
    FIRMS,
    GREEN_IOT,
    PROVIDERS,
    SMART_PRODUCT,
)

LOG_MEAN, LOG_SD = 4.449, 1.133
"""Lognormal body of above-scale employees, fitted to the class counts of 2013 (derived)."""
TAIL_EXPONENT = 1.06
"""CCDF exponent of employees above 1,000 (Axtell 2001: 1.059 for US firms)."""
LARGEST = 40_000.0
"""No larger industrial firm was in the province (recalled)."""
WITHIN_SECTOR_SD = 0.45
"""Standard deviation of log output per employee: 90/10 ratio 3.2 (Hsieh & Klenow 2009: above 3)."""


@dataclass(frozen=True)
class PopulationParameters:
    """What a scenario may set about the population; the rest is data.

    Of the links drawn some are alike and merged, so `suppliers_mean` lies above the mean degree of
    8; the floor of three links flattens `degree_elasticity` to 0.3. Suppliers in a cluster draw
    customers by output to the power of `attraction`. Between cities links thin out with
    `(1 + d / distance_scale)^-distance_power`, inside one by county with `county_scale`, in km:
    together half of them within 30-40 km (network_facts.csv).
    """

    below_scale_rows: int = 10_000
    initial_adoption: float = 1.0
    initial_awareness: float = 1.0
    suppliers_mean: float = 8.5
    degree_elasticity: float = 0.6
    suppliers_tail: float = 1.4
    attraction: float = 1.1
    distance_scale: float = 30.0
    distance_power: float = 1.4
    county_scale: float = 8.0
    county_power: float = 2.0
    link_cover: float = 0.6
    longest_share: float = 0.7


@dataclass
class Population:
    """A population and its supply edges.

    `final_demand` (S,) 10k CNY a month keeps output at the Leontief solution; `applicable` (S,)
    bits of the technologies that make sense in a sector; `labels` the nodes of a user's graph;
    `economy` the table as firms of a user's graph can supply it, if there is one. Money is that of
    the first month if `at_start`, otherwise of the base year. `notes` are lines for the manifest,
    `made` is the output of all firms as a run starts from them, 10k CNY a month.
    """

    firms: Table
    providers: Table
    cities: Table
    edges: Edges
    final_demand: Array
    applicable: Array
    labels: tuple[Any, ...] | None = None
    economy: Economy | None = None
    at_start: bool = False
    notes: tuple[str, ...] = ()
    made: float = 0.0


def round_to_total(values: Array, total: int) -> Array:
    """Whole numbers near `values` that add to `total` (largest remainders, ties by position)."""
    scaled = values * (total / max(values.sum(), 1e-12))
    whole: Array = np.ascontiguousarray(np.floor(scaled).astype(np.int64))
    order = np.argsort(-(scaled - whole).ravel(), kind="stable")[: total - int(whole.sum())]
    whole.ravel()[order] += 1
    return whole


def round_to_margins(values: Array, total: int) -> Array:
    """Whole numbers near `values` (C, S) that add to `total` and, within one, to both margins.

    Every sector that has firms keeps at least one, so that no good is without a maker at any scale.
    """
    by_sector = round_to_total(values.sum(axis=0), total)
    for s in np.flatnonzero((by_sector == 0) & (values.sum(axis=0) > 0)):
        by_sector[by_sector.argmax()] -= 1
        by_sector[s] = 1
    by_city = round_to_total(values.sum(axis=1), total)
    scaled = values * (by_sector / np.maximum(values.sum(axis=0), 1e-12))
    whole: Array = np.floor(scaled + 1e-9).astype(np.int64)
    for c in np.flatnonzero(whole.sum(axis=1) > by_city):
        for s in np.argsort(scaled[c] - whole[c], kind="stable"):
            if whole[c].sum() > by_city[c] and whole[c, s] > 0:
                whole[c, s] -= 1
    order = np.argsort(-(scaled - whole).ravel(), kind="stable")
    # First where the remainder is largest, then wherever both margins still lack a firm.
    for once in (True, False):
        for c, s in zip(*np.unravel_index(order, values.shape), strict=True):
            lack = min(by_city[c] - whole[c].sum(), by_sector[s] - whole[:, s].sum())
            if lack > 0 and values[c, s] > 0:
                whole[c, s] += 1 if once else lack
    return whole


def above_scale_rows(data: ProvinceData, scale: float) -> Array:
    """Rows of above-scale firms by city and sector at a scale, (C, S)."""
    return round_to_margins(data.cell_firms, max(22, round(float(data.cell_firms.sum()) * scale)))


def make_rows(data: ProvinceData, scale: float, seed: int, settings: PopulationParameters) -> Table:
    """The firm table with place, sector, size and output; adoption and finance come after."""
    below = max(22, round(settings.below_scale_rows * scale))
    cells = np.stack(
        [
            above_scale_rows(data, scale),
            round_to_margins(data.cell_firms, below - below // 2),
            round_to_margins(data.cell_firms, below // 2),
        ]
    )
    kinds, cities, sectors = np.indices(cells.shape)
    count = cells.ravel()
    group = np.repeat(kinds.ravel(), count)
    city = np.repeat(cities.ravel(), count)
    sector = np.repeat(sectors.ravel(), count)
    county = _counties(data, city, sector, group, seed)
    order = np.lexsort((group, sector, county, city))
    group, city, sector, county = group[order], city[order], sector[order], county[order]
    rows = len(group)
    firms = Table("firms", FIRMS, rows)
    write = firms.writable
    write("uid")[:] = np.arange(rows) + 12
    write("city")[:], write("sector")[:], write("county")[:] = city, sector, county
    sizes = data.sizes
    real = [float(sizes["firms"][:4].sum()), *(float(n) for n in sizes["firms"][4:6])]
    # Below scale a row stands for its sector's share of the real firms, so that the few rows of a
    # small sector count for no more than they should at any scale.
    counts = np.bincount(group * len(data.economy.codes) + sector, minlength=cells[:, 0].size)
    share = data.cell_firms.sum(axis=0) / data.cell_firms.sum()
    weights = np.array(real)[:, None] * share / np.maximum(counts.reshape(3, -1), 1)
    weights[0] = real[0] / max(int((group == 0).sum()), 1)
    write("weight")[:] = weights[group, sector]
    employees, size = _employees(data, firms, group, seed)
    write("tier")[:] = sizes["tier"][size]
    _output(data, firms, employees, size, group, seed)
    return firms


def _draw(firms: Table, seed: int, name: str, slot: int = 0) -> Array:
    return uniforms(month_key(seed, f"population {name}", 0), firms.uid, slot)


def _normal(firms: Table, seed: int, name: str, slot: int = 0) -> Array:
    normal: Array = ndtri(np.clip(_draw(firms, seed, name, slot), 1e-12, 1 - 1e-12))
    return normal


def _counties(data: ProvinceData, city: Array, sector: Array, group: Array, seed: int) -> Array:
    """County of each row: eight times as likely where the county is known for the sector."""
    counties = data.counties
    home, special = counties["city"], counties["specialised"]
    pull = np.ones((len(home), len(data.economy.codes)))
    for row, marks in enumerate(special):
        for code in marks:
            pull[row, data.economy.codes.index(code)] = 8.0
    key = month_key(seed, "population county", 0)
    draw = uniforms(key, np.arange(len(city), dtype=np.uint32))
    chosen = np.zeros(len(city), dtype=np.int64)
    for c in range(len(data.cities["code"])):
        members = np.flatnonzero(home == c)
        reach = np.cumsum(pull[members], axis=0)
        reach /= reach[-1]
        rows = np.flatnonzero(city == c)
        place = (draw[rows][:, None] >= reach[:, sector[rows]].T).sum(axis=1)
        chosen[rows] = members[np.minimum(place, len(members) - 1)]
    return chosen


def _employees(data: ProvinceData, firms: Table, group: Array, seed: int) -> tuple[Array, Array]:
    """Employees and size class of each row; class counts exact, sectors and cities close."""
    sizes, rows = data.sizes, firms.rows
    size = np.zeros(rows, dtype=np.int64)
    employees = np.zeros(rows)
    latent = _normal(firms, seed, "size")
    above = np.flatnonzero(group == 0)
    counts = round_to_total(sizes["firms"][:4], len(above))
    keys = (firms.sector[above].astype(np.int64), firms.city[above].astype(np.int64))
    targets = (data.cell_employees.sum(axis=0), data.cell_employees.sum(axis=1))
    lifts = []
    for axis, target in enumerate(targets):
        mean = np.maximum(target / np.maximum(data.cell_firms.sum(axis=axis), 1e-9), 1.0)
        lifts.append(np.log(mean) - np.log(mean).mean())
    weight = firms.weight[above].astype(np.float64)
    # What the firms of a row's city and sector employ, over the firms that the row stands for; where
    # rows are so few that one stands for firms elsewhere too, the mean of its sector or its city.
    room = data.cell_employees[keys[1], keys[0]] / weight
    for key, target in zip(keys, targets, strict=True):
        room = np.maximum(room, (target / np.bincount(key, weight, len(target)).clip(1e-9))[key])
    power = _body_power(sizes, float(targets[0].sum()))
    step = 0.7
    for _ in range(15):
        rank = np.empty(len(above))
        score = LOG_SD * latent[above] + lifts[0][keys[0]] + lifts[1][keys[1]]
        rank[_by_size(score, room, counts, sizes)] = (np.arange(len(above)) + 0.5) / len(above)
        people, classes = _size_of_rank(rank, counts, sizes, power)
        for lift, key, target in zip(lifts, keys, targets, strict=True):
            got = np.bincount(key, weights=weight * people, minlength=len(target))
            # Small steps at the end settle which firm is the last of its class.
            lift += step * np.clip(np.log(target / np.maximum(got, 1.0)), -1.0, 1.0)
        step *= 0.9
    people = _settle(people, classes, weight, keys, targets, room, sizes)
    employees[above], size[above] = people, classes
    for place, kind in ((4, 1), (5, 2)):
        members = np.flatnonzero(group == kind)
        low, high = sizes["employees_low"][place], sizes["employees_high"][place]
        middle = sizes["mean_employees"][place]
        employees[members] = np.clip(middle * np.exp(0.5 * latent[members] - 0.125), low, high)
        size[members] = place
    return employees, size


def _by_size(score: Array, room: Array, counts: Array, sizes: dict[str, Any]) -> Array:
    """Rows from the largest to the smallest, by score, where their city and sector have room.

    At a small scale a row of the largest class stands for more people than a small city has in most
    sectors. There it would take the place of the city's other firms, which then fail: so rows are
    of classes whose smallest firm fits in, as long as there are others to take the larger ones.
    """
    best = np.argmax(sizes["employees_low"][:4, None] <= np.maximum(room, 5.0), axis=0)
    left = np.argsort(-score, kind="stable")
    chosen = []
    for place, count in enumerate(counts[:3]):
        # Those that fit in come first; each part stays in the order of the scores.
        order = np.argsort(np.maximum(best[left] - place, 0), kind="stable")
        taken = np.sort(order[:count])
        chosen.append(left[taken])
        left = np.delete(left, taken)
    return np.concatenate([*chosen, left])


def _settle(
    people: Array, classes: Array, weight: Array, keys: tuple[Array, Array],
    targets: tuple[Array, Array], room: Array, sizes: dict[str, Any],
) -> Array:  # fmt: skip
    """Employees moved inside their size classes to the totals of sectors and cities.

    A row grows beyond the `room` of its city and sector only for what the totals then still lack.
    """
    low = sizes["employees_low"][classes]
    high = np.array([LARGEST, *(sizes["employees_high"][1:4] - 0.5)])[classes]
    for most in (np.maximum(np.minimum(high, room), low), high):
        for _ in range(30):
            for key, target in zip(reversed(keys), reversed(targets), strict=True):
                got = np.bincount(key, weights=weight * people, minlength=len(target))
                people = np.clip(people * (target / np.maximum(got, 1.0))[key], low, most)
    return people


def _body_power(sizes: dict[str, Any], target: float) -> float:
    """Power that draws the small class towards its lower edge until all employees are `target`."""
    rank = (np.arange(20_000) + 0.5) / 20_000
    low, high = 0.2, 3.0
    for _ in range(40):
        power = 0.5 * (low + high)
        employees, _ = _size_of_rank(rank, sizes["firms"][:4], sizes, power)
        if employees.mean() * sizes["firms"][:4].sum() < target:
            low = power
        else:
            high = power
    return low


def _size_of_rank(
    rank: Array, counts: Array, sizes: dict[str, Any], power: float
) -> tuple[Array, Array]:
    """Employees and class from rank (0 largest): truncated lognormal, Pareto above 1,000."""
    edges = np.concatenate([[0], np.cumsum(counts)]) / max(int(counts.sum()), 1)
    size = np.clip(np.searchsorted(edges, rank, side="right") - 1, 0, 3)
    inside = (rank - edges[size]) / np.maximum(edges[size + 1] - edges[size], 1e-12)
    low, high = sizes["employees_low"][:4][size], sizes["employees_high"][:4][size]
    bottom = ndtr((np.log(low) - LOG_MEAN) / LOG_SD)
    top = ndtr((np.log(high) - LOG_MEAN) / LOG_SD)
    body = np.exp(LOG_MEAN + LOG_SD * ndtri(top - inside * (top - bottom)))
    least = (1000.0 / LARGEST) ** TAIL_EXPONENT
    tail = 1000.0 * (least + (1.0 - least) * inside) ** (-1.0 / TAIL_EXPONENT)
    body = np.where(size == 2, low * (body / low) ** power, body)
    return np.where(size == 0, tail, body), size


def _output(
    data: ProvinceData, firms: Table, employees: Array, size: Array, group: Array, seed: int
) -> None:
    """Output per employee, raked so that above-scale output meets sectors and cities.

    Firms below scale are raked to what their sector's number, mean size and output per employee
    give, so that the sectors' totals, and with them final demand, are the same at any scale.
    """
    write, above = firms.writable, group == 0
    city, sector = firms.city.astype(np.int64), firms.sector.astype(np.int64)
    per_head = data.cell_output.sum(axis=0) / data.cell_employees.sum(axis=0)
    productivity = (
        per_head[sector] * data.sizes["output_per_employee_ratio"][size]
        * np.exp(WITHIN_SECTOR_SD * _normal(firms, seed, "productivity") - WITHIN_SECTOR_SD**2 / 2)
    )  # fmt: skip
    by_city, by_sector = data.cell_output.sum(axis=1), data.cell_output.sum(axis=0)
    weight = firms.weight.astype(np.float64)
    factor_city, factor_sector = np.ones(len(by_city)), np.ones(len(by_sector))
    for _ in range(25):
        for key, target, factor in (
            (city, by_city, factor_city),
            (sector, by_sector, factor_sector),
        ):
            flow = weight * employees * productivity * factor_city[city] * factor_sector[sector]
            got = np.bincount(key[above], weights=flow[above], minlength=len(target))
            factor *= np.where(got > 0, target / np.maximum(got, 1e-9), 1.0)
    monthly = productivity * factor_city[city] * factor_sector[sector]
    share = data.cell_firms.sum(axis=0) / data.cell_firms.sum()
    sizes = data.sizes
    for place, kind in ((4, 1), (5, 2)):
        wanted = sizes["firms"][place] * sizes["mean_employees"][place] * share
        wanted = wanted * per_head * sizes["output_per_employee_ratio"][place]
        flow = np.where(group == kind, weight * employees * monthly, 0.0)
        got = np.bincount(sector, weights=flow, minlength=len(share))
        monthly = np.where(
            group == kind, monthly * (wanted / np.maximum(got, 1e-9))[sector], monthly
        )
    write("productivity")[:] = 12.0 * monthly
    output = firms.productivity.astype(np.float64) * employees / 12.0
    for name in ("output", "demand", "expected_demand"):
        write(name)[:] = output
    skilled = data.economy.skilled_share[sector]
    skilled = np.clip(skilled * np.exp(0.3 * _normal(firms, seed, "skilled") - 0.045), 0.01, 0.8)
    write("skilled")[:] = employees * skilled
    write("unskilled")[:] = employees * (1.0 - skilled)


def applicable_technologies(data: ProvinceData) -> Array:
    """Bits of the technologies that make sense in each sector, (S,) u1.

    Process control belongs to the polluting and hazardous sectors the 2014 document names; smart
    products to sectors that make products, not materials or energy.
    """
    economy = data.economy
    bits = np.full(len(economy.codes), 0xFF, dtype=np.uint8)
    named = (economy.polluting > 0) | (economy.hazardous > 0)
    materials = np.isin(economy.codes, ("MIN", "MET", "NMM", "PAP", "UTI"))
    bits[~named] &= 0xFF ^ (1 << GREEN_IOT)
    bits[materials] &= 0xFF ^ (1 << SMART_PRODUCT)
    return bits


def make_providers(data: ProvinceData, scale: float, seed: int) -> Table:
    """Providers by kind and city, and vacant places for a quarter more."""
    kinds, cities, weights, alive = [], [], [], []
    for kind, real in enumerate(data.provider_kinds["count"]):
        rows = int(min(real, max(4, round(float(real) * min(scale, 1.0)))))
        spare = max(1, rows // 4)
        reach = np.cumsum(data.provider_share[kind])
        for count, living in ((rows, 1), (spare, 0)):
            place = (np.arange(count) + 0.5) / count
            cities += np.searchsorted(reach, place * reach[-1]).tolist()
            kinds += [kind] * count
            weights += [float(real) / rows] * count
            alive += [living] * count
    providers = Table("providers", PROVIDERS, len(kinds))
    write = providers.writable
    write("uid")[:] = np.arange(len(kinds)) + 1_000_000_000
    write("kind")[:], write("city")[:], write("weight")[:] = kinds, cities, weights
    write("alive")[:] = alive
    noise = ndtri(
        np.clip(uniforms(month_key(seed, "provider size", 0), providers.uid), 1e-9, 1 - 1e-9)
    )
    teams = data.provider_kinds["teams_mean"][providers.kind] * np.exp(0.8 * noise - 0.32)
    write("teams")[:] = np.maximum(teams, 1.0)
    # A vacant place has delivered nothing: what newcomers deliver adds to their kind's experience.
    write("experience")[:] = 6.0 * providers.teams * providers.alive
    write("quality")[:] = 1.0
    return providers


def make_cities(data: ProvinceData, firms: Table) -> Table:
    """The cities: wage, labour force that matches the firms' staff, broadband, credit."""
    count = len(data.cities["code"])
    cities = Table("cities", CITIES, count)
    write = cities.writable
    write("wage")[:] = data.cities["wage"]
    write("broadband")[:] = data.cities["broadband_per_100"]
    weight = firms.weight.astype(np.float64)
    # Registered urban unemployment of Zhejiang was about 3 % in 2012 (recalled); with the
    # unregistered about 4 %, less among the skilled.
    for skill, jobless in (("skilled", 0.03), ("unskilled", 0.04)):
        staff = np.bincount(firms.city, weights=weight * firms[skill], minlength=count)
        write(f"unemployed_{skill}")[:] = staff * jobless / (1.0 - jobless)
        write(f"labour_{skill}")[:] = staff + cities[f"unemployed_{skill}"]
    return cities
