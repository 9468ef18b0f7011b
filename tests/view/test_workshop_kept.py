"""What a killed server leaves of its workshops, and how the next one goes on with it."""

from __future__ import annotations

import json
import logging
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import InputError
from sim.view.server.clock import now
from sim.view.server.records import Records
from sim.view.server.serve import Service, checked
from sim.view.workshop import board as board_module
from sim.view.workshop import limits, resume
from sim.view.workshop import record as record_module
from sim.view.workshop.board import Board
from sim.view.workshop.held import Held, Origin, Pass
from sim.view.workshop.limits import RefusedError
from sim.view.workshop.record import export, kept, read, taken
from sim.view.workshop.resume import take_up
from sim.view.workshop.state import PHASES, Session
from tests.view.boards import ERP, Clock, play, refused
from tests.view.rooms import score
from tests.view.servers import ROOT

LEAD, ONE, TWO = Origin("lead's browser", "10.0.0.1"), Origin("one's browser"), Origin("two's")


def start(folder: Path, file: Path | None = None) -> tuple[Board, list[str]]:
    """A server's board in a folder, as the next start has it, and what it says."""
    board = Board()
    return board, take_up(board, Records(folder), file)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "kept")


@pytest.fixture
def room(clock: Clock, records: Records) -> tuple[Board, Pass, Pass, Pass]:
    """A session with two teams on a board that is written down."""
    board = Board(clock, records)
    clock.now = now()
    lead = board.open("研讨", origin=LEAD)
    one = board.join(lead.code, "甲队", origin=ONE)
    return board, lead, one, board.join(lead.code, "乙队", origin=TWO)


def after(one: Held) -> Held:
    """What the next server needs of what was held."""
    return replace(one, tried=0.0, unsaved="")


def kept_one(board: Board, records: Records, clock: Clock, code: str) -> Held | None:
    return taken(records.read()[code], records.key, clock.now)


def test_every_change_is_in_the_record_at_once(
    room: tuple[Board, Pass, Pass, Pass], records: Records, clock: Clock
) -> None:
    board, lead, one, _ = room

    def same() -> None:
        clock.now += 1
        held = board._held[lead.code]
        found = taken(records.read()[lead.code], records.key, held.tried)
        assert found is not None
        assert after(found) == after(held)

    same()
    again = board.join_again(lead.code, board.word(one), Origin("a phone"))
    same()
    another = board.lead(lead.code, board.key(lead), Origin("a tablet"))
    same()
    for turn in (
        lambda: board.change(lead, budget=1.0), lambda: board.change(lead, budget=1e6), lambda: board.open_round(lead, 10),
        lambda: board.commit(one, [(ERP, 0.25)], "why\nnot"), lambda: board.leave(again),
        lambda: board.open_round(lead, 5), lambda: board.close_round(lead),
        lambda: board.reveal(lead), lambda: score(board, lead, "package", 2014),
        lambda: board.rewind(another), lambda: board.reveal(lead), lambda: play(board, lead, 3),
        lambda: board.start_vote(lead), lambda: board.vote(one, "t2"),
        lambda: board.join(lead.code, "丙队", origin=ONE), lambda: board.dismiss(lead, "t3"),
        lambda: board.finish(lead), lambda: board.reset(lead),
    ):  # fmt: skip
        turn()
        same()
    board.end(lead)
    assert records.read() == {}


