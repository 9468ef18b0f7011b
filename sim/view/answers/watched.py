"""One run of a plan watched for all that networks, cities and examples of firms are told from.

A worker keeps the last few, so that the next city or firm of the same plan is told at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.core.clock import month_name
from sim.core.errors import InputError
from sim.core.table import Array
from sim.model import Province
from sim.story import CityStory, Example, Notes, tell_cities
from sim.view import runs
from sim.view.choice import Plan
from sim.view.questions import Question
from sim.world.tables import ABOVE_SCALE, TECHNOLOGIES

SCALE = runs.SCALE
"""Share of the province's firms that have a row of their own in the runs of questions."""
KEPT = 3
"""Watched runs that a worker keeps, some ten megabytes each."""
LARGEST_ID = 2**32 - 1


@dataclass(frozen=True, eq=False)
class Moment:
    """The state at the end of a month: clusters (220,), (220, 8), counties (89,)."""

    month: str
    firms: Array
    output: Array
    adopters: Array
    county_firms: Array
    county_use: Array
    """Mean share of the eight technologies that above-scale firms of a county use."""


@dataclass(frozen=True, eq=False)
class Watched:
    """A province at its end, what was noted on the way, and how its firms stood at the start.

    `uid`, `adopted` and `people` are (firms,) at the start; moments are the month before the first,
    every December, and the last month.
    """

    province: Province
    uid: Array
    adopted: Array
    people: Array
    moments: tuple[Moment, ...]
    cities: tuple[CityStory, ...]
    examples: tuple[Example, ...]


def watched(question: Question) -> Watched:
    """The watched run that a question is about."""
    return _watched(question.plan, question.replicate, SCALE)


@lru_cache(maxsize=KEPT)
def _watched(plan: Plan, replicate: int, scale: float) -> Watched:
    province = runs.whole_run(plan, replicate, scale)
    firms, clock = province.tables["firms"], province.clock
    first = firms.uid.copy(), firms.adopted.copy(), firms.skilled + firms.unskilled
    moments = [_moment(province, month_name(clock.start - 1))]

    def look(phase: str) -> None:
        last = clock.month + 1 == clock.months
        if phase == "identities" and (clock.month_of_year == 12 or last):
            moments.append(_moment(province, clock.name))

    province.watchers.append(look)
    notes = Notes(province)
    cities = tell_cities(province, range(len(province.labels.cities)))
    return Watched(province, *first, tuple(moments), tuple(cities), tuple(notes.found()))


def _moment(province: Province, month: str) -> Moment:
    """The state of clusters and counties now."""
    clusters, firms = province.tables["clusters"], province.tables["firms"]
    counties = len(province.data.counties["name_zh"])
    rows = np.flatnonzero((firms.alive == 1) & (firms.tier < ABOVE_SCALE))
    weight = firms.weight[rows].astype(np.float64)
    used = np.bitwise_count(firms.adopted[rows]) / len(TECHNOLOGIES)
    every, use = (
        np.bincount(firms.county[rows], weights=one, minlength=counties)
        for one in (weight, weight * used)
    )
    return Moment(
        month, clusters.firms.copy(), clusters.output.copy(), clusters.adopters.copy(), every,
        np.divide(use, every, out=np.full(counties, np.nan), where=every > 0),
    )  # fmt: skip


def argument(question: Question, name: str) -> Any:
    """An argument of a question; raises InputError if it is missing."""
    given = dict(question.arguments)
    if name not in given:
        raise InputError(question.kind, name, "nothing", "a value")
    return given[name]


def firm_id(question: Question) -> int:
    """The firm that a question is about; raises InputError for what cannot be an id."""
    given = argument(question, "firm")
    whole = isinstance(given, int) and not isinstance(given, bool)
    if not whole or not 0 <= given <= LARGEST_ID:
        raise InputError("story", "firm", given, f"a whole number from 0 to {LARGEST_ID}")
    return int(given)
