"""Packages whose front is known, searched as the model's are."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.store import Store
from experiments.optimise import Task, optimise
from experiments.search import Plan
from sim.scenario import Scenario

WIDTH, FUTURES, CHECK, POPULATION, GENERATIONS = 3, 2, 6, 12, 9
PLAN = Plan(FUTURES + 5 * CHECK + GENERATIONS * POPULATION * FUTURES, FUTURES, CHECK, POPULATION, 2)


@dataclass(frozen=True)
class Quarter:
    """Two figures on a quarter of a circle of radius 1, less where coordinates beyond the first are off.

    Chance shifts all packages of a future alike. `count` is a folder that gets a file for each run
    begun; the `kill`th ends its process as kill -9 does. Futures of `sick` seeds fail.
    """

    count: Path | None = None
    kill: int = 0
    sick: tuple[int, ...] = ()
    scale: float = 0.01

    @property
    def scenario(self) -> Scenario:
        return Scenario.load("document_2014", ['time.end="2012-03"'])

    def __call__(self, point, seed):
        if self.count is not None:
            (self.count / f"{os.getpid()}-{time.monotonic_ns()}").touch()
            if len(os.listdir(self.count)) == self.kill:
                os.kill(os.getpid(), signal.SIGKILL)
        if seed in self.sick:
            raise ValueError("no such future")
        luck = np.random.default_rng(seed).standard_normal(2)
        if (point < 0).all():
            return luck
        return self.mean(point) + luck

    @staticmethod
    def mean(point):
        """Figures without chance: the front is the circle, where all but the first are 1/2."""
        angle = np.pi / 2 * point[0]
        radius = 1.0 - np.abs(point[1:] - 0.5).mean()
        return radius * np.array([np.cos(angle), np.sin(angle)])


def less_twin(figures, twin):
    """Measures of the toy: what is beyond the twin, so that chance is out."""
    return figures - twin


def task(simulate, summary="mean", thresholds=(np.nan, np.nan), plan=PLAN):
    """A search of the toy from a corner that is far from its front."""
    return Task(
        simulate, np.full(WIDTH, 0.1), less_twin, ("east", "north"), (0, 1), np.ones(2),
        np.array(thresholds, dtype=float), summary, tuple(range(1, 1 + plan.futures)),
        tuple(range(1001, 1001 + plan.check)), plan, "nsga2",
    )  # fmt: skip


def run(folder, simulate, workers=1, resume=False, **more):
    """Search a toy in a folder."""
    with Store(folder, {"toy": 1}, resume, "search") as store:
        return optimise(task(simulate, **more), store, workers)


def said(found):
    """Everything that a repeat must say again, to the last bit."""
    parts = (
        found.explored.points, found.explored.values, found.front, found.trace,
        found.searched.measures, found.checked.measures, np.array([one.row for one in found.chosen]),
    )  # fmt: skip
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(one).tobytes() for one in parts)
    ).hexdigest()


if __name__ == "__main__":
    # Workers know this module by its own name only.
    from tests.experiments import search_toys

    where, counted, at, processes, again = sys.argv[1:]
    simulate = search_toys.Quarter(Path(counted), int(at))
    print(
        search_toys.said(search_toys.run(Path(where), simulate, int(processes), again == "resume"))
    )
