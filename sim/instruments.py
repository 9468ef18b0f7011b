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
    """Which firms an instrument is for; `None` means all. Employees are persons.

    `named` holds the bits in `pilot` of which a firm needs one (0: none); `automation` is the least
    share of tasks automated.
    """

    tiers: tuple[int, ...] | None = None
    sectors: tuple[int, ...] | None = None
    cities: tuple[int, ...] | None = None
    smallest: float = 0.0
    largest: float = float("inf")
    named: int = 0
    automation: float = 0.0

    def rows(self, firms: Any, alive: int = 1) -> npt.NDArray[np.bool_]:
        """Flag of every eligible row.

        `firms` has columns tier, sector, city, alive, skilled, unskilled, and pilot and automation
        where they are asked for. `alive` 0 asks for vacant places instead of firms; what a firm
        has is then not looked at.
        """
        # Here, since a scenario is read without compiled code.
        from sim.core.bits import among
        from sim.core.eligible import eligible

        limit = firms.skilled.dtype.type
        found: npt.NDArray[np.bool_] = eligible(
            alive,
            firms.alive,
            firms.tier,
            firms.sector,
            firms.city,
            (among(self.tiers), among(self.sectors), among(self.cities)),
            firms.skilled,
            firms.unskilled,
            limit(self.smallest if alive else -np.inf),
            limit(self.largest if alive else np.inf),
            firms.pilot if alive and self.named else firms.alive,
            self.named if alive else 0,
            firms.automation if alive and self.automation > 0 else firms.skilled,
            limit(self.automation if alive and self.automation > 0 else -np.inf),
        )
        return found


@dataclass(frozen=True)
class GrantCall:
    """A call for applications for a share of a project's price.

    `rate` of the price, at most `cap`, for projects of at least `floor` (10k CNY); `money` is what
    may be committed now; awards lapse after `valid_months`. `in_advance` is the share of an award
    paid when the project is ordered, the rest follows on acceptance; `on_record` scores an
    application by what the firm's earlier projects brought as well as by what this one promises.
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
    in_advance: float
    on_record: bool = False


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
    """Interest support and guarantees for leases: `discount` a year on new leases.

    `instalments` are technologies that providers sell in instalments while it lasts, like a lease.
    """

    instrument: str
    discount: float
    guarantee: float
    money: float
    instalments: tuple[int, ...] = ()


@dataclass(frozen=True)
class OnlineCredit:
    """Loans on sales records instead of collateral, for firms that sell online.

    `share` of yearly sales can be lent without collateral; `risk` is the part of such a loan that
    is paid to the lender as compensation.
    """

    instrument: str
    share: float
    risk: float
    money: float


@dataclass(frozen=True)
class DemonstrationCall:
    """Choose up to `places` real firms that use a technology, to be shown; `award` each.

    With `counties` the places are counties: every eligible user in one is shown and they share the
    award. The suppliers of those chosen hear of the technologies with chance `pull`.
    """

    instrument: str
    technologies: tuple[int, ...]
    eligibility: Eligibility
    places: float
    award: float
    money: float
    pull: float = 0.0
    counties: bool = False


@dataclass(frozen=True)
class CityMatch:
    """Cities add `rate` of an award from funds of their own; `money` is left of the year's.

    `share` names the figure by city that divides the year's budget over them.
    """

    instrument: str
    rate: float
    money: float
    year_budget: float
    share: str


@dataclass(frozen=True)
class Visits:
    """Visits to eligible firms that lack a technology: `money` at `cost` (10k CNY) a visit.

    A visited firm hears of each technology with chance `response` and gains `capability` of what
    it lacks. With `matching` it meets providers too: when it buys one of the technologies it
    compares several offers from all over the province. With `platforms` above 0 the visits are made
    by so many public platforms, at most `capacity` a platform and month; each costs `founding`.
    """

    instrument: str
    technologies: tuple[int, ...]
    eligibility: Eligibility
    money: float
    cost: float
    response: float
    capability: float
    matching: bool = False
    platforms: float = 0.0
    founding: float = 0.0
    capacity: float = 0.0


@dataclass(frozen=True)
class PilotCall:
    """Name up to `places` real firms as pilots with an `award` (10k CNY) each.

    The most capable apply first, judged with `score_noise`; or, with `near_scale`, the authorities
    list the firms whose sales are nearest below the threshold of above-scale statistics. A pilot
    gains `capability` of what it lacks; its suppliers hear of the technologies with chance `pull`.
    `renewed` ends the naming of earlier years.
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
    near_scale: bool = False
    renewed: bool = False


@dataclass(frozen=True)
class PilotServices:
    """Each firm named by an instrument advises `clients` real firms of its city a month.

    A client hears of the technologies and gains `capability` of what it lacks.
    """

    instrument: str
    technologies: tuple[int, ...]
    eligibility: Eligibility
    clients: float
    capability: float


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
class ProviderStandard:
    """Entry rules: assess providers of `kinds`, `money` at `cost` (10k CNY) an assessment.

    Who falls short of the quality `least` must reach it and bears the cost: its prices rise by
    `compliance` of the gap.
    """

    instrument: str
    kinds: tuple[int, ...]
    cities: tuple[int, ...] | None
    money: float
    cost: float
    least: float
    compliance: float


@dataclass(frozen=True)
class PublicDemand:
    """Public purchases this month (10k CNY): `projects` by provider kind, `goods` by sector.

    Residents add `copayment` of their own for every yuan spent on projects.
    """

    instrument: str
    projects: tuple[tuple[int, float], ...]
    goods: tuple[tuple[int, float], ...]
    cities: tuple[int, ...] | None
    copayment: float = 0.0


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
    """A yearly evaluation of all cities, published in order; `audit` is the share checked.

    With `counties` the counties are ranked too, and half of a city's pressure comes from theirs.
    """

    instrument: str
    cost: float
    audit: float
    published: bool
    counties: bool = False


@dataclass
class Instruments:
    """Everything that policies have set for this month."""

    grants: list[GrantCall] = field(default_factory=list)
    matches: list[CityMatch] = field(default_factory=list)
    training: list[TrainingPlaces] = field(default_factory=list)
    leases: list[LeaseSupport] = field(default_factory=list)
    online_credit: list[OnlineCredit] = field(default_factory=list)
    demonstrations: list[DemonstrationCall] = field(default_factory=list)
    visits: list[Visits] = field(default_factory=list)
    pilots: list[PilotCall] = field(default_factory=list)
    pilot_services: list[PilotServices] = field(default_factory=list)
    inspections: list[Inspections] = field(default_factory=list)
    providers: list[ProviderCall] = field(default_factory=list)
    standards: list[ProviderStandard] = field(default_factory=list)
    purchases: list[PublicDemand] = field(default_factory=list)
    smart_cities: list[SmartCities] = field(default_factory=list)
    start_ups: list[StartUps] = field(default_factory=list)
    leadership: list[Leadership] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
