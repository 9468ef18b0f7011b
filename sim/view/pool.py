"""Worker processes shared by all sessions of the page: the most urgent task first, equal ones once.

Simulating in threads of the server would make every slider of the room stutter; processes do not.
A task whose tickets are all cancelled is never begun, or ends at its next step. What was made is
kept, up to a bound, unless the task says by `kept = False` that it is large.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import multiprocessing
import os
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from threading import RLock
from typing import Any

from sim.core.errors import InputError
from sim.view.settings import WORKERS
from sim.view.worker import GivenUpError, begin, perform
from sim.workers import cores, quiet_start

log = logging.getLogger("lianghua.view")
URGENT, SOON, LATER = 0, 1, 2
"""Urgencies: the first run of a plan somebody waits for; the rest of it; what may be asked for."""
KEPT = 80
"""Results that are kept for other sessions, a quarter of a MB each: five plans of 16 runs."""
TRIES = 3
"""Times that a task is begun, if the worker that had it died, or had died with nothing to do."""


@dataclass(eq=False)
class Entry:
    """A task that waits or runs, and who waits for it."""

    task: Any
    tickets: list[Future[Any]] = field(default_factory=list)
    place: int | None = None
    """Place among the tasks in hand, once it is begun."""
    tries: int = 0

    @property
    def wanted(self) -> bool:
        """Does anyone still wait?"""
        return any(not ticket.cancelled() for ticket in self.tickets)


class Pool:
    """Worker processes that turn tasks (hashable, picklable) into results by `work`.

    `work` is a function of a module. A failed task's ticket carries its exception, nothing else stops.
    """

    def __init__(
        self, work: Callable[[Any], Any], workers: int | None = None, kept: int = KEPT
    ) -> None:
        self.workers = workers if workers is not None else cores()
        if self.workers < 1:
            raise InputError("--workers", "", workers, "1 or more")
        self._work, self._kept_most = work, kept
        self._lock = RLock()
        self._order = itertools.count()
        self._waiting: list[tuple[int, int, Entry]] = []
        self._entries: dict[Hashable, Entry] = {}
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._free = list(range(self.workers))
        self._flags = _context().RawArray("b", self.workers)
        self._executors: list[ProcessPoolExecutor] = []
        """One a place, each of one process: a worker that dies takes no other's task along, nor what
        the others keep at hand."""
        # A broken executor is kept a while: dropped while its own thread still clears up, that
        # thread waits for ever for a lock that it holds itself.
        self._broken: deque[ProcessPoolExecutor] = deque(maxlen=4)
        self._closed = False
        self._ending: list[Any] = []
        """Processes that were asked to end: one that is stopped does not, unless it is killed."""

    def submit(self, task: Hashable, urgency: int = SOON) -> Future[Any]:
        """A ticket for the task's result; cancelling it gives up waiting for it."""
        ticket: Future[Any] = Future()
        with self._lock:
            if task in self._kept:
                self._kept.move_to_end(task)
                ticket.set_result(self._kept[task])
                return ticket
            entry = self._entries.get(task)
            if entry is None:
                entry = self._entries[task] = Entry(task)
            entry.tickets.append(ticket)
            ticket.add_done_callback(
                lambda done: self._given_up(entry) if done.cancelled() else None
            )
            if entry.place is None:
                heapq.heappush(self._waiting, (urgency, next(self._order), entry))
            self._begin()
        return ticket

    def kept(self, task: Hashable) -> bool:
        """Is the task's result at hand?"""
        with self._lock:
            return task in self._kept

    def forget(self) -> None:
        """Drop every result that is kept."""
        with self._lock:
            self._kept.clear()

    def close(self) -> None:
        """End the workers; what waits is cancelled."""
        with self._lock:
            self._closed = True
            entries, self._waiting = [one[2] for one in self._waiting], []
        self._ending = self._processes()
        for entry in entries:
            for ticket in entry.tickets:
                ticket.cancel()
        for process in self._ending:
            process.terminate()
        for executor in self._executors:
            executor.shutdown(wait=False, cancel_futures=True)

    def kill(self) -> None:
        """End the workers at once, whoever holds the lock: this process is to end itself."""
        for process in (*self._ending, *self._processes()):
            process.kill()

    def _processes(self) -> list[Any]:
        return [
            process
            for executor in self._executors
            for process in list((executor._processes or {}).values())
        ]

    def _begin(self) -> None:
        """Hand tasks to idle workers, the most urgent first, the oldest first among equals."""
        while self._free and self._waiting and not self._closed:
            entry = heapq.heappop(self._waiting)[2]
            if entry.place is not None or self._entries.get(entry.task) is not entry:
                continue  # it waits once for each who asked: it is in hand, or made
            if not entry.wanted:
                del self._entries[entry.task]
                continue
            self._start(entry)

    def _start(self, entry: Entry) -> None:
        entry.tries += 1
        entry.place = self._free.pop()
        self._flags[entry.place] = 0
        if not self._executors:
            self._executors = [_executor(self._flags) for _ in range(self.workers)]
        executor = self._executors[entry.place]
        try:
            future = executor.submit(perform, self._work, entry.task, entry.place)
        except BrokenProcessPool as error:
            future = Future()
            future.set_exception(error)
        future.add_done_callback(lambda done: self._ended(entry, done, executor))

    def _given_up(self, entry: Entry) -> None:
        """Tell the worker that has a task if nobody waits for it any more."""
        with self._lock:
            if entry.place is not None and not entry.wanted:
                self._flags[entry.place] = 1

    def _ended(self, entry: Entry, done: Future[Any], executor: ProcessPoolExecutor) -> None:
        error = None if done.cancelled() else done.exception()
        with self._lock:
            assert entry.place is not None
            place, entry.place = entry.place, None
            self._free.append(place)
            if isinstance(error, GivenUpError) and entry.wanted and not self._closed:
                entry.tries -= 1  # somebody asked for it again while it was being given up
                self._start(entry)
                return
            if isinstance(error, BrokenProcessPool) and not self._closed:
                self._executors[place] = _executor(self._flags)
                self._broken.append(executor)
            if isinstance(error, BrokenProcessPool) and entry.tries < TRIES and not self._closed:
                self._start(entry)
                return
            self._entries.pop(entry.task, None)
            if error is None and not done.cancelled() and getattr(entry.task, "kept", True):
                self._kept[entry.task] = done.result()
                while len(self._kept) > self._kept_most:
                    self._kept.popitem(last=False)
            self._begin()
        if isinstance(error, Exception) and not isinstance(error, GivenUpError | InputError):
            log.error("a task failed", exc_info=error)  # a page shows its kind alone
        for ticket in entry.tickets:
            if not ticket.set_running_or_notify_cancel():
                continue
            if error is not None:
                ticket.set_exception(error)
            elif done.cancelled():
                ticket.set_exception(RuntimeError("the page is closing"))
            else:
                ticket.set_result(done.result())


def _context() -> Any:
    return multiprocessing.get_context("forkserver")


def _executor(flags: Any) -> ProcessPoolExecutor:
    """A worker forked from a clean server: quick to start, and without the server's threads."""
    context = _context()
    context.set_forkserver_preload(["sim.view.runs", "sim.view.reading"])
    with quiet_start():
        executor = ProcessPoolExecutor(1, mp_context=context, initializer=begin, initargs=(flags,))
        executor.submit(_ready)
    return executor


def _ready() -> None:
    """Nothing; asking for it starts the worker."""


@cache
def shared_pool() -> Pool:
    """The workers of this server that simulate."""
    from sim.view.runs import work

    given = os.environ.get(WORKERS, "")
    return Pool(work, int(given) if given.isdigit() else None)


@cache
def reading_pool() -> Pool:
    """The one worker that reads what people hand in, beside those that simulate."""
    from sim.view.reading import read

    return Pool(read, 1)


def begun() -> list[Pool]:
    """The pools that this server has begun."""
    return [one() for one in (shared_pool, reading_pool) if one.cache_info().currsize]
