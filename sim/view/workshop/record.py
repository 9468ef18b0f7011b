"""A whole session as one JSON file, and back.

What the facilitator takes away holds what happened and what came out, no secrets: teams get new words
when it is taken in again. A server's own record has them too, as digests where it can be, and what a
round stood at; it is sealed with the server's key, so that nobody else's file is taken for one. Both
are data only: every text and setting passes the checks that a move passes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.core.errors import printable
from sim.programme import CLAUSES
from sim.source import source_hash
from sim.view.choice import Settings
from sim.view.workshop import limits, moves
from sim.view.workshop.held import FACILITATOR, NOWHERE, Held, Origin, Pass
from sim.view.workshop.limits import YEARS, RefusedError, one_line, several_lines
from sim.view.workshop.names import skeleton, team_name
from sim.view.workshop.scores import OUTCOMES, implausible
from sim.view.workshop.state import (
    Event,
    Mode,
    Move,
    Phase,
    Score,
    Session,
    Team,
    TeamScores,
)

if TYPE_CHECKING:
    from sim.view.workshop.board import Board

FORMAT = "lianghua-workshop"
VERSION = 1
LARGEST = 2_500_000
"""Bytes of a file that is read: quoted, it fits a message of a page (4 MB)."""
LARGEST_OWN = 16_000_000
"""Bytes of a server's own record: more than all teams can set and say in four years."""
_MOST_SCORES = limits.MOST_TEAMS * len(YEARS)
_MOST_BROWSERS = limits.MOST_MEMBERS * (limits.MOST_TEAMS + 1)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


