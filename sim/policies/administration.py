"""How the programme is run: leading groups, city funds, yearly evaluation and ranking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import CityMatch, Evaluation, Instruments, Leadership
from sim.policies.base import BY_FIRM, Fund, Instrument


class LeadingGroup(Instrument):
    """Offices that raise each city's effort by `gain` of what it lacks a year.

    A fully paid office costs `cost` (10k CNY) a city and year and saves `speed` of decision times.
    Effort is the chance that an eligible firm hears of a call in time and files for it.
    """

    label: ClassVar[tuple[str, str]] = ("领导小组", "leading groups")
    ignores: ClassVar[frozenset[str]] = BY_FIRM
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("effort", 1),)

    kind: Literal["leading_group"] = "leading_group"
    cost: float = Field(50.0, gt=0)
    gain: float = Field(0.3, ge=0, le=1)
    speed: float = Field(0.2, ge=0, le=1)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Pay the offices this month."""
        money = self.released(clock, available)
        if money > 0:
            instruments.leadership.append(
                Leadership(
                    name, money, self.cost, self.gain, self.speed, self.eligible_cities(codes)
                )
            )


class CityFund(Instrument):
    """The cities' own money: each adds up to `match` of a provincial award, as long as it lasts.

    The budget is divided by fiscal revenue or by residents; each city splits its part over technologies by its own
    policy mix, which it takes over from better-ranked cities where rankings are published
    (Besley & Case 1995).
    """

    label: ClassVar[tuple[str, str]] = ("市县配套资金", "city funds")
    ignores: ClassVar[frozenset[str]] = BY_FIRM | {"cities"}
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("subsidy_received", 1),)

    kind: Literal["city_fund"] = "city_fund"
    fund: Fund = "cities"
    match: float = Field(0.5, ge=0, le=2)
    divided_by: Literal["revenue", "residents"] = "revenue"

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Offer to match awards."""
        if self.running(clock) and available > 0:
            budget, share = self.year_budget(clock.year), f"{self.divided_by}_share"
            instruments.matches.append(CityMatch(name, self.match, available, budget, share))


class YearlyEvaluation(Instrument):
    """Evaluates all cities in `call_month` on the two-integration index and publishes the order.

    One evaluation costs `cost` (10k CNY); with less money fewer reports are checked. Low ranks spur
    effort and the temptation to report more than there is; `audit` is the share of reports that are
    checked. With `counties` the counties are ranked as well and half of the pressure on a city is
    the mean of theirs.
    """

    label: ClassVar[tuple[str, str]] = ("年度评价与排名", "yearly evaluation")
    ignores: ClassVar[frozenset[str]] = BY_FIRM | {"cities"}
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("effort", 1), ("reporting_inflation", 1))

    kind: Literal["evaluation"] = "evaluation"
    cost: float = Field(100.0, gt=0)
    audit: float = Field(0.0, ge=0, le=1)
    published: bool = True
    counties: bool = False
    call_month: int = Field(10, ge=1, le=12)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Evaluate in the call month, if there is money for it."""
        due = self.running(clock) and clock.month_of_year == self.call_month
        if due and available > 0:
            cost = min(self.cost, available)
            audit = self.audit * cost / self.cost
            instruments.evaluations.append(
                Evaluation(name, cost, audit, self.published, self.counties)
            )
