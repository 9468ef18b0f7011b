"""Who may come into a room with teams: codes, secrets, names, how many, for how long."""

from __future__ import annotations

import pytest

from sim.view.workshop import limits
from sim.view.workshop.board import Board
from sim.view.workshop.held import Pass
from sim.view.workshop.limits import ALPHABET, RefusedError, as_code, one_line, several_lines
from tests.view.boards import ERP, Clock, refused, room


def test_codes_can_be_read_out_and_are_taken_as_typed(board: Board) -> None:
    lead = board.open("a")
    assert len(lead.code) == 6
    assert set(lead.code) <= set(ALPHABET)
    assert not set("01IO") & set(ALPHABET)
    typed = f" {lead.code[:3].lower()}-{lead.code[3:].lower()} "
    assert board.look(typed).code == lead.code
    assert as_code("ABC12I") == ""
    assert as_code(None) == ""
    assert as_code("A" * 10_000) == ""


def test_who_has_no_secret_has_no_say(board: Board) -> None:
    lead, (one, two) = room(board)
    assert len(lead.secret) >= 40
    assert len({lead.secret, one.secret, two.secret}) == 3
    for forged in (
        Pass(lead.code, "facilitator", one.secret),
        Pass(lead.code, "facilitator", ""),
        Pass(lead.code, "t9", one.secret),
        Pass(lead.code, "t2", one.secret),
    ):
        with refused("pass"):
            board.see(forged)
    for what in (
        board.open_round, board.close_round, board.reveal, board.start_vote, board.finish,
        board.rewind, board.reset, board.end,
    ):  # fmt: skip
        with refused("pass"):
            what(one)
    with refused("pass"):
        board.dismiss(one, "t2")
    with refused("pass"):
        board.change(one, preview=False)
    with refused("pass"):
        board.score(one, 2014, {}, [])
    for wrong in ("x", "", lead.secret, "ABCD-" * 3 + "ABCD"):
        with refused("key"):
            board.lead(lead.code, wrong)


def test_no_secret_stands_in_what_can_be_seen(board: Board) -> None:
    lead, (one, _) = room(board)
    words = [board.word(one), board.word(lead, "t2")]
    for seen in (board.see(lead), board.see(one), board.look(lead.code)):
        for secret in (lead.secret, one.secret, *words):
            assert secret not in repr(seen)


