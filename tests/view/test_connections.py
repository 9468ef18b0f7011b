"""Limits of time and number on connections, over real sockets; and a log that stays small."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from sim.view.server import log as log_module
from sim.view.server.connections import LARGEST_START, Limits, Stage, limited
from sim.view.server.hosts import bind
from sim.view.server.log import LONGEST, OF_ALL, OF_ONE_KIND, Bounded
from tests.view.servers import serving

PROMPT = 5.0
"""Seconds in which a server at rest does anything here, on any machine."""
LIMITS = Limits(
    total=30, an_address=30, half_open=5,
    seconds={Stage.HEADER: 1.5, Stage.BODY: 1.5, Stage.ANSWER: 3.0, Stage.IDLE: 3.0},
)  # fmt: skip
LARGE = b"x" * 20_000_000


async def plain(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())}")


async def large(request: Request) -> Response:
    return Response(LARGE)


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


@contextmanager
def server(limits: Limits = LIMITS) -> Iterator[tuple[int, Any]]:
    """The port of a small server in a thread, and all its connections."""
    routes = [Route("/", plain, methods=["GET", "POST"]), Route("/large", large)]
    app = Starlette(routes=[*routes, WebSocketRoute("/socket", echo)])
    protocol = limited(limits)
    config = uvicorn.Config(
        app, loop="asyncio", log_config=None, access_log=False, http=protocol,
        h11_max_incomplete_event_size=LARGEST_START, timeout_graceful_shutdown=1,
    )  # fmt: skip
    running = uvicorn.Server(config)
    with bind("127.0.0.1", 0) as listener:
        thread = Thread(target=asyncio.run, args=(running.serve([listener]),))
        thread.start()
        wait_until(lambda: running.started)
        try:
            yield listener.getsockname()[1], protocol.connections_here  # type: ignore[attr-defined]
        finally:
            running.should_exit = True
            thread.join()


def wait_until(there: Callable[[], bool]) -> None:
    until = time.monotonic() + PROMPT
    while not there():
        assert time.monotonic() < until
        time.sleep(0.02)


def begin(port: int, *sent: bytes) -> socket.socket:
    """A connection that has sent this."""
    one = socket.create_connection(("127.0.0.1", port), timeout=PROMPT)
    for part in sent:
        one.sendall(part)
    return one


def answer(one: socket.socket) -> bytes:
    """What comes until the other side closes."""
    found = b""
    try:
        while part := one.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def ask(port: int, path: str = "/") -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PROMPT) as found:
        return bytes(found.read())


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost:",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    ],
    ids=["nothing", "half a header", "half a body", "half a second request", "half a chunk"],
)
def test_who_does_not_end_a_request_is_closed(sent: bytes) -> None:
    first, end, second = sent.partition(b"\r\n\r\n")
    with server() as (port, connections), begin(port, first + end) as one:
        time.sleep(0.2)
        one.sendall(second)
        answer(one)  # raises if it is not closed in time
        wait_until(lambda: len(connections) == 0)


def test_drop_by_drop_is_no_way_to_stay() -> None:
    with server() as (port, _), begin(port, b"GET / HTTP/1.1\r\nHost: a\r\n") as one:
        begun = time.monotonic()
        try:
            while time.monotonic() < begun + PROMPT:
                one.sendall(b"x")
                time.sleep(0.2)
        except OSError:
            return
    pytest.fail("still there")


def test_who_does_not_take_an_answer_is_closed() -> None:
    with server() as (port, connections):
        with begin(port, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"):
            wait_until(lambda: len(connections) == 1)
            wait_until(lambda: len(connections) == 0)
        assert len(ask(port, "/large")) == len(LARGE)


def test_answers_that_wait_are_bounded_together() -> None:
    limits = replace(LIMITS, unsent=len(LARGE), seconds={})
    with server(limits) as (port, connections), ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(begin(port, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"))
        wait_until(lambda: len(connections) == 4)
        wait_until(lambda: len(connections) <= 2)
        assert ask(port) == b"0"


def test_half_open_requests_leave_room_for_whole_ones() -> None:
    with server(replace(LIMITS, seconds={})) as (port, connections), ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(begin(port, b"GET / HTTP/1.1\r\n"))
            assert len(connections) <= LIMITS.total
        assert ask(port) == b"0"
        wait_until(lambda: len(connections) <= LIMITS.half_open)


def test_websockets_stay_and_count_until_they_end() -> None:
    with server() as (port, connections), ExitStack() as stack:
        sockets = [
            stack.enter_context(connect(f"ws://127.0.0.1:{port}/socket", open_timeout=PROMPT))
            for _ in range(LIMITS.an_address)
        ]
        with begin(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") as refused:
            assert answer(refused) == b""
        time.sleep(2 * LIMITS.seconds[Stage.HEADER])
        for one in sockets:
            one.send("still here")
            assert one.recv(PROMPT) == "still here"
        assert len(connections) == LIMITS.an_address
        sockets.pop().close()
        wait_until(lambda: len(connections) == LIMITS.an_address - 1)
        assert ask(port) == b"0"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nothing of the kind\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"a" * 200_000, b"431"),
        (b"POST /socket HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", b"400"),
        (b"GET /socket HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n", b"400"),
        (b"GET /socket HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", b"431"),
        (b"GET /socket?" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", b"400"),
    ],
    ids=["no HTTP", "long header", "POST", "a body", "long header of a websocket", "long address"],
)  # fmt: skip
def test_what_is_no_request_is_refused_in_short(
    sent: bytes, status: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with server() as (port, _):
        with begin(port, sent) as one:
            found = answer(one)
        assert found.startswith(b"HTTP/1.1 " + status)
        assert b"x-content-type-options: nosniff" in found
        assert b"Traceback" not in found
        assert ask(port) == b"0"
    assert not [one for one in caplog.records if one.exc_info]


def test_limits_fit_the_files_that_may_be_open() -> None:
    assert Limits().within(8192) == Limits()
    for files in (1024, 4096):
        small = Limits().within(files)
        assert small.total < files // 2
        assert small.half_open < small.an_address < small.total
    assert Limits().within(256).total == 64


def test_the_log_is_bounded_and_says_what_it_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = [0.0]
    monkeypatch.setattr(log_module, "now", lambda: moment[0])
    handler = Bounded()
    logger = logging.Logger("any")
    logger.addHandler(handler)
    for number in range(1000):
        logger.error("flood %d", number)
    logger.error("another place, and %s", "very long " * 1000)
    logger.info("not worth a line")
    moment[0] = log_module.WINDOW + 1
    logger.error("a new minute")
    lines = capsys.readouterr().err.splitlines()
    assert [one for one in lines if one.startswith("flood")] == [
        f"flood {number}" for number in range(OF_ONE_KIND)
    ]
    assert lines[-2:] == [f"{1000 - OF_ONE_KIND} more log lines were left out", "a new minute"]
    assert sum(map(len, lines)) < LONGEST + 1000
    for place in range(2 * OF_ALL):
        logger.handle(logging.LogRecord("any", logging.ERROR, "x", place, "x", None, None))
    handler.close()
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["x"] * (OF_ALL - 1) + [f"{OF_ALL + 1} more log lines were left out"]


def test_a_flood_of_warnings_hides_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    handler = Bounded()
    for place in range(2 * OF_ALL):
        handler.handle(logging.LogRecord("any", logging.WARNING, "x", place, "flood", None, None))
    for place in range(2 * OF_ALL):
        handler.handle(logging.LogRecord("any", logging.ERROR, "y", place, "wrong", None, None))
    handler.close()
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["flood"] * OF_ALL + ["wrong"] * OF_ALL + [
        f"{2 * OF_ALL} more log lines were left out"
    ]


@contextmanager
def few_files(number: int) -> Iterator[None]:
    """Processes begun meanwhile may open this many files, unless they ask for more."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    mine = Path("/proc/self/fd")  # these tests may have more open themselves
    number += len(list(mine.iterdir())) if mine.exists() else 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def healthy(address: str) -> float:
    """Seconds until the server has said that it is well."""
    begun = time.monotonic()
    with urllib.request.urlopen(address + "/healthz", timeout=PROMPT) as found:
        assert json.loads(found.read())["status"] == "ok"
    return time.monotonic() - begun


