"""Populations: the synthetic province, a user's graph of firms, a user's input-output table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import networkx as nx
import numpy as np

from sim.core.edges import build_edges
from sim.core.errors import InputError
from sim.core.table import Array, Table
from sim.world.data import ProvinceData
from sim.world.economy import Economy
from sim.world.endowment import endow
from sim.world.links import among, gravity, make_links, open_shares
from sim.world.synthesis import (
    Population,
    PopulationParameters,
    applicable_technologies,
    make_cities,
    make_providers,
    make_rows,
)
from sim.world.tables import FIRMS, NEVER, NO_BARRIER, PROVIDER_KINDS, TECHNOLOGIES, TIERS, UNAWARE

PLAIN_PRODUCTIVITY = 80.0
"""Output per employee of a user's firm, 10k CNY a year: the province's mean in 2013."""


def synthesise(
    data: ProvinceData,
    scale: float,
    seed: int,
    settings: PopulationParameters,
    exists: Array | None = None,
    shares: Array | None = None,
) -> Population:
    """The province at a scale.

    `exists` (C, S) can leave out whole clusters of firms, `shares` say where else than `gravity`
    does firms buy (see `make_links`).
    """
    firms = make_rows(data, scale, seed, settings)
    if exists is not None:
        firms = _only(firms, exists)
    applicable = applicable_technologies(data)
    endow(data, firms, applicable, seed, settings)
    if shares is None:
        shares = gravity(data.cell_output, data.distance, settings, exists)
    present = np.zeros(data.cell_firms.shape, dtype=bool)
    present[firms.city, firms.sector] = True
    edges = make_links(firms, data, among(shares, present), seed, settings)
    firms.writable("share")[:] = open_shares(firms, edges, len(data.economy.codes))
    return Population(
        firms=firms,
        providers=make_providers(data, scale, seed),
        cities=make_cities(data, firms),
        edges=edges,
        final_demand=final_demand(firms, data.economy.coefficients),
        applicable=applicable,
    )


def final_demand(firms: Table, coefficients: Array) -> Array:
    """Final demand that keeps the firms' output: X - A X, at least nothing, 10k CNY a month."""
    weight = firms.weight.astype(np.float64)
    output = np.bincount(
        firms.sector, weights=weight * firms.output, minlength=coefficients.shape[0]
    )
    return np.maximum(output - coefficients @ output, 0.0)


def _only(firms: Table, exists: Array) -> Table:
    keep = np.asarray(exists, dtype=bool)[firms.city, firms.sector]
    arrays = {name: array[keep].copy() for name, array in firms.arrays().items()}
    return Table("firms", firms.columns.values(), int(keep.sum()), arrays)


def population_from_economy(
    economy: Economy, data: ProvinceData, firms_per_sector: int = 1
) -> Population:
    """Equal firms in one city at the economy's Leontief output, trading on the open market."""
    sectors = len(economy.codes)
    firms = Table("firms", FIRMS, sectors * firms_per_sector)
    sector = np.repeat(np.arange(sectors), firms_per_sector)
    firms.writable("sector")[:] = sector
    _plain(firms, economy, economy.output[sector] / firms_per_sector)
    edges = build_edges(firms.rows, *(np.zeros(0, np.int64),) * 2, np.zeros(0))
    return _assemble(firms, edges, economy, economy.final_demand, data, 1.0, 1, None)


def population_from_graph(
    graph: Any,
    data: ProvinceData,
    economy: Economy | None,
    scale: float,
    seed: int,
    settings: PopulationParameters,
) -> Population:
    """Run on a networkx graph of the user's.

    A graph of firms: node attributes sector (code), city (name), tier, employees, output (10k CNY
    a month), threshold, adopted and aware (technology codes), all optional; edge attribute weight,
    what the customer buys from the supplier per unit of its output, 0 if not given. Edges run from
    supplier to customer; an undirected edge links both ways. Or a graph of clusters, whose nodes
    are (city, sector) pairs as in `cluster_graph`: firms exist in its clusters only, and the clusters
    of a city and sector buy a good from clusters in proportion to the flows of the graph, on the
    open market where none is left.
    """
    if not isinstance(graph, nx.Graph) or graph.is_multigraph():
        raise InputError("supply graph", "", type(graph).__name__, "a networkx Graph or DiGraph")
    if graph.number_of_nodes() == 0:
        raise InputError("supply graph", "nodes", 0, "one or more")
    nodes = list(graph.nodes)
    if all(_names_cluster(node) for node in nodes):
        return synthesise(data, scale, seed, settings, *_clusters(graph, data))
    economy = economy if economy is not None else data.economy
    return _firms_of_graph(graph, nodes, data, economy)


