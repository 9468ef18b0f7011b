"""What worker processes do in tests; they import it by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from sim.view.worker import go_on


def toy(task):
    """What the workers of these tests do."""
    kind, value = task
    if kind == "sleep":
        time.sleep(value)
    if kind == "until":
        # Busy until a file is there, however long that takes; another says how often it was begun.
        with open(value + ".begun", "a") as file:
            file.write(f"{os.getpid()}\n")
        while not Path(value).exists():
            time.sleep(0.01)
    if kind == "gate":
        # Says that it has begun; goes on until a file is there or nobody waits for it any more.
        begun, gate, path = value
        Path(begun).touch()
        while not Path(gate).exists():
            time.sleep(0.01)
            go_on()
        with open(path, "a") as file:
            file.write("whole\n")
    if kind == "fail":
        raise RuntimeError(f"no {value}")
    if kind == "die":
        # The first time only: a file says that it was.
        path, number = value
        with open(path, "a") as file:
            file.write(f"{number}\n")
        if len(Path(path).read_text().split()) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
    if kind == "always die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "note":
        path, number = value
        with open(path, "a") as file:
            file.write(f"{number}\n")
    return task, os.getpid()
