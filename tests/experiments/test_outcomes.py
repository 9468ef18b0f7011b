"""Outcomes and what is kept of a run, read off results whose figures are known."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.estimate import Estimate, estimate
from experiments.keeper import Keeper
from experiments.outcomes import OWN, Reading, at_months, describe, listing, needs_until, outcome
from experiments.study import load_study
from sim.comparison import run
from sim.core.errors import InputError
from sim.indices.targets import load_targets
from sim.outputs import in_table
from sim.results import Results
from sim.scoring import scores
from sim.words import UNITS


@pytest.fixture(scope="module")
def results() -> Results:
    return run("document_2014", scale=0.01, seed=3, until="2014-12")


def read(results: Results, *names: str) -> list[float]:
    return list(Keeper(names).measure(results).outcomes.values())


def test_an_output_is_read_at_a_month_at_the_end_as_mean_and_as_sum(results: Results) -> None:
    wage = results.province["wage"].to_numpy()
    found = read(results, "wage", "wage@2012-03", "wage.mean", "value_added.sum")
    assert found == pytest.approx(
        [wage[-1], wage[2], wage.mean(), results.province["value_added"].sum()]
    )


def test_gaps_between_cities_are_relative_to_their_mean(results: Results) -> None:
    last = results.cities[results.cities["month"] == "2014-12"]
    values = last["labour_productivity"].to_numpy()
    assert len(values) == 11
    found = read(results, "city_gap", "labour_productivity.spread", "wage.spread")
    assert found[0] == found[1] == pytest.approx(values.std() / values.mean())
    assert found[2] == pytest.approx(last["wage"].std(ddof=0) / last["wage"].mean())


def test_money_and_jobs(results: Results) -> None:
    paid = results.programme[results.programme["month"] == "2014-12"].set_index("instrument")[
        "paid"
    ]
    found = read(results, "public_money", "paid.training_staff", "jobs_change", "public_spending")
    assert found[0] == pytest.approx(paid.sum())
    assert found[0] > 0
    assert found[1] == paid["training_staff"]
    assert found[3] == pytest.approx(found[0] * 1e-4)
    jobs = results.tiers.groupby("month")["employees"].sum()
    assert found[2] == pytest.approx(jobs["2014-12"] - jobs["2012-01"])


def test_targets_are_those_of_the_scorecard(results: Results) -> None:
    known = scores(results)
    covered = [one for one in known.values() if not np.isnan(one.probability)]
    assert covered
    found = read(results, "targets_met", "target.A7a", "target.A7a.relative", "target.A2c.value")
    assert found[0] == pytest.approx(sum(one.probability for one in covered))
    assert np.isnan(found[1]) == np.isnan(known["A7a"].probability)
    assert np.isnan(found[3])


def test_a_run_that_covers_no_target_has_no_number_of_targets_met() -> None:
    assert np.isnan(read(run("document_2014", scale=0.01, until="2012-02"), "targets_met")[0])


def test_targets_are_scored_only_if_they_are_asked_for(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(results: Results) -> None:
        raise AssertionError

    monkeypatch.setattr("sim.scoring.scores", never)
    assert read(results, "wage", "public_money")
    with pytest.raises(AssertionError):
        read(results, "targets_met")


def test_a_mean_of_nothing_between_cities_is_missing() -> None:
    cities = pd.DataFrame({"month": ["2012-01"] * 2, "x": [-1.0, 1.0]})
    frame: Any = SimpleNamespace(province=pd.DataFrame({"month": ["2012-01"]}), cities=cities)
    assert np.isnan(Reading(frame).spread("x"))


def test_tiers_keep_more_and_more(results: Results) -> None:
    headline, detail, panel = (
        Keeper(["wage"], tier).measure(results) for tier in ("headline", "detail", "panel")
    )
    assert headline.tables == {}
    assert list(detail.tables) == ["series", "targets"]
    assert list(detail.tables["series"]) == ["month", *(one.name for one in in_table("province"))]
    assert len(detail.tables["series"]) == 36
    targets = detail.tables["targets"]
    assert list(targets) == ["target", "value", "relative", "met"]
    assert list(targets["target"]) == [one.code for one in load_targets().rows]
    cities = panel.tables["cities"]
    assert list(dict.fromkeys(cities["month"])) == ["2012-12", "2013-12", "2014-12"]
    assert len(cities) == 3 * 11


def test_the_work_runs_a_case_wherever_it_is(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    file.write_text(
        'study.title = {zh = "试", en = "trial"}\nscenarios.names = ["document_2014"]\n'
        'run = {scale = 0.01, until = "2012-03", replicates = 2, check = true}\n'
        'outcomes = {names = ["wage", "employees"], months = ["2012-02"]}\n'
    )
    study = load_study(file)
    first, second = study.cases()
    work = pickle.loads(pickle.dumps(study.keeper))
    found = work(first).outcomes
    assert list(found) == ["wage", "employees", "wage@2012-02", "employees@2012-02"]
    assert found == study.keeper(first).outcomes
    assert found != work(second).outcomes
    assert first.check

    guess = estimate(study, workers=2)
    assert guess.runs == 2
    assert 0 < guess.seconds < 60
    assert guess.bytes > 2 * 8 * 4
    assert guess.minutes == pytest.approx(guess.seconds / 60)
    short = estimate(study, workers=1, patience=0.0, runs=1)
    assert short.runs == 1
    assert short.seconds > 0


def test_an_estimate_in_words() -> None:
    guess = Estimate(runs=2048, seconds=0.7, workers=2, bytes=3_000_000)
    assert guess.text() == (
        "2,048 runs of about 0.70 s: about 11.9 minutes with 2 workers, about 3.0 MB on disk"
    )
    assert guess.text("zh") == ("共2,048次运行,每次约0.70秒;2个进程约需11.9分钟,占用磁盘约3.0 MB")


def test_every_outcome_has_labels_units_and_a_direction_where_there_is_one() -> None:
    for one in listing():
        assert all((one.zh, one.en, one.unit, one.unit_zh))
        assert one.better in ("more", "less", None)
    assert {one.name for one in listing()} == {*OWN, *(one.name for one in in_table("province"))}
    better = {
        name: outcome(name).better
        for name in ("unemployment", "wage", "firms", "price_cloud", "barrier_no_skills", "target.A3b.value",
                     "target.A2c.value", "public_money")
    }  # fmt: skip
    assert better == {
        "unemployment": "less", "wage": "more", "firms": None, "price_cloud": "less",
        "barrier_no_skills": "less", "target.A3b.value": "less", "target.A2c.value": "more",
        "public_money": "less",
    }  # fmt: skip


def test_sums_of_flows_and_of_stocks_have_units_of_their_own() -> None:
    flow, stock = outcome("investment.sum"), outcome("employees.sum")
    assert (flow.unit, flow.unit_zh) == ("100m CNY", "亿元")
    assert (stock.unit, stock.unit_zh) == ("10k persons x months", "万人·月")
    assert all(one.unit in UNITS for one in in_table("province"))


def test_months_are_added_to_outputs_alone() -> None:
    names = at_months(["wage", "targets_met", "wage@2012-01"], ["2012-01", "2013-01"])
    assert names == ["wage", "targets_met", "wage@2012-01", "wage@2013-01"]
    assert needs_until("target.A7a") == "2014-12"
    assert needs_until("wage") is None
    assert [one["name"] for one in describe(names)] == names


@pytest.mark.parametrize(
    "name", ["nothing", "wage.median", "target.A2c.best", "effort", "wage@2012"]
)
def test_what_is_no_outcome_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        outcome(name)
