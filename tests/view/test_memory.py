"""What the server says of its memory, and that tuning it does no harm anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from sim.view.server import memory
from tests.view.servers import ROOT


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere it tells the most")
def test_what_is_held_follows_what_is_taken_and_left():
    before = memory.held()
    taken = bytearray(b"x" * 60_000_000)
    assert memory.held() - before > 50_000_000
    del taken
    assert memory.held() - before < 30_000_000


def test_where_the_library_is_another_the_process_goes_on_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "execv", lambda *given: pytest.fail("begun anew"))
    monkeypatch.delenv("PYTHONMALLOC", raising=False)
    memory.begin_anew()
    memory._give_back()
    assert "PYTHONMALLOC" not in os.environ


def test_memory_is_given_back_once_for_a_room_that_was_left(monkeypatch):
    given = []
    monkeypatch.setattr(memory, "AFTER", 1.0)
    monkeypatch.setattr(memory, "_give_back", lambda: given.append(1))
    for _ in range(5):
        memory.give_back_later()
    until = time.monotonic() + 240
    while not given and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1.2)
    assert given == [1]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the C library is another")
def test_memory_that_was_left_is_given_back(tmp_path):
    program = """
import json, os, sys, time
from sim.view.server import memory
from tests.view.servers import ROOT
memory.AFTER = 0.1
memory.begin_anew()
told = {name: os.environ.get(name, "") for name in ("PYTHONMALLOC", "GLIBC_TUNABLES")}
taken = [bytes(200) for _ in range(500_000)]
kept = taken[::1000]  # what survives lies between all that does not
del taken
before = memory.held()
memory.give_back_later()
until = time.monotonic() + 120
while (given := round((before - memory.held()) / 1e6)) <= 90 and time.monotonic() < until:
    time.sleep(0.1)
print(json.dumps({"argument": sys.argv[1], "given": given} | told))
"""
    path = tmp_path / "program.py"
    path.write_text(program)
    theirs = "glibc.malloc.perturb=0"
    done = subprocess.run(
        [sys.executable, str(path), "argument"], capture_output=True, text=True, timeout=240,
        env={**os.environ, "GLIBC_TUNABLES": theirs, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["given"] > 90, done.stderr
    # What was set for the process alone is set for nobody that it begins.
    expected = {"argument": "argument", "PYTHONMALLOC": "", "GLIBC_TUNABLES": theirs}
    assert expected.items() <= found.items()
