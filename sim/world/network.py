"""The supply graph as networkx: a read-only DiGraph over the arrays, and the graph of clusters.

Edges run from supplier to customer, as goods do. Nothing is copied: node and edge dictionaries are
mappings made when they are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx
import numpy as np

from sim.core.edges import Edges
from sim.core.table import Array, Table
from sim.world.data import ProvinceData
from sim.world.tables import OWNERSHIPS, PROVIDER_KINDS, TECHNOLOGIES, TIERS

NUMBERS = (
    "uid", "county", "weight", "founded", "skilled", "capital", "efficiency", "productivity", "wage_premium",
    "unit_cost", "cash", "debt", "lease", "running_cost", "profit", "capability", "payback_limit", "threshold",
    "automation", "gain_target", "gain",
)  # fmt: skip
"""Columns of firms that are attributes of a node as they stand."""
LISTS = ("adopted", "aware")
"""Columns of bits; as attributes they are technology codes between commas, which every file keeps."""


class _Attributes(dict[str, Any]):
    """Attributes of a node or edge: made when looked at, so that writing to them would be lost."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise nx.NetworkXError("frozen: the supply graph is a view; work on subgraph(...).copy()")

    __setitem__ = __delitem__ = update = setdefault = pop = popitem = clear = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return dict(self)

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


class _Neighbours(Mapping[int, dict[str, float]]):
    """Neighbours of one node with their edge attributes."""

    __slots__ = ("others", "weights")

    def __init__(self, others: Array, weights: Array) -> None:
        self.others, self.weights = others, weights

    def __len__(self) -> int:
        return len(self.others)

    def __iter__(self) -> Iterator[int]:
        return iter(self.others.tolist())

    def __contains__(self, node: object) -> bool:
        return self._place(node) >= 0

    def __getitem__(self, node: int) -> dict[str, float]:
        place = self._place(node)
        if place < 0:
            raise KeyError(node)
        share = float(self.weights[place])
        # Algorithms of networkx look for `weight`; `share` says what it is.
        return _Attributes(share=share, weight=share)

    def copy(self) -> dict[int, dict[str, float]]:
        """An ordinary dictionary."""
        return dict(self.items())

    def _place(self, node: object) -> int:
        # Neighbours are sorted, so a look-up is a binary search.
        if not isinstance(node, int | np.integer):
            return -1
        place = int(np.searchsorted(self.others, node))
        found = place < len(self.others) and bool(self.others[place] == node)
        return place if found else -1


class _Adjacency(Mapping[int, _Neighbours]):
    """Neighbours of every node in one direction."""

    __slots__ = ("others", "start", "weights")

    def __init__(self, start: Array, others: Array, weights: Array) -> None:
        self.start, self.others, self.weights = start, others, weights

    def __len__(self) -> int:
        return len(self.start) - 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    def __contains__(self, node: object) -> bool:
        return isinstance(node, int | np.integer) and 0 <= int(node) < len(self)

    def __getitem__(self, node: int) -> _Neighbours:
        if node not in self:
            raise KeyError(node)
        part = slice(self.start[node], self.start[node + 1])
        return _Neighbours(self.others[part], self.weights[part])


class _Nodes(Mapping[int, dict[str, Any]]):
    """Attributes of every node, read from the firm table."""

    __slots__ = ("cities", "firms", "labels", "sectors")

    def __init__(
        self, firms: Table, sectors: tuple[str, ...], cities: tuple[str, ...], labels: Any
    ) -> None:
        self.firms, self.sectors, self.cities, self.labels = firms, sectors, cities, labels

    def __len__(self) -> int:
        return self.firms.rows

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.firms.rows))

    def __contains__(self, node: object) -> bool:
        return isinstance(node, int | np.integer) and 0 <= int(node) < self.firms.rows

    def __getitem__(self, node: int) -> dict[str, Any]:
        if node not in self:
            raise KeyError(node)
        firms = self.firms
        attributes: dict[str, Any] = {
            "sector": self.sectors[firms.sector[node]],
            "city": self.cities[firms.city[node]],
            "tier": TIERS[firms.tier[node]],
            "ownership": OWNERSHIPS[firms.ownership[node]],
            "alive": bool(firms.alive[node]),
            "employees": float(firms.skilled[node]) + float(firms.unskilled[node]),
            "output": float(firms.output[node]),
        }
        attributes |= {name: firms[name][node].item() for name in NUMBERS}
        for name in LISTS:
            bits = int(firms[name][node])
            attributes[name] = ",".join(c for k, c in enumerate(TECHNOLOGIES) if bits >> k & 1)
        if self.labels is not None:
            attributes["label"] = self.labels[node]
        return _Attributes(attributes)


