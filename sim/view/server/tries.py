"""Wrong tries of a secret, slowed: of the room's code, of a team's word, of a key to come back by."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from sim.view.server.clock import now

FREE_TRIES = 5
"""Wrong tries before there is a wait."""
LONGEST_WAIT = 60.0
"""Seconds to wait at most for the next try."""
ADDRESS_TRIES, ADDRESS_WAIT = 50, 5.0
"""The same for an address: a whole room may share one, and one of its people must not lock out the
others. What is drawn has 27 bits or more, so that a try in five seconds takes years to hit it."""
FORGOTTEN = 3600.0
"""Seconds after the last wrong try until all of them are forgotten: a room shares one address."""
REMEMBERED = 2048
"""Keys whose wrong tries are remembered; the one that tried least recently is dropped."""


class Tries:
    """Counts the wrong tries of each key, such as an address; `clock` gives seconds.

    Ask `wait` first, and leave the secret alone while it is above 0. Not for use by several
    threads at once.
    """

    def __init__(
        self,
        clock: Callable[[], float] = now,
        free: int = FREE_TRIES,
        longest: float = LONGEST_WAIT,
    ) -> None:
        self._clock, self._free, self._longest = clock, free, longest
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, who: str) -> float:
        """Seconds until the next try is looked at; 0 if it is now."""
        count, last = self._wrong.get(who, (0, 0.0))
        since = self._clock() - last
        if count < self._free or since > FORGOTTEN:
            return 0.0
        # Bounded before it is raised: 2.0 ** 1024 is an error.
        pause = 2.0 ** min(count - self._free, 10)
        return max(0.0, min(pause, self._longest) - since)

    def wrong(self, who: str) -> None:
        """Count a wrong try."""
        count, last = self._wrong.pop(who, (0, 0.0))
        moment = self._clock()
        self._wrong[who] = (1 if moment - last > FORGOTTEN else count + 1, moment)
        while len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)

    def right(self, who: str) -> None:
        """Forget the wrong tries of one who has the secret."""
        self._wrong.pop(who, None)
