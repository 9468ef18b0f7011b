"""The board of a room with teams: who may do what when, rewinding, threads."""

from __future__ import annotations

import pickle
import threading

import pytest

from sim.view.choice import Plan, Revision
from sim.view.words import catalogue
from sim.view.workshop.board import Board
from sim.view.workshop.held import Origin, Pass
from sim.view.workshop.limits import RefusedError
from sim.view.workshop.state import Score, Session, TeamScores, plans_at
from tests.view.boards import ERP, MACHINES, Clock, play, refused, room


def test_a_session_from_lobby_to_end(board: Board) -> None:
    lead, (one, two) = room(board)
    assert board.see(one).phase == "lobby"
    for year in (2014, 2015, 2016, 2017):
        board.open_round(lead, 10)
        seen = board.see(lead)
        assert (seen.phase, seen.year, seen.revealed) == ("commit", year, year - 1)
        board.commit(one, [(MACHINES + str(year), 10.0 * (year - 2013))], f"why {year}")
        board.close_round(lead)
        with refused("round"):
            board.commit(two, [(ERP, 0.2)])
        board.reveal(lead)
        assert board.see(two).revealed == year
    board.start_vote(lead)
    with refused("own_vote"):
        board.vote(one, "t1")
    with refused("no_team"):
        board.vote(one, "t9")
    board.vote(one, "t2")
    board.vote(two, "t1")
    board.vote(two, "t1")
    assert board.see(one).votes() == {"t1": 0, "t2": 1}  # its own only, until the end
    assert [team.voted for team in board.see(one).teams] == [True, True]
    board.finish(lead)
    assert board.look(lead.code).votes() == {"t1": 1, "t2": 1}
    with refused("phase"):
        board.vote(one, "t2")
    with refused("phase"):
        board.join(lead.code, "late")
    assert [event.what for event in board.see(lead).events][-3:] == ["voted", "voted", "finished"]


WRONG = {
    "lobby": ["close_round", "reveal", "start_vote", "finish", "rewind"],
    "commit": ["start_vote", "finish", "rewind"],
    "locked": ["close_round", "start_vote", "finish", "rewind"],
    "reveal": ["close_round", "reveal", "start_vote", "finish"],
    "vote": ["open_round", "close_round", "reveal", "start_vote"],
    "closed": ["open_round", "close_round", "reveal", "start_vote", "finish"],
}


@pytest.mark.parametrize("phase", WRONG)
def test_what_is_out_of_order_is_refused_and_changes_nothing(board: Board, phase: str) -> None:
    lead, _ = room(board)
    if phase in ("commit", "locked"):
        board.open_round(lead)
    if phase == "locked":
        board.close_round(lead)
    if phase == "reveal":
        play(board, lead, 1)
    if phase in ("vote", "closed"):
        play(board, lead, 4)
        board.start_vote(lead)
    if phase == "closed":
        board.finish(lead)
    before = board.see(lead)
    assert before.phase == phase
    for what in WRONG[phase]:
        with pytest.raises(RefusedError):
            getattr(board, what)(lead)
    assert board.see(lead) == before


def test_there_is_no_year_after_the_last(board: Board) -> None:
    lead, _ = room(board)
    play(board, lead, 4)
    with refused("phase"):
        board.open_round(lead)


def test_a_room_without_teams_cannot_begin_and_one_team_cannot_vote(board: Board) -> None:
    lead = board.open("a")
    with refused("no_teams"):
        board.open_round(lead)
    board.join(lead.code, "alone")
    play(board, lead, 4)
    with refused("few_teams"):
        board.start_vote(lead)
    board.finish(lead)


def test_a_round_ends_with_its_time(board: Board, clock: Clock) -> None:
    lead, (one, _) = room(board)
    for minutes in (-1.0, 181.0, float("nan"), float("inf")):
        with refused("minutes"):
            board.open_round(lead, minutes)
    board.open_round(lead, 2)
    board.commit(one, [(ERP, 0.2)])
    clock.now += 119.9
    board.commit(one, [(ERP, 0.3)])
    clock.now += 0.1
    with refused("round"):
        board.commit(one, [(ERP, 0.4)])
    board.open_round(lead)  # reopened without a timer
    clock.now += 3600
    board.commit(one, [(ERP, 0.4)])
    (move,) = board.see(one).teams[0].moves
    assert move.settings == ((ERP, 0.4),)
    assert move.time == clock.now


