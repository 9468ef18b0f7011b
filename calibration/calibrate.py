"""A whole calibration: design, search, second design, posterior, check with fresh luck.

1. **design**: a Latin hypercube over the priors; an emulator is fitted to it.
2. **search**: simulated moments from the best of the design, on common random numbers.
3. **focus**: points where the first emulator finds the targets likely, spread twice as wide as its
   posterior; the emulator is fitted again to both designs.
4. **check**: the best of the search, the mode of the posterior and draws of it are run with seeds
   that nothing was fitted to. The better of the first two are the fitted values.

Runs of the designs have each a seed of their own: shared luck would not average out in a regression.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import qmc

from calibration import emulator, posterior, recovery
from calibration.search import Method, Search, distance, search
from calibration.store import Simulator, Store
from sim.core.errors import InputError
from sim.seeds import as_seed

Array = npt.NDArray[np.float64]
Report = Callable[[int, int, float], None]
"""Called with runs done and in all, and the best distance so far (nan before the search)."""

SHARES = {"design": 0.4, "search": 0.25, "focus": 0.3}
"""Parts of the budget; the rest is the check."""
DRAWS = 2000
TRUTHS = 20
"""Truths of a recovery test, each one run beyond the budget."""
POWER = 0.25
"""Power of the likelihood that the second design is drawn from: twice as wide as the posterior."""
USABLE = 0.9
"""Share of the design's runs that must say a moment, or it is left out."""
_APART = 1_000_000
"""Seeds of one stage lie this far from those of the next."""


@dataclass(frozen=True)
class Goal:
    """Observed moments (m,), their deviations (m,), inf for those that do not count, and names.

    `series` (m,) says by its number which series a moment belongs to.
    """

    names: tuple[str, ...]
    observed: Array
    deviation: Array
    series: posterior.Integers

    def of(self, usable: npt.NDArray[np.bool_]) -> tuple[Array, Array, posterior.Integers]:
        """Observed, deviation and series of the moments that count."""
        return self.observed[usable], self.deviation[usable], self.series[usable]


@dataclass(frozen=True)
class Plan:
    """How much is run and how: `budget` runs in all, `replicates` of each point, first `seed`."""

    budget: int = 2000
    replicates: int = 2
    method: Method = "cma"
    seed: int = 1
    recovery: bool = False

    def points(self, stage: str) -> int:
        """Points of a stage."""
        total = self.budget // self.replicates
        if stage == "check":
            return total - sum(self.points(one) for one in SHARES)
        return int(SHARES[stage] * total)

    @property
    def runs(self) -> int:
        """Runs in all, truths of the recovery test among them."""
        stages = sum(self.points(stage) for stage in (*SHARES, "check"))
        return stages * self.replicates + (TRUTHS if self.recovery else 0)

    def check(self, parameters: int) -> None:
        """Refuse a plan that cannot be carried out for so many parameters."""
        if self.replicates < 2:
            raise InputError(
                "calibrate", "--replicates", self.replicates, "2 or more: chance is part"
            )
        as_seed(self.seed, 6 * _APART)
        # The check needs its two points, an emulator more points than parameters.
        least = max(80, 5 * (parameters + 2)) * self.replicates
        if not least <= self.budget <= 1_000_000:
            raise InputError("calibrate", "--budget", self.budget, f"{least} to 1000000 runs")


@dataclass(frozen=True)
class Fitted:
    """What came out, in the unit cube: point (p,) fitted, draws of the posterior, what was used.

    `moments` (m,) and `predicted` (k, m) are means at the fitted point and runs at posterior draws,
    all with fresh seeds; `usable` (m,) says which moments counted; `first` and `final` are the
    emulators before and after the focus; `trace` (n,) is the best distance after each point of the
    search, `distance` that of the fitted point with fresh seeds.
    """

    point: Array
    chosen: str
    draws: posterior.Draws
    moments: Array
    predicted: Array
    usable: npt.NDArray[np.bool_]
    first: emulator.Emulator
    final: emulator.Emulator
    trace: Array
    distance: float
    recovered: pd.DataFrame | None


