"""What the server says of its memory, and that tuning it does no harm anywhere."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from sim.view import memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere it tells the most")
def test_what_is_held_follows_what_is_taken_and_left():
    before = memory.held()
    taken = bytearray(b"x" * 60_000_000)
    assert memory.held() - before > 50_000_000
    del taken
    assert memory.held() - before < 30_000_000


def test_a_library_without_the_function_is_left_alone(monkeypatch):
    assert memory._of_the_library("no_such_function") is None
    monkeypatch.setattr(sys, "platform", "darwin")
    running = threading.active_count()
    memory.tune()
    memory.give_back_later()
    assert threading.active_count() == running


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the C library is another")
def test_memory_that_was_left_is_given_back():
    program = """
import time
from sim.view import memory
memory.AFTER = 0.1
memory.tune()
taken = [bytes(2000) for _ in range(50_000)]
kept = taken[::1000]  # what survives holds on to all that lies before it
del taken
before = memory.held()
memory.give_back_later()
time.sleep(1.5)
print(round((before - memory.held()) / 1e6))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert int(done.stdout) > 50, done.stderr
