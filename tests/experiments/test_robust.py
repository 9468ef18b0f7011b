"""Robust measures and fronts against examples worked out by hand."""

import numpy as np
import pytest

from experiments import pareto, robust

# Two packages, three futures, two objectives: more of the first is better, less of the second.
VALUES = np.array(
    [
        [[10.0, 5.0], [20.0, 4.0], [30.0, 9.0]],
        [[12.0, 6.0], [14.0, 2.0], [33.0, 3.0]],
    ]
)
BETTER = np.array([1.0, -1.0])


def test_regret_by_hand():
    """Best of each future: 12, 20, 33 and 5, 2, 3."""
    lost = robust.regret(VALUES, BETTER)
    assert lost[0].tolist() == [[2, 0], [0, 2], [3, 6]]
    assert lost[1].tolist() == [[0, 1], [6, 0], [0, 0]]
    others = robust.regret(VALUES[:1], BETTER, np.array([[11.0, 5.0], [25.0, 4.0], [10.0, 1.0]]))
    assert others[0].tolist() == [[1, 0], [5, 0], [0, 8]]


def test_summary_by_hand():
    said = robust.summary(VALUES, np.array([12.0, 5.0]), BETTER)
    assert said["mean"].tolist() == [[20, 6], [pytest.approx(59 / 3), pytest.approx(11 / 3)]]
    assert said["worst"].tolist() == [[10, 9], [12, 6]]
    assert np.allclose(said["mean_regret"], [[5 / 3, 8 / 3], [2, 1 / 3]])
    assert said["largest_regret"].tolist() == [[3, 6], [6, 1]]
    # First: 10 misses 12, 9 misses 5. Second: 6 misses 5.
    assert np.allclose(said["satisficing"], [[2 / 3, 2 / 3], [1, 2 / 3]])
    assert np.allclose(said["all_met"], [1 / 3, 2 / 3])


def test_thresholds_of_each_future():
    """The second package against the first: as good as it in the same future."""
    assert robust.met(VALUES, VALUES[0], BETTER)[0].tolist() == [[1, 1], [1, 1], [1, 1]]
    assert robust.met(VALUES, VALUES[0], BETTER)[1].tolist() == [[1, 0], [0, 1], [1, 1]]
    assert np.isnan(robust.met(np.full((1, 1, 2), np.nan), np.zeros(2), BETTER)).all()


def test_paired_interval_by_hand():
    """Differences 1, 2, 3: mean 2, sd 1, t(2) = 4.3027 over the root of 3."""
    base = np.array([[5.0], [1.0], [7.0]])
    mean, low, high = robust.paired(base + np.array([[1.0], [2.0], [3.0]]), base)
    half = 4.302653 / np.sqrt(3)
    assert mean[0] == pytest.approx(2)
    assert low[0] == pytest.approx(2 - half, rel=1e-6)
    assert high[0] == pytest.approx(2 + half, rel=1e-6)


def test_few_futures_that_agree_say_nothing():
    for count, known in ((1, False), (5, False), (6, True)):
        mean, low, _ = robust.paired(np.ones((count, 1)), np.zeros((count, 1)))
        assert mean[0] == 1
        assert np.isfinite(low[0]) == known


@pytest.mark.parametrize(
    ("low", "high", "better", "said"),
    [
        (0.1, 2, 1, "better"), (0.1, 2, -1, "worse"), (-2, -0.1, 1, "worse"),
        (-2, -0.1, -1, "better"), (-1, 1, 1, "not distinguishable"),
        (0, 1, 1, "not distinguishable"), (np.nan, np.nan, -1, "not distinguishable"),
    ],
)  # fmt: skip
def test_verdicts(low, high, better, said):
    assert robust.verdict(low, high, better) == said


# ------------------------------------------------------------------ fronts
def test_front_by_hand():
    """Dominated, equal and missing rows are none of it; of equals the first is."""
    values = np.array([[1, 3], [2, 2], [2, 2], [1, 2], [3, 0], [np.nan, 9], [2.5, -1]])
    assert pareto.front(values).tolist() == [True, True, False, False, True, False, False]


def test_hypervolume_by_hand():
    """Staircase of unit squares; a box; two boxes that overlap in a unit cube."""
    reference = np.zeros(2)
    stairs = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]])
    assert pareto.hypervolume(stairs, reference) == pytest.approx(6)
    assert pareto.hypervolume(np.vstack([stairs, [[0.5, 0.5], [-1, 9]]]), reference) == 6
    assert pareto.hypervolume(np.array([[2.0, 3.0, 4.0]]), np.ones(3)) == pytest.approx(6)
    boxes = np.array([[3.0, 1.0, 1.0], [1.0, 3.0, 1.0], [1.0, 1.0, 3.0]])
    assert pareto.hypervolume(boxes, np.zeros(3)) == pytest.approx(7)
    assert pareto.hypervolume(np.array([[-1.0, 2.0]]), reference) == 0


@pytest.mark.parametrize("width", [3, 4, 5])
def test_hypervolume_agrees_with_throws(width):
    """Share of random points that some row dominates (standard error at most 0.0025)."""
    random = np.random.default_rng(width)
    values = random.random((12, width)) ** 0.5
    throws = random.random((40_000, width))
    share = (throws[:, None, :] <= values[None]).all(axis=2).any(axis=1).mean()
    assert pareto.hypervolume(values, np.zeros(width)) == pytest.approx(share, abs=0.01)


def test_hypervolume_grows_with_every_row_of_the_front():
    random = np.random.default_rng(0)
    values = random.normal(size=(40, 3))
    scale = pareto.Scale.of(values[:8])
    volumes = [scale.volume(values[:count]) for count in range(8, 41)]
    assert (np.diff(volumes) >= 0).all()
    ideal = values[:8].max(axis=0)[None]
    assert scale.volume(ideal) == pytest.approx(1)


def test_extremes_and_knee_by_hand():
    """The knee's largest shortfall is the smallest; a tie of extremes goes to the better balanced."""
    values = np.array([[0.0, 10.0], [10.0, 0.0], [6.0, 7.0], [9.0, 3.0]])
    assert pareto.extremes(values) == [1, 0]
    assert pareto.shortfall(values).tolist() == [1, 1, pytest.approx(0.4), pytest.approx(0.7)]
    assert pareto.knee(values) == 2
    tied = np.array([[1.0, 0.0, 0.0], [1.0, 0.9, 0.5], [0.0, 1.0, 1.0]])
    assert pareto.extremes(tied) == [1, 2, 2]
    assert pareto.knee(np.array([[1.0, 2.0]])) == 0