def _names_cluster(node: Any) -> bool:
    """Whether a node is a pair of words; a pair of numbers is a firm on a grid."""
    return isinstance(node, tuple) and len(node) == 2 and all(isinstance(x, str) for x in node)


def _clusters(graph: Any, data: ProvinceData) -> tuple[Array, Array]:
    """Which clusters exist (C, S), and where users buy goods (S, S user, C buyer, C supplier)."""
    cities, codes = data.codes["cities"], data.economy.codes
    exists = np.zeros((len(cities), len(codes)), dtype=bool)
    for city, code in graph.nodes:
        if code in PROVIDER_KINDS:
            continue  # provider clusters are shown in the graph; providers are made from the data
        if city not in cities:
            raise InputError("supply graph", f"node ({city}, {code})", city, ", ".join(cities))
        if code not in codes:
            raise InputError("supply graph", f"node ({city}, {code})", code, ", ".join(codes))
        exists[cities[city], codes.index(code)] = True
    if not exists.any():
        raise InputError("supply graph", "nodes", "no cluster of firms", "one or more")
    flow = np.zeros((len(codes), len(codes), len(cities), len(cities)))
    for one, other, attributes in graph.edges(data=True):
        amount = _number(attributes.get("flow", 0.0), f"edge {one} -> {other}: flow")
        pairs = [(one, other)] if graph.is_directed() else [(one, other), (other, one)]
        for (home, source), (away, user) in pairs:
            if source in codes and user in codes:
                flow[codes.index(source), codes.index(user), cities[away], cities[home]] += amount
    total = flow.sum(axis=-1, keepdims=True)
    return exists, flow / np.where(total > 0, total, 1.0)


def _number(value: Any, where: str, high: float = np.inf) -> float:
    bad = isinstance(value, bool) or not isinstance(value, int | float | np.number)
    if bad or not 0 <= float(value) <= high:
        raise InputError("supply graph", where, value, f"a number from 0 to {high:g}")
    return float(value)


