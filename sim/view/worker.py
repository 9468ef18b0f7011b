"""In a worker process: a task in hand, and whether anyone still waits for it.

A server and its workers share a byte for each task in hand. Work that takes long looks at it
between its steps: a lever that was moved on would else hold up the runs that it wants now.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from sim.workers import end_with_parent

NICENESS = 5
"""Workers leave the server its turn: a page that answers late feels broken, a run that ends late
does not."""

_flags: Any = None
_place = 0


class GivenUpError(Exception):
    """Nobody waits for the task any more."""


def begin(flags: Any) -> None:
    """Make this process a worker; `flags` (one byte a task in hand) is shared with the server."""
    global _flags
    _flags = flags
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    end_with_parent()


def perform(work: Callable[[Any], Any], task: Any, place: int) -> Any:
    """What `work` makes of a task that has a place among those in hand; raises GivenUpError."""
    global _place
    _place = place
    return work(task)


def go_on() -> None:
    """Raise GivenUpError if nobody waits for the task in hand any more."""
    if _flags is not None and _flags[_place]:
        raise GivenUpError