@pytest.mark.parametrize("phase", PHASES)
def test_a_kill_loses_the_change_in_hand_at_most(tmp_path: Path, phase: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.view.workshop_until_killed", str(tmp_path), phase],
        cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    said = [_piece(process.stdout) for _ in range(12)]
    process.send_signal(signal.SIGKILL)
    while (piece := _piece(process.stdout)) is not None:
        said.append(piece)
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    last = said[-1]
    assert last is not None
    assert last.session.phase == phase

    board, lines = start(tmp_path)
    (held,) = board._held.values()
    assert held.session.version - last.session.version in (0, 1)
    assert len(lines) == 1
    assert held.session.code in lines[0]
    records = Records(tmp_path)
    if held.session.version == last.session.version:
        there = taken(records.read()[held.session.code], records.key, last.tried)
        assert there is not None
        assert there.session.deadline == pytest.approx(last.session.deadline)
        there.session = replace(there.session, deadline=last.session.deadline)
        assert after(there) == after(last)
    assert held.session.phase == phase
    # Each browser has its role, and the session goes on.
    roles = {name: [one.who for one in board.recall(name)] for name in ("lead", "甲队", "another")}
    assert roles == {"lead": ["facilitator"], "甲队": ["t1"], "another": ["t1"]}
    lead, one = board.recall("lead")[0], board.recall("甲队")[0]
    assert board.holds(board.join_again(lead.code, board.word(one), Origin("new")))
    assert board.holds(board.lead(lead.code, held.key))
    board.reset(lead)
    assert board.see(one).phase == "lobby"


def _piece(stream: Any) -> Held | None:
    """What the board said next; None at its end, also in the middle of a piece."""
    size = int.from_bytes(stream.read(4), "big")
    said = stream.read(size)
    return pickle.loads(said) if size and len(said) == size else None


def test_the_next_server_knows_browsers_words_and_key(
    room: tuple[Board, Pass, Pass, Pass], records: Records, clock: Clock
) -> None:
    board, lead, one, _ = room
    board.open_round(lead, 10)
    clock.now += 60
    board.commit(one, [(ERP, 0.25)], "why")
    text = records.read()[lead.code].decode()
    for secret in (lead.secret, one.secret, LEAD.browser, ONE.browser, LEAD.address):
        assert secret not in text
    word, key = board.word(one), board.key(lead)

    again, lines = start(records.folder)
    assert again.recall(LEAD.browser) == (lead,)
    assert again.recall(ONE.browser) == (one,)
    assert again.recall("a stranger's") == ()
    assert again.see(lead).teams == board.see(lead).teams
    assert 530 < again.see(lead).deadline - now() <= 540
    assert again.join_again(lead.code, word, Origin("another")).who == one.who
    assert again.lead(lead.code, key).who == "facilitator"
    assert "研讨" in lines[0]
    assert lead.code in lines[0]
    assert "2014" in lines[0]
    assert lines[0].endswith("2")
    again.end(again.recall(LEAD.browser)[0])
    assert start(records.folder)[1] == []


def test_a_round_whose_time_was_over_stays_so(
    room: tuple[Board, Pass, Pass, Pass], records: Records, clock: Clock
) -> None:
    board, lead, one, _ = room
    board.open_round(lead, 1)
    clock.now += 61
    board.change(lead, preview=False)
    again, _ = start(records.folder)
    assert again.see(lead).phase == "commit"
    assert not again.see(lead).accepting(now())
    with refused("round"):
        again.commit(one, [(ERP, 0.2)])


def test_what_was_not_touched_for_long_stays_on_the_disk(
    room: tuple[Board, Pass, Pass, Pass], records: Records, clock: Clock
) -> None:
    board, lead, _, _ = room
    clock.now -= 3600 * (limits.IDLE_HOURS + 1)
    board.change(lead, preview=False)
    again, lines = start(records.folder)
    assert again.recall(LEAD.browser) == ()
    assert len(lines) == 1
    assert "1 not touched for 72 h" in lines[0]
    path = records.path(lead.code)
    assert path.exists()
    # Named, it is taken up as it was, and by the same command again.
    for _ in range(2):
        again, lines = start(records.folder, path)
        assert again.recall(LEAD.browser) == (lead,)
        assert lead.code in lines[-1]
    # A session that is put away while the server lives keeps its record, and its code.
    clock.now = now() + 3600 * (limits.IDLE_HOURS + 1)
    assert not board.holds(lead)
    assert path.exists()
    assert board._recorded(lead.code)


def test_what_cannot_be_written_is_told_and_does_not_undo_the_change(
    room: tuple[Board, Pass, Pass, Pass], records: Records, clock: Clock,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    board, lead, one, _ = room
    before = records.read()
    fsync = os.fsync

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with caplog.at_level(logging.WARNING, "lianghua.view"):
        board.open_round(lead)
        board.commit(one, [(ERP, 0.25)])
    assert board.see(one).teams[0].moves[0].settings == ((ERP, 0.25),)
    assert board.unsaved(lead) == "full"
    assert board.unsaved(one) == ""  # the facilitator's to mend
    assert [line.levelname for line in caplog.records] == ["ERROR"]
    assert records.read() == before
    monkeypatch.setattr(os, "fsync", fsync)
    assert board.unsaved(lead)
    clock.now += board_module.RETRY + 1
    assert board.unsaved(lead) == ""  # tried again without a change
    again, _ = start(records.folder)
    assert again.see(lead).teams == board.see(lead).teams


class Slow(Records):
    """Records on a disk that takes its time: a write waits until it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go, self.begun = threading.Event(), threading.Event()
        self.go.set()

    def write(self, name: str, content: str) -> Path:
        self.begun.set()
        assert self.go.wait(30)
        return super().write(name, content)


def test_a_slow_disk_holds_up_no_other_session(clock: Clock, tmp_path: Path) -> None:
    records = Slow(tmp_path)
    board = Board(clock, records)
    clock.now = now()
    lead, other = board.open("slow"), board.open("another")
    one = board.join(lead.code, "甲队")
    records.begun.clear()
    records.go.clear()
    with ThreadPoolExecutor() as threads:
        try:
            change = threads.submit(board.change, lead, preview=False)
            assert records.begun.wait(30)
            for look in (
                lambda: board.look(other.code), lambda: board.see(lead), lambda: board.unsaved(lead),
                lambda: board.recall("nobody"), lambda: board.key(other),
            ):  # fmt: skip
                threads.submit(look).result(10)
            assert not board.see(lead).rules.preview
            # Others of the same session wait for its record, in turn.
            more = [threads.submit(board.join, lead.code, f"队{n}") for n in range(5)]
            more.append(threads.submit(board.open_round, lead, 5))
            time.sleep(0.1)
            assert not any(one.done() for one in (change, *more))
        finally:
            records.go.set()
        for each in (change, *more):
            each.result(30)
    held = board._held[lead.code]
    found = taken(records.read()[lead.code], records.key, held.tried)
    assert found is not None
    assert after(found) == after(held)
    assert len(found.session.teams) == 6
    board.commit(one, [(ERP, 0.25)])


def test_what_cannot_be_written_is_tried_by_one_page_at_a_time(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Slow(tmp_path)
    board = Board(clock, records)
    lead = board.open("slow")
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(30, "read-only")))
        board.change(lead, preview=False)
    assert board.unsaved(lead) == "read_only"
    records.begun.clear()
    records.go.clear()
    with ThreadPoolExecutor() as threads:
        try:
            clock.now += board_module.RETRY + 1
            first = threads.submit(board.unsaved, lead)
            assert records.begun.wait(30)
            clock.now += board_module.RETRY + 1
            assert threads.submit(board.unsaved, lead).result(10) == "read_only"
            assert not first.done()
        finally:
            records.go.set()
        assert first.result(30) == ""


def test_a_session_whose_record_stays_is_not_deleted(
    room: tuple[Board, Pass, Pass, Pass], records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, lead, _, _ = room
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", lambda *_: (_ for _ in ()).throw(PermissionError(13, "no")))
        with pytest.raises(RefusedError) as caught:
            board.end(lead)
    assert caught.value.reason == "not_deleted"
    assert "没有写入权限" in caught.value.say("zh")
    assert "no permission to write" in caught.value.say("en")
    assert board.holds(lead)
    assert start(records.folder)[0].holds(lead)
    board.end(lead)
    assert not board.holds(lead)
    assert start(records.folder)[1] == []


def test_a_session_that_has_ended_is_not_written_again(clock: Clock, tmp_path: Path) -> None:
    records = Slow(tmp_path)
    board = Board(clock, records)
    lead = board.open("slow")
    records.begun.clear()
    records.go.clear()
    with ThreadPoolExecutor() as threads:
        try:
            turns = [threads.submit(board.change, lead, preview=False)]
            assert records.begun.wait(30)
            turns += [threads.submit(one, lead) for one in (board.renew_key, board.end, board.end)]
            time.sleep(0.1)
        finally:
            records.go.set()
        for one in turns:
            one.result(30)
    assert records.read() == {}
    assert not board.holds(lead)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    board = Board(records=Records(tmp_path / "file" / "kept"))
    lead = board.open("研讨")
    assert board.unsaved(lead) == "other"
    board.end(lead)  # there is no record
    assert not board.holds(lead)


def test_records_of_others_are_left_alone(
    room: tuple[Board, Pass, Pass, Pass], records: Records, tmp_path: Path
) -> None:
    board, lead, _, _ = room
    own = records.read()[lead.code]
    text = own.decode()
    for name, content in {
        "AAAAAA": text.replace("甲队", "丁队"),  # changed
        "BBBBBB": text,  # under another name
        "CCCCCC": kept(board._held[lead.code], now(), b"another server's"),
        "DDDDDD": export(board, lead),
        "EEEEEE": "[" * 100_000,
        "FFFFFF": "null",
        "GGGGGG": text[: len(text) // 2],
        "HHHHHH": "",
        "JJJJJJ": "[]",
        "KKKKKK": "3",
        "LLLLLL": '"x"',
    }.items():
        records.path(name).write_text(content, encoding="utf-8")
    again, lines = start(records.folder)
    assert list(again._held) == [lead.code]
    assert sum("not taken up" in line for line in lines) == 11
    # With another key the whole folder is a stranger's.
    other = tmp_path / "other"
    other.mkdir()
    (other / f"{lead.code}.json").write_bytes(own)
    again, lines = start(other)
    assert not again._held
    assert "not of this server" in lines[0]


def test_no_record_keeps_the_others_from_being_taken_up(
    room: tuple[Board, Pass, Pass, Pass], records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, lead, _, _ = room
    records.path("AAAAAA").write_text("{}")

    def broken(content: bytes, *more: Any) -> Held | None:
        if content == b"{}":
            raise ZeroDivisionError
        return taken(content, *more)

    monkeypatch.setattr(resume, "taken", broken)
    again, lines = start(records.folder)
    assert list(again._held) == [lead.code]
    assert [line for line in lines if "AAAAAA" in line and "ZeroDivisionError" in line]


def test_records_that_are_old_or_too_large_are_not_read(
    room: tuple[Board, Pass, Pass, Pass], records: Records, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    _, lead, _, _ = room
    long_ago = time.time() - 3600 * (limits.IDLE_HOURS + 1)
    old = records.path("AAAAAA")
    old.write_bytes(b"old")
    os.utime(old, (long_ago, long_ago))
    with records.path("BBBBBB").open("wb") as file:
        file.truncate(record_module.LARGEST_OWN + 1)
    read_bytes, seen = Path.read_bytes, []
    monkeypatch.setattr(Path, "read_bytes", lambda one: seen.append(one.name) or read_bytes(one))
    again, lines = start(records.folder)
    assert list(again._held) == [lead.code]
    assert [name for name in seen if name.endswith(".json")] == [f"{lead.code}.json"]
    assert "1 not touched for 72 h" in lines[-1]
    assert "BBBBBB" in caplog.text


def test_a_file_given_begins_a_session_whose_secrets_are_new(
    room: tuple[Board, Pass, Pass, Pass], tmp_path: Path
) -> None:
    board, lead, one, _ = room
    play(board, lead, 1)
    score(board, lead, "package", 2014)
    for name, content in {
        "exported": export(board, lead),
        "recorded": kept(board._held[lead.code], now(), b"another server's"),
    }.items():
        file = tmp_path / f"{name}.json"
        file.write_text(content, encoding="utf-8")
        again, lines = start(tmp_path / name, file)
        (code,) = again._held
        assert code in lines[0]
        assert again.look(code).teams == read(content).teams
        assert again.look(code).from_file == (2014,)
        assert again.recall(LEAD.browser) == ()
        with refused("key"):
            again.lead(code, board.key(lead))
        with refused("word"):
            again.join_again(code, board.word(one))
        key = re.findall(r"(?:[A-Z]{4}-){3}[A-Z]{4}", lines[1])
        leading = again.lead(code, key[0], LEAD)
        assert len(again._held[code].digests["facilitator"]) == 1
        # Killed and begun by the same command, it goes on and is not taken in twice.
        again.open_round(leading)
        again, lines = start(tmp_path / name, file)
        assert list(again._held) == [code]
        assert again.recall(LEAD.browser) == (leading,)
        assert again.see(leading).year == 2015


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\xff", b"null", b"[" * 100_000, b"[]", b"3", b'"x"'],
)
def test_a_file_given_that_is_none_ends_the_start(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match="--session") as caught:
        start(tmp_path / "kept", file)
    assert str(caught.value).isprintable()
    with pytest.raises(InputError, match="--session"):
        checked(Service(session=tmp_path / "missing"))
    with pytest.raises(InputError, match="--workshops"):
        checked(Service(workshops=file))


def test_a_port_has_a_folder_of_its_own() -> None:
    service = Service(port=8765)
    assert service.records.folder == Path("out/workshops/8765")
    assert service.records.key == service.records.key
    assert replace(service, port=8766).records.folder == Path("out/workshops/8766")
    assert Service(workshops=Path("x")).records.folder == Path("x")


def test_what_is_sealed_is_a_record_that_a_page_takes_without_its_secrets(
    room: tuple[Board, Pass, Pass, Pass], records: Records
) -> None:
    board, lead, _, _ = room
    content = records.read()[lead.code]
    assert json.loads(content)["format"] == "lianghua-workshop"
    taken_in: Session = read(content)
    assert taken_in.teams == board.see(lead).teams
    assert taken_in.code == ""
