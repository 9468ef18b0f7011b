"""Outputs that a programme is judged by: base-year anchors, causes, additivity, declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.model import PHASES, Province
from sim.outputs import IN_TABLE, OUTPUTS, series
from sim.results import Results
from sim.words import UNITS
from sim.world.data import load_data
from sim.world.tables import ECOMMERCE, GREEN_IOT, NETWORKING, PROVIDER_KINDS, SMART_PRODUCT

BASE = load_data().measures.base
ADDED = {"100m CNY", "100m CNY/month", "10k persons", "firms", "firms/month", "projects",
         "projects/month"}  # fmt: skip


@pytest.fixture(scope="module")
def base_year() -> pd.DataFrame:
    """The months of 2013 without the programme."""
    province = Province("no_programme", scale=0.1, parameters="central", time__end="2013-12")
    frame = province.run().province
    return frame[frame["month"].str.startswith("2013")].drop(columns="month")


@pytest.fixture(scope="module")
def programme() -> tuple[Province, Results]:
    """A run with the whole programme up to the end of 2015."""
    province = Province("document_2014", scale=0.05, parameters="central", time__end="2015-12")
    return province, province.run()


@pytest.fixture(scope="module")
def start() -> Province:
    """A province a year into its run."""
    province = Province("no_programme", scale=0.05, parameters="central")
    for _ in range(12):
        province.step()
    return province


@pytest.mark.parametrize(
    ("output", "published", "tolerance"),
    [
        ("online_retail", BASE["online_retail"], 0.1),
        ("new_product_output", BASE["new_product_sales"], 0.1),
        ("logistics_value_added", BASE["logistics_value_added"], 0.05),
        ("software_revenue", BASE["software_revenue"], 0.05),
        ("information_industry_revenue", BASE["information_industry_revenue"], 0.05),
        ("equipment_value_added", 3920.0, 0.15),
        ("equipment_investment", 2980.0, 0.2),
    ],
)
def test_base_year_sums_are_near_the_published_ones(
    base_year: pd.DataFrame, output: str, published: float, tolerance: float
) -> None:
    assert base_year[output].sum() == pytest.approx(published, rel=tolerance)


@pytest.mark.parametrize(
    ("output", "published", "tolerance"),
    [
        ("online_retail_ratio", 0.252, 0.1),
        ("economy_labour_productivity", 10.15, 0.07),
        ("industry_share_of_gdp", BASE["industry_value_added"] / BASE["gdp"], 0.07),
        ("energy_per_gdp", 0.496, 0.07),
        ("waste_water_index", 1.0, 0.05),
        ("accident_index", 1.0, 0.05),
    ],
)
def test_base_year_means_are_near_the_published_ones(
    base_year: pd.DataFrame, output: str, published: float, tolerance: float
) -> None:
    assert base_year[output].mean() == pytest.approx(published, rel=tolerance)


def measured(province: Province, change: Callable[[Province], None]) -> dict[str, Any]:
    """Figures of the month as they are, changed by `change` in a branch and measured again."""
    branch = province.branch()
    change(branch)
    for phase in PHASES[10:11]:
        phase.function(branch.context, **branch._views[phase.name])
    return series(branch.context)


def uses(technology: int) -> Callable[[Province], None]:
    """Every firm has used a technology for three years."""

    def change(province: Province) -> None:
        firms = province.tables["firms"]
        firms.writable("adopted")[:] |= np.uint8(1 << technology)
        firms.writable("adopted_month")[:, technology] = province.clock.month - 36

    return change


def better(kind: str) -> Callable[[Province], None]:
    """Providers of a kind are a fifth better at the same price."""

    def change(province: Province) -> None:
        providers = province.tables["providers"]
        quality = providers.writable("quality")
        quality[providers.kind == PROVIDER_KINDS.index(kind)] *= np.float32(1.2)

    return change


@pytest.mark.parametrize(
    ("change", "up", "down"),
    [
        (uses(ECOMMERCE), ["online_sales", "online_retail", "online_retail_ratio",
                           "logistics_value_added", "key_firm_sales", "key_firm_scm",
                           "key_firm_procurement", "small_firm_it"], []),
        (uses(GREEN_IOT), ["green_cover"],
         ["waste_water_index", "accident_index", "energy_intensity", "energy_per_gdp"]),
        (uses(SMART_PRODUCT), ["new_product_output", "smart_products", "smart_machines",
                               "smart_sets", "smart_share_mechatronic"], []),
        (uses(NETWORKING), ["smart_sets", "key_firm_mes", "key_firm_plan", "small_firm_it"],
         ["energy_intensity"]),
        (better("ecommerce_platform"), ["online_retail", "quality_ecommerce_platform"], []),
        (better("industrial_software"), ["software_revenue", "information_industry_revenue"], []),
        (better("industrial_electronics"),
         ["industrial_electronics_output", "information_industry_revenue"], []),
    ],
)  # fmt: skip
def test_an_output_follows_its_cause(
    start: Province, change: Callable[[Province], None], up: list[str], down: list[str]
) -> None:
    before = measured(start, lambda province: None)["province"]
    after = measured(start, change)["province"]
    for name in up:
        assert after[name] > before[name] * 1.001, name
    for name in down:
        assert after[name] < before[name] * 0.999, name


def test_green_control_everywhere_saves_its_whole_effect(start: Province) -> None:
    none, full = start.branch(), start.branch()
    none.tables["firms"].writable("adopted")[:] &= np.uint8(0xFF ^ (1 << GREEN_IOT))
    outcomes = start.context.outcomes
    one, other = measured(none, lambda p: None), measured(full, uses(GREEN_IOT))
    for name, saving in (
        ("waste_water_index", outcomes.water_saving),
        ("accident_index", outcomes.accident_saving),
    ):
        ratio = other["province"][name] / one["province"][name]
        assert ratio == pytest.approx(1.0 - saving)


def test_online_share_grows_with_use_and_capability(start: Province) -> None:
    def newly(province: Province) -> None:
        uses(ECOMMERCE)(province)
        months = province.tables["firms"].writable("adopted_month")
        months[:, ECOMMERCE] = province.clock.month

    def able(province: Province) -> None:
        uses(ECOMMERCE)(province)
        province.tables["firms"].writable("capability")[:] = 1.0

    new, old, most = (
        measured(start, change)["province"]["online_sales"]
        for change in (newly, uses(ECOMMERCE), able)
    )
    assert new == 0.0
    assert new < old < most
    output = measured(start, able)["province"]["output"]
    ramp = 36.0 / (36.0 + start.context.outcomes.online_ramp)
    assert most == pytest.approx(start.context.outcomes.online_share * ramp * output, rel=1e-6)


def test_shares_lie_between_nothing_and_all(programme: tuple[Province, Results]) -> None:
    free = {"online_retail_ratio", "profit_rate", "reporting_inflation"}
    frames = programme[1].frames
    for table, outputs in IN_TABLE.items():
        for output in outputs:
            if output.unit.startswith("share") and output.name not in free:
                values = frames[table][output.name]
                assert values.between(0.0, 1.0 + 1e-9).all(), (table, output.name)


def test_cities_and_sectors_add_to_the_province(programme: tuple[Province, Results]) -> None:
    frames = programme[1].frames
    whole = frames["province"].set_index("month")
    checked = 0
    for table in ("cities", "sectors"):
        sums = frames[table].groupby("month").sum(numeric_only=True)
        for output in IN_TABLE[table]:
            if output.unit in ADDED and "province" in output.where:
                np.testing.assert_allclose(
                    sums[output.name], whole[output.name], rtol=1e-9, atol=1e-9, err_msg=output.name
                )
                checked += 1
    assert checked > 30


def test_every_figure_is_finite(programme: tuple[Province, Results]) -> None:
    for table, frame in programme[1].frames.items():
        # Classes and totals of an index have no figure X of their own, most rows no rank.
        figures = frame[["latent", "reported"]] if table == "indices" else frame
        assert np.isfinite(figures.select_dtypes("number").to_numpy()).all(), table


def test_the_programme_moves_its_own_outputs(programme: tuple[Province, Results]) -> None:
    last = programme[1].province.iloc[-1]
    for name in ("smart_city_one_county", "smart_city_province", "demonstration_integration"):
        assert last[name] > 0.0, name
    assert last["cloud_firms"] > 200.0
    assert last["quality_cloud"] > 1.0
    cities = programme[1].cities.tail(11)
    assert sorted(cities["rank"]) == list(range(1, 12))
    assert (cities["smart_city_cover"] > 0).all()


def test_no_money_changes_no_figure() -> None:
    poor = Province("document_2014", scale=0.02, time__end="2015-01", programme__funding=0.0)
    none = Province("no_programme", scale=0.02, time__end="2015-01")
    one, other = poor.run(), none.run()
    for table in ("province", "cities", "sectors", "tiers"):
        pd.testing.assert_frame_equal(one.frames[table], other.frames[table], check_exact=True)


def test_measuring_changes_nothing(start: Province) -> None:
    province = start
    before = {
        (table, column): values[column].copy()
        for table, values in province.tables.items()
        for column in values
    }
    first, second = series(province.context), series(province.context)
    for (table, column), values in before.items():
        np.testing.assert_array_equal(province.tables[table][column], values)
    for table, figures in first.items():
        for name, value in figures.items():
            np.testing.assert_array_equal(value, second[table][name])


def test_a_branch_and_a_checkpoint_keep_the_start(tmp_path: Any, start: Province) -> None:
    start.save(tmp_path / "saved")
    loaded, branch = Province.load(tmp_path / "saved"), start.branch()
    for one in (loaded, branch):
        one.step()
    names = ("waste_water_index", "accident_index", "industry_share_of_gdp", "new_product_output")
    one, other = loaded.results().province.iloc[-1], branch.results().province.iloc[-1]
    for name in names:
        assert one[name] == other[name], name


def test_outputs_are_declared_in_both_languages() -> None:
    assert len({output.name for output in OUTPUTS}) == len(OUTPUTS)
    for language in ("zh", "en"):
        labels = [getattr(output, language) for output in OUTPUTS]
        assert all(labels)
        assert len(set(labels)) == len(labels)
    for output in OUTPUTS:
        assert output.unit in UNITS, output.name
        assert bool(output.note_zh) == bool(output.note_en), output.name
        assert all(ord(letter) < 128 for letter in output.note_en), output.name


def test_measures_for_sectors_of_ones_own() -> None:
    measures = load_data().measures
    own = measures.of(("PAP", "X"))
    assert own.energy[0] == measures.energy[measures.codes.index("PAP")]
    assert own.energy[1] == pytest.approx(measures.energy.mean())
