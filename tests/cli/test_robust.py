"""The command line under stress: odd output places, repeats, killed parents, odd seeds."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

SMALL = ["--scale", "0.01", "--until", "2012-06", "--quiet"]


def lianghua(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=300, cwd=cwd,
    )  # fmt: skip


def test_names_of_the_package_are_functions_whatever_was_imported_before() -> None:
    code = "import sim.comparison, sim; from sim import compare, run; print(callable(sim.compare))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "True", done.stderr


@pytest.mark.parametrize("command", ["run", "compare"])
def test_a_result_repeats_bit_for_bit_by_the_command_on_its_page(
    tmp_path: Path, command: str
) -> None:
    names = ["document_2014"] if command == "run" else ["document_2014", "no_programme"]
    more = [] if command == "run" else ["--replicates", "2", "--workers", "1"]
    options = ["--seed", "7", "--set", "adoption.reviews_per_year=3", *more]
    first = lianghua(command, *names, *SMALL, *options, "--out", str(tmp_path))
    assert first.returncode == 0, first.stderr
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    found = re.search(r"<pre>lianghua (.*) --out repeat</pre>", page)
    assert found is not None
    again = lianghua(*found[1].split(), "--out", "repeat", "--quiet", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert len(files) > 10
    for file in files:
        assert (tmp_path / file).read_bytes() == (tmp_path / "repeat" / file).read_bytes(), file


def test_options_given_on_a_repeat_count(tmp_path: Path) -> None:
    done = lianghua("run", "no_programme", *SMALL, "--out", str(tmp_path / "one"))
    assert done.returncode == 0, done.stderr
    made = str(tmp_path / "one" / "province.parquet")
    changed = lianghua(
        "run", made, "--quiet", "--seed", "5", "--scale", "0.02", "--out", str(tmp_path / "two")
    )
    assert changed.returncode == 0, changed.stderr
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["seed"], manifest["scale"]) == (5, 0.02)
    one, two = (pd.read_parquet(tmp_path / n / "province.parquet") for n in ("one", "two"))
    assert not one.equals(two)
    wrong = lianghua("compare", made, "--quiet")
    assert wrong.returncode == 2
    assert "lianghua run" in wrong.stderr


def test_output_through_a_link_fills_the_folder_behind_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    done = lianghua("run", "no_programme", *SMALL, "--out", str(tmp_path / "link"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "manifest.json").exists()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    refused = lianghua("run", "no_programme", *SMALL, "--out", str(tmp_path / "circle"))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr


@pytest.mark.parametrize("arguments", [["--out", "n" * 300], ["--seed", "-1"]])
def test_long_names_and_negative_seeds_are_one_line(tmp_path: Path, arguments: list[str]) -> None:
    if arguments[0] == "--out":
        arguments = ["--out", str(tmp_path / arguments[1])]
    done = lianghua("run", "no_programme", *SMALL, *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_forced_rewrite_removes_what_the_last_one_left(tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = [*SMALL, "--replicates", "1", "--workers", "1", "--out", str(out)]
    done = lianghua("compare", "document_2014", "no_programme", *options)
    assert done.returncode == 0, done.stderr
    assert (out / "differences.parquet").exists()
    (out / "mine.txt").write_text("mine")
    forced = lianghua("run", "no_programme", *SMALL, "--out", str(out), "--force")
    assert forced.returncode == 0, forced.stderr
    assert not (out / "differences.parquet").exists()
    assert (out / "mine.txt").read_text() == "mine"
    listed = set(json.loads((out / "manifest.json").read_text(encoding="utf-8"))["files"])
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert found == listed | {"manifest.json", "mine.txt"}


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", "compare", "document_2014", "no_programme", "--scale",
         "0.01", "--replicates", "400", "--workers", "2"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if "of 800 runs" in line and not line.startswith("0 "):
            break
    workers = _session(process.pid) - {process.pid}
    assert len(workers) >= 2
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    process.stderr.close()
    deadline = time.monotonic() + 30
    while workers & _session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not workers & _session(process.pid)


def _session(leader: int) -> set[int]:
    """Live processes of a session."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.add(int(entry.name))
    return found
