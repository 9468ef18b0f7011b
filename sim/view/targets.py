"""The 49 targets in one run."""

from __future__ import annotations

import numpy as np

from sim.results import Results
from sim.scoring import scores
from sim.view.columns import Columns


def targets_of(results: Results) -> Columns[str]:
    """Value, relative to the target and chance of meeting it, by the target's code."""
    found = scores(results)
    figures = [(one.value, one.relative, one.probability) for one in found.values()]
    return Columns(tuple(found), np.array(figures, dtype=np.float64).reshape(-1, 3))
