"""Evaluation of points: common random numbers, failures, any number of workers."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.evaluation import Failure, Setting, evaluate
from calibration.priors import select
from calibration.runs import simulate
from calibration.targets import moments
from sim.core.errors import InputError
from sim.scenario import Scenario

SMALL = Setting(scale=0.02, replicates=2, last_year=2012)
TWO = select(["adoption.choice_sharpness", "productivity.trend"])


def test_points_share_their_random_numbers() -> None:
    points = np.array([[6.0, 0.07], [9.0, 0.07], [6.0, 0.07]])
    told: list[tuple[int, int]] = []
    found = evaluate(points, TWO, SMALL, 1, lambda done, whole: told.append((done, whole)))
    assert found.shape == (3, 2, len(SMALL.names))
    assert np.array_equal(found[0], found[2], equal_nan=True)
    assert not np.array_equal(found[0], found[1], equal_nan=True)
    assert not np.array_equal(found[0, 0], found[0, 1], equal_nan=True)
    assert told[-1] == (6, 6)


def test_a_point_at_the_defaults_is_the_scenario_itself() -> None:
    found = evaluate(np.array([[6.0, 0.07]]), TWO, SMALL, 1)[0, 1]
    own = ["population.seed=2", "population.count=1"]
    scenario = Scenario.load("document_2014", ['time.end="2012-12"', *own])
    run = simulate(scenario, SMALL.scale, 2)
    assert np.array_equal(found, list(moments(run, SMALL.targets).values()), equal_nan=True)


def test_one_population_for_all_replicates() -> None:
    point = np.array([[6.0, 0.07]])
    one = Setting(scale=0.02, replicates=2, last_year=2012, one_population=True)
    shared, own = evaluate(point, TWO, one, 1), evaluate(point, TWO, SMALL, 1)
    assert np.array_equal(shared[0, 0], own[0, 0], equal_nan=True)
    assert not np.array_equal(shared[0, 1], own[0, 1], equal_nan=True)


def test_a_failed_run_is_nan_with_its_reason_and_the_others_stand() -> None:
    failures: list[Failure] = []
    points = np.array([[6.0, 0.07], [6.0, 0.9], [9.0, 0.07]])
    found = evaluate(points, TWO, SMALL, 1, failures=failures)
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[[0, 2]][..., SMALL.names.index("exit_rate_2012")]).all()
    assert [(one.point, one.replicate) for one in failures] == [(1, 0), (1, 1)]
    assert "productivity.trend" in failures[0].reason
    assert "-0.2 to 0.3" in failures[0].reason


def test_any_number_of_workers_gives_the_same() -> None:
    points = np.array([[6.0, 0.07], [9.0, 0.9]])
    lists: list[list[Failure]] = [[], []]
    one = evaluate(points, TWO, SMALL, 1, failures=lists[0])
    two = evaluate(points, TWO, SMALL, 2, failures=lists[1])
    assert np.array_equal(one, two, equal_nan=True)
    assert lists[0] == lists[1] != []


def test_points_and_settings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match=r"\(n, 2\)"):
        evaluate(np.zeros((2, 3)), TWO, SMALL, 1)
    with pytest.raises(InputError, match="finite"):
        evaluate(np.array([[6.0, np.nan]]), TWO, SMALL, 1)
    with pytest.raises(InputError, match="2012 to 2015"):
        Setting(last_year=2016)
    with pytest.raises(InputError, match="1 or more"):
        Setting(replicates=0)
    assert evaluate(np.zeros((0, 2)), TWO, SMALL, 1).shape == (0, 2, len(SMALL.names))
