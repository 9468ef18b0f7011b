"""Phase 4: who hears of which technology this month.

Hazard a year of becoming aware (Bass 1969; Mansfield 1961)
`h = innovation + cluster_peers * adopters_of_the_cluster + suppliers * adopters_among_suppliers
+ customers * adopters_among_customers + demonstrations * shown
+ county_demonstrations * shown_in_the_county + marketing * providers_near`,
probability this month 1 - exp(-h / 12). Switches: complete mixing (`bass`), contagion when the
adopting share of neighbours reaches a threshold (Granovetter 1978; Watts 2002), or `full`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.bits import BYTES, LOWEST
from sim.core.kernels import njit
from sim.core.streams import month_key, uniform
from sim.core.table import Array
from sim.processes.context import Context
from sim.world.tables import CLOUD, ECOMMERCE, TECHNOLOGIES

NETWORK, BASS, THRESHOLD, FULL = range(4)
_MODES = {"network": NETWORK, "bass": BASS, "threshold": THRESHOLD, "full": FULL}


class Firms(NamedTuple):
    """Columns of `firms` used; `aware` is written."""

    uid: Array
    alive: Array
    city: Array
    county: Array
    sector: Array
    weight: Array
    threshold: Array
    aware: Array
    adopted: Array
    demonstration: Array


class Clusters(NamedTuple):
    """Columns of `clusters` used."""

    firms: Array
    adopters: Array
    demonstrations: Array


class Cities(NamedTuple):
    """Columns of `cities` used."""

    smart_city: Array


VIEWS = {"firms": Firms, "clusters": Clusters, "cities": Cities}
WRITES = {"firms": frozenset({"aware"})}


def spread_information(context: Context, firms: Firms, clusters: Clusters, cities: Cities) -> None:
    """Set the bit of every technology that a firm hears of this month."""
    mode = _MODES[context.mechanisms.information]
    numbers = context.information
    every = np.maximum(clusters.firms, 1e-9)[:, None]
    peers = clusters.adopters / every
    if mode == BASS:
        total = clusters.adopters.sum(axis=0) / max(float(clusters.firms.sum()), 1e-9)
        hazard = np.broadcast_to(
            numbers.bass_innovation + numbers.bass_imitation * total, peers.shape
        )
        links, local = 0.0, np.zeros_like(in_county(context, firms))
    else:
        shown = np.minimum(clusters.demonstrations / every * 10.0, 1.0)
        near = context.provider_density[:, context.technologies.kind]
        marketing = np.repeat(near, context.world.sectors, axis=0)
        hazard = (
            numbers.innovation
            + numbers.cluster_peers * peers
            + numbers.demonstrations * shown
            + numbers.marketing * marketing
        )
        # Who deals with the authorities online hears of selling and computing online.
        digital = numbers.public_services * np.repeat(cities.smart_city, context.world.sectors)
        hazard[:, [ECOMMERCE, CLOUD]] += digital[:, None]
        links, local = numbers.suppliers + numbers.customers, in_county(context, firms)
    bound = -np.expm1(-(hazard + links + _most_in_city(context, local)) / 12.0)
    if mode == NETWORK and context.watch.row >= 0:
        _note_channels(context, firms, peers, shown, marketing, digital, local)
    _spread(
        mode,
        month_key(context.seed, "awareness", context.clock.month),
        firms,
        context.world.edges,
        context.world.applicable,
        context.world.sectors,
        np.ascontiguousarray(hazard, dtype=np.float64),
        np.ascontiguousarray(bound, dtype=np.float64),
        local,
        numbers,
    )


def in_county(context: Context, firms: Any) -> Array:
    """Hazard a year that demonstration firms add in their county, (counties, 8).

    `firms` has columns alive, county, weight and demonstration.
    """
    count = len(context.world.shared["county_city"])
    hazard = np.zeros((count, len(TECHNOLOGIES)))
    if not firms.demonstration.any():
        return hazard
    every = np.zeros(count)
    _sum_shown(firms.alive, firms.county, firms.weight, firms.demonstration, every, hazard)
    shown = np.minimum(10.0 * hazard / np.maximum(every, 1e-9)[:, None], 1.0)
    added: Array = context.information.county_demonstrations * shown
    return added


@njit(nogil=True, cache=True)
def _sum_shown(
    alive: Any, county: Any, weight: Any, demonstration: Any, every: Any, shown: Any
) -> None:
    """Real firms by county, and those shown for each technology (counties, 8)."""
    for i in range(len(alive)):
        if alive[i] == 1:
            every[county[i]] += weight[i]
            for k in range(8):
                if (demonstration[i] >> k) & 1:
                    shown[county[i], k] += weight[i]


def _most_in_city(context: Context, local: Array) -> Array:
    """The largest hazard of a city's counties, by cluster, (C * S, 8)."""
    most = np.zeros((context.world.cities, local.shape[1]))
    np.maximum.at(most, context.world.shared["county_city"], local)
    return np.repeat(most, context.world.sectors, axis=0)


