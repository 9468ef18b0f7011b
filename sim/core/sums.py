"""Sums in kernels with the bits of numpy's own."""

from __future__ import annotations

from typing import Any

from sim.core.kernels import njit

_BLOCK = 128
"""Numbers that numpy adds up without halving them."""


@njit(nogil=True, cache=True)
def pairwise(values: Any) -> Any:
    """`values.sum()` of contiguous numbers (n,), bit for bit: halves, then eight sums side by side.

    The order is that of numpy's pairwise summation.
    """
    count = len(values)
    if count > _BLOCK:
        half = count // 2
        half -= half % 8
        return pairwise(values[:half]) + pairwise(values[half:])
    if count < 8:
        total = 0.0
        for value in values:
            total += value
        return total
    sums = values[:8].copy()
    whole = count - count % 8
    for start in range(8, whole, 8):
        for lane in range(8):
            sums[lane] += values[start + lane]
    total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + (
        (sums[4] + sums[5]) + (sums[6] + sums[7])
    )
    for place in range(whole, count):
        total += values[place]
    return total
