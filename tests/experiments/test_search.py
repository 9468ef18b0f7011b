"""The search finds a known front, and finds it again after a kill."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from calibration.store import FILE, Store
from experiments.optimise import BALANCED
from experiments.search import Plan, SearchSettings, explore, read_settings
from sim.core.errors import InputError
from tests.experiments.search_toys import (
    CHECK,
    FUTURES,
    GENERATIONS,
    PLAN,
    POPULATION,
    WIDTH,
    Quarter,
    run,
    said,
)

ROOT = Path(__file__).resolve().parents[2]


def start(folder: Path, counted: Path, kill: int, resume: str) -> subprocess.Popen:
    """A toy search in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.experiments.search_toys", str(folder), str(counted), str(kill),
         "1", resume],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def stored(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE)) as base:
        return base.execute("SELECT count(*) FROM evaluations").fetchone()[0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(tmp_path_factory.mktemp("whole"), Quarter())


def test_front_is_found(whole):
    """Points of the front lie near the circle, from east to north; those of the start do not."""
    found = whole.explored.values[whole.front]
    radius = np.linalg.norm(found, axis=1)
    assert np.linalg.norm(whole.explored.values[0]) < 0.65
    assert radius.max() <= 1.0 + 1e-9
    assert np.median(radius) > 0.93
    angles = np.arctan2(found[:, 1], found[:, 0]) / (np.pi / 2)
    assert angles.min() < 0.15
    assert angles.max() > 0.85
    assert (np.diff(np.sort(angles)) < 0.35).all()


def test_hypervolume_grows(whole):
    assert len(whole.trace) == GENERATIONS
    assert (np.diff(whole.trace) >= 0).all()
    assert whole.trace[-1] > whole.trace[0] + 0.05


def test_what_stands_out_is_told_and_checked(whole):
    """The extremes lie at the ends of the front, the balanced one between; all in fresh futures."""
    values = whole.explored.values
    east, north, balanced = (values[one.row] for one in whole.chosen)
    assert east[0] == values[whole.front, 0].max()
    assert north[1] == values[whole.front, 1].max()
    assert min(balanced) > 0.5
    assert [one.role for one in whole.chosen] == ["east", "north", BALANCED]
    assert whole.checked.measures.shape == (4, CHECK, 2)
    # The toy's chance is the future's alone, so nothing is lost out of sample.
    assert np.allclose(whole.checked.measures.mean(axis=1)[3], balanced)


@pytest.mark.parametrize("kill", [3, 100, FUTURES + GENERATIONS * POPULATION * FUTURES - 20])
def test_killed_and_resumed_gives_the_same(tmp_path, whole, kill):
    """Killed among the references, in the search, near its end; nothing that ended is run again."""
    counted = tmp_path / "runs"
    counted.mkdir()
    killed = start(tmp_path / "out", counted, kill, "new")
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert stored(tmp_path / "out") == kill - 1
    again = start(tmp_path / "out", counted, 0, "resume")
    out, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert out.strip() == said(whole)
    assert len(os.listdir(counted)) == stored(tmp_path / "out") + 1


def test_sick_futures_are_left_out_for_all(tmp_path):
    found = run(tmp_path, Quarter(sick=(2, 1003)))
    assert found.searched.seeds == (1,)
    assert found.checked.seeds == (1001, 1002, *range(1004, 1001 + CHECK))
    assert np.isfinite(found.checked.measures).all()


def test_no_future_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="no such future"):
        run(tmp_path, Quarter(sick=(1, 2)))


def test_satisficing_counts_futures(tmp_path):
    """Thresholds that a known share of the front meets: the value of a package is 0 or 1 here."""
    found = run(tmp_path, Quarter(), summary="satisficing", thresholds=(0.6, 0.6))
    assert set(np.unique(found.explored.values)) <= {0.0, 1.0}
    best = found.explored.values[found.chosen[-1].row]
    assert best.tolist() == [1.0, 1.0]


