"""The story of one firm: who it is, what happened month by month, what held each technology."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.circumstances import POSTERIOR, Parameters
from sim.comparison import prepared
from sim.core.errors import InputError
from sim.model import Province
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.seeds import SeedLike
from sim.story.page import Part, Progress, Story, run_line, run_options, run_through
from sim.story.phrases import Phrases, share
from sim.story.record import Event, FirmRecord
from sim.story.words import OWNERSHIP_ZH
from sim.words import TIER_ZH
from sim.world.tables import OWNERSHIPS, TECHNOLOGIES, TIERS


@dataclass(frozen=True)
class Period:
    """Months in which one thing held a technology; `reviews` are the decisions within them."""

    technology: str
    start: str
    end: str
    state: str
    further: bool
    reviews: tuple[Event, ...]


@dataclass
class FirmStory(Story):
    """What a firm knew, asked, was offered, waited for, bought and gained.

    `who` says who it is; `events` are in order; `months` has a row a month (employees and money of
    one real firm, 10k CNY; the state of each technology); `manifest` says what run it is of.
    """

    uid: int
    who: dict[str, Any]
    events: tuple[Event, ...]
    months: pd.DataFrame
    manifest: dict[str, Any]

    @property
    def periods(self) -> tuple[Period, ...]:
        """Runs of months in which a technology's state is the same, by technology."""
        made: list[Period] = []
        decisions = [event for event in self.events if event.kind == "decision"]
        used: set[str] = set()
        for code in TECHNOLOGIES:
            rows = zip(self.months["month"], self.months[code], strict=True)
            for state, part in groupby(rows, key=lambda row: row[1]):
                months = [month for month, _ in part]
                if state == "not_applicable":
                    continue
                within = tuple(
                    event
                    for event in decisions
                    if event.technology == code and months[0] <= event.month <= months[-1]
                )
                further = code in used and state not in ("in_use", "on_order")
                made.append(Period(code, months[0], months[-1], state, further, within))
                if state == "in_use":
                    used.add(code)
        return tuple(made)

    def parts(self, lang: str) -> list[Part]:
        """Who it is, month by month, what held each technology, and how it ended."""
        phrases = Phrases(lang, self.manifest)
        words = phrases.words
        told = [(event.month, phrases.event(event)) for event in self.events if self._told(event)]
        told += [
            (row["month"], _year_end(row, phrases))
            for row in self.months.to_dict("records")
            if row["month"].endswith("-12")
        ]
        held: list[tuple[int, str]] = []
        for code, periods in groupby(self.periods, key=lambda one: one.technology):
            held.append((0, phrases.technologies[code]))
            held += [(1, _paragraph(one, phrases)) for one in periods]
        out = [code for code in TECHNOLOGIES if (self.months[code] == "not_applicable").all()]
        if out:
            held.append((0, words["not_applicable"].format(technologies=phrases.techs(out))))
        who = [(0, self._who(phrases)), (0, run_line(self.manifest, lang))]
        return [
            Part(words["firm"].format(uid=self.uid), who),
            Part(
                words["month_by_month"],
                [(0, f"{month}  {said}") for month, said in sorted(told, key=lambda one: one[0])],
            ),
            Part(words["by_technology"], held),
            Part(words["end"], [(0, self._end(phrases))]),
        ]

    @property
    def command(self) -> str:
        """The command line that tells this story again."""
        return f"lianghua story firm {self.uid} {run_options(self.manifest)}"

    def frames(self) -> dict[str, pd.DataFrame]:
        """Tables by name: events (a column a value), months, periods."""
        events = pd.DataFrame(
            {
                "month": event.month,
                "kind": event.kind,
                "technology": event.technology,
                "instrument": event.instrument,
                **{key: _cell(value) for key, value in event.values.items()},
            }
            for event in self.events
        )
        periods = pd.DataFrame(
            {"technology": p.technology, "start": p.start, "end": p.end, "state": p.state,
             "further": p.further, "reviews": len(p.reviews)}
            for p in self.periods
        )  # fmt: skip
        return {"events": events, "months": self.months, "periods": periods}

    def _told(self, event: Event) -> bool:
        """A decision is told if it ends otherwise than the one before, a start if it was late."""
        if event.kind == "started":
            return bool(event.values["waited"])
        if event.kind != "decision":
            return True
        same = [e for e in self.events if e.kind == "decision" and e.technology == event.technology]
        place = same.index(event)
        return place == 0 or same[place - 1].values["result"] != event.values["result"]

    def _who(self, phrases: Phrases) -> str:
        who, zh = self.who, phrases.lang == "zh"
        return phrases.words["who"].format(
            city=phrases.cities.get(who["city"], who["city"]),
            county=who["county"],
            sector=who["sector_zh"] if zh else who["sector_en"],
            tier=TIER_ZH[who["tier"]] if zh else who["tier"].replace("_", " "),
            ownership=OWNERSHIP_ZH[who["ownership"]] if zh else who["ownership"],
            people=f"{who['people']:,.0f}",
            weight=f"{who['weight']:.3g}",
            suppliers=who["suppliers"],
            customers=who["customers"],
            supplier_ids=phrases.listed(map(str, who["supplier_ids"])),
            customer_ids=phrases.listed(map(str, who["customer_ids"])),
        )

    def _end(self, phrases: Phrases) -> str:
        first, last = self.months.iloc[0], self.months.iloc[-1]
        uses = [code for code in TECHNOLOGIES if last[code] == "in_use"]
        return phrases.words["end_text"].format(
            uses=phrases.techs(uses),
            automated=share(last["automated_share"]),
            people=f"{last['employees']:,.0f}",
            people_before=f"{first['employees']:,.0f}",
            productivity=phrases.money(last["productivity"]),
            productivity_before=phrases.money(first["productivity"]),
            received=phrases.money(last["subsidy"]),
        )


