"""What moves which outcome: Morris and Sobol from the runs of a study with such a design.

The points of the study are those of `calibration.sensitivity.morris_design` or `sobol_design`, a
factor at its quantile where the design has a number; the estimators are the same module's. A block
is a trajectory (Morris) or the points that share two samples (Sobol): an estimate needs it whole,
every replicate on the same random numbers throughout. Where runs failed, replicates and blocks are
left out, whichever loses less, until none is missing; `used` says how many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from calibration import sensitivity
from calibration.sensitivity import FEWEST, whole
from experiments.analysis.frames import (
    DESIGN,
    Bools,
    Floats,
    chosen,
    columns,
    cube,
    outcomes_of,
)
from sim.core.errors import InputError

STEP = sensitivity.LEVELS / (2.0 * (sensitivity.LEVELS - 1.0))
"""What a factor moves by in a Morris trajectory, as a share of its range."""
TINY = 1e-9
Estimate = Callable[[Floats, Bools], pd.DataFrame]
"""Values (n, replicates, 1) and the blocks (blocks,) they belong to -> a row a factor."""


@dataclass(frozen=True)
class Sensitivity:
    """Effects or indices, and on what they rest.

    `table`: scenario, outcome, factor, then mu, mu_star, mu_star_half, sigma (Morris) or first,
    first_half, total, total_half (Sobol), chance, net, share as in `calibration.sensitivity`.
    `used`: a row a scenario and outcome: blocks, blocks_out, replicates, replicates_out, note
    (empty; "constant" or "too few" where an outcome has no row in the table).
    """

    method: str
    table: pd.DataFrame
    used: pd.DataFrame


def morris(
    design: pd.DataFrame, runs: pd.DataFrame, outcomes: Sequence[str] | None = None, *,
    listed: Mapping[str, Sequence[Any]] | None = None, seed: int = 1,
) -> Sensitivity:  # fmt: skip
    """Effects of crossing a factor's range (Morris 1991; Campolongo et al. 2007).

    `listed` gives the order of a factor's choices, which decides the sign of mu; without, they are
    in the order of their names. InputError for a design without trajectories.
    """

    def estimator(part: pd.DataFrame, factors: list[str]) -> Estimate:
        points = _trajectories(part, factors, listed or {})

        def estimate(values: Floats, blocks: Bools) -> pd.DataFrame:
            own = points[np.repeat(blocks, len(factors) + 1)]
            return sensitivity.morris(own, values, factors, ["y"], seed)

        return estimate

    return _analysed("morris", design, runs, outcomes, 1, estimator)


def sobol(
    design: pd.DataFrame, runs: pd.DataFrame, outcomes: Sequence[str] | None = None, *,
    seed: int = 1,
) -> Sensitivity:  # fmt: skip
    """Shares of variance, first and total order (Saltelli et al. 2010).

    InputError for a design that is not Saltelli's.
    """

    def estimator(part: pd.DataFrame, factors: list[str]) -> Estimate:
        _check_saltelli(part, factors)

        def estimate(values: Floats, blocks: Bools) -> pd.DataFrame:
            return sensitivity.sobol(values, factors, ["y"], seed)

        return estimate

    return _analysed("sobol", design, runs, outcomes, 2, estimator)


def _analysed(
    method: str, design: pd.DataFrame, runs: pd.DataFrame, outcomes: Sequence[str] | None,
    more: int, estimator: Callable[[pd.DataFrame, list[str]], Estimate],
) -> Sensitivity:  # fmt: skip
    """Every scenario and outcome; a block has `more` points than factors."""
    factors = [name for name in design.columns if name not in DESIGN]
    asked = chosen(method, outcomes, outcomes_of(runs))
    tables, used = [], []
    for scenario in dict.fromkeys(design["scenario"]):
        part = design[design["scenario"] == scenario].sort_values("point")
        size = len(factors) + more
        if not factors or len(part) % size:
            allowed = f"{method} blocks of {size} points" if factors else "factors to vary"
            raise InputError("design", str(scenario), f"{len(part)} points", allowed)
        estimate = estimator(part, factors)
        for outcome in asked:
            found, says = _outcome(cube(part, runs, outcome), size, estimate)
            used.append({"scenario": scenario, "outcome": outcome, **says})
            if found is not None:
                found = found.rename(columns={"parameter": "factor", "output": "outcome"})
                tables.append(found.assign(outcome=outcome, scenario=scenario))
    front = ["scenario", "outcome", "factor"]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=front)
    table = table[front + [name for name in table.columns if name not in front]]
    return Sensitivity(method, table, pd.DataFrame(used))


def _outcome(
    values: Floats, size: int, estimate: Estimate
) -> tuple[pd.DataFrame | None, dict[str, Any]]:
    """Estimate from what is whole of values (points, replicates), and what that is."""
    there = np.isfinite(values).reshape(-1, size, values.shape[1]).all(axis=1)
    blocks, replicates = whole(there)
    says: dict[str, Any] = {
        "blocks": int(blocks.sum()), "blocks_out": int((~blocks).sum()),
        "replicates": int(replicates.sum()), "replicates_out": int((~replicates).sum()), "note": "",
    }  # fmt: skip
    if says["blocks"] < FEWEST or says["replicates"] < 1:
        return None, says | {"note": "too few"}
    kept = values[np.repeat(blocks, size)][:, replicates]
    found = estimate(kept[:, :, None], blocks)
    return (found, says) if len(found) else (None, says | {"note": "constant"})


def _trajectories(
    part: pd.DataFrame, factors: list[str], listed: Mapping[str, Sequence[Any]]
) -> Floats:
    """Points of the unit cube up to a shift: what the estimator reads is who moved and whither.

    A factor that a step left as it was (a choice or a whole number that rounds back) is taken to be
    the one that did not move elsewhere in the trajectory; its effect is 0.
    """
    size = len(factors) + 1
    ranks = _ranks(part, factors, listed)
    steps = np.diff(ranks.reshape(-1, size, len(factors)), axis=1)
    # Less than this is what rounding did to a factor that stayed.
    steps = np.sign(np.where(np.abs(steps) > TINY * np.ptp(ranks, axis=0), steps, 0.0))
    moved = steps != 0
    if (moved.sum(axis=2) > 1).any() or (moved.sum(axis=1) > 1).any():
        raise InputError("design", "points", "no trajectories", "a design of method morris")
    for own, did in zip(steps, moved, strict=True):
        idle, still = np.flatnonzero(~did.any(axis=1)), np.flatnonzero(~did.any(axis=0))
        own[idle, still] = 1.0
    path = np.concatenate([np.zeros_like(steps[:, :1]), steps.cumsum(axis=1)], axis=1)
    # A factor that goes down starts a step above the bottom.
    path -= path.min(axis=1, keepdims=True)
    return STEP * path.reshape(-1, len(factors))


def _ranks(part: pd.DataFrame, factors: list[str], listed: Mapping[str, Sequence[Any]]) -> Floats:
    """Factors as numbers that rise with the value, (points, factors); 0 for what does not vary."""
    found = np.zeros((len(part), len(factors)))
    for column in columns(part, factors):
        values = column.values
        if column.choices and column.name in listed:
            order = list(listed[column.name])
            places = [order.index(c) if c in order else len(order) for c in column.choices]
            values = np.array(places, dtype=float)[values.astype(int)]
        found[:, factors.index(column.name)] = values
    return found


def _check_saltelli(part: pd.DataFrame, factors: list[str]) -> None:
    """Each point of a block but the last differs from the first in its own factor alone."""
    size = len(factors) + 2
    rows = _ranks(part, factors, {}).reshape(-1, size, len(factors))
    differs = rows[:, 1:-1] != rows[:, :1]
    if (differs & ~np.eye(len(factors), dtype=bool)).any():
        raise InputError("design", "points", "no blocks of Saltelli", "a design of method sobol")
