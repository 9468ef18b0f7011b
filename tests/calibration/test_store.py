"""Evaluations are stored once each, whatever ends the process that makes them."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from calibration import store as store_module
from calibration.calibrate import Plan
from calibration.store import FILE, Store, begun
from sim.core.errors import InputError
from tests.calibration.toys import Linear, fit_toy, said

ROOT = Path(__file__).resolve().parents[2]
POINTS = np.array([[0.1, 0.2, 0.3], [0.9, 0.5, 0.1]])
SEEDS = np.array([[1, 2], [1, 2]])


def start(folder: Path, counted: Path, kill: int, workers: int, resume: str) -> subprocess.Popen:
    """A toy calibration in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.calibration.toys", str(folder), str(counted), str(kill),
         str(workers), resume],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def stored(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE)) as base:
        return base.execute("SELECT count(*) FROM evaluations").fetchone()[0]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return said(fit_toy(tmp_path_factory.mktemp("whole"), Linear(), Plan(budget=160)))


@pytest.mark.parametrize("kill", [40, 90])
def test_killed_and_resumed_gives_the_same(tmp_path, undisturbed, kill):
    """Killed in the design and in the search; each run is begun once but the one that was killed."""
    counted = folder(tmp_path / "runs")
    killed = start(tmp_path / "out", counted, kill, 1, "new")
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert stored(tmp_path / "out") == kill - 1
    again = start(tmp_path / "out", counted, 0, 1, "resume")
    out, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert out.strip() == undisturbed
    assert stored(tmp_path / "out") == 160
    assert len(os.listdir(counted)) == 161


def test_parent_killed_with_workers(tmp_path, undisturbed):
    """The parent dies while a worker is at work too."""
    counted = folder(tmp_path / "runs")
    killed = start(tmp_path / "out", counted, 0, 2, "new")
    while len({name.partition("-")[0] for name in os.listdir(counted)}) < 2:
        assert killed.poll() is None
        time.sleep(0.01)
    killed.kill()
    killed.communicate(timeout=60)
    done = stored(tmp_path / "out")
    assert 1 <= done < 160
    again = start(tmp_path / "out", counted, 0, 1, "resume")
    out, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert out.strip() == undisturbed
    assert stored(tmp_path / "out") == 160


def test_worker_killed(tmp_path, undisturbed):
    """A worker dies: one line says so, and nothing that ended is run again."""
    counted = folder(tmp_path / "runs")
    killed = start(tmp_path / "out", counted, -20, 2, "new")
    _, errors = killed.communicate(timeout=120)
    assert killed.returncode == 1
    assert "a worker process died" in errors
    begun_before, done = len(os.listdir(counted)), stored(tmp_path / "out")
    assert begun_before - 2 <= done < begun_before
    again = start(tmp_path / "out", counted, 0, 1, "resume")
    out, errors = again.communicate(timeout=120)
    assert out.strip() == undisturbed, errors
    assert len(os.listdir(counted)) == begun_before + 160 - done


def test_known_runs_are_not_made_again(tmp_path):
    counted = folder(tmp_path / "runs")
    toy = Linear(counted)
    with Store(tmp_path, {}, False) as store:
        once = store.evaluate(toy, "design", POINTS, SEEDS)
        told = []
        twice = store.evaluate(toy, "search", POINTS, SEEDS, 1, told.append)
        table = store.table(["a", "b", "c"], [f"m{place}" for place in range(6)])
    assert len(os.listdir(counted)) == 4
    assert told == [4]
    assert (once == twice).all()
    assert list(table["stage"]) == ["design"] * 4
    assert (table[["a", "b", "c"]].to_numpy()[::2] == POINTS).all()


def test_failed_run_says_why(tmp_path):
    with Store(tmp_path, {}, False) as store:
        found = store.evaluate(Linear(edge=0.5), "design", POINTS, SEEDS)
        table = store.table(["a", "b", "c"], [f"m{place}" for place in range(6)])
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()
    assert list(table["failure"].dropna()) == ["ValueError: beyond the edge"] * 2


def test_every_run_fails(tmp_path):
    with Store(tmp_path, {}, False) as store, pytest.raises(RuntimeError, match="beyond the edge"):
        store.evaluate(Linear(edge=0.0), "design", POINTS, SEEDS)


def test_wrong_folders(tmp_path):
    with pytest.raises(InputError, match="no calibration there"):
        Store(tmp_path / "none", {}, True)
    Store(tmp_path, {"budget": 160, "scale": 0.05}, False).close()
    with pytest.raises(InputError, match=r"scale; given '0\.1 now, 0\.05 where it was begun'"):
        Store(tmp_path, {"budget": 160, "scale": 0.1}, True)
    with pytest.raises(InputError, match="--resume or --force"):
        Store(tmp_path, {"budget": 160, "scale": 0.05}, False)
    with (
        Store(tmp_path, {"budget": 160, "scale": 0.05}, True),
        pytest.raises(InputError, match="at work there"),
    ):
        Store(tmp_path, {"budget": 160, "scale": 0.05}, True)
    assert begun(tmp_path) == {"budget": 160, "scale": 0.05}
    other = tmp_path / "other"
    other.mkdir()
    (other / FILE).write_text("no database, but long enough to look like something else" * 20)
    with pytest.raises(InputError, match="not a database"):
        Store(other, {}, True)


class Endless(Linear):
    """Moments of which the first has no end at the second point."""

    def __call__(self, point, seed):
        found = super().__call__(point, seed)
        found[0] = np.inf if point[0] > 0.5 else found[0]
        return found


def test_a_run_without_end_is_a_failed_one(tmp_path):
    with Store(tmp_path, {}, False) as store:
        found = store.evaluate(Endless(), "design", POINTS, SEEDS)
        table = store.table(["a", "b", "c"], [f"m{place}" for place in range(6)])
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()
    assert list(table["failure"].dropna()) == ["a moment is infinite"] * 2
    assert stored(tmp_path) == store_module.stored(tmp_path) == 4
