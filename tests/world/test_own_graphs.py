"""Graphs of the user's: what they need, that they can produce, and that what is shown is read back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from sim.core.errors import InputError
from sim.model import Province
from sim.world.network import LISTS, NUMBERS
from sim.world.tables import FIRMS

PLACE = {"sector": "TEX", "city": "Ningbo"}
STILL = {"time__end": "2013-12", "exogenous__frozen": True, "check": True}
NO_EXITS = {"mechanisms__entry_exit": False}
"""Where the largest of sixty firms closes, output falls, and should."""


def path(share: float = 0.05, **defaults: str) -> nx.DiGraph:
    graph = nx.DiGraph(nx.path_graph(10, create_using=nx.DiGraph), **defaults)
    nx.set_edge_attributes(graph, share, "share")
    return graph


def uneven() -> nx.DiGraph:
    """Tiny suppliers of large customers, sectors that lack most of their inputs."""
    graph = nx.gnp_random_graph(60, 0.05, seed=1, directed=True)
    size = np.exp(np.random.default_rng(1).normal(4, 2, 60))
    for node in graph:
        code = ("TEX", "APP", "GEN", "ELE")[node % 4]
        graph.nodes[node].update(sector=code, city="宁波市", employees=float(size[node]))
    nx.set_edge_attributes(graph, 0.06, "share")
    return graph


@pytest.mark.parametrize("graph", [path(**PLACE), path(sector="MIN", city="Ningbo"), uneven()])
def test_output_lasts_where_nothing_changes(graph: nx.DiGraph) -> None:
    """What no firm of the graph makes is bought outside, so that no firm waits for it."""
    province = Province("no_programme", supply_graph=graph, **STILL, **NO_EXITS)
    output = province.run().province["output"]
    np.testing.assert_allclose(output, output[0], rtol=0.1)


def test_links_that_carry_less_than_they_say_are_noted() -> None:
    whole = Province("no_programme", supply_graph=path(0.01, **PLACE), **STILL)
    assert "notes" not in whole.results().manifest
    cut = Province("no_programme", supply_graph=path(0.9, **PLACE), **STILL)
    (note,) = cut.results().manifest["notes"]
    assert "links of the supply graph carry" in note


@pytest.mark.parametrize("missing", ["sector", "city"])
def test_a_node_without_place_or_sector_is_no_firm(missing: str) -> None:
    graph = path(**PLACE)
    del graph.graph[missing]
    with pytest.raises(InputError, match=f"node 0: {missing}"):
        Province("no_programme", supply_graph=graph)
    # Defaults of a GraphML file stand where networkx puts them.
    graph.graph["node_default"] = {missing: PLACE[missing]}
    assert Province("no_programme", supply_graph=graph).tables["firms"].rows == 10


def shares(graph: nx.DiGraph) -> list[float]:
    province = Province("no_programme", supply_graph=graph)
    return [edge["share"] for _, _, edge in province.supply.graph.edges(data=True)]


def test_a_weight_is_no_purchase_until_the_graph_says_so() -> None:
    graph = path(0.02, **PLACE)
    plain = shares(graph)
    assert plain == pytest.approx([0.02] * 9)
    for _, _, edge in graph.edges(data=True):
        edge["weight"] = edge.pop("share")
    with pytest.raises(InputError, match=r"edge 0 -> 1: weight; given 0.02; allowed: share"):
        shares(graph)
    assert shares(nx.DiGraph(graph, weight="share")) == plain
    assert shares(nx.DiGraph(graph, weight="none")) == [0.0] * 9
    with pytest.raises(InputError, match="share, flow, none"):
        shares(nx.DiGraph(graph, weight="money"))


def test_a_flow_is_money_of_the_customers_output() -> None:
    graph = path(**PLACE)
    for _, _, edge in graph.edges(data=True):
        del edge["share"]
        edge["flow"] = 2.0
    nx.set_node_attributes(graph, 100.0, "output")
    nx.set_node_attributes(graph, 10, "employees")
    assert shares(graph) == pytest.approx([0.02] * 9)


def test_firms_that_cannot_pay_their_wages_are_refused_before_they_close() -> None:
    graph = path(**PLACE)
    nx.set_node_attributes(graph, 0.5, "output")  # million, say, instead of 10k CNY a month
    with pytest.raises(InputError, match="firms that cannot pay them close"):
        Province("no_programme", supply_graph=graph)
    nx.set_node_attributes(graph, 0.0, "output")
    with pytest.raises(InputError, match="some output"):
        Province("no_programme", supply_graph=graph)


COLLAPSE: dict[str, tuple[float, str]] = {
    "efficiency": (0.001, "its people can make 0.00833"),
    "productivity": (0.0, "its people can make 0"),
    "skilled": (100, "with few others its people can make"),
    "capital": (0.0, "its capital can make 0"),
    "running_cost": (1e9, "runs out of money"),
    "cash": (-1e9, "runs out of money"),
    "debt": (1e9, "owes more than it is worth"),
    "lease": (1e9, "owes more than it is worth"),
}


@pytest.mark.parametrize("key", COLLAPSE)
def test_output_that_must_collapse_is_refused_but_single_firms_may_close(key: str) -> None:
    value, why = COLLAPSE[key]
    graph = path(**PLACE)
    nx.set_node_attributes(graph, dict.fromkeys(range(3), value), key)
    Province("no_programme", supply_graph=graph)
    nx.set_node_attributes(graph, dict.fromkeys(range(1, 10), value), key)
    with pytest.raises(InputError, match=f": {key}; given .*output of node 0 .*{why}") as refused:
        Province("no_programme", supply_graph=graph)
    assert "nodes 0, 1, 2, 3, 4 and 5 others" in str(refused.value)


def test_skilled_employees_are_at_most_the_employees() -> None:
    graph = path(**PLACE)
    graph.nodes[3].update(employees=50, skilled=60)
    with pytest.raises(InputError, match=r"node 3: skilled; given 60; .*at most its employees, 50"):
        Province("no_programme", supply_graph=graph)


def through(write: Callable[..., None], read: Callable[..., Any], graph: nx.Graph) -> nx.Graph:
    file = io.BytesIO()
    write(graph, file)
    file.seek(0)
    return read(file)


FORMATS: dict[str, Callable[[nx.Graph], nx.Graph]] = {
    "copy": lambda graph: graph.copy(),
    "GraphML": lambda graph: through(nx.write_graphml, nx.read_graphml, graph),
    "GEXF": lambda graph: through(nx.write_gexf, nx.read_gexf, graph),
    "GML": lambda graph: through(nx.write_gml, nx.read_gml, graph),
    "JSON": lambda graph: nx.node_link_graph(
        json.loads(json.dumps(nx.node_link_data(graph, edges="edges"))), edges="edges"
    ),
}


@pytest.fixture(scope="module")
def province() -> Province:
    """A year old, so that some places are vacant and firms have changed."""
    province = Province("no_programme", scale=0.01, time__end="2013-12")
    for _ in range(12):
        province.step()
    return province


@pytest.mark.parametrize("form", FORMATS)
def test_a_graph_that_was_shown_is_read_back(province: Province, form: str) -> None:
    again = Province("no_programme", supply_graph=FORMATS[form](province.supply.graph.copy()))
    one, other = province.tables["firms"], again.tables["firms"]
    assert (one.alive == 0).any()
    for name in ("sector", "city", "tier", "ownership", "alive", "output", *LISTS, *NUMBERS):
        living = one.alive == 1
        np.testing.assert_allclose(one[name][living], other[name][living], rtol=1e-6, err_msg=name)
    np.testing.assert_array_equal(one.weight, other.weight)
    np.testing.assert_array_equal(one.uid, other.uid)
    staff = (table.skilled.astype(float) + table.unskilled for table in (one, other))
    np.testing.assert_allclose(*staff, rtol=1e-5)
    for mine, theirs in zip(province.world.edges[:2], again.world.edges[:2], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    again.step()


@pytest.mark.parametrize("form", FORMATS)
def test_a_graph_of_clusters_is_read_back(province: Province, form: str) -> None:
    plain = Province("no_programme", scale=0.01)
    graph = FORMATS[form](province.supply.clusters())
    again = Province("no_programme", scale=0.01, supply_graph=graph)
    for name, column in plain.tables["firms"].arrays().items():
        np.testing.assert_array_equal(column, again.tables["firms"][name], err_msg=name)
    for mine, theirs in zip(plain.world.edges, again.world.edges, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_clusters_go_by_any_name_of_their_city_and_are_named_once() -> None:
    graph = nx.DiGraph([(("宁波", "TEX"), ("绍兴市", "APP"), {"flow": 1.0})])
    firms = Province("no_programme", scale=0.01, supply_graph=graph).tables["firms"]
    assert set(zip(firms.city.tolist(), firms.sector.tolist(), strict=True)) == {(1, 2), (5, 3)}
    graph.add_node(("Ningbo", "TEX"))
    with pytest.raises(InputError, match="named twice"):
        Province("no_programme", scale=0.01, supply_graph=graph)


def test_clusters_without_the_makers_of_their_inputs_produce() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from([("Ningbo", "TEX"), ("Shaoxing", "APP")])
    province = Province("no_programme", supply_graph=graph, **STILL, **NO_EXITS)
    output = province.run().province["output"]
    np.testing.assert_allclose(output, output[0], rtol=0.1)


def test_the_docs_have_every_attribute_with_its_unit() -> None:
    text = (Path(__file__).parents[2] / "docs" / "own_data.md").read_text(encoding="utf-8")
    columns = {column.name: column for column in FIRMS}
    for name in NUMBERS:
        assert f"| `{name}` | {columns[name].unit} |" in text, name
    graph = Province("no_programme", scale=0.01).supply.graph
    one, other = next(iter(graph.edges))
    assert all(f"`{name}`" in text for name in (*graph.nodes[one], *graph[one][other]))


def test_a_graph_of_another_program_runs() -> None:
    text = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="v_name" for="node" attr.name="name" attr.type="string"/>
<key id="v_sector" for="node" attr.name="sector" attr.type="string"/>
<key id="v_city" for="node" attr.name="city" attr.type="string"><default>Wenzhou</default></key>
<key id="v_staff" for="node" attr.name="employees" attr.type="string"/>
<key id="e_flow" for="edge" attr.name="flow" attr.type="double"/>
<graph id="G" edgedefault="directed">
<node id="n0"><data key="v_name">a</data><data key="v_sector">LEA</data>
<data key="v_staff">120</data></node>
<node id="n1"><data key="v_name">b</data><data key="v_sector">APP</data></node>
<edge source="n0" target="n1"><data key="e_flow">3</data></edge>
</graph></graphml>"""
    graph = nx.read_graphml(io.BytesIO(text.encode()))
    province = Province("no_programme", supply_graph=graph, **STILL)
    assert province.supply.graph.nodes[0]["city"] == "Wenzhou"
    assert province.supply.graph.nodes[0]["employees"] == pytest.approx(120)
    output = province.run().province["output"]
    np.testing.assert_allclose(output, output[0], rtol=0.1)
