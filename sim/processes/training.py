"""Training places: firms send people, who become skilled; the firm gains capability."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.streams import month_key
from sim.instruments import TrainingPlaces
from sim.processes.context import Context
from sim.processes.outlays import to_firms
from sim.processes.payments import spend
from sim.processes.selection import by_lot


def train(context: Context, firms: Any, cities: Any, places: TrainingPlaces) -> None:
    """Fill this month's places by a keyed lottery; a firm sends five in a hundred of its people."""
    rows = np.flatnonzero(places.eligibility.rows(firms))
    key = month_key(context.seed, f"training {places.instrument}", context.clock.month)
    sending = 0.05 * (firms.skilled + firms.unskilled).astype(np.float64)
    offered = places.money / places.cost
    rows = by_lot(rows, firms.uid, key, sending * firms.weight, offered)
    persons = sending[rows] * firms.weight[rows]
    persons = np.clip(offered - (np.cumsum(persons) - persons), 0.0, persons)
    taken = persons > 1e-9 * offered
    rows, persons = rows[taken], persons[taken]
    if len(rows) == 0:
        return
    # The last firm, or part of the firms that a row stands for, gets what is left.
    part = persons / (sending[rows] * firms.weight[rows])
    before = firms.unskilled[rows].astype(np.float64)
    sent = np.minimum(part * sending[rows] * places.skilled_share, before)
    firms.unskilled[rows] = before - sent
    moved = before - firms.unskilled[rows].astype(np.float64)
    old = firms.skilled[rows].astype(np.float64)
    firms.skilled[rows] = old + moved
    gained = firms.skilled[rows].astype(np.float64) - old
    gain = context.skills.training_gain * part
    firms.capability[rows] += gain * (1.0 - firms.capability[rows])
    weight = firms.weight[rows].astype(np.float64)
    by_city = firms.city[rows]
    count = context.world.cities
    cities.labour_unskilled[:] -= np.bincount(by_city, weights=weight * moved, minlength=count)
    cities.labour_skilled[:] += np.bincount(by_city, weights=weight * gained, minlength=count)
    each = persons * places.cost
    context.watch.met(
        context.clock.month, "training", places.instrument, rows, firms.uid[rows], each
    )
    receivers = to_firms(firms, rows, each)
    spend(
        context, places.instrument, float(each.sum()), "providers", "training",
        float(persons.sum()), receivers,
    )  # fmt: skip
