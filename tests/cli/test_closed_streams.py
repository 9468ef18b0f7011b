"""The command line with its streams closed, full or without a reader: the work is done."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.skipif(not Path("/bin/sh").exists(), reason="a shell closes the streams")
MONTHS = ["--scale", "0.01", "--until", "2012-02"]
PAIR = ["document_2014", "no_programme", *MONTHS, "--replicates", "2"]


def shell(arguments: Sequence[str], after: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command; its exit code is in the file `code`."""
    command = shlex.join([sys.executable, "-m", "sim.cli", *arguments])
    return subprocess.run(
        ["/bin/sh", "-c", f"({command}; echo $? >code) {after}"], cwd=cwd, capture_output=True,
        text=True, encoding="utf-8", timeout=300, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def code(folder: Path) -> int:
    return int((folder / "code").read_text())


@pytest.mark.parametrize("name", ["stdout", "stderr"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_line_is_seen_when_it_is_written(name: str, unbuffered: str) -> None:
    """Progress in a log is of use while the work goes on, and what was said before a crash is kept.

    Without PYTHONUNBUFFERED stdout in a file is written in blocks, as by every Python program.
    """
    code = (
        "import os, signal, sys; from sim.cli import streams; streams.prepare(); "
        f"print('80 of 800 runs', file=sys.{name}); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    seen = name == "stderr" or unbuffered
    assert getattr(done, name) == ("80 of 800 runs\n" if seen else "")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("open")
    done = shell(["compare", *PAIR, "--out", "out"], "", folder)
    assert code(folder) == 0, done.stderr
    assert "of 4 runs" in done.stderr
    return contents(folder / "out")


ENDS = [">&-", "2>&-", "| true", "2>&1 >/dev/null | true"]
"""What follows a command in a shell: an output that is closed, or whose reader is gone."""


def test_results_are_written_without_streams(expected: dict[str, bytes], tmp_path: Path) -> None:
    done = shell(["compare", *PAIR, "--out", "out"], "<&- >&- 2>&-", tmp_path)
    assert (code(tmp_path), done.stdout, done.stderr) == (0, "", "")
    assert contents(tmp_path / "out") == expected


@pytest.mark.parametrize("after", ENDS)
def test_results_are_written_whatever_becomes_of_an_output(after: str, tmp_path: Path) -> None:
    done = shell(["run", "no_programme", *MONTHS, "--out", "out"], after, tmp_path)
    assert code(tmp_path) == 0, done.stderr
    assert "Error" not in done.stderr + done.stdout
    assert (tmp_path / "out" / "manifest.json").exists()


COMMANDS = {
    "batch": ["batch", "study.toml", "--workers", "1", "--yes", "--out", "out"],
    "describe": ["describe", "document_2014"],
    "help": ["--help"],
}  # fmt: skip


STUDY = """
[study]
title = { zh = "一", en = "One" }
question = { zh = "多少?", en = "How many?" }
[run]
scale = 0.01
replicates = 1
until = "2012-02"
[scenarios]
names = ["no_programme"]
[outcomes]
names = ["adoption_automation"]
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_works_without_streams(name: str, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    done = shell(COMMANDS[name], "<&- >&- 2>&-", tmp_path)
    assert (code(tmp_path), done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out").exists() == ("--out" in COMMANDS[name])


@pytest.mark.parametrize("after", [">&-", "2>&-", "2>&1 >/dev/null | true"])
def test_a_mistake_is_still_exit_two(after: str, tmp_path: Path) -> None:
    done = shell(["run", "no_such_scenario"], after, tmp_path)
    assert code(tmp_path) == 2
    assert "Error" not in done.stderr + done.stdout
    assert ("no_such_scenario" in done.stderr) == (after == ">&-")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_an_answer_that_cannot_be_written_is_said_once_the_results_are(tmp_path: Path) -> None:
    done = shell(
        ["run", "no_programme", *MONTHS, "--quiet", "--out", "out"], ">/dev/full", tmp_path
    )
    assert (code(tmp_path), done.stderr.count("\n")) == (1, 1), done.stderr
    assert "stdout: No space left" in done.stderr
    assert (tmp_path / "out" / "manifest.json").exists()
    done = shell(["run", "no_programme", *MONTHS], "2>/dev/full", tmp_path)
    assert code(tmp_path) == 0
    assert "2012-02" in done.stdout


def test_the_page_is_served_without_streams_until_it_is_ended(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = shlex.join(
        [sys.executable, "-m", "sim.cli", "view", "--port", str(port), "--workers", "1"]
    )
    process = subprocess.Popen(["/bin/sh", "-c", f"exec {command} <&- >&- 2>&-"], cwd=tmp_path)
    try:
        deadline = time.monotonic() + 200
        while time.monotonic() < deadline:
            assert process.poll() is None, process.returncode
            try:
                with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                time.sleep(0.3)
        else:
            pytest.fail("the page is not served")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
