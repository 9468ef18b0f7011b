"""What a browser may send, and how fast: nothing that no page sends reaches the library."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import urllib.request
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from playwright.sync_api import expect
from solara.server.websocket import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what the page's library imports
    from sim.view.server import incoming
    from sim.view.server.gate import SESSION
    from sim.view.server.incoming import Connection, Pace

from tests.view.browsers import true
from tests.view.elsewhere import elsewhere
from tests.view.servers import Running, serving
from tests.view.wire import Page

PATIENCE = 60


def memory(server: Running) -> float:
    """MB that the server holds."""
    with urllib.request.urlopen(f"{server.address}/healthz", timeout=PATIENCE) as answer:
        return float(json.load(answer)["memory_mb"])


async def opened(server: Running) -> Page:
    page = Page(server.address)
    await page.open()
    await page.until(lambda: page.marked("headline"), PATIENCE)
    return page


async def gone(page: Page) -> None:
    """Wait until the server has closed the connection."""
    async with asyncio.timeout(PATIENCE):
        while page.alive:
            await asyncio.sleep(0.05)


def slider(page: Page) -> str:
    return next(k for k, one in page.models.items() if one.get("_model_name") == "SliderModel")


async def moved(page: Page, value: int) -> None:
    """Move the lever, and wait for the headline."""
    change = {"method": "update", "state": {"v_model": value}, "buffer_paths": []}
    await page.tell(slider(page), change)
    await page.until(lambda: headline(page) == f"衢州 {value}", PATIENCE)


def headline(page: Page) -> str:
    return str((page.marked("headline") or {}).get("unsafe_innerHTML"))


def test_a_browser_makes_no_widgets_on_the_server(small_running: Running) -> None:
    text = {
        "_model_module": "@jupyter-widgets/controls", "_model_module_version": "2.0.0",
        "_model_name": "HTMLModel", "_view_module": "@jupyter-widgets/controls",
        "_view_module_version": "2.0.0", "_view_name": "HTMLView", "value": "x" * 60_000,
    }  # fmt: skip

    async def attempt() -> tuple[float, bool]:
        page = await opened(small_running)
        before = memory(small_running)
        with contextlib.suppress(ConnectionClosed):
            for _ in range(300):
                await page.channel("jupyter.widget", {"state": text}, "2.1.0")
                await asyncio.sleep(0.005)
        await asyncio.sleep(1.0)
        grown, alive = memory(small_running) - before, page.alive
        await page.close()
        return grown, alive

    grown, alive = elsewhere(attempt())
    assert grown < 8.0
    assert not alive


@pytest.mark.parametrize(
    "text",
    [
        "no", "[" * 60_000, '{"a":' * 10_000, "{}", "[]", '{"header": 3}', "9" * 5_000, b"bytes",
        b"\x00\x00\x00\x01", json.dumps({"header": {"msg_type": "comm_msg"}}),
        json.dumps({"header": {"msg_type": "comm_msg"}, "channel": "shell", "content": []}),
        "x" * 100_000,
    ],
    ids=lambda one: repr(one[:20]),
)  # fmt: skip
def test_what_is_no_message_closes_the_page(small_running: Running, text: str | bytes) -> None:
    before = len(small_running.said)
    elsewhere(closed_by(small_running, text))
    said = small_running.said[before:]
    assert "Traceback" not in said
    assert len(said) < 500


def test_what_closes_a_page_leaves_a_line() -> None:
    with serving() as running:  # its own: a log says the same so often, and no more
        elsewhere(closed_by(running, "no"))
        assert running.said.count("closed a page's connection") == 1
        assert "Traceback" not in running.said


async def closed_by(running: Running, text: str | bytes) -> None:
    """A page that sends this is gone, and another is not."""
    page, other = await opened(running), await opened(running)
    await page.raw(text)
    await gone(page)
    await moved(other, 8)
    await page.close()
    await other.close()


@pytest.mark.parametrize(
    "data",
    [
        {"method": "update", "state": {"label": "x"}, "buffer_paths": []},
        {"method": "update", "state": {"v_model": "x" * 50_000}, "buffer_paths": []},
        {"method": "update", "state": {"v_model": 5}, "buffer_paths": [["v_model"]]},
        {"method": "custom", "content": {"event": "nothing", "data": {}}},
        {"method": "custom", "content": {"create_widget": ["os", "system"], "props": {}, "id": "1"}},
        {"method": "close"},
    ],
    ids=lambda one: next(iter(one.get("state", one))),
)  # fmt: skip
def test_what_no_page_says_is_left_and_the_page_goes_on(
    small_running: Running, data: dict[str, Any]
) -> None:
    before = len(small_running.said)

    async def attempt() -> dict[str, Any]:
        page = await opened(small_running)
        await page.tell(slider(page), data)
        await moved(page, 7)
        asked: list[dict[str, Any]] = []
        page.on_update = asked.append
        await page.tell(slider(page), {"method": "request_state"})
        await page.until(lambda: any("label" in one for one in asked), PATIENCE)
        await page.close()
        return next(one for one in asked if "label" in one)

    state = elsewhere(attempt())
    assert state["label"] == "lever"
    assert state["v_model"] == 7
    said = small_running.said[before:]
    assert "ignored an unexpected message from a page: " in said
    assert "Traceback" not in said


def test_a_page_is_not_told_what_another_shows(small_running: Running) -> None:
    async def attempt() -> None:
        mine, other = await opened(small_running), await opened(small_running)
        shown = {one: set(one.models) for one in (mine, other)}
        answers: dict[Page, list[tuple[str, set[str]]]] = {mine: [], other: []}
        channels: dict[Page, str] = {}
        for one in (mine, other):  # the other opens it last

            def hear(channel: str, data: dict[str, Any], one: Page = one) -> None:
                if "states" in data:
                    answers[one].append((channel, set(data["states"])))

            one.on_data = hear
            channels[one] = await one.channel("jupyter.widget.control", {}, "1.0.0")
        for one in (other, mine):
            await one.tell(channels[one], {"method": "request_states"})
            await one.until(lambda one=one: answers[one], PATIENCE)
        await asyncio.sleep(0.5)
        await mine.close()
        await other.close()
        for one in (mine, other):
            [(channel, told)] = answers[one]
            assert channel == channels[one]
            assert told >= shown[one]
        assert not answers[mine][0][1] & answers[other][0][1]

    elsewhere(attempt())


def test_a_page_that_comes_back_often_keeps_few_channels(small_running: Running) -> None:
    async def attempt() -> list[str]:
        page = await opened(small_running)
        answers: list[str] = []
        page.on_data = lambda channel, data: answers.append(channel)
        for _ in range(6):
            await page.drop()
            await page.connect()
            for _ in range(2):
                channel = await page.channel("solara.control")
                await page.tell(channel, {"method": "app-status"})
                await page.until(lambda name=channel: name in answers, PATIENCE)
        first = answers[0]
        answers.clear()
        await page.tell(first, {"method": "app-status"})
        await page.tell(channel, {"method": "app-status"})
        await page.until(lambda: channel in answers, PATIENCE)
        await moved(page, 9)
        await page.close()
        return [one for one in answers if one == first]

    assert elsewhere(attempt()) == []


def test_a_pace_allows_a_burst_and_then_a_rate() -> None:
    moment = [0.0]
    pace = Pace(10.0, 5.0, lambda: moment[0])
    assert [pace.take(1.0) for _ in range(5)] == [0.0] * 5
    assert pace.take(1.0) == pytest.approx(0.1)
    assert pace.take(1.0) == pytest.approx(0.2)
    moment[0] += 3.0
    assert pace.short == pytest.approx(3.0)
    assert pace.take(1.0) == 0.0
    assert pace.short == 0.0


class Socket:
    """A page of a browser that sends without a pause."""

    def __init__(self, text: str, browser: str = "") -> None:
        self.text = text
        self.cookies = {SESSION: browser}

    async def receive(self) -> dict[str, str]:
        return {"type": "websocket.receive", "text": self.text}


def listening(
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    run: Callable[..., Coroutine[Any, Any, None]],
    browsers: tuple[str, ...] = ("",),
) -> list[float]:
    """The pauses of connections that are flooded, on a clock that moves by pauses alone."""
    moment, pauses = [0.0], []

    async def pause(self: Connection, seconds: float) -> None:
        if seconds:
            pauses.append(min(seconds, incoming.LONGEST_PAUSE))
            moment[0] += pauses[-1]

    monkeypatch.setattr(incoming, "PACES", incoming.PacesOfBrowsers(), raising=False)
    monkeypatch.setattr(incoming.Pace.__init__, "__defaults__", (lambda: moment[0],))
    monkeypatch.setattr(Connection, "_pause", pause)
    monkeypatch.setattr(incoming, "checked", lambda text, context: None)
    monkeypatch.setattr(incoming, "get_current_context", lambda: None)

    async def room() -> None:
        await run(*(Connection(Socket(text, one), None) for one in browsers))

    elsewhere(room())
    return pauses


def test_a_flood_is_read_slowly_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    async def run(connection: Connection) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                read.append(await connection.receive())

    pauses = listening(monkeypatch, "x", run)
    rate, most = incoming.MESSAGES
    assert sum(pauses) == pytest.approx(incoming.PATIENCE, rel=0.05)
    assert len(read) <= most + 1.1 * rate * incoming.PATIENCE


def test_all_connections_of_a_browser_have_one_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    many = 48
    read = [0, 0]

    async def run(*connections: Connection) -> None:
        *flooding, other = connections
        for turn in range(3_000):
            await flooding[turn % many].receive()
            read[0] += 1
        for _ in range(600):  # somebody else is not slowed
            await other.receive()
            read[1] += 1

    pauses = listening(monkeypatch, "x", run, ("flood",) * many + ("other",))
    rate, most = incoming.MESSAGES
    assert read == [3_000, 600]
    assert sum(pauses) == pytest.approx((3_000 - most) / rate, rel=0.05)


def test_too_much_work_for_too_long_ends_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    spent, read = [0.0], []

    async def run(connection: Connection) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            for _ in range(1_000):
                read.append(await connection.receive())
                spent[0] += 1.0
        await connection.receive()  # it comes back, and has its time again

    monkeypatch.setattr(incoming.time, "thread_time", lambda: spent[0])
    pauses = listening(monkeypatch, "x", run)
    rate, most = incoming.WORK
    assert len(read) == pytest.approx(most + rate * incoming.PATIENCE, rel=0.1)
    assert sum(pauses) == pytest.approx(incoming.PATIENCE, rel=0.1)


def test_paces_are_bounded_in_number_and_outlive_a_connection() -> None:
    paces = incoming.PacesOfBrowsers()
    first = paces.of("first")
    assert paces.of("first") is first
    for number in range(incoming.MOST_BROWSERS + 5):
        paces.of(f"{number}")
    assert paces.of("first") is not first
    assert len(paces._paces) == incoming.MOST_BROWSERS


def test_what_people_do_is_never_slowed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(connection: Connection) -> None:
        for _ in range(600):  # a lever dragged for ten seconds, a message a picture
            await connection.receive()

    assert listening(monkeypatch, "x" * 500, run) == []


def test_a_real_browser_says_nothing_else_also_when_it_comes_back(
    page: Any, small_running: Running
) -> None:
    before = len(small_running.said)
    sockets: list[Any] = []
    sent: list[dict[str, Any]] = []

    def route(socket: Any) -> None:
        server = socket.connect_to_server()
        sockets.append(server)

        def hand_on(text: str) -> None:
            sent.append(json.loads(text))
            server.send(text)

        socket.on_message(hand_on)

    page.route_web_socket(re.compile(".*"), route)
    page.goto(small_running.address)
    headline = page.get_by_test_id("headline")
    expect(headline).to_have_text("衢州 3")
    page.get_by_role("slider").press("ArrowRight")
    expect(headline).to_have_text("衢州 4")
    sockets[0].close()
    true(
        page,
        "() => solara.debug.reconnectCount > 0 && solara.debug.connectionStatus == 'connected'",
    )
    page.get_by_role("slider").press("ArrowRight")
    expect(headline).to_have_text("衢州 5")
    assert len(sockets) == 2
    opened = [
        one["content"]["target_name"] for one in sent if one["header"]["msg_type"] == "comm_open"
    ]
    assert opened == ["solara.control", "solara.control", "jupyter.widget.control"]
    assert small_running.said[before:] == ""
    assert len(sent) < 40
