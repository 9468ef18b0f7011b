"""One participant against the rest: what a browser and an address may take up, and how often try."""

from __future__ import annotations

import pytest

from sim.view.server import clock as clock_module
from sim.view.server.tries import ADDRESS_TRIES, ADDRESS_WAIT
from sim.view.workshop import limits
from sim.view.workshop.board import BOARD, Board
from sim.view.workshop.held import Origin, Pass
from sim.view.workshop.limits import RefusedError
from sim.view.workshop.record import export, restore
from tests.view.boards import Clock, refused, room


def test_one_browser_opens_a_few_sessions_only(board: Board) -> None:
    mine = Origin("a browser", "10.0.0.1")
    opened = [board.open(f"s{n}", origin=mine) for n in range(limits.MOST_OPENED)]
    with refused("opened"):
        board.open("one more", origin=mine)
    with refused("opened"):
        restore(board, export(board, opened[0]), mine)
    other = Origin("another", "10.0.0.2")
    board.open("someone else's", origin=other)
    board.end(opened[0])
    board.open("one more", origin=mine)


def test_one_address_does_not_fill_the_server(board: Board) -> None:
    for n in range(limits.MOST_OPENED_ADDRESS):
        board.open(f"s{n}", origin=Origin(f"browser {n}", "10.0.0.1"))
    with refused("opened_address"):
        board.open("one more", origin=Origin("a fresh browser", "10.0.0.1"))
    assert limits.MOST_OPENED_ADDRESS < limits.MOST_SESSIONS
    board.open("a facilitator's", origin=Origin("a browser", "10.0.0.2"))


def test_one_browser_begins_a_few_teams_only(board: Board) -> None:
    lead = board.open("研讨")
    mine = Origin("a shared laptop")
    teams = [board.join(lead.code, f"队{n}", origin=mine) for n in range(limits.MOST_OWN_TEAMS)]
    with refused("own_teams"):
        board.join(lead.code, "又一队", origin=mine)
    board.leave(teams[0])  # the team is there still
    with refused("own_teams"):
        board.join(lead.code, "又一队", origin=mine)
    board.join(lead.code, "又一队", origin=Origin("another"))
    board.dismiss(lead, teams[0].who)
    board.join(lead.code, "新的一队", origin=mine)


def test_no_crowd_of_browsers_pushes_out_who_has_a_role(board: Board) -> None:
    mine = Origin("the facilitator's")
    lead = board.open("研讨", origin=mine)
    one = board.join(lead.code, "甲队", origin=Origin("a team's"))
    for n in range(1_500):
        crowd = Origin(f"browser {n}")
        try:
            board.leave(board.join_again(lead.code, board.word(one), crowd))
        except RefusedError:
            pytest.fail("a device that left has freed its place")
    for n in range(limits.MOST_MEMBERS - 1):
        board.join_again(lead.code, board.word(one), Origin(f"stays {n}"))
    with refused("members"):
        board.join_again(lead.code, board.word(one), Origin("one too many"))
    assert board.recall("the facilitator's") == (lead,)
    assert board.recall("a team's") == (one,)
    assert len(board._held[lead.code].browsers) == limits.MOST_MEMBERS + 1
    for n in range(limits.MOST_OPENED - 1):  # nor do roles of one's own
        more = board.open(f"s{n}", origin=mine)
        for k in range(limits.MOST_OWN_TEAMS):
            board.join(more.code, f"队{k}", origin=mine)
    assert lead in board.recall("the facilitator's")


def test_a_facilitator_who_left_comes_back_by_the_key(board: Board) -> None:
    mine = Origin("a browser")
    lead = board.open("研讨", origin=mine)
    key = board.key(lead)
    board.leave(lead)
    assert board.recall("a browser") == ()
    with refused("pass"):
        board.see(lead)
    assert len(key) == 19
    back = board.lead(lead.code, key.lower().replace("-", " "), Origin("another"))
    assert board.see(back).rules.title == "研讨"
    one = board.join(lead.code, "甲队")
    with refused("pass"):
        board.key(one)
    assert key not in repr(board.see(back)) + export(board, back)


@pytest.mark.parametrize("what", ["word", "key", "code"])
def test_wrong_tries_are_slowed(board: Board, clock: Clock, what: str) -> None:
    lead, (one, _) = room(board)
    mine = Origin("a browser", "10.0.0.1")

    def attempt(right: bool, origin: Origin = mine) -> object:
        if what == "word":
            return board.join_again(lead.code, board.word(one) if right else "ABCDEF", origin)
        if what == "key":
            return board.lead(lead.code, board.key(lead) if right else "ABCD", origin)
        return board.find(lead.code if right else "ABCDEF", origin)

    for _ in range(5):
        with refused(what):
            attempt(False)
    with pytest.raises(RefusedError) as caught:
        attempt(True)
    assert caught.value.reason == "slow"
    assert caught.value.values == {"seconds": 1}
    assert "1" in caught.value.say("zh")
    assert "1 s" in caught.value.say("en")
    attempt(True, Origin("a neighbour", "10.0.0.1"))
    clock.now += 1.1
    attempt(True)
    with refused(what):  # a right one in between wipes nothing out
        attempt(False)
    with refused("slow"):
        attempt(True)


