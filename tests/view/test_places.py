"""How many pages may be open: who reloads is never refused, who takes all the places is."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import InvalidStatus

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what the page's library imports
    from solara.server import kernel_context

    from sim.view.server import places
    from sim.view.server.places import Places, Whose

from tests.view.elsewhere import elsewhere
from tests.view.servers import Running, serving
from tests.view.wire import Page

PATIENCE = 60
ANN, BEN = Whose("ann", "10.0.0.1"), Whose("ben", "10.0.0.1")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Places:
    """Places whose pages are all kept until they are let go."""
    monkeypatch.setattr(kernel_context, "contexts", {f"{k}": None for k in range(200)})
    monkeypatch.setattr(places, "MOST_OF_BROWSER", 3)
    monkeypatch.setattr(places, "MOST_OF_ADDRESS", 5)
    monkeypatch.setattr(places, "MOST", 6)
    monkeypatch.setattr(places, "MOST_WITH_ROLES", 8, raising=False)
    return Places()


def test_a_browser_loses_the_oldest_page_it_has_left(room: Places) -> None:
    assert [room.take(one, ANN) for one in "012"] == [[], [], []]
    assert room.full(ANN) == "browser"
    assert room.take("3", ANN) is None
    room.leave("1")
    room.leave("0")
    assert room.full(ANN) == ""
    assert room.take("3", ANN) == ["0"]
    assert room.take("1", ANN) == []  # it comes back
    room.leave("1")
    assert room.take("4", ANN) == ["1"]


def test_an_address_and_the_room_have_limits_of_their_own(room: Places) -> None:
    for one in "012":
        room.take(one, ANN)
    for one in "34":
        room.take(one, BEN)
    assert (room.full(BEN), room.take("5", BEN)) == ("room", None)
    cid = Whose("cid", "10.0.0.2")
    assert room.take("5", cid) == []
    assert room.take("6", cid) is None
    room.leave("0")  # what the address with most pages has left makes room for who is here
    assert room.take("6", cid) == ["0"]


def test_the_address_with_most_pages_loses_the_one_it_has_left(room: Places) -> None:
    phone, other = Whose("phone", "10.0.0.2"), Whose("other", "10.0.0.3")
    room.take("9", phone)
    room.leave("9")  # asleep, and the oldest
    for page in ("0", "1", "2"):
        room.take(page, ANN)
    room.take("3", BEN)
    room.take("4", other)
    assert room.take("5", Whose("newcomer", "10.0.0.4")) is None
    room.leave("3")
    room.leave("1")
    assert room.take("5", Whose("newcomer", "10.0.0.4")) == ["1"]
    assert room.take("9", phone) == []


def test_who_has_a_role_loses_no_page_to_others_and_comes_in(room: Places) -> None:
    room.keeps = lambda browser: browser in ("ann", "cid")
    for page in ("0", "1"):
        room.take(page, ANN)
        room.leave(page)
    for page, who in (("2", "x"), ("3", "y"), ("4", "z")):
        room.take(page, Whose(who, "10.0.0.1"))
    room.take("5", Whose("v", "10.0.0.3"))
    assert room.full(BEN) == "room"
    assert room.take("6", BEN) is None
    for page in ("6", "7"):
        assert room.take(page, Whose("cid", "10.0.0.1")) == []
    assert room.take("8", Whose("cid", "10.0.0.1")) is None  # bounded all the same
    assert room.take("8", ANN) == ["0"]  # its own


def test_one_page_is_of_one_browser_and_has_few_connections(room: Places) -> None:
    assert room.take("0", ANN) == []
    assert room.take("0", BEN) is None
    assert [room.take("0", ANN) for _ in range(3)] == [[]] * 3
    assert room.take("0", ANN) is None


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server of this file alone: its places are counted."""
    with serving() as running:
        yield running


def kept(server: Running) -> int:
    with urllib.request.urlopen(f"{server.address}/healthz", timeout=PATIENCE) as answer:
        return int(json.load(answer)["kept"])


async def shown(server: Running, cookie: str) -> Page:
    page = Page(server.address, cookie)
    await page.open()
    await page.until(lambda: page.marked("headline"), PATIENCE)
    return page


def test_who_loads_the_page_again_and_again_is_never_refused(server: Running) -> None:
    async def attempt() -> int:
        cookie = ""
        for _ in range(places.MOST_OF_BROWSER + 8):
            page = await shown(server, cookie)
            cookie = page.cookie
            await page.drop()  # no word of its leaving reaches the server
        return kept(server)

    assert elsewhere(attempt()) <= places.MOST_OF_BROWSER


def test_one_page_too_many_is_refused_and_the_person_is_told(server: Running) -> None:
    async def attempt() -> tuple[int, str, int]:
        pages = [await shown(server, "")]
        cookie = pages[0].cookie
        while len(pages) < places.MOST_OF_BROWSER:
            pages.append(await shown(server, cookie))
        extra = Page(server.address, cookie)
        with pytest.raises(InvalidStatus) as refused:
            await extra.connect()
        with pytest.raises(urllib.error.HTTPError) as told:
            await extra.open("?l=en")
        other = await shown(server, "")  # another browser comes in
        for one in (*pages, other):
            await one.close()
        again = await shown(server, cookie)
        await again.close()
        assert refused.value.response.status_code == 403
        return told.value.code, told.value.read().decode(), len(pages)

    code, said, _ = elsewhere(attempt())
    assert code == 503
    assert "too many pages" in said
    assert "页面过多" in said
    assert "Traceback" not in server.said


def test_a_busy_page_that_is_closed_again_and_again_holds_up_nobody() -> None:
    async def attempt(running: Running) -> list[float]:
        busy, other = Page(running.address), Page(running.address)
        await busy.open("?25")
        await asyncio.sleep(1.0)  # its thread is at work, under its lock
        closes = [asyncio.create_task(asyncio.to_thread(busy._leave)) for _ in range(44)]
        await asyncio.sleep(1.0)
        took = []
        for look in (lambda: kept(running), lambda: other._load("?0")):
            began = time.monotonic()
            await asyncio.to_thread(look)
            took.append(time.monotonic() - began)
        answered = sum(one.done() for one in closes)
        await asyncio.gather(*closes)
        await busy.drop()
        assert answered == len(closes) - 1
        return took

    async def with_threads() -> list[float]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(60))
        with serving(module="tests.view.busy_server") as running:
            return await attempt(running)

    assert max(elsewhere(with_threads())) < 5.0  # while the page is at work for 25 s


def test_names_of_pages_are_names_and_another_browsers_page_is_not_joined(server: Running) -> None:
    async def attempt() -> None:
        page, other = await shown(server, ""), await shown(server, "")
        mine = other._kernel
        for name in ("x" * 80, "..%2f", page._kernel):
            other._kernel = name
            with pytest.raises(InvalidStatus):
                await other.connect()
        other._kernel = mine
        assert page.alive
        await page.close()
        await other.close()

    elsewhere(attempt())
    assert "Traceback" not in server.said
