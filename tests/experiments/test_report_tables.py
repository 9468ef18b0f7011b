"""Numbers of a report against answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.report_tables import (
    base_values,
    contrasts,
    is_crossed,
    is_grid,
    levels,
    rank_correlations,
    shape,
    swings,
)


def table_of_runs(design: pd.DataFrame, values: dict[int, list[float]]) -> pd.DataFrame:
    """Runs of every point with outcome y by replicate."""
    scenario = dict(zip(design["point"], design["scenario"], strict=True))
    return pd.DataFrame(
        [
            {"point": point, "scenario": scenario[point], "replicate": r, "status": "done", "y": y}
            for point, row in values.items()
            for r, y in enumerate(row)
        ]
    )


def design_of(**columns: list) -> pd.DataFrame:
    """A design with points from 0."""
    count = len(next(iter(columns.values())))
    named = {"scenario": ["a"] * count} | columns
    return pd.DataFrame({"point": range(count), **named})


def test_contrasts_are_paired_by_replicate() -> None:
    design = design_of(scenario=["more", "base"])
    # Chance that both share is large and cancels; a wrong pairing would give wide intervals.
    gain = [3.0, 3.5, 2.5, 3.0]
    shared = np.array([0.0, 50.0, -30.0, 80.0])
    runs = table_of_runs(design, {0: list(shared + np.array(gain)), 1: list(shared)})
    row = contrasts(design, runs, ["y"], "base").iloc[0]
    low, high = stats.t.interval(0.95, 3, 3.0, stats.sem(gain))
    assert row["difference"] == pytest.approx(3.0)
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    assert (row["n"], row["over"], row["baseline"]) == (4, "chance", pytest.approx(25.0))


def test_a_failed_run_takes_its_pair_out() -> None:
    design = design_of(scenario=["more", "base"])
    runs = table_of_runs(design, {0: [1.0, 2.0, 3.0], 1: [0.0, 0.0, 100.0]})
    runs.loc[(runs["point"] == 1) & (runs["replicate"] == 2), "status"] = "failed"
    row = contrasts(design, runs, ["y"], "base").iloc[0]
    assert (row["n"], row["difference"]) == (2, pytest.approx(1.5))


def test_one_run_each_has_no_interval() -> None:
    design = design_of(scenario=["more", "base"])
    row = contrasts(design, table_of_runs(design, {0: [2.0], 1: [1.0]}), ["y"], "base").iloc[0]
    assert row["difference"] == 1.0
    assert np.isnan(row["low"])


def test_contrasts_over_points_pair_the_same_values_of_factors() -> None:
    design = design_of(scenario=["more"] * 3 + ["base"] * 3, x=[1.0, np.nan, 3.0, 3.0, np.nan, 1.0])
    runs = table_of_runs(design, {0: [11], 1: [22], 2: [33], 3: [30], 4: [20], 5: [10]})
    row = contrasts(design, runs, ["y"], "base").iloc[0]
    assert (row["difference"], row["over"]) == (2.0, "points")
    assert (row["low"], row["high"]) == pytest.approx((1.1, 2.9))


def test_a_baseline_at_one_point_serves_all() -> None:
    design = design_of(scenario=["base", "more", "more"], x=[np.nan, 1.0, 2.0])
    runs = table_of_runs(design, {0: [1.0, 2.0], 1: [2.0, 3.0], 2: [4.0, 5.0]})
    row = contrasts(design, runs, ["y"], "base").iloc[0]
    assert (row["n"], row["difference"]) == (4, 2.0)


def test_levels_leave_out_failed_runs() -> None:
    design = design_of(x=[1.0])
    runs = table_of_runs(design, {0: [1.0, 2.0, 99.0]})
    runs.loc[2, "status"] = "failed"
    row = levels(runs, ["y"]).iloc[0]
    assert (row["n"], row["mean"]) == (2, 1.5)
    assert row["high"] - row["mean"] == pytest.approx(stats.t.ppf(0.975, 1) * 0.5)


def test_shapes_are_told_apart() -> None:
    assert shape(design_of(scenario=["a", "b"])) == "scenarios"
    assert shape(design_of(x=[1.0, 2.0, 3.0])) == "grid"
    assert shape(design_of(x=[1, 1, 2, 2], y=["p", "q", "p", "q"])) == "grid"
    assert shape(design_of(x=[np.nan, 1, np.nan], y=[np.nan, np.nan, 2])) == "one_at_a_time"
    assert shape(design_of(x=[1, 2, 3], y=[2, 3, 1])) == "sample"
    # Two by two is a grid, though two points differ from a third in one factor each.
    assert base_values(design_of(x=[1, 1, 2, 2], y=[1, 2, 1, 2])) is None
    assert not is_grid(design_of(x=[1, 2], y=[1, 2]))


def test_a_grid_of_levers_crossed_with_a_sample_is_seen_in_its_parts() -> None:
    design = design_of(x=[1, 1, 1, 2, 2, 2], u=[0.1, 0.5, 0.9] * 2, v=[0.7, 0.2, 0.4] * 2)
    assert is_crossed(design, ["x"], ["u", "v"])
    assert not is_crossed(design, ["x", "u"], ["v"])
    assert shape(design[["point", "scenario", "x"]]) == "grid"
    assert shape(design[["point", "scenario", "u", "v"]]) == "sample"


def test_swings_are_differences_to_the_base_point() -> None:
    design = design_of(x=[np.nan, 5.0, np.nan], flag=[None, None, True])
    runs = table_of_runs(design, {0: [10.0, 20.0], 1: [12.0, 22.0], 2: [9.0, 18.0]})
    found = swings(design, runs, ["y"], ["x", "flag"]).set_index("factor")
    assert found.loc["x", "difference"] == 2.0
    assert found.loc["flag", "difference"] == -1.5
    assert found.loc["x", "low"] == pytest.approx(2.0)
    assert found.loc["flag", "high"] > 0.0  # two unequal pairs say little
    assert found.loc["x", "value"] == 5.0


def test_swings_without_a_base_point_are_to_the_mean_and_have_no_interval() -> None:
    design = design_of(x=[1.0, 3.0, np.nan, np.nan], z=[np.nan, np.nan, 1.0, 3.0])
    runs = table_of_runs(design, {0: [1.0], 1: [5.0], 2: [2.0], 3: [4.0]})
    found = swings(design, runs, ["y"], ["x", "z"])
    assert list(found["difference"]) == [-2.0, 2.0, -1.0, 1.0]
    assert found["low"].isna().all()


def test_rank_correlations_see_order_and_leave_words_out() -> None:
    points = design_of(x=[1.0, 2.0, 3.0, 4.0], word=["a", "b", "a", "b"], same=[1.0] * 4)
    points["y"] = [1.0, 10.0, 100.0, 1000.0]
    found = rank_correlations(points, ["x", "word", "same"], "y")
    assert dict(found) == {"x": pytest.approx(1.0)}


def test_levels_end_where_an_outcome_does() -> None:
    runs = pd.DataFrame(
        {"point": 0, "scenario": "a", "replicate": range(2), "status": "done",
         "public_money": [2_000.0, 49_000.0], "paid.equipment_subsidy": [0.0, 9.0],
         "adoption_erp": [0.3, 0.9], "jobs_change": [-2.0, 9.0], "own": [0.0, 9.0]}
    )  # fmt: skip
    found = levels(runs, list(runs.columns[4:])).set_index("outcome")
    for name in ("public_money", "paid.equipment_subsidy", "adoption_erp"):
        assert found["low"][name] == 0.0, name
    assert found["high"]["adoption_erp"] == 1.0
    assert found["high"]["public_money"] > 49_000.0
    # A change may be negative, and of an outcome that nobody declared nothing is known.
    assert found["low"]["jobs_change"] < -2.0
    assert found["low"]["own"] < 0.0
