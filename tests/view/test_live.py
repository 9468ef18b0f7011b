"""Runs of a page as they come in: every one is shown, and none is asked for in vain."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pytest

from sim.view import live
from sim.view.choice import Plan
from sim.view.live import NOTHING, Request, Runs
from sim.view.pool import SOON, URGENT
from tests.view.elsewhere import elsewhere
from tests.view.fakes import member

PLANS = (Plan(), Plan("no_programme"))


@dataclass
class Shown:
    """What a page shows, and all it has shown."""

    value: Runs = NOTHING
    seen: list[Runs] = field(default_factory=list)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "value" and hasattr(self, "seen"):
            self.seen.append(value)


@dataclass
class Desk:
    """A pool whose results come when they are given out."""

    tickets: dict[Any, Future[Any]] = field(default_factory=dict)
    urgencies: list[int] = field(default_factory=list)

    def kept(self, task: Any) -> bool:
        return True

    def submit(self, task: Any, urgency: int) -> Future[Any]:
        self.urgencies.append(urgency)
        self.tickets[task] = Future()
        return self.tickets[task]

    def give(self, task: Any) -> None:
        self.tickets[task].set_result(member(task[1], 0.0, ()))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(live, "shared_pool", lambda: made)
    monkeypatch.setattr(live, "REFRESH", 0.01)
    return made


def follow(desk: Desk, give: Any, plans: tuple[Plan, ...] = PLANS, runs: int = 3) -> Shown:
    """Follow the runs to the end, while `give` gives them out in a thread."""
    shown = Shown()

    async def all_of_it() -> None:
        task = asyncio.create_task(live._follow(plans, runs, shown, Request()))
        await asyncio.sleep(0.02)
        thread = threading.Thread(target=give)
        thread.start()
        await asyncio.wait_for(task, 240)
        thread.join()

    elsewhere(all_of_it())
    return shown


def test_every_run_is_shown_in_the_end_and_the_first_of_each_plan_first(desk: Desk) -> None:
    def give() -> None:
        for task in list(desk.tickets):
            desk.give(task)

    shown = follow(desk, give)
    assert (shown.value.done, shown.value.total, shown.value.running) == (6, 6, False)
    assert desk.urgencies == [URGENT] * 2 + [SOON] * 4
    assert all(len(track.members) == 3 for _, track in shown.value.tracks)
    # Nothing is shown before each plan has a run.
    assert all(len(track.members) >= 1 for _, track in shown.seen[0].tracks)


def test_a_run_that_ends_while_a_picture_is_made_is_shown_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = live.picture

    def slow(*given: Any) -> Runs:
        made = picture(*given)
        last = list(desk.tickets)[-1]
        if made.done == made.total - 1:
            desk.give(last)
        return made

    monkeypatch.setattr(live, "picture", slow)

    def give() -> None:
        for task in list(desk.tickets)[:-1]:
            desk.give(task)

    assert follow(desk, give).value.done == 6


def test_a_request_that_is_given_up_ends_its_tickets_and_shows_nothing_more(desk: Desk) -> None:
    request, shown = Request(), Shown()

    async def all_of_it() -> None:
        task = asyncio.create_task(live._follow(PLANS, 3, shown, request))
        await asyncio.sleep(0.02)
        for ticket in list(desk.tickets)[:3]:
            desk.give(ticket)
        await asyncio.sleep(0.05)
        seen = len(shown.seen)
        await asyncio.to_thread(request.give_up)  # from another thread, as a page is closed
        await asyncio.wait_for(task, 240)
        assert len(shown.seen) == seen

    elsewhere(all_of_it())
    assert [ticket.cancelled() for ticket in desk.tickets.values()] == [False] * 3 + [True] * 3
    late: Future[Any] = Future()
    request.add(late)
    assert late.cancelled()


def test_a_failure_is_told_and_the_rest_given_up(desk: Desk) -> None:
    def give() -> None:
        tasks = list(desk.tickets)
        desk.give(tasks[0])
        desk.tickets[tasks[1]].set_exception(RuntimeError("out of luck"))

    shown = follow(desk, give)
    assert shown.value.error == "RuntimeError"
    assert not shown.value.running
    assert all(ticket.cancelled() for ticket in list(desk.tickets.values())[2:])


def test_a_plan_that_cannot_be_asks_for_nothing(desk: Desk) -> None:
    shown = follow(desk, lambda: None, (Plan(settings=(("programme.funding", -1.0),)),))
    assert "programme.funding" in shown.value.error
    assert not desk.tickets


def test_who_turns_to_another_plan_leaves_nothing_behind(desk: Desk) -> None:
    async def begin_and_leave() -> None:
        task = asyncio.create_task(live._follow(PLANS, 3, Shown(), Request()))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    elsewhere(begin_and_leave())
    assert len(desk.tickets) == 6
    assert all(ticket.cancelled() for ticket in desk.tickets.values())


def test_a_page_that_is_slow_to_draw_rests_longer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "REST", 4)

    class Slow(Shown):
        """A page in a full room; `times` are when it was told."""

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "value" and hasattr(self, "seen"):
                times.append(time.monotonic())
                time.sleep(0.1)
            super().__setattr__(name, value)

    times: list[float] = []
    shown = Slow()

    async def all_of_it() -> None:
        task = asyncio.create_task(live._follow(PLANS, 3, shown, Request()))
        await asyncio.sleep(0.02)
        for one in list(desk.tickets)[:2]:
            desk.give(one)
        await asyncio.sleep(0.15)
        for one in list(desk.tickets)[2:]:
            desk.give(one)
        await asyncio.wait_for(task, 240)

    elsewhere(all_of_it())
    assert [one.done for one in shown.seen] == [2, 6]
    assert times[1] - times[0] > 0.1 + 4 * 0.1
