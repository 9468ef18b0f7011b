"""A weighted directed graph over row numbers as CSR and reverse CSR: the truth of every graph.

Row i of the forward arrays lists the suppliers of buyer i, row j of the reverse arrays lists the
customers of supplier j. Both sides carry the edge's weight, so that either direction is one
sequential pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]


class Edges(NamedTuple):
    """CSR (`suppliers` of a buyer) and reverse CSR (`customers` of a supplier).

    `supplier_start` and `customer_start` have shape (rows + 1,), the others (edges,).
    """

    supplier_start: Indices
    suppliers: Indices
    supplier_weight: Weights
    customer_start: Indices
    customers: Indices
    customer_weight: Weights

    @property
    def rows(self) -> int:
        """Number of nodes."""
        return len(self.supplier_start) - 1

    @property
    def bytes(self) -> int:
        """Bytes held."""
        return sum(array.nbytes for array in self)


@dataclass(frozen=True)
class Order:
    """How edges in one direction are laid out: `start` (rows + 1,), `order` (edges,)."""

    start: Indices
    order: npt.NDArray[np.int64]


def group(rows: int, owner: npt.NDArray[np.integer], other: npt.NDArray[np.integer]) -> Order:
    """Sort edges by owner, then by the other end, so that equal edge sets give equal arrays."""
    order = np.lexsort((other, owner))
    counts = np.bincount(owner, minlength=rows)
    start = np.zeros(rows + 1, dtype=np.uint32)
    np.cumsum(counts, out=start[1:])
    return Order(start, order)


def build_edges(
    rows: int,
    buyer: npt.NDArray[np.integer],
    supplier: npt.NDArray[np.integer],
    weight: npt.NDArray[np.floating],
) -> Edges:
    """CSR and reverse CSR from edge lists of equal length (one entry an edge)."""
    forward, backward = group(rows, buyer, supplier), group(rows, supplier, buyer)
    return Edges(
        forward.start,
        supplier[forward.order].astype(np.uint32),
        weight[forward.order].astype(np.float32),
        backward.start,
        buyer[backward.order].astype(np.uint32),
        weight[backward.order].astype(np.float32),
    )
