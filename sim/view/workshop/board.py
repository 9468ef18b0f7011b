"""The board: all sessions of the server, behind one lock.

Every change makes a new `Session`; who read the old one is not disturbed. Roles are proven with long
random secrets, of which only digests are kept; the short code lets anyone in the room join and look.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sim.view.choice import Plan
from sim.view.workshop import limits, moves
from sim.view.workshop.limits import (
    YEARS,
    RefusedError,
    new_code,
    new_secret,
    one_line,
    several_lines,
)
from sim.view.workshop.state import (
    Event,
    Move,
    Phase,
    Session,
    Team,
    TeamScores,
    plans_at,
    seen_by,
)

FACILITATOR = "facilitator"


@dataclass(frozen=True)
class Pass:
    """What a device holds: in which session, as whom ("facilitator" or a team's key), and the proof."""

    code: str
    who: str
    secret: str


@dataclass
class _Held:
    """A session with what must not leave the server: digests of secrets, and the teams' words."""

    session: Session
    digests: dict[str, list[bytes]]
    words: dict[str, str] = field(default_factory=dict)
    touched: float = 0.0
    counted: int = 0
    """Teams that ever joined: a key is never given twice."""


class Board:
    """Sessions by code. Every method is safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._held: dict[str, _Held] = {}

    # ------------------------------------------------------------- coming in

    def open(
        self, title: str, mode: str = "package", budget: float | None = None, preview: bool = True
    ) -> Pass:
        """A new session; returns the facilitator's pass."""
        return self.place(Session("", moves.rules(title, mode, budget, preview)), "opened")

    def place(self, session: Session, what: str) -> Pass:
        """Hold a session under a new code, its teams with new words."""
        with self._lock:
            self._forget_idle()
            if len(self._held) >= limits.MOST_SESSIONS:
                raise RefusedError("sessions", most=limits.MOST_SESSIONS)
            while (code := new_code()) in self._held:
                pass
            secret = new_secret()
            held = _Held(replace(session, code=code), {FACILITATOR: [_digest(secret)]})
            held.words = {team.key: new_code() for team in session.teams}
            held.counted = max((int(one.key[1:]) for one in session.teams), default=0)
            self._held[code] = held
            self._change(held, what, FACILITATOR, session.rules.title)
            return Pass(code, FACILITATOR, secret)

    def join(self, code: str, name: str, city: str = "") -> Pass:
        """A new team; RefusedError when the name or the city is taken or the room is full."""
        with self._lock:
            held = self._find(code)
            session = held.session
            name = one_line(name, limits.LONGEST_NAME, "name")
            if session.phase == "closed":
                raise RefusedError("phase")
            if any(one.name.casefold() == name.casefold() for one in session.teams):
                raise RefusedError("name_taken", name=name)
            if len(session.teams) >= limits.MOST_TEAMS:
                raise RefusedError("teams", most=limits.MOST_TEAMS)
            city = _free_city(session, city)
            held.counted += 1
            key, secret = f"t{held.counted}", new_secret()
            held.words[key] = new_code()
            held.digests[key] = [_digest(secret)]
            teams = (*session.teams, Team(key, name, city))
            self._change(held, "joined", key, name, teams=teams)
            return Pass(held.session.code, key, secret)

    def join_again(self, code: str, word: str) -> Pass:
        """Another device of a team, let in by the team's word."""
        with self._lock:
            held = self._find(code)
            given = limits.as_code(word)
            for key, known in held.words.items():
                if given and hmac.compare_digest(known, given):
                    digests = held.digests.setdefault(key, [])
                    if len(digests) >= limits.MOST_MEMBERS:
                        raise RefusedError("members", most=limits.MOST_MEMBERS)
                    secret = new_secret()
                    digests.append(_digest(secret))
                    held.touched = self._clock()
                    return Pass(held.session.code, key, secret)
            raise RefusedError("word")

    def lead(self, code: str, secret: str) -> Pass:
        """The facilitator on another device, let in by the secret."""
        one = Pass(limits.as_code(code), FACILITATOR, secret)
        with self._lock:
            self._prove(one, FACILITATOR)
            return one

    # ------------------------------------------------------------- looking

    def look(self, code: str) -> Session:
        """What everybody in the room may see."""
        with self._lock:
            return seen_by(self._find(code).session, "")

    def see(self, who: Pass) -> Session:
        """What the holder of a pass may see."""
        with self._lock:
            return seen_by(self._prove(who).session, who.who)

    def version(self, code: str) -> int:
        """Grows with every change; -1 when the session is gone."""
        with self._lock:
            held = self._held.get(limits.as_code(code))
            return held.session.version if held else -1

    def word(self, who: Pass, team: str = "") -> str:
        """The word that lets other devices into a team: its own, or any for the facilitator."""
        with self._lock:
            held = self._prove(who)
            return held.words.get(team if who.who == FACILITATOR else who.who, "")

    # ------------------------------------------------------------- teams

    def commit(self, who: Pass, settings: object, note: str = "") -> None:
        """A team's move of the year that is open; it can be made again until the round ends."""
        with self._lock:
            before = self._prove(who).session
        team = _team(before, who.who)
        chosen = moves.checked(before.rules, team.city, settings)
        note = several_lines(note, limits.LONGEST_NOTE, "note")
        now = self._clock()
        kept = tuple(one for one in team.moves if one.year != before.year)
        chosen = moves.completed(before.rules, kept, before.year, chosen)
        team = replace(team, moves=(*kept, Move(before.year, chosen, note, now)))
        moves.check_plan(before.rules, team)  # reads scenarios: not under the lock
        with self._lock:
            held = self._prove(who)
            session = held.session
            if not session.accepting(self._clock()) or session.year != before.year:
                raise RefusedError("round")
            if _team(session, who.who).moves[: len(kept)] != kept:
                raise RefusedError("round")
            self._change(
                held, "committed", who.who, str(session.year), teams=_with(session, team)
            )  # fmt: skip

    def vote(self, who: Pass, team: str) -> None:
        """A team's one vote, not for itself; it can be changed until the end."""
        with self._lock:
            held = self._prove(who)
            session = held.session
            mine = _team(session, who.who)
            if session.phase != "vote":
                raise RefusedError("phase")
            if team == mine.key:
                raise RefusedError("own_vote")
            _team(session, team)
            self._change(
                held, "voted", mine.key, teams=_with(session, replace(mine, vote=team))
            )  # fmt: skip

    # ------------------------------------------------------------- facilitator

    def open_round(self, who: Pass, minutes: float = 0.0) -> None:
        """Begin the next year's round, or reopen this one's before its reveal; 0 for no timer."""
        if not 0 <= minutes <= limits.LONGEST_ROUND:  # false for nan too
            raise RefusedError("minutes", most=limits.LONGEST_ROUND)
        with self._lock:
            held = self._prove(who, FACILITATOR)
            session = held.session
            year = session.year + (session.phase == "reveal")
            if session.phase not in ("lobby", "commit", "locked", "reveal") or year > YEARS[-1]:
                raise RefusedError("phase")
            if not session.teams:
                raise RefusedError("no_teams")
            deadline = self._clock() + 60.0 * minutes if minutes else 0.0
            self._change(
                held, "round", FACILITATOR, str(year), phase="commit", year=year, deadline=deadline
            )

    def close_round(self, who: Pass) -> None:
        """Take no more moves."""
        self._step(who, ("commit",), "locked", "closed_round")

    def reveal(self, who: Pass) -> None:
        """Show all moves of the year."""
        self._step(who, ("commit", "locked"), "reveal", "revealed")

    def start_vote(self, who: Pass) -> None:
        """After the last year's reveal, let the teams vote."""
        with self._lock:
            session = self._prove(who, FACILITATOR).session
            if session.year != YEARS[-1]:
                raise RefusedError("phase")
            if len(session.teams) < 2:
                raise RefusedError("few_teams")
            self._step(who, ("reveal",), "vote", "vote")

    def finish(self, who: Pass) -> None:
        """End the session: votes are shown, nothing can be changed but by rewinding."""
        with self._lock:
            if self._prove(who, FACILITATOR).session.year != YEARS[-1]:
                raise RefusedError("phase")
            self._step(who, ("reveal", "vote"), "closed", "finished")

    def rewind(self, who: Pass) -> None:
        """Take the last revealed year back: its round is open again, as it was when it began."""
        with self._lock:
            held = self._prove(who, FACILITATOR)
            session = held.session
            year = session.revealed
            if year < YEARS[0]:
                raise RefusedError("rewind")
            self._change(
                held, "rewound", FACILITATOR, str(year), phase="commit", year=year, deadline=0.0,
                teams=tuple(_until(one, year - 1) for one in session.teams),
                scores=tuple(one for one in session.scores if one.year < year),
            )  # fmt: skip

    def reset(self, who: Pass) -> None:
        """Back to the lobby: the teams stay, all moves, scores and votes go."""
        with self._lock:
            held = self._prove(who, FACILITATOR)
            teams = tuple(_until(one, 0) for one in held.session.teams)
            self._change(
                held, "reset", FACILITATOR, phase="lobby", year=YEARS[0], deadline=0.0,
                teams=teams, scores=(),
            )  # fmt: skip

    def dismiss(self, who: Pass, team: str) -> None:
        """Take a team out, with its moves and the votes for it."""
        with self._lock:
            held = self._prove(who, FACILITATOR)
            gone = _team(held.session, team)
            held.digests.pop(team, None)
            held.words.pop(team, None)
            teams = tuple(
                replace(one, vote="" if one.vote == team else one.vote)
                for one in held.session.teams
                if one.key != team
            )
            scores = tuple(one for one in held.session.scores if one.team != team)
            self._change(held, "dismissed", FACILITATOR, gone.name, teams=teams, scores=scores)

    def change(self, who: Pass, budget: float | None = None, preview: bool | None = None) -> None:
        """Change the rules: the budget before the first round only."""
        with self._lock:
            held = self._prove(who, FACILITATOR)
            old = held.session.rules
            if budget is not None and held.session.phase != "lobby":
                raise RefusedError("phase")
            new = moves.rules(
                old.title, old.mode, old.budget if budget is None else budget,
                old.preview if preview is None else preview,
            )  # fmt: skip
            self._change(held, "rules", FACILITATOR, rules=new)

    def score(
        self, who: Pass, year: int, plans: Mapping[str, Plan], found: Iterable[TeamScores]
    ) -> bool:
        """Keep the outcomes of a revealed year; False if the teams' `plans` are no longer these."""
        rows = tuple(found)
        with self._lock:
            held = self._prove(who, FACILITATOR)
            session = held.session
            fits = {(one.year, one.team) for one in rows} <= {(year, key) for key in plans}
            if year > session.revealed or plans_at(session, year) != dict(plans) or not fits:
                return False
            kept = tuple(one for one in session.scores if one.year != year)
            self._change(held, "scored", FACILITATOR, str(year), scores=(*kept, *rows))
            return True

    def end(self, who: Pass) -> None:
        """Forget the session."""
        with self._lock:
            self._held.pop(self._prove(who, FACILITATOR).session.code, None)

    def holds(self, who: Pass) -> bool:
        """Is a pass still good?"""
        with self._lock:
            try:
                self._prove(who)
            except RefusedError:
                return False
            return True

    # ------------------------------------------------------------- within

    def _find(self, code: str) -> _Held:
        self._forget_idle()
        held = self._held.get(limits.as_code(code))
        if held is None:
            raise RefusedError("code")
        return held

    def _prove(self, who: Pass, role: str = "") -> _Held:
        """The session of a pass; RefusedError when it does not prove what it says."""
        held = self._find(who.code)
        given = _digest(who.secret)
        # Every digest is compared, so that the time tells nothing.
        matches = [hmac.compare_digest(one, given) for one in held.digests.get(who.who, [])]
        if not any(matches) or (role and who.who != role):
            raise RefusedError("pass")
        return held

    def _step(self, who: Pass, phases: tuple[Phase, ...], to: Phase, what: str) -> None:
        with self._lock:
            held = self._prove(who, FACILITATOR)
            if held.session.phase not in phases:
                raise RefusedError("phase")
            year = str(held.session.year)
            self._change(held, what, FACILITATOR, year, phase=to, deadline=0.0)

    def _change(self, held: _Held, what: str, who: str, detail: str = "", **new: object) -> None:
        held.touched = self._clock()
        session = held.session
        events = (*session.events, Event(held.touched, what, who, detail))[-limits.MOST_EVENTS :]
        held.session = replace(
            session, version=session.version + 1, events=events, **new,  # type: ignore[arg-type]
        )  # fmt: skip

    def _forget_idle(self) -> None:
        oldest = self._clock() - 3600.0 * limits.IDLE_HOURS
        for code in [code for code, one in self._held.items() if one.touched < oldest]:
            del self._held[code]


BOARD = Board()
"""The server's one board."""


def _free_city(session: Session, city: str) -> str:
    """The city of a new team: none in package mode, in city mode one that nobody plays."""
    if session.rules.mode == "package":
        return ""
    if city not in moves.cities():
        raise RefusedError("city")
    if any(one.city == city for one in session.teams):
        raise RefusedError("city_taken")
    return city


def _team(session: Session, key: str) -> Team:
    team = session.team(key)
    if team is None:
        raise RefusedError("no_team")
    return team


def _with(session: Session, team: Team) -> tuple[Team, ...]:
    return tuple(team if one.key == team.key else one for one in session.teams)


def _until(team: Team, year: int) -> Team:
    """A team as it was after its move of a year, without its vote."""
    return replace(team, moves=tuple(one for one in team.moves if one.year <= year), vote="")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(str(secret).encode("utf-8", "replace")).digest()