def test_failed_packages_are_not_told(tmp_path):
    """A package without a value is no parent and not on the front; the search goes on."""

    def evaluate(points):
        values = np.stack([points[:, 0], 1 - points[:, 0]], axis=1)
        values[points[:, 1] > 0.5] = np.nan
        return values

    found = explore(evaluate, np.full(2, 0.25), np.ones(2), 8, 6, "nsga3", 3)
    assert len(found.points) == 48
    good = np.isfinite(found.values).all(axis=1)
    assert 0 < (~good).sum() < 30
    assert (found.points[~good, 1] > 0.5).all()


def test_first_package_is_what_there_is_and_seeds_matter():
    def evaluate(points):
        return np.stack([points[:, 0], -points[:, 1]], axis=1)

    origin = np.array([0.3, 0.7])
    one = explore(evaluate, origin, np.array([1.0, -1.0]), 8, 4, "nsga3", 1)
    same = explore(evaluate, origin, np.array([1.0, -1.0]), 8, 4, "nsga3", 1)
    other = explore(evaluate, origin, np.array([1.0, -1.0]), 8, 4, "nsga3", 2)
    longer = explore(evaluate, origin, np.array([1.0, -1.0]), 8, 6, "nsga3", 1)
    assert (one.points[0] == origin).all()
    assert (one.points == same.points).all()
    assert (one.points == longer.points[:32]).all()
    assert (one.points != other.points).any()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"objectives": ["targets_met", "jobs"]}, r"search\.objectives; given 'jobs'"),
        ({"objectives": ["targets_met"]}, "two different measures"),
        ({"caps": 3.0}, r"search\.caps; .*did you mean cap"),
        ({"cap": 0.5}, r"search\.cap; given 0\.5; allowed: greater than or equal to 1"),
        ({"population": "many"}, r"search\.population; given 'many'; allowed: a valid integer"),
        ({"groups": "clause"}, r"search\.groups; given 'clause'; allowed: action, instrument"),
        ({"method": "nsga"}, r"search\.method; given 'nsga'; allowed: 'nsga2' or 'nsga3'"),
        ({"summary": "satisficing"}, r"thresholds\.targets_met"),
        ({"thresholds": {"jobs": 1.0}}, r"search\.thresholds; given 'jobs'"),
        ([], r"search; given \[\]; allowed: a table"),
    ],
)
def test_bad_settings_are_named(table, message):
    with pytest.raises(InputError, match=message):
        read_settings("study.toml", table)


def test_rules_are_read_quoted_or_not():
    nested = read_settings(
        "x", {"rules": {"equipment_subsidy": {"rate": {"low": 0.1, "high": 0.2}}}}
    )
    quoted = read_settings("x", {"rules": {"equipment_subsidy.rate": {"low": 0.1, "high": 0.2}}})
    assert nested.rules == quoted.rules == {"equipment_subsidy.rate": {"low": 0.1, "high": 0.2}}


def test_budget_is_spent_but_not_exceeded():
    plan = Plan.of(SearchSettings(futures=10, check=20, population=8), 1000)
    assert plan.generations == (1000 - 10 - 7 * 20) // 80
    assert plan.runs <= 1000
    with pytest.raises(InputError, match=r"--budget; given 200; allowed: 230"):
        Plan.of(SearchSettings(futures=10, check=20, population=8), 200)
    assert PLAN.generations == GENERATIONS


def test_folder_of_another_search(tmp_path):
    Store(tmp_path, {"toy": 1}, False, "search").close()
    with pytest.raises(InputError, match=r"a search begun'; allowed: --resume or --force"):
        Store(tmp_path, {"toy": 1}, False, "search")
    with pytest.raises(InputError, match="no search there"):
        Store(tmp_path / "none", {}, True, "search")


def test_toy_is_in_the_unit_cube(whole):
    assert whole.explored.points.shape == (GENERATIONS * POPULATION, WIDTH)
    assert ((whole.explored.points >= 0) & (whole.explored.points <= 1)).all()
