"""A board that changes without end in one phase, for a test that kills it: after each change it says
what it holds, in pieces of a length."""

from __future__ import annotations

import itertools
import pickle
import sys
from pathlib import Path

from sim.view.server.records import Records
from sim.view.workshop.board import Board
from sim.view.workshop.held import Origin, Pass
from tests.view.boards import ERP
from tests.view.rooms import score


def run(folder: Path, phase: str) -> None:
    """Go to a phase, then change for ever."""
    board = Board(records=Records(folder))
    lead = board.open("研讨", origin=Origin("lead"))
    teams = [board.join(lead.code, name, origin=Origin(name)) for name in ("甲队", "乙队")]
    board.join_again(lead.code, board.word(teams[0]), Origin("another"))
    if phase != "lobby":
        board.open_round(lead, 30)
        board.commit(teams[1], [(ERP, 0.2)], "why")
    if phase in ("locked", "reveal"):
        board.close_round(lead)
    if phase == "reveal":
        board.reveal(lead)
        score(board, lead, "package", 2014)
    if phase in ("vote", "closed"):
        board.reveal(lead)
        for _ in range(3):
            board.open_round(lead)
            board.reveal(lead)
        board.start_vote(lead)
    if phase == "closed":
        board.vote(teams[0], "t2")
        board.finish(lead)
    for turn in itertools.count():
        change(board, lead, teams, phase, turn)
        said = pickle.dumps(board._held[lead.code])
        sys.stdout.buffer.write(len(said).to_bytes(4, "big") + said)
        sys.stdout.buffer.flush()


def change(board: Board, lead: Pass, teams: list[Pass], phase: str, turn: int) -> None:
    """Something that can be done in a phase."""
    if phase == "lobby":
        if turn % 2:
            board.dismiss(lead, f"t{3 + turn // 2}")
        else:
            board.join(lead.code, f"队{turn}", origin=Origin(f"browser {turn}"))
    elif phase == "commit":
        board.commit(teams[0], [(ERP, round(0.1 + turn % 9 / 100, 2))], f"turn {turn}")
    elif phase == "vote" and turn % 2:
        board.vote(teams[turn // 2 % 2], f"t{2 - turn // 2 % 2}")
    else:
        board.change(lead, preview=bool(turn % 2))


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2])
