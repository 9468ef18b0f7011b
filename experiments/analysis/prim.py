"""Scenario discovery: in which futures does it fail? Boxes by the patient rule induction method.

Boxes are found one after another (covering): each is looked for among the futures that no earlier
box holds. A box stands only if its phi beats that of the same search on shuffled failures. Each is
looked for again in bootstrap samples of the futures: how often a factor comes back, where its
limits then lie, and what coverage and density are in the futures that the sample left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from experiments.analysis.boxes import (
    Box,
    Measures,
    box_said,
    limits_table,
    measures,
    quasi_p,
)
from experiments.analysis.conditions import Condition
from experiments.analysis.frames import (
    FEWEST_FUTURES,
    Bools,
    Column,
    columns,
    factors_of,
    futures,
    outcomes_of,
)
from experiments.analysis.frames import chosen as named
from experiments.analysis.peeling import Rule, find
from experiments.analysis.words import TEXT, Words, per_cent
from sim.core.errors import InputError

SHUFFLES = 39
"""Searches on shuffled failures; a box must beat them all, so that chance is 1 in 40."""
RESAMPLES = 20
BOXES = 3
LIMITS = (
    "factor", "low", "high", "values", "range_low", "range_high", "p", "reproduced", "low_q05",
    "low_q95", "high_q05", "high_q95",
)  # fmt: skip
PATH = ("step", "coverage", "density", "mass", "phi", "restricted", "chosen")


@dataclass(frozen=True)
class Found:
    """One box. Measures are of all futures; `new` (coverage, density) of futures left out.

    `limits`: a row a limited factor: factor, low, high, values, range_low, range_high, p
    (quasi-p-value), reproduced (share of bootstrap samples in which the factor has limits) and 5 %
    and 95 % quantiles of these limits. `path`: a row a peel: step, coverage, density, mass, phi,
    restricted, chosen.
    """

    box: Box
    measures: Measures
    chance_p: float
    new: tuple[float, float]
    limits: pd.DataFrame
    path: pd.DataFrame


@dataclass(frozen=True)
class Discovery:
    """Boxes of futures in which a condition holds, and what they were found in.

    `table`: the futures (point, scenario, factors, outcomes); `failed` (n,).
    """

    condition: Condition
    rule: Rule
    columns: list[Column]
    table: pd.DataFrame
    failed: Bools
    left_out: int
    boxes: list[Found] = field(default_factory=list)

    @property
    def base(self) -> float:
        """Share of all futures that fail."""
        return float(self.failed.mean())

    def summary(self) -> pd.DataFrame:
        """A row a box: counts, coverage, density, mass, phi, chance_p, and on new futures."""
        rows = [
            {"box": number, "futures": one.measures.futures, "failures": one.measures.failures,
             "coverage": one.measures.coverage, "density": one.measures.density,
             "mass": one.measures.mass, "base": self.base, "phi": one.measures.phi,
             "chance_p": one.chance_p, "coverage_new": one.new[0], "density_new": one.new[1]}
            for number, one in enumerate(self.boxes, 1)
        ]  # fmt: skip
        names = [
            "box", "futures", "failures", "coverage", "density", "mass", "base", "phi", "chance_p",
            "coverage_new", "density_new",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=names)

    def limits(self) -> pd.DataFrame:
        """Limits of every box, a row a box and factor."""
        return _stacked([one.limits for one in self.boxes], LIMITS)

    def paths(self) -> pd.DataFrame:
        """The peeling of every box, a row a box and step."""
        return _stacked([one.path for one in self.boxes], PATH)

    def said(self, words: Words, lang: str) -> list[str]:
        """Sentences for planners: how often it fails, how boxes were chosen, then each box."""
        text = TEXT[lang]
        said = [text["fails"].format(
            condition=self.condition.said(words, lang), base=per_cent(self.base, lang),
            n=len(self.failed),
        )]  # fmt: skip
        if self.left_out:
            said.append(text["left_out_futures"].format(n=self.left_out))
        if not self.boxes:
            return [*said, text["nothing"]]
        said.append(
            text["rule_balance"] if self.rule.density is None
            else text["rule_density"].format(density=per_cent(self.rule.density, lang))
        )  # fmt: skip
        for place, one in enumerate(self.boxes):
            new = text["new"].format(
                density=per_cent(one.new[1], lang), coverage=per_cent(one.new[0], lang)
            )
            sentence = box_said(one.box, self.columns, one.measures, words, lang)
            said.append(f"{text['also'] if place else ''}{sentence}{text['space']}{new}")
        return said


def prepared(
    design: pd.DataFrame, runs: pd.DataFrame, failure: Condition,
    factors: Sequence[str] | None = None, each: str = "point", where: str = "discovery",
) -> tuple[pd.DataFrame, list[Column], Bools, int]:  # fmt: skip
    """Futures, their factors as columns, whether each fails, and how many have no outcome.

    InputError for fewer futures or factors than anything can be found in.
    """
    named(where, failure.outcomes, outcomes_of(runs))
    table = futures(design, runs, failure.outcomes, each)
    known = table[list(failure.outcomes)].notna().all(axis=1)
    lost = (len(design) if each == "point" else len(runs)) - int(known.sum())
    table = table[known].reset_index(drop=True)
    if len(table) < FEWEST_FUTURES:
        raise InputError(where, "futures", len(table), f"{FEWEST_FUTURES} or more with outcomes")
    found = columns(table, named(where, factors, factors_of(design), "factor"))
    if not found:
        raise InputError(where, "factors", "none that varies", "a design with factors")
    return table, found, failure.holds(table), lost


def discover(
    design: pd.DataFrame, runs: pd.DataFrame, failure: Condition, *,
    factors: Sequence[str] | None = None, each: str = "point", density: float | None = None,
    boxes: int = BOXES, shuffles: int = SHUFFLES, resamples: int = RESAMPLES, seed: int = 1,
) -> Discovery:  # fmt: skip
    """Boxes of futures in which `failure` holds, best first; none if chance could have drawn them.

    A future is a point (its outcomes are means over replicates) or, with `each` "run", a run.
    `density` sets another rule of choice than phi: the highest coverage at so high a density.
    """
    if density is not None and not 0.0 < density <= 1.0:
        raise InputError("discovery", "density", density, "above 0, 1 at most")
    table, found, failed, lost = prepared(design, runs, failure, factors, each)
    rule = Rule(density)
    result = Discovery(failure, rule, found, table, failed, lost)
    left = np.ones(len(failed), dtype=bool)
    for number in range(boxes):
        if left.sum() < FEWEST_FUTURES or failed[left].all() or not failed[left].any():
            break
        random = np.random.default_rng([seed, number])
        one = _one_box(found, failed, left, rule, shuffles, resamples, random)
        if one is None:
            break
        result.boxes.append(one)
        left &= ~one.box.inside(found)
    return result


def _one_box(
    found: list[Column], failed: Bools, left: Bools, rule: Rule, shuffles: int, resamples: int,
    random: np.random.Generator,
) -> Found | None:  # fmt: skip
    """The box among the futures that are left, or None if it is not beyond chance."""
    own, own_failed = _part(found, np.flatnonzero(left)), failed[left]
    box, path, best = find(own, own_failed, rule)
    if not box.limited(own):
        return None
    reached = measures(box.inside(own), own_failed).phi
    above = 0
    for _ in range(shuffles):
        shuffled = random.permutation(own_failed)
        other = find(own, shuffled, rule)[0]
        above += measures(other.inside(own), shuffled).phi >= reached
        if above:
            return None
    limits, new = _again(own, own_failed, box, rule, resamples, random)
    ps = quasi_p(box, own, own_failed)
    limits.insert(6, "p", [ps[place] for place in box.limited(own)])
    # Later boxes hold what earlier ones do not, wherever they reach.
    inside = box.inside(found) & left
    return Found(
        box, measures(inside, failed), 1.0 / (shuffles + 1), new, limits,
        _path(path, best, own, own_failed),
    )  # fmt: skip


def _again(
    own: list[Column], failed: Bools, box: Box, rule: Rule, resamples: int,
    random: np.random.Generator,
) -> tuple[pd.DataFrame, tuple[float, float]]:  # fmt: skip
    """Limits with how they come back in bootstrap samples; coverage and density on the left out."""
    n = len(failed)
    again, new = [], []
    for _ in range(resamples):
        rows = np.sort(random.integers(0, n, n))
        out = np.ones(n, dtype=bool)
        out[rows] = False
        if not failed[rows].any() or failed[rows].all() or not failed[out].any():
            continue
        other = find(_part(own, rows), failed[rows], rule)[0]
        again.append(other)
        seen = measures(other.inside(own)[out], failed[out])
        new.append((seen.coverage, seen.density))
    table = limits_table(box, own)
    shares, edges = [], []
    for place in box.limited(own):
        back = [other for other in again if place in other.limited(own)]
        shares.append(len(back) / len(again) if again else np.nan)
        ends = [_quantiles([getattr(o, side)[place] for o in back]) for side in ("low", "high")]
        edges.append([*ends[0], *ends[1]])
    table["reproduced"] = shares
    names = ["low_q05", "low_q95", "high_q05", "high_q95"]
    table[names] = np.array(edges, dtype=float).reshape(-1, 4)
    means = np.mean(new, axis=0) if new else np.array([np.nan, np.nan])
    return table, (float(means[0]), float(means[1]))


def _quantiles(values: list[float]) -> tuple[float, float]:
    """5 % and 95 % quantile of the limits that are there; not a number where fewer than two are."""
    there = [value for value in values if np.isfinite(value)]
    if len(there) < 2:
        return np.nan, np.nan
    low, high = np.quantile(there, [0.05, 0.95])
    return float(low), float(high)


def _part(found: Sequence[Column], rows: np.ndarray) -> list[Column]:
    """The same factors over some of the futures."""
    return [Column(one.name, one.values[rows], one.choices) for one in found]


def _path(path: list[Box], best: int, own: list[Column], failed: Bools) -> pd.DataFrame:
    rows = []
    for step, box in enumerate(path):
        seen = measures(box.inside(own), failed)
        rows.append({
            "step": step, "coverage": seen.coverage, "density": seen.density, "mass": seen.mass,
            "phi": seen.phi, "restricted": len(box.limited(own)), "chosen": step == best,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _stacked(frames: list[pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    """Frames of the boxes under each other, with the box's number in front."""
    parts = [frame.assign(box=number) for number, frame in enumerate(frames, 1)]
    stacked = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return stacked.reindex(columns=["box", *names])
