"""The indices on the page: totals, ranks and their chances, and the audit trail."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.core.errors import InputError
from sim.indices import yearly
from sim.indices.ranking import national_rank
from sim.view import ranks
from sim.view.choice import Plan
from sim.view.panels import audit_trail as trail
from sim.view.panels import index_charts as panel
from sim.view.questions import Question, answer
from sim.view.runs import whole_run
from sim.view.snapshot import Snapshot, Track
from sim.world.data import load_data
from tests.view.fakes import snapshot

TABLES = load_data().indices
CITIES = tuple(str(name) for name in load_data().cities["name_en"])
MONTHS = [f"{year}-{month:02d}" for year in (2014, 2015) for month in range(1, 13)]


def table(replicate: int, shift: float) -> tuple[Any, Any]:
    """Years and figures of a yearly table of made-up figures near the base values, 10 % over-reported."""
    luck = np.random.default_rng(replicate)
    figures = {}
    for index in yearly.INDICES:
        items = TABLES.items(index)
        if index == "two_integration":
            from sim.indices.two_integration import bases

            base = bases(TABLES)
        else:
            middle = [0.5 * (one.low + one.high) for one in items]
            base = np.tile(middle, (1 + len(CITIES), 1))
        noise = luck.uniform(0.9, 1.1, base.shape)
        figures[index] = np.broadcast_to(base * noise * (1 + shift), (24, *base.shape))
    lift = np.full((24, len(CITIES)), 0.1)
    return ranks.yearly(pd.DataFrame(yearly.table(MONTHS, figures, lift, CITIES, TABLES)))


@cache
def shot(lang: str = "en", members: int = 6) -> Snapshot:
    made = snapshot(lang, members=members, saved=())

    def filled(track: Track, shift: float) -> Track:
        return replace(
            track,
            members=tuple(
                replace(
                    one, **dict(zip(("years", "indices"), table(one.replicate, shift), strict=True))
                )
                for one in track.members
            ),
        )

    assert made.current is not None
    assert made.baseline is not None
    return replace(made, current=filled(made.current, 0.2), baseline=filled(made.baseline, 0.0))


def test_figures_are_those_of_the_yearly_table() -> None:
    member = shot().current.members[0]  # type: ignore[union-attr]
    found = member.indices["two_integration", "total", "latent"]
    assert found.shape == (2, 12)
    assert np.isfinite(found).all()
    weights = (0.25, 0.5, 0.25)
    parts = [member.indices["two_integration", code, "latent"]
             for code in yearly.CLASSES["two_integration"]]  # fmt: skip
    np.testing.assert_allclose(found, sum(w * one for w, one in zip(weights, parts, strict=True)))
    reported = member.indices["two_integration", "total", "reported"]
    np.testing.assert_allclose(reported, 1.1 * found)


def test_places_are_a_permutation_by_mean_rank_and_chances_add_to_one() -> None:
    made = np.array([[[1, 2, 3]], [[1, 3, 2]], [[2, 1, 3]]])
    assert ranks.order(made).tolist() == [[1, 2, 3]]
    chances = ranks.chances(made[:, 0], 3)
    np.testing.assert_allclose(chances[0], [2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)


def test_national_chances_are_means_of_the_runs_own() -> None:
    track = shot().current
    assert track is not None
    one = replace(track, members=track.members[:1])
    total = float(ranks.stacked(one, "two_integration", "total", "reported")[0, 1, 0])
    expected = national_rank(total, 2016, TABLES.published).chance
    np.testing.assert_allclose(ranks.national_chances(one, 2015), expected)
    assert ranks.national_chances(track, 2015).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("index", yearly.INDICES)
def test_charts_have_every_track_city_and_class(index: str, lang: str) -> None:
    made = shot(lang)
    path = panel.path_option(made, index, 3)
    ids = [one["id"] for one in path["series"]]
    assert ids[:2] == ["line-0", "line-1"]
    assert "low" in ids
    # The bureau's index is not filed by cities.
    assert ("reported" in ids) == (index == "two_integration")
    bump = panel.bump_option(made, index, 2)
    places = np.array([one["data"] for one in bump["series"]])
    assert (np.sort(places, axis=0) == np.arange(1, 12)[:, None]).all()
    assert [one["lineStyle"]["width"] for one in bump["series"]][1] == 4
    bars = panel.classes_option(made, index, 0, 2015)
    assert (
        len(bars["xAxis"]["data"]) == len(yearly.CLASSES[index]) == len(bars["series"][0]["data"])
    )
    heat = panel.chances_option(made, index, 2015)["series"][0]["data"]
    assert sum(one["value"][2] for one in heat) == pytest.approx(1100, abs=30)
    assert len(panel.path_frame(made, index, 0)) == 4
    assert len(panel.ranks_frame(made, index)) == len(panel.chances_frame(made, index, 2014)) == 11
    assert len(panel.classes_frame(made, index, 0, 2014)) == 2 * len(yearly.CLASSES[index])
    assert "2015" in panel.sentence(made, index, 0, 2015)


def test_few_runs_have_no_band_and_the_year_follows_the_month() -> None:
    few = shot("en", 3)
    assert "low" not in [
        one["id"] for one in panel.path_option(few, "two_integration", 0)["series"]
    ]
    assert panel.year_looked_at(few, (2014, 2015)) == 2015
    early = replace(few, choice=replace(few.choice, month="2014-06"))
    assert panel.year_looked_at(early, (2014, 2015)) == 2014
    assert len(panel.national_frame(few, 2014)) == 31


PLAN = Plan("core_programme", (("time.end", "2014-12"), ("time.start", "2013-01")))


def ask(**arguments: str | int | float) -> Question:
    chosen = {"place": 1, "year": 2014, "scale": 0.01} | arguments
    return Question("audit", PLAN, 2, arguments=tuple(sorted(chosen.items())))


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    result: dict[str, Any] = answer(ask())
    return result


def test_an_audit_adds_up_level_by_level(found: dict[str, Any]) -> None:
    assert found["region"] == "Hangzhou"
    assert len(found["classes"]) == 3
    assert sum(one["contribution"] for one in found["classes"]) == pytest.approx(found["latent"])
    for one in found["classes"]:
        assert sum(item["contribution"] for item in one["items"]) == pytest.approx(
            one["contribution"]
        )
        for item in one["items"]:
            ratio = item["x0"] / item["x"] if item["minus"] else item["x"] / item["x0"]
            assert item["latent"] == pytest.approx(50 * np.log2(1 + ratio)) or item["x"] <= 0
    assert sum(len(one["items"]) for one in found["classes"]) == 23


def test_an_audit_is_of_the_pages_own_run(found: dict[str, Any]) -> None:
    table = whole_run(PLAN, 2, 0.01).run().indices
    mine = (table["level"] == "total") & (table["region"] == "Hangzhou") & (table["year"] == 2014)
    total = table[mine & (table["index"] == "two_integration")].iloc[0]
    assert total["latent"] == found["latent"]
    assert total["reported"] == found["reported"]


def test_firms_that_weigh_most_are_of_the_place_largest_first(found: dict[str, Any]) -> None:
    firms = [item["firms"] for one in found["classes"] for item in one["items"] if item["firms"]]
    assert len(firms) > 5
    for group in firms:
        shares = [one["share"] for one in group]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1 + 1e-9
        assert {one["city"] for one in group} == {0}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_trail_opens_to_every_level_with_formula_and_source(
    found: dict[str, Any], lang: str
) -> None:
    html = trail.total_html(found, lang)
    with_firms = sum(bool(item["firms"]) for one in found["classes"] for item in one["items"])
    assert html.count("<details") == 3 + 23 + with_firms
    assert html.count("50 × log₂(1 + ") == 23
    assert "nan" not in html
    assert "None" not in html


def test_formulas_hold_their_numbers() -> None:
    item = {
        "x": 5.0,
        "x0": 2.5,
        "low": 1.0,
        "high": 10.0,
        "log": True,
        "minus": False,
        "latent": 0.699,
    }
    assert trail.formula(item, "informatization", "en") == "ln(5 ÷ 1) ÷ ln(10 ÷ 1) = 0.699"
    assert trail.formula(item | {"log": False}, "informatization", "en").startswith(
        "(5 − 1) ÷ (10 − 1)"
    )
    assert "2.5 ÷ 5" in trail.formula(item | {"minus": True}, "two_integration", "en")


@pytest.mark.parametrize("wrong", [{"place": 12}, {"year": 2015}, {"index": "gdp"}])
def test_what_cannot_be_audited_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        answer(ask(**wrong))
