"""Flags of the rows that pass a set of limits, in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.kernels import njit


@njit(nogil=True, cache=True)
def eligible(
    wanted: Any,
    alive: Any,
    tier: Any,
    sector: Any,
    city: Any,
    allowed: Any,
    skilled: Any,
    unskilled: Any,
    smallest: Any,
    largest: Any,
    pilot: Any,
    named: Any,
    automation: Any,
    least: Any,
) -> Any:
    """Flag of every row within all limits; `allowed` are flags of the tiers, sectors and cities."""
    tiers, sectors, cities = allowed
    chosen = np.empty(len(alive), dtype=np.bool_)
    for i in range(len(alive)):
        people = skilled[i] + unskilled[i]
        chosen[i] = (
            (alive[i] == wanted)
            & tiers[tier[i]]
            & sectors[sector[i]]
            & cities[city[i]]
            & (people >= smallest)
            & (people <= largest)
            & ((named == 0) | (pilot[i] & named != 0))
            & (automation[i] >= least)
        )
    return chosen
