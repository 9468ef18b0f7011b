"""The synthetic population: margins, determinism, cache, and populations of the user's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from sim.core.errors import InputError
from sim.model import Province
from sim.world.cache import cached_population, population_key
from sim.world.data import DIRECTORY, load_data
from sim.world.economy import Economy
from sim.world.population import synthesise
from sim.world.supply import margins, network_summary
from sim.world.synthesis import PopulationParameters

SETTINGS = PopulationParameters()


@pytest.fixture(scope="module")
def whole():
    return synthesise(load_data(), 1.0, 1, SETTINGS)


def test_margins_at_scale_one_within_one_per_cent(whole) -> None:
    table = margins(whole, load_data())
    assert {row["dimension"] for row in table} == {
        "firms by city", "firms by sector", "output by city", "output by sector",
        "employees by city", "employees by sector", "firms by size",
    }  # fmt: skip
    worst = max(table, key=lambda row: abs(row["error"]))
    assert abs(worst["error"]) <= 0.01, worst
    firms = whole.firms
    assert int((firms.tier <= 1).sum()) == 39_561
    assert int((firms.tier == 0).sum()) == 590


def test_size_tail_and_spread_of_productivity(whole) -> None:
    firms = whole.firms
    people = (firms.skilled + firms.unskilled)[firms.tier == 0]
    largest = np.sort(people)[::-1][:200].astype(float)
    exponent = 1 / np.mean(np.log(largest / largest[-1]))
    assert 0.9 < exponent < 1.6, "size tail 1.0-1.5 (Axtell 2001 and Chinese firm data)"
    for sector in range(20):
        value = firms.productivity[(firms.sector == sector) & (firms.tier <= 1)]
        low, high = np.quantile(value, (0.1, 0.9))
        assert high / low >= 3, "90/10 ratio of at least 3 within sectors (Hsieh & Klenow 2009)"


def test_network_is_heavy_tailed_and_local(whole) -> None:
    found = {row["fact"]: row for row in network_summary(whole.edges, whole.firms, load_data())}
    assert 6 <= found["mean_suppliers"]["value"] <= 10
    for fact, row in found.items():
        assert row["low"] <= row["value"] <= row["high"], (fact, row)


def test_shares_orders_and_final_demand_fit_together(whole) -> None:
    firms, edges = whole.firms, whole.edges
    weight = firms.weight.astype(float)
    shares = np.bincount(firms.sector, weights=weight * firms.share, minlength=20)
    np.testing.assert_allclose(shares, 1.0, rtol=1e-5)
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    orders = np.bincount(
        edges.suppliers, weights=weight[buyer] * edges.supplier_weight * firms.output[buyer],
        minlength=firms.rows,
    )  # fmt: skip
    assert (orders <= SETTINGS.longest_share * weight * firms.output * 1.0001).all()
    assert (buyer != edges.suppliers).all()
    assert (whole.final_demand >= 0).all()
    output = np.bincount(firms.sector, weights=weight * firms.output, minlength=20)
    local = load_data().economy.coefficients
    np.testing.assert_allclose(output, local @ output + whole.final_demand, rtol=1e-9)


@pytest.mark.parametrize("scale", [0.01, 0.05, 2.0])
def test_any_scale_stands_for_the_whole_province(scale: float) -> None:
    firms = synthesise(load_data(), scale, 1, SETTINGS).firms
    weight = firms.weight.astype(float)
    assert weight[firms.tier <= 1].sum() == pytest.approx(39_561, rel=1e-4)
    assert (weight * firms.output)[firms.tier <= 1].sum() == pytest.approx(
        load_data().cell_output.sum(), rel=0.01
    )
    assert firms.out_of_bounds() == {}


def test_same_seed_same_population() -> None:
    one, two, other = (synthesise(load_data(), 0.02, seed, SETTINGS) for seed in (3, 3, 4))
    for name, array in one.firms.arrays().items():
        np.testing.assert_array_equal(array, two.firms[name])
    assert not np.array_equal(one.firms.output, other.firms.output)
    assert all(np.array_equal(a, b) for a, b in zip(one.edges, two.edges, strict=True))


def test_cache_gives_the_same_and_maps_what_is_never_written(tmp_path: Path) -> None:
    data = load_data()
    made = synthesise(data, 0.01, 1, SETTINGS)
    first = cached_population(data, 0.01, 1, SETTINGS, tmp_path)
    again = cached_population(data, 0.01, 1, SETTINGS, tmp_path)
    for name, array in made.firms.arrays().items():
        np.testing.assert_array_equal(array, again.firms[name])
    assert not again.firms.sector.flags.owndata
    first.firms.writable("cash")[:] = -1
    assert (cached_population(data, 0.01, 1, SETTINGS, tmp_path).firms.cash >= 0).all()
    assert population_key(data, 0.01, 1, SETTINGS) != population_key(data, 0.01, 2, SETTINGS)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("sectors.csv", "NBS", "", "confidence|wrong number|source"),
        ("cities.csv", "Hangzhou", "Hangzhou2", "city"),
        ("technologies.csv", "automation,", "robots,", "automation"),
        ("exogenous.csv", "10.0", "ten", "ten"),
        ("initial_adoption.csv", "backbone,0.31", "backbone,1.31", "0 to 1"),
    ],
)
def test_bad_data_names_file_and_column(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DIRECTORY, folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    if name == "sectors.csv":
        (folder / name).write_text(text.replace("derived", "guessed", 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_data(folder)


DEFAULTS = {"sector": "TEX", "city": "Hangzhou"}
BAD_NODES = [
    ({"sector": "XX"}, "MIN, FOD"),
    ({"city": "Paris"}, "Hangzhou"),
    ({"tier": "huge"}, "backbone"),
    ({"employees": -3}, "0 to"),
    ({"employees": "many"}, "many"),
    ({"threshold": float("nan")}, "threshold"),
    ({"adopted": ["steam"]}, "automation"),
    ({"adopted": "steam"}, "automation"),
    ({"adopted": 3}, "technology codes"),
    ({"uid": 0.5, "county": 2}, "a whole number"),
    ({"county": 40}, "counties of its city"),
    ({"alive": "perhaps"}, "true or false"),
]


@pytest.mark.parametrize(("attributes", "message"), BAD_NODES)
def test_bad_nodes_of_a_users_graph(attributes: dict, message: str) -> None:
    graph = nx.Graph(nx.path_graph(4), **DEFAULTS)
    graph.nodes[2].update(attributes)
    with pytest.raises(InputError, match=message):
        Province("limit_threshold", supply_graph=graph)


def test_bad_edges_of_a_users_graph() -> None:
    for share in (-0.1, float("inf"), "much", True):
        graph = nx.DiGraph([(0, 1, {"share": share})], **DEFAULTS)
        with pytest.raises(InputError, match="share"):
            Province("limit_threshold", supply_graph=graph)
    with pytest.raises(InputError, match="less than 1"):
        Province("no_programme", supply_graph=nx.DiGraph([(0, 1, {"share": 1.5})], **DEFAULTS))
    with pytest.raises(InputError, match="loop"):
        Province("limit_threshold", supply_graph=nx.Graph([(0, 0), (0, 1)], **DEFAULTS))
    with pytest.raises(InputError, match="one or more"):
        Province("limit_threshold", supply_graph=nx.Graph())
    with pytest.raises(InputError, match="networkx"):
        Province("limit_threshold", supply_graph=nx.MultiGraph([(0, 1)]))
    with pytest.raises(InputError, match="networkx"):
        Province("limit_threshold", supply_graph={0: [1]})


def test_a_cluster_taken_out_of_the_cluster_graph_has_no_firms() -> None:
    plain = Province("no_programme", scale=0.02)
    graph = plain.supply.clusters()
    kinds = [data["kind"] for _, data in graph.nodes(data=True)]
    assert (kinds.count("firms"), kinds.count("providers")) == (220, 77)
    graph.remove_node(("Wenzhou", "LEA"))
    cut = Province("no_programme", scale=0.02, supply_graph=graph, check=True)
    place = plain.data.codes["cities"]["Wenzhou"], plain.data.economy.codes.index("LEA")
    firms = cut.tables["firms"]
    assert not ((firms.city == place[0]) & (firms.sector == place[1])).any()
    cut.step()
    graph.add_node(("Paris", "LEA"))
    with pytest.raises(InputError, match="Paris"):
        Province("no_programme", supply_graph=graph)


def test_supply_graph_answers_like_an_ordinary_digraph() -> None:
    province = Province("no_programme", scale=0.01)
    graph = province.supply.graph
    plain = graph.copy()
    assert type(plain) is nx.DiGraph
    assert graph.number_of_nodes() == plain.number_of_nodes() == province.tables["firms"].rows
    assert graph.number_of_edges() == plain.number_of_edges()
    for node in range(0, len(plain), 37):
        assert sorted(graph.successors(node)) == sorted(plain.successors(node))
        assert sorted(graph.predecessors(node)) == sorted(plain.predecessors(node))
        assert graph.degree(node) == plain.degree(node)
        assert graph.nodes[node]["sector"] in province.data.economy.codes
    one, other = next(iter(plain.edges))
    assert graph.has_edge(one, other)
    assert graph[one][other]["weight"] == plain[one][other]["weight"]
    assert graph.number_of_edges(one, other) == 1
    ours, theirs = nx.pagerank(graph), nx.pagerank(plain)
    assert all(ours[node] == pytest.approx(theirs[node]) for node in plain)
    assert nx.number_weakly_connected_components(graph) == nx.number_weakly_connected_components(
        plain
    )
    assert set(nx.ego_graph(graph, one)) == set(nx.ego_graph(plain, one))
    assert nx.shortest_path(graph, one, other) == nx.shortest_path(plain, one, other)
    assert set(graph.subgraph(range(50)).copy().edges) == set(plain.subgraph(range(50)).edges)
    with pytest.raises(nx.NetworkXError, match="frozen"):
        graph.add_edge(0, 1)
    with pytest.raises(KeyError):
        graph.nodes[10**9]


@pytest.mark.parametrize(
    ("codes", "table", "demand", "message"),
    [
        (("A", "B"), [[0.1, 0.2]], [1, 1], "shape"),
        (("A", "B"), [[0.1, 0.2], [0.1, -0.2]], [1, 1], "from 0 to 1"),
        (("A", "B"), [[0.6, 0.2], [0.6, 0.2]], [1, 1], "less than 1"),
        (("A", "A"), [[0.1, 0.2], [0.1, 0.2]], [1, 1], "different"),
        (("A", "B"), [[0.1, 0.2], [0.1, 0.2]], ["x", 1], "numbers"),
    ],
)
def test_bad_tables_of_a_user(codes: tuple, table: list, demand: list, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Economy.from_table(codes, table, demand)


def test_rows_after_2015_are_drivers_only() -> None:
    """No outcome of 2016-2017 is in the data: only paths, outlooks, held budgets and targets run on."""
    import csv

    for path in sorted(DIRECTORY.glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                year = (row.get("date") or row.get("year") or "")[:4]
                if year in ("2016", "2017"):
                    assert path.name in (
                        "exogenous.csv", "programme_budget.csv", "targets.csv", "index_paths.csv",
                    )  # fmt: skip
                    if path.name == "index_paths.csv":
                        assert row["kind"] == "outlook"
                    if path.name == "programme_budget.csv":
                        assert row["confidence"] == "derived"


def test_a_scaled_start_equips_the_stored_population_anew(tmp_path: Path) -> None:
    """The same bits as a population made whole, and one folder on disk for any start."""
    data = load_data()
    for settings in (
        PopulationParameters(initial_adoption=1.2),
        PopulationParameters(initial_adoption=0.8, initial_awareness=1.3),
    ):
        own = cached_population(data, 0.02, 1, settings, tmp_path)
        made = synthesise(data, 0.02, 1, settings)
        for table in ("firms", "providers", "cities"):
            for name, array in getattr(made, table).arrays().items():
                np.testing.assert_array_equal(array, getattr(own, table)[name], err_msg=name)
        for one, other in zip(made.edges, own.edges, strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(made.final_demand, own.final_demand)
        assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1
    plain = cached_population(data, 0.02, 1, PopulationParameters(), tmp_path)
    assert (plain.firms.adopted != own.firms.adopted).any()
