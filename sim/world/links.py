"""The firm-level supply graph, realised from sectors' needs, distance and size.

A buyer has a number of main suppliers with a heavy tail that grows with its size (elasticity about
0.4 in VAT networks); each link draws an input sector by coefficient, a supplier city by gravity
`output * (1 + d / d0)^-g`, a county there in the same way, and a supplier there by output. An edge's
weight is what the buyer buys from that supplier per unit of its output.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.core.edges import Edges, build_edges
from sim.core.streams import month_key, uniforms
from sim.core.table import Array, Table
from sim.world.data import ProvinceData, great_circle
from sim.world.synthesis import PopulationParameters

FEWEST_SUPPLIERS, MOST_SUPPLIERS = 3, 250
"""A link to each critical input at least; the most that VAT networks show for all but traders."""


CHUNK = 200_000
"""Links made at a time."""


def gravity(
    flow: Array, distance: Array, settings: PopulationParameters, exists: Array | None = None
) -> Array:
    """Share of supplier city a in what city b buys of sector s, (S, b, a), from output (C, S)."""
    near = (1.0 + distance / settings.distance_scale) ** -settings.distance_power
    pull = np.maximum(flow.T[:, None, :], 0.0) * near[None, :, :]
    if exists is not None:
        pull = pull * exists.T[:, None, :]
    total = pull.sum(axis=2, keepdims=True)
    return np.where(total > 0, pull / np.where(total > 0, total, 1.0), 0.0)


def among(shares: Array, present: Array) -> Array:
    """Shares of suppliers (..., C) moved to the clusters (C, S) that have firms at this scale."""
    there = present.T.reshape(present.shape[1], *(1,) * (shares.ndim - 2), present.shape[0])
    left = shares * there
    total = left.sum(axis=-1, keepdims=True)
    return np.where(total > 0, left / np.where(total > 0, total, 1.0), 0.0)


def supplier_numbers(firms: Table, seed: int, settings: PopulationParameters) -> Array:
    """How many main suppliers each firm has, (n,)."""
    key = month_key(seed, "population suppliers", 0)
    # Pareto luck gives the heavy tail of supplier numbers: exponent 1.3-1.6 (Fujiwara & Aoyama).
    luck = (1.0 - uniforms(key, firms.uid)) ** (-1.0 / settings.suppliers_tail)
    people = np.maximum(firms.skilled + firms.unskilled, 1.0).astype(np.float64)
    raw = people**settings.degree_elasticity * luck
    low, high = 0.0, settings.suppliers_mean / max(float(raw.min(initial=1.0)), 1e-9)
    for _ in range(40):
        factor = 0.5 * (low + high)
        if np.clip(raw * factor, FEWEST_SUPPLIERS, MOST_SUPPLIERS).mean() < settings.suppliers_mean:
            low = factor
        else:
            high = factor
    number: Array = np.round(np.clip(raw * high, FEWEST_SUPPLIERS, MOST_SUPPLIERS)).astype(np.int64)
    return number


def county_reach(firms: Table, data: ProvinceData, settings: PopulationParameters) -> Array:
    """Chance that a supplier in a city lies in its first counties, (S, buyer county, county).

    Cumulative inside the supplier's city over counties in their order; by output and distance.
    """
    counties, sectors = data.counties, len(data.economy.codes)
    count = len(counties["city"])
    place = firms.sector.astype(np.int64) * count + firms.county
    output = np.bincount(
        place, weights=firms.weight.astype(np.float64) * firms.output, minlength=sectors * count
    ).reshape(sectors, 1, count)
    distance = great_circle(counties["longitude"], counties["latitude"])
    reach: Array = output * (1.0 + distance / settings.county_scale) ** -settings.county_power
    for city in range(len(data.cities["code"])):
        part = np.flatnonzero(counties["city"] == city)
        total = np.cumsum(reach[..., part], axis=-1)
        last = np.broadcast_to(total[..., -1:], total.shape)
        reach[..., part] = np.divide(total, last, out=np.zeros(total.shape), where=last > 0)
    return reach


def _uniforms(seed: int, name: str, uid: Array, place: Array) -> Array:
    """Draws of links by place; a stream has 64 slots a firm, so later places take further ones."""
    stream = f"population link {name}"
    draws = uniforms(month_key(seed, stream, 0), uid, place % 64)
    for block in range(1, int(place.max(initial=0)) // 64 + 1):
        rows = np.flatnonzero(place // 64 == block)
        draws[rows] = uniforms(month_key(seed, stream, block), uid[rows], place[rows] % 64)
    return draws


def make_links(
    firms: Table, data: ProvinceData, shares: Array, seed: int, settings: PopulationParameters
) -> Edges:
    """Draw suppliers for every firm.

    `shares` (S, C buyer, C supplier) as `gravity` gives them, or (S, S user, C buyer, C supplier)
    where users of a good differ in where they buy it.
    """
    rows, coefficients = firms.rows, data.economy.coefficients
    number, sectors = supplier_numbers(firms, seed, settings), coefficients.shape[0]
    reach = county_reach(firms, data, settings)
    index = _index(firms, firms.county, sectors, settings.attraction)
    anywhere = _index(firms, np.zeros(rows, dtype=np.int64), sectors, settings.attraction)
    ends = np.concatenate([[0], np.cumsum(number)])
    cuts = np.minimum(np.searchsorted(ends, np.arange(0, ends[-1] + CHUNK, CHUNK)), rows)
    pairs = []
    # Pieces that fit the processor's cache; draws are keyed, so cuts change nothing.
    for first, last in pairwise(cuts):
        buyer = np.repeat(np.arange(first, last), number[first:last])
        place = np.arange(ends[first], ends[last]) - ends[buyer]
        supplier = _suppliers(firms, data, buyer, place, shares, reach, (index, anywhere), seed)
        keep = supplier >= 0
        pair = np.sort(buyer[keep] * np.int64(rows) + supplier[keep])
        pairs.append(pair[np.diff(pair, prepend=-1) > 0])
    pair = np.concatenate([np.zeros(0, dtype=np.int64), *pairs])
    buyer, supplier = pair // rows, pair % rows
    return build_edges(
        rows, buyer, supplier, weights_of(firms, buyer, supplier, coefficients, settings)
    )


def _suppliers(
    firms: Table, data: ProvinceData, buyer: Array, place: Array, shares: Array, counties: Array,
    index: tuple[_Index, _Index], seed: int,
) -> Array:  # fmt: skip
    """A supplier for each link: input sector, city, county, firm; -1 where there is none."""
    coefficients = data.economy.coefficients
    sectors, cities = coefficients.shape[0], shares.shape[-1]
    uid = firms.uid[buyer]
    draws = {
        name: _uniforms(seed, name, uid, place) for name in ("sector", "city", "county", "firm")
    }
    user = firms.sector[buyer].astype(np.int64)
    # The first links go to the largest inputs, without which the firm cannot produce.
    ranked = np.argsort(-coefficients, axis=0, kind="stable")
    reach = np.cumsum(coefficients, axis=0)
    source = np.zeros(len(buyer), dtype=np.int64)
    level = draws["sector"] * reach[-1][user]
    for s in range(sectors - 1):
        source += level >= reach[s, user]
    for rank in range(min(3, sectors)):
        leading = ranked[rank, user]
        source = np.where((place == rank) & (coefficients[leading, user] > 0.01), leading, source)
    home = firms.city[buyer].astype(np.int64)
    market = (source, home) if shares.ndim == 3 else (source, user, home)
    reach = np.cumsum(shares, axis=-1)
    city = np.zeros(len(buyer), dtype=np.int64)
    for c in range(cities - 1):
        city += draws["city"] >= reach[..., c][market]
    members = [np.flatnonzero(data.counties["city"] == c) for c in range(cities)]
    most = max(len(part) for part in members)
    table = np.stack([np.resize(part, most) for part in members])
    size = np.array([len(part) for part in members])[city]
    near = firms.county[buyer].astype(np.int64)
    step = np.zeros(len(buyer), dtype=np.int64)
    for j in range(most - 1):
        step += (draws["county"] >= counties[source, near, table[city, j]]) & (j < size - 1)
    cluster = table[city, step] * sectors + source
    found = _pick(index[0], cluster, buyer, draws["firm"])
    # The only firm of its sector in a county buys its own sector's goods from elsewhere.
    alone = np.flatnonzero(found < 0)
    found[alone] = _pick(index[1], source[alone], buyer[alone], draws["firm"][alone])
    return np.where((coefficients[source, user] > 0) & (reach[..., -1][market] > 0), found, -1)


def weights_of(
    firms: Table, buyer: Array, supplier: Array, coefficients: Array, settings: PopulationParameters
) -> Array:
    """Purchases per unit of the buyer's output on each edge.

    Links cover `link_cover` of a coefficient, split evenly; no supplier gets linked orders above
    `longest_share` of its output.
    """
    sectors = coefficients.shape[0]
    source, user = firms.sector[supplier].astype(np.int64), firms.sector[buyer].astype(np.int64)
    group = buyer * np.int64(sectors) + source
    count = np.bincount(group, minlength=1)
    weight = settings.link_cover * coefficients[source, user] / count[group]
    # float32 weights must never add to more than the coefficient they are part of.
    weight = np.nextafter(weight.astype(np.float32), np.float32(0)).astype(np.float64)
    orders = np.bincount(
        supplier,
        weights=firms.weight[buyer].astype(np.float64) * weight * firms.output[buyer],
        minlength=firms.rows,
    )
    room = settings.longest_share * firms.weight.astype(np.float64) * firms.output
    factor = np.divide(room, orders, out=np.ones(firms.rows), where=orders > room)
    capped: Array = weight * factor[supplier]
    return capped


def open_shares(firms: Table, edges: Edges, sectors: int) -> Array:
    """Each firm's share of what its sector sells outside links, (n,); weighted sums are 1.

    Where all of a sector's output goes through links, shares are those of output.
    """
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    flow = firms.weight[buyer].astype(np.float64) * edges.supplier_weight * firms.output[buyer]
    linked = np.bincount(edges.suppliers, weights=flow, minlength=firms.rows)
    weight = firms.weight.astype(np.float64)
    rest = np.maximum(firms.output - linked / weight, 0.0)
    free = np.bincount(firms.sector, weights=weight * rest, minlength=sectors) > 0
    return shares_of(np.where(free[firms.sector], rest, firms.output), weight, firms.sector)


def shares_of(sales: Array, weight: Array, sector: Array) -> Array:
    """Share of each row's sales (n,) in its sector's; weighted sums are 1, or 0 without sales."""
    total = np.bincount(sector, weights=weight * sales)[sector]
    return np.divide(sales, total, out=np.zeros(len(sector)), where=total > 0)


class _Index(NamedTuple):
    """Rows by cluster (place, sector): `order` (n,), summed pull `reach` (n + 1,), `place` (n,) of
    each row in `order`, first and last place of each cluster."""

    order: Array
    reach: Array
    place: Array
    start: Array
    end: Array


def _index(firms: Table, county: Array, sectors: int, attraction: float) -> _Index:
    home = county.astype(np.int64) * sectors + firms.sector
    order = np.argsort(home, kind="stable")
    place = np.empty(firms.rows, dtype=np.int64)
    place[order] = np.arange(firms.rows)
    pull = firms.weight.astype(np.float64) * firms.output.astype(np.float64) ** attraction
    reach = np.concatenate([[0.0], np.cumsum(pull[order])])
    clusters = np.arange((int(county.max(initial=0)) + 1) * sectors)
    start, end = (np.searchsorted(home[order], clusters, side=side) for side in ("left", "right"))
    return _Index(order, reach, place, start, end)


def _pick(index: _Index, cluster: Array, buyer: Array, draw: Array) -> Array:
    """A firm of each cluster but the buyer, with chance in proportion to its pull; -1 if none."""
    start, end, own = index.start[cluster], index.end[cluster], index.place[buyer]
    inside = (own >= start) & (own < end)
    lower, upper = index.reach[own], index.reach[own + 1]
    skip = np.where(inside, upper - lower, 0.0)
    before, after = index.reach[start], index.reach[end]
    wanted = before + draw * (after - before - skip)
    wanted += np.where(wanted >= lower, skip, 0.0)
    position = np.searchsorted(index.reach, wanted, side="right") - 1
    position = np.clip(position, start, np.maximum(end - 1, start))
    found = index.order[position % len(index.order)]
    return np.where((end > start) & (found != buyer), found, -1)
