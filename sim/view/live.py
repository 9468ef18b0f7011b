"""Runs and answers as a page lives with them: asked for when wanted, shown as they come."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import Any

import solara
from solara.lab import use_task

from sim.core.errors import InputError
from sim.view import settings
from sim.view.choice import Choice, Plan
from sim.view.plans import named
from sim.view.pool import LATER, SOON, URGENT, Pool, reading_pool, shared_pool
from sim.view.problems import plain
from sim.view.reading import Address
from sim.view.snapshot import Member, Progress, Snapshot, Track
from sim.view.words import text

REPLICATES = int(os.environ.get(settings.REPLICATES, "16"))
"""Runs of each plan that a page waits for; the server sets it before the page is loaded."""
PAUSE = 0.05
"""Seconds without a change before a plan is simulated; a lever has waited in the browser already."""
REFRESH = 0.6
"""Least seconds between two pictures of runs that come in."""
GROWTH = 2
"""A picture is drawn once so many times the runs of the last one have come in: what they change
becomes less and less, and drawing costs the same."""
REST = 10
"""Times as long as a picture took to draw until the next: in a full room, where drawing takes its
turn, everyone's first run goes before anyone's later ones."""


@dataclass(frozen=True, eq=False)
class Runs:
    """The runs of a page at a moment, whatever it looks at: tracks by plan."""

    tracks: tuple[tuple[Plan, Track], ...] = ()
    done: int = 0
    total: int = 0
    running: bool = False
    error: str = ""
    plans: tuple[Plan, ...] = ()


NOTHING = Runs()


class Request:
    """Tickets that a page waits for, until it gives them up.

    A task of the page's library hears of its end when it next awakes, and never if its page is
    closed; this is heard by the workers at once.
    """

    def __init__(self) -> None:
        self.given_up = False
        self._lock, self._tickets = Lock(), list[Future[Any]]()

    def add(self, ticket: Future[Any]) -> None:
        """Wait for a ticket too."""
        with self._lock:
            self._tickets.append(ticket)
            late = self.given_up
        if late:
            ticket.cancel()

    def give_up(self) -> None:
        """Wait no longer; who is asleep on a ticket awakes."""
        with self._lock:
            self.given_up = True
        for ticket in self._tickets:
            ticket.cancel()


def use_request(dependencies: list[Any]) -> Request:
    """A request of its own for each state of the dependencies; the former one is given up."""
    request = solara.use_memo(Request, dependencies)
    solara.use_effect(lambda: request.give_up, [request])
    return request


def use_runs(
    choice: Choice, replicates: int = REPLICATES, paused: bool = False, attempt: int = 0
) -> tuple[Snapshot, Progress]:
    """The snapshot of a choice, anew whenever runs have come in, and how far they are.

    The plan's first run comes at once; then the rest of it, of the baseline and of the saved
    plans, in pictures at least `REFRESH` seconds and `GROWTH` times the runs apart. A changed plan
    gives up what the former one waits for, and the former's snapshot stays, the same object, until
    there is something of the new one. `paused` gives up too and keeps what there is; another
    `attempt` asks again.
    """
    runs = solara.use_reactive(NOTHING)
    wanted = tuple(dict.fromkeys((choice.plan, Plan(choice.baseline), *choice.saved)))

    request = use_request([wanted, replicates, paused, attempt])

    async def follow() -> None:
        if not paused:
            await _follow(wanted, replicates, runs, request)

    use_task(follow, dependencies=[wanted, replicates, paused, attempt], raise_error=False)
    now = runs.value
    held = choice if now.plans == wanted or not now.plans else replace(choice, plan=now.plans[0])
    snapshot = solara.use_memo(lambda: _snapshot(now, held), [now, held])
    return snapshot, _progress(now, snapshot, wanted, paused)


async def _follow(wanted: tuple[Plan, ...], replicates: int, runs: Any, request: Request) -> None:
    """Ask for every run, and publish pictures until all are there."""
    pool = shared_pool()
    tasks = [(plan, one) for one in range(replicates) for plan in wanted]
    if not all(pool.kept(_run(*task)) for task in tasks[: len(wanted)]):
        await asyncio.sleep(PAUSE)
    tickets: dict[tuple[Plan, int], Future[Member]] = {}
    news, loop = asyncio.Event(), asyncio.get_running_loop()

    def tell(ticket: Future[Member]) -> None:
        with suppress(RuntimeError):  # who waited is gone, and its loop with it
            loop.call_soon_threadsafe(news.set)

    try:
        for plan in wanted:
            plan.scenario()  # what cannot be is told at once
        for place, task in enumerate(tasks):
            urgency = URGENT if place < len(wanted) else SOON
            tickets[task] = pool.submit(_run(*task), urgency)
            tickets[task].add_done_callback(tell)
            request.add(tickets[task])
        while not all(tickets[task].done() for task in tasks[: len(wanted)]):
            await news.wait()
            news.clear()
        there = sum(ticket.done() for ticket in tickets.values()) - 1
        while not request.given_up:
            news.clear()  # before looking: what comes in afterwards is news
            begun = monotonic()
            runs.value = picture(wanted, tickets)
            if not runs.value.running:
                break
            await asyncio.sleep(max(REFRESH, REST * (monotonic() - begun)))
            enough = min(there + GROWTH * (runs.value.done - there), len(tickets))
            while sum(ticket.done() for ticket in tickets.values()) < enough:
                await news.wait()
                news.clear()
    except InputError as error:
        runs.value = Runs(plans=wanted, error=str(error))
    finally:
        request.give_up()


def _run(plan: Plan, replicate: int) -> tuple[Plan, int]:
    """What a worker is asked for: a name changes no run."""
    return named(plan, ""), replicate


def picture(wanted: tuple[Plan, ...], tickets: dict[tuple[Plan, int], Future[Member]]) -> Runs:
    """What has come in so far, by plan; the first failure is told."""
    error = ""
    found: dict[Plan, list[Member]] = {plan: [] for plan in wanted}
    done = 0
    for (plan, _), ticket in tickets.items():
        if not ticket.done() or ticket.cancelled():
            continue
        done += 1
        problem = ticket.exception()
        if problem is None:
            found[plan].append(ticket.result())
        elif not error:
            error = plain(problem)
    tracks = tuple((plan, Track(plan.scenario(), tuple(found[plan]))) for plan in wanted)
    total = len(tickets)
    return Runs(tracks, done, total, done < total and not error, error, wanted)


def _snapshot(runs: Runs, choice: Choice) -> Snapshot:
    """What has come of a choice; a plan whose months are not the baseline's is not shown."""
    tracks = dict(runs.tracks)
    current, base = tracks.get(choice.plan), tracks.get(Plan(choice.baseline))
    saved = tuple(tracks[plan] for plan in choice.saved if plan in tracks)
    months = base.members[0].months if base is not None and base.members else ()
    if current is not None and current.members and months and current.members[0].months != months:
        current = None
    return Snapshot(choice, months, base, current, saved)


