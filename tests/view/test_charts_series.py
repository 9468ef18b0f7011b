"""The chart of a series as plain data."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from sim.view import colours
from sim.view.echarts import packed
from sim.view.panels.series import (
    cursor_patch,
    distinct,
    lines,
    sentence,
    series_frame,
    series_option,
    tidy,
)
from sim.view.panels.tiers import tiers_frame, tiers_option
from sim.view.snapshot import Snapshot
from tests.view.fakes import MONTHS, snapshot


@pytest.fixture(scope="module")
def eight() -> Snapshot:
    """Eight runs of each, one saved plan."""
    return snapshot("en")


def by_id(option: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Series by their handle."""
    return {one["id"]: one for one in option["series"]}


def test_level_shows_baseline_plan_and_saved(eight: Snapshot) -> None:
    """The baseline grey and dashed with a band, the plan blue with a band, saved plans without."""
    found = by_id(series_option(eight, "adoption_erp"))
    assert found["line-0"]["lineStyle"]["type"] == "dashed"
    assert found["line-0"]["color"] == colours.BASELINE
    assert (found["line-1"]["color"], found["line-2"]["color"]) == (
        colours.CURRENT,
        colours.SAVED[0],
    )
    assert {"low-0", "high-0", "low-1", "high-1"} <= set(found)
    assert "low-2" not in found


def test_bands_stack_to_the_quantiles(eight: Snapshot) -> None:
    """The upper area is the width, so that lower and upper together are the 95 % quantile."""
    found = by_id(series_option(eight, "employees"))
    level = eight.level(eight.current, "employees")  # type: ignore[arg-type]
    top = np.add(found["low-1"]["data"], found["high-1"]["data"])
    np.testing.assert_allclose(top, level.high, atol=0.2)
    assert found["low-1"]["stack"] == found["high-1"]["stack"] != found["low-0"]["stack"]
    # Differences can be below zero: then areas of opposite sign must stack too.
    assert found["high-1"]["stackStrategy"] == "all"


def test_shares_are_per_cent(eight: Snapshot) -> None:
    """A share of 0.15 at the start is drawn as 15."""
    option = series_option(eight, "adoption_erp")
    assert by_id(option)["line-0"]["data"][0] == pytest.approx(15.0, abs=1.5)
    assert option["yAxis"]["axisLabel"]["formatter"] == "{value}%"
    assert "formatter" not in series_option(eight, "employees")["yAxis"]["axisLabel"]


def test_no_band_below_five_runs() -> None:
    """Four runs have curves only, and the option is still sound JSON."""
    four = snapshot("zh", members=4)
    option = series_option(four, "adoption_erp")
    assert not [name for name in by_id(option) if name.startswith("low")]
    assert "NaN" not in packed(option)
    assert json.loads(packed(option))["xAxis"]["data"] == list(MONTHS)


def test_difference_has_a_zero_line_intervals_and_no_baseline(eight: Snapshot) -> None:
    """The plan and saved plans, each with its interval; published figures are of levels only."""
    found = by_id(series_option(eight, "employees", difference=True))
    assert found["zero"]["markLine"]["data"] == [{"yAxis": 0}]
    assert found["line-0"]["color"] == colours.CURRENT
    assert {"low-0", "low-1"} <= set(found)
    assert "observed" not in found
    gap = eight.difference(eight.current, "employees")  # type: ignore[arg-type]
    assert found["line-0"]["data"][-1] == pytest.approx(gap.mean[-1], abs=0.01)


def test_one_pair_has_no_interval() -> None:
    """A single pair says nothing about chance."""
    one = snapshot("en", members=1)
    (plan, *_) = lines(one, "employees", difference=True)
    assert np.isnan(plan.low).all()
    assert "low-0" not in by_id(series_option(one, "employees", difference=True))
    assert "1 of 8 pairs" in sentence(one, "employees")
    assert "6 of 8 pairs" in sentence(snapshot("en", members=6), "employees")


def test_the_start_of_the_programme_and_the_month_looked_at_are_marked() -> None:
    """The month can be moved by a patch that touches nothing else."""
    looked = snapshot("en", month="2015-06")
    found = by_id(series_option(looked, "employees"))
    assert found["start"]["markLine"]["data"] == [{"xAxis": "2014-05"}]
    assert found["cursor"]["markLine"]["data"] == [{"xAxis": "2015-06"}]
    later = cursor_patch(snapshot("en", month="2016-01"))
    assert later == {"series": [{"id": "cursor", "markLine": {"data": [{"xAxis": "2016-01"}]}}]}


def test_published_figures_are_points_of_the_province_only(eight: Snapshot) -> None:
    """Employees of 2013-2015 behind the curves, not behind those of a tier."""
    points = by_id(series_option(eight, "employees"))["observed"]
    assert points["data"] == [["2013-07", 731.0], ["2014-07", 702.7], ["2015-07", 683.6]]
    assert "observed" not in by_id(series_option(eight, "employees", table="tiers", row=0))


def test_a_legend_names_every_curve_once(eight: Snapshot) -> None:
    """Bands share the name of their curve, so that the legend hides both."""
    option = series_option(eight, "employees")
    names = [one["name"] for one in option["legend"]["data"]]
    assert len(set(names)) == len(names) == 4
    found = by_id(option)
    assert found["line-1"]["name"] == found["low-1"]["name"] == names[1]
    assert not series_option(eight, "employees", small=True)["legend"]["show"]
    assert distinct("a", ["a", "a (2)"]) == "a (3)"


def test_a_saved_plan_like_the_plan_has_a_name_of_its_own() -> None:
    """Titles can be equal where plans differ in settings only."""
    same = snapshot("en", saved=("document_2014", "document_2014"))
    assert len({one.name for one in lines(same, "employees")}) == 4


def test_digits_follow_the_size() -> None:
    """About four digits that count; not a number stays so."""
    assert tidy(np.array([1234.56, 1.0])) == [1235.0, 1.0]
    assert tidy(np.array([0.012345])) == [0.01235]
    assert tidy(np.array([np.nan])) == [None]


def test_a_sentence_says_when_nothing_can_be_told(eight: Snapshot) -> None:
    """The index is not moved in the made-up runs, employees are."""
    assert "cannot be told from nothing" in sentence(eight, "two_integration_index")
    assert "cannot be told" not in sentence(eight, "employees")
    assert "与零无法区分" in sentence(snapshot("zh"), "two_integration_index")


def test_the_table_holds_what_the_chart_shows(eight: Snapshot) -> None:
    """Month, then mean, low and high of each curve."""
    frame = series_frame(eight, "adoption_erp")
    assert frame.shape == (72, 1 + 3 * 3)
    assert frame.iloc[0, 0] == "2012-01"
    assert series_frame(eight, "adoption_erp", difference=True).shape == (72, 1 + 3 * 2)


def test_tiers_are_solid_for_the_plan_and_dashed_for_the_baseline(eight: Snapshot) -> None:
    """Four tiers, each pair in one colour under one name."""
    found = by_id(tiers_option(eight, "adoption_erp"))
    for row in range(4):
        plan, base = found[f"plan-{row}"], found[f"baseline-{row}"]
        assert (plan["name"], plan["color"]) == (base["name"], base["color"])
        assert (plan["lineStyle"]["type"], base["lineStyle"]["type"]) == ("solid", "dashed")
    assert tiers_frame(eight, "adoption_erp").shape == (72, 9)
    assert "baseline-0" not in by_id(tiers_option(eight, "adoption_erp", difference=True))
