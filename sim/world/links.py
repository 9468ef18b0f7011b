"""The firm-level supply graph, realised from sectors' needs, distance and size.

A buyer has a number of main suppliers that grows with its size (elasticity about 0.4 in VAT
networks); each link draws an input sector by coefficient, a supplier city by gravity
`output * (1 + d / d0)^-g`, and a supplier there by output, so that degrees are heavy-tailed and
size-related. An edge's weight is what the buyer buys from that supplier per unit of its output.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sim.core.edges import Edges, build_edges
from sim.core.streams import month_key, uniforms
from sim.core.table import Array, Table
from sim.world.synthesis import PopulationParameters

MOST_SUPPLIERS = 60


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


def supplier_numbers(firms: Table, seed: int, settings: PopulationParameters) -> Array:
    """How many main suppliers each firm has, (n,)."""
    key = month_key(seed, "population suppliers", 0)
    luck = np.exp(0.8 * ndtri(np.clip(uniforms(key, firms.uid), 1e-9, 1 - 1e-9)))
    people = np.maximum(firms.skilled + firms.unskilled, 1.0).astype(np.float64)
    raw = people**settings.degree_elasticity * luck
    whole = np.round(raw * settings.suppliers_mean / raw.mean())
    number: Array = np.clip(whole, 2, MOST_SUPPLIERS).astype(np.int64)
    return number


def make_links(
    firms: Table, coefficients: Array, shares: Array, seed: int, settings: PopulationParameters
) -> Edges:
    """Draw suppliers for every firm; `shares` (S, C buyer, C supplier) as `gravity` gives them."""
    rows, sectors = firms.rows, coefficients.shape[0]
    cities = shares.shape[1]
    number = supplier_numbers(firms, seed, settings)
    buyer = np.repeat(np.arange(rows), number)
    first = np.cumsum(number) - number
    place = np.arange(len(buyer)) - first[buyer]
    uid = firms.uid[buyer]
    draws = [
        uniforms(month_key(seed, f"population link {name}", 0), uid, place)
        for name in ("sector", "city", "firm")
    ]
    user = firms.sector[buyer].astype(np.int64)
    # The first links go to the largest inputs, without which the firm cannot produce.
    ranked = np.argsort(-coefficients, axis=0, kind="stable")
    reach = np.cumsum(coefficients, axis=0)
    whole = np.maximum(reach[-1], 1e-300)
    source = np.zeros(len(buyer), dtype=np.int64)
    level = draws[0] * whole[user]
    for s in range(sectors - 1):
        source += level >= reach[s, user]
    for rank in range(min(3, sectors)):
        leading = ranked[rank, user]
        source = np.where((place == rank) & (coefficients[leading, user] > 0.01), leading, source)
    home = firms.city[buyer].astype(np.int64)
    city = np.zeros(len(buyer), dtype=np.int64)
    reach = np.cumsum(shares, axis=2)
    for c in range(cities - 1):
        city += draws[1] >= reach[source, home, c]
    supplier = _pick(firms, city * sectors + source, sectors, sectors * cities, draws[2])
    keep = (supplier >= 0) & (supplier != buyer) & (coefficients[source, user] > 0)
    keep &= shares[source, home].sum(axis=1) > 0
    pair = np.unique(buyer[keep] * np.int64(rows) + supplier[keep])
    buyer, supplier = pair // rows, pair % rows
    return build_edges(
        rows, buyer, supplier, weights_of(firms, buyer, supplier, coefficients, settings)
    )


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
    _, place, count = np.unique(group, return_inverse=True, return_counts=True)
    weight = settings.link_cover * coefficients[source, user] / count[place]
    # float32 weights must never add to more than the coefficient they are part of.
    weight = np.nextafter(weight.astype(np.float32), np.float32(0)).astype(np.float64)
    orders = np.bincount(
        supplier,
        weights=firms.weight[buyer].astype(np.float64) * weight * firms.output[buyer],
        minlength=firms.rows,
    )
    room = settings.longest_share * firms.weight.astype(np.float64) * firms.output
    factor = np.where(orders > room, room / np.maximum(orders, 1e-300), 1.0)
    capped: Array = weight * factor[supplier]
    return capped


def open_shares(firms: Table, edges: Edges, sectors: int) -> Array:
    """Each firm's share of what its sector sells outside links, (n,); weighted sums are 1."""
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    flow = firms.weight[buyer].astype(np.float64) * edges.supplier_weight * firms.output[buyer]
    linked = np.bincount(edges.suppliers, weights=flow, minlength=firms.rows)
    weight = firms.weight.astype(np.float64)
    rest = np.maximum(firms.output - linked / weight, 0.0)
    total = np.bincount(firms.sector, weights=weight * rest, minlength=sectors)
    return rest / np.maximum(total, 1e-300)[firms.sector]


def _pick(firms: Table, cluster: Array, sectors: int, clusters: int, draw: Array) -> Array:
    """A firm of each cluster with chance in proportion to weight x output; -1 if it has none."""
    home = firms.city.astype(np.int64) * sectors + firms.sector
    order = np.argsort(home, kind="stable")
    reach = np.cumsum((firms.weight.astype(np.float64) * firms.output)[order])
    end = np.searchsorted(home[order], np.arange(clusters), side="right")
    start = np.searchsorted(home[order], np.arange(clusters), side="left")
    before = np.where(start > 0, reach[np.maximum(start - 1, 0)], 0.0)
    after = np.where(end > 0, reach[np.maximum(end - 1, 0)], 0.0)
    wanted = before[cluster] + draw * (after - before)[cluster]
    position = np.clip(np.searchsorted(reach, wanted, side="right"), start[cluster], None)
    found = order[np.minimum(position, np.maximum(end[cluster] - 1, 0))]
    return np.where(end[cluster] > start[cluster], found, -1)
