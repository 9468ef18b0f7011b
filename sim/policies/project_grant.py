"""Grants for projects: a share of the price (machines, networks, software, cloud vouchers)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from sim.core.clock import Clock
from sim.instruments import GrantCall, Instruments
from sim.policies.allocation import rule
from sim.policies.base import Instrument, Technology
from sim.world.tables import TECHNOLOGIES


class ProjectGrant(Instrument):
    """Pays `rate` of the price of a project, at most `cap`, for projects of at least `floor`.

    Firms apply in the call months; awards are given by `allocation` after `decision_months`, hold
    for `valid_months`, and are paid on acceptance but for the share `in_advance`, which is paid with
    the order. Scores are the saving a yuan, `scored_by` what the project promises or also what the
    firm's earlier projects brought over what they had promised; `contest_noise` is the standard
    deviation of the judges' error relative to that of the scores. `paperwork` multiplies the cost
    of an application: a voucher takes a form, a contest a feasibility study. `least_automation`
    admits only firms that have automated that share of their tasks.
    """

    label: ClassVar[tuple[str, str]] = ("项目补助", "project grant")
    moves: ClassVar[tuple[tuple[str, int], ...]] = (("adoption_{technology}", 1),)

    kind: Literal["project_grant"] = "project_grant"
    technologies: list[Technology] = ["automation"]
    rate: float = Field(0.1, ge=0, le=1)
    cap: float = Field(1000.0, ge=0)
    floor: float = Field(50.0, ge=0)
    allocation: Literal["formula", "contest", "lottery", "threshold", "first_come"] = "formula"
    threshold_score: float = Field(0.2, ge=0)
    scored_by: Literal["promise", "record"] = "promise"
    contest_noise: float = Field(0.5, ge=0)
    paperwork: float = Field(1.0, ge=0, le=10)
    call_months: list[int] = Field(default_factory=lambda: [3, 9])
    decision_months: int = Field(3, ge=0, le=24)
    valid_months: int = Field(18, ge=1, le=120)
    in_advance: float = Field(0.0, ge=0, le=1)
    least_automation: float = Field(0.0, ge=0, le=1)

    def moved(self) -> tuple[tuple[str, int], ...]:
        """Adoption of its technologies; machines are bought in steps, so their level too."""
        level = (("automation_level", 1),) if "automation" in self.technologies else ()
        return (*super().moved(), *level)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Open a call in the call months, splitting the year's money over the calls left."""
        month = clock.month_of_year
        if not self.running(clock) or month not in self.call_months:
            return
        calls_left = sum(1 for call in set(self.call_months) if call >= month)
        instruments.grants.append(self.call(name, available / calls_left, codes))

    def call(self, name: str, money: float, codes: Mapping[str, Mapping[str, int]]) -> GrantCall:
        """A call of this instrument for `money` (10k CNY)."""
        return GrantCall(
            instrument=name,
            technologies=tuple(TECHNOLOGIES.index(code) for code in self.technologies),
            eligibility=replace(self.eligibility(codes), automation=self.least_automation),
            rate=self.rate,
            cap=self.cap,
            floor=self.floor,
            money=money,
            allocate=rule(self.allocation, self.threshold_score),
            score_noise=self.contest_noise,
            paperwork=self.paperwork,
            valid_months=self.valid_months,
            decision_months=self.decision_months,
            in_advance=self.in_advance,
            on_record=self.scored_by == "record",
        )
