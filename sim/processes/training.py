"""Training places: firms send people, who become skilled; the firm gains capability."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.streams import month_key, uniforms
from sim.instruments import TrainingPlaces
from sim.processes.context import Context
from sim.processes.outlays import to_firms
from sim.processes.payments import spend


def train(context: Context, firms: Any, cities: Any, places: TrainingPlaces) -> None:
    """Fill this month's places by a keyed lottery; a firm sends five in a hundred of its people."""
    eligible = places.eligibility.rows(firms)
    people = (firms.skilled + firms.unskilled).astype(np.float64) * firms.weight
    offered = places.money / places.cost
    sending = float(0.05 * people[eligible].sum())
    if sending <= 0 or offered <= 0:
        return
    key = month_key(context.seed, f"training {places.instrument}", context.clock.month)
    drawn = eligible & (uniforms(key, firms.uid) < min(1.0, offered / sending))
    total = float(0.05 * people[drawn].sum())
    if total <= 0:
        return
    # Places are whole money: a smaller draw leaves places empty, a larger one shares them.
    scale = min(1.0, offered / total)
    rows = np.flatnonzero(drawn)
    before = firms.unskilled[rows].astype(np.float64)
    sent = np.minimum(0.05 * scale * (before + firms.skilled[rows]) * places.skilled_share, before)
    firms.unskilled[rows] = before - sent
    moved = before - firms.unskilled[rows].astype(np.float64)
    old = firms.skilled[rows].astype(np.float64)
    firms.skilled[rows] = old + moved
    gained = firms.skilled[rows].astype(np.float64) - old
    gain = context.skills.training_gain * scale
    firms.capability[rows] += gain * (1.0 - firms.capability[rows])
    weight = firms.weight[rows].astype(np.float64)
    by_city = firms.city[rows]
    count = context.world.cities
    cities.labour_unskilled[:] -= np.bincount(by_city, weights=weight * moved, minlength=count)
    cities.labour_skilled[:] += np.bincount(by_city, weights=weight * gained, minlength=count)
    due = min(total * scale * places.cost, places.money)
    each = people[rows] * (0.05 * scale * places.cost)
    context.watch.met(
        context.clock.month, "training", places.instrument, rows, firms.uid[rows], each
    )
    receivers = to_firms(firms, rows, each)
    spend(context, places.instrument, due, "providers", "training", total * scale, receivers)
