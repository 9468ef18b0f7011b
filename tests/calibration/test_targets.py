"""Observed moments: the rules of tolerance and weight, and what is read off a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration import readings
from calibration.runs import Run, simulate
from calibration.targets import RELATIVE_ERROR, TABLE, WEIGHT, load, moments, targets, tolerance
from sim.core.errors import InputError
from sim.scenario import Scenario
from sim.world.data import load_data
from sim.world.rows import CONFIDENCE


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(Scenario.load("document_2014", ['time.end="2015-12"']), 0.05, 1)


# ------------------------------------------------------------------ the table
def test_the_rule_of_tolerance() -> None:
    assert set(RELATIVE_ERROR) == set(CONFIDENCE)
    errors = [RELATIVE_ERROR[word] for word in CONFIDENCE]
    assert errors == sorted(errors)
    assert tolerance(200.0, "100m CNY", "official_table") == pytest.approx(4.0)
    assert tolerance(-200.0, "100m CNY", "recalled") == pytest.approx(50.0)
    assert tolerance(4.4, "%/year", "official_text") == 0.5
    assert tolerance(200.0, "100m CNY", "recalled", 3.0) == 3.0


def test_weight_follows_definition_and_tie() -> None:
    found = targets()
    assert {one.weight for one in found if one.tied} == {0.0}
    assert all(one.weight == WEIGHT[one.definition] for one in found if not one.tied)
    assert sum(one.weight > 0 for one in found) > 30
    assert all(one.zh and one.en and one.note_zh and one.note_en for one in found)


def test_what_the_model_is_anchored_at_is_tied() -> None:
    """A figure of the base year that the model starts from cannot speak for it."""
    anchors = {
        "new_products": "new_product_sales",
        "online_retail": "online_retail",
        "software_revenue": "software_revenue",
    }
    base = load_data().measures.base
    same = [one for one in targets() if one.series in anchors and one.year == 2013]
    assert len(same) == 3
    for one in same:
        assert one.value == base[anchors[one.series]]
        assert one.tied


def test_targets_up_to_a_year() -> None:
    until = targets(2013)
    assert 10 < len(until) < len(targets())
    assert max(max(one.year, one.model_year) for one in until) == 2013
    assert max(one.year for one in targets()) == 2015


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("nc_rate_key_firms,Zhejiang,2013", "nc_rate_key_firms,Zhejiang,2016", "2000 to 2015"),
        (",near,,end,numerical_control", ",nearly,,end,numerical_control", "same, near, proxy"),
        (",near,,end,numerical_control", ",near,,last,numerical_control", "two_year_rise"),
        ("end,numerical_control_rate_key_firms", "end,numeric_rate", "an output"),
        ("%,35.7,", "%,high,", "value"),
        ("press_quoting_official,near,,end,num", "rumour,near,,end,num", "official_table"),
    ],
)
def test_a_bad_row_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / TABLE.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        load(path)


# ------------------------------------------------------------------ a run of the model
def test_a_run_answers_every_target(run: Run) -> None:
    found = moments(run)
    assert list(found) == [one.name for one in targets()]
    assert np.isfinite(list(found.values())).all()


def test_moments_are_in_the_units_of_the_observations(run: Run) -> None:
    found, frame = moments(run), run.results.province
    year = frame[frame["month"].str.startswith("2015")]
    before = frame[frame["month"].str.startswith("2014")]
    assert found["labour_productivity_2015"] == pytest.approx(year["labour_productivity"].mean())
    grown = year["value_added"].sum() / before["value_added"].sum()
    assert found["value_added_growth_2015"] == pytest.approx(100 * (grown - 1))
    rate = frame.set_index("month")["numerical_control_rate_key_firms"]
    assert found["nc_rate_key_firms_2013"] == pytest.approx(100 * rate["2013-12"])
    assert found["nc_rate_rise_2015"] == pytest.approx(100 * (rate["2015-12"] - rate["2013-12"]))
    # Consumer prices grew at 2.6, 2.0 and 1.4 %: from mid-2013 to mid-2015 by 2.3 and 1.7 %.
    raised = found["online_retail_2015"] / year["online_retail"].sum()
    assert raised == pytest.approx(1.023 * 1.017, abs=0.001)
    editions = run.results.indices.query(
        "region == 'Zhejiang' and index == 'two_integration' and level == 'total'"
    ).set_index("year")["reported"]
    assert found["two_integration_rise_2014"] == pytest.approx(editions[2014] - editions[2013])
    towns = run.results.cities.query("city == 'Hangzhou'").set_index("month")["employees"]
    change = towns.loc["2015-01":"2015-12"].mean() / towns.loc["2013-01":"2013-12"].mean() - 1
    assert found["above_scale_employees_hangzhou_2015"] == pytest.approx(100 * change)
    paid = run.results.programme.groupby("month")["paid"].sum()
    share = (paid["2015-12"] - paid["2014-12"]) * 1e-4 / year["investment"].sum()
    assert found["support_share_2015"] == pytest.approx(100 * share)


def test_a_run_that_ends_early_says_nothing_of_later_years() -> None:
    short = simulate(Scenario.load("document_2014", ['time.end="2013-12"']), 0.05, 1)
    found = moments(short)
    for one in targets():
        late = max(one.year, one.model_year) > 2013
        assert np.isnan(found[one.name]) == late, one.name


# ------------------------------------------------------------------ projects and the survey, by hand
def by_hand(run: Run) -> Run:
    """Four projects of machines and one of ERP; five firms, the last a newcomer in an old place."""
    book = {
        "row": [0, 1, 2, 3, 0], "technology": [0, 0, 0, 0, 2], "accepted": [12, 14, 13, 13, 12],
        "success": [1, 1, 0, 1, 1], "tier": [0, 1, 1, 2, 0], "weight": [2.0, 1.0, 1.0, 1.0, 2.0],
        "cost": [220.0, 440.0, 999.0, 999.0, 999.0], "price": [1.0, 2.0, 1.0, 1.0, 1.0],
    }  # fmt: skip
    before = {
        "uid": [1, 2, 3, 4], "alive": [1] * 4, "tier": [0, 1, 1, 2], "sector": [0] * 4,
        "weight": [2.0, 1.0, 1.0, 1.0], "skilled": [10.0] * 4, "unskilled": [100.0] * 4,
        "productivity": [50.0] * 4, "automation": [0.2] * 4, "output": [400.0] * 4,
        "wage_premium": [1.0] * 4,
    }  # fmt: skip
    after = {
        **before, "uid": [1, 2, 9, 4], "unskilled": [85.0, 95.0, 10.0, 10.0],
        "productivity": [56.0, 66.0, 99.0, 99.0],
    }  # fmt: skip
    shots = {"2012-05": before, "2013-05": after}
    return replace(
        run,
        projects={key: np.array(values) for key, values in book.items()},
        snapshots={
            month: {key: np.array(values) for key, values in table.items()}
            for month, table in shots.items()
        },
        machine={**run.machine, "fixed": 20.0, "scaled": 10.0, "cell": 2.5},
    )


def test_projects_of_above_scale_firms_that_succeeded_count(run: Run) -> None:
    some = by_hand(run)

    def read(name: str, output: str = "automation", year: int = 2013) -> float:
        return readings.READINGS[name](some, output, "Zhejiang", year)

    assert read("projects_finished") == 3.0
    assert read("project_cost") == pytest.approx((2 * 220 + 440) / 3)
    # (220 - 20) / 10 = 20 workers twice, and (440 / 2 - 20) / 10 = 20 once.
    assert read("workers_per_project") == pytest.approx(20.0)
    assert read("workers_displaced") == pytest.approx(60.0e-4)
    assert read("cells_in_use") == pytest.approx(60.0 / 2.5 * 1e-4)
    assert read("cells_in_use", year=2012) == 0.0
    assert read("projects_finished", "erp") == 2.0
    assert np.isnan(read("workers_per_project", year=2012))


def test_the_survey_asks_firms_that_lived_through_a_project(run: Run) -> None:
    some = by_hand(run)
    # The firm of weight 2 lost 15 % of its staff and gained 12 %, that of weight 1 5 % and 32 %.
    assert readings.staff_cut(some, "", "", 2013) == pytest.approx(100 * 2 / 3)
    assert readings.gain_over_10(some, "", "", 2013) == pytest.approx(100.0)
    assert readings.gain_over_30(some, "", "", 2013) == pytest.approx(100 / 3)
    dear = replace(some, machine={**some.machine, "gain": 10.0})
    assert readings.labour_motive(dear, "", "", 2013) == 0.0
    cheap = replace(some, machine={**some.machine, "gain": 0.0, "energy": 0.0})
    assert readings.labour_motive(cheap, "", "", 2013) == 100.0


# ------------------------------------------------------------------ cities and size
def test_one_upset_city_does_not_make_the_spread_of_growth(run: Run) -> None:
    cities = run.results.cities.copy()
    months, count = len(run.results.province), len(run.cities)
    rate = np.linspace(0.0, 0.2, count)
    rate[0] = -3.0
    grown = np.exp(np.outer(np.arange(months) // 12 - 1, rate) / 2.0)
    cities["value_added"] = grown.ravel()
    some = replace(run, results=replace(run.results, cities=cities))
    found = readings.city_growth_spread(some, "value_added", "Zhejiang", 2015)
    low, high = np.quantile(rate, (0.25, 0.75))
    assert found == pytest.approx(high - low)
    assert readings.city_spread(some, "value_added", "Zhejiang", 2013) == pytest.approx(0.0)


def test_the_tail_exponent_is_that_of_the_firms_above_500(run: Run) -> None:
    ranks = (np.arange(4000) + 0.5) / 4000
    people = np.concatenate([500.0 * ranks ** (-1 / 1.2), np.full(9000, 60.0)])
    count = len(people)
    shot = {
        "skilled": 0.3 * people, "unskilled": 0.7 * people, "alive": np.ones(count),
        "tier": np.ones(count), "weight": np.full(count, 20.0),
    }  # fmt: skip
    some = replace(run, snapshots={"2013-12": shot})
    assert readings.size_tail(some, "", "", 2013) == pytest.approx(1.2, abs=0.01)
    below = replace(run, snapshots={"2013-12": {**shot, "tier": np.full(count, 2)}})
    assert np.isnan(readings.size_tail(below, "", "", 2013))
