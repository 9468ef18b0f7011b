"""The 49 targets in one run."""

from __future__ import annotations

from sim.results import Results
from sim.scoring import scores


def targets_of(results: Results) -> dict[str, tuple[float, float, float]]:
    """Value, relative to the target and chance of meeting it, by the target's code."""
    return {
        code: (one.value, one.relative, one.probability) for code, one in scores(results).items()
    }
