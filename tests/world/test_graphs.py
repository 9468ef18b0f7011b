"""Graphs given and graphs shown: firms on a grid, edited clusters, the read-only face."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from sim.core.errors import InputError
from sim.world.cache import cached_population
from sim.world.data import load_data
from sim.world.links import gravity
from sim.world.network import SupplyGraph, cluster_graph
from sim.world.population import population_from_graph, synthesise
from sim.world.synthesis import Population, PopulationParameters

SETTINGS = PopulationParameters()


def from_graph(graph: nx.Graph, scale: float = 0.02) -> Population:
    graph.graph.update(sector="TEX", city="Hangzhou")
    return population_from_graph(graph, load_data(), None, scale, 1, SETTINGS)


@pytest.fixture
def clusters() -> nx.DiGraph:
    data = load_data()
    return cluster_graph(data, gravity(data.cell_output, data.distance, SETTINGS))


@pytest.fixture(scope="module")
def small() -> Population:
    return synthesise(load_data(), 0.01, 1, SETTINGS)


@pytest.fixture
def face(small: Population) -> SupplyGraph:
    data = load_data()
    names = tuple(data.cities["name_en"])
    return SupplyGraph.over(small.edges, small.firms, data.economy.codes, names)


def test_firms_on_a_grid_are_firms() -> None:
    population = from_graph(nx.grid_2d_graph(4, 5))
    assert population.firms.rows == 20
    assert population.labels is not None
    assert population.labels[0] == (0, 0)
    assert len(population.edges.suppliers) == 2 * 31


@pytest.mark.parametrize("name", ["Ningbo", "宁波市", "宁波", "330200"])
def test_a_city_goes_by_any_of_its_names(name: str) -> None:
    graph = nx.path_graph(3)
    graph.nodes[1]["city"] = name
    assert from_graph(graph).firms.city.tolist() == [0, 1, 0]


@pytest.mark.parametrize("city", [["Ningbo"], {"Ningbo": 1}, 3, None, "Paris"])
def test_a_city_that_is_no_word_is_refused(city: object) -> None:
    graph = nx.path_graph(3)
    graph.nodes[1]["city"] = city
    with pytest.raises(InputError, match="Hangzhou"):
        from_graph(graph)


def test_the_shipped_clusters_give_the_shipped_population(clusters: nx.DiGraph) -> None:
    plain = synthesise(load_data(), 0.02, 1, SETTINGS)
    again = from_graph(clusters)
    for one, other in zip(plain.edges, again.edges, strict=True):
        np.testing.assert_array_equal(one, other)


def test_flows_of_the_cluster_graph_say_who_buys_where(clusters: nx.DiGraph) -> None:
    data = load_data()
    codes, cities = data.economy.codes, data.codes["cities"]
    # Apparel makers buy no textiles in Shaoxing any more; other users still do.
    gone = [
        (one, other)
        for one, other in clusters.edges
        if one == ("Shaoxing", "TEX") and other[1] == "APP"
    ]
    clusters.remove_edges_from(gone)
    cut = from_graph(clusters, 0.1)
    firms, edges = cut.firms, cut.edges
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    sold = (firms.city[edges.suppliers] == cities["Shaoxing"]) & (
        firms.sector[edges.suppliers] == codes.index("TEX")
    )
    users = firms.sector[buyer][sold]
    assert codes.index("APP") not in users
    assert codes.index("TEX") in users


def test_a_graph_without_clusters_of_firms_is_refused(clusters: nx.DiGraph) -> None:
    clusters.remove_nodes_from([n for n, kind in clusters.nodes(data="kind") if kind == "firms"])
    with pytest.raises(InputError, match="no cluster of firms"):
        from_graph(clusters)


def test_attributes_of_the_face_cannot_be_written(face: SupplyGraph) -> None:
    with pytest.raises(nx.NetworkXError, match="frozen"):
        face.nodes[0]["mark"] = 1
    with pytest.raises(nx.NetworkXError, match="frozen"):
        nx.set_edge_attributes(face, 5.0, "weight")
    part = face.subgraph(range(30)).copy()
    part.nodes[0]["mark"] = 1
    part.add_edge(0, 10**6)
    assert 10**6 not in face


def test_graphs_made_from_the_face_are_ordinary(face: SupplyGraph) -> None:
    back = face.reverse()
    assert type(back) is nx.DiGraph
    assert set(back.edges) == {(b, a) for a, b in face.edges}
    assert "first" in nx.relabel_nodes(face, {0: "first"})
    assert len(nx.compose(face, nx.DiGraph([(0, -1)]))) == len(face) + 1
    assert type(face.to_undirected()) is nx.Graph


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))])
def test_copies_of_the_face_are_faces(face: SupplyGraph, twin) -> None:
    other = twin(face)
    assert type(other) is SupplyGraph
    assert set(other.edges) == set(face.edges)
    assert other.nodes[3] == face.nodes[3]


def assert_made_again(
    folder: Path, whole: Population, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    """One note names the file; the population is the same, and whole on disk from then on."""
    again = cached_population(load_data(), 0.01, 1, SETTINGS, folder)
    noted = capsys.readouterr().err
    assert (noted.count("\n"), file in noted, "made again" in noted) == (1, True, True)
    for one in (again, cached_population(load_data(), 0.01, 1, SETTINGS, folder)):
        for name, array in whole.firms.arrays().items():
            np.testing.assert_array_equal(one.firms.arrays()[name], array)
        np.testing.assert_array_equal(one.edges.suppliers, whole.edges.suppliers)
    assert capsys.readouterr().err == ""
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("file", ["firms.cash.npy", "firms.sector.npy", "edges.suppliers.npy"])
@pytest.mark.parametrize("damage", ["body", "cut", "head", "empty", "gone"])
def test_a_damaged_cache_is_made_again(
    tmp_path: Path, file: str, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = synthesise(load_data(), 0.01, 1, SETTINGS)
    cached_population(load_data(), 0.01, 1, SETTINGS, tmp_path)
    path = next(tmp_path.iterdir()) / file
    content = bytearray(path.read_bytes())
    content[-1 if damage == "body" else 12] ^= 0x40
    path.write_bytes(bytes(content) if damage in ("body", "head") else bytes(content)[:200])
    if damage == "empty":
        path.write_bytes(b"")
    if damage == "gone":
        path.unlink()
    assert_made_again(tmp_path, whole, capsys, file)


@pytest.mark.parametrize("index", ["[]", "3", '"text"', "null", "{}", "{", "", "[" * 100_000])
def test_a_cache_with_a_strange_index_is_made_again(
    tmp_path: Path, index: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = synthesise(load_data(), 0.01, 1, SETTINGS)
    cached_population(load_data(), 0.01, 1, SETTINGS, tmp_path)
    (next(tmp_path.iterdir()) / "index.json").write_text(index)
    assert_made_again(tmp_path, whole, capsys, "index.json")


def test_a_damaged_cache_that_cannot_be_removed_costs_time_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cached_population(load_data(), 0.01, 1, SETTINGS, tmp_path)
    (next(tmp_path.iterdir()) / "index.json").write_text("{")
    monkeypatch.setattr("sim.world.cache._remove", lambda folder: None)
    again = cached_population(load_data(), 0.01, 1, SETTINGS, tmp_path)
    np.testing.assert_array_equal(again.firms.cash, whole.firms.cash)
