"""Servers of the view for tests: a process of their own, as a user starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
REAL = "sim.cli"
SMALL = "tests.view.small_server"
"""Modules that start a server: the product, and the same with a page that simulates nothing."""
PATIENCE = 240
"""Seconds until a server answers, or ends; the machine may be busy."""


@dataclass(frozen=True)
class Running:
    """A server that answers at `address`; what it says is in `log`."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def family(self) -> list[psutil.Process]:
        """Its process and all that it has begun."""
        found = psutil.Process(self.process.pid)
        return [found, *found.children(recursive=True)]

    def stop(self, number: int = signal.SIGINT) -> int:
        """Its exit code, once asked to end."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(
    *options: str, module: str = SMALL, environment: dict[str, str] | None = None
) -> Iterator[Running]:
    """A server on a free port of this machine, ended and with it all it has begun.

    It keeps its workshops in a folder of its own, unless `options` name one.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        if "--workshops" not in options:
            options = (*options, "--workshops", str(Path(folder) / "workshops"))
        with log.open("wb") as into:
            process = subprocess.Popen(
                [sys.executable, "-m", module, "view", "--port", "0", "--no-open", *options],
                cwd=ROOT, stdout=into, stderr=into, start_new_session=True,
                env={"OMP_NUM_THREADS": "1", **os.environ, "PYTHONPATH": str(ROOT),
                     "PYTHONIOENCODING": "utf-8", **(environment or {})},
            )  # fmt: skip
        try:
            yield Running(_address(process, log), process, log)
        finally:
            end(process)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """What the server prints once it answers; raises with its output if it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8"))
        if found:
            with urllib.request.urlopen(found[0] + "/readyz", timeout=PATIENCE) as answer:
                assert answer.status == 200
            return found[0]
        time.sleep(0.1)
    raise RuntimeError("the server did not start:\n" + log.read_text(encoding="utf-8")[-4000:])


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was begun as the first of a session of its own."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
