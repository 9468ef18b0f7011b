"""Look-up tables over bit masks of eight technologies: one load instead of eight branches."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MASKS = ((np.arange(256)[:, None] >> np.arange(8)) & 1).astype(np.float64)
"""MASKS[mask, k] is 1 where technology k is in the mask, (256, 8)."""

COUNTS = MASKS.sum(axis=1)
"""Number of technologies in a mask, (256,)."""

LOWEST = MASKS.argmax(axis=1)
"""First technology of a mask, 0 for the empty one, (256,)."""

BYTES = MASKS.astype(np.uint64) @ (np.uint64(1) << np.arange(0, 64, 8, dtype=np.uint64))
"""Mask with a byte for each technology, so that 255 masks are counted by adding them, (256,)."""


@lru_cache(maxsize=256)
def among(codes: tuple[int, ...] | None) -> npt.NDArray[np.bool_]:
    """Flag of each of the 256 codes that is one of `codes` (None: all); read faster than a list."""
    table = np.zeros(256, dtype=bool)
    table[slice(None) if codes is None else list(codes)] = True
    table.flags.writeable = False
    return table


def sums_of(values: npt.ArrayLike) -> Floats:
    """Sum of `values` (8,) over the technologies of every mask, (256,)."""
    table: Floats = MASKS @ np.asarray(values, dtype=np.float64)
    return table
