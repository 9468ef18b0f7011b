"""A whole session as one JSON file, and back.

The file holds what happened and what came out, no secrets: teams get new words when it is taken in
again. It is data only; every text and setting passes the checks that a move passes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.programme import CLAUSES
from sim.source import source_hash
from sim.view.choice import Settings
from sim.view.workshop import limits, moves
from sim.view.workshop.board import FACILITATOR, Board, Pass
from sim.view.workshop.limits import YEARS, RefusedError, one_line, several_lines
from sim.view.workshop.scores import OUTCOMES
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

FORMAT = "lianghua-workshop"
VERSION = 1
LARGEST = 2_500_000
"""Bytes of a file that is read: quoted, it fits a message of a page (4 MB)."""
_MOST_SCORES = limits.MOST_TEAMS * len(YEARS)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


Key = Annotated[str, Field(pattern=r"^t[1-9][0-9]{0,5}$")]
Year = Annotated[int, Field(ge=YEARS[0], le=YEARS[-1])]
When = Annotated[float, Field(ge=0, le=1e11)]


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


def written(session: Session) -> str:
    """A session as the text of a file."""
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
    content = {
        "format": FORMAT, "version": VERSION, "code": source_hash(), "rules": asdict(session.rules),
        "phase": session.phase, "year": session.year, "teams": teams,
        "scores": [asdict(one) for one in session.scores],
        "events": [asdict(one) for one in session.events],
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read(content: str | bytes) -> Session:
    """The session of a file; RefusedError, with where it is wrong, for anything else."""
    return _session(_record(content))


def _record(content: str | bytes) -> _Record:
    size = len(content.encode()) if isinstance(content, str) else len(content)
    if size > LARGEST:
        raise RefusedError("file", where=f"> {LARGEST / 1e6:.1f} MB")
    try:
        return _Record.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "JSON"
        raise RefusedError("file", where=f"{where[:120]}: {first['msg'][:120]}") from None


def export(board: Board, who: Pass) -> str:
    """The facilitator's file of a session."""
    session = board.see(who)
    if who.who != FACILITATOR:
        raise RefusedError("pass")
    return written(session)


def restore(board: Board, content: str | bytes) -> Pass:
    """Take a file in as a session of its own, with a new code; returns the facilitator's pass.

    A round that was open or closed is closed: the facilitator opens it again. The log says where
    the file is of other code, whose runs may give other scores.
    """
    found = _record(content)
    return board.place(
        _session(found), "restored" if found.code == source_hash() else "restored_other"
    )


def _session(found: _Record) -> Session:
    wanted = moves.rules(
        found.rules.title, found.rules.mode, found.rules.budget, found.rules.preview
    )
    phase: Phase = "locked" if found.phase == "commit" else found.phase
    session = Session("", wanted, phase, found.year)
    if phase in ("vote", "closed") and found.year != YEARS[-1]:
        raise RefusedError("file", where=f"phase: {phase} {found.year}")
    if phase == "lobby" and found.year != YEARS[0]:
        raise RefusedError("file", where=f"phase: {phase} {found.year}")
    teams = tuple(_team(one, session) for one in found.teams)
    _apart("teams.key", [one.key for one in teams])
    _apart("teams.name", [one.name.casefold() for one in teams])
    _apart("teams.city", [one.city for one in teams if one.city])
    keys = {one.key for one in teams}
    for one in teams:
        if one.vote and (one.vote not in keys - {one.key} or phase not in ("vote", "closed")):
            raise RefusedError("file", where=f"teams.{one.key}.vote")
    _apart("scores", [f"{one.year} {one.team}" for one in found.scores])
    session = replace(session, teams=teams)
    scores = tuple(_scores(one, session, keys) for one in found.scores)
    events = tuple(
        Event(one.time, one.what, one.who, one.detail and one_line(one.detail, 60, "detail"))
        for one in found.events
    )
    return replace(session, scores=scores, events=events)


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
    name = one_line(one.name, limits.LONGEST_NAME, "name")
    team = Team(one.key, name, one.city, tuple(made), one.vote)
    moves.check_plan(session.rules, team)
    return team


def _scores(one: _Scores, session: Session, keys: set[str]) -> TeamScores:
    where = f"scores.{one.year}.{one.team}"
    known = {outcome.name for outcome in OUTCOMES[session.rules.mode]}
    names = [score.outcome for score in one.scores]
    _apart(where, names)
    if one.team not in keys or one.year > session.revealed or not set(names) <= known:
        raise RefusedError("file", where=where)
    return TeamScores(
        one.year, one.team, tuple(Score(**score.model_dump()) for score in one.scores)
    )


def _apart(where: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise RefusedError("file", where=f"{where}: twice")
