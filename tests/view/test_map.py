"""The map of the cities: one scale for all months, values by patch, and the table beside it."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.outputs import BY_NAME
from sim.view.echarts import packed
from sim.view.panels import city as closer
from sim.view.panels import map as panel
from sim.view.panels.places import cities
from sim.view.runs import CITY_OUTPUTS
from sim.view.snapshot import Snapshot
from tests.view import fakes

COUNTIES = [
    {"county": "甲", "firms": 40.0, "use_first": 0.1, "use_last": 0.4, "rank_first": 9, "rank_last": 2},
    {"county": "乙", "firms": 0.0, "use_first": None, "use_last": None, "rank_first": None,
     "rank_last": None},
]  # fmt: skip


@cache
def made(members: int = 8) -> Snapshot:
    return fakes.snapshot(members=members, saved=())


def at(month: str = "2016-03", lang: str = "en", members: int = 8) -> Snapshot:
    """The made-up snapshot as a page looks at a month of it."""
    one = made(members)
    return replace(one, choice=replace(one.choice, month=month, lang=lang))


def with_ranks(plan: float, baseline: float) -> Snapshot:
    """A snapshot of its own in which every rank is as given."""
    one = fakes.snapshot(members=2, saved=(), month="2012-01")
    for track, rank in ((one.current, plan), (one.baseline, baseline)):
        assert track is not None
        for member in track.members:
            member.cities["rank"][:] = rank
    return one


def test_every_output_on_the_map_is_one_that_runs_keep_by_city() -> None:
    assert set(panel.MAP_OUTPUTS) | set(closer.HEADLINES) <= set(CITY_OUTPUTS)
    assert all("cities" in BY_NAME[name].where for name in panel.MAP_OUTPUTS)


def test_the_map_is_fetched_from_where_the_server_has_it_under_names_it_has() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the server's library
        from sim.view.server import routes
    assert f"/lianghua/{routes.MAP.name}" == panel.MAP_ADDRESS
    features = json.loads(routes.MAP.read_text(encoding="utf-8"))["features"]
    for lang in ("zh", "en"):
        assert {one["properties"][f"name_{lang}"] for one in features} == set(cities(lang))


@pytest.mark.parametrize("output", panel.MAP_OUTPUTS)
@pytest.mark.parametrize("shows", panel.SHOWN)
def test_one_scale_spans_every_month(output: str, shows: str) -> None:
    found = panel.shading(at(), output, shows)
    assert found.values.shape == (72, 11)
    known = found.values[np.isfinite(found.values)]
    assert known.size
    if output == "rank" and shows == "level":
        assert (found.low, found.high) == (1.0, 11.0)
    else:
        assert found.low <= known.min()
        assert known.max() <= found.high
    if shows != "level":
        assert found.low == -found.high


def test_the_month_changes_the_patch_and_not_the_map() -> None:
    early, late = (at(month, "zh") for month in ("2012-06", "2017-06"))
    options = [panel.map_option(one, "wage", "level") for one in (early, late)]
    assert options[0] == options[1]
    found = panel.shading(early, "wage", "level")
    first, second = (panel.map_patch(one, found, "wage", "Ningbo") for one in (early, late))
    assert [one["name"] for one in first["series"][0]["data"]] == cities("zh")
    assert first["series"][0]["data"] != second["series"][0]["data"]
    assert (first["title"]["text"], second["title"]["text"]) == (
        "2012年6月", "2017年6月",
    )  # fmt: skip
    widths = [one["itemStyle"]["borderWidth"] for one in first["series"][0]["data"]]
    assert [place for place, width in enumerate(widths) if width == 3] == [
        cities("en").index("Ningbo")
    ]
    assert len(packed(first)) < 2000


def test_the_values_are_those_of_the_runs() -> None:
    snapshot = at()
    assert snapshot.current is not None
    place = snapshot.place
    level = 100 * snapshot.level(snapshot.current, "adoption_erp", "cities").mean
    gap = 100 * snapshot.difference(snapshot.current, "adoption_erp", "cities").mean
    for shows, expected in (
        ("level", level[place]), ("difference", gap[place]),
        ("change", level[place] - level[snapshot.months.index("2014-12")]),
    ):  # fmt: skip
        found = panel.shading(snapshot, "adoption_erp", shows, "2014-12")
        np.testing.assert_allclose(found.values[place], expected)


def test_a_rank_before_the_first_is_no_rank() -> None:
    snapshot = with_ranks(0.0, 0.0)
    found = panel.shading(snapshot, "rank", "level")
    assert np.isnan(found.values[0]).all()
    said = panel.headline(snapshot, found, "rank", "level")
    assert "2012-01" in said
    assert "highest" not in said
    assert '"value":null' in packed(panel.map_patch(snapshot, found, "rank"))


def test_the_table_has_the_interval_and_the_headline_the_extremes() -> None:
    snapshot = at()
    frame = panel.map_frame(snapshot, "wage")
    assert list(frame.iloc[:, 0]) == cities("en")
    assert frame.iloc[:, 4].str.contains("…").all()
    one = panel.map_frame(at(members=7), "wage")
    assert (one.iloc[:, 4] == "–").all()
    found = panel.shading(snapshot, "wage", "level")
    said = panel.headline(snapshot, found, "wage", "level")
    assert said.index(cities("en")[int(found.values[snapshot.place].argmax())]) < said.index(
        "lowest"
    )


def test_a_click_beside_the_cities_changes_nothing() -> None:
    assert panel.code_of("宁波市", "zh", "") == "Ningbo"
    assert panel.code_of("", "zh", "Wenzhou") == "Wenzhou"


def test_a_city_has_its_figures_and_its_counties_in_order() -> None:
    snapshot = at()
    frame = closer.headline_frame(snapshot, 3)
    assert len(frame) == len(closer.HEADLINES)
    assert "plan 4.0, baseline not ranked" in closer.rank_sentence(with_ranks(4.0, 0.0), 3)
    option = closer.counties_option(COUNTIES, "en")
    assert option["yAxis"]["data"] == ["甲 no. 2"]
    assert option["series"][0]["data"] == [40.0]
    table = closer.counties_frame(COUNTIES, "zh")
    assert list(table.iloc[1, 1:5]) == ["–"] * 4
