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
from numba import njit

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
    rows = np.flatnonzero(firms.demonstration)
    if len(rows) == 0:
        return hazard
    weight = (firms.weight * (firms.alive == 1)).astype(np.float64)
    every = np.bincount(firms.county, weights=weight, minlength=count)
    for k in range(len(TECHNOLOGIES)):
        shows = rows[(firms.demonstration[rows] >> k) & 1 == 1]
        hazard[:, k] = np.bincount(firms.county[shows], weights=weight[shows], minlength=count)
    shown = np.minimum(10.0 * hazard / np.maximum(every, 1e-9)[:, None], 1.0)
    added: Array = context.information.county_demonstrations * shown
    return added


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
def adopting_share(bit: Any, start: Any, stop: Any, others: Any, adopted: Any) -> Any:
    """Share of the rows others[start:stop] that use the technology; 0 if there are none."""
    if stop == start:
        return 0.0
    count = 0
    for position in range(start, stop):
        count += (adopted[others[position]] >> bit) & 1
    return count / (stop - start)


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
    for i in range(len(firms.uid)):
        if firms.alive[i] == 0:
            continue
        unaware = ~firms.aware[i] & applicable[firms.sector[i]] & 0xFF
        if unaware == 0:
            continue
        cluster = np.int64(firms.city[i]) * sectors + firms.sector[i]
        known = firms.aware[i]
        s0, s1 = edges.supplier_start[i], edges.supplier_start[i + 1]
        c0, c1 = edges.customer_start[i], edges.customer_start[i + 1]
        for k in range(8):
            if (unaware >> k) & 1 == 0:
                continue
            if mode == FULL:
                known |= 1 << k
            elif mode == THRESHOLD:
                neighbours = (s1 - s0) + (c1 - c0)
                level = firms.threshold[i] if numbers.threshold < 0 else numbers.threshold
                count = 0.0
                if neighbours > 0:
                    count = adopting_share(k, s0, s1, edges.suppliers, firms.adopted) * (
                        s1 - s0
                    ) + adopting_share(k, c0, c1, edges.customers, firms.adopted) * (c1 - c0)
                # The slack lets a share that equals the threshold pass in spite of rounding; a firm
                # without neighbours has nobody to follow.
                if level <= 0.0 or (neighbours > 0 and count >= level * neighbours - 1e-4):
                    known |= 1 << k
            else:
                draw = uniform(key, firms.uid[i], k)
                if draw >= bound[cluster, k]:
                    continue
                rate = hazard[cluster, k]
                if mode == NETWORK:
                    rate += (
                        local[firms.county[i], k]
                        + numbers.suppliers
                        * adopting_share(k, s0, s1, edges.suppliers, firms.adopted)
                        + numbers.customers
                        * adopting_share(k, c0, c1, edges.customers, firms.adopted)
                    )
                if draw < -np.expm1(-rate / 12.0):
                    known |= 1 << k
        firms.aware[i] = known
