"""The 49 targets in one run, as a member of a track keeps them."""

from __future__ import annotations

from sim.results import Results
from sim.scoring import scores

Kept = dict[str, tuple[float, float, float]]
"""By target's code: value in the target's unit, result over target, chance that it is met."""


def targets_of(results: Results) -> Kept:
    """What a run has for each target; nan where it does not cover the target's years.

    Only the run's own months count. A rank is an expected one over what the other provinces may
    do, and its chance is between 0 and 1; every other chance is 0 or 1. Reads the frames of
    province, cities, programme and indices, not those of sectors and tiers.
    """
    return {code: (one.value, one.relative, one.probability) for code, one in scores(results).items()}