class _Runs:
    """Evaluations of one calibration, with seeds by stage and progress over all of them."""

    def __init__(
        self, store: Store, simulate: Simulator, plan: Plan, workers: int, report: Report | None
    ) -> None:
        self.store, self.simulate, self.plan = store, simulate, plan
        self.workers, self.report = workers, report
        self.done, self.best = 0, float("nan")

    def tell(self, done: int) -> None:
        """So many runs of the batch under way are done."""
        if self.report is not None:
            self.report(self.done + done, self.plan.runs, self.best)

    def __call__(self, stage: str, points: Array, seeds: npt.NDArray[np.int64]) -> Array:
        found = self.store.evaluate(self.simulate, stage, points, seeds, self.workers, self.tell)
        self.done += seeds.size
        return found

    def own(self, stage: str, points: Array, replicates: int | None = None) -> Array:
        """Every run with a seed of its own."""
        each = replicates or self.plan.replicates
        place = ("design", "focus", "check", "truths").index(stage) + 1
        first = self.plan.seed + place * _APART
        return self(stage, points, first + np.arange(len(points) * each).reshape(-1, each))

    def common(self, stage: str, points: Array) -> Array:
        """Replicate r of every point with the same seed."""
        seeds = self.plan.seed + np.arange(self.plan.replicates)
        return self(stage, points, np.tile(seeds, (len(points), 1)))


def calibrate(
    simulate: Simulator, parameters: Sequence[str], goal: Goal, plan: Plan, store: Store,
    workers: int = 1, report: Report | None = None,
) -> Fitted:  # fmt: skip
    """Calibrate `parameters` of a simulator of points in the unit cube to observed moments.

    The result depends on the simulator, goal and plan only, not on workers or on how often it was
    begun anew with the same store.
    """
    width = len(parameters)
    plan.check(width)
    runs = _Runs(store, simulate, plan, workers, report)
    design = qmc.LatinHypercube(width, seed=plan.seed).random(plan.points("design"))
    made = runs.own("design", design)
    said = np.isfinite(made).mean(axis=(0, 1)) >= USABLE
    usable = said & np.isfinite(goal.deviation)
    counted = goal.of(usable)
    first = _fit(design, made[..., usable])

    def far(moments: Array) -> Array:
        return distance(moments[..., usable], *counted[:2], np.diag(first.chance))

    def told(best: float) -> None:
        runs.best = best

    known = Search(design, far(made))
    searched = search(
        lambda points: far(runs.common("search", points)),
        known, plan.points("search"), plan.method, plan.seed, told,
    )  # fmt: skip
    focus = _focus(first, counted, plan)
    both = np.concatenate([made, runs.own("focus", focus)])
    final = _fit(np.concatenate([design, focus]), both[..., usable])
    draws = posterior.posterior(final, *counted, DRAWS, plan.seed)
    candidates = np.stack([searched.best, draws.unit[int(np.argmax(draws.logarithm))]])
    checked = np.concatenate([candidates, draws.unit[: plan.points("check") - 2]])
    fresh = runs.own("check", checked)
    gaps = far(fresh[:2])
    winner = int(np.argmin(gaps))
    return Fitted(
        point=candidates[winner],
        chosen=("search", "mode")[winner],
        draws=draws,
        moments=fresh[winner].mean(axis=0),
        predicted=fresh[2:].reshape(-1, fresh.shape[2]),
        usable=usable,
        first=first,
        final=final,
        trace=np.minimum.accumulate(np.append(known.distances.min(), searched.distances)),
        distance=float(gaps[winner]),
        recovered=_recovered(runs, first, usable, goal, parameters) if plan.recovery else None,
    )


def _fit(points: Array, moments: Array) -> emulator.Emulator:
    try:
        return emulator.fit(points, moments)
    except ValueError as error:
        raise RuntimeError(f"{error}: too many runs fail (evaluations.sqlite says why)") from None


def _focus(
    first: emulator.Emulator, counted: tuple[Array, Array, posterior.Integers], plan: Plan
) -> Array:
    """Points of the second design: draws of prior x likelihood to the power `POWER`."""
    value = posterior.likelihood(first, *counted)
    count, width = max(plan.points("focus"), 500), first.parameters
    found, *_ = posterior.sample(lambda points: POWER * value(points), width, count, plan.seed)
    return found[: plan.points("focus")]


def _recovered(
    runs: _Runs, first: emulator.Emulator, usable: npt.NDArray[np.bool_], goal: Goal,
    parameters: Sequence[str],
) -> pd.DataFrame:  # fmt: skip
    """The recovery test on the first emulator, which knows the whole prior."""
    seed = runs.plan.seed + _APART
    truths = qmc.LatinHypercube(len(parameters), seed=seed).random(TRUTHS)
    moments = runs.own("truths", truths, 1)[:, 0, usable]
    _, deviation, series = goal.of(usable)
    return recovery.recover(first, truths, moments, deviation, series, parameters, seed)
