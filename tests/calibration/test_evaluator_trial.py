"""The trial: errors split exactly, equal bits for any workers, what a lottery among applicants does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibration.evaluator_designs import METHODS, OUTCOMES, sample
from calibration.evaluator_page import interpretation
from calibration.evaluator_trial import ESTIMATES, Trial, summarised, trial, wilson
from calibration.evaluator_words import GROUPS, HEADERS, TEXT
from calibration.panel import panel
from sim.circumstances import Parameters, told
from sim.core.errors import InputError
from sim.scenario import Scenario

GRANT = "equipment_subsidy"
SMALL: dict[str, Any] = {"scale": 0.02, "replicates": 4}


@pytest.fixture(scope="module")
def contest() -> Trial:
    return trial("contest_allocation", GRANT, workers=1, parameters="central", **SMALL)


def test_the_same_bits_for_one_and_two_workers() -> None:
    one, two = (
        trial(
            "contest_allocation", GRANT, workers=workers, scale=0.01, replicates=3, until="2014-12"
        )
        for workers in (1, 2)
    )
    pd.testing.assert_frame_equal(one.estimates, two.estimates, check_exact=True)
    pd.testing.assert_frame_equal(one.effects, two.effects, check_exact=True)
    assert one.estimates["estimate"].notna().any()


def test_errors_split_into_selection_and_interference(contest: Trial) -> None:
    rows = contest.estimates[contest.estimates["estimate"].notna()]
    assert len(rows) >= 4 * 3 * 4
    parts = rows["selection"] + rows["interference"]
    np.testing.assert_allclose(rows["estimate"] - rows["truth"], parts, atol=1e-9)
    assert (rows["low_95"] < rows["low_90"]).all()
    assert (rows["high_90"] < rows["high_95"]).all()


def test_replicates_are_provinces_of_their_own(contest: Trial) -> None:
    mine = contest.estimates[contest.estimates["method"] == "did"]
    for outcome in OUTCOMES:
        assert mine.loc[mine["outcome"] == outcome, "estimate"].nunique() == 4
    assert contest.manifest["populations"] == [1, 2, 3, 4]
    # The scenario is the one that was given, which runs take eight populations of.
    assert contest.manifest["scenario_hash"] == Scenario.load("contest_allocation").hash


def test_more_replicates_than_a_scenario_may_have_populations() -> None:
    scenario, few = Scenario.load("contest_allocation"), 2000
    ones = [Parameters().of(scenario, seed, few) for seed in (1, 9, 1500)]
    assert [one.population.seed for one in ones] == [1, 9, 1500]
    assert told(Parameters(), scenario, (1500, 1501), few)["populations"] == [1500, 1501]


def test_a_contest_misleads_a_comparison_with_all_firms(contest: Trial) -> None:
    """Firms that win would have adopted sooner anyhow, and the evaluator takes it for an effect."""
    row = contest.table().set_index(["method", "outcome"]).loc[("did", "adopted")]
    assert row["bias"] > row["error"]
    assert row["selection"] > 5.0 * abs(row["interference"])
    assert row["cover_95"] < 0.9


def test_a_lottery_is_judged_rightly_by_the_losers_of_its_calls() -> None:
    """Who wins is drawn by lot, so losers show what winners would have done."""
    found = trial(
        "contest_allocation", GRANT, workers=1, scale=0.02, replicates=6,
        settings=[f'instruments.{GRANT}.allocation="lottery"'],
    )  # fmt: skip
    rows = found.estimates[found.estimates["method"] == "did_calls"]
    covered = (rows["low_95"] <= rows["truth"]) & (rows["truth"] <= rows["high_95"])
    assert len(rows) == 6 * len(OUTCOMES)
    assert (covered.groupby(rows["outcome"]).mean() > 0.5).all()
    assert covered.mean() >= 0.75
    silent = found.estimates[found.estimates["method"] == "discontinuity"]
    assert silent["estimate"].isna().all()
    assert (silent["reason"] != "").all()
    assert found.table().set_index("method").loc["discontinuity", "verdict"].eq("none").all()


def test_the_truth_is_that_of_the_panel(contest: Trial) -> None:
    """Replicate 0 has the scenario's own population and the first seed."""
    made = sample(panel("contest_allocation", GRANT, scale=0.02, seed=1, parameters="central"))
    last = made[(made["year"] == 2017) & (made["since"] > 0)]
    effects = contest.effects.set_index(["replicate", "group", "outcome"])
    for outcome in OUTCOMES:
        mean = last[f"effect_{outcome}"].mean()
        assert effects.loc[(0, "awarded", outcome), "effect"] == pytest.approx(mean)
    assert effects.loc[(0, "awarded", "adopted"), "firms"] == len(last)


def test_figures_over_replicates() -> None:
    rows = pd.DataFrame(
        [
            {"estimate": 1.0, "error": 0.5, "low_90": 0.2, "high_90": 1.8, "low_95": 0.0,
             "high_95": 2.0, "truth": 0.1, "selection": 1.0, "interference": -0.1, "n": 10, "treated": 5},
            {"estimate": 2.0, "error": 0.5, "low_90": 1.2, "high_90": 2.8, "low_95": 1.0,
             "high_95": 3.0, "truth": 0.9, "selection": 1.2, "interference": -0.1, "n": 12, "treated": 5},
            {"estimate": np.nan, "truth": np.nan},
        ]
    )  # fmt: skip
    found = summarised(rows)
    assert found["replicates"] == 2
    assert found["bias"] == pytest.approx(1.0)
    assert found["rmse"] == pytest.approx(np.sqrt((0.81 + 1.21) / 2))
    assert (found["cover_90"], found["cover_95"], found["claims"]) == (0.0, 0.5, 0.5)
    assert found["bias_high"] - found["bias"] == pytest.approx(12.7062 * 0.1, rel=1e-4)
    assert found["verdict"] == "no_bias"
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_everything_is_written_in_both_languages(contest: Trial, tmp_path: Path) -> None:
    assert set(TEXT["en"]) == set(TEXT["zh"])
    assert {*ESTIMATES, *contest.table(), *contest.effects, *contest.reactions()} <= set(HEADERS)
    for lang, head in (("zh", "方法"), ("en", "method")):
        contest.save(tmp_path / lang, lang)
        text = (tmp_path / lang / "evaluators.csv").read_text(encoding="utf-8-sig")
        assert text.startswith(head)
        report = (tmp_path / lang / "report.html").read_text(encoding="utf-8")
        said = interpretation(contest, lang)
        assert len(said) >= len(METHODS) * len(OUTCOMES) - 2
        assert all(text.split("<")[0][:20] in report for text in said)
        assert (tmp_path / lang / "figures" / "evaluators.svg").exists()
    table = pd.read_parquet(tmp_path / "zh" / "evaluators.parquet")
    pd.testing.assert_frame_equal(table, contest.table())
    assert list(contest.reactions()["group"].unique()) == list(GROUPS)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="--replicates"):
        trial("contest_allocation", GRANT, replicates=0)
    with pytest.raises(InputError, match="training"):
        trial("core_programme", "training")
