"""A whole search: twin, generations, front, packages that stand out, check in fresh futures.

1. **reference**: the twin without a programme, and the document's split, in every future. Futures in
   which one of them fails are left out, for all.
2. **search**: generations of packages on the same futures, objectives summed up over them.
3. **check**: what stands out on the front, and the document's split, in futures that nothing was
   chosen by, parameters and seeds. What is best of many on one sample is so partly by luck; here that
   luck is gone.

Nothing here knows what a package is: a point of the unit cube that a simulator runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from calibration.store import Simulator, Store
from experiments import pareto, robust
from experiments.search import Explored, Method, Plan, explore
from experiments.search_store import twin_point
from sim.core.table import Array

Report = Callable[[int, int, float], None]
"""Called with runs done and in all, and the hypervolume so far (nan before the first generation)."""
BALANCED = "balanced"
DOCUMENT = "document"


@dataclass(frozen=True)
class Task:
    """What is searched: `measures` turns figures (..., m) and the twin's into measures (..., K).

    `origin` (p,) is what there is; `names` (k,) the objectives, `places` (k,) where they stand among
    the measures, `better` (k,) 1 or -1, `thresholds` (k,) nan where what there is sets it;
    `summary` is mean or satisficing. `seeds` are of the futures of the search, `fresh` of the check.
    """

    simulate: Simulator
    origin: Array
    measures: Callable[[Array, Array], Array]
    names: tuple[str, ...]
    places: tuple[int, ...]
    better: Array
    thresholds: Array
    summary: str
    seeds: tuple[int, ...]
    fresh: tuple[int, ...]
    plan: Plan
    method: Method = "nsga3"
    seed: int = 1

    def objectives(self, measures: Array, thresholds: Array) -> Array:
        """What a package is judged by in each future, (n, F, k), of measures (n, F, K)."""
        values = measures[..., list(self.places)]
        if self.summary == "satisficing":
            return robust.met(values, thresholds, self.better)
        return values

    def limits(self, origin: Array) -> Array:
        """Thresholds (F, k) in every future, of the measures (F, K) of what there is."""
        own = origin[:, list(self.places)]
        return np.where(np.isnan(self.thresholds), own, self.thresholds)


@dataclass(frozen=True)
class Sample:
    """Measures (n, F, K) of packages in futures with their seeds, and thresholds (F, k) there."""

    measures: Array
    thresholds: Array
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Chosen:
    """A package that stands out: its `role`, its row, and the objectives it is to be better in."""

    role: str
    row: int
    stated: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What came out.

    `explored` has points (n, p) and values (n, k) over the futures of `searched`; `front` (n,) says
    which no other dominates; `trace` is the hypervolume after each generation; `checked` has the
    document's split first, then the packages of `chosen`, in fresh futures.
    """

    explored: Explored
    searched: Sample
    front: npt.NDArray[np.bool_]
    trace: Array
    chosen: tuple[Chosen, ...]
    checked: Sample


@dataclass
class _Runs:
    """Evaluations of one search, with progress over all of them."""

    task: Task
    store: Store
    workers: int
    report: Report | None
    done: int = 0
    volume: float = field(default=float("nan"))

    def __call__(self, stage: str, points: Array, seeds: tuple[int, ...]) -> Array:
        """Figures (n, F, m) of points (n, p), nan where a run failed."""
        grid = np.tile(np.array(seeds, dtype=np.int64), (len(points), 1))

        def tell(done: int) -> None:
            if self.report is not None:
                self.report(self.done + done, self.task.plan.runs, self.volume)

        found = self.store.evaluate(self.task.simulate, stage, points, grid, self.workers, tell)
        self.done += grid.size
        return found


def optimise(task: Task, store: Store, workers: int = 1, report: Report | None = None) -> Found:
    """Search and check. The result depends on the task only, not on workers or interruptions."""
    runs = _Runs(task, store, workers, report)
    twin, own, seeds = _references(runs, "reference", task.seeds)
    # The document's split is in the first generation too, where it is counted.
    runs.done -= len(task.seeds)
    limits = task.limits(own)
    kept: list[Array] = []
    scale: list[pareto.Scale] = []
    trace: list[float] = []

    def evaluate(points: Array) -> Array:
        found = task.measures(runs("search", points, seeds), twin)
        kept.append(found)
        return np.asarray(task.objectives(found, limits).mean(axis=1))

    def told(values: Array, generation: int) -> None:
        signed = values * task.better
        if not scale:
            scale.append(pareto.Scale.of(signed))
        runs.volume = scale[0].volume(signed)
        trace.append(runs.volume)

    plan = task.plan
    explored = explore(
        evaluate, task.origin, task.better, plan.population, plan.generations, task.method,
        task.seed, told,
    )  # fmt: skip
    signed = explored.values * task.better
    front = pareto.front(signed)
    chosen = choose(task, signed, front)
    fresh_twin, fresh_own, fresh = _references(runs, "check", task.fresh)
    rows = sorted({one.row for one in chosen})
    figures = runs("check", explored.points[rows], fresh)
    made = dict(zip(rows, task.measures(figures, fresh_twin), strict=True))
    if report is not None:
        # Packages that came up twice were not run twice.
        report(plan.runs, plan.runs, runs.volume)
    checked = np.stack([fresh_own, *(made[one.row] for one in chosen)])
    return Found(
        explored,
        Sample(np.concatenate(kept), limits, seeds),
        front,
        np.array(trace),
        chosen,
        Sample(checked, task.limits(fresh_own), fresh),
    )


def choose(task: Task, signed: Array, front: npt.NDArray[np.bool_]) -> tuple[Chosen, ...]:
    """The best package of each objective and the balanced one, of values (n, k), more is better."""
    rows = np.flatnonzero(front)
    values = signed[rows]
    found = [
        Chosen(name, int(rows[place]), (name,))
        for name, place in zip(task.names, pareto.extremes(values), strict=True)
    ]
    return (*found, Chosen(BALANCED, int(rows[pareto.knee(values)]), task.names))


def _references(
    runs: _Runs, stage: str, seeds: tuple[int, ...]
) -> tuple[Array, Array, tuple[int, ...]]:
    """Figures (F, m) of the twin, measures (F, K) of what there is, seeds (F,) where both ended well."""
    task = runs.task
    points = np.stack([twin_point(len(task.origin)), task.origin])
    twin, own = runs(stage, points, seeds)
    measured = task.measures(own, twin)
    good = np.isfinite(measured[:, list(task.places)]).all(axis=1)
    if not good.any():
        raise RuntimeError(
            "no future in which both the twin and the document's split have every objective: "
            "evaluations.sqlite says why; a run that ends too early has no figure for some"
        )
    kept = tuple(seed for seed, one in zip(seeds, good, strict=True) if one)
    return twin[good], measured[good], kept
