"""Frames of a websocket that never become a message: others in the room notice little of them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import struct
import time
from urllib.parse import urlsplit

from sim.view.server.frames import BURST, SHARE, Budget, Budgets
from tests.view.elsewhere import elsewhere
from tests.view.servers import Running
from tests.view.wire import Page

SECONDS = 4.0
PING, TEXT, CONTINUED = 0x9, 0x1, 0x0


def test_a_budget_comes_back_with_time() -> None:
    budget = Budget(0.0)
    assert budget.wait(0.0) == 0.0
    budget.spend(BURST + 0.2)
    assert abs(budget.wait(0.0) - 0.2 / SHARE) < 1e-9
    assert budget.wait(0.3 / SHARE) == 0.0
    budgets = Budgets()
    assert budgets.of("a", 0.0) is budgets.of("a", 1.0)
    for number in range(3_000):
        budgets.of(str(number), 1.0)
    assert len(budgets._known) <= 2_048


def frame(kind: int, data: bytes = b"", last: bool = True) -> bytes:
    """A frame as a client sends it."""
    head = struct.pack("!BB", (0x80 if last else 0) | kind, 0x80 | len(data))
    return head + b"\0\0\0\0" + data


async def opened(page: Page) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A websocket of a browser's own, by hand."""
    parts = urlsplit(page.address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    key = base64.b64encode(os.urandom(16)).decode()
    name = base64.b16encode(os.urandom(8)).decode()
    writer.write(
        f"GET /jupyter/api/kernels/{name}/channels?session_id={name} HTTP/1.1\r\n"
        f"Host: {parts.netloc}\r\nOrigin: {page.address}\r\nCookie: {page.cookie}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 101"), answer
    assert b"deflate" not in answer.lower()
    return reader, writer


async def echoes(page: Page, seconds: float) -> list[float]:
    """How long a lever of the small page takes to answer, over and over."""
    taken, value, until = [], 3, time.monotonic() + seconds
    while time.monotonic() < until:
        value = 7 - value
        name = next(k for k, one in page.models.items() if one.get("label") == "lever")
        began = time.monotonic()
        await page.tell(name, {"method": "update", "state": {"v_model": value}, "buffer_paths": []})
        headline = f"衢州 {value}"
        await page.until(
            lambda headline=headline: (
                (page.marked("headline") or {}).get("unsafe_innerHTML") == headline
            ),
            60,
        )
        taken.append(time.monotonic() - began)
        await asyncio.sleep(0.05)
    return taken


async def flooded(running: Running, kind: int) -> tuple[list[float], list[float], int]:
    """Echoes in peace and beside a flood of frames, and what of it the server took."""
    honest, other = Page(running.address), Page(running.address)
    await honest.open()
    await honest.until(lambda: honest.marked("headline"), 60)
    await asyncio.to_thread(other._load, "")
    quiet = await echoes(honest, 1.0)
    reader, writer = await opened(other)
    sent = 0

    async def flood() -> None:
        nonlocal sent
        if kind == CONTINUED:
            writer.write(frame(TEXT, b"a", last=False))
        piece = frame(kind, last=kind == PING) * 10_000
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(piece)
                sent += len(piece)
                await writer.drain()

    async def taking() -> None:
        with contextlib.suppress(ConnectionError):
            while await reader.read(65536):
                pass

    tasks = [asyncio.create_task(flood()), asyncio.create_task(taking())]
    busy = await echoes(honest, SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    await honest.close()
    return quiet, busy, sent


def test_a_flood_of_pings_is_read_slowly(small_running: Running) -> None:
    quiet, busy, _ = elsewhere(flooded(small_running, PING))
    assert sorted(busy)[len(busy) // 2] < 0.2 + 5 * max(quiet)
    assert len(busy) > 8


def test_a_message_without_end_is_ended(small_running: Running) -> None:
    quiet, busy, sent = elsewhere(flooded(small_running, CONTINUED))
    assert sorted(busy)[len(busy) // 2] < 0.2 + 5 * max(quiet)
    assert sent < 20_000_000
    assert len(busy) > 8
