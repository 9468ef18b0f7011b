"""What is known of a session at one moment: rules, teams, moves, scores; nothing here changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sim.view.choice import Plan, Revision, Settings, Value
from sim.view.workshop.limits import YEARS

Mode = Literal["package", "city"]
MODES: tuple[Mode, ...] = ("package", "city")
Phase = Literal["lobby", "commit", "locked", "reveal", "vote", "closed"]
PHASES: tuple[Phase, ...] = ("lobby", "commit", "locked", "reveal", "vote", "closed")
PRESET = {"package": "document_2014", "city": "city_programmes"}
BASELINE = {"package": "no_programme", "city": "city_programmes"}
"""What a team is compared with: no programme; or the province's, without any city's own."""


@dataclass(frozen=True)
class Rules:
    """What the facilitator has set. `budget` in 10k CNY over 2014-2017: in package mode that of each
    team, in city mode that of all eleven cities, divided by fiscal revenue."""

    title: str
    mode: Mode
    budget: float
    preview: bool = True
    """May a team see the result of its own draft before the reveal?"""

    @property
    def preset(self) -> str:
        """Scenario that every plan starts from."""
        return PRESET[self.mode]

    @property
    def baseline(self) -> str:
        """Scenario that every plan is compared with."""
        return BASELINE[self.mode]


@dataclass(frozen=True)
class Move:
    """What a team set for a year, why, and when (seconds since 1970)."""

    year: int
    settings: Settings
    note: str = ""
    time: float = 0.0
    hidden: bool = False
    """Committed, but not for this reader to see yet."""


@dataclass(frozen=True)
class Team:
    """A team. `key` names it in the session; `city` is what it plays in city mode."""

    key: str
    name: str
    city: str = ""
    moves: tuple[Move, ...] = ()
    vote: str = ""
    voted: bool = False

    def move(self, year: int) -> Move | None:
        """Its move of a year."""
        return next((one for one in self.moves if one.year == year), None)


@dataclass(frozen=True)
class Score:
    """An outcome of a team at a reveal against the baseline; None where it cannot be said.

    `low` and `high` are the 95 % interval of the difference `more`; `anyway` is the baseline.
    """

    outcome: str
    value: float | None
    anyway: float | None
    more: float | None
    low: float | None
    high: float | None
    pairs: int


@dataclass(frozen=True)
class TeamScores:
    """All outcomes of a team at the reveal of a year."""

    year: int
    team: str
    scores: tuple[Score, ...]

    def of(self, outcome: str) -> Score | None:
        """One of them."""
        return next((one for one in self.scores if one.outcome == outcome), None)


@dataclass(frozen=True)
class Event:
    """Something that happened: when, what, by whom (team's key or "facilitator"), on what."""

    time: float
    what: str
    who: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Session:
    """A session at one moment. `version` grows with every change."""

    code: str
    rules: Rules
    phase: Phase = "lobby"
    year: int = YEARS[0]
    """Year that is being decided, or was revealed last."""
    deadline: float = 0.0
    """When the round ends by itself; 0 for never."""
    teams: tuple[Team, ...] = ()
    scores: tuple[TeamScores, ...] = ()
    events: tuple[Event, ...] = ()
    version: int = 0
    from_file: tuple[int, ...] = ()
    """Years whose scores come from a file, and were not worked out by this server."""

    def team(self, key: str) -> Team | None:
        """A team by key."""
        return next((one for one in self.teams if one.key == key), None)

    @property
    def revealed(self) -> int:
        """Last year whose moves all may see; 2013 before the first reveal."""
        return self.year if self.phase in ("reveal", "vote", "closed") else self.year - 1

    def accepting(self, now: float) -> bool:
        """May moves be made at this time?"""
        return self.phase == "commit" and (self.deadline == 0.0 or now < self.deadline)

    def scores_of(self, year: int) -> tuple[TeamScores, ...]:
        """Scores of all teams at the reveal of a year."""
        return tuple(one for one in self.scores if one.year == year)

    def votes(self) -> dict[str, int]:
        """How many votes each team has."""
        return {one.key: sum(other.vote == one.key for other in self.teams) for one in self.teams}


def settings_by(team: Team, year: int, first: Settings = ()) -> Settings:
    """All that is in force for a team in a year: later moves win."""
    found = dict(first)
    for move in sorted(team.moves, key=lambda one: one.year):
        if move.year <= year:
            found |= dict(move.settings)
    return tuple(sorted(found.items()))


def plan_of(rules: Rules, moves: tuple[Move, ...]) -> Plan:
    """The plan that moves make: the first year's settings from the start, later ones as revisions."""
    found = {move.year: tuple(sorted(move.settings)) for move in moves}
    revisions = tuple(
        Revision(f"{year}-01", found[year]) for year in YEARS[1:] if found.get(year)
    )  # fmt: skip
    return Plan(rules.preset, found.get(YEARS[0], ()), revisions)


def plans_at(session: Session, year: int) -> dict[str, Plan]:
    """Each team's plan as far as its moves of `year`, by team's key.

    In city mode all teams act in one province, so that there is one plan for all of them.
    """
    kept = {
        one.key: tuple(move for move in one.moves if move.year <= year) for one in session.teams
    }
    if session.rules.mode == "package":
        return {key: plan_of(session.rules, moves) for key, moves in kept.items()}
    together: dict[int, dict[str, Value]] = {}
    for moves in kept.values():
        for move in moves:
            together.setdefault(move.year, {}).update(dict(move.settings))
    joint = tuple(Move(when, tuple(sorted(one.items()))) for when, one in sorted(together.items()))
    plan = plan_of(session.rules, joint)
    return dict.fromkeys(kept, plan)


def seen_by(session: Session, who: str) -> Session:
    """What a reader may see: `who` is "facilitator", a team's key, or empty for who has the code.

    Moves that are not revealed yet are the team's own and the facilitator's; votes are secret until
    the session is closed; the log is the facilitator's.
    """
    if who == "facilitator":
        return session
    open_votes = session.phase == "closed"

    def team(one: Team) -> Team:
        own = one.key == who
        moves = tuple(
            move if own or move.year <= session.revealed
            else Move(move.year, (), time=move.time, hidden=True)
            for move in one.moves
        )  # fmt: skip
        vote = one.vote if own or open_votes else ""
        return replace(one, moves=moves, vote=vote, voted=bool(one.vote))

    return replace(session, teams=tuple(team(one) for one in session.teams), events=())
