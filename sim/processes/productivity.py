"""Phase 9: gains ramp up, yearly shocks, spillovers, decay of capability.

A gain is realised as `gain += (1 - exp(-1 / tau)) * (gain_target - gain)`, after the dip booked at
adoption (the J-curve of Brynjolfsson, Rock & Syverson 2021). Once a year, in the firm's own month,
efficiency takes a Laplace shock, returns a little to the sector's mean, and catches up with the
gains of supply partners and of the cluster. Output per employee is
`efficiency * exp(gain) / (1 - saving * automation)`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.streams import month_key, uniform
from sim.core.table import Array
from sim.processes.context import Context


class Firms(NamedTuple):
    """Columns of `firms` used."""

    uid: Array
    alive: Array
    city: Array
    sector: Array
    tier: Array
    weight: Array
    efficiency: Array
    productivity: Array
    capability: Array
    automation: Array
    gain_target: Array
    gain: Array


VIEWS = {"firms": Firms}
WRITES = {"firms": frozenset({"efficiency", "productivity", "capability", "gain"})}


def grow_productivity(context: Context, firms: Firms) -> None:
    """Update gains, efficiency, capability and output per employee."""
    numbers, month = context.productivity, context.clock.month
    sums = np.zeros((context.world.cities * context.world.sectors, 2))
    means = np.zeros((context.world.sectors, 2, 2))
    turn = (context.clock.start + month) % 12
    rows = _means(turn, firms, context.world.sectors, sums, means)
    cluster_gain = sums[:, 1] / np.maximum(sums[:, 0], 1e-9)
    log_mean = means[:, :, 1] / np.maximum(means[:, :, 0], 1e-9)
    trend = np.expm1(np.log1p(numbers.trend) / 12.0)
    # Before gains grow, so that partners' gains are read as they stood at the start.
    _shock(
        rows, month_key(context.seed, "efficiency", month), firms, context.world.edges,
        context.world.sectors, cluster_gain, log_mean, trend, context.mechanisms.spillovers,
        numbers,
    )  # fmt: skip
    _grow(
        firms, context.world.automation_saving, trend, -np.expm1(-1.0 / numbers.ramp_months),
        -np.expm1(np.log1p(-min(context.skills.decay, 0.999)) / 12.0),
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _means(turn: Any, firms: Any, sectors: Any, clusters: Any, means: Any) -> Any:
    """Rows whose turn it is. Sums by cluster of weight and gain; by sector, above and below scale,
    of weight and log efficiency over those rows: only they compare themselves with the mean.
    """
    rows = np.empty(len(firms.uid) // 8 + 64, dtype=np.int64)
    count = 0
    for i in range(len(firms.uid)):
        if firms.alive[i] == 0:
            continue
        weight, sector = np.float64(firms.weight[i]), firms.sector[i]
        cluster = np.int64(firms.city[i]) * sectors + sector
        clusters[cluster, 0] += weight
        clusters[cluster, 1] += weight * firms.gain[i]
        if firms.uid[i] % 12 == turn:
            below = 1 if firms.tier[i] >= 2 else 0
            means[sector, below, 0] += weight
            means[sector, below, 1] += weight * np.log(max(np.float64(firms.efficiency[i]), 1e-9))
            if count == len(rows):
                rows = np.append(rows, np.empty_like(rows))
            rows[count] = i
            count += 1
    return rows[:count]


@njit(nogil=True, cache=True)
def _mean_gain(start: Any, stop: Any, others: Any, gain: Any) -> Any:
    if stop == start:
        return 0.0
    total = 0.0
    for position in range(start, stop):
        total += gain[others[position]]
    return total / (stop - start)


@njit(nogil=True, cache=True)
def _shock(
    rows: Any,
    key: Any,
    firms: Any,
    edges: Any,
    sectors: Any,
    cluster_gain: Any,
    log_mean: Any,
    trend: Any,
    with_spillovers: Any,
    numbers: Any,
) -> None:
    """Yearly change of efficiency: Laplace shock, return to the mean, catching up with others."""
    # The Laplace factor has mean 1 / (1 - b^2); taking it off leaves the trend to the trend.
    drift = np.log1p(-min(numbers.shock**2, 0.99))
    for i in rows:
        sector = firms.sector[i]
        efficiency = np.float64(firms.efficiency[i])
        draw = uniform(key, firms.uid[i], 0) - 0.5
        tail = max(1.0 - 2.0 * abs(draw), 1e-12)
        change = -numbers.shock * np.log(tail)
        if draw < 0.0:
            change = -change
        change += drift
        peers = log_mean[sector, 1 if firms.tier[i] >= 2 else 0]
        change -= numbers.reversion * (np.log(max(efficiency * (1.0 + trend), 1e-9)) - peers)
        if with_spillovers:
            cluster = np.int64(firms.city[i]) * sectors + sector
            partners = _mean_gain(
                edges.supplier_start[i], edges.supplier_start[i + 1], edges.suppliers, firms.gain
            )
            change += numbers.link_spillover * max(0.0, partners - firms.gain[i])
            change += numbers.cluster_spillover * max(0.0, cluster_gain[cluster] - firms.gain[i])
        firms.efficiency[i] = efficiency * np.exp(min(max(change, -1.0), 1.0))


@njit(nogil=True, cache=True)
def _grow(firms: Any, saving: Any, trend: Any, ramp: Any, decay: Any) -> None:
    """Trend of efficiency, ramp of gains, decay of capability, output per employee."""
    for i in range(len(firms.uid)):
        if firms.alive[i] == 0:
            continue
        efficiency = np.float64(firms.efficiency[i]) * (1.0 + trend)
        firms.efficiency[i] = efficiency
        gain = np.float64(firms.gain[i])
        gain += ramp * (firms.gain_target[i] - gain)
        firms.gain[i] = gain
        firms.capability[i] -= decay * firms.capability[i]
        firms.productivity[i] = (
            efficiency * np.exp(gain) / (1.0 - saving[firms.sector[i]] * firms.automation[i])
        )
