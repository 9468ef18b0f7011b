"""What one firm lived through, written down phase by phase while a province runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.core.clock import month_name
from sim.model import Province
from sim.processes.awards import DECIDED, HELD, LAPSED, REFUSED
from sim.processes.watch import CHANNELS, TERMS
from sim.world.tables import BARRIERS, PROVIDER_KINDS, TECHNOLOGIES

COLUMNS = (
    "uid", "alive", "skilled", "unskilled", "output", "productivity", "capability", "cash", "debt",
    "lease", "profit", "aware", "adopted", "automation", "gain", "realised", "barrier",
    "ordered", "charge", "subsidy", "demonstration",
)  # fmt: skip
"""Columns of `firms` that are looked at after every phase."""

STATES = ("in_use", "on_order", "not_applicable", "unaware", "not_reviewed", *BARRIERS[2:8])
"""What may be said of a technology in a firm and month; the last six are barriers."""


@dataclass(frozen=True)
class Event:
    """Something that happened to a firm in a month; `values` by name, money in 10k CNY."""

    month: str
    kind: str
    technology: str | None = None
    instrument: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


class FirmRecord:
    """Watches the firm `uid` in `row` of a province from now on; another firm there is left out."""

    def __init__(self, province: Province, row: int, uid: int) -> None:
        self.province, self.row, self.uid = province, row, uid
        self.events: list[Event] = []
        self.months: list[dict[str, Any]] = []
        self.names = list(province.context.public)
        self._status: dict[int, int] = {}
        self._paid: dict[int, float] = {}
        self._meetings = 0
        self._reviewed: set[int] = set()
        book = province.context.projects
        self._open = [one for one in book.open_ones().tolist() if book.row[one] == row]
        watch = province.context.watch
        watch.row, watch.on = row, True
        self.before = self._look()
        if self._here(self.before):
            self._say("start", knows=self._codes("aware"), uses=self._codes("adopted"))
        province.watchers.append(self.after)

    def after(self, phase: str) -> None:
        """Write down what a phase changed."""
        now = self._look()
        if self._here(now) and not self._here(self.before):
            self._say("founded", cash=float(now["cash"]), award=float(now["subsidy"]))
        elif self._here(self.before):
            if phase == "calls":
                self._calls(now)
            elif phase == "information":
                self._heard(now)
            elif phase == "adoption":
                self._decided(now)
            elif phase == "providers":
                self._delivered(now)
            elif phase == "accounts" and not self._here(now):
                self._say("closed", cash=float(self.before["cash"]))
                # Its last month is told as it stood when it closed.
                self.months.append(self._month(self.before))
            self._awards()
        self.before = now
        if phase == "identities" and self._here(now):
            self.months.append(self._month(now))

    # ------------------------------------------------------------------ phases
    def _calls(self, now: dict[str, Any]) -> None:
        """Visits, pilots, inspections, training and demonstrations that reached the firm."""
        gained = int(now["aware"]) & ~int(self.before["aware"])
        meetings = self.province.context.watch.meetings
        weight = float(self.province.tables["firms"].weight[self.row])
        for meeting in meetings[self._meetings :]:
            place = np.flatnonzero((meeting.rows == self.row) & (meeting.uids == self.uid))
            if len(place) and meeting.how not in ("award", "start_up"):
                paid = float(meeting.paid[place[0]]) / weight
                news = gained & self._offered(meeting.instrument)
                gained &= ~news
                heard = self._bits(news)
                self._say(meeting.how, None, meeting.instrument, paid=paid, heard=heard)
        self._meetings = len(meetings)
        for code in self._bits(gained):
            self._say("pulled", code)
        if now["charge"] == 0 and self.before["charge"] > 0:
            self._say("complied")

    def _offered(self, instrument: str) -> int:
        """Bits of the technologies that an instrument tells of."""
        codes = getattr(self.province.policies[instrument], "technologies", ["green_iot"])
        return sum(1 << TECHNOLOGIES.index(code) for code in codes)

    def _heard(self, now: dict[str, Any]) -> None:
        """News of technologies, by channel where information spreads over the network."""
        mode = self.province.context.mechanisms.information
        for code in self._bits(int(now["aware"]) & ~int(self.before["aware"])):
            if mode != "network":
                self._say("told", code, mode=mode)
                continue
            parts = self.province.context.watch.channels[TECHNOLOGIES.index(code)]
            channels = dict(zip(CHANNELS, parts.tolist(), strict=True))
            self._say("heard", code, hazard=float(parts.sum()), **channels)

    def _decided(self, now: dict[str, Any]) -> None:
        """Every technology that was priced, and the order if there is one."""
        seen = self.province.context.watch.terms
        new = int(now["ordered"]) & ~int(self.before["ordered"])
        ordered = new.bit_length() - 1  # one a month at most
        priced = np.flatnonzero(~np.isnan(seen[:, 0])).tolist()
        # Whoever always goes ahead weighs nothing.
        if self.province.context.mechanisms.decision == "always":
            priced = []
        for k in priced:
            terms = dict(zip(TERMS, seen[k].tolist(), strict=True))
            self._provider(terms, int(terms.pop("provider")))
            result = "ordered" if k == ordered else BARRIERS[int(now["barrier"][k])]
            self._say("decision", TECHNOLOGIES[k], **terms, result=result)
            self._reviewed.add(k)
        self._reviewed |= set(np.flatnonzero(now["barrier"] != self.before["barrier"]).tolist())
        if ordered >= 0:
            loan = float(now["debt"] - self.before["debt"])
            lease = float(now["lease"] - self.before["lease"])
            advance = float(now["subsidy"] - self.before["subsidy"])
            book = self.province.context.projects
            mine = book.signed_in(self.province.clock.month)
            self._open.append(int(mine[book.row[mine] == self.row][0]))
            cost = float(book.cost[self._open[-1]])
            terms = {"cost": cost, "own": cost - loan - lease - advance, "loan": loan,
                     "lease": lease, "advance": advance}  # fmt: skip
            self._provider(terms, int(seen[ordered, 0]))
            self._say("ordered", TECHNOLOGIES[ordered], **terms)

    def _provider(self, values: dict[str, Any], row: int) -> None:
        providers = self.province.tables["providers"]
        if 0 <= row < providers.rows:
            values["provider"] = int(providers.uid[row])
            values["provider_kind"] = PROVIDER_KINDS[providers.kind[row]]
            values["provider_city"] = self.province.labels.cities[providers.city[row]]
            values["wait"] = float(providers.wait[row])

    def _delivered(self, now: dict[str, Any]) -> None:
        """Projects that started, were accepted or failed."""
        book, month = self.province.context.projects, self.province.clock.month
        for one in list(self._open):
            k, started = int(book.technology[one]), int(book.started[one])
            if started == month:
                self._say("started", TECHNOLOGIES[k], waited=month - int(book.ordered[one]))
            if book.under_way[one]:
                continue
            self._open.remove(one)
            if book.success[one]:
                self._say(
                    "accepted", TECHNOLOGIES[k], months=month - started,
                    realised=float(now["realised"][k]), automation=float(now["automation"]),
                )  # fmt: skip
            else:
                cost = float(book.cost[one])
                self._say("failed", TECHNOLOGIES[k], months=month - started, cost=cost)

    def _awards(self) -> None:
        """News in the book of awards: applications, decisions, payments and lapses."""
        book = self.province.context.awards
        mine = np.flatnonzero((book.row == self.row) & (book.uid == self.uid))
        for one in mine.tolist():
            status, before = int(book.status[one]), self._status.get(one)
            paid = float(book.paid[one]) - self._paid.get(one, 0.0)
            if status == before and paid == 0:
                continue
            name, code = self.names[book.instrument[one]], TECHNOLOGIES[book.technology[one]]
            start = self.province.clock.start
            asked, granted = float(book.asked[one]), float(book.granted[one])
            decision = month_name(start + int(book.decision_month[one]))
            rate = float(book.rate[one])
            if before is None and not book.city_match[one]:
                self._say("applied", code, name, asked=asked, rate=rate, decision=decision)
            if status == HELD and book.city_match[one]:
                self._say("matched", code, name, granted=granted)
            elif status == DECIDED and not book.city_match[one]:
                ready = month_name(start + int(book.ready_month[one]))
                self._say("granted", code, name, granted=granted, asked=asked, ready=ready)
            elif status == HELD:
                until = month_name(start + int(book.expiry[one]))
                self._say("offered", code, name, granted=granted, asked=asked, rate=rate,
                          until=until, in_advance=float(book.in_advance[one]))  # fmt: skip
            elif status == REFUSED:
                self._say("refused", code, name, asked=asked)
            elif status == LAPSED:
                self._say("lapsed", code, name, granted=granted - float(book.paid[one]))
            if paid > 0:
                self._say("paid", code, name, paid=paid)
            self._status[one], self._paid[one] = status, float(book.paid[one])

    # ------------------------------------------------------------------ details
    def _look(self) -> dict[str, Any]:
        firms = self.province.tables["firms"]
        return {name: firms[name][self.row].copy() for name in COLUMNS}

    def _here(self, look: dict[str, Any]) -> bool:
        return bool(look["alive"] == 1 and look["uid"] == self.uid)

    def _bits(self, bits: int) -> list[str]:
        return [code for k, code in enumerate(TECHNOLOGIES) if bits >> k & 1]

    def _codes(self, column: str) -> list[str]:
        applicable = int(
            self.province.world.applicable[self.province.tables["firms"].sector[self.row]]
        )
        return self._bits(int(self.before[column]) & applicable)

    def _say(
        self, kind: str, technology: str | None = None, instrument: str | None = None, **values: Any
    ) -> None:
        event = Event(self.province.clock.name, kind, technology, instrument, values)
        self.events.append(event)

    def _month(self, now: dict[str, Any]) -> dict[str, Any]:
        """The firm at the end of a month."""
        made: dict[str, Any] = {"month": self.province.clock.name}
        made["employees"] = float(now["skilled"] + now["unskilled"])
        made["automated_share"] = float(now["automation"])
        for name in ("skilled", "output", "productivity", "capability", "cash", "debt", "lease",
                     "profit", "gain", "charge", "subsidy"):  # fmt: skip
            made[name] = float(now[name])
        for k, code in enumerate(TECHNOLOGIES):
            made[code] = self._state(now, k)
        return made

    def _state(self, now: dict[str, Any], k: int) -> str:
        """One of STATES; a firm that has machines may be held back from buying more."""
        firms = self.province.tables["firms"]
        if not self.province.world.applicable[firms.sector[self.row]] >> k & 1:
            return "not_applicable"
        if now["ordered"] >> k & 1:
            return "on_order"
        barrier = BARRIERS[int(now["barrier"][k])]
        if now["adopted"] >> k & 1 and (k > 0 or barrier in ("none", "unaware")):
            return "in_use"
        if not now["aware"] >> k & 1:
            return "unaware"
        return barrier if k in self._reviewed and barrier in STATES else "not_reviewed"
