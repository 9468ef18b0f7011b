"""What comes over a page's websocket before it is a message: parsed in small pieces, within a share.

The library beneath takes all that has come in one go, in the server's loop: a client that sends
nothing but empty parts or signs of life would have the whole room wait, and never be noticed as one
that sends messages.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from sim.view.server.client import group

PIECE = 4 * 1024
"""Bytes that are parsed before others have their turn."""
SHARE, BURST = 0.1, 0.5
"""Seconds of the loop's work in a second that one address may have frames parsed for, and at once."""
MOST_PARTS = 1_000
"""Parts of one message: no browser sends more than a few."""
PAUSE = 0.01
"""Seconds until it is looked again whether a message has been taken."""
REMEMBERED = 2_048


class Budget:
    """Seconds of work that an address has left; they come back with time."""

    def __init__(self, now: float) -> None:
        self._left, self._since = BURST, now

    def wait(self, now: float) -> float:
        """Seconds until there is something left; 0 if there is."""
        self._left = min(BURST, self._left + SHARE * (now - self._since))
        self._since = now
        return max(0.0, -self._left / SHARE)

    def spend(self, seconds: float) -> None:
        """Take this much."""
        self._left -= seconds


class Budgets:
    """Budgets by address, those used last."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Budget] = OrderedDict()

    def of(self, address: str, now: float) -> Budget:
        """That of an address."""
        budget = self._known.setdefault(address, Budget(now))
        self._known.move_to_end(address)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return budget


_BUDGETS = Budgets()


class PacedSocket(WebSocketsSansIOProtocol):
    """A websocket that is read no faster than its address has a share of the server's work."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._pieces: deque[bytes] = deque()
        self._taking = False
        address = group(self.client[0] if self.client else "")
        self._budget = _BUDGETS.of(address, self.loop.time())

    def data_received(self, data: bytes) -> None:
        self._pieces.extend(data[at : at + PIECE] for at in range(0, len(data), PIECE))
        self.transport.pause_reading()
        if not self._taking:
            self._take()

    def connection_lost(self, exc: Exception | None) -> None:
        self._pieces.clear()
        super().connection_lost(exc)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MOST_PARTS:
            self._pieces.clear()
            self.transport.abort()
            return
        super().handle_cont(event)

    def _take(self) -> None:
        """Parse one piece, and the next at the loop's next turn, or once there is work left."""
        self._taking = bool(self._pieces)
        if not self._taking:
            if not self.read_paused and not self.transport.is_closing():
                self.transport.resume_reading()
            return
        wait = PAUSE if self.read_paused else self._budget.wait(self.loop.time())
        if wait:
            self.loop.call_later(wait, self._take)
            return
        begun = time.thread_time()
        super().data_received(self._pieces.popleft())
        self._budget.spend(time.thread_time() - begun)
        self.loop.call_soon(self._take)
