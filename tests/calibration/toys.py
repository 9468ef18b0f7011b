"""Simulators whose answer is known, run as the model is."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.calibrate import Goal, Plan, calibrate
from calibration.store import Store
from sim.scenario import Scenario

WIDTH, MOMENTS = 3, 6
SLOPES = np.array(
    [
        [2.0, 0.5, 0.0, 1.0, 0.3, -1.0],
        [0.0, 1.5, 1.0, -0.5, 0.2, 0.7],
        [0.4, 0.0, 2.0, 0.6, -1.2, 0.0],
    ]
)
CHANCE = 0.1
DEVIATION = np.full(MOMENTS, 0.5)
SERIES = np.arange(MOMENTS)


@dataclass(frozen=True)
class Linear:
    """Moments linear in the parameters with normal chance.

    `count` is a folder that gets a file for each run begun; the `kill`th ends its process as
    kill -9 does, of a negative `kill` the first after so many that a worker process begins. Points
    beyond `edge` on the first coordinate fail.
    """

    count: Path | None = None
    kill: int = 0
    edge: float = 2.0
    scale: float = 0.01

    @property
    def scenario(self) -> Scenario:
        return Scenario.load("document_2014", ['time.end="2012-03"'])

    def __call__(self, point, seed):
        if self.count is not None:
            (self.count / f"{os.getpid()}-{time.monotonic_ns()}").touch()
            size, here = len(os.listdir(self.count)), multiprocessing.parent_process() is None
            if size == self.kill or (0 < -self.kill <= size and not here):
                os.kill(os.getpid(), signal.SIGKILL)
        if point[0] > self.edge:
            raise ValueError("beyond the edge")
        return self.mean(point) + CHANCE * np.random.default_rng(seed).standard_normal(MOMENTS)

    @staticmethod
    def mean(point):
        """Moments without chance."""
        return np.asarray(point) @ SLOPES


def normal_posterior(observed, chance=CHANCE):
    """Mean and sd of the parameters under a flat prior without bounds, (3,) each."""
    variance = DEVIATION**2 + chance**2
    precision = (SLOPES / variance) @ SLOPES.T
    covariance = np.linalg.inv(precision)
    return covariance @ (SLOPES / variance) @ observed, np.sqrt(np.diag(covariance))


def fit_toy(folder, simulate, plan, workers=1, resume=False):
    """Calibrate a toy to moments seen at 0.3, 0.6, 0.45."""
    observed = Linear.mean([0.3, 0.6, 0.45])
    names = tuple(f"moment_{place}" for place in range(MOMENTS))
    with Store(folder, {"budget": plan.budget}, resume) as store:
        goal = Goal(names, observed, DEVIATION, SERIES)
        return calibrate(simulate, ["a", "b", "c"], goal, plan, store, workers)


def said(fitted):
    """Everything that a repeat must say again, to the last bit."""
    parts = (fitted.point, fitted.draws.unit, fitted.trace, fitted.moments, fitted.predicted)
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
    ).hexdigest()


if __name__ == "__main__":
    # Workers know this module by its own name only.
    from tests.calibration import toys

    where, counted, at, processes, again = sys.argv[1:]
    simulate = toys.Linear(Path(counted), int(at))
    plan = Plan(budget=160)
    print(said(toys.fit_toy(Path(where), simulate, plan, int(processes), again == "resume")))
