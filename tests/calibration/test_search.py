"""The search finds a minimum, and finds it again."""

import numpy as np
import pytest

from calibration.search import METHODS, Search, distance, search

GOAL = np.array([0.3, 0.7, 0.5, 0.2])


def bowl(points):
    """Distance from a known point; the corner where the first coordinate is large fails."""
    found = np.sqrt(((points - GOAL) ** 2).sum(axis=1))
    return np.where(points[:, 0] > 0.9, np.inf, found)


@pytest.fixture(scope="module")
def known():
    points = np.random.default_rng(1).random((40, 4))
    return Search(points, bowl(points))


@pytest.mark.parametrize("method", METHODS)
def test_search_finds_the_minimum_and_repeats(known, method):
    told = []
    once = search(bowl, known, 200, method, 7, told.append)
    assert len(once.points) == 200
    assert once.distances.min() < 0.5 * known.distances.min()
    assert np.abs(once.best - GOAL).max() < 0.1
    assert told == sorted(told, reverse=True)
    twice = search(bowl, known, 200, method, 7)
    assert (once.points == twice.points).all()
    other = search(bowl, known, 20, method, 8)
    assert (other.points != once.points[:20]).any()


def test_distance_is_in_standard_deviations():
    moments = np.array([[[1.0, 2.0], [3.0, 2.0]], [[1.0, np.nan], [1.0, 1.0]]])
    found = distance(moments, np.array([0.0, 2.0]), np.array([2.0, 1.0]), np.zeros(2))
    assert found[0] == pytest.approx(np.sqrt(4.0 * np.log(1.25) / 2.0))
    assert found[1] == np.inf
    noisy = distance(moments[:1], np.array([0.0, 2.0]), np.array([2.0, 1.0]), np.array([8.0, 0.0]))
    assert noisy[0] == pytest.approx(np.sqrt(4.0 * np.log1p(4.0 / 16.0 / 4.0) / 2.0))
    near = distance(moments[:1], np.array([1.9, 2.0]), np.array([2.0, 1.0]), np.zeros(2))
    assert near[0] == pytest.approx(0.05 / np.sqrt(2.0), rel=1e-3)