def _progress(runs: Runs, snapshot: Snapshot, wanted: tuple[Plan, ...], paused: bool) -> Progress:
    """How far the wanted plans are; runs of former ones do not count."""
    if runs.plans != wanted:
        return Progress(0, runs.total, not paused)
    error = runs.error
    if snapshot.current is None and runs.tracks:  # its months are not the baseline's
        error = text("page.other_months", snapshot.choice.lang)
    return Progress(runs.done, runs.total, runs.running and not paused and not error, error)


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer that is waited for (`waiting`), there (`value`), or could not be had (`error`)."""

    value: Any = None
    waiting: bool = False
    error: str = ""
    question: Any = None


def use_answer(question: Any, pool: Callable[[], Pool] = shared_pool) -> Answer:
    """The answer to a question, worked out in a worker of a pool; None asks nothing."""
    found = solara.use_reactive(NO_ANSWER)
    request = use_request([question])

    async def ask() -> None:
        if question is None:
            found.value = NO_ANSWER
            return
        ticket = pool().submit(question, SOON)
        request.add(ticket)
        # The library may begin a task anew for the same question: the one that ends then gives up its
        # own ticket alone, as it does by itself, and leaves an answer that is there.
        there = found.value.question == question and not found.value.waiting
        if not ticket.done() and not there:
            found.value = Answer(waiting=True, question=question)
        try:
            found.value = Answer(await asyncio.wrap_future(ticket), question=question)
        except Exception as error:
            found.value = Answer(error=plain(error), question=question)

    use_task(ask, dependencies=[question], raise_error=False)
    return found.value


NO_ANSWER = Answer()


def warm() -> None:
    """Have the first page's runs made before anyone asks."""
    reading_pool().submit(Address("", ()))  # what it then reads from is there
    first, pool = Choice(), shared_pool()
    for one in range(REPLICATES):
        for plan in (Plan(first.baseline), first.plan):
            pool.submit((plan, one), LATER)
