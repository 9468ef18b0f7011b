"""What a month must move through memory at least, and how fast this machine moves it.

Bytes are counted from the phases' declarations: a column read costs its bytes once, a column
written costs them again; each edge costs its index, weight and group in sequence and one gather.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
from numba import njit

from sim.model import PHASES, Province


@njit(nogil=True, cache=False)
def _gather(values: Any, index: Any) -> float:
    total = 0.0
    for i in range(len(index)):
        total += values[index[i]]
    return total


def copy_speed(megabytes: int = 256) -> float:
    """Bytes a second of a plain copy, read plus written."""
    source = np.ones(megabytes * 131_072)
    target = np.empty_like(source)
    np.copyto(target, source)
    best = min(_timed(lambda: np.copyto(target, source)) for _ in range(5))
    return 2 * source.nbytes / best


def gather_speed(rows: int, count: int = 2_000_000) -> float:
    """Random gathers a second from an array of `rows` eight-byte values."""
    rng = np.random.default_rng(1)
    values, index = rng.random(rows), rng.integers(0, rows, count).astype(np.uint32)
    _gather(values, index)
    return count / min(_timed(lambda: _gather(values, index)) for _ in range(5))


def _timed(work: Any) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def moved_bytes(province: Province) -> tuple[int, int]:
    """Bytes read and written in sequence, and gathers along edges, in one month."""
    total = 0
    for phase in PHASES:
        if phase.name in ("identities", "awards", "calls"):
            continue  # not every month, or only under --check
        for name, view in phase.views.items():
            table = province.tables[name]
            written = phase.writes.get(name, frozenset())
            for column in view._fields:  # type: ignore[attr-defined]
                passes = 2 if column in written else 1
                total += passes * table.columns[column].bytes * table.rows
    edges = province.world.edges
    links = len(edges.suppliers)
    # Production walks both directions once: index, weight and group of an edge are 9 bytes.
    total += 2 * links * 9
    return total, 2 * links


def limit_seconds(province: Province) -> float:
    """The least time a month can take on this machine, one thread."""
    sequential, gathers = moved_bytes(province)
    rows = province.tables["firms"].rows
    return sequential / copy_speed() + gathers / gather_speed(rows)


def bytes_per_firm(province: Province) -> float:
    """Private columns and shared edges a firm row."""
    table = province.tables["firms"]
    world = province.world
    edges = world.edges.bytes + world.supplier_group.nbytes + world.customer_group.nbytes
    return table.bytes_per_row() + edges / table.rows
