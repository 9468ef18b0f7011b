"""What a page sends: looked at before the library reads it, and no faster than the room can bear.

A page's messages are handled in a thread of its own, but all threads share one interpreter: whoever
sends without a pause slows the whole room. Beyond what people do with a page it is read later, and
in the end no more; the network tells the sender to wait. What counts is what a browser sends over
all its pages and connections: each of them with a pace of its own would be as many times too much.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from solara.server import starlette as solara_starlette
from solara.server.kernel_context import get_current_context
from solara.server.websocket import WebSocketDisconnect

from sim.view.server.clock import now
from sim.view.server.gate import SESSION
from sim.view.server.messages import MalformedError, UnexpectedError, checked
from sim.view.server.outgoing import Outgoing

MESSAGES = (100.0, 1_000.0)
"""Messages a second, and at once. Opening a page sends 4, a lever that is dragged one a picture."""
CHARACTERS = (1e6, 8e6)
"""Characters a second, and at once: two files of a session."""
WORK = (0.5, 10.0)
"""Seconds of the processor that a browser's messages may take a second, and at once."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.001, 2.0
"""Seconds that a page waits at once: one that is known to be gone waits no longer."""
PATIENCE = 60.0
"""Seconds that a browser may send too much for before the page that does is closed."""
MOST_BROWSERS = 1024
"""Browsers whose pace is known; the one that connected least recently is dropped."""
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

    def forgive(self) -> None:
        """Count from now on for how long more is taken than there is."""
        self._short = None


class Paces:
    """How much one browser sends, over all its connections: each has a thread of its own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._paces = Pace(*MESSAGES), Pace(*CHARACTERS), Pace(*WORK)

    def take(self, messages: float = 0.0, characters: float = 0.0, work: float = 0.0) -> float:
        """Seconds to wait, now that so much more was taken."""
        with self._lock:
            amounts = (messages, characters, work)
            return max(one.take(much) for one, much in zip(self._paces, amounts, strict=True))

    def end_of_patience(self) -> bool:
        """Is it too much for too long? If so, it is counted from now on."""
        with self._lock:
            ends = max(one.short for one in self._paces) > PATIENCE
            if ends:
                for one in self._paces:
                    one.forgive()
            return ends


class PacesOfBrowsers:
    """The paces of each browser, by its name; they outlive its connections, which it can drop."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._paces: OrderedDict[str, Paces] = OrderedDict()

    def of(self, browser: str) -> Paces:
        """Those of one browser."""
        with self._lock:
            found = self._paces.pop(browser, None) or Paces()
            self._paces[browser] = found
            while len(self._paces) > MOST_BROWSERS:
                self._paces.popitem(last=False)
            return found


PACES = PacesOfBrowsers()


class Connection(Outgoing):
    """A page's connection, both ways."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._paces = PACES.of(self.ws.cookies.get(SESSION, ""))
        self._worked: float | None = None
        self._left = 0

    async def receive(self) -> str:
        """The next message that a page of ours would send; raises WebSocketDisconnect."""
        if self._worked is not None:
            await self._rest(self._paces.take(work=time.thread_time() - self._worked))
        while True:
            text = await super().receive()
            await self._rest(self._paces.take(1.0, float(len(text))))
            self._worked = time.thread_time()
            try:
                if isinstance(text, str):
                    checked(text, get_current_context())
                    return text
                problem = "bytes instead of text"
            except MalformedError as error:
                problem = str(error)
            except UnexpectedError as error:
                self._left += 1
                if self._left == 1:
                    log.warning("ignored an unexpected message from a page: %s", error)
                if self._left < MOST_LEFT:
                    continue
                problem = str(error)
            raise self._closed(problem)

    async def _rest(self, seconds: float) -> None:
        """Wait until the browser has not taken too much; raises WebSocketDisconnect if it goes on."""
        while seconds > SHORTEST_PAUSE and not self._gone:
            if self._paces.end_of_patience():
                raise self._closed("sent or asked for too much for too long")
            await self._pause(min(seconds, LONGEST_PAUSE))
            seconds = self._paces.take()

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def _closed(self, problem: str) -> WebSocketDisconnect:
        log.warning("closed a page's connection: %s", problem)
        return WebSocketDisconnect()


def guard_connections() -> None:
    """Have pages that connect from now on be listened to, and sent to, this way."""
    solara_starlette.WebsocketWrapper = Connection
