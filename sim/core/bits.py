"""Look-up tables over bit masks of eight technologies: one load instead of eight branches."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MASKS = ((np.arange(256)[:, None] >> np.arange(8)) & 1).astype(np.float64)
"""MASKS[mask, k] is 1 where technology k is in the mask, (256, 8)."""

COUNTS = MASKS.sum(axis=1)
"""Number of technologies in a mask, (256,)."""


def sums_of(values: npt.ArrayLike) -> Floats:
    """Sum of `values` (8,) over the technologies of every mask, (256,)."""
    table: Floats = MASKS @ np.asarray(values, dtype=np.float64)
    return table