def test_a_team_has_its_own_word_only(board: Board) -> None:
    lead, (one, two) = room(board)
    assert board.word(one) != board.word(two)
    assert board.word(one, "t2") == board.word(one)
    again = board.join_again(lead.code, board.word(one).lower())
    assert again.who == "t1"
    assert again.secret != one.secret
    assert board.see(again) == board.see(one)
    with refused("word"):
        board.join_again(lead.code, "ABCDEF" if board.word(one) != "ABCDEF" else "ABCDEG")
    with refused("word"):
        board.join_again(lead.code, "")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  两化  队 ", "两化 队"),
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("line\nbreak\tand\r\nmore", "line break and more"),
        ("evil\u202egnp\u2066x", "evilgnpx"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("Ａｌｐｈａ", "Alpha"),
        ("<script>alert(1)</", "<script>alert(1)</"),
        ("\ud800x", "x"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert one_line(given, 24, "name") == kept


def test_names_that_cannot_be_are_refused_in_both_languages(board: Board) -> None:
    lead = board.open("a")
    for given, reason in (
        ("", "empty"), ("   ", "empty"), ("\x00\u200b", "empty"), ("x" * 25, "long"),
        ("字" * 10_000, "long"), (None, "long"), (3, "long"),
    ):  # fmt: skip
        with pytest.raises(RefusedError) as caught:
            board.join(lead.code, given)  # type: ignore[arg-type]
        assert caught.value.reason == reason
        assert "队名" in caught.value.say("zh")
        assert "name" in caught.value.say("en")
    with refused("long"):
        board.open("t" * 61)
    assert several_lines("a\n\n b\n\x00\nc", 300, "note") == "a\nb\nc"
    assert several_lines("\n".join("abcdefg"), 300, "note") == "a\nb\nc\nd\ne\nf g"
    assert several_lines("", 300, "note") == ""
    with refused("long"):
        several_lines("x" * 301, 300, "note")


def test_names_that_look_the_same_are_taken(board: Board) -> None:
    lead = board.open("a")
    board.join(lead.code, "Team A")
    for same in ("team a", " TEAM  A ", "Ｔｅａｍ Ａ", "Team\u200b A"):
        with refused("name_taken"):
            board.join(lead.code, same)
    assert board.join(lead.code, "Team B").who == "t2"


@pytest.mark.parametrize(
    "name",
    [
        "\u3164", "\u115f\u1160", "\uffa0", "\u2800\u2800", "\u0301\u0301", "\ufe0f", "\u17b4", "\u034f",
        "\u3164 \u2800", "\U0001d159", "\u180e",
    ],
)  # fmt: skip
def test_a_name_that_shows_nothing_is_none(board: Board, name: str) -> None:
    lead = board.open("a")
    with refused("empty"):
        board.join(lead.code, name)
    with refused("empty"):
        board.open(name)


@pytest.mark.parametrize("name", ["!!!", "…", "——", "·"])
def test_a_name_has_a_letter_or_a_figure(board: Board, name: str) -> None:
    with refused("no_letters"):
        board.join(board.open("a").code, name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Team 1", "Team l"), ("Team 1", "TEAM I"), ("Team 1", "Team |"), ("Team 0", "Team O"),
        ("Team A", "Tea\u0301m A"), ("Team A", "Team-A!"), ("Team A", "Team\u3164A"),
        ("COPE", "СОРЕ"), ("BOX", "ΒΟΧ"), ("一队", "ー队"), ("工力", "エカ"), ("甲队", "甲 · 队"),
        ("队0", "队〇"), ("ﬁne", "fine"), ("Team A", "Team A\ufe0f"),
    ],
)  # fmt: skip
def test_a_name_that_looks_like_anothers_is_taken(board: Board, name: str, other: str) -> None:
    lead = board.open("a")
    board.join(lead.code, name)
    with pytest.raises(RefusedError) as caught:
        board.join(lead.code, other)
    assert caught.value.reason == "name_taken"
    assert caught.value.values["name"] in (name, "fine")  # the one that is there


@pytest.mark.parametrize(
    "name", ["⻢队", "ᴀlpha", "ɑlpha", "ǀion", "Ƭeam", "ꓮ队", "ᎪBC", "Օps", "A队Б"]
)
def test_a_name_has_no_letters_for_their_looks(board: Board, name: str) -> None:
    with refused("mixed_letters"):
        board.join(board.open("t").code, name)


@pytest.mark.parametrize(
    "name", ["Größe Łódź 3", "Команда", "Ομάδα", "队A", "チームA", "팀 1", "★ 一队"]
)
def test_names_of_the_world_are_taken(board: Board, name: str) -> None:
    assert board.join(board.open("t").code, name)


@pytest.mark.parametrize("name", ["Tеam", "Αlpha", "Рed 红", "aб"])
def test_a_name_does_not_mix_alphabets(board: Board, name: str) -> None:
    with refused("mixed_letters"):
        board.join(board.open("a").code, name)


def test_usual_names_are_all_let_in(board: Board) -> None:
    lead = board.open("a")
    names = (
        "宁波A队", "Ningbo 队", "エース", "팀 하나", "Équipe", "Команда", "Ομάδα", "🐯虎队", "杭州二队",
        "杭州三队", "11", "<b>",
    )  # fmt: skip
    for name in names:
        board.join(lead.code, name)
    assert [one.name for one in board.look(lead.code).teams] == list(names)


def test_marks_do_not_pile_up() -> None:
    assert (
        one_line("a" + "\u0323\u0300\u0301\u0302\u0303\u0304" * 3, 24, "name").count("\u0302") == 0
    )
    assert len(one_line("a" + "\u0336" * 20, 24, "name")) == 4
    assert one_line("\u0336a", 24, "name") == "a"
    assert one_line("a\u200b\u0301", 24, "name") == "á"


def test_rooms_are_bounded(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    lead, teams = room(board, limits.MOST_TEAMS)
    with refused("teams"):
        board.join(lead.code, "one more")
    for _ in range(limits.MOST_MEMBERS - 1):
        board.join_again(lead.code, board.word(teams[0]))
    with refused("members"):
        board.join_again(lead.code, board.word(teams[0]))
    for place in range(limits.MOST_SESSIONS - 1):
        board.open(f"s{place}")
    with refused("sessions"):
        board.open("one more")
    board.end(lead)
    board.open("room again")
    monkeypatch.setattr(limits, "MOST_EVENTS", 5)
    lead, _ = room(Board(), 2)
    board = Board()
    lead, _ = room(board, 9)
    assert len(board.see(lead).events) == 5


def test_a_session_is_forgotten_after_idle_hours(board: Board, clock: Clock) -> None:
    lead, (one, _) = room(board)
    clock.now += 3600 * limits.IDLE_HOURS - 1
    board.open_round(lead)
    clock.now += 3600 * limits.IDLE_HOURS - 1
    assert board.holds(one)
    clock.now += 2
    assert not board.holds(one)
    assert board.version(lead.code) == -1 or not board.holds(lead)
    with refused("code"):
        board.see(lead)


def test_two_sessions_know_nothing_of_each_other(board: Board) -> None:
    lead, (one, _) = room(board)
    other, (foreign, _) = room(board)
    board.open_round(lead)
    board.open_round(other)
    board.commit(one, [(ERP, 0.2)])
    assert board.see(other).teams[0].moves == ()
    for forged in (Pass(other.code, one.who, one.secret), Pass(other.code, lead.who, lead.secret)):
        with refused("pass"):
            board.see(forged)
    with refused("word"):
        board.join_again(other.code, board.word(one))
    board.end(lead)
    assert board.see(foreign).phase == "commit"
