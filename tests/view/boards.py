"""A board of a room with teams for tests: its clock, a session, a few years played."""

from __future__ import annotations

from typing import Any

import pytest

from sim.view.workshop.board import Board
from sim.view.workshop.held import Pass
from sim.view.workshop.limits import RefusedError
from tests.view.clocks import Clock as Clock

MACHINES = "instruments.equipment_subsidy.budget."
ERP = "instruments.backbone_software.rate"


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
