"""Messages to a page: in their order from any thread, and none once it is gone."""

from __future__ import annotations

import asyncio
import warnings
from threading import Thread

import pytest
from solara.server.websocket import WebSocketDisconnect

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what the page's library imports
    from sim.view.server import outgoing
    from sim.view.server.outgoing import Outgoing

from tests.view.elsewhere import elsewhere


class Socket:
    """A page's end; `broken` refuses what it is sent, `slow` takes it when told to."""

    def __init__(self) -> None:
        self.taken: list[str | bytes] = []
        self.broken = self.closed = False
        self.open = asyncio.Event()
        self.open.set()

    async def send_text(self, data: str) -> None:
        await self.open.wait()
        if self.broken:
            raise RuntimeError('Cannot call "send" once a close message has been sent.')
        self.taken.append(data)

    send_bytes = send_text

    async def close(self) -> None:
        self.closed = True


async def _quiet(socket: Socket, count: int) -> None:
    async with asyncio.timeout(240):
        while len(socket.taken) < count:
            await asyncio.sleep(0.001)


def test_messages_of_a_thread_keep_their_order_and_the_thread_does_not_wait():
    async def room() -> list[str | bytes]:
        socket = Socket()
        socket.open.clear()
        page = Outgoing(socket, None)

        def speak() -> None:
            for number in range(500):
                page.send_bytes(b"%d" % number) if number % 2 else page.send_text(str(number))

        thread = Thread(target=speak)
        thread.start()
        await asyncio.to_thread(thread.join)  # it has ended although nothing was taken yet
        assert socket.taken == []
        socket.open.set()
        await _quiet(socket, 500)
        page.send_text("last")
        await _quiet(socket, 501)
        return socket.taken

    taken = elsewhere(room())
    assert [int(one) for one in taken[:-1]] == list(range(500))
    assert [type(one) for one in taken[:2]] == [str, bytes]
    assert taken[-1] == "last"


def test_a_page_that_is_gone_is_sent_nothing_more():
    async def room() -> None:
        socket = Socket()
        page = Outgoing(socket, None)
        socket.broken = True
        page.send_text("lost")
        await asyncio.sleep(0.05)
        with pytest.raises(WebSocketDisconnect):
            page.send_text("more")
        assert socket.taken == []

    elsewhere(room())


def test_a_page_that_takes_nothing_counts_as_gone_in_the_end(monkeypatch):
    monkeypatch.setattr(outgoing, "MOST_WAITING", 10)

    async def room() -> None:
        socket = Socket()
        socket.open.clear()
        page = Outgoing(socket, None)
        for number in range(10):
            page.send_text(str(number))
        with pytest.raises(WebSocketDisconnect):
            page.send_text("too much")
        await asyncio.sleep(0.05)
        assert socket.closed
        with pytest.raises(WebSocketDisconnect):
            page.send_text("more")

    elsewhere(room())


def test_a_page_that_takes_nothing_is_kept_few_characters_for(monkeypatch):
    monkeypatch.setattr(outgoing, "LARGEST_WAITING", 1_000)

    async def room() -> None:
        socket = Socket()
        socket.open.clear()
        page = Outgoing(socket, None)
        page.send_text("x" * 5_000)  # one is taken, however large
        with pytest.raises(WebSocketDisconnect):
            page.send_text("too much")
        await asyncio.sleep(0.05)
        assert socket.closed

    elsewhere(room())
