"""What a person hands in, an address with plans or a file, and how it is read: in a process apart.

Whoever hands in what takes long to read holds up neither the server nor the runs, and waits alone;
readings have their own worker, and one that nobody waits for any more ends at its next step.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn, Protocol

from sim.core.errors import InputError
from sim.view.address import decode
from sim.view.choice import Choice, Plan
from sim.view.uploads import WHERE, read_plan

MOST_WORK = 10.0
"""Seconds of a worker's own time that a reading may take; what the bounds let through takes one."""
AGAIN = 0.5
"""Seconds of it until a reading that goes on all the same is ended again."""


class _TooLongError(BaseException):
    """A reading has had its time. No InputError, and no Exception: what is being read would be taken
    for wrong by whoever tries values, and the reading would go on with the next."""


class Reading(Protocol):
    """What a person hands in: an address or a file, which its own class reads."""

    where: ClassVar[str]

    def read(self) -> Any:
        """What it stands for; raises InputError."""


@dataclass(frozen=True)
class Address:
    """An address; `known` are the panels there are, fields named in `others` are somebody else's."""

    query: str
    known: tuple[str, ...]
    others: tuple[str, ...] = ()
    where: ClassVar[str] = "address"

    def read(self) -> tuple[Choice, list[str]]:
        """The choice, and what could not be used."""
        return decode(self.query, self.known, self.others)


@dataclass(frozen=True)
class File:
    """A scenario file; a plan's name is taken in a language."""

    text: str
    lang: str
    where: ClassVar[str] = WHERE

    def read(self) -> Plan:
        """The plan; raises InputError."""
        return read_plan(self.text.encode("utf-8", "replace"), self.lang)


def read(task: Reading) -> Any:
    """What a worker makes of it; raises InputError, for work without end too."""
    with _bounded(task.where):
        return task.read()


@contextmanager
def _bounded(where: str) -> Iterator[None]:
    """End what goes on for longer than all that is known to: a flaw of some parser."""

    def give_up(number: int, frame: object) -> NoReturn:
        raise _TooLongError

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_WORK, AGAIN)
    try:
        yield
    except _TooLongError:
        given = "what takes too long to read"
        raise InputError(where, "", given, f"{MOST_WORK:g} s of work") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
