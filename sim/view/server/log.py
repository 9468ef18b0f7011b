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
"""Lines a window from one place in the code, and from all."""
LONGEST = 2000
"""Characters of a line with its traceback; of a longer one the middle is left out."""


class Bounded(logging.StreamHandler):
    """Writes to standard error what is a warning or worse, within bounds."""

    def __init__(self) -> None:
        super().__init__()
        self.setLevel(logging.WARNING)
        self._begun = now()
        self._written: Counter[tuple[str, int]] = Counter()
        self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        if now() - self._begun > WINDOW:
            self._begin_again()
        place = (record.pathname, record.lineno)
        if self._written[place] >= OF_ONE_KIND or self._written.total() >= OF_ALL:
            self._left_out += 1
            return
        self._written[place] += 1
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
        self._written.clear()
        count, self._left_out = self._left_out, 0
        if count:
            text = f"{count} more lines were left out"
            super().emit(
                logging.LogRecord("lianghua.view", logging.WARNING, __file__, 0, text, None, None)
            )


def bound_log() -> None:
    """From now on every logger of the process writes within bounds."""
    logging.getLogger().addHandler(Bounded())