def firm_story(
    scenario: Scenario | str | Path,
    uid: int,
    *,
    scale: float = USUAL_SCALE,
    seed: SeedLike = 1,
    until: str | None = None,
    settings: Iterable[str] = (),
    parameters: str | Path | Parameters = POSTERIOR,
    progress: Progress | None = None,
) -> FirmStory:
    """Run a scenario and tell what firm `uid` lived through; the run itself is as any other.

    Ids depend on the scale; a firm founded during the run has the id of its predecessor plus the
    number of ids. Raises InputError for an id that is not in this run.
    """
    chosen = prepared(scenario, settings, until)
    province = Province(chosen, scale=scale, seed=seed, parameters=parameters)
    return tell_firm(province, uid, progress)


def tell_firm(province: Province, uid: int, progress: Progress | None = None) -> FirmStory:
    """Run a province that stands at its start and tell what firm `uid` lived through."""
    row = row_of(province, uid)
    who = describe(province, row)
    record = FirmRecord(province, row, uid)
    run_through(province, progress)
    if not record.months:
        known = example_ids(province)
        raise InputError("story", "firm", uid, f"a firm of this run, such as {known}")
    people = record.months[0]["employees"]
    return FirmStory(
        uid, {**who, "people": people}, tuple(record.events), pd.DataFrame(record.months),
        province.results().manifest,
    )  # fmt: skip


def row_of(province: Province, uid: int) -> int:
    """Row of the firm with this id, or of the place in which it may be founded, at any month."""
    firms, stride = province.tables["firms"], province.world.uid_stride
    # A place is taken over once a month at most, each time with an id a stride higher; so the
    # rest of the division names it, whoever is in it by now.
    places = firms.uid % stride
    found = np.flatnonzero(places == uid % stride)
    if len(found) == 0 or not 0 <= uid // stride <= province.clock.months:
        low, high = int(places.min()), int(places.max())
        allowed = f"{low} to {high} at scale {province.scale:g}, such as {example_ids(province)}"
        raise InputError("story", "firm", uid, allowed)
    return int(found[0])