def _note_channels(
    context: Context, firms: Firms, peers: Array, shown: Array, marketing: Array, digital: Array,
    local: Array,
) -> None:  # fmt: skip
    """Hazard a year of the watched firm by channel and technology; the sum is what it is drawn on.

    `peers`, `shown` and `marketing` are (clusters, 8), `digital` (clusters,) and
    `local` (counties, 8) already hazards.
    """
    numbers, edges, row = context.information, context.world.edges, context.watch.row
    cluster = int(firms.city[row]) * context.world.sectors + int(firms.sector[row])
    suppliers = edges.suppliers[edges.supplier_start[row] : edges.supplier_start[row + 1]]
    customers = edges.customers[edges.customer_start[row] : edges.customer_start[row + 1]]
    online = np.zeros(len(TECHNOLOGIES))
    online[[ECOMMERCE, CLOUD]] = digital[cluster]
    context.watch.channels[:] = np.stack(
        [
            np.full(len(TECHNOLOGIES), numbers.innovation),
            numbers.cluster_peers * peers[cluster],
            numbers.demonstrations * shown[cluster] + local[firms.county[row]],
            numbers.marketing * marketing[cluster],
            online,
            numbers.suppliers * _shares(suppliers, firms.adopted),
            numbers.customers * _shares(customers, firms.adopted),
        ],
        axis=1,
    )


def _shares(others: Array, adopted: Array) -> Array:
    """Share of the rows `others` (n,) that use each technology, (8,)."""
    used = (adopted[others, None] >> np.arange(len(TECHNOLOGIES))) & 1
    share: Array = used.sum(axis=0) / max(len(others), 1)
    return share


@njit(nogil=True, cache=True)
def count_users(start: Any, stop: Any, others: Any, adopted: Any, users: Any) -> None:
    """Add to `users` (8,) how many of the rows others[start:stop] use each technology."""
    while start < stop:
        end = min(start + 255, stop)
        packed = np.uint64(0)
        for position in range(start, end):
            packed += BYTES[adopted[others[position]]]
        for k in range(8):
            users[k] += np.float64((packed >> np.uint64(8 * k)) & np.uint64(0xFF))
        start = end


@njit(nogil=True, cache=True)
def _spread(
    mode: Any,
    key: Any,
    firms: Any,
    edges: Any,
    applicable: Any,
    sectors: Any,
    hazard: Any,
    bound: Any,
    local: Any,
    numbers: Any,
) -> None:
    # Thresholds are read before anybody changes this month: updates are synchronous because
    # `adopted` is not written in this phase.
    sellers, buyers = np.zeros(8), np.zeros(8)
    for i in range(len(firms.uid)):
        unaware: Any = ~np.int64(firms.aware[i]) & np.int64(applicable[firms.sector[i]])
        if firms.alive[i] == 0 or unaware == 0:
            continue
        asked = unaware
        cluster = np.int64(firms.city[i]) * sectors + firms.sector[i]
        if mode in (NETWORK, BASS):
            asked = 0
            for k in range(8):
                asked |= np.int64(uniform(key, firms.uid[i], k) < bound[cluster, k]) << k
            asked &= unaware
        if asked == 0:
            continue
        if mode in (NETWORK, THRESHOLD):
            for k in range(8):
                sellers[k] = buyers[k] = 0.0
            s0, s1 = np.int64(edges.supplier_start[i]), np.int64(edges.supplier_start[i + 1])
            c0, c1 = np.int64(edges.customer_start[i]), np.int64(edges.customer_start[i + 1])
            count_users(s0, s1, edges.suppliers, firms.adopted, sellers)
            count_users(c0, c1, edges.customers, firms.adopted, buyers)
            if mode == NETWORK:
                county = firms.county[i]
                for k in range(8):
                    links = local[county, k]
                    links += numbers.suppliers * (sellers[k] / max(s1 - s0, 1))
                    links += numbers.customers * (buyers[k] / max(c1 - c0, 1))
                    sellers[k] = hazard[cluster, k] + links
                asked = _told(asked, key, firms.uid[i], sellers)
            else:
                level = firms.threshold[i] if numbers.threshold < 0 else numbers.threshold
                for k in range(8):
                    sellers[k] += buyers[k]
                asked = _follows(asked, level, sellers, (s1 - s0) + (c1 - c0))
        firms.aware[i] |= asked


@njit(nogil=True, cache=True)
def _told(asked: Any, key: Any, uid: Any, hazard: Any) -> Any:
    """Those of the technologies in `asked` that a firm hears of at these hazards a year (8,)."""
    known = 0
    while asked:
        k = LOWEST[asked]
        asked &= asked - 1
        if uniform(key, uid, k) < -np.expm1(-hazard[k] / 12.0):
            known |= 1 << k
    return known


@njit(nogil=True, cache=True)
def _follows(asked: Any, level: Any, users: Any, neighbours: Any) -> Any:
    """Those of the technologies in `asked` that enough of a firm's neighbours use, users (8,)."""
    known = 0
    for k in range(8):
        # The slack lets a share that equals the threshold pass in spite of rounding; a firm without
        # neighbours has nobody to follow.
        enough = neighbours > 0 and users[k] >= level * neighbours - 1e-4
        if (asked >> k) & 1 and (level <= 0.0 or enough):
            known |= 1 << k
    return known
