"""Runs and answers as a page lives with them: asked for when wanted, shown as they come."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

import solara
from solara.lab import use_task

from sim.core.errors import InputError
from sim.view import settings
from sim.view.choice import Choice, Plan
from sim.view.plans import named
from sim.view.pool import LATER, SOON, URGENT, shared_pool
from sim.view.questions import Question
from sim.view.snapshot import Member, Snapshot, Track
from sim.view.words import text

REPLICATES = int(os.environ.get(settings.REPLICATES, "16"))
"""Runs of each plan that a page waits for; the server sets it before the page is loaded."""
PAUSE = 0.05
"""Seconds without a change before a plan is simulated; a lever has waited in the browser already."""
REFRESH = 0.6
"""Least seconds between two pictures of runs that come in."""
GROWTH = 1.5
"""A picture is drawn once so many times the runs of the last one have come in: what they change
becomes less and less, and drawing costs the same."""


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
) -> Snapshot:
    """The snapshot of a choice, anew whenever runs have come in.

    The plan's first run comes at once; then the rest of it, of the baseline and of the saved
    plans, in pictures at least `REFRESH` seconds and `GROWTH` times the runs apart. A changed plan gives up what the former
    one waits for. `paused` gives up too and keeps what there is; another `attempt` asks again.
    """
    runs = solara.use_reactive(NOTHING)
    wanted = tuple(dict.fromkeys((choice.plan, Plan(choice.baseline), *choice.saved)))

    request = use_request([wanted, replicates, paused, attempt])

    async def follow() -> None:
        if not paused:
            await _follow(wanted, replicates, runs, request)

    use_task(follow, dependencies=[wanted, replicates, paused, attempt], raise_error=False)
    now = runs.value
    return solara.use_memo(
        lambda: _snapshot(now, choice, wanted, paused), [id(now), choice, wanted, paused]
    )


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
            runs.value = picture(wanted, tickets)
            if not runs.value.running:
                break
            await asyncio.sleep(REFRESH)
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
            error = str(problem) or type(problem).__name__
    tracks = tuple((plan, Track(plan.scenario(), tuple(found[plan]))) for plan in wanted)
    total = len(tickets)
    return Runs(tracks, done, total, done < total and not error, error, wanted)


def _snapshot(runs: Runs, choice: Choice, wanted: tuple[Plan, ...], paused: bool) -> Snapshot:
    """The page's picture; runs of a former plan are shown until the first of this one is there."""
    tracks = dict(runs.tracks)
    current = tracks.get(choice.plan)
    fresh = runs.plans == wanted
    if current is None and runs.tracks:
        current = runs.tracks[0][1]
    base = tracks.get(Plan(choice.baseline))
    saved = tuple(tracks[plan] for plan in choice.saved if plan in tracks)
    months = base.members[0].months if base is not None and base.members else ()
    if current is not None and current.members and months and current.members[0].months != months:
        error = text("page.other_months", choice.lang)
        return Snapshot(choice, months, base, None, saved, error=error)
    return Snapshot(
        choice, months, base, current, saved, runs.done if fresh else 0, runs.total,
        (runs.running or not fresh) and not paused and not (fresh and runs.error),
        runs.error if fresh else "",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer that is waited for (`waiting`), there (`value`), or could not be had (`error`)."""

    value: Any = None
    waiting: bool = False
    error: str = ""


def use_answer(question: Question | None) -> Answer:
    """The answer to a question, worked out in a worker; None asks nothing."""
    found = solara.use_reactive(NO_ANSWER)
    request = use_request([question])

    async def ask() -> None:
        if question is None:
            found.value = NO_ANSWER
            return
        ticket = shared_pool().submit(question, SOON)
        request.add(ticket)
        if not ticket.done():
            found.value = WAITING
        try:
            found.value = Answer(await asyncio.wrap_future(ticket))
        except asyncio.CancelledError:
            request.give_up()
            raise
        except Exception as error:
            found.value = Answer(error=str(error) or type(error).__name__)

    use_task(ask, dependencies=[question], raise_error=False)
    return found.value


NO_ANSWER, WAITING = Answer(), Answer(waiting=True)


def warm() -> None:
    """Have the first page's runs made before anyone asks."""
    first, pool = Choice(), shared_pool()
    for one in range(REPLICATES):
        for plan in (Plan(first.baseline), first.plan):
            pool.submit((plan, one), LATER)
