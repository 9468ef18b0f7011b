"""The server's end: whatever its pages do, it is gone, and with it all it has begun."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import psutil
import pytest

from tests.view.elsewhere import elsewhere
from tests.view.servers import PATIENCE, Running, serving
from tests.view.wire import Page

BUSY = "tests.view.busy_server"
MEETINGS = "pymp-*"
"""Folders in which processes and their workers meet."""


async def _keep_busy(running: Running, workers: bool) -> list[Page]:
    """Pages whose threads are at work, under their locks, for two minutes; and a worker."""
    there = [Page(running.address) for _ in range(3)]
    for one in there:
        await one.open("?120&workers" if workers else "?120")
    until = time.monotonic() + PATIENCE
    # A clean process that forks, one that tidies, and a worker.
    while len(running.family()) < (4 if workers else 1):
        assert time.monotonic() < until
        await asyncio.sleep(0.2)
    return there


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGTERM, 143, "terminated"),
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGHUP, 129, "terminated"),
    ],
    ids=["terminated", "Ctrl-C", "hung up"],
)
def test_it_ends_within_seconds_while_its_pages_are_at_work(
    number: int, code: int, said: str
) -> None:
    if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("these tests were started by nohup, and so is what they start")
    # A folder of its own for what is temporary: other servers are at work beside it. A short one,
    # for sockets stand in it.
    place = Path(mkdtemp(prefix="end-"))
    family: list[psutil.Process] = []
    with serving("--workers", "1", module=BUSY, environment={"TMPDIR": str(place)}) as running:

        async def ended() -> tuple[int, float]:
            nonlocal family
            pages = await _keep_busy(running, number == signal.SIGTERM)
            family = running.family()
            begun = time.monotonic()
            running.process.send_signal(number)
            ends = await asyncio.to_thread(running.process.wait, 60)
            took = time.monotonic() - begun
            for one in pages:
                with suppress(Exception):  # nobody is there any more
                    await one.close()
            return ends, took

        ends, took = elsewhere(ended())
        assert ends == code
        assert took < 8  # 5 on a machine that does nothing else
        assert said in running.said.splitlines()[-1]
        assert "Traceback" not in running.said
        _, left = psutil.wait_procs(family, timeout=5)
        assert left == []
    assert list(place.glob(MEETINGS)) == []
    rmtree(place)
