"""The end of the server: in order where that is quick, and in any case soon.

Ending in order closes every page under that page's lock, and waits for threads; a page that is at
work for minutes would hold it up for as long. What a workshop needs has been written by then.
"""

from __future__ import annotations

import multiprocessing.util
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from types import FrameType
from typing import Any

AT_LAST = 4.0
"""Seconds from a signal until the server leaves, whatever it does."""

TIDYING = 0.5
"""Seconds at most that it then takes to leave nothing behind."""


class Deadline:
    """Leaves this process `AT_LAST` seconds after the first signal to end it."""

    def __init__(self, seconds: float = AT_LAST) -> None:
        # Whatever the machine lacks later, this thread is there; and a signal may come while another
        # is being handled, which this kind of queue allows.
        self._signals: SimpleQueue[int] = SimpleQueue()
        Thread(target=self._wait, args=(seconds,), daemon=True, name="lianghua-deadline").start()

    def begin(self, number: int) -> None:
        """A signal to end has come."""
        self._signals.put(number)

    def _wait(self, seconds: float) -> None:
        number = self._signals.get()
        time.sleep(seconds)
        with suppress(Exception):  # no thread to be had: then untidily
            tidying = Thread(target=_tidy, args=(number,), daemon=True)
            tidying.start()
            tidying.join(TIDYING)
        os._exit(128 + number)  # as the command line has it


@contextmanager
def hanging_up(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have a terminal that is closed end the server as other signals do; nohup's is ignored."""
    number = getattr(signal, "SIGHUP", None)
    before = signal.getsignal(number) if number is not None else None
    if number is None or not callable(before):
        yield
        return
    signal.signal(number, handle)
    try:
        yield
    finally:
        signal.signal(number, before)


def end_workers() -> None:
    """End the worker processes in order, if the page has begun any."""
    for pool in _pools():
        pool.close()


def _tidy(number: int) -> None:
    """End the workers at once, remove what the system holds for them, and say so."""
    for pool in _pools():
        pool.kill()
    what = "interrupted" if number == signal.SIGINT else "terminated"
    os.set_blocking(2, False)  # perhaps nobody reads it
    os.write(2, f"lianghua: {what}; pages still at work were cut off\n".encode())
    if _pools():
        multiprocessing.util._run_finalizers(0)  # type: ignore[attr-defined]  # semaphores
        shutil.rmtree(multiprocessing.util.get_temp_dir(), ignore_errors=True)


def _pools() -> list[Any]:
    module = sys.modules.get("sim.view.pool")
    return module.begun() if module is not None else []
