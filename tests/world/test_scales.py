"""What holds at any scale and seed: margins as near as whole firms allow, a steady base year."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.edges import Edges
from sim.core.table import Table
from sim.model import Province
from sim.world.data import load_data
from sim.world.links import among
from sim.world.population import synthesise
from sim.world.supply import margins
from sim.world.synthesis import Population, PopulationParameters, round_to_margins
from sim.world.tables import NEVER

SETTINGS = PopulationParameters()
SCALES = [(0.01, 1), (0.05, 1), (0.05, 2), (0.2, 3)]


@pytest.fixture(scope="module", params=SCALES, ids=str)
def population(request: pytest.FixtureRequest) -> Population:
    return synthesise(load_data(), *request.param, SETTINGS)


def by_sector(firms: Table, values: np.ndarray) -> np.ndarray:
    return np.bincount(firms.sector, weights=firms.weight.astype(float) * values, minlength=20)


def test_output_and_employees_meet_their_margins_at_any_scale(population: Population) -> None:
    for row in margins(population, load_data()):
        if not row["dimension"].startswith("firms"):
            assert abs(row["error"]) <= 0.01, row


def test_firms_are_within_one_row_of_their_margins(population: Population) -> None:
    row_weight = float(population.firms.weight[population.firms.tier <= 1].max())
    for row in margins(population, load_data()):
        if row["dimension"] in ("firms by city", "firms by sector"):
            assert abs(row["realised"] - row["target"]) <= 1.01 * row_weight, row


def test_every_good_has_a_maker_and_the_base_year_stands_still(population: Population) -> None:
    firms, local = population.firms, load_data().economy.coefficients
    assert set(firms.sector.tolist()) == set(range(20))
    output = by_sector(firms, firms.output)
    assert (population.final_demand > 0).all(), "no sector sells less than others buy of it"
    np.testing.assert_allclose(output, local @ output + population.final_demand, rtol=1e-9)


def test_no_row_stands_for_a_city(population: Population) -> None:
    """No row has more people than the largest sector of its city, and the others can live."""
    data, firms = load_data(), population.firms
    above = firms.tier <= 1
    if firms.weight[above].max() > 50:
        pytest.skip("a row of the largest class stands for more people than a small city has")
    people = (firms.weight * (firms.skilled + firms.unskilled)).astype(float)
    most = data.cell_employees.max(axis=1)[firms.city]
    assert (people[above] <= 1.05 * most[above]).all()
    # The other firms of its city keep the output per employee that firms of their sectors have.
    usual = (data.cell_output.sum(axis=0) / data.cell_employees.sum(axis=0))[firms.sector]
    relative = firms.productivity / usual
    for city in range(11):
        assert 0.5 < np.median(relative[above & (firms.city == city)]) / 12.0 < 1.5, city


def test_a_small_city_lives_on_with_a_fifth_of_the_firms() -> None:
    """No city's firms fail together for how its rows were drawn."""
    province = Province("no_programme", scale=0.2, time__end="2012-12")
    frame = province.run().cities
    year = frame[frame["month"] == "2012-12"]
    assert year["unemployment"].max() < 0.1, year[["city", "unemployment"]]


def test_sector_output_does_not_depend_on_scale_or_seed(population: Population) -> None:
    reference = synthesise(load_data(), 0.1, 9, SETTINGS).firms
    firms = population.firms
    np.testing.assert_allclose(
        by_sector(firms, firms.output), by_sector(reference, reference.output), rtol=1e-5
    )


def test_firms_below_scale_count_as_many_as_they_are(population: Population) -> None:
    firms, data = population.firms, load_data()
    share = data.cell_firms.sum(axis=0) / data.cell_firms.sum()
    for tier, size in ((2, 4), (3, 5)):
        got = by_sector(firms, (firms.tier == tier).astype(float))
        np.testing.assert_allclose(got, share * data.sizes["firms"][size], rtol=1e-5)