def test_slow_requests_leave_the_server_at_work() -> None:
    with ExitStack() as stack:
        with few_files(256):
            running = stack.enter_context(serving("--code", "auto"))
        port = int(running.address.rpartition(":")[2])
        sockets = [
            stack.enter_context(begin(port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"))
            for _ in range(300)
        ]
        sockets += [
            stack.enter_context(
                begin(
                    port, b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\nhalf"
                )
            )
            for _ in range(20)
        ]
        for _ in range(20):
            assert healthy(running.address) < PROMPT
            time.sleep(0.1)
        for one in sockets[: 320 - Limits().half_open]:
            answer(one)  # raises if it is not closed in time
        assert healthy(running.address) < PROMPT
        assert len(running.said) < 20_000
        assert "Traceback" not in running.said


@pytest.mark.parametrize("options", [(), ("--code", "auto")], ids=["open", "with a code"])
def test_no_cookie_stops_the_server(options: tuple[str, ...]) -> None:
    with serving(*options) as running:
        port = int(running.address.rpartition(":")[2])
        for size, status in ((60_000, b"431"), (200_000, b"431"), (14_000, b"200 401")):
            begun = time.monotonic()
            for name in (b"lianghua-%d" % port, b"solara-session-id"):
                cookie = b'Cookie: %s="%s' % (name, b"\\" * size)
                with begin(
                    port,
                    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n",
                    cookie + b"\r\n\r\n",
                ) as one:
                    assert answer(one)[9:12] in status
            assert healthy(running.address) < PROMPT
            assert time.monotonic() - begun < PROMPT
