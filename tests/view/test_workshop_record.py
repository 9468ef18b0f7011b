"""A session as a file and back; files that were tampered with are refused and run nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sim.view import reading
from sim.view.pool import Pool
from sim.view.workshop import record
from sim.view.workshop.board import Board
from sim.view.workshop.held import Pass
from sim.view.workshop.limits import RefusedError
from sim.view.workshop.record import SessionFile, export, kept, read, restore, taken, written
from sim.view.workshop.state import Mode
from tests.view.rooms import played, score


@pytest.fixture(scope="module", params=["package", "city"])
def session(request: pytest.FixtureRequest) -> tuple[Board, Pass, list[Pass]]:
    mode: Mode = request.param
    board, lead, teams = played(mode, names=("<b>甲</b>", "乙队"))
    board.start_vote(lead)
    board.vote(teams[0], "t2")
    return board, lead, teams


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    board, lead, _ = played("package", 2)
    return json.loads(export(board, lead))


def test_a_session_survives_the_way_through_a_file(session: Any) -> None:
    board, lead, _ = session
    before, text = board.see(lead), export(board, lead)
    after = read(text)
    assert after.rules == before.rules
    assert after.teams == before.teams
    assert after.scores == before.scores
    assert after.events == before.events
    assert (after.phase, after.year) == (before.phase, before.year)
    assert written(replace(after, code=before.code)) == text
    assert (before.from_file, after.from_file) == ((), (2014, 2015, 2016, 2017))
    other = Board()
    again = restore(other, text.encode())
    taken = other.see(again)
    assert taken.teams == before.teams
    assert again.code
    assert taken.code == again.code
    assert taken.events[-1].what == "restored"
    # Teams come back with new words, and the session goes on.
    back = other.join_again(again.code, other.word(again, "t1"))
    other.vote(back, "t2")
    other.finish(again)
    assert other.look(again.code).votes() == {"t1": 0, "t2": 1}
    assert other.join_again(again.code, other.word(again, "t2")).who == "t2"


def test_a_file_of_a_page_is_read_in_another_process_and_not_kept_there(session: Any) -> None:
    board, lead, _ = session
    pool = Pool(reading.read, 1)
    good, bad = SessionFile(export(board, lead)), SessionFile('{"\ud800": 1}')
    try:
        found, what = pool.submit(good).result(60)
        refused = pool.submit(bad).result(60)
        assert not pool.kept(good)
        assert not pool.kept(bad)
    finally:
        pool.close()
    assert found.teams == board.see(lead).teams
    assert what == "restored"
    assert isinstance(refused, RefusedError)
    assert refused.reason == "file"
    assert "文件无法读入" in refused.say("zh")


def test_the_log_says_where_a_file_is_of_other_code(session: Any) -> None:
    board, lead, _ = session
    content = json.loads(export(board, lead)) | {"code": "of another day"}
    other = Board()
    again = restore(other, json.dumps(content))
    assert other.see(again).events[-1].what == "restored_other"


def test_the_file_holds_no_secrets_and_is_the_facilitators(session: Any) -> None:
    board, lead, teams = session
    text = export(board, lead)
    for secret in (lead.secret, *(one.secret for one in teams), *map(board.word, teams)):
        assert secret not in text
    with pytest.raises(RefusedError):
        export(board, teams[0])


def test_scores_of_a_file_are_said_to_be_until_they_are_worked_out() -> None:
    board, lead, _ = played("package", 2)
    other = Board()
    again = restore(other, export(board, lead))
    assert other.see(again).from_file == (2014, 2015)
    score(other, again, "package", 2015)
    assert other.see(again).from_file == (2014,)
    other.rewind(again)
    other.reveal(again)
    assert other.see(again).from_file == (2014,)
    other.reset(again)
    assert other.see(again).from_file == ()


def test_a_strangers_teams_are_numbered_anew(document: dict[str, Any]) -> None:
    content = json.loads(json.dumps(document))
    for team, key in zip(content["teams"], ("t999999", "t1"), strict=True):
        team["key"] = key
    names = {"t1": "t999999", "t2": "t1"}
    for one in content["scores"]:
        one["team"] = names[one["team"]]
    for one in content["events"]:
        one["who"] = names.get(one["who"], one["who"])
    content["events"][-1]["who"] = "t3"  # has been taken out
    board = Board()
    lead = restore(board, json.dumps(content))
    session, before = board.see(lead), read(json.dumps(document))
    assert session.teams == before.teams
    assert session.scores == before.scores
    assert session.events[:-2] == before.events[:-1]
    assert session.events[-2].who == ""
    third = board.join(lead.code, "a third")
    assert third.who == "t3"
    again = taken(kept(board._held[lead.code], 0.0, b"key").encode(), b"key", 0.0)
    assert again is not None
    assert again.session.teams == board.see(lead).teams
    # Votes too.
    content["phase"], content["year"] = "vote", 2017
    content["teams"][0]["vote"], content["teams"][1]["vote"] = "t1", "t999999"
    board = Board()
    lead = restore(board, json.dumps(content))
    assert [one.vote for one in board.see(lead).teams] == ["t2", "t1"]


def test_a_round_that_was_open_comes_back_closed() -> None:
    board, lead, (one, _) = played("package", 1)
    board.open_round(lead, 5)
    board.commit(one, [])
    taken = read(export(board, lead))
    assert (taken.phase, taken.year, taken.deadline) == ("locked", 2015, 0.0)
    other = Board()
    again = restore(other, export(board, lead))
    other.open_round(again)
    assert other.see(again).phase == "commit"
    # A new team's key is one that no team has had.
    assert other.join(again.code, "new").who == "t3"


def first(found: dict[str, Any]) -> dict[str, Any]:
    return found["teams"][0]


def scored(found: dict[str, Any], outcome: str) -> dict[str, Any]:
    return next(one for one in found["scores"][0]["scores"] if one["outcome"] == outcome)


TAMPERED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another format": lambda d: d.update(format="x"),
    "another version": lambda d: d.update(version=2),
    "version as text": lambda d: d.update(version="1"),
    "unknown key": lambda d: d.update(extra=1),
    "missing key": lambda d: d.pop("phase"),
    "unknown phase": lambda d: d.update(phase="party"),
    "vote too early": lambda d: d.update(phase="vote"),
    "lobby in a later year": lambda d: d.update(phase="lobby"),
    "year out of range": lambda d: d.update(year=2018),
    "endless budget": lambda d: d["rules"].update(budget=float("inf")),
    "negative budget": lambda d: d["rules"].update(budget=-1.0),
    "a budget that the moves exceed": lambda d: d["rules"].update(budget=1.0),
    "another mode": lambda d: d["rules"].update(mode="city"),
    "unknown mode": lambda d: d["rules"].update(mode="chess"),
    "long title": lambda d: d["rules"].update(title="x" * 61),
    "title of control characters": lambda d: d["rules"].update(title="\x00\x01"),
    "too many teams": lambda d: d.update(teams=d["teams"] * 7),
    "one team twice": lambda d: d["teams"].append(first(d)),
    "one name twice": lambda d: d["teams"][1].update(name=first(d)["name"]),
    "key of a facilitator": lambda d: first(d).update(key="facilitator"),
    "long name": lambda d: first(d).update(name="x" * 25),
    "empty name": lambda d: first(d).update(name="\u200b"),
    "city in package mode": lambda d: first(d).update(city="Hangzhou"),
    "vote for itself": lambda d: first(d).update(vote="t1"),
    "early vote": lambda d: first(d).update(vote="t2"),
    "move of a later year": lambda d: first(d)["moves"][1].update(year=2017),
    "two moves a year": lambda d: first(d)["moves"][1].update(year=2014),
    "key that is no lever": lambda d: first(d)["moves"][0]["settings"].append(["time.end", "2045-12"]),
    "code for a value": lambda d: first(d)["moves"][0]["settings"].append(
        ["instruments.backbone_software.allocation", "__import__('os').system('true')"]
    ),
    "table for a value": lambda d: first(d)["moves"][0]["settings"].append(["programme.without", {}]),
    "setting twice": lambda d: first(d)["moves"][0]["settings"].append(
        first(d)["moves"][0]["settings"][0]
    ),
    "setting of three": lambda d: first(d)["moves"][0]["settings"].append(["a", 1, 2]),
    "value the model refuses": lambda d: first(d)["moves"][0]["settings"].append(
        ["instruments.product_innovation.rate", 7.0]
    ),
    "long note": lambda d: first(d)["moves"][0].update(note="x" * 301),
    "score of nobody": lambda d: d["scores"][0].update(team="t9"),
    "score of the future": lambda d: d["scores"][0].update(year=2017),
    "score twice": lambda d: d["scores"].append(d["scores"][0]),
    "unknown outcome": lambda d: d["scores"][0]["scores"][0].update(outcome="fame"),
    "text for a figure": lambda d: d["scores"][0]["scores"][0].update(value="1"),
    "name like another": lambda d: (first(d).update(name="Team 1"), d["teams"][1].update(name="TEAM I")),
    "name that mixes alphabets": lambda d: first(d).update(name="Tеam"),
    **{
        f"score: {name}": lambda d, change=change, outcome=outcome: scored(d, outcome).update(change)
        for name, outcome, change in (
            ("huge", "employees", {"value": 1e300, "more": 1e300}),
            ("below nothing", "employees", {"value": -1.0}),
            ("baseline below nothing", "employees", {"anyway": -1e6}),
            ("not the sum", "employees", {"more": 1.0, "low": 0.0, "high": 2.0}),
            ("outside its interval", "employees", {"low": 1e3, "high": 2e3}),
            ("interval upside down", "employees", {"low": 10.0, "high": -10.0}),
            ("endless interval", "employees", {"low": -1e12, "high": 1e12}),
            ("half an interval", "employees", {"low": None}),
            ("a level without a difference", "employees", {"more": None}),
            ("nobody's baseline", "employees", {"anyway": None}),
            ("more pairs than there are", "employees", {"pairs": 5_000}),
            ("an interval of one pair", "employees", {"pairs": 1}),
            ("a share above one", "adoption_erp", {"value": 7.0, "anyway": 6.0, "more": 1.0, "low": 0.9, "high": 1.1}),
            ("more targets than there are", "targets", {"value": 60.0, "anyway": 50.0, "more": 10.0, "low": 9.0, "high": 11.0}),
            ("a cost with a baseline", "cost_per_adopter", {"value": 5.0, "anyway": 5.0, "more": 5.0, "low": 5.0, "high": 5.0}),
        )
    },
    "event by a stranger": lambda d: d["events"][0].update(who="root"),
    "event that is markup": lambda d: d["events"][0].update(what="<script>"),
    "a key that steers a terminal": lambda d: d.update({"\x1b[2J": 1}),
    "a list": lambda d: None,
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_is_refused(document: dict[str, Any], how: str) -> None:
    found = json.loads(json.dumps(document))
    TAMPERED[how](found)
    text = json.dumps([found] if how == "a list" else found)
    board = Board()
    with pytest.raises(RefusedError) as caught:
        restore(board, text)
    assert len(caught.value.say("zh")) < 600
    assert caught.value.say("en").isprintable()


@pytest.mark.parametrize(
    "text",
    ["", "null", "{", "[" * 100_000, "\x00", '{"format": "lianghua-workshop"}', b"\xff\xfe", b"PK\x03\x04"],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(text: Any) -> None:
    with pytest.raises(RefusedError):
        read(text)


def test_large_files_are_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_Record", None)
    with pytest.raises(RefusedError, match="file"):
        read(b" " * (record.LARGEST + 1))
    with pytest.raises(RefusedError, match="file"):
        read("字" * (record.LARGEST // 2))
