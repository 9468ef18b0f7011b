"""Firms whose story is worth reading, found in one run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.circumstances import POSTERIOR, Parameters
from sim.comparison import prepared
from sim.core.table import Array
from sim.model import Province
from sim.processes.awards import PAID, REFUSED
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.seeds import SeedLike
from sim.story.page import Progress, run_through
from sim.story.words import WORDS


class Example(NamedTuple):
    """A firm and why it is worth a look; `why` is a key of the words of the stories."""

    uid: int
    why: str

    def text(self, lang: str = "en") -> str:
        """One line."""
        return f"{self.uid:>8}  {WORDS[lang][self.why]}"


class Notes:
    """Attached to a province at its start: who waited, closed, won and refused; `found` at the end."""

    def __init__(self, province: Province) -> None:
        self.firms, self.clock = province.tables["firms"], province.clock
        self.context, self.projects = province.context, province.context.projects
        self.first_uid, self.first_use = self.firms.uid.copy(), self.firms.adopted.copy()
        self.waits: dict[int, int] = {}
        self.closed, self.people = -1, 0.0
        self.alive, self.staff = self.firms.alive.copy(), self._staff()
        province.watchers.append(self.after)

    def _staff(self) -> Array:
        staff: Array = self.firms.skilled + self.firms.unskilled
        return staff

    def after(self, phase: str) -> None:
        """Look at starts after the providers' phase and at closures after the accounts."""
        firms = self.firms
        if phase == "providers":
            book = self.projects
            for one in np.flatnonzero(book.started == self.clock.month).tolist():
                uid, waited = int(book.uid[one]), int(self.clock.month - book.ordered[one])
                self.waits[uid] = max(self.waits.get(uid, 0), waited)
        elif phase == "accounts":
            gone = np.flatnonzero((firms.alive == 0) & (self.alive == 1))
            if len(gone) and self.staff[gone].max() > self.people:
                row = gone[self.staff[gone].argmax()]
                self.closed, self.people = int(firms.uid[row]), float(self.staff[row])
            self.alive, self.staff = firms.alive.copy(), self._staff()

    def found(self) -> list[Example]:
        """A firm of each interesting kind that the run had."""
        firms, book = self.firms, self.context.awards
        found: list[Example] = []
        paid = np.where(book.status == PAID, book.paid, 0.0)
        if paid.max(initial=0.0) > 0:
            found.append(Example(int(book.uid[paid.argmax()]), "award_won"))
        refused, times = np.unique(book.uid[book.status == REFUSED], return_counts=True)
        if len(refused):
            found.append(Example(int(refused[times.argmax()]), "refused_most"))
        if self.waits:
            found.append(Example(max(self.waits, key=lambda uid: self.waits[uid]), "waited"))
        stayed = (firms.uid == self.first_uid) & (firms.alive == 1)
        idle = stayed & (firms.adopted == self.first_use) & (firms.projects == 0)
        for why, chosen, score in (
            ("never_adopted", idle, firms.skilled + firms.unskilled),
            ("most_projects", stayed & (firms.projects > 0), firms.projects),
            ("showed", stayed & (firms.demonstration != 0), firms.gain),
        ):
            if chosen.any():
                row = int(np.where(chosen, score, -np.inf).argmax())
                found.append(Example(int(firms.uid[row]), why))
        if self.closed >= 0:
            found.append(Example(self.closed, "shut"))
        return found


def firm_examples(
    scenario: Scenario | str | Path,
    *,
    scale: float = USUAL_SCALE,
    seed: SeedLike = 1,
    until: str | None = None,
    settings: Iterable[str] = (),
    parameters: str | Path | Parameters = POSTERIOR,
    progress: Progress | None = None,
) -> list[Example]:
    """Run a scenario and name a firm of each interesting kind that it has."""
    chosen = prepared(scenario, settings, until)
    province = Province(chosen, scale=scale, seed=seed, parameters=parameters)
    notes = Notes(province)
    run_through(province, progress)
    return notes.found()
