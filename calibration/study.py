"""The identification study: screening, indices, phase diagram and split of variance of the model.

Each part is a list of scenarios that an `Ensemble` runs; the figures go to analyses that know
nothing of the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration import forces, sensitivity, variance
from calibration.ensemble import Floats
from calibration.evaluation import Failure
from calibration.plan import Plan
from calibration.priors import Prior, from_unit, overrides
from calibration.structures import STRUCTURES, structured
from calibration.study_words import labelled
from calibration.targets import targets
from sim import initial
from sim.circumstances import CENTRAL, VARIED, Parameters
from sim.comparison import origin
from sim.core.clock import month_name, month_number
from sim.core.files import Folder
from sim.results import write_manifest, write_table
from sim.scenario import Scenario
from sim.scenario_files import merge
from sim.workers import Progress

PHASE_OUTPUTS = ("adoption_automation", "adoption_erp")
"""Shares of firms whose phases are drawn."""
BETWEEN = "2015-12"
"""Parts growth before from growth after in the phase diagram; the middle of a run without it."""


@dataclass
class Lost:
    """Runs that were made, reasons of those that failed, and parts of a method's design left out.

    `left_out` by method: parts (trajectories, blocks, points, draws) left out and in all, replicates
    left out and in all.
    """

    runs: int = 0
    reasons: list[str] = field(default_factory=list)
    left_out: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)


@dataclass
class Study:
    """Tables of a study by name, and where they come from.

    morris, sobol: see `sensitivity`; identification: a row a parameter; phase: a row a point and
    output; variance: a row an output and part; structures: mean of every output by structure.
    Runs that failed are in none of them; `lost` says which, and what was left out with them.
    """

    plan: Plan
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any] = field(default_factory=dict)
    lost: Lost = field(default_factory=Lost)

    def table(self, name: str, lang: str) -> pd.DataFrame:
        """A table with labels in a language beside its codes."""
        return labelled(self.tables[name], self.plan.priors, lang)

    def save(self, out: Path | str, lang: str = "en", force: bool = False) -> list[Path]:
        """Write tables, figures, report and manifest into a folder, whole or not at all."""
        from calibration.study_page import write_page

        with Folder(Path(out), force) as folder:
            for name in self.tables:
                write_table(self.table(name, lang), folder.path / name, self.manifest, lang)
            write_page(self, folder.path, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written


def study(plan: Plan, progress: Progress | None = None) -> Study:
    """Run a plan. `progress` is called with runs done and in all.

    A run that fails costs the part of its method's design that it belongs to. RuntimeError with its
    reason if too little is left.
    """
    tell = _Counter(progress, plan.runs())
    tables: dict[str, pd.DataFrame] = {}
    important = plan.priors
    if plan.screens:
        tables |= _screened(plan, tell)
        names = sensitivity.most_important(tables["morris"], plan.most)
        by_name = {prior.name: prior for prior in plan.priors}
        important = tuple(by_name[name] for name in names)
    if "sobol" in plan.methods:
        tables["sobol"] = _indices(plan, important, tell)
    if "phase" in plan.methods:
        tables["phase"] = _phases(plan, tell)
    if "variance" in plan.methods:
        tables |= _parts(plan, tell)
    return Study(plan, tables, _manifest(plan, tell.lost), tell.lost)


@dataclass(frozen=True)
class _Whole:
    """Points (n,) and replicates that are left of a design."""

    points: np.ndarray
    replicates: np.ndarray

    def of(self, values: Floats) -> Floats:
        """What is left of values (n, replicates, figures)."""
        return values[self.points][:, self.replicates]


class _Counter:
    """Progress over several lists of runs, and what failed of them."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total = progress, total
        self.before = self.present = 0
        self.lost = Lost()

    def part(self, done: int, total: int) -> None:
        """So many runs of the present list are done; a list begins with none."""
        if done == 0:
            self.before += self.present
            self.present = total
        if self.progress is not None:
            self.progress(self.before + done, max(self.total, self.before + total))

    def whole(self, method: str, values: Floats, failures: list[Failure], size: int) -> _Whole:
        """The parts of `size` points, and the replicates, of values (n, replicates, figures) that are
        left without failed runs."""
        self.lost.runs += values.shape[0] * values.shape[1]
        self.lost.reasons += [one.reason for one in failures]
        there = np.ones(values.shape[:2], dtype=bool)
        for one in failures:
            there[one.point, one.replicate] = False
        parts, replicates = sensitivity.whole(
            there.reshape(-1, size, there.shape[1]).all(axis=1)
        )  # fmt: skip
        found = _Whole(np.repeat(parts, size), replicates)
        if failures:
            self.lost.left_out[method] = (
                int((~parts).sum()), len(parts), int((~replicates).sum()), len(replicates)
            )  # fmt: skip
            if parts.sum() < sensitivity.FEWEST or not replicates.any():
                raise RuntimeError(f"{method}: too many runs fail: {failures[0].reason}")
        return found


