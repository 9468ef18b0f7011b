"""What the page shows at one moment: runs of the baseline, of the plan and of those saved.

Runs of all scenarios are paired: replicate r has the same seed, population and draw of parameters
in each, so that a difference is the plan's and not luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from sim.comparison import half_width
from sim.core.table import Array
from sim.scenario import Scenario
from sim.view.choice import Choice
from sim.view.columns import shared

FEWEST_PAIRS = 8
"""Pairs below which nothing is said of a difference: with fewer, what is said today is taken back
when more runs have come in."""


@dataclass(frozen=True, eq=False)
class Member:
    """One run as the page needs it; tables by output name, months first, float32.

    `province` (T,), `cities` (T, 11), `tiers` (T, 4), `programme` (T, instruments) by `budget`,
    `committed` and `paid`; `targets` are value, relative and met by target's code (met is a chance);
    `indices` (years, 12), the province and then the cities, by index, code of a class or `total`,
    and what of it: `latent`, `reported` or `rank`; `few_rows` as in the run's manifest.
    """

    replicate: int
    months: tuple[str, ...]
    province: Mapping[str, Array]
    cities: Mapping[str, Array]
    tiers: Mapping[str, Array]
    programme: Mapping[str, Array]
    instruments: tuple[str, ...]
    targets: Mapping[str, Array]
    years: tuple[int, ...] = ()
    indices: Mapping[tuple[str, str, str], Array] = field(default_factory=dict)
    few_rows: Mapping[str, int] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Callable[..., Member], tuple[Any, ...]]:
        return _received, tuple(getattr(self, one.name) for one in fields(self))


def _received(*parts: Any) -> Member:
    """A run that comes from a worker: its months and names are those of all others."""
    kept: list[Any] = [shared(one) if isinstance(one, tuple) else one for one in parts]
    return Member(*kept)


@dataclass(frozen=True, eq=False)
class Track:
    """The runs made so far of one scenario, in the order of their replicates."""

    scenario: Scenario
    members: tuple[Member, ...] = ()

    @cached_property
    def replicates(self) -> tuple[int, ...]:
        """Which replicates are there."""
        return tuple(one.replicate for one in self.members)

    def title(self, lang: str) -> str:
        """Title of the scenario."""
        return str(getattr(self.scenario.title, lang)) or self.scenario.name

    def values(self, output: str, table: str = "province") -> Array:
        """(members, months, ...) of an output."""
        return np.stack([getattr(one, table)[output] for one in self.members])


@dataclass(frozen=True)
class Progress:
    """How far the runs are that a page waits for, and what went wrong with them."""

    done: int = 0
    total: int = 0
    running: bool = False
    error: str = ""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything a page needs to draw what came of a choice, and nothing that changes afterwards."""

    choice: Choice
    months: tuple[str, ...] = ()
    baseline: Track | None = None
    current: Track | None = None
    saved: tuple[Track, ...] = ()
    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """Differences and levels that were asked for: sentence, cards and charts want the same ones."""

    @property
    def ready(self) -> bool:
        """Is there a run to show, of the plan and of the baseline?"""
        return bool(
            self.current and self.current.members and self.baseline and self.baseline.members
        )

    @property
    def few_rows(self) -> Mapping[str, int]:
        """Rows of the cities that few rows stand for; none before there is a run."""
        members = self.baseline.members if self.baseline is not None else ()
        return members[0].few_rows if members else {}

    @property
    def place(self) -> int:
        """Position of the month that the page looks at."""
        month = self.choice.month
        return self.months.index(month) if month in self.months else len(self.months) - 1

    @property
    def compared(self) -> tuple[Track, ...]:
        """Tracks to draw beside the baseline: the plan, then those saved, if they have runs."""
        tracks = (self.current, *self.saved)
        return tuple(one for one in tracks if one is not None and one.members)

    def difference(self, track: Track, output: str, table: str = "province") -> Difference:
        """Paired difference of a track to the baseline, (months, ...)."""
        return self._once(self._difference, track, output, table)

    def _difference(self, track: Track, output: str, table: str) -> Difference:
        assert self.baseline is not None
        both = [one for one in track.replicates if one in set(self.baseline.replicates)]
        gap = _of(track, output, table, both) - _of(self.baseline, output, table, both)
        mean = gap.mean(axis=0)
        if len(both) < 2:
            return Difference(mean, mean, mean, len(both))
        half = half_width(len(both)) * gap.std(axis=0, ddof=1)
        return Difference(mean, mean - half, mean + half, len(both))

    def level(self, track: Track, output: str, table: str = "province") -> Level:
        """Mean and 90 % band of a track, (months, ...).

        The mean is the baseline's plus the paired difference: while few of a plan's runs are there,
        that is far less noisy than their own mean, and it is the same once all are there. The band
        is missing (nan) below five runs.
        """
        return self._once(self._level, track, output, table)

    def _level(self, track: Track, output: str, table: str) -> Level:
        assert self.baseline is not None
        own = track.values(output, table)
        if track.scenario.hash == self.baseline.scenario.hash:
            mean = own.mean(axis=0)
        else:
            base = self.baseline.values(output, table).mean(axis=0)
            mean = base + self.difference(track, output, table).mean
        if len(own) < 5:
            return Level(mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan), len(own))
        low, high = np.quantile(own, (0.05, 0.95), axis=0)
        return Level(mean, low, high, len(own))

    def _once[R](self, figure: Callable[[Track, str, str], R], *asked: Any) -> R:
        """A figure, worked out once; tracks live as long as the snapshot that holds them."""
        track, output, table = asked
        key = (figure.__name__, id(track), output, table)
        if key not in self._kept:
            self._kept[key] = track, figure(track, output, table)
        found: R = self._kept[key][1]
        return found


@dataclass(frozen=True, eq=False)
class Difference:
    """Mean of paired differences with its 95 % interval, and of how many pairs.

    With one pair the interval is the mean; it is shown, and something said by it, once there are
    `enough` pairs.
    """

    mean: Array
    low: Array
    high: Array
    pairs: int

    @property
    def enough(self) -> bool:
        """Are there pairs enough to say something of the difference?"""
        return self.pairs >= FEWEST_PAIRS


@dataclass(frozen=True, eq=False)
class Level:
    """Mean over runs with their 5 % and 95 % quantiles, and of how many runs."""

    mean: Array
    low: Array
    high: Array
    runs: int


def _of(track: Track, output: str, table: str, replicates: list[int]) -> Array:
    places = [track.replicates.index(one) for one in replicates]
    return track.values(output, table)[places].astype(np.float64)
