"""What every instrument has: its clause, dates, budget by year and who is eligible."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from sim.core.clock import Clock, month_number
from sim.instruments import Eligibility, Instruments
from sim.parameters import Section
from sim.world.tables import TIERS

Tier = Literal["backbone", "above_scale", "small", "micro"]
Technology = Literal[
    "automation", "networking", "erp", "plm", "ecommerce", "cloud", "green_iot", "smart_product"
]
Fund = Literal[
    "special", "emerging", "energy", "small_firms", "commerce", "science", "departments", "cities"
]
"""Whose money (clause S5): the special fund for industry and informatization; the funds for
emerging industries, energy saving, small firms, commerce and science; budgets of departments; cities."""
BY_FIRM = frozenset({"tiers", "sectors", "smallest", "largest", "named_by"})
"""Keys of eligibility that look at firms; the other is `cities`."""


class Text(Section):
    """A text in Chinese and English."""

    zh: str
    en: str


class Instrument(Section):
    """One instrument of a programme.

    `budget` maps a year to 10k CNY at constant prices; `start` and `end` are months (YYYY-MM);
    `tiers`, `sectors`, `cities`, `smallest` and `largest` (employees) say who is eligible, an empty
    list means all; `named_by` are instruments that name firms (pilots, lists) of which one must have
    named the firm. `clause` is the clause of the 2014 document it comes from, `fund` whose money it
    is. `moves` are outputs and the direction in which more money moves them; {technology} and
    {provider} stand for each of the instrument's own.
    """

    label: ClassVar[tuple[str, str]] = ("", "")
    moves: ClassVar[tuple[tuple[str, int], ...]] = ()
    ignores: ClassVar[frozenset[str]] = frozenset()
    """Keys of eligibility that mean nothing to this kind: naming one is a mistake."""
    names: ClassVar[Mapping[str, str]] = {"sectors": "sectors", "cities": "cities"}
    """Keys that name sectors or cities of a province, each with which of the two."""

    kind: str
    title: Text = Text(zh="", en="")
    clause: str = ""
    enabled: bool = True
    start: str = Field("2014-05", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    end: str = Field("2017-12", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    budget: dict[str, float] = Field(default_factory=dict)
    tiers: list[Tier] = Field(default_factory=list)
    sectors: list[str] = Field(default_factory=list)
    cities: list[str] = Field(default_factory=list)
    smallest: float = Field(0.0, ge=0)
    largest: float = Field(1e9, gt=0)
    named_by: list[str] = Field(default_factory=list)
    fund: Fund = "special"
    source: str = ""

    @model_validator(mode="after")
    def _check(self) -> Instrument:
        if month_number(self.end) < month_number(self.start):
            raise ValueError(f"end {self.end} lies before start {self.start}")
        for name in sorted(self.ignores):
            if getattr(self, name) != _default(name):
                raise ValueError(f"{name} means nothing to {self.kind}; allowed: leave it out")
        for year, amount in self.budget.items():
            if not (year.isdigit() and len(year) == 4):
                raise ValueError(f"budget year '{year}' is not a year written YYYY")
            if not 0 <= amount < 1e9:
                raise ValueError(f"budget of {year} is {amount}; allowed: 0 to 1e9 (10k CNY)")
        return self

    def running(self, clock: Clock) -> bool:
        """Is this instrument in force this month?"""
        # Months written YYYY-MM are in the order of their letters.
        return self.enabled and self.start <= clock.name <= self.end

    def year_budget(self, year: int) -> float:
        """Budget of a calendar year, 10k CNY."""
        return self.budget.get(str(year), 0.0) if self.enabled else 0.0

    def released(self, clock: Clock, available: float) -> float:
        """What of the year's money may be spent by this month, in equal parts over the months left.

        What an earlier month left over can be spent in a later one of the same year.
        """
        if not self.running(clock):
            return 0.0
        return max(0.0, available - self.year_budget(clock.year) * (1.0 - self.year_share(clock)))

    def year_share(self, clock: Clock) -> float:
        """Share of the months of this year in force that have come, this one included."""
        before = max(0, month_number(self.start) - 12 * clock.year)
        return 1.0 - (12 - clock.month_of_year) / (12 - before)

    def eligible_cities(self, codes: Mapping[str, Mapping[str, int]]) -> tuple[int, ...] | None:
        """Cities that are eligible, by position; None means all."""
        return tuple(map(codes["cities"].__getitem__, self.cities)) or None

    def eligibility(self, codes: Mapping[str, Mapping[str, int]]) -> Eligibility:
        """Who is eligible; `codes` maps "sectors", "cities" and "pilots" to positions."""
        return Eligibility(
            tuple(map(TIERS.index, self.tiers)) or None,
            tuple(map(codes["sectors"].__getitem__, self.sectors)) or None,
            self.eligible_cities(codes),
            self.smallest,
            self.largest,
            sum([1 << codes["pilots"][name] for name in self.named_by]),
        )

    def moved(self) -> tuple[tuple[str, int], ...]:
        """Outputs this instrument should move, each with +1 (up) or -1 (down)."""
        found: dict[tuple[str, int], None] = {}
        for name, sign in self.moves:
            for technology in getattr(self, "technologies", [""]):
                for provider in getattr(self, "provider_kinds", [""]):
                    found[name.format(technology=technology, provider=provider), sign] = None
        return tuple(found)

    def apply(
        self,
        name: str,
        clock: Clock,
        available: float,
        codes: Mapping[str, Mapping[str, int]],
        instruments: Instruments,
    ) -> None:
        """Write this month's calls, rates or places; `available` is money left this year."""
        raise TypeError(f"{type(self).__name__} has no apply")

    def describe(self) -> dict[str, Any]:
        """Every setting by name."""
        return self.model_dump()


@cache
def _default(name: str) -> Any:
    """What a field that every instrument has holds if it is left out."""
    return Instrument.model_fields[name].get_default(call_default_factory=True)