def example_ids(province: Province, count: int = 3) -> str:
    """Ids of a few firms, the largest first."""
    firms = province.tables["firms"]
    order = np.argsort(-(firms.skilled + firms.unskilled), kind="stable")[:count]
    return ", ".join(str(int(uid)) for uid in firms.uid[order])


def describe(province: Province, row: int) -> dict[str, Any]:
    """Who a firm is: place, sector, size and partners (ids, heaviest links first)."""
    firms, data, edges = province.tables["firms"], province.data, province.world.edges
    s0, s1 = edges.supplier_start[row], edges.supplier_start[row + 1]
    c0, c1 = edges.customer_start[row], edges.customer_start[row + 1]
    own_cities = province.labels.cities == tuple(data.cities["name_en"])
    return {
        "city": province.labels.cities[firms.city[row]],
        "county": data.counties["name_zh"][firms.county[row]] if own_cities else "",
        **sector_names(province, int(firms.sector[row])),
        "tier": TIERS[firms.tier[row]],
        "ownership": OWNERSHIPS[firms.ownership[row]],
        "weight": float(firms.weight[row]),
        "suppliers": int(s1 - s0),
        "customers": int(c1 - c0),
        "supplier_ids": _heaviest(firms.uid, edges.suppliers[s0:s1], edges.supplier_weight[s0:s1]),
        "customer_ids": _heaviest(firms.uid, edges.customers[c0:c1], edges.customer_weight[c0:c1]),
    }


def sector_names(province: Province, sector: int) -> dict[str, str]:
    """Code and names of a sector."""
    code, economy = province.labels.sectors[sector], province.data.economy
    if code not in economy.codes:
        return {"sector": code, "sector_zh": code, "sector_en": code}
    place = economy.codes.index(code)
    return {
        "sector": code,
        "sector_zh": economy.names_zh[place],
        "sector_en": economy.names_en[place],
    }


def _heaviest(uid: Any, rows: Any, weight: Any, count: int = 3) -> list[int]:
    order = np.argsort(-weight, kind="stable")[:count]
    return [int(uid[row]) for row in rows[order]]


def _year_end(row: dict[Any, Any], phrases: Phrases) -> str:
    """Size and results of the firm at the end of a year."""
    return phrases.words["year_end"].format(
        people=f"{row['employees']:,.0f}",
        productivity=phrases.money(row["productivity"]),
        profit=phrases.money(row["profit"]),
        automated=share(row["automated_share"]),
    )


def _cell(value: Any) -> Any:
    return ";".join(value) if isinstance(value, list) else value


def _paragraph(period: Period, phrases: Phrases) -> str:
    """One stretch of months with the terms of its reviews."""
    words = phrases.words
    state = phrases.state(period.state)
    if period.further:
        state = words["further"].format(state=state)
    said = _reviews(period.reviews, phrases)
    if said and period.state == "unprofitable" and _worthwhile(period.reviews):
        state = words["postponed"]
    line = words["period" if period.end != period.start else "period_one"].format(
        start=period.start, end=period.end, state=state
    )
    return f"{line} ({said})" if said else line


def _worthwhile(reviews: Sequence[Event]) -> bool:
    """Did the project pay back within the limit at every review?"""
    return all(one.values["payback"] <= one.values["limit"] for one in reviews)


def _reviews(reviews: Sequence[Event], phrases: Phrases) -> str:
    """Payback, limit and chance over a row of reviews."""
    if not reviews:
        return ""
    words = phrases.words
    first, last = reviews[0].values, reviews[-1].values
    both = math.isfinite(first["payback"]) and math.isfinite(last["payback"])
    if both and f"{first['payback']:.1f}" != f"{last['payback']:.1f}":
        payback = words["paybacks"].format(
            first=f"{first['payback']:.1f}", last=f"{last['payback']:.1f}"
        )
    else:
        payback = phrases.payback(last["payback"])
    terms = words["terms"].format(
        payback=payback, limit=f"{last['limit']:.1f}", chance=share(last["chance"])
    )
    count = words["review"] if len(reviews) == 1 else words["reviews"].format(count=len(reviews))
    return f"{count}{words['then']}{terms}"
