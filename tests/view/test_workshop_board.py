"""The board of a room with teams: who may do what when, names, budgets, rewinding, threads."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import pytest

from sim.view.choice import Plan, Revision
from sim.view.levers import levers
from sim.view.words import catalogue
from sim.view.workshop import limits
from sim.view.workshop.board import Board, Pass
from sim.view.workshop.devices import Devices
from sim.view.workshop.limits import ALPHABET, RefusedError, as_code, one_line, several_lines
from sim.view.workshop.moves import (
    budget_of,
    cities,
    may_set,
    plan_cost,
    rules,
    shares,
    usual_budget,
)
from sim.view.workshop.state import Score, Session, TeamScores, plan_of, plans_at, settings_by

MACHINES = "instruments.equipment_subsidy.budget."
ERP = "instruments.backbone_software.rate"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_400_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> Board:
    return Board(clock)


def refused(reason: str) -> Any:
    return pytest.raises(RefusedError, match=f"workshop: {reason}(;|$)")


def room(board: Board, teams: int = 2, **more: Any) -> tuple[Pass, list[Pass]]:
    """A session with teams that have joined."""
    lead = board.open("研讨", **more)
    return lead, [board.join(lead.code, f"队{place + 1}") for place in range(teams)]


def play(board: Board, lead: Pass, years: int) -> None:
    """So many years opened and revealed."""
    for _ in range(years):
        board.open_round(lead)
        board.reveal(lead)


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
    assert board.lead(lead.code, lead.secret) == lead
    with refused("pass"):
        board.lead(lead.code, "x")


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


def test_a_plan_of_four_years_is_its_first_settings_and_a_revision_a_year(board: Board) -> None:
    lead, (one, _) = room(board)
    for year, rate in ((2014, 0.1), (2015, 0.2), (2016, None), (2017, 0.3)):
        board.open_round(lead)
        if rate is not None:
            board.commit(one, [(ERP, rate), (MACHINES + str(year), 1.0)])
        board.reveal(lead)
    session = board.look(lead.code)
    plan = plan_of(session.rules, session.teams[0].moves)
    assert plan == Plan(
        "document_2014",
        ((ERP, 0.1), (MACHINES + "2014", 1.0)),
        (
            Revision("2015-01", ((ERP, 0.2), (MACHINES + "2015", 1.0))),
            Revision("2017-01", ((ERP, 0.3), (MACHINES + "2017", 1.0))),
        ),
    )
    assert plans_at(session, 2015)["t1"].revisions == plan.revisions[:1]
    assert plans_at(session, 2017) == {"t1": plan, "t2": Plan("document_2014")}
    assert dict(settings_by(session.teams[0], 2016))[ERP] == 0.2
    # The same with what each year's own declaration says is spent.
    assert plan_cost(plan).by_year[2015] == pytest.approx(
        plan_cost(Plan("document_2014")).by_year[2015] - 45_000 + 1.0
    )


def test_the_cost_of_a_plan_is_what_its_declarations_say() -> None:
    document = Plan("document_2014")
    cost = plan_cost(document)
    instruments = document.scenario().instruments.values()
    assert cost.total == pytest.approx(sum(sum(one.budget.values()) for one in instruments))
    assert sum(cost.by_year.values()) == pytest.approx(cost.total)
    assert sum(cost.by_action.values()) == pytest.approx(cost.total)
    assert list(cost.by_action)[:2] == ["A1", "A2"]
    assert cost.by_action["S6"] == pytest.approx(400.0)
    assert plan_cost(Plan("no_programme")).total == 0
    doubled = Plan("document_2014", (), (Revision("2016-01", (("programme.funding", 2.0),)),))
    years = plan_cost(doubled).by_year
    assert years[2015] == cost.by_year[2015]
    assert years[2016] == pytest.approx(2 * cost.by_year[2016])
    off = Plan("document_2014", (("instruments.equipment_subsidy.enabled", False),))
    assert plan_cost(off).total == pytest.approx(cost.total - 157_500)
    ended = Plan("document_2014", (("instruments.equipment_subsidy.end", "2015-06"),))
    assert plan_cost(ended).total == pytest.approx(cost.total - 90_000)
    # A revision in the middle of a year cannot hide what the year may spend.
    middle = Plan("document_2014", (), (Revision("2016-07", ((MACHINES + "2016", 0.0),)),))
    assert plan_cost(middle).by_year[2016] == cost.by_year[2016]


def test_a_plan_over_the_budget_is_refused_with_its_figures(board: Board) -> None:
    lead, (one, two) = room(board)
    most = usual_budget("package")
    board.open_round(lead)
    board.commit(one, [])  # the document itself just fits
    with pytest.raises(RefusedError) as caught:
        board.commit(one, [(MACHINES + "2016", 55_000.0)])
    assert caught.value.reason == "budget"
    assert "超出1亿元" in caught.value.say("zh")
    assert "1 too much" in caught.value.say("en")
    assert board.see(one).teams[0].moves[0].settings == ()  # the former move stands
    # What is saved in one place can be spent in another, also in a later year.
    board.commit(one, [(MACHINES + "2016", 55_000.0), (MACHINES + "2017", 35_000.0)])
    board.reveal(lead)
    board.open_round(lead)
    with refused("budget"):
        board.commit(one, [(MACHINES + "2017", 45_000.0)])
    with refused("budget"):
        board.commit(two, [("programme.funding", 1.01)])
    tight, (team, _) = room(board, budget=most - 1)
    board.open_round(tight)
    with refused("budget"):
        board.commit(team, [])


@pytest.mark.parametrize("budget", [-1.0, float("nan"), float("inf"), 1e9, "1", True])
def test_budgets_that_cannot_be_are_refused(board: Board, budget: Any) -> None:
    with refused("money"):
        board.open("a", budget=budget)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("time.end", "2045-12", "lever"),
        ("population.seed", 7, "lever"),
        ("exogenous.robot_price_factor", 0.01, "lever"),
        ("adoption.reviews_per_year", 12, "lever"),
        ("title.zh", "x", "lever"),
        ("instruments.nothing.rate", 0.1, "lever"),
        ("instruments.new.kind", "project_grant", "lever"),
        ("instruments.equipment_subsidy.kind", "training", "lever"),
        ("instruments.training_staff.cost", 0.001, "lever"),
        ("instruments.leading_groups.gain", 1.0, "lever"),
        ("instruments.leasing_support.guarantee", 100.0, "lever"),
        ("instruments.training_staff.rate", 0.1, "lever"),
        ("instruments.equipment_subsidy.budget.2018", 1.0, "lever"),
        ("instruments.equipment_subsidy.rate\n", 0.1, "lever"),
        ("x" * 10_000, 0.1, "lever"),
        (ERP, float("nan"), "value"),
        (ERP, float("inf"), "value"),
        (ERP, 1e300, "value"),
        (ERP, None, "value"),
        (ERP, ["a"], "value"),
        ("instruments.backbone_software.allocation", 'x"\nbudget = 1', "value"),
        ("instruments.backbone_software.allocation", "auction", "plan"),
        (ERP, 2.0, "plan"),
        (ERP, "high", "plan"),
        (MACHINES + "2014", -5.0, "plan"),
        ("instruments.equipment_subsidy.end", "2010-01", "plan"),
        ("programme.without", "A1", "value"),
        ("programme.without", ("A11",), "value"),
    ],
)
def test_what_is_no_lever_or_no_value_is_refused(
    board: Board, key: str, value: Any, reason: str
) -> None:
    lead, (one, _) = room(board, budget=1e7)
    board.open_round(lead)
    with pytest.raises(RefusedError) as caught:
        board.commit(one, [(key, value)])
    assert caught.value.reason == reason
    assert len(caught.value.say("zh")) < 1_000
    assert board.see(one).teams[0].moves == ()


@pytest.mark.parametrize("given", [None, "x", [1], [("a",)], [(1, 2)], {"a": 1}, [("a", 1)] * 401])
def test_what_is_no_list_of_settings_is_refused(board: Board, given: Any) -> None:
    lead, (one, _) = room(board)
    board.open_round(lead)
    with pytest.raises(RefusedError):
        board.commit(one, given)


def test_every_lever_of_the_page_can_be_moved_by_a_team() -> None:
    package = rules("t", "package", None, True)
    for one in levers("document_2014"):
        for key in one.keys:
            assert may_set(package, "", key), key


def test_places_follow_the_money_of_the_year(board: Board) -> None:
    lead, (one, _) = room(board)
    document = Plan("document_2014").scenario().instruments["management_standard"]
    key, places = (
        "instruments.management_standard.budget.",
        "instruments.management_standard.places",
    )
    board.open_round(lead)
    board.commit(one, [(key + "2014", 0.5 * document.budget["2014"])])
    board.reveal(lead)
    board.open_round(lead)
    board.commit(one, [])  # 2015 has the document's money again
    board.reveal(lead)
    board.open_round(lead)
    board.commit(one, [(key + "2016", 0.5 * document.budget["2016"]), (places, 10.0)])
    moves = [dict(move.settings) for move in board.see(one).teams[0].moves]
    assert [move[places] for move in moves] == [0.5 * document.places, document.places, 10.0]
    assert len(moves[1]) == 1


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


def test_a_city_decides_its_own_instruments_from_its_own_budget(board: Board) -> None:
    lead = board.open("城市", "city", 100_000.0)
    with refused("city"):
        board.join(lead.code, "x", "Atlantis")
    with refused("city"):
        board.join(lead.code, "x")
    one = board.join(lead.code, "杭州队", "Hangzhou")
    with refused("city_taken"):
        board.join(lead.code, "y", "Hangzhou")
    two = board.join(lead.code, "丽水队", "Lishui")
    board.open_round(lead)
    for key in ("instruments.lishui_machines.rate", ERP, "programme.funding"):
        with refused("lever"):
            board.commit(one, [(key, 0.2)])
    most = budget_of(board.see(one).rules, "Lishui")
    with refused("budget"):
        board.commit(two, [("instruments.lishui_machines.budget.2015", most + 10)])
    board.commit(two, [("instruments.lishui_machines.budget.2015", most)])
    board.commit(one, [("instruments.hangzhou_office.budget.2014", 50.0)])
    board.reveal(lead)
    plans = plans_at(board.look(lead.code), 2014)
    assert plans["t1"] == plans["t2"]
    scenario = plans["t1"].scenario()
    assert scenario.instruments["lishui_machines"].enabled  # with money it is switched on
    assert scenario.instruments["lishui_machines"].cities == ["Lishui"]
    assert scenario.instruments["hangzhou_office"].enabled
    assert not scenario.instruments["ningbo_office"].enabled


def test_cities_share_a_budget_by_revenue() -> None:
    assert len(cities()) == 11
    assert sum(shares().values()) == pytest.approx(1)
    assert max(shares(), key=shares().__getitem__) == "Hangzhou"


def test_cities_without_programmes_of_their_own_are_the_whole_programme() -> None:
    own = Plan("city_programmes").scenario()
    document = Plan("document_2014").scenario()
    extra = set(own.instruments) - set(document.instruments)
    assert len(extra) == 5 * 11
    assert not any(own.instruments[name].enabled for name in extra)
    assert all(own.instruments[name].fund == "cities" for name in extra)
    kept = {name: own.instruments[name] for name in document.instruments}
    assert own.model_copy(update={"instruments": kept}).hash == document.hash
    assert plan_cost(Plan("city_programmes")).total == plan_cost(Plan("document_2014")).total


def test_a_browser_finds_its_roles_again(board: Board) -> None:
    devices = Devices(board)
    lead, (one, two) = room(board)
    devices.remember("browser", lead)
    devices.remember("browser", one)
    devices.remember("other", two)
    assert devices.recall("browser") == (one, lead)
    again = board.join_again(lead.code, board.word(one))
    devices.remember("browser", again)
    assert devices.recall("browser") == (again, lead)
    devices.forget("browser", again)
    assert devices.recall("browser") == (lead,)
    board.end(lead)
    assert devices.recall("browser") == ()
    assert devices.recall("nobody") == ()


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
