"""Simulated moments: the point at which the mean over replicates is closest to what was observed.

All points share their seeds, so that they differ by parameters and not by luck (McFadden 1989).
Optuna proposes batches of a fixed size (CMA-ES, Hansen 2016, or TPE, Bergstra et al. 2011) and is
told the results in the order of its trials. It keeps nothing on disk: after a kill the same
sampler with the same seed is asked again, and gets from the store what was evaluated before, so
that it proposes what it had proposed and goes on as if nothing had happened.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Method = Literal["cma", "tpe"]
METHODS = ("cma", "tpe")
BATCH = 16
"""Points proposed at once, a generation of CMA-ES; enough to keep a few cores busy."""


@dataclass(frozen=True)
class Search:
    """Points (n, p) of the unit cube in the order proposed and their distances (n,), inf if failed."""

    points: Array
    distances: Array

    @property
    def best(self) -> Array:
        """The point with the smallest distance, (p,)."""
        return np.asarray(self.points[int(np.argmin(self.distances))])


FAR = 2.0
"""Standard deviations from which a gap counts less and less: a target out of the model's reach would
else decide alone where all others come to lie."""


def distance(moments: Array, observed: Array, deviation: Array, chance: Array) -> Array:
    """Typical gap in standard deviations, (n,), of means over replicates.

    Root of the mean of z^2 for gaps z well below `FAR`, which grows with the logarithm of larger
    ones (Cauchy's loss, as the posterior's likelihood).

    moments (n, replicates, m); observed, deviation (of the targets), chance (variance of one run
    about its mean), all (m,). inf where a run failed.
    """
    replicates = moments.shape[1]
    variance = deviation**2 + chance * (1.0 + 1.0 / replicates)
    square = (moments.mean(axis=1) - observed) ** 2 / variance
    found = np.sqrt((FAR**2 * np.log1p(square / FAR**2)).mean(axis=1))
    return np.where(np.isfinite(found), found, np.inf)


def search(
    evaluate: Callable[[Array], Array],
    known: Search,
    budget: int,
    method: Method = "cma",
    seed: int = 1,
    told: Callable[[float], None] | None = None,
) -> Search:
    """Minimise `evaluate`: distances (n,) of points (n, p) of the unit cube, inf where it failed.

    It learns from points `known` before: CMA-ES starts from the normal distribution of the best
    tenth (Nomura et al. 2021), TPE has them as trials of its own. `budget` is the number of new
    points; `told` is called with the best distance after each batch.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    width = known.points.shape[1]
    space: dict[str, Any] = {
        f"x{place:03d}": optuna.distributions.FloatDistribution(0.0, 1.0) for place in range(width)
    }
    with warnings.catch_warnings():
        # Which of its features are experimental is optuna's affair; the version is pinned.
        warnings.simplefilter("ignore")
        study = _study(method, known, space, seed)
        points, distances = np.empty((0, width)), np.empty(0)
        while len(points) < budget:
            trials = [study.ask(space) for _ in range(min(BATCH, budget - len(points)))]
            batch = np.array([[trial.params[name] for name in space] for trial in trials])
            found = evaluate(batch)
            for trial, value in zip(trials, found, strict=True):
                if np.isfinite(value):
                    study.tell(trial, float(value))
                else:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
            points, distances = np.concatenate([points, batch]), np.concatenate([distances, found])
            if told is not None:
                told(float(distances.min()))
    return Search(points, distances)


def _study(method: Method, known: Search, space: dict[str, Any], seed: int) -> Any:
    """A study in memory that has learnt from the points known."""
    import optuna

    trials = [
        optuna.trial.create_trial(
            params=dict(zip(space, map(float, point), strict=True)), distributions=space,
            value=float(value),
        )
        for point, value in zip(known.points, known.distances, strict=True)
        if np.isfinite(value)
    ]  # fmt: skip
    if method == "tpe":
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.add_trials(trials)
        return study
    return optuna.create_study(
        sampler=optuna.samplers.CmaEsSampler(
            source_trials=trials, seed=seed, popsize=BATCH, warn_independent_sampling=False
        )
    )