def _at(scenario: Scenario, priors: Sequence[Prior], points: Floats) -> list[Scenario]:
    """A scenario with its parameters at points of the unit cube."""
    content = scenario.model_dump(mode="json")
    return [
        Scenario.from_dict(merge(content, overrides(priors, row)), scenario.name)
        for row in from_unit(priors, points)
    ]


def _evaluated(
    plan: Plan, priors: Sequence[Prior], points: Floats, tell: _Counter, method: str, size: int
) -> tuple[Floats, Floats, list[str]]:
    """Points of the unit cube left in whole parts of `size`, their figures (headline outputs and
    targets), and the figures' names."""
    ensemble = replace(plan.ensemble, targets=True)
    twins = _at(plan.against, priors, points) if plan.against is not None else None
    failures: list[Failure] = []
    values = ensemble.run(_at(plan.scenario, priors, points), twins, tell.part, failures)
    left = tell.whole(method, values, failures, size)
    return points[left.points], left.of(values), ensemble.names(twins is not None)


def _screened(plan: Plan, tell: _Counter) -> dict[str, pd.DataFrame]:
    names = [prior.name for prior in plan.priors]
    seed = plan.ensemble.seed
    points = sensitivity.morris_design(len(names), plan.trajectories, seed)
    size = len(names) + 1
    points, values, outputs = _evaluated(plan, plan.priors, points, tell, "morris", size)
    effects = sensitivity.morris(points, values, names, outputs, seed)
    # What the model was set up with would agree at any value of a parameter.
    tolerances = {one.name: one.tolerance for one in targets() if one.weight > 0}
    return {
        "morris": effects,
        "identification": sensitivity.identification(effects, names, tolerances),
    }


def _indices(plan: Plan, priors: Sequence[Prior], tell: _Counter) -> pd.DataFrame:
    seed = plan.ensemble.seed
    points = sensitivity.sobol_design(len(priors), plan.base(len(priors)), seed)
    size = len(priors) + 2
    points, values, outputs = _evaluated(plan, priors, points, tell, "sobol", size)
    return sensitivity.sobol(values, [prior.name for prior in priors], outputs, seed)


def _phases(plan: Plan, tell: _Counter) -> pd.DataFrame:
    """The phase diagram of two forces, at the central values of everything else."""
    months = _phase_months(plan.scenario)
    points = forces.grid(plan.forces, plan.cells)
    scenarios = [
        forces.pushed(plan.scenario, dict(zip(plan.forces, point, strict=True))) for point in points
    ]
    ensemble = replace(plan.ensemble, months=months)
    failures: list[Failure] = []
    values = ensemble.run(scenarios, None, tell.part, failures)
    left = tell.whole("phase", values, failures, 1)
    means, points = left.of(values).mean(axis=1), points[left.points]
    names = ensemble.names()
    shares = {
        output: np.stack([means[:, names.index(f"{output}@{month}")] for month in months])
        for output in PHASE_OUTPUTS
    }
    first, between, last = (month_number(month) for month in months)
    years = ((between - first) / 12, (last - between) / 12)
    return forces.diagram(plan.forces, points, shares, years)


