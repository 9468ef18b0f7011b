"""What a page sends: looked at before the library reads it, and no faster than the room can bear.

A page's messages are handled in a thread of its own, but all threads share one interpreter: whoever
sends without a pause slows the whole room. Beyond what people do with a page it is read later, and
in the end no more; the network tells the sender to wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from solara.server import starlette as solara_starlette
from solara.server.kernel_context import get_current_context
from solara.server.websocket import WebSocketDisconnect

from sim.view.server.clock import now
from sim.view.server.messages import MalformedError, UnexpectedError, checked
from sim.view.server.outgoing import Outgoing

MESSAGES = (100.0, 1_000.0)
"""Messages a second, and at once. Opening a page sends 4, a lever that is dragged one a picture."""
CHARACTERS = (1e6, 8e6)
"""Characters a second, and at once: two files of a session."""
WORK = (0.5, 10.0)
"""Seconds of the processor that a page's messages may take a second, and at once."""
LONGEST_PAUSE = 2.0
"""Seconds that a page waits at once: one that is closed, or a server that ends, waits no longer."""
PATIENCE = 60.0
"""Seconds that a page may send too fast for before it is closed."""
MOST_LEFT = 20
"""Messages of a connection that no page sends; with more it is closed."""

log = logging.getLogger("lianghua.view")


class Pace:
    """So much a second, and so much at once. `clock` tells seconds; tests give one of their own."""

    def __init__(self, rate: float, most: float, clock: Callable[[], float] = now) -> None:
        self._rate, self._most, self._clock = rate, most, clock
        self._left, self._seen = most, clock()
        self._short: float | None = None

    def take(self, amount: float) -> float:
        """Seconds to wait, now that so much more was taken."""
        moment = self._clock()
        self._left = min(self._most, self._left + self._rate * (moment - self._seen)) - amount
        self._seen = moment
        if self._left >= self._most / 2:
            self._short = None
        elif self._left < 0.0 and self._short is None:
            self._short = moment
        return max(0.0, -self._left / self._rate)

    @property
    def short(self) -> float:
        """Seconds since more was taken than there is, without a rest since; 0 if it is not so."""
        return 0.0 if self._short is None else self._clock() - self._short


class Connection(Outgoing):
    """A page's connection, both ways."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._messages, self._characters = Pace(*MESSAGES), Pace(*CHARACTERS)
        self._work = Pace(*WORK)
        self._worked: float | None = None
        self._left = 0

    async def receive(self) -> str:
        """The next message that a page of ours would send; raises WebSocketDisconnect."""
        if self._worked is not None:
            await self._pause(self._work.take(time.thread_time() - self._worked))
        while True:
            text = await super().receive()
            size = len(text)
            wait = max(self._messages.take(1.0), self._characters.take(float(size)))
            if max(self._messages.short, self._characters.short) > PATIENCE:
                raise self._closed("too much for too long")
            await self._pause(wait)
            self._worked = time.thread_time()
            try:
                if isinstance(text, str):
                    checked(text, get_current_context())
                    return text
                problem = "bytes"
            except MalformedError as error:
                problem = str(error)
            except UnexpectedError as error:
                self._left += 1
                if self._left == 1:
                    log.warning("a page said what no page of ours says; it was left: %s", error)
                if self._left < MOST_LEFT:
                    continue
                problem = str(error)
            raise self._closed(problem)

    async def _pause(self, seconds: float) -> None:
        if seconds > 0.0:
            await asyncio.sleep(min(seconds, LONGEST_PAUSE))

    def _closed(self, problem: str) -> WebSocketDisconnect:
        log.warning("a page's connection was closed: %s", problem)
        return WebSocketDisconnect()


def guard_connections() -> None:
    """Have pages that connect from now on be listened to, and sent to, this way."""
    solara_starlette.WebsocketWrapper = Connection
