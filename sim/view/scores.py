"""The 49 targets in the page's runs: what each plan has, and its chance of meeting them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.comparison import half_width
from sim.core.table import Array
from sim.indices.targets import Target, load_targets
from sim.report.score_rows import SCORE_WORDS
from sim.report.text import figure
from sim.scoring import weakness, wilson
from sim.view.snapshot import FEWEST_PAIRS, Snapshot, Track

VALUE, RELATIVE, CHANCE = 0, 1, 2
"""Places in what a member keeps of a target."""
LIKELY = 0.5
"""From this chance on a target is met rather than missed."""
LEAST = 5
"""Runs below which no band is given."""
SORTS = ("document", "chance", "added", "distance")


@dataclass(frozen=True)
class Spread:
    """Median and 90 % band over runs (nan below five)."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Standing:
    """A target under one scenario.

    `chance` is the mean over `runs`, `least` and `most` its 95 % Wilson interval; nan without a run
    that covers the target's years.
    """

    value: Spread
    relative: Spread
    chance: float
    least: float
    most: float
    runs: int


@dataclass(frozen=True)
class Row:
    """A target with what the plan and the baseline have."""

    target: Target
    plan: Standing
    base: Standing

    @property
    def added(self) -> float:
        """Rise of the chance by the plan."""
        return self.plan.chance - self.base.chance


def kept(track: Track, code: str) -> Array:
    """(members that cover the target, 3): value, relative, chance."""
    found = [one.targets[code] for one in track.members if code in one.targets]
    values = np.array(found, dtype=float).reshape(-1, 3)
    return values[~np.isnan(values[:, VALUE])]


def standing(track: Track, code: str) -> Standing:
    """What a track has for a target."""
    values = kept(track, code)
    if not len(values):
        none = Spread(np.nan, np.nan, np.nan)
        return Standing(none, none, np.nan, np.nan, np.nan, 0)
    met = float(values[:, CHANCE].sum())
    least, most = wilson(met, len(values))
    return Standing(
        _spread(values[:, VALUE]), _spread(values[:, RELATIVE]), met / len(values), least, most,
        len(values),
    )  # fmt: skip


def _spread(values: Array) -> Spread:
    if len(values) < LEAST:
        return Spread(float(np.median(values)), np.nan, np.nan)
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return Spread(float(middle), float(low), float(high))


def rows(snapshot: Snapshot, part: str = "all", sort: str = "document") -> list[Row]:
    """Targets of a part (all, headline, or an action) in the document's order or sorted.

    `chance`: the plan's, highest first; `added`: what the plan adds to it; `distance`: result
    over target. What is not covered comes last.
    """
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    found = [
        Row(one, standing(snapshot.current, one.code), standing(snapshot.baseline, one.code))
        for one in load_targets().rows
        if part in ("all", one.measure) or (part == "headline" and one.headline)
    ]
    if sort == "document":
        return found
    key = {"chance": lambda row: row.plan.chance, "added": lambda row: row.added,
           "distance": lambda row: row.plan.relative.median}[sort]  # fmt: skip
    return sorted(found, key=lambda row: -np.nan_to_num(key(row), nan=-np.inf))


def parts() -> tuple[str, ...]:
    """Measures that have targets, in the document's order."""
    return tuple(dict.fromkeys(one.measure for one in load_targets().rows))


def counted(track: Track) -> Array:
    """Expected number of targets met in each run, (members,)."""
    codes = [one.code for one in load_targets().rows]
    chances = [
        [one.targets.get(code, (0.0, 0.0, np.nan))[CHANCE] for code in codes]
        for one in track.members
    ]
    total: Array = np.nansum(np.array(chances, dtype=float), axis=1)
    return total


def number_met(track: Track) -> Spread:
    """Mean number of targets met (as median) with the 90 % band over runs."""
    total = counted(track)
    if len(total) < LEAST:
        return Spread(float(total.mean()), np.nan, np.nan)
    low, high = np.quantile(total, (0.05, 0.95))
    return Spread(float(total.mean()), float(low), float(high))


def more_met(snapshot: Snapshot) -> Spread:
    """Paired rise of the number met against the baseline; its 95 % interval once there are pairs
    enough."""
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    base = dict(zip(snapshot.baseline.replicates, counted(snapshot.baseline), strict=True))
    plan = dict(zip(snapshot.current.replicates, counted(snapshot.current), strict=True))
    gap = np.array([plan[one] - base[one] for one in plan if one in base])
    if len(gap) < FEWEST_PAIRS:
        return Spread(float(gap.mean()) if len(gap) else np.nan, np.nan, np.nan)
    half = half_width(len(gap)) * float(gap.std(ddof=1))
    return Spread(float(gap.mean()), float(gap.mean()) - half, float(gap.mean()) + half)


def gained(found: list[Row]) -> list[Target]:
    """Targets that the plan is likely to meet and the baseline is not."""
    return [row.target for row in found if row.plan.chance >= LIKELY > row.base.chance]


def lost(found: list[Row]) -> list[Target]:
    """Targets that the baseline is likely to meet and the plan is not."""
    return [row.target for row in found if row.base.chance >= LIKELY > row.plan.chance]


def goal(target: Target, lang: str) -> str:
    """What is asked: a sign and the target's own number, or a direction."""
    if target.value is None:
        return SCORE_WORDS[lang][target.operator]
    sign = "≥" if target.operator == ">=" else "≤"
    return f"{sign} {written(target.value, target, lang)}".replace(".00 %", " %")


def written(value: float, target: Target, lang: str) -> str:
    """A number in the target's unit: shares and growth in per cent, their changes in points."""
    said = figure(float(value), "share" if target.over_years == "growth" else target.unit)
    if target.value is not None:
        return said
    said = said.replace("%", SCORE_WORDS[lang]["points"])
    return f"+{said}" if value > 0 else said


def weak(target: Target, lang: str) -> str:
    """What is weak about the figure that stands for the target; empty if nothing is."""
    return weakness(target, lang)
