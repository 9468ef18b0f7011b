"""Targets read strictly and bound on both sides; hand-made series give hand-computed scores."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.indices.scorecard import Series, instruments_of, score, yearly
from sim.indices.targets import Target, load_targets
from sim.world.data import DIRECTORY

CODES = """
O1a O1b O2a O2b O3 O4 A1a A1b A1c A1d A1e A1f A1g A1h A2a A2b A2c A2d A3a A3b A3c A3d A4a A4b A4c
A5a A5b A5c A6a A6b A6c A6d A6e A7a A7b A7c A8a A8b A9a A9b A9c A9d A9e A9f A10a S2a S2b S2c S6a
"""
MONTHS = tuple(f"{year}-{month:02d}" for year in range(2012, 2018) for month in range(1, 13))
YEARS = np.repeat(np.arange(2012, 2018), 12)
LEVEL = load_targets()["A4a"]


def target(**changes: object) -> Target:
    """A target on province.x at the level of 2017, at least 100, unless changed."""
    plain = {"table": "province", "outputs": ("x",), "within_year": "end", "value": 100.0,
             "prices": "", "years": (2017, 2017)}  # fmt: skip
    return replace(LEVEL, **{**plain, **changes})  # type: ignore[arg-type]


def series(values: object, table: str = "province", **more: object) -> Series:
    return Series(MONTHS, {f"{table}.x": np.asarray(values, dtype=float)}, **more)  # type: ignore[arg-type]


def test_all_49_targets_of_the_document_are_there_and_no_other() -> None:
    assert [one.code for one in load_targets().rows] == CODES.split()
    assert all(one.zh and one.en and one.clause for one in load_targets().rows)
    assert all(bool(one.proxy_zh) == bool(one.proxy_en) for one in load_targets().rows)
    assert LEVEL.value == 12000
    assert [one.year for one in LEVEL.published] == [2013, 2014, 2015]


@pytest.mark.parametrize(
    ("table", "before", "after", "message"),
    [
        ("targets", "online_retail,sum", ",sum", "A4a: output"),
        ("targets", "online_retail,sum", "online_retail,total", "within_year"),
        ("targets", ",>=,12000,", ",up,12000,", "A4a: operator"),
        ("targets", ",>=,12000,", ",>=,much,", "A4a: value"),
        ("target_outcomes", "A4a,2015", "A4a,2016", "2000 to 2015"),
        ("target_outcomes", "A4a,2015", "A44,2015", "A44"),
        ("target_outcomes", "A4a,2015", "A4a,2014", "each of them once"),
    ],
)
def test_a_wrong_cell_is_named(
    tmp_path: Path, table: str, before: str, after: str, message: str
) -> None:
    for name in ("targets", "target_outcomes"):
        shutil.copy(DIRECTORY / f"{name}.csv", tmp_path)
    path = tmp_path / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_targets(tmp_path)


def test_level_at_the_end_mean_and_sum_of_a_year() -> None:
    values = np.arange(72.0)  # 2017 is 60 to 71
    for within, wanted in (("end", 71.0), ("mean", 65.5), ("sum", 786.0), ("gain", 12.0)):
        found = score(target(within_year=within), series(values))
        assert found.value == wanted
        assert found.relative == pytest.approx(wanted / 100)
        assert found.probability == (wanted >= 100)


def test_met_exactly_at_the_target() -> None:
    assert score(target(), series(np.full(72, 100.0))).probability == 1.0
    assert score(target(), series(np.full(72, 99.999))).probability == 0.0
    assert score(target(operator="<="), series(np.full(72, 100.0))).probability == 1.0


def test_the_poorest_year_counts_for_a_yearly_target() -> None:
    flow = np.where(YEARS == 2015, 8.0, 10.0)
    annual = target(within_year="sum", over_years="minimum", years=(2014, 2017))
    assert score(annual, series(flow)).value == 96.0
    assert score(annual, series(flow)).probability == 0.0
    assert score(annual, series(np.where(YEARS == 2013, 0.0, 10.0))).probability == 1.0


def test_the_poorest_city_counts_for_every_city() -> None:
    flow = np.stack([np.full(72, 10.0), np.where(YEARS == 2016, 7.0, 9.0)], axis=1)
    every = target(table="cities", within_year="sum", over_years="minimum", years=(2014, 2017))
    assert score(every, series(flow, "cities")).value == 84.0


def test_mean_growth_from_the_year_before() -> None:
    flow = 100.0 * 1.1 ** (YEARS - 2012)
    growth = target(within_year="sum", over_years="growth", years=(2014, 2017), value=0.1)
    found = score(growth, series(flow))
    assert found.value == pytest.approx(0.1)
    uneven = np.where(YEARS == 2017, 300.0, 100.0)
    assert score(growth, series(uneven)).value == pytest.approx(3**0.25 - 1)


def test_a_direction_is_the_sign_of_the_change_since_2013() -> None:
    values = np.select([YEARS == 2013, YEARS == 2017], [2.0, 1.5], 9.0)
    down = target(operator="down", value=None, over_years="change", within_year="mean")
    found = score(down, series(values))
    assert (found.value, found.relative, found.probability) == (-0.5, 1.25, True)
    found = score(replace(down, operator="up"), series(values))
    assert (found.value, found.relative, found.probability) == (-0.5, 0.75, False)
    assert score(down, series(np.ones(72))).probability == 0.0


def test_the_worst_rank_of_the_years_counts() -> None:
    rank = target(table="indices", operator="<=", value=3.0, over_years="maximum",
                  years=(2015, 2017))  # fmt: skip
    ranks = {2014: 9.0, 2015: 2.0, 2016: 3.0, 2017: 3.0}
    assert score(rank, Series(MONTHS, {}, {"indices.x": ranks})).probability == 1.0
    found = score(rank, Series(MONTHS, {}, {"indices.x": ranks | {2016: 4.0}}))
    assert (found.value, found.probability) == (4.0, False)
    assert found.relative == pytest.approx(2 / 3)


def test_a_rank_in_draws_is_scored_by_its_chances() -> None:
    rank = target(table="indices", operator="<=", value=3.0, over_years="maximum",
                  years=(2015, 2016))  # fmt: skip
    draws = {2015: np.array([2.0, 2.0, 4.0, 3.0]), 2016: np.array([1.0, 3.0, 2.0, 5.0])}
    found = score(rank, Series(MONTHS, {}, {"indices.x": draws}))
    assert [(one.value, one.met, one.chance) for one in found.outcomes] == [
        (2.0, True, 0.25), (3.0, True, 0.25), (4.0, False, 0.25), (5.0, False, 0.25),
    ]  # fmt: skip
    assert (found.value, found.probability) == (3.5, 0.5)
    assert found.years == {2015: 2.5, 2016: 2.5}
    assert (
        score(replace(rank, years=(2015, 2017)), Series(MONTHS, {}, {"indices.x": draws})).outcomes
        == ()
    )


def test_the_slowest_city_against_the_province() -> None:
    city = np.stack([1.0 + (YEARS - 2013) / 4, 1.0 + (YEARS - 2013) / 8], axis=1)
    values = {"cities.x": city, "province.x": 1.0 + (YEARS - 2013) / 5}
    slowest = target(table="cities", over_years="least_ratio", value=1.0, years=(2013, 2017))
    assert score(slowest, Series(MONTHS, values)).value == pytest.approx(1.5 / 1.8)


def test_several_outputs_are_met_by_the_last_of_them() -> None:
    values = {"province.x": np.full(72, 120.0), "province.y": np.full(72, 90.0)}
    both = target(outputs=("x", "y"))
    assert score(both, Series(MONTHS, values)).value == 90.0


def test_beneficiaries_of_the_instruments_that_the_pattern_names() -> None:
    kinds = {"centres": "pilot", "centres_west": "pilot", "centres_too": "grant", "other": "pilot"}
    assert instruments_of("pilot:centres*", kinds) == ["centres", "centres_west"]
    count = np.maximum(0.0, np.arange(72) - 28.0)  # one a month from June 2014
    values = {f"programme.{name}": count for name in ("centres", "centres_too", "other")}
    named = target(table="programme", outputs=("pilot:centres*",), value=40.0)
    offered = Series(MONTHS, values, kinds=kinds)
    assert score(named, offered).value == 43.0
    a_year = replace(named, within_year="gain", over_years="minimum", years=(2014, 2017), value=7)
    assert score(a_year, offered).value == 7.0
    assert score(named, Series(MONTHS, values)).value == 0.0  # no such instrument


def test_money_is_raised_by_consumer_prices_only_where_said() -> None:
    prices = np.where(YEARS == 2017, 1.05, 1.0)
    offered = series(np.full(72, 10.0), consumer_prices=prices)
    assert score(target(within_year="sum"), offered).value == 120.0
    assert score(target(within_year="sum", prices="consumer"), offered).value == pytest.approx(126)
    with pytest.raises(KeyError, match="consumer_prices"):
        score(target(prices="consumer"), series(np.full(72, 10.0)))


def test_years_that_the_run_does_not_cover_are_not_scored() -> None:
    short = Series(MONTHS[:59], {"province.x": np.full(59, 200.0)})  # to November 2016
    found = score(target(), short)
    assert np.isnan(found.value)
    assert found.outcomes == ()
    assert sorted(yearly(target(), "x", short)) == [2012, 2013, 2014, 2015]
    assert score(target(years=(2015, 2015)), short).probability == 1.0
    assert score(target(), Series(MONTHS, {})).outcomes == ()
    ranked = target(table="indices", over_years="maximum", years=(2015, 2017))
    assert score(ranked, Series(MONTHS, {})).outcomes == ()