def test_fresh_browsers_of_one_address_are_slowed_together(board: Board, clock: Clock) -> None:
    lead, _ = room(board)
    for n in range(ADDRESS_TRIES):
        with refused("word"):
            board.join_again(lead.code, "ABCDEF", Origin(f"browser {n}", "10.0.0.1"))
    with refused("slow"):
        board.join_again(lead.code, "ABCDEF", Origin("fresh", "10.0.0.1"))
    for n in range(20):  # others there are never kept waiting for long
        clock.now += ADDRESS_WAIT
        with refused("word"):
            board.join_again(lead.code, "ABCDEF", Origin(f"fresh {n}", "10.0.0.1"))
    clock.now += ADDRESS_WAIT
    assert board.find(lead.code, Origin("a neighbour", "10.0.0.1")) == lead.code
    with refused("word"):
        board.join_again(lead.code, "ABCDEF", Origin("elsewhere", "10.0.0.2"))


def test_who_is_in_is_never_slowed(board: Board) -> None:
    lead, (one, _) = room(board)
    mine = Origin("a browser", "10.0.0.1")
    one = board.join_again(lead.code, board.word(one), mine)
    for _ in range(8):
        with pytest.raises(RefusedError):
            board.join_again(lead.code, "ABCDEF", mine)
    board.open_round(lead)
    board.commit(one, [])
    assert board.recall("a browser") == (one,)
    assert board.look(lead.code).phase == "commit"


def test_a_workshop_of_two_days_survives_its_night(board: Board, clock: Clock) -> None:
    lead, (one, _) = room(board)
    clock.now += 3600 * 20
    assert board.holds(lead)
    assert board.holds(one)
    clock.now += 3600 * 50
    assert board.holds(Pass(lead.code, lead.who, lead.secret))
    clock.now += 3600 * 3
    assert not board.holds(lead)
    assert not board.holds(one)
    with refused("code"):
        board.look(lead.code)


def test_the_board_goes_by_the_servers_clock() -> None:
    board = Board()
    for one in (board, board._of_browser, board._of_address, BOARD):
        assert one._clock is clock_module.now  # type: ignore[attr-defined]


def test_sessions_that_nobody_joined_make_room(board: Board, clock: Clock) -> None:
    def opened(n: int) -> Pass:
        return board.open(f"s{n}", origin=Origin(f"browser {n}", "10.0.0.1"))

    sessions = [opened(n) for n in range(limits.MOST_OPENED_ADDRESS)]
    joined, led = sessions[:2]
    board.join(joined.code, "甲队")
    clock.now += 0.9 * limits.EMPTY_SECONDS
    board.change(led, preview=False)
    with refused("opened_address"):
        opened(10)
    clock.now += 0.2 * limits.EMPTY_SECONDS
    opened(11)  # in the place of the third
    assert [board.holds(one) for one in sessions] == [True, True, False, True, True, True]
    elsewhere = board.open("elsewhere", origin=Origin("browser", "10.0.0.2"))
    for n in range(12, 15):
        opened(n)
    assert [board.holds(one) for one in sessions] == [True, True, False, False, False, False]
    with refused("opened_address"):
        opened(16)
    assert board.holds(elsewhere)
    # And where the server is full, those of any address.
    clock.now += 2 * limits.EMPTY_SECONDS
    for n in range(limits.MOST_SESSIONS + 5):
        board.open(f"full {n}", origin=Origin(f"b{n}", f"10.1.0.{n}"))
        if len(board._held) == limits.MOST_SESSIONS:
            break
    board.open("one more", origin=Origin("b", "10.2.0.1"))
    assert not board.holds(led)
    assert board.holds(joined)


def test_a_refused_facilitator_reads_what_can_be_done() -> None:
    error = RefusedError("opened_address", most=6)
    assert "another network" in error.say("en")
    assert "服务器管理人员" in error.say("zh")


def test_a_key_that_was_seen_is_replaced(board: Board) -> None:
    lead = board.open("研讨")
    another = board.lead(lead.code, old := board.key(lead))
    one = board.join(lead.code, "甲队")
    with refused("pass"):
        board.renew_key(one)
    board.renew_key(another)
    assert board.key(lead) == board.key(another) != old
    assert board.holds(lead)
    with refused("key"):
        board.lead(lead.code, old)
    assert board.holds(board.lead(lead.code, board.key(lead)))
    assert board.key(lead) not in export(board, lead)


def test_sessions_that_a_browser_has_left_do_not_keep_it_from_opening_another(board: Board) -> None:
    leads = [board.open("t", origin=Origin("a browser")) for _ in range(limits.MOST_OPENED)]
    with pytest.raises(RefusedError) as caught:
        board.open("t", origin=Origin("a browser"))
    assert caught.value.reason == "opened"
    board.join(leads[0].code, "A")
    for lead in leads[:2]:
        board.leave(lead)
    assert board.open("t", origin=Origin("a browser"))
    assert board.version(leads[0].code) > 0  # a team is in it
    assert board.version(leads[1].code) < 0
    assert board.holds(leads[2])
