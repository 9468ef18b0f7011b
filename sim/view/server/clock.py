"""The server's clock: the time of day as it was at the start, and the seconds since then.

The machine's own clock can be set, by hand or by a time server, while a room is at work: an hour
back would lock everyone out, half a day on would end every workshop. Seconds since the start only
grow, so whatever waits, ends or grows old goes by these.
"""

from __future__ import annotations

import time

_STARTED = time.time() - time.monotonic()


def now() -> float:
    """Seconds since 1970 by the clock of the start; never jumps while the process lives."""
    return _STARTED + time.monotonic()
