"""Addresses with plans and files are read in a process apart: they hold up nobody else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Event
from typing import Any

import pytest
import solara

from sim.core.errors import InputError
from sim.view import address, plans, reading
from sim.view.address import LONGEST, decode, has_plans, without_plans
from sim.view.choice import Choice, Plan
from sim.view.live import use_answer
from sim.view.reading import Address, File, read
from tests.view.elsewhere import elsewhere
from tests.view.hostile import hostile
from tests.view.servers import PATIENCE, REAL, serving
from tests.view.wire import Page

RATE = "instruments.equipment_subsidy.rate"
PANELS = ("adoption", "map")
PAGES = 12


def cpu(task: Callable[[], Any]) -> float:
    began = time.process_time()
    task()
    return time.process_time() - began


def test_hundreds_of_bad_settings_are_read_in_a_few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    decode(f"s={RATE}:0.27", PANELS)  # what every reading reads from is there
    ordinary = min(cpu(lambda n=n: decode(f"s={RATE}:0.{n}", PANELS)) for n in (21, 22, 23))
    query, looks, problems = hostile(), [], plans.problems
    assert query.count(":") > 200
    monkeypatch.setattr(plans, "problems", lambda plan: looks.append(plan) or problems(plan))
    found: list[tuple[Choice, list[str]]] = []
    took = cpu(lambda: found.append(decode(query, PANELS)))
    assert len(found[0][1]) == 20
    assert found[0][0].plan == looks[-1]
    assert problems(looks[-1]) == []
    assert len(looks) <= address.LOOKS
    assert took < 60 * ordinary


def test_what_an_address_without_plans_says_is_read_at_once() -> None:
    for query in ("", "?", "?p=core_programme&l=en&m=2015-06", "?ss=1&rc=2", "s=" + "x" * LONGEST):
        assert not has_plans(query)
    for query in ("?s=a:1", "?l=en&c=core_programme", "r=2015-06~a:1", "?%73=a:1", "l=en&s"):
        assert has_plans(query)
    query = f"?p=core_programme&s={RATE}:0.2&l=en&%72=x&c=no_ranking*a:1&m=2015-06"
    assert without_plans(query) == "p=core_programme&l=en&m=2015-06"


def test_a_reading_says_what_was_read_or_what_is_wrong() -> None:
    choice, problems = read(Address(f"?s={RATE}:0.2&x=1&room=2", PANELS, ("room",)))
    assert choice.plan == Plan(settings=((RATE, 0.2),))
    assert len(problems) == 1
    assert read(File('extends = "document_2014"\n[programme]\nfunding = 3.0\n', "en")) == Plan(
        settings=(("programme.funding", 3.0),)
    )
    with pytest.raises(InputError, match="valid TOML"):
        read(File("=", "en"))


def test_work_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(text: str) -> None:
        while True:
            sum(range(1000))

    monkeypatch.setattr(reading, "MOST_WORK", 0.2)
    monkeypatch.setattr("sim.view.uploads.tomllib.loads", endless)
    with pytest.raises(InputError, match="too long to read"):
        read(File("a = 1", "en"))


def test_a_plan_that_takes_too_long_is_not_taken_for_a_wrong_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[Plan] = []

    def endless(plan: Plan) -> None:
        looks.append(plan)
        with suppress(InputError):
            while True:
                sum(range(1000))

    monkeypatch.setattr(reading, "MOST_WORK", 0.2)
    monkeypatch.setattr(Plan, "scenario", endless)
    with pytest.raises(InputError, match="too long to read"):
        read(Address(f"?s={RATE}:0.2", PANELS))
    assert len(looks) == 1


def test_work_that_swallows_its_end_is_ended_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[BaseException] = []

    def endless(plan: Plan) -> None:
        for _ in range(2):
            try:
                while True:
                    sum(range(1000))
            except BaseException as error:
                ends.append(error)
        raise ends[-1]

    monkeypatch.setattr(reading, "MOST_WORK", 0.2)
    monkeypatch.setattr(reading, "AGAIN", 0.1, raising=False)
    monkeypatch.setattr(Plan, "scenario", endless)
    with pytest.raises(InputError, match="too long to read"):
        read(Address(f"?s={RATE}:0.2", PANELS))
    assert len(ends) == 2


def test_a_page_that_is_closed_gives_up_its_reading() -> None:
    from solara.server import kernel, kernel_context

    tickets: list[Future[Any]] = []
    asked = Event()

    class Desk:
        def submit(self, task: Any, urgency: int) -> Future[Any]:
            tickets.append(Future())
            asked.set()
            return tickets[-1]

    @solara.component
    def reader() -> None:
        answer = use_answer(Address("s=a:1", PANELS), Desk)
        solara.Text(f"{answer.waiting}")

    async def opened_and_closed() -> None:
        # As a server has it: another test may have left a session in another thread.
        session = kernel_context.VirtualKernelContext(
            id="reader", kernel=kernel.Kernel(), session_id="a-browser"
        )
        with session:
            _, context = solara.render(reader(), handle_error=False)
            assert await asyncio.to_thread(asked.wait, PATIENCE)
            context.close()

    elsewhere(opened_and_closed())
    assert tickets[0].cancelled()


async def echo(page: Page, large: bool) -> float:
    """Seconds until a page does what its bar was told."""
    began = time.monotonic()
    found = page.board_with("other_code")
    assert found is not None
    await page.event(found[0], {"large": large})
    await page.until(lambda: json.loads(page.models[found[0]]["board"])["large"] is large, PATIENCE)
    return time.monotonic() - began


async def told(page: Page) -> None:
    """Wait until a page says what of its address could not be used."""
    await page.until(
        lambda: any("lianghua-told" in str(one.get("class_")) for one in page.models.values()),
        PATIENCE,
    )


async def _under_attack(server: str) -> tuple[list[float], list[float], float]:
    """Seconds of echoes when it is quiet, and while pages with hostile addresses open; and how long
    all of these took to say what is wrong."""
    page = Page(server)
    await page.open("?l=en&page=results")
    await page.until(lambda: page.board_with("other_code"), PATIENCE)
    first = Page(server)
    await first.open(f"?page=results&{hostile(99)}")
    await told(first)  # the worker that reads is there
    quiet = [await echo(page, number % 2 == 0) for number in range(6)]
    others = [Page(server) for _ in range(PAGES)]
    began = time.monotonic()

    async def attack(number: int, other: Page) -> None:
        await other.open(f"?page=results&{hostile(number)}")
        await told(other)

    attacks = asyncio.gather(*(attack(*one) for one in enumerate(others)))
    busy = []
    while not attacks.done() and time.monotonic() < began + 60:
        busy.append(await echo(page, len(busy) % 2 == 0))
        await asyncio.sleep(0.1)
    await asyncio.wait_for(attacks, PATIENCE)
    took = time.monotonic() - began
    for one in (page, first, *others):
        with suppress(Exception):
            await one.close()
    return quiet, busy, took


def test_hostile_addresses_hold_up_nobody_else() -> None:
    with serving("--workers", "1", "--replicates", "2", module=REAL) as running:
        quiet, busy, took = elsewhere(_under_attack(running.address))
        print(f"quiet {max(quiet):.2f} s, {PAGES} hostile pages {max(busy):.2f} s, in {took:.1f} s")
        assert max(busy) < max(5.0, 10 * max(quiet))
        assert took < 60  # twelve readings of 0.1 s; it was minutes
