"""The board: all sessions of the server, behind one lock.

Every change makes a new `Session`; who read the old one is not disturbed. After each change the
session's record is written, whole or not at all, before the caller goes on, but outside the lock: a
slow disk holds up nobody else. Roles are proven with long
secrets, of which only digests are kept; the short code lets anyone in the room join and look.
"""

from __future__ import annotations

import base64
import hmac
import logging
import math
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from sim.view.choice import Plan
from sim.view.server.clock import now
from sim.view.server.records import KEY_BYTES, Records
from sim.view.server.tries import ADDRESS_TRIES, ADDRESS_WAIT, Tries
from sim.view.workshop import limits, moves
from sim.view.workshop.held import FACILITATOR, NOWHERE, Held, Origin, Pass, digest
from sim.view.workshop.limits import (
    YEARS,
    RefusedError,
    as_code,
    as_key,
    new_code,
    new_key,
    new_secret,
    several_lines,
)
from sim.view.workshop.names import skeleton, team_name
from sim.view.workshop.record import kept
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

RETRY = 10.0
"""Seconds until a record that could not be written is tried again without a change."""

log = logging.getLogger("lianghua.view")


class Board:
    """Sessions by code. Every method is safe from any thread."""

    def __init__(self, clock: Callable[[], float] = now, records: Records | None = None) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._held: dict[str, Held] = {}
        self._turns: dict[str, threading.Lock] = {}
        """Whoever has a session's writes, or removes, its record. Taken before the board's lock."""
        self._changed: list[Held] = []
        """What was changed under the lock and is still to be written."""
        self._records = records
        self._key = secrets.token_bytes(KEY_BYTES) if records is None else records.key
        self._of_browser = Tries(clock)
        self._of_address = Tries(clock, ADDRESS_TRIES, ADDRESS_WAIT)

    def keep_in(self, records: Records) -> None:
        """Write every session into `records` from now on; before there is any."""
        with self._lock:
            self._records, self._key = records, records.key

    # ------------------------------------------------------------- coming in

    def open(
        self,
        title: str,
        mode: str = "package",
        budget: float | None = None,
        preview: bool = True,
        origin: Origin = NOWHERE,
    ) -> Pass:
        """A new session; returns the facilitator's pass."""
        return self.place(Session("", moves.rules(title, mode, budget, preview)), "opened", origin)

    def place(
        self, session: Session, what: str, origin: Origin = NOWHERE, source: str = ""
    ) -> Pass:
        """Hold a session under a new code, its teams with new words."""
        code = new_code()
        while self._recorded(code):  # looks at the disk: not under the lock
            code = new_code()
        with self._changing():
            self._put_away_idle()
            opener = (digest(origin.browser), digest(origin.address))
            if self._opened(0, opener[0]) >= limits.MOST_OPENED:
                self._put_away_left(opener[0])
            if self._opened(1, opener[1]) >= limits.MOST_OPENED_ADDRESS:
                self._make_room("opened_address", limits.MOST_OPENED_ADDRESS, opener[1])
            if len(self._held) >= limits.MOST_SESSIONS:
                self._make_room("sessions", limits.MOST_SESSIONS)
            while code in self._held:
                code = new_code()
            held = Held(replace(session, code=code), new_key(), opener=opener, source=source)
            held.words = {team.key: new_code() for team in session.teams}
            held.counted = max((int(one.key[1:]) for one in session.teams), default=0)
            one = self._let_in(held, FACILITATOR, origin)
            self._hold(held)
            self._change(held, what, FACILITATOR, session.rules.title)
            return one

    def take(self, held: Held) -> bool:
        """Hold a session as a former server held it; False if it is there already."""
        with self._lock:
            if held.session.code in self._held:
                return False
            if len(self._held) >= limits.MOST_SESSIONS:
                raise RefusedError("sessions", most=limits.MOST_SESSIONS)
            self._hold(held)
            return True

    def came_from(self, source: str) -> bool:
        """Is there a session already that was taken from a file with this digest?"""
        with self._lock:
            return any(one.source == source for one in self._held.values())

    def find(self, code: str, origin: Origin = NOWHERE) -> str:
        """The code as it is written, of a session that is there; wrong ones are slowed."""
        with self._lock, self._slowed(origin):
            return self._find(code).session.code

    def join(self, code: str, name: str, city: str = "", origin: Origin = NOWHERE) -> Pass:
        """A new team; RefusedError when the name or the city is taken or the room is full."""
        with self._changing():
            held = self._find(code)
            session = held.session
            name = team_name(name)
            if session.phase == "closed":
                raise RefusedError("phase")
            for one in session.teams:
                if skeleton(one.name) == skeleton(name):
                    raise RefusedError("name_taken", name=one.name)
            if len(session.teams) >= limits.MOST_TEAMS:
                raise RefusedError("teams", most=limits.MOST_TEAMS)
            maker = digest(origin.browser)
            if maker and list(held.makers.values()).count(maker) >= limits.MOST_OWN_TEAMS:
                raise RefusedError("own_teams", most=limits.MOST_OWN_TEAMS)
            city = _free_city(session, city)
            held.counted += 1
            key = f"t{held.counted}"
            held.words[key] = new_code()
            if maker:
                held.makers[key] = maker
            given = self._let_in(held, key, origin)
            teams = (*session.teams, Team(key, name, city))
            self._change(held, "joined", key, name, teams=teams)
            return given

    def join_again(self, code: str, word: str, origin: Origin = NOWHERE) -> Pass:
        """Another device of a team, let in by the team's word; wrong ones are slowed."""
        with self._changing(), self._slowed(origin):
            held = self._find(code)
            given = as_code(word)
            # Every word is compared, so that the time tells nothing.
            fits = [key for key, one in held.words.items() if hmac.compare_digest(one, given)]
            if not fits:
                raise RefusedError("word")
            return self._let_in_again(held, fits[0], origin)

    def lead(self, code: str, key: str, origin: Origin = NOWHERE) -> Pass:
        """The facilitator on another device, let in by the key; wrong ones are slowed."""
        with self._changing(), self._slowed(origin):
            held = self._find(code)
            if not hmac.compare_digest(held.key, as_key(key)):
                raise RefusedError("key")
            return self._let_in_again(held, FACILITATOR, origin)

    def recall(self, browser: str) -> tuple[Pass, ...]:
        """Passes of a browser that hold, the newest first: a page loaded anew finds its role."""
        known = digest(browser)
        with self._lock:
            self._put_away_idle()
            found = []
            for code, held in reversed(self._held.items()) if known else ():
                for who in reversed(held.browsers.get(known, {})):
                    found.append(Pass(code, who, self._secret(browser, code, who)))
            return tuple(one for one in found if self.holds(one))

    def leave(self, who: Pass) -> None:
        """A device gives its role back, and its place; nothing if it has none."""
        with self._changing(), suppress(RefusedError):
            held = self._prove(who)
            gone = digest(who.secret)
            held.digests[who.who].remove(gone)
            for roles in held.browsers.values():
                if roles.get(who.who) == gone:
                    del roles[who.who]
            _drop_strangers(held)
            self._keep(held)

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

    def key(self, who: Pass) -> str:
        """The key by which the facilitator comes back, or leads from another device."""
        with self._lock:
            return self._prove(who, FACILITATOR).key

    def unsaved(self, who: Pass) -> str:
        """What keeps the session from being saved (see `limits.disk_problem`), for its facilitator;
        empty if nothing does. What could not be written is tried again now and then."""
        with self._lock:
            held = self._prove(who)
            again = bool(held.unsaved) and self._clock() - held.tried >= RETRY
            if again:
                held.tried = self._clock()  # one page tries, the others go on
        if again:
            self._write(held, wait=False)
        return held.unsaved if who.who == FACILITATOR else ""

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
        others = tuple(one for one in team.moves if one.year != before.year)
        chosen = moves.completed(before.rules, others, before.year, chosen)
        team = replace(team, moves=(*others, Move(before.year, chosen, note, self._clock())))
        moves.check_plan(before.rules, team)  # reads scenarios: not under the lock
        with self._changing():
            held = self._prove(who)
            session = held.session
            if not session.accepting(self._clock()) or session.year != before.year:
                raise RefusedError("round")
            if _team(session, who.who).moves[: len(others)] != others:
                raise RefusedError("round")
            self._change(
                held, "committed", who.who, str(session.year), teams=_with(session, team)
            )  # fmt: skip

    def vote(self, who: Pass, team: str) -> None:
        """A team's one vote, not for itself; it can be changed until the end."""
        with self._changing():
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
        with self._changing():
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
        with self._changing():
            self._step(who, ("commit",), "locked", "closed_round")

    def reveal(self, who: Pass) -> None:
        """Show all moves of the year."""
        with self._changing():
            self._step(who, ("commit", "locked"), "reveal", "revealed")

    def start_vote(self, who: Pass) -> None:
        """After the last year's reveal, let the teams vote."""
        with self._changing():
            session = self._prove(who, FACILITATOR).session
            if session.year != YEARS[-1]:
                raise RefusedError("phase")
            if len(session.teams) < 2:
                raise RefusedError("few_teams")
            self._step(who, ("reveal",), "vote", "vote")

    def finish(self, who: Pass) -> None:
        """End the session: votes are shown, nothing can be changed but by rewinding."""
        with self._changing():
            if self._prove(who, FACILITATOR).session.year != YEARS[-1]:
                raise RefusedError("phase")
            self._step(who, ("reveal", "vote"), "closed", "finished")

    def rewind(self, who: Pass) -> None:
        """Take the last revealed year back: its round is open again, as it was when it began."""
        with self._changing():
            held = self._prove(who, FACILITATOR)
            session = held.session
            year = session.revealed
            if year < YEARS[0]:
                raise RefusedError("rewind")
            self._change(
                held, "rewound", FACILITATOR, str(year), phase="commit", year=year, deadline=0.0,
                teams=tuple(_until(one, year - 1) for one in session.teams),
                scores=tuple(one for one in session.scores if one.year < year),
                from_file=tuple(one for one in session.from_file if one < year),
            )  # fmt: skip

    def reset(self, who: Pass) -> None:
        """Back to the lobby: the teams stay, all moves, scores and votes go."""
        with self._changing():
            held = self._prove(who, FACILITATOR)
            teams = tuple(_until(one, 0) for one in held.session.teams)
            self._change(
                held, "reset", FACILITATOR, phase="lobby", year=YEARS[0], deadline=0.0,
                teams=teams, scores=(), from_file=(),
            )  # fmt: skip

    def dismiss(self, who: Pass, team: str) -> None:
        """Take a team out, with its moves and the votes for it."""
        with self._changing():
            held = self._prove(who, FACILITATOR)
            gone = _team(held.session, team)
            for roles in (held.words, held.makers, *held.browsers.values()):
                roles.pop(team, None)
            held.digests.pop(team, None)
            _drop_strangers(held)
            teams = tuple(
                replace(one, vote="" if one.vote == team else one.vote)
                for one in held.session.teams
                if one.key != team
            )
            scores = tuple(one for one in held.session.scores if one.team != team)
            self._change(held, "dismissed", FACILITATOR, gone.name, teams=teams, scores=scores)

    def change(self, who: Pass, budget: float | None = None, preview: bool | None = None) -> None:
        """Change the rules: the budget before the first round only."""
        with self._changing():
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
        with self._changing():
            held = self._prove(who, FACILITATOR)
            session = held.session
            fits = {(one.year, one.team) for one in rows} <= {(year, key) for key in plans}
            if year > session.revealed or plans_at(session, year) != dict(plans) or not fits:
                return False
            others = tuple(one for one in session.scores if one.year != year)
            self._change(
                held, "scored", FACILITATOR, str(year), scores=(*others, *rows),
                from_file=tuple(one for one in session.from_file if one != year),
            )  # fmt: skip
            return True

    def renew_key(self, who: Pass) -> None:
        """A new key for the facilitator: the old one, which somebody may have seen, holds no more.
        Devices that lead already go on."""
        with self._changing():
            held = self._prove(who, FACILITATOR)
            held.key = new_key()
            self._change(held, "renewed_key", FACILITATOR)

    def end(self, who: Pass) -> None:
        """Forget the session, and its record. RefusedError, and nothing is forgotten, when the
        record cannot be removed: the next server would take it up."""
        with self._lock:
            held = self._prove(who, FACILITATOR)
            code = held.session.code
            turn = self._turns[code]
        with turn:
            if self._held.get(code) is not held:
                return  # ended twice at once
            try:
                if self._records is not None:
                    self._records.remove(code)
            except OSError as error:
                log.error("the record of workshop %s could not be removed: %s", code, error)
                raise RefusedError("not_deleted", disk=limits.disk_problem(error)) from None
            with self._lock:
                self._put_away(code)

    def holds(self, who: Pass) -> bool:
        """Is a pass still good?"""
        with self._lock:
            try:
                self._prove(who)
            except RefusedError:
                return False
            return True

    # ------------------------------------------------------------- within

    def _find(self, code: str) -> Held:
        self._put_away_idle()
        held = self._held.get(as_code(code))
        if held is None:
            raise RefusedError("code")
        return held

    def _hold(self, held: Held) -> None:
        self._held[held.session.code] = held
        self._turns[held.session.code] = threading.Lock()

    def _put_away(self, code: str) -> None:
        """Hold a session no more. Its record stays: the command line can take it up."""
        self._held.pop(code, None)
        self._turns.pop(code, None)

    def _recorded(self, code: str) -> bool:
        """Has a session with this code a record, if only one that was put away?"""
        return self._records is not None and self._records.path(code).exists()

    def _opened(self, place: int, opener: str) -> int:
        """Sessions that are held of a browser (0) or an address (1)."""
        held = self._held.values()
        return sum(one.opener[place] == opener for one in held) if opener else 0

    def _put_away_left(self, browser: str) -> None:
        """Put a session away that this browser has opened, that no team has joined, and that the
        browser has left: nobody could end it any more. RefusedError where there is none."""
        for one in self._held.values():
            mine = one.opener[0] == browser and FACILITATOR not in one.browsers.get(browser, {})
            if mine and one.session.phase == "lobby" and not one.session.teams:
                self._put_away(one.session.code)
                return
        raise RefusedError("opened", most=limits.MOST_OPENED)

    def _make_room(self, reason: str, most: int, address: str = "") -> None:
        """Put the longest unused session away (of an address, or of any) that no team has joined;
        RefusedError for this reason where there is none."""
        oldest = self._clock() - limits.EMPTY_SECONDS
        empty = [
            one
            for one in self._held.values()
            if one.touched < oldest
            and one.session.phase == "lobby"
            and not one.session.teams
            and address in ("", one.opener[1])
        ]
        if not empty:
            raise RefusedError(reason, most=most)
        self._put_away(min(empty, key=lambda one: one.touched).session.code)

    def _prove(self, who: Pass, role: str = "") -> Held:
        """The session of a pass; RefusedError when it does not prove what it says."""
        held = self._find(who.code)
        given = digest(who.secret)
        # Every digest is compared, so that the time tells nothing.
        matches = [hmac.compare_digest(one, given) for one in held.digests.get(who.who, [])]
        if not any(matches) or (role and who.who != role):
            raise RefusedError("pass")
        return held

    @contextmanager
    def _slowed(self, origin: Origin) -> Iterator[None]:
        """Within, a wrong code, word or key counts against the browser and the address.

        A right one wipes nothing out: who has a word of their own could try others without end.
        """
        tries = ((self._of_browser, origin.browser), (self._of_address, origin.address))
        known = [(one, who) for one, who in tries if who]
        if wait := max((one.wait(who) for one, who in known), default=0.0):
            raise RefusedError("slow", seconds=math.ceil(wait))
        try:
            yield
        except RefusedError as error:
            if error.reason in ("code", "word", "key"):
                for one, who in known:
                    one.wrong(who)
            raise

    def _let_in(self, held: Held, who: str, origin: Origin) -> Pass:
        """A pass for a role: the same again for a browser that has it."""
        code = held.session.code
        one = Pass(code, who, self._secret(origin.browser, code, who))
        proof = digest(one.secret)
        digests = held.digests.setdefault(who, [])
        if proof not in digests:
            if len(digests) >= limits.MOST_MEMBERS:
                raise RefusedError("members", most=limits.MOST_MEMBERS)
            digests.append(proof)
        if origin.browser:
            roles = held.browsers.setdefault(digest(origin.browser), {})
            roles.pop(who, None)
            roles[who] = proof
        return one

    def _let_in_again(self, held: Held, who: str, origin: Origin) -> Pass:
        one = self._let_in(held, who, origin)
        held.touched = self._clock()
        self._keep(held)
        return one

    def _secret(self, browser: str, code: str, who: str) -> str:
        """What proves a role: made from the browser's id, so that the next server with this key
        knows the browser again, and nothing of it need be kept."""
        if not browser:
            return new_secret()
        content = "\0".join(("pass", browser, code, who)).encode("utf-8", "replace")
        return base64.urlsafe_b64encode(hmac.digest(self._key, content, "sha256")).decode()

    def _step(self, who: Pass, phases: tuple[Phase, ...], to: Phase, what: str) -> None:
        held = self._prove(who, FACILITATOR)
        if held.session.phase not in phases:
            raise RefusedError("phase")
        year = str(held.session.year)
        self._change(held, what, FACILITATOR, year, phase=to, deadline=0.0)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """The board's lock; what is changed within is written once it is left."""
        changed: list[Held] = []
        try:
            with self._lock:
                try:
                    yield
                finally:
                    changed, self._changed = self._changed, []
        finally:
            for held in changed:
                self._write(held)

    def _change(self, held: Held, what: str, who: str, detail: str = "", **new: object) -> None:
        held.touched = self._clock()
        session = held.session
        events = (*session.events, Event(held.touched, what, who, detail))[-limits.MOST_EVENTS :]
        held.session = replace(
            session, version=session.version + 1, events=events, **new,  # type: ignore[arg-type]
        )  # fmt: skip
        self._keep(held)

    def _keep(self, held: Held) -> None:
        """Have the session's record written once the lock is left."""
        held.changes += 1
        self._changed.append(held)

    def _write(self, held: Held, wait: bool = True) -> None:
        """Write the session's record as it stands, in turn, unless another thread just has, or
        (not to `wait`) is about to. What cannot be written does not undo the change."""
        code = held.session.code
        with self._lock:
            records, turn = self._records, self._turns.get(code)
        if records is None or turn is None or not turn.acquire(blocking=wait):
            return
        try:
            with self._lock:
                if self._held.get(code) is not held or held.saved == held.changes:
                    return
                held.tried = self._clock()
                state = held.copied()
            problem = ""
            try:
                records.write(code, kept(state, state.tried, self._key))
            except (OSError, ValueError) as error:
                if not state.unsaved:
                    log.error("workshop %s is not being saved: %s", code, error)
                problem = limits.disk_problem(error)
            else:
                if state.unsaved:
                    log.warning("workshop %s is being saved again", code)
            with self._lock:
                held.unsaved = problem
                held.saved = held.saved if problem else state.changes
        finally:
            turn.release()

    def _put_away_idle(self) -> None:
        oldest = self._clock() - 3600.0 * limits.IDLE_HOURS
        for code in [code for code, one in self._held.items() if one.touched < oldest]:
            self._put_away(code)


BOARD = Board()
"""The server's one board."""


def _drop_strangers(held: Held) -> None:
    """Forget browsers that have no role any more."""
    held.browsers = {key: roles for key, roles in held.browsers.items() if roles}


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
