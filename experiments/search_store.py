"""A package in a future as one run of the model, stored as an evaluation of `calibration.store`.

A future is a seed with a draw of the parameters: every package meets the same ones. The store keys a
run by point and seed, so a kill at any moment loses only runs that had not ended, and none is made
twice, whichever package asks for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import qmc

from calibration.priors import from_unit, overrides, select
from experiments.search_measures import figures
from experiments.split import Split
from sim.circumstances import CENTRAL, shipped_fit
from sim.core.errors import InputError
from sim.core.table import Array
from sim.scenario import Scenario

WHAT = "search"
"""What a store's evaluations are of, in messages."""
APART = 1_000_000
"""Seeds of the futures that chosen packages are checked in lie this far from those of the search."""
Draws = Literal["posterior", "prior", "central"]


@dataclass(frozen=True)
class Futures:
    """Seeds (F,) and, by seed, what a draw of the parameters changes in a scenario."""

    seeds: tuple[int, ...]
    draws: Mapping[int, Mapping[str, Any]]
    kind: Draws

    @property
    def hash(self) -> str:
        """What the futures are known by."""
        text = json.dumps([[seed, self.draws.get(seed)] for seed in self.seeds], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def futures(
    count: int, first: int, kind: Draws, parameters: Sequence[str] = ("*",), skip: int = 0
) -> Futures:
    """Futures with seeds from `first`.

    posterior: the draws after the first `skip` of the fit to the latest observations, or of the
    prior where no fit is at hand (`kind` of the result says so); prior: a Latin hypercube over the
    priors of `parameters`, its seed `first`; central: the scenario's own parameters.
    """
    seeds = tuple(first + place for place in range(count))
    found: list[Mapping[str, Any]] = []
    if kind == "posterior":
        fit = shipped_fit()
        if not fit.count:
            kind = "prior"
        elif fit.count < skip + count:
            allowed = f"at most {fit.count} futures in all: the fit has no more draws"
            raise InputError("search", "search.futures", skip + count, allowed)
        else:
            found = fit.in_order(count, skip)
    if kind == "prior":
        chosen = select(parameters)
        points = qmc.LatinHypercube(len(chosen), seed=first).random(count)
        found = [overrides(chosen, row) for row in from_unit(chosen, points)]
    return Futures(seeds, dict(zip(seeds, found, strict=True)) if found else {}, kind)


def twin_point(width: int) -> Array:
    """Where the twin without a programme is stored: a point outside the cube."""
    return np.full(width, -1.0)


@dataclass(frozen=True)
class PackageRun:
    """One run of a package in a future, or of the `twin`, read for `figures`."""

    split: Split
    twin: Scenario
    draws: Mapping[int, Mapping[str, Any]]
    scale: float

    @property
    def scenario(self) -> Scenario:
        return self.split.scenario

    def __call__(self, point: Array, seed: int) -> Array:
        from sim.model import Province

        chosen = self.twin if (np.asarray(point) < 0).all() else self.split.scenario_at(point)
        draw = self.draws.get(seed)
        future = chosen.with_draw(draw) if draw else chosen
        return figures(Province(future, scale=self.scale, seed=seed, parameters=CENTRAL).run())