Key = Annotated[str, Field(pattern=r"^t[1-9][0-9]{0,5}$")]
Year = Annotated[int, Field(ge=YEARS[0], le=YEARS[-1])]
When = Annotated[float, Field(ge=0, le=1e11)]
Role = Key | Literal["facilitator"]
Word = Annotated[str, Field(pattern=rf"^[{limits.ALPHABET}]{{{limits.CODE_LENGTH}}}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


_Value = bool | int | float | str | Annotated[list[str], Field(max_length=len(CLAUSES))]


class _Move(_Part):
    year: Year
    settings: list[tuple[Annotated[str, Field(max_length=120)], _Value]] = Field(
        max_length=limits.MOST_SETTINGS
    )
    note: str = Field(max_length=limits.LONGEST_NOTE)
    time: When


class _Team(_Part):
    key: Key
    name: str = Field(max_length=limits.LONGEST_NAME)
    city: str = Field(max_length=limits.LONGEST_NAME)
    moves: list[_Move] = Field(max_length=len(YEARS))
    vote: Key | Literal[""]


class _Score(_Part):
    outcome: str = Field(max_length=40)
    value: float | None
    anyway: float | None
    more: float | None
    low: float | None
    high: float | None
    pairs: int = Field(ge=0, le=100_000)


class _Scores(_Part):
    year: Year
    team: Key
    scores: list[_Score] = Field(max_length=40)


class _Event(_Part):
    time: When
    what: str = Field(max_length=40, pattern=r"^[a-z_]+$")
    who: Key | Literal["", "facilitator"]
    detail: str = Field(max_length=limits.LONGEST_TITLE)


class _Rules(_Part):
    title: str = Field(max_length=limits.LONGEST_TITLE)
    mode: Mode
    budget: float
    preview: bool


class _Kept(_Part):
    """What a server's own record holds beside: fields of `Held`, and of its session."""

    code: Word
    key: str = Field(pattern=rf"^([{limits.ALPHABET}]{{4}}-){{3}}[{limits.ALPHABET}]{{4}}$")
    version: int = Field(ge=0)
    remaining: float | None = Field(ge=0, le=60 * limits.LONGEST_ROUND)
    """Seconds of the round that are left; none without a timer. The next server has another clock."""
    from_file: list[Year]
    digests: dict[Role, Annotated[list[Digest], Field(max_length=limits.MOST_MEMBERS)]]
    browsers: dict[Digest, dict[Role, Digest]] = Field(max_length=_MOST_BROWSERS)
    words: dict[Key, Word]
    makers: dict[Key, Digest]
    opener: tuple[Digest | Literal[""], Digest | Literal[""]]
    counted: int = Field(ge=0, le=999_999)
    touched: When
    source: Digest | Literal[""]


class _Record(_Part):
    format: Literal["lianghua-workshop"]
    version: Literal[1]
    code: str = Field("", max_length=100)
    rules: _Rules
    phase: Phase
    year: Year
    teams: list[_Team] = Field(max_length=limits.MOST_TEAMS)
    scores: list[_Scores] = Field(max_length=_MOST_SCORES)
    events: list[_Event] = Field(max_length=limits.MOST_EVENTS)
    kept: _Kept | None = None
    seal: str = Field("", max_length=64)


def written(session: Session) -> str:
    """A session as the text of a file to take away."""
    return json.dumps(_content(session), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _content(session: Session) -> dict[str, Any]:
    teams = [
        {
            "key": one.key, "name": one.name, "city": one.city, "vote": one.vote,
            "moves": [
                {
                    "year": move.year, "settings": [list(pair) for pair in move.settings],
                    "note": move.note, "time": move.time,
                }
                for move in one.moves
            ],
        }
        for one in session.teams
    ]  # fmt: skip
    return {
        "format": FORMAT, "version": VERSION, "code": source_hash(), "rules": asdict(session.rules),
        "phase": session.phase, "year": session.year, "teams": teams,
        "scores": [
            {"year": one.year, "team": one.team, "scores": [vars(score) for score in one.scores]}
            for one in session.scores
        ],
        "events": [vars(one) for one in session.events],
    }  # fmt: skip


def kept(held: Held, moment: float, key: bytes) -> str:
    """A server's own record of a session at a moment of its clock, sealed with its key."""
    session = held.session
    secret = {
        "code": session.code, "key": held.key, "version": session.version,
        "remaining": max(0.0, session.deadline - moment) if session.deadline else None,
        "from_file": list(session.from_file), "digests": held.digests, "browsers": held.browsers,
        "words": held.words, "makers": held.makers, "opener": held.opener,
        "counted": held.counted, "touched": held.touched, "source": held.source,
    }  # fmt: skip
    text = _plain(_content(session) | {"kept": secret})
    return f'{text[:-1]},"seal":"{_seal(text, key)}"}}\n'


def taken(content: bytes, key: bytes, moment: float) -> Held | None:
    """What a server with this key held, by its record; None for any other file. RefusedError where
    it holds what this program's version does not take."""
    if len(content) > LARGEST_OWN:
        return None
    try:
        whole = json.loads(content)
        if not isinstance(whole, dict):
            return None
        seal = whole.pop("seal")
        if not hmac.compare_digest(seal.encode(), _seal(_plain(whole), key).encode()):
            return None
    except (ValueError, AttributeError, KeyError, RecursionError):
        return None
    found = _record(content, LARGEST_OWN)
    part = found.kept
    if part is None or set(part.words) != {one.key for one in found.teams}:
        raise RefusedError("file", where="kept")
    session = replace(
        _session(found, own=True), code=part.code, version=part.version,
        deadline=0.0 if part.remaining is None else moment + part.remaining,
        from_file=tuple(part.from_file),
    )  # fmt: skip
    more = part.model_dump(exclude={"code", "version", "remaining", "from_file"})
    return Held(session, **more)


def _plain(content: dict[str, Any]) -> str:
    """The one way to write a content, so that it can be sealed."""
    return json.dumps(
        content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def _seal(text: str, key: bytes) -> str:
    return hmac.new(key, b"workshop\0" + text.encode("utf-8"), hashlib.sha256).hexdigest()


def read(content: str | bytes) -> Session:
    """The session of a file; RefusedError, with where it is wrong, for anything else.

    A round that was open is closed, and scores are those of a file.
    """
    return _session(_record(content))


def _record(content: str | bytes, largest: int = LARGEST) -> _Record:
    size = len(content.encode()) if isinstance(content, str) else len(content)
    if size > largest:
        raise RefusedError("file", where=f"> {largest / 1e6:.1f} MB")
    try:
        return _Record.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = printable(".".join(map(str, first["loc"]))) or "JSON"  # a stranger's keys
        raise RefusedError("file", where=f"{where[:120]}: {first['msg'][:120]}") from None


def export(board: Board, who: Pass) -> str:
    """The facilitator's file of a session."""
    session = board.see(who)
    if who.who != FACILITATOR:
        raise RefusedError("pass")
    return written(session)


def strangers(content: str | bytes) -> tuple[Session, str]:
    """The session that begins from a file, and the event by which it does; raises RefusedError.

    A round that was open or closed is closed: the facilitator opens it again. The log says where
    the file is of other code, whose runs may give other scores. Secrets in it are not used: whoever
    made the file knows them.
    """
    found = _record(content)
    what = "restored" if found.code == source_hash() else "restored_other"
    return _numbered(_session(found)), what


def restore(board: Board, content: str | bytes, origin: Origin = NOWHERE, source: str = "") -> Pass:
    """Take a file in as a session of its own, with a new code; returns the facilitator's pass."""
    return board.place(*strangers(content), origin, source)


@dataclass(frozen=True)
class SessionFile:
    """A file that a page was given, to be read in a process apart (see `sim.view.reading`)."""

    text: str
    where: ClassVar[str] = "file"
    kept: ClassVar[bool] = False

    def read(self) -> tuple[Session, str] | RefusedError:
        """What `strangers` makes of it, or why nothing, which the page says in its language."""
        try:
            return strangers(self.text.encode("utf-8", "replace"))
        except RefusedError as error:
            return error


def _numbered(session: Session) -> Session:
    """A stranger's session with its teams numbered anew: those that join later are numbered on.

    Votes, scores and the log follow; who is no team any more has no name in the log.
    """
    keys = {one.key: f"t{number}" for number, one in enumerate(session.teams, 1)}
    keys |= {"": "", FACILITATOR: FACILITATOR}
    return replace(
        session,
        teams=tuple(replace(one, key=keys[one.key], vote=keys[one.vote]) for one in session.teams),
        scores=tuple(replace(one, team=keys[one.team]) for one in session.scores),
        events=tuple(replace(one, who=keys.get(one.who, "")) for one in session.events),
    )


def _session(found: _Record, own: bool = False) -> Session:
    """The session of a record; a server's `own` is taken as it stands, and its scores are its own."""
    wanted = moves.rules(
        found.rules.title, found.rules.mode, found.rules.budget, found.rules.preview
    )
    phase: Phase = "locked" if found.phase == "commit" and not own else found.phase
    session = Session("", wanted, phase, found.year)
    if phase in ("vote", "closed") and found.year != YEARS[-1]:
        raise RefusedError("file", where=f"phase: {phase} {found.year}")
    if phase == "lobby" and found.year != YEARS[0]:
        raise RefusedError("file", where=f"phase: {phase} {found.year}")
    teams = tuple(_team(one, session) for one in found.teams)
    _apart("teams.key", [one.key for one in teams])
    _apart("teams.name", [skeleton(one.name) for one in teams])
    _apart("teams.city", [one.city for one in teams if one.city])
    keys = {one.key for one in teams}
    for one in teams:
        if one.vote and (one.vote not in keys - {one.key} or phase not in ("vote", "closed")):
            raise RefusedError("file", where=f"teams.{one.key}.vote")
    _apart("scores", [f"{one.year} {one.team}" for one in found.scores])
    session = replace(session, teams=teams)
    scores = tuple(_scores(one, session, keys, own) for one in found.scores)
    events = tuple(
        Event(one.time, one.what, one.who, one.detail and one_line(one.detail, 60, "detail"))
        for one in found.events
    )
    years = () if own else tuple(sorted({one.year for one in scores}))
    return replace(session, scores=scores, events=events, from_file=years)


def _team(one: _Team, session: Session) -> Team:
    where = f"teams.{one.key}"
    city_wanted = session.rules.mode == "city"
    if (one.city in moves.cities()) != city_wanted or (one.city and not city_wanted):
        raise RefusedError("file", where=f"{where}.city")
    last = session.year if session.phase != "lobby" else YEARS[0] - 1
    _apart(f"{where}.moves", [str(move.year) for move in one.moves])
    if any(move.year > last for move in one.moves):
        raise RefusedError("file", where=f"{where}.moves")
    made = []
    for move in one.moves:
        _apart(f"{where}.moves.settings", [key for key, _ in move.settings])
        settings: Settings = moves.checked(session.rules, one.city, move.settings)
        note = several_lines(move.note, limits.LONGEST_NOTE, "note")
        made.append(Move(move.year, settings, note, move.time))
    team = Team(one.key, team_name(one.name), one.city, tuple(made), one.vote)
    if made:  # a budget below the document's own holds from a team's first move on
        moves.check_plan(session.rules, team)
    return team


def _scores(one: _Scores, session: Session, keys: set[str], own: bool) -> TeamScores:
    where = f"scores.{one.year}.{one.team}"
    known = {outcome.name for outcome in OUTCOMES[session.rules.mode]}
    names = [score.outcome for score in one.scores]
    _apart(where, names)
    if one.team not in keys or one.year > session.revealed or not set(names) <= known:
        raise RefusedError("file", where=where)
    scores = tuple(Score(**score.model_dump()) for score in one.scores)
    for score in () if own else scores:
        if wrong := implausible(session.rules.mode, score):
            raise RefusedError("file", where=f"{where}.{score.outcome}.{wrong}")
    return TeamScores(one.year, one.team, scores)


def _apart(where: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise RefusedError("file", where=f"{where}: twice")