def test_nobody_used_a_technology_before_it_was_founded(population: Population) -> None:
    firms = population.firms
    used = firms.adopted_month > NEVER
    assert (firms.adopted_month >= firms.founded[:, None])[used].all()
    assert (firms.adopted_month[used] < 0).all()


def check_edges(edges: Edges) -> None:
    """The reverse arrays hold the same edges as the forward ones, neighbours sorted, no loops."""
    buyer = np.repeat(np.arange(edges.rows), np.diff(edges.supplier_start))
    seller = np.repeat(np.arange(edges.rows), np.diff(edges.customer_start))
    one = np.lexsort((edges.suppliers, buyer))
    other = np.lexsort((seller, edges.customers))
    np.testing.assert_array_equal(one, np.arange(len(one)))
    np.testing.assert_array_equal(edges.customers[other], buyer)
    np.testing.assert_array_equal(seller[other], edges.suppliers)
    np.testing.assert_array_equal(edges.customer_weight[other], edges.supplier_weight)
    assert (buyer != edges.suppliers).all()
    assert len(np.unique(buyer * np.int64(edges.rows) + edges.suppliers)) == len(buyer)


def test_links_are_sound(population: Population) -> None:
    edges, firms = population.edges, population.firms
    check_edges(edges)
    assert (edges.supplier_weight >= 0).all()
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    pair = firms.sector[edges.suppliers].astype(np.int64) * 20 + firms.sector[buyer]
    bought = np.zeros((firms.rows, 20))
    np.add.at(bought, (buyer, firms.sector[edges.suppliers]), edges.supplier_weight)
    local = load_data().economy.coefficients
    assert (local.ravel()[pair] > 0).all()
    limit = SETTINGS.link_cover * local.T[firms.sector]
    assert (bought <= limit * (1 + 1e-6) + 1e-12).all()
    orders = np.bincount(
        edges.suppliers,
        weights=firms.weight[buyer].astype(float) * edges.supplier_weight * firms.output[buyer],
        minlength=firms.rows,
    )
    room = SETTINGS.longest_share * firms.weight.astype(float) * firms.output
    assert (orders <= room * 1.0001).all()
    np.testing.assert_allclose(by_sector(firms, firms.share), 1.0, rtol=1e-5)


def test_each_of_the_three_largest_inputs_has_a_supplier() -> None:
    population = synthesise(load_data(), 0.2, 1, SETTINGS)
    firms, edges, local = population.firms, population.edges, load_data().economy.coefficients
    has = np.zeros((firms.rows, 20), dtype=bool)
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    has[buyer, firms.sector[edges.suppliers]] = True
    for user in range(20):
        rows = np.flatnonzero(firms.sector == user)
        for source in np.argsort(-local[:, user], kind="stable")[:3]:
            if local[source, user] > 0.01:
                assert has[rows, source].mean() > 0.99, (user, source)


def test_shares_go_to_clusters_that_have_firms() -> None:
    shares = np.full((2, 3, 3), 1 / 3)
    present = np.array([[True, False], [True, False], [False, False]])
    moved = among(shares, present)
    np.testing.assert_allclose(moved[0], [[0.5, 0.5, 0.0]] * 3)
    assert (moved[1] == 0).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 500), min_size=4, max_size=4), min_size=3, max_size=6),
    st.integers(4, 3000),
)
def test_round_to_margins_keeps_the_total_and_both_margins(cells: list, total: int) -> None:
    values = np.array(cells, dtype=float) + 0.25
    whole = round_to_margins(values, total)
    factor = total / values.sum()
    assert whole.min() >= 0
    assert whole.sum() == total
    assert (whole.sum(axis=0) >= 1).all()
    by_sector = np.abs(whole.sum(axis=0) - factor * values.sum(axis=0))
    forced = (factor * values.sum(axis=0) < 1).sum()
    assert by_sector.max() < 1 + forced
    assert np.abs(whole.sum(axis=1) - factor * values.sum(axis=1)).max() < 1
