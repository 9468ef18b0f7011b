"""The errors with a meaning: input that cannot be used, and a run that cannot go on."""

from __future__ import annotations

import math
from collections.abc import Iterable

_LONGEST_NUMBER = 10**40
"""From here on a message counts the digits of a whole number."""


class InputError(Exception):
    """Bad input: says where it stands, what was given and what is allowed.

    The command line prints it on one line and ends with exit code 2; nothing has been written.
    `also` are the other problems of the same look, put into words as they are read, once; another
    process is not told of them.
    """

    def __init__(
        self, where: object, key: str, given: object = None, allowed: object = None
    ) -> None:
        self.where = str(where)
        self.key = key
        self.given = given
        self.allowed = allowed
        self.also: Iterable[InputError] = ()
        parts = [f"{self.where}: {key}" if key else self.where]
        if given is not None:
            parts.append(f"given {_shown(given)}")
        if allowed is not None:
            parts.append(f"allowed: {allowed}")
        super().__init__("; ".join(parts))

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, object, object]]:
        return type(self), (self.where, self.key, self.given, self.allowed)


class NotFiniteError(ArithmeticError):
    """A run has come to a figure that is not a number, or infinite, and has stopped.

    Says in which month, after which phase, and where: table and column. The command line prints it
    on one line and ends with exit code 1. `run` says which run it was, where there are several.
    """

    def __init__(self, month: str, phase: str, table: str, column: str, run: str = "") -> None:
        self.month, self.phase, self.table, self.column = month, phase, table, column
        self.run = run
        which = f"{run}: " if run else ""
        super().__init__(
            f"{which}the run stopped in {month}: after phase {phase}, {table}.{column} is not finite"
        )

    def of(self, run: str) -> NotFiniteError:
        """The same, told of a run among several."""
        return type(self)(self.month, self.phase, self.table, self.column, run)

    def __reduce__(self) -> tuple[type[NotFiniteError], tuple[str, str, str, str, str]]:
        return type(self), (self.month, self.phase, self.table, self.column, self.run)


def printable(text: str) -> str:
    """A text without what steers a terminal: a stranger's file, or its name, may hold that."""
    return "".join(one for one in text if one.isprintable())


def _shown(given: object) -> str:
    """What was given, on one line and not too long."""
    if isinstance(given, int) and abs(given) >= _LONGEST_NUMBER:
        return f"a whole number of about {round(given.bit_length() * math.log10(2))} digits"
    try:
        text = f"'{given}'" if isinstance(given, str) else repr(given)
    except Exception:  # a whole number of too many digits, an object that cannot be shown
        text = f"a value of type {type(given).__name__}"
    text = " ".join(text.splitlines())
    return text if len(text) <= 400 else f"{text[:397]}..."
