"""Training places: firms send people, who become skilled; the firm gains capability."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.kernels import njit
from sim.core.streams import month_key
from sim.instruments import TrainingPlaces
from sim.processes.context import Context
from sim.processes.outlays import to_firms
from sim.processes.payments import spend
from sim.processes.selection import by_lot


def train(context: Context, firms: Any, cities: Any, places: TrainingPlaces) -> None:
    """Fill this month's places by a keyed lottery; a firm sends five in a hundred of its people."""
    rows = places.eligibility.rows(firms).nonzero()[0]
    key = month_key(context.seed, f"training {places.instrument}", context.clock.month)
    sending = 0.05 * (firms.skilled + firms.unskilled).astype(np.float64)
    offered = places.money / places.cost
    rows = by_lot(rows, firms.uid, key, sending * firms.weight, offered)
    moved, gained = np.zeros((2, context.world.cities))
    rows, persons = _teach(
        rows, sending, offered, places.skilled_share, context.skills.training_gain, firms.city,
        firms.weight, firms.skilled, firms.unskilled, firms.capability, moved, gained,
    )  # fmt: skip
    if len(rows) == 0:
        return
    cities.labour_unskilled[:] -= moved
    cities.labour_skilled[:] += gained
    each = persons * places.cost
    context.watch.met(
        context.clock.month, "training", places.instrument, rows, firms.uid[rows], each
    )
    receivers = to_firms(firms, rows, each)
    spend(
        context, places.instrument, float(each.sum()), "providers", "training",
        float(persons.sum()), receivers,
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _teach(
    rows: Any, sending: Any, offered: Any, skilled_share: Any, gain: Any, city: Any, weight: Any,
    skilled: Any, unskilled: Any, capability: Any, moved: Any, gained: Any,
) -> Any:  # fmt: skip
    """Teach the people of the first of `rows`, as far as places go; those rows and real persons.

    `moved` and `gained` (C,) are people who are no longer unskilled, and skilled now: what the
    columns really hold.
    """
    persons = np.empty(len(rows))
    reach, taught = 0.0, 0
    for i in rows:
        whole = sending[i] * weight[i]
        reach += whole
        # The last firm, or part of the firms that a row stands for, gets what is left.
        persons[taught] = min(max(offered - (reach - whole), 0.0), whole)
        if persons[taught] <= 1e-9 * offered:
            continue
        part = persons[taught] / whole
        rows[taught] = i
        taught += 1
        before, old = np.float64(unskilled[i]), np.float64(skilled[i])
        unskilled[i] = before - min(part * sending[i] * skilled_share, before)
        left = before - np.float64(unskilled[i])
        skilled[i] = old + left
        capability[i] += gain * part * (np.float32(1.0) - capability[i])
        moved[city[i]] += weight[i] * left
        gained[city[i]] += weight[i] * (np.float64(skilled[i]) - old)
    return rows[:taught], persons[:taught]
