"""What a policy may set: calls, rates and places that the processes read this month.

A policy is data plus one pure `apply` onto `Instruments`; a process reads `Instruments` and never
knows which policy wrote it. `Instruments` is empty at the start of every month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Allocate = Callable[[Floats, Floats, Floats, float], Floats]
"""(score, amount asked in 10k CNY, keyed lottery in [0,1), money) -> amount granted, each (n,)."""


@dataclass(frozen=True)
class Eligibility:
    """Which firms an instrument is for; `None` means all. Employees are persons."""

    tiers: tuple[int, ...] | None = None
    sectors: tuple[int, ...] | None = None
    cities: tuple[int, ...] | None = None
    smallest: float = 0.0
    largest: float = float("inf")

    def rows(self, firms: Any, alive: int = 1) -> npt.NDArray[np.bool_]:
        """Flag of every eligible row; `firms` has columns tier, sector, city, employees, alive.

        `alive` 0 asks for vacant places instead of firms; sizes are then not looked at.
        """
        chosen = np.asarray(firms.alive == alive)
        for name, allowed in (
            ("tier", self.tiers),
            ("sector", self.sectors),
            ("city", self.cities),
        ):
            if allowed is not None:
                # A table of the 256 codes is read much faster than a list is searched.
                among = np.zeros(256, dtype=bool)
                among[list(allowed)] = True
                chosen &= among.take(getattr(firms, name))
        if alive and (self.smallest > 0 or self.largest < float("inf")):
            employees = firms.skilled + firms.unskilled
            chosen &= (employees >= self.smallest) & (employees <= self.largest)
        return chosen


@dataclass(frozen=True)
class GrantCall:
    """A call for applications for a share of a project's price.

    `rate` of the price, at most `cap`, for projects of at least `floor` (10k CNY); `money` is what
    may be committed now; awards lapse after `valid_months`.
    """

    instrument: str
    technologies: tuple[int, ...]
    eligibility: Eligibility
    rate: float
    cap: float
    floor: float
    money: float
    allocate: Allocate
    score_noise: float
    paperwork: float
    valid_months: int
    decision_months: int
    in_advance: bool


@dataclass(frozen=True)
class TrainingPlaces:
    """Training places offered this month: `money` at `cost` (10k CNY) a place."""

    instrument: str
    eligibility: Eligibility
    money: float
    cost: float
    skilled_share: float


@dataclass(frozen=True)
class LeaseSupport:
    """Interest support and guarantees for leases and loans: `discount` a year on leases."""

    instrument: str
    discount: float
    guarantee: float
    money: float


@dataclass(frozen=True)
class DemonstrationCall:
    """Choose up to `places` real firms that use a technology, to be shown; `award` each."""

    instrument: str
    technologies: tuple[int, ...]
    eligibility: Eligibility
    places: float
    award: float
    money: float


@dataclass(frozen=True)
class CityMatch:
    """Cities add `rate` of an award from funds of their own; `money` is left of the year's."""

    instrument: str
    rate: float
    money: float
    year_budget: float


@dataclass(frozen=True)
class Visits:
    """Visits to eligible firms that lack a technology: `money` at `cost` (10k CNY) a visit.

    A visited firm hears of each technology with chance `response` and gains `capability` of what
    it lacks.
    """

    instrument: str
    technologies: tuple[int, ...]
    eligibility: Eligibility
    money: float
    cost: float
    response: float
    capability: float


@dataclass(frozen=True)
class PilotCall:
    """Name up to `places` real firms as pilots with an `award` (10k CNY) each.

    The most capable apply first, judged with `score_noise`. A pilot gains `capability` of what it
    lacks; its suppliers hear of the technologies with chance `pull`.
    """

    instrument: str
    technologies: tuple[int, ...]
    eligibility: Eligibility
    places: float
    award: float
    money: float
    capability: float
    pull: float
    score_noise: float


@dataclass(frozen=True)
class Inspections:
    """Inspections of eligible firms without green process control: `money` at `cost` (10k CNY) each.

    An inspected firm owes `charge` (share of sales) a year until it uses the technology.
    """

    instrument: str
    eligibility: Eligibility
    money: float
    cost: float
    charge: float


