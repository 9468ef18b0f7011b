"""What a page is sent: handed to the server's loop in one go, however much of it there is.

The library's own way has every message wait for its turn in that loop, 150 of them when a page
opens; its other way writes past the loop, into whatever connection has the number of one that was
closed, and stops the whole server for one phone that has left the room.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from threading import Lock
from typing import Any

from solara.server import starlette as solara_starlette
from solara.server.websocket import WebSocketDisconnect

MOST_WAITING = 5_000
"""Messages that wait for a page that does not take them; with more it counts as gone."""
LARGEST_WAITING = 32 * 2**20
"""Characters of them, likewise: a page asks for all that it shows, and more than once."""


class Outgoing(solara_starlette.WebsocketWrapper):
    """A page's connection whose messages leave in the order they were given, from any thread."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._lock = Lock()
        self._waiting: deque[str | bytes] = deque()
        self._size = 0
        self._sending = self._gone = False

    def send_text(self, data: str) -> None:
        """Send a text; raises WebSocketDisconnect if the page is known to be gone."""
        self._give(data)

    def send_bytes(self, data: bytes) -> None:
        """Send bytes; raises WebSocketDisconnect if the page is known to be gone."""
        self._give(data)

    def _give(self, data: str | bytes) -> None:
        with self._lock:
            if self._gone:
                raise WebSocketDisconnect
            # One message, however large, is always taken.
            full = len(self._waiting) >= MOST_WAITING or self._size > LARGEST_WAITING
            if full:
                self._give_up()
            else:
                self._waiting.append(data)
                self._size += len(data)
            begin, self._sending = full or not self._sending, True
        if begin:
            try:
                # One that takes nothing is closed: a page that is still there then comes back.
                self.event_loop.call_soon_threadsafe(
                    self._begin, self.ws.close if full else self._send_all
                )
            except RuntimeError as error:  # the server ends
                raise WebSocketDisconnect from error
        if full:
            raise WebSocketDisconnect

    def _give_up(self) -> None:
        self._gone = True
        self._waiting.clear()
        self._size = 0

    def _begin(self, what: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = self.event_loop.create_task(what())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _send_all(self) -> None:
        try:
            while (data := self._next()) is not None:
                if isinstance(data, str):
                    await self._send_text_exc(data)
                else:
                    await self._send_bytes_exc(data)
                await asyncio.sleep(0)  # other pages have their turn
        except (WebSocketDisconnect, RuntimeError, asyncio.CancelledError):
            with self._lock:
                self._give_up()

    def _next(self) -> str | bytes | None:
        with self._lock:
            if not self._waiting:
                self._sending = False
                return None
            data = self._waiting.popleft()
            self._size -= len(data)
            return data
