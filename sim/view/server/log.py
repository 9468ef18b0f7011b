"""What the server writes to the terminal: lines enough to see what is wrong, and never a flood.

Whoever can connect can have something logged as often as they like.
"""

from __future__ import annotations

import logging
from collections import Counter

from sim.view.server.clock import now

WINDOW = 60.0
"""Seconds in which lines are counted."""
OF_ONE_KIND, OF_ALL = 10, 40
"""Lines a window from one place in the code, and from all: warnings, and as many errors, for whoever
can have the server warn must not have it hide what is wrong."""
LONGEST = 2000
"""Characters of a line with its traceback; of a longer one the middle is left out."""


class Bounded(logging.StreamHandler):
    """Writes to standard error what is a warning or worse, within bounds."""

    def __init__(self) -> None:
        super().__init__()
        self.setLevel(logging.WARNING)
        self._begun = now()
        self._of_place: Counter[tuple[str, int]] = Counter()
        self._of_all: Counter[bool] = Counter()
        self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        if now() - self._begun > WINDOW:
            self._begin_again()
        place, is_error = (record.pathname, record.lineno), record.levelno >= logging.ERROR
        if self._of_place[place] >= OF_ONE_KIND or self._of_all[is_error] >= OF_ALL:
            self._left_out += 1
            return
        self._of_place[place] += 1
        self._of_all[is_error] += 1
        super().emit(record)

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if len(text) <= LONGEST:
            return text
        return f"{text[: LONGEST // 4]}\n…\n{text[-(3 * LONGEST // 4) :]}"

    def close(self) -> None:
        self.acquire()
        try:
            self._begin_again()
        finally:
            self.release()
        super().close()

    def _begin_again(self) -> None:
        self._begun = now()
        self._of_place.clear()
        self._of_all.clear()
        count, self._left_out = self._left_out, 0
        if count:
            text = f"{count} more log lines were left out"
            super().emit(
                logging.LogRecord("lianghua.view", logging.WARNING, __file__, 0, text, None, None)
            )


def bound_log() -> None:
    """From now on every logger of the process writes within bounds."""
    logging.getLogger().addHandler(Bounded())
