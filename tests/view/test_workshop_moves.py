"""What a team of a room may decide: levers, plans, what they cost, cities."""

from __future__ import annotations

from typing import Any

import pytest

from sim.view.choice import Plan, Revision
from sim.view.levers import levers
from sim.view.workshop.board import Board
from sim.view.workshop.common_board import moves_table
from sim.view.workshop.limits import RefusedError
from sim.view.workshop.moves import (
    budget_of,
    cities,
    may_set,
    plan_cost,
    rules,
    shares,
    usual_budget,
)
from sim.view.workshop.state import plan_of, plans_at, settings_by
from tests.view.boards import ERP, MACHINES, refused, room


def test_a_plan_of_four_years_is_its_first_settings_and_a_revision_a_year(board: Board) -> None:
    lead, (one, _) = room(board)
    for year, rate in ((2014, 0.1), (2015, 0.2), (2016, None), (2017, 0.3)):
        board.open_round(lead)
        if rate is not None:
            board.commit(one, [(ERP, rate), (MACHINES + str(year), 1.0)])
        board.reveal(lead)
    session = board.look(lead.code)
    plan = plan_of(session.rules, session.teams[0].moves)

    def money(*amounts: float) -> tuple[tuple[str, float], ...]:
        """What holds of the subsidy's money in the last years: it lasts, in the document's proportion."""
        years = range(2018 - len(amounts), 2018)
        return tuple((f"{MACHINES}{one}", each) for one, each in zip(years, amounts, strict=True))

    assert plan == Plan(
        "document_2014",
        ((ERP, 0.1), *money(1.0, 2.0, 2.0, 2.0)),
        (
            Revision("2015-01", ((ERP, 0.2), *money(1.0, 1.0, 1.0))),
            Revision("2017-01", ((ERP, 0.3), *money(1.0))),
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
    board.commit(one, [])  # in 2015 it holds
    board.reveal(lead)
    board.open_round(lead)
    board.commit(one, [(key + "2016", document.budget["2016"])])  # the document's money again
    board.reveal(lead)
    board.open_round(lead)
    board.commit(one, [(key + "2017", 0.5 * document.budget["2017"]), (places, 10.0)])
    moves = [dict(move.settings) for move in board.see(one).teams[0].moves]
    assert [move.get(places) for move in moves] == [
        0.5 * document.places, None, document.places, 10.0,
    ]  # fmt: skip
    assert moves[1] == {}


@pytest.mark.parametrize("missed", [False, True], ids=["nothing new", "no move at all"])
def test_what_a_team_decides_of_a_pot_holds_until_it_decides_otherwise(
    board: Board, missed: bool
) -> None:
    lead, (one, _) = room(board)
    budget = Plan("document_2014").scenario().instruments["equipment_subsidy"].budget
    board.open_round(lead)
    board.commit(one, [(MACHINES + "2014", 0.0)])
    board.reveal(lead)
    board.open_round(lead)
    if not missed:
        board.commit(one, [])
    board.reveal(lead)
    board.open_round(lead)
    board.commit(one, [(MACHINES + "2016", 0.5 * budget["2016"])])
    board.reveal(lead)
    session = board.see(lead)
    spent = plan_cost(plans_at(session, 2016)["t1"])
    by_year = {row.year: row.amount for row in spent.lines if row.instrument == "equipment_subsidy"}
    expected = [0.0, 0.0, 0.5 * budget["2016"], 0.5 * budget["2017"]]
    assert [by_year[year] for year in (2014, 2015, 2016, 2017)] == pytest.approx(expected)
    scenario = plans_at(session, 2015)["t1"].scenario()
    assert [scenario.instruments["equipment_subsidy"].budget[str(year)]
            for year in (2014, 2015, 2016, 2017)] == [0.0] * 4  # fmt: skip
    said = moves_table(session, "en")
    assert "0 times the document&#x27;s money from 2014 on" in said
    assert "0.5 times the document&#x27;s money from 2016 on" in said
    assert said.count("as before") == 3  # in 2015, and of the other team
    assert said.count("2015") == 1  # the column's head


def test_a_citys_own_money_holds_too(board: Board) -> None:
    lead = board.open("城市", "city", 100_000.0)
    one = board.join(lead.code, "杭州队", "Hangzhou")
    key = "instruments.hangzhou_office.budget."
    board.open_round(lead)
    board.commit(one, [(key + "2014", 50.0)])
    board.reveal(lead)
    board.open_round(lead)
    board.commit(one, [])
    board.reveal(lead)
    board.open_round(lead)
    board.commit(one, [(key + "2016", 0.0)])
    board.reveal(lead)
    plan = plans_at(board.see(lead), 2016)["t1"]
    assert [row.amount for row in plan_cost(plan, "hangzhou_office").lines] == [50, 50, 0, 0]


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
