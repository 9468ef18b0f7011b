"""Summaries, bands and paired contrasts are what one would reckon by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.analysis.contrasts import point_contrasts, scenario_contrasts
from experiments.analysis.summary import bands, summary
from sim.core.errors import InputError
from tests.experiments.toy_tables import design_of, runs_of


def _two(values: list[float] | None = None) -> pd.DataFrame:
    """Two scenarios over the same settings, the second the baseline."""
    parts = []
    for name in ("with", "without"):
        part = design_of({"x": values or [0.0]}, name)
        parts.append(part.assign(point=part["point"] + len(part) * len(parts)))
    return pd.concat(parts, ignore_index=True)


def test_a_summary_is_of_runs_that_are_done() -> None:
    design = design_of({"x": [1.0, 2.0]})
    runs = runs_of(design, lambda d, r: {"y": d["x"] * 10 + r}, 5, [(1, 4)])
    # What a failed run left behind is no outcome.
    runs.loc[runs["status"] == "failed", "y"] = 1e9
    table = summary(runs, by="point").set_index("point")
    assert table["runs"].tolist() == [5, 4]
    assert table["failed"].tolist() == [0, 1]
    assert table["mean"].tolist() == [12.0, 21.5]
    assert table.loc[0, "sd"] == pytest.approx(np.std(range(5), ddof=1))
    assert table.loc[0, ["q05", "q50", "q95"]].tolist() == pytest.approx([10.2, 12.0, 13.8])
    low, high = stats.t.interval(0.95, 3, 21.5, stats.sem([20, 21, 22, 23]))
    assert table.loc[1, ["mean_low", "mean_high"]].tolist() == pytest.approx([low, high])
    by_scenario = summary(runs).iloc[0]
    assert (by_scenario["runs"], by_scenario["failed"]) == (9, 1)
    # Runs of several points are no sample of one mean.
    assert np.isnan(by_scenario["mean_low"])


def test_groups_and_outcomes_keep_their_order() -> None:
    design = design_of({"x": range(12)})
    design["scenario"] = ["b"] * 6 + ["a"] * 6
    runs = runs_of(design, lambda d, r: {"z": d["x"], "y": d["x"]}, 2)
    table = summary(runs, by="point")
    assert table["point"].tolist() == [point for point in range(12) for _ in range(2)]
    assert table["outcome"].tolist() == ["z", "y"] * 12
    assert summary(runs)["scenario"].tolist() == ["b", "b", "a", "a"]
    with pytest.raises(InputError, match="by; given 'city'"):
        summary(runs, by="city")
    with pytest.raises(InputError, match="outcome; given 'w'"):
        summary(runs, ["w"])


def test_bands_are_quantiles_of_histories_month_by_month() -> None:
    design = _two()
    runs = runs_of(design, lambda d, r: {"y": [0.0, 0.0]}, 21, [(0, 20)])
    months = ["2012-01", "2012-02"]
    series = pd.DataFrame([
        {"run": run.run, "month": month, "jobs": run.replicate + 100 * at + 1000 * run.point}
        for run in runs.itertuples() for at, month in enumerate(months)
    ])  # fmt: skip
    table = bands(runs, series).set_index(["scenario", "month"])
    assert table.loc[("without", "2012-02"), ["runs", "mean", "q05", "q50", "q95"]].tolist() == (
        pytest.approx([21, 1110, 1101, 1110, 1119])
    )
    assert table.loc[("with", "2012-01"), "runs"] == 20
    assert list(table.index) == [(s, m) for s in ("with", "without") for m in months]


def test_paired_contrasts_cancel_what_both_runs_share() -> None:
    random = np.random.default_rng(1)
    luck, own = 100 * random.standard_normal(8), random.standard_normal(8)

    def outcomes(d: pd.DataFrame, r: int) -> dict[str, np.ndarray]:
        effect = np.where(d["scenario"] == "with", 5.0 + own[r], 0.0)
        return {"y": 50.0 + luck[r] + effect}

    design = _two()
    table = scenario_contrasts(design, runs_of(design, outcomes, 8))
    row = table.iloc[0]
    low, high = stats.t.interval(0.95, 7, 5 + own.mean(), stats.sem(own))
    assert row[["scenario", "against", "per"]].tolist() == ["with", "without", "replicate"]
    assert row[["pairs", "left_out"]].tolist() == [8, 0]
    assert row[["difference", "low", "high"]].tolist() == pytest.approx([5 + own.mean(), low, high])
    assert row["mean"] - row["baseline"] == pytest.approx(row["difference"])
    assert row["relative"] == pytest.approx(row["difference"] / abs(row["baseline"]))
    # A failed run takes its pair, in the level too.
    left = scenario_contrasts(design, runs_of(design, outcomes, 8, [(0, 2), (1, 5)])).iloc[0]
    kept = np.delete(own, [2, 5])
    assert left[["pairs", "left_out"]].tolist() == [6, 2]
    assert left["difference"] == pytest.approx(5 + kept.mean())
    assert left["baseline"] == pytest.approx(50 + np.delete(luck, [2, 5]).mean())


def test_the_interval_is_of_chance_or_of_the_sample_of_settings() -> None:
    settings = [float(x) for x in range(10)]
    design = _two(settings)

    def outcomes(d: pd.DataFrame, r: int) -> dict[str, np.ndarray]:
        return {"y": np.where(d["scenario"] == "with", d["x"] + r, 0.0)}

    runs = runs_of(design, outcomes, 3)
    by_seed = scenario_contrasts(design, runs, "without").iloc[0]
    by_setting = scenario_contrasts(design, runs, "without", per="setting").iloc[0]
    assert by_seed["difference"] == by_setting["difference"] == pytest.approx(5.5)
    assert by_seed["pairs"] == 30
    assert by_seed["high"] == pytest.approx(
        stats.t.interval(0.95, 2, 5.5, stats.sem([4.5, 5.5, 6.5]))[1]
    )
    expected = stats.t.interval(0.95, 9, 5.5, stats.sem(np.arange(10) + 1.0))
    assert (by_setting["low"], by_setting["high"]) == pytest.approx(expected)
    # From the other side: the other sign.
    turned = scenario_contrasts(design, runs, "with").iloc[0]
    assert turned["difference"] == pytest.approx(-5.5)


def test_points_are_set_against_one_of_them() -> None:
    design = design_of({"x": [1.0, 2.0, 4.0], "rule": ["a", None, "b"]})
    runs = runs_of(design, lambda d, r: {"y": d["x"] * (1 + r), "z": -d["x"]}, 3, [(2, 0)])
    table = point_contrasts(design, runs, 0).set_index(["point", "outcome"])
    assert table.index.tolist() == [(1, "y"), (1, "z"), (2, "y"), (2, "z")]
    assert table.loc[(1, "y"), "difference"] == pytest.approx(2.0)
    assert table.loc[(2, "y"), ["difference", "pairs", "left_out"]].tolist() == [
        pytest.approx(7.5),
        2,
        1,
    ]
    # One pair has a difference and no interval.
    single = point_contrasts(design, runs[runs["replicate"] == 1], 0, ["y"], [1]).iloc[0]
    assert (single["difference"], single["pairs"]) == (pytest.approx(2.0), 1)
    assert np.isnan(single["low"])
    with pytest.raises(InputError, match="point; given 3"):
        point_contrasts(design, runs, 3)


def test_scenarios_that_cannot_be_paired_are_refused() -> None:
    design = _two([1.0, 2.0])
    runs = runs_of(design, lambda d, r: {"y": d["x"]})
    with pytest.raises(InputError, match="baseline; given 'none'"):
        scenario_contrasts(design, runs, "none")
    with pytest.raises(InputError, match="replicate, setting"):
        scenario_contrasts(design, runs, per="city")
    design.loc[design["scenario"] == "with", "x"] += 0.5
    with pytest.raises(InputError, match="same factors as those of without"):
        scenario_contrasts(design, runs)
