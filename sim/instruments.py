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

    def rows(self, firms: Any) -> npt.NDArray[np.bool_]:
        """Flag of every eligible row; `firms` has columns tier, sector, city, employees, alive."""
        chosen = np.asarray(firms.alive == 1)
        for name, allowed in (
            ("tier", self.tiers),
            ("sector", self.sectors),
            ("city", self.cities),
        ):
            if allowed is not None:
                chosen &= np.isin(getattr(firms, name), allowed)
        if self.smallest > 0 or self.largest < float("inf"):
            employees = firms.skilled + firms.unskilled
            chosen &= (employees >= self.smallest) & (employees <= self.largest)
        return chosen


@dataclass(frozen=True)
class GrantCall:
    """A call for applications for a share of a project's price.

    `rate` of the price, at most `cap`, for projects of at least `floor` (10k CNY); `money` is what
    may be committed now; awards lapse after `valid_months`; `city_match` is the share of an award
    that the city bears.
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
    valid_months: int
    decision_months: int
    in_advance: bool
    city_match: float


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


@dataclass
class Instruments:
    """Everything that policies have set for this month."""

    grants: list[GrantCall] = field(default_factory=list)
    training: list[TrainingPlaces] = field(default_factory=list)
    leases: list[LeaseSupport] = field(default_factory=list)
    demonstrations: list[DemonstrationCall] = field(default_factory=list)


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
