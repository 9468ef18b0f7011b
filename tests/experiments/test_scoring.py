"""Scores tell factors that matter from those that do not, and learn nothing from noise."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.inspection import permutation_importance

from experiments.analysis import scoring
from experiments.analysis.scoring import NAMES, score_table, scores
from sim.core.errors import InputError
from tests.experiments.toy_tables import design_of, runs_of


def _study() -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(1)
    n = 300
    design = design_of(
        {"large": random.random(n), "small": random.random(n), "rule": random.choice(["a", "b"], n),
         "idle": random.random(n), "fixed": np.ones(n)}
    )  # fmt: skip

    def outcomes(d: pd.DataFrame, replicate: int) -> dict[str, np.ndarray]:
        return {
            "y": 3 * d["large"] ** 2 + d["small"] + 0.1 * random.standard_normal(n),
            "by_rule": np.where(d["rule"] == "a", d["small"], 2.0),
            "noise": random.standard_normal(n), "flat": np.ones(n),
        }  # fmt: skip

    return design, runs_of(design, outcomes)


def test_scores_rank_factors_and_know_what_is_chance() -> None:
    design, runs = _study()
    table = scores(design, runs, trees=40)
    assert list(table.columns) == list(NAMES)
    assert set(table["outcome"]) == {"y", "by_rule", "noise"}
    assert set(table["factor"]) == {"large", "small", "rule", "idle"}
    cells = table.set_index(["outcome", "factor"])
    y = cells.loc["y"]
    assert y["real"].to_dict() == {"large": True, "small": True, "rule": False, "idle": False}
    assert y.loc["large", "importance"] > 3 * y.loc["small", "importance"]
    assert y.loc["large", "permutation"] > 3 * y.loc["small", "permutation"]
    assert (y["r2"] > 0.9).all()
    assert cells.loc["by_rule", "real"].to_dict() == {
        "large": False,
        "small": True,
        "rule": True,
        "idle": False,
    }
    assert cells.loc["by_rule", "importance"].idxmax() == "rule"
    # Nothing can be told of noise.
    assert not cells.loc["noise", "real"].any()
    assert (cells.loc["noise", "r2"] < 0.1).all()
    wide = score_table(table)
    assert list(wide.index) == ["y", "by_rule", "noise"]
    assert wide.loc["noise"].isna().all()
    again = scores(design, runs, outcomes=["y"], trees=40)
    pd.testing.assert_frame_equal(table[table["outcome"] == "y"], again)


def test_several_scenarios_are_a_factor() -> None:
    random = np.random.default_rng(3)
    design = design_of({"x": random.random(120)})
    design["scenario"] = np.where(np.arange(120) < 60, "with", "without")
    runs = runs_of(
        design, lambda d, r: {"y": np.where(d["scenario"] == "with", 1.0, 0.0) + 0.1 * d["x"]}
    )
    table = scores(design, runs, trees=20).set_index("factor")
    assert table.loc["scenario", "importance"] > 0.8


def test_what_cannot_be_scored_is_refused_or_left_out() -> None:
    design, runs = _study()
    with pytest.raises(InputError, match="outcome; given 'z'"):
        scores(design, runs, outcomes=["z"])
    with pytest.raises(InputError, match="factor; given 'fixed'"):
        scores(design, runs, factors=["fixed"])
    assert scores(design, runs[runs["point"] < 10], trees=5).empty


def test_shuffles_are_those_of_the_library_however_many_are_predicted_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(2)
    inputs = random.random((60, 4))
    values = 2.0 * inputs[:, 0] + inputs[:, 1] + 0.1 * random.standard_normal(60)
    trees = ExtraTreesRegressor(10, random_state=1).fit(inputs[:40], values[:40])
    there, real = inputs[40:], values[40:]
    wanted = permutation_importance(
        trees, there, real, scoring="neg_mean_squared_error", n_repeats=scoring.REPEATS,
        random_state=7,
    ).importances  # fmt: skip
    own = np.mean((trees.predict(there) - real) ** 2)
    for rows in (scoring.ROWS, 1, 150):
        monkeypatch.setattr(scoring, "ROWS", rows)
        found = scoring._shuffled_errors(trees.predict, there, real, 7) - own
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)