@dataclass(frozen=True)
class ProviderCall:
    """Support up to `places` real providers of `kinds` in `cities` (None: all), `award` each.

    `effect` is what the support does: `quality` or `teams` grow by the share `gain`, `cost` falls
    by it, `entry` founds a provider in a vacant place.
    """

    instrument: str
    kinds: tuple[int, ...]
    cities: tuple[int, ...] | None
    effect: str
    places: float
    award: float
    gain: float
    money: float


@dataclass(frozen=True)
class PublicDemand:
    """Public purchases this month (10k CNY): `projects` by provider kind, `goods` by sector."""

    instrument: str
    projects: tuple[tuple[int, float], ...]
    goods: tuple[tuple[int, float], ...]
    cities: tuple[int, ...] | None


@dataclass(frozen=True)
class SmartCities:
    """Public services made digital this month: `money` at `cost` (10k CNY a resident covered).

    `pilots` are the cities that go first; `stage` says how far services may reach: 1 a county of
    each pilot city, 2 all of the pilot cities, 3 the province.
    """

    instrument: str
    money: float
    cost: float
    pilots: tuple[int, ...]
    stage: int
    kinds: tuple[int, ...]


@dataclass(frozen=True)
class StartUps:
    """Up to `places` start-ups a month in eligible vacant places, each with `award` (10k CNY)."""

    instrument: str
    eligibility: Eligibility
    places: float
    award: float
    money: float


@dataclass(frozen=True)
class Leadership:
    """Offices that raise a city's effort by `gain` of what it lacks a year, at `cost` a city-year.

    `speed` is the share of decision times that a fully paid office saves.
    """

    instrument: str
    money: float
    cost: float
    gain: float
    speed: float
    cities: tuple[int, ...] | None


@dataclass(frozen=True)
class Evaluation:
    """A yearly evaluation of all cities, published in order; `audit` is the share checked."""

    instrument: str
    cost: float
    audit: float
    published: bool


@dataclass
class Instruments:
    """Everything that policies have set for this month."""

    grants: list[GrantCall] = field(default_factory=list)
    matches: list[CityMatch] = field(default_factory=list)
    training: list[TrainingPlaces] = field(default_factory=list)
    leases: list[LeaseSupport] = field(default_factory=list)
    demonstrations: list[DemonstrationCall] = field(default_factory=list)
    visits: list[Visits] = field(default_factory=list)
    pilots: list[PilotCall] = field(default_factory=list)
    inspections: list[Inspections] = field(default_factory=list)
    providers: list[ProviderCall] = field(default_factory=list)
    purchases: list[PublicDemand] = field(default_factory=list)
    smart_cities: list[SmartCities] = field(default_factory=list)
    start_ups: list[StartUps] = field(default_factory=list)
    leadership: list[Leadership] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)


@dataclass
class Account:
    """Public money of one instrument, 10k CNY: a year's budget, what is committed and paid.

    `budget` is what this year's budget line holds, `committed` what is promised and not yet paid,
    `available` what may still be promised this year. Paying draws on a commitment, so payments can
    never exceed what was budgeted. `beneficiaries` counts whom it reached so far: projects, firms,
    providers or persons, as the kind of instrument says.
    """

    budget: float = 0.0
    available: float = 0.0
    committed: float = 0.0
    paid: float = 0.0
    lapsed: float = 0.0
    beneficiaries: float = 0.0

    def new_year(self, budget: float) -> None:
        """Open a year's budget; what was not promised last year lapses."""
        self.lapsed += self.available
        self.budget += budget
        self.available = budget

    def commit(self, amount: float) -> None:
        """Promise money."""
        self.available -= amount
        self.committed += amount

    def pay(self, amount: float) -> None:
        """Pay on a promise."""
        self.committed -= amount
        self.paid += amount

    def release(self, amount: float) -> None:
        """A promise that lapsed or was larger than the payment."""
        self.committed -= amount
        self.lapsed += amount