def test_moves_are_secret_until_they_are_revealed(board: Board) -> None:
    lead, (one, two) = room(board)
    board.open_round(lead)
    board.commit(one, [(ERP, 0.2)], "our reason")
    assert board.see(one).teams[0].moves[0].settings == ((ERP, 0.2),)
    assert board.see(lead).teams[0].moves[0].note == "our reason"
    for seen in (board.see(two), board.look(lead.code)):
        (move,) = seen.teams[0].moves
        assert (move.hidden, move.settings, move.note) == (True, (), "")
        assert seen.events == ()
    board.close_round(lead)
    assert board.see(two).teams[0].moves[0].hidden
    board.reveal(lead)
    assert board.look(lead.code).teams[0].moves[0].note == "our reason"
    board.open_round(lead)
    board.commit(one, [(ERP, 0.1)])
    assert [move.hidden for move in board.see(two).teams[0].moves] == [False, True]


def test_rewinding_restores_the_round_exactly(board: Board) -> None:
    lead, (one, two) = room(board)
    opened: dict[int, Session] = {}
    for year in (2014, 2015, 2016, 2017):
        board.open_round(lead)
        opened[year] = board.see(lead)
        board.commit(one, [(ERP, round(0.01 * (year - 2010), 2))], str(year))
        if year != 2015:
            board.commit(two, [(MACHINES + str(year), 1.0)])
        board.reveal(lead)
        score = TeamScores(year, "t1", (Score("employees", 1.0, 1.0, 0.0, -1.0, 1.0, 8),))
        assert board.score(lead, year, plans_at(board.see(lead), year), [score])
    board.start_vote(lead)
    board.vote(one, "t2")
    board.finish(lead)
    for year in (2017, 2016, 2015, 2014):
        board.rewind(lead)
        now = board.see(lead)
        assert (now.phase, now.year, now.deadline) == ("commit", year, 0.0)
        assert now.teams == opened[year].teams
        assert now.scores == tuple(one for one in opened[year].scores)
        assert now.rules == opened[year].rules
        if year > 2014:
            board.close_round(lead)  # also from a closed round the last revealed year is taken back
    with refused("rewind"):
        board.rewind(lead)
    board.commit(one, [(ERP, 0.3)])
    assert board.see(one).teams[0].moves[0].settings == ((ERP, 0.3),)


def test_reset_keeps_the_teams_only(board: Board) -> None:
    lead, (one, two) = room(board)
    board.open_round(lead, 5)
    board.commit(one, [(ERP, 0.2)])
    board.reveal(lead)
    before = board.see(lead)
    board.reset(lead)
    now = board.see(lead)
    assert (now.phase, now.year, now.deadline, now.scores) == ("lobby", 2014, 0.0, ())
    assert [team.name for team in now.teams] == [team.name for team in before.teams]
    assert all(team.moves == () for team in now.teams)
    assert now.version > before.version
    assert board.holds(two)
    assert now.events[-1].what == "reset"


def test_who_comes_late_takes_part_from_then_on(board: Board) -> None:
    lead, (one, _) = room(board)
    play(board, lead, 2)
    board.open_round(lead)
    late = board.join(lead.code, "迟到")
    board.commit(late, [(ERP, 0.2)])
    board.commit(one, [(ERP, 0.3)])
    board.reveal(lead)
    plan = plans_at(board.look(lead.code), 2016)[late.who]
    assert plan == Plan("document_2014", (), (Revision("2016-01", ((ERP, 0.2),)),))
    board.rewind(lead)
    assert board.holds(late)


def test_a_dismissed_team_is_gone_and_its_key_is_not_given_again(board: Board) -> None:
    lead, (one, two) = room(board)
    play(board, lead, 4)
    board.start_vote(lead)
    board.vote(two, "t1")
    board.dismiss(lead, "t1")
    assert not board.holds(one)
    assert board.see(two).teams[0].vote == ""
    board.reset(lead)
    assert board.join(lead.code, "队1").who == "t3"
    with refused("no_team"):
        board.dismiss(lead, "t1")


