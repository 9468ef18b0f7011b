"""Who reviews its projects this month, what it considers, and what it hears of others' results."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.bits import COUNTS, LOWEST
from sim.core.kernels import njit
from sim.core.streams import uniform
from sim.world.tables import (
    NO_BARRIER,
    NO_PROVIDER_CAPACITY,
    NOT_APPLICABLE,
    UNAWARE,
    WAITING_FOR_AWARD,
)

_ONES, _TOPS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_WAITING = np.uint64(WAITING_FOR_AWARD) * _ONES


@njit(nogil=True, cache=True, inline="always")
def has_room(ordered: Any, employees: Any, per_project: Any) -> Any:
    """Can a firm with the projects `ordered` (bits) run one more with its own people?"""
    return ordered == 0 or COUNTS[ordered] < np.floor(employees / per_project)


@njit(nogil=True, cache=True)
def _decided(i: Any, applied: Any, barrier: Any) -> Any:
    """Bits of technologies that waited for an award on which the decision has come."""
    bits = 0
    for k in range(8):
        if barrier[i, k] == WAITING_FOR_AWARD and (applied[i] >> k) & 1 == 0:
            bits |= 1 << k
    return bits


@njit(nogil=True, cache=True)
def reviewers(
    review: Any, key: Any, firms: Any, words: Any, per_project: Any
) -> Any:  # fmt: skip
    """Rows of firms with room for a project that review this month, and what they had waited for.

    A project that waits for an award is taken up again when the decision comes. `words` (n,) are
    the eight barriers of a row as one number, in which a byte that equals the code of waiting is
    found at once.
    """
    rows = np.empty(len(firms.uid), dtype=np.int64)
    resumed = np.empty(len(firms.uid), dtype=np.uint8)
    count = 0
    for i in range(len(rows)):
        # Written whether or not it stays: without a branch the draws of many firms overlap.
        rows[count] = i
        resumed[count] = 0
        free = firms.alive[i] != 0
        if firms.ordered[i] != 0:
            people = firms.skilled[i] + firms.unskilled[i]
            free &= has_room(firms.ordered[i], people, per_project)
        word = words[i] ^ _WAITING
        if ((word - _ONES) & ~word & _TOPS) != 0:
            resumed[count] = _decided(i, firms.applied, firms.barrier)
        count += free & ((uniform(key, firms.uid[i], 0) < review) | (resumed[count] != 0))
    return rows[:count], resumed[:count]


@njit(nogil=True, cache=True)
def _hear(
    start: Any, stop: Any, others: Any, asked: Any, adopted: Any, realised: Any, total: Any,
    count: Any,
) -> None:  # fmt: skip
    """Add what the rows others[start:stop] have realised with the technologies in `asked`."""
    for position in range(start, stop):
        j = others[position]
        used = np.int64(adopted[j]) & asked
        while used:
            k = LOWEST[used]
            total[k] += realised[j, k]
            count[k] += 1.0
            used &= used - 1


@njit(nogil=True, cache=True)
def consider(
    rows: Any,
    offered: Any,
    firms: Any,
    edges: Any,
    applicable: Any,
    tech: Any,
    numbers: Any,
    with_beliefs: Any,
) -> Any:
    """Bits of the technologies that each of the rows knows, lacks and can buy; what others say.

    Beliefs move with how suppliers and customers fared, good and bad news alike. The other
    technologies get their barriers here; nothing holds back what is on order.
    """
    asked = np.empty(len(rows), dtype=np.uint8)
    total, count = np.empty(8), np.empty(8)
    for position in range(len(rows)):
        i = rows[position]
        useful = np.int64(applicable[firms.sector[i]])
        # Automation is bought step by step, so what counts is the room that is left.
        covered = np.int64(firms.adopted[i]) & 0xFE
        room = numbers.automation_limit - np.float64(firms.automation[i])
        if min(tech.step[0], room) < 0.5 * tech.step[0]:
            covered |= 1
        covered |= np.int64(firms.ordered[i])
        known = np.int64(firms.aware[i])
        for k in range(8):
            barrier = NO_PROVIDER_CAPACITY if (known >> k) & 1 else UNAWARE
            barrier = NO_BARRIER if (covered >> k) & 1 else barrier
            firms.barrier[i, k] = barrier if (useful >> k) & 1 else NOT_APPLICABLE
        mask = useful & ~covered & known & offered
        asked[position] = mask
        if not with_beliefs or mask == 0:
            continue
        for k in range(8):
            total[k] = 0.0
            count[k] = 0.0
        _hear(
            edges.supplier_start[i], edges.supplier_start[i + 1], edges.suppliers, mask,
            firms.adopted, firms.realised, total, count,
        )  # fmt: skip
        _hear(
            edges.customer_start[i], edges.customer_start[i + 1], edges.customers, mask,
            firms.adopted, firms.realised, total, count,
        )  # fmt: skip
        for k in range(8):
            if count[k] > 0.0:
                precision = numbers.belief_signal_weight * count[k]
                belief = np.float64(firms.belief[i, k])
                share = precision / (1.0 + precision)
                firms.belief[i, k] = belief + share * (total[k] / count[k] - belief)
    return asked