class SupplyGraph(nx.DiGraph):  # type: ignore[misc]
    """A read-only `networkx.DiGraph` of firms by row number, supplier to customer.

    Made in well under a millisecond at any size; `subgraph(rows).copy()` gives an ordinary graph.
    """

    def __new__(cls, *_: Any, **__: Any) -> Any:
        # networkx makes graphs to fill (reverse, relabel, compose) by calling a graph's class.
        return nx.DiGraph()

    def __reduce__(self) -> Any:
        return _restore, (self.__dict__["_adj"], self.__dict__["_pred"], self.__dict__["_node"])

    @classmethod
    def over(
        cls, edges: Edges, firms: Table, sectors: tuple[str, ...], cities: tuple[str, ...],
        labels: Any = None,
    ) -> SupplyGraph:  # fmt: skip
        """The graph over these arrays."""
        return _restore(
            _Adjacency(edges.customer_start, edges.customers, edges.customer_weight),
            _Adjacency(edges.supplier_start, edges.suppliers, edges.supplier_weight),
            _Nodes(firms, sectors, cities, labels),
        )

    def to_undirected_class(self) -> Any:
        """Copies are ordinary graphs."""
        return nx.Graph

    def to_directed_class(self) -> Any:
        """Copies are ordinary graphs."""
        return nx.DiGraph

    def copy(self, as_view: bool = False) -> Any:
        """An ordinary networkx.DiGraph with the same nodes and edges."""
        if as_view:
            return nx.graphviews.generic_graph_view(self)
        made: Any = nx.DiGraph()
        made.add_nodes_from(self._node.items())
        made.add_edges_from((u, v, data) for u in self._adj for v, data in self._adj[u].items())
        return made

    def number_of_edges(self, u: Any = None, v: Any = None) -> int:
        """Number of links, or 1 or 0 for one pair."""
        if u is None:
            return len(self._adj.others)
        return int(self.has_edge(u, v))

    def _refuse(self, *_: Any, **__: Any) -> None:
        raise nx.NetworkXError("frozen: the supply graph is a view; work on subgraph(...).copy()")

    add_node = add_nodes_from = remove_node = remove_nodes_from = _refuse
    add_edge = add_edges_from = add_weighted_edges_from = remove_edge = _refuse
    remove_edges_from = clear = clear_edges = update = _refuse


def _restore(customers: _Adjacency, suppliers: _Adjacency, nodes: _Nodes) -> SupplyGraph:
    """A supply graph over these mappings."""
    new: SupplyGraph = object.__new__(SupplyGraph)
    new.__dict__.update(graph={}, __networkx_cache__={})
    new.__dict__["_adj"] = new.__dict__["_succ"] = customers
    new.__dict__["_pred"], new.__dict__["_node"] = suppliers, nodes
    return new


def cluster_graph(data: ProvinceData, shares: Array) -> Any:
    """Clusters (city, sector) as a networkx.DiGraph with flows (10k CNY a month) on its edges.

    `shares` (S, C buyer, C supplier) as `sim.world.links.gravity` gives them. Provider clusters
    are nodes (city, kind) without edges.
    """
    graph: Any = nx.DiGraph()
    cities, codes = data.cities, data.economy.codes
    for c, city in enumerate(cities["name_en"]):
        for s, code in enumerate(codes):
            graph.add_node(
                (city, code), kind="firms", output=float(data.cell_output[c, s]),
                firms=float(data.cell_firms[c, s]), employees=float(data.cell_employees[c, s]),
                longitude=float(cities["longitude"][c]), latitude=float(cities["latitude"][c]),
            )  # fmt: skip
    for kind, name in enumerate(PROVIDER_KINDS):
        for c, city in enumerate(cities["name_en"]):
            graph.add_node(
                (city, name), kind="providers",
                providers=float(data.provider_kinds["count"][kind] * data.provider_share[kind, c]),
                longitude=float(cities["longitude"][c]), latitude=float(cities["latitude"][c]),
            )  # fmt: skip
    coefficients = data.economy.coefficients
    for source, user in zip(*np.nonzero(coefficients > 0), strict=True):
        need = coefficients[source, user] * data.cell_output[:, user]
        flow = need[:, None] * shares[source]
        for b, a in zip(*np.nonzero(flow > 0), strict=True):
            graph.add_edge(
                (cities["name_en"][a], codes[source]), (cities["name_en"][b], codes[user]),
                flow=float(flow[b, a]),
            )  # fmt: skip
    return graph
