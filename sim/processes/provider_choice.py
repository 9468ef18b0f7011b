"""Which provider a firm asks: by teams, nearness, price and wait, drawn for each firm."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.streams import uniform
from sim.core.table import Array
from sim.processes.context import Context


class Choice(NamedTuple):
    """Providers by kind: rows in `rows[start[kind]:start[kind + 1]]`, `reach` (C + 1, n) cumulative.

    The last row of `reach` is that of a firm which looks all over the province.
    """

    start: Array
    rows: Array
    reach: Array

    def offered(self, kind: Array) -> int:
        """Bits of the technologies whose provider kind (8,) has any providers."""
        found = self.start[kind] < self.start[kind + 1]
        return int(sum(1 << k for k in np.flatnonzero(found)))


def choose_among(context: Context, providers: Any) -> Choice:
    """Cumulative pull of each provider on each city: teams, nearness, price and wait."""
    order = np.argsort(providers.kind, kind="stable")
    kinds = providers.kind[order]
    start = np.searchsorted(kinds, np.arange(9)).astype(np.int64)
    distance = context.world.distance[:, providers.city[order]]
    pull = (
        providers.teams[order] * providers.weight[order] * (providers.alive[order] == 1)
    ).astype(np.float64)
    pull = pull / providers.price[order] ** 2 / (1.0 + providers.wait[order] / 6.0)
    near = np.exp2(-distance / context.providers.distance_half)
    near = np.vstack([near, np.ones((1, len(order)))])
    reach = np.cumsum(pull[None, :] * near + 1e-12, axis=1)
    return Choice(start, order, np.ascontiguousarray(reach))


@njit(nogil=True, cache=True)
def pick_provider(choice: Any, city: Any, kind: Any, draw: Any) -> Any:
    """Row of the provider that a draw in [0, 1) falls on, -1 if the kind has none."""
    low, high = choice.start[kind], choice.start[kind + 1]
    if low == high:
        return -1
    before = choice.reach[city, low - 1] if low > 0 else 0.0
    wanted = before + draw * (choice.reach[city, high - 1] - before)
    # By hand and not by `searchsorted`, which would have to make a view of the row.
    last = high - 1
    while low < last:
        middle = (low + last) // 2
        if choice.reach[city, middle] <= wanted:
            low = middle + 1
        else:
            last = middle
    return choice.rows[low]


@njit(nogil=True, cache=True)
def compare_offers(
    choice: Any, kind: Any, price: Any, offers: Any, key: Any, uid: Any, k: Any
) -> Any:
    """Row of the cheapest of several offers from all over the province, -1 if the kind has none."""
    best = -1
    for offer in range(1, np.int64(offers) + 1):
        everywhere = len(choice.reach) - 1
        row = pick_provider(choice, everywhere, kind, uniform(key, uid, 8 * offer + k))
        if row >= 0 and (best < 0 or price[row] < price[best]):
            best = row
    return best