def test_rules_change_before_the_first_round_only_but_for_the_preview(board: Board) -> None:
    lead, _ = room(board)
    board.change(lead, budget=5e5)
    assert board.look(lead.code).rules.budget == 5e5
    board.open_round(lead)
    with refused("phase"):
        board.change(lead, budget=6e5)
    board.change(lead, preview=False)
    assert board.look(lead.code).rules.preview is False
    assert board.look(lead.code).rules.budget == 5e5


def test_scores_are_kept_for_the_plans_they_are_of_only(board: Board) -> None:
    lead, (one, _) = room(board)
    play(board, lead, 1)
    plans = plans_at(board.see(lead), 2014)
    rows = [TeamScores(2014, "t1", ())]
    assert not board.score(lead, 2015, plans, [])
    assert not board.score(lead, 2014, plans, [TeamScores(2014, "t7", ())])
    assert not board.score(lead, 2014, plans, [TeamScores(2015, "t1", ())])
    board.rewind(lead)
    board.commit(one, [(ERP, 0.2)])
    board.reveal(lead)
    assert not board.score(lead, 2014, plans, rows)  # those were the plans before
    assert board.score(lead, 2014, plans_at(board.see(lead), 2014), rows)
    assert board.look(lead.code).scores == tuple(rows)


def test_a_browser_finds_its_roles_again(board: Board) -> None:
    mine, other = Origin("browser"), Origin("other")
    lead = board.open("研讨", origin=mine)
    one = board.join(lead.code, "队1", origin=mine)
    two = board.join(lead.code, "队2", origin=other)
    assert board.recall("browser") == (one, lead)
    assert board.recall("other") == (two,)
    assert board.join_again(lead.code, board.word(one), mine) == one
    assert len(board._held[lead.code].digests[one.who]) == 1  # it has its place already
    board.leave(one)
    board.leave(one)
    assert board.recall("browser") == (lead,)
    assert board._held[lead.code].digests[one.who] == []
    board.dismiss(lead, two.who)
    assert board.recall("other") == ()
    board.end(lead)
    assert board.recall("browser") == board.recall("nobody") == board.recall("") == ()


def test_many_threads_lose_nothing(board: Board) -> None:
    lead, teams = room(board, 8)
    board.open_round(lead)
    problems: list[BaseException] = []
    versions: list[int] = []

    def act(place: int, one: Pass) -> None:
        try:
            for turn in range(12):
                board.commit(one, [(ERP, round(0.01 * (turn + 1), 2))], f"{place} {turn}")
                versions.append(board.version(lead.code))
                assert board.see(one).team(one.who).moves[0].note == f"{place} {turn}"  # type: ignore[union-attr]
        except BaseException as error:
            problems.append(error)

    def arrive(place: int) -> None:
        try:
            board.join(lead.code, f"late {place % 4}")
        except RefusedError as error:
            if error.reason not in ("name_taken", "teams"):
                problems.append(error)

    threads = [threading.Thread(target=act, args=(n, one)) for n, one in enumerate(teams)]
    threads += [threading.Thread(target=arrive, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    session = board.see(lead)
    assert len(session.teams) == 12  # eight, and each of four late names once
    assert len({team.name for team in session.teams}) == 12
    assert len({team.key for team in session.teams}) == 12
    assert sum(event.what == "committed" for event in session.events) == 8 * 12
    assert session.version == len(session.events)  # every change once


def test_a_refusal_says_the_same_in_both_languages_and_survives_a_pickle() -> None:
    for lang in ("zh", "en"):
        keys = {key for key in catalogue(lang) if key.startswith("workshop.refused_")}
        assert len(keys) >= 25
    error = RefusedError("teams", most=12)
    again = pickle.loads(pickle.dumps(error))
    assert (again.reason, again.values, str(again)) == (error.reason, error.values, str(error))


def test_every_text_is_there_in_both_languages() -> None:
    ours = [
        {key for key in catalogue(lang) if key.startswith("workshop.")} for lang in ("zh", "en")
    ]
    assert ours[0] == ours[1]
