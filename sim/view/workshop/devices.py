"""Which passes a browser holds, so that a page that is loaded again finds its role.

The browser is known by the server's session cookie; passes stay on the server.
"""

from __future__ import annotations

import threading

from sim.view.workshop.board import BOARD, Board, Pass

MOST_BROWSERS = 1_000
MOST_PASSES = 8
"""Passes that a browser may hold."""


class Devices:
    """Passes by browser; safe from any thread."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._lock = threading.Lock()
        self._passes: dict[str, list[Pass]] = {}

    def remember(self, browser: str, one: Pass) -> None:
        """Keep a pass, in place of an older one for the same role."""
        with self._lock:
            known = self._passes.pop(browser, [])
            others = [x for x in known if (x.code, x.who) != (one.code, one.who)]
            self._passes[browser] = [*others, one][-MOST_PASSES:]
            while len(self._passes) > MOST_BROWSERS:
                self._passes.pop(next(iter(self._passes)))

    def recall(self, browser: str) -> tuple[Pass, ...]:
        """Passes that still hold, the newest first."""
        with self._lock:
            known = tuple(reversed(self._passes.get(browser, ())))
        return tuple(one for one in known if self._board.holds(one))

    def forget(self, browser: str, one: Pass) -> None:
        """A device leaves its role."""
        with self._lock:
            self._passes[browser] = [x for x in self._passes.get(browser, ()) if x != one]


DEVICES = Devices(BOARD)
"""The server's browsers."""
