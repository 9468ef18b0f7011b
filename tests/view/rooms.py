"""Made-up sessions for tests of the room: teams, moves and scores, no simulation."""

from __future__ import annotations

from typing import Any

from sim.view.workshop.board import Board
from sim.view.workshop.held import Pass
from sim.view.workshop.scores import team_scores
from sim.view.workshop.state import Mode, plans_at
from tests.view.fakes import track

CITY = {"t1": "Hangzhou", "t2": "Ningbo", "t3": "Lishui"}
SHIFT = {"t1": 0.2, "t2": 0.1, "t3": 0.0}


def played(
    mode: Mode = "package",
    years: int = 4,
    names: tuple[str, ...] = ("甲队", "乙队"),
    note: str = "why",
    settings: Any = None,
) -> tuple[Board, Pass, list[Pass]]:
    """A board with a session of which so many years were played and scored."""
    board = Board()
    lead = board.open("全省研讨", mode)
    teams = [
        board.join(lead.code, name, CITY[f"t{n}"] if mode == "city" else "")
        for n, name in enumerate(names, 1)
    ]
    for year in range(2014, 2014 + years):
        board.open_round(lead)
        for one in teams:
            board.commit(one, (settings or usual)(mode, one.who, year), f"{note} {year}")
        board.reveal(lead)
        score(board, lead, mode, year)
    return board, lead, teams


def usual(mode: Mode, team: str, year: int) -> list[tuple[str, Any]]:
    """A move within the budget."""
    if mode == "city":
        return [(f"instruments.{CITY[team].lower()}_machines.budget.{year}", 500.0)]
    return [
        (f"instruments.equipment_subsidy.budget.{year}", 20_000.0),
        ("instruments.backbone_software.rate", 0.2 if team == "t1" else 0.3),
        ("programme.without", ("A7",)),
    ]


def score(board: Board, lead: Pass, mode: Mode, year: int) -> None:
    """Scores of all teams from made-up runs."""
    session = board.see(lead)
    baseline = track("no_programme" if mode == "package" else "document_2014", 0.0, 8)
    rows = [
        team_scores(
            mode, year, one.key, one.city, baseline, track("document_2014", SHIFT[one.key], 8)
        )
        for one in session.teams
    ]
    assert board.score(lead, year, plans_at(session, year), rows)