def _codes(value: Any, where: str) -> int:
    """Bits of an iterable of technology codes."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InputError("supply graph", where, value, "a list of technology codes")
    bits = 0
    for code in value:
        if code not in TECHNOLOGIES:
            raise InputError("supply graph", where, code, ", ".join(TECHNOLOGIES))
        bits |= 1 << TECHNOLOGIES.index(code)
    return bits


def _firms_of_graph(
    graph: Any, nodes: list[Any], data: ProvinceData, economy: Economy
) -> Population:
    firms = Table("firms", FIRMS, len(nodes))
    write = firms.writable
    cities = data.codes["cities"]
    names = tuple(cities)
    places = {
        word: row for key in ("name_en", "name_zh", "code")
        for row, word in enumerate(data.cities[key])
    }  # fmt: skip
    employees = np.zeros(len(nodes))
    output = np.zeros(len(nodes))
    adopted = np.zeros(len(nodes), dtype=np.int64)
    aware = np.zeros(len(nodes), dtype=np.int64)
    for row, node in enumerate(nodes):
        attributes = graph.nodes[node]
        where = f"node {node!r}"
        sector = attributes.get("sector", economy.codes[0])
        if sector not in economy.codes:
            raise InputError("supply graph", f"{where}: sector", sector, ", ".join(economy.codes))
        city = attributes.get("city", names[0])
        city = names[places[city]] if isinstance(city, str) and city in places else city
        if city not in names:
            raise InputError("supply graph", f"{where}: city", city, ", ".join(cities))
        tier = attributes.get("tier", "above_scale")
        if tier not in TIERS:
            raise InputError("supply graph", f"{where}: tier", tier, ", ".join(TIERS))
        write("sector")[row] = economy.codes.index(sector)
        write("city")[row], write("tier")[row] = cities[city], TIERS.index(tier)
        employees[row] = _number(attributes.get("employees", 100.0), f"{where}: employees", 1e7)
        plain = employees[row] * PLAIN_PRODUCTIVITY / 12.0
        output[row] = _number(attributes.get("output", plain), f"{where}: output", 1e12)
        threshold = _number(attributes.get("threshold", 0.5), f"{where}: threshold", 10.0)
        write("threshold")[row] = threshold
        adopted[row] = _codes(attributes.get("adopted", ()), f"{where}: adopted")
        aware[row] = adopted[row] | _codes(attributes.get("aware", ()), f"{where}: aware")
    buyer, supplier, weight = _edges_of_graph(graph, nodes)
    if graph.number_of_edges() and weight.max(initial=0.0) > 0:
        bought = np.bincount(buyer, weights=weight, minlength=len(nodes))
        if bought.max() >= 1.0:
            worst = nodes[int(bought.argmax())]
            raise InputError(
                "supply graph", f"node {worst!r}: weights of its suppliers",
                f"a sum of {bought.max():.3f}", "less than 1 per unit of its output",
            )  # fmt: skip
    _plain(firms, economy, output, employees)
    write("adopted")[:], write("aware")[:] = adopted, aware
    uses = (adopted[:, None] >> np.arange(len(TECHNOLOGIES))) & 1 == 1
    write("adopted_month")[:] = np.where(uses, -1, NEVER)
    write("realised")[:] = np.where(uses, 1.0, 0.0)
    write("barrier")[:] = np.where(uses, NO_BARRIER, UNAWARE)
    edges = build_edges(len(nodes), buyer, supplier, weight)
    demand = final_demand(firms, economy.coefficients)
    firms.writable("share")[:] = open_shares(firms, edges, len(economy.codes))
    return _assemble(firms, edges, economy, demand, data, len(nodes) / 39_561, 1, tuple(nodes))


def _edges_of_graph(graph: Any, nodes: list[Any]) -> tuple[Array, Array, Array]:
    place = {node: row for row, node in enumerate(nodes)}
    buyer, supplier, weight = [], [], []
    for one, other, attributes in graph.edges(data=True):
        if one == other:
            raise InputError("supply graph", f"edge {one!r} -> {other!r}", "a loop", "two nodes")
        amount = _number(attributes.get("weight", 0.0), f"edge {one!r} -> {other!r}: weight")
        pairs = [(one, other)] if graph.is_directed() else [(one, other), (other, one)]
        for seller, customer in pairs:
            supplier.append(place[seller])
            buyer.append(place[customer])
            weight.append(amount)
    return (
        np.array(buyer, dtype=np.int64), np.array(supplier, dtype=np.int64), np.array(weight),
    )  # fmt: skip


def _plain(firms: Table, economy: Economy, output: Array, employees: Array | None = None) -> None:
    """Average firms of given output: everything that a user's graph or table does not say."""
    write = firms.writable
    sector = firms.sector
    people = output * 12.0 / PLAIN_PRODUCTIVITY if employees is None else employees
    write("uid")[:] = np.arange(firms.rows) + 12
    if employees is None:
        write("tier")[:] = 1
    write("weight")[:] = 1.0
    write("alive")[:] = 1
    write("founded")[:] = -120
    for name in ("output", "demand", "expected_demand"):
        write(name)[:] = output
    skilled = economy.skilled_share[sector]
    write("skilled")[:], write("unskilled")[:] = people * skilled, people * (1.0 - skilled)
    productivity = 12.0 * output / np.maximum(people, 1e-9)
    write("productivity")[:], write("efficiency")[:] = productivity, productivity
    write("capital")[:] = 1.2 * economy.capital_output_ratio[sector] * 12.0 * output
    write("cash")[:], write("wage_premium")[:] = output, 1.0
    write("capability")[:], write("payback_limit")[:] = 0.5, 2.5
    write("belief")[:] = 1.0
    bought = (economy.coefficients.sum(axis=0) + economy.imported_share)[sector]
    write("unit_cost")[:] = bought + economy.labour_share[sector]
    size = len(economy.codes)
    total = np.bincount(sector, weights=output, minlength=size)
    write("share")[:] = output / np.maximum(total, 1e-300)[sector]


def _assemble(
    firms: Table, edges: Any, economy: Economy, demand: Array, data: ProvinceData, scale: float,
    seed: int, labels: tuple[Any, ...] | None,
) -> Population:  # fmt: skip
    return Population(
        firms=firms,
        providers=make_providers(data, scale, seed),
        cities=make_cities(data, firms),
        edges=edges,
        final_demand=demand,
        applicable=np.full(len(economy.codes), 0xFF, dtype=np.uint8),
        labels=labels,
    )