def _phase_months(scenario: Scenario) -> tuple[str, str, str]:
    """First month, the month that parts before from after, and last month."""
    start, end = scenario.time.start, scenario.time.end
    first, between, last = (month_number(month) for month in (start, BETWEEN, end))
    if not first < between < last:
        between = (first + last) // 2
    return start, month_name(between), end


def _parts(plan: Plan, tell: _Counter) -> dict[str, pd.DataFrame]:
    """The split of variance over structures, draws of the parameters, and seeds."""
    ensemble = replace(plan.ensemble, replicates=2 * plan.ensemble.replicates)
    runs = [structured(one, name) for name in STRUCTURES for one in _drawn(plan, plan.scenario)]
    twins = None
    if plan.against is not None:
        drawn = _drawn(plan, plan.against)
        twins = [structured(one, name) for name in STRUCTURES for one in drawn]
    outputs = ensemble.names(twins is not None)
    failures: list[Failure] = []
    values = ensemble.run(runs, twins, tell.part, failures)
    # A draw is a part: every structure runs it.
    order = np.arange(len(runs)).reshape(len(STRUCTURES), plan.draws).T.ravel()
    place = np.argsort(order)
    moved = [replace(one, point=int(place[one.point])) for one in failures]
    left = tell.whole("variance", values[order], moved, len(STRUCTURES))
    values = left.of(values[order])
    values = values.reshape(-1, len(STRUCTURES), *values.shape[1:]).swapaxes(0, 1)
    if values.shape[2] < 2:
        raise RuntimeError(f"variance: too many runs fail: {failures[0].reason}")
    means = values.mean(axis=(1, 2))
    rows = [
        {"output": output, "structure": name, "mean": means[line, place],
         "difference": means[line, place] - means[0, place]}
        for place, output in enumerate(outputs)
        for line, name in enumerate(STRUCTURES)
    ]  # fmt: skip
    return {
        "variance": variance.shares(values, outputs, seed=ensemble.seed),
        "structures": pd.DataFrame(rows),
    }


def _drawn(plan: Plan, scenario: Scenario) -> list[Scenario]:
    """A scenario with draws of the posterior, or of the priors where there is no fit."""
    if plan.fit.count:
        return [scenario.with_draw(one) for one in plan.fit.in_order(plan.draws)]
    random = np.random.default_rng(plan.ensemble.seed)
    return _at(scenario, plan.priors, random.random((plan.draws, len(plan.priors))))


def _manifest(plan: Plan, lost: Lost) -> dict[str, Any]:
    """Where the tables come from."""
    from sim.model import Province

    ensemble = plan.ensemble
    first = Province(plan.scenario, scale=ensemble.scale, seed=ensemble.seed, parameters=CENTRAL)
    scenarios = [plan.scenario, *([plan.against] if plan.against is not None else [])]
    seeds = range(ensemble.seed, ensemble.seed + ensemble.replicates)
    made = origin(
        "sensitivity", scenarios, initial.manifest(first), seeds, ensemble.scale, Parameters()
    )
    runs = ensemble.replicates * (2 if "variance" in plan.methods else 1)
    return made | {
        "scenario": plan.scenario.name,
        "methods": list(plan.methods),
        "budget": plan.budget,
        "most": plan.most,
        "forces": list(plan.forces),
        "cells": plan.cells,
        "phase_months": list(_phase_months(plan.scenario)),
        "parameters": VARIED,
        "parameter_names": [prior.name for prior in plan.priors],
        # A run's population has the run's own seed, see `Ensemble`; the split takes twice as many.
        "populations": list(range(ensemble.seed, ensemble.seed + runs)),
        "split_draws": _source(plan),
        "runs": lost.runs,
        "failures": dict(Counter(lost.reasons)),
        "left_out": {method: list(counts) for method, counts in lost.left_out.items()},
    }


def _source(plan: Plan) -> str:
    """What the split of variance drew its parameters from."""
    if "variance" not in plan.methods:
        return ""
    return "posterior" if plan.fit.count else "prior"
