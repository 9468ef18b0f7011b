"""The supply network: clusters of city and sector with their layout, and one firm's neighbours."""

from __future__ import annotations

from functools import cache
from typing import Any

import networkx as nx
import numpy as np

from sim.core.table import Array
from sim.story.firm import row_of
from sim.view.answers.watched import Watched, firm_id, watched
from sim.view.questions import Question
from sim.world.data import load_data
from sim.world.links import gravity
from sim.world.network import cluster_graph
from sim.world.synthesis import PopulationParameters
from sim.world.tables import TECHNOLOGIES, TIERS

LINKS = 300
"""Heaviest flows between clusters that are drawn."""
BIGGEST = 6
"""Firms of a cluster that are offered for a closer look."""
NEAR, FAR = 8, 3
"""Most suppliers and customers of the firm, and of each of those."""


def clusters(question: Question) -> dict[str, Any]:
    """Every cluster with its place in the picture, its series by moment and its biggest firms.

    Output is 10k CNY a month and firms are real ones; `use` is by moment and technology in per cent
    of above-scale and smaller firms, None without firms. `links` are (from, to, 10k CNY a month).
    """
    run = watched(question)
    names, places, links, share = picture()
    order = {name: place for place, name in enumerate(names)}
    labels, economy = run.province.labels, run.province.data.economy
    firms = np.stack([one.firms for one in run.moments])
    with np.errstate(invalid="ignore"):
        use = np.stack([one.adopters for one in run.moments]) / firms[:, :, None]
    output = np.stack([one.output for one in run.moments])
    nodes = []
    for name, (x, y) in zip(names, places, strict=True):
        c, s = labels.cities.index(name[0]), labels.sectors.index(name[1])
        row = c * len(labels.sectors) + s
        nodes.append(
            {
                "city": c, "sector": s, "x": x, "y": y,
                "firms": [round(float(one)) for one in firms[:, row]],
                "output": [round(float(one)) for one in output[:, row]],
                "use": [_per_cents(one) for one in use[:, row]],
                "biggest": _biggest(run, c, s),
            }
        )  # fmt: skip
    return {
        "moments": [one.month for one in run.moments],
        "sectors": [
            {"code": code, "zh": zh, "en": en}
            for code, zh, en in zip(economy.codes, economy.names_zh, economy.names_en, strict=True)
        ],
        "nodes": nodes,
        "links": [(order[a], order[b], round(flow)) for a, b, flow in links],
        "share": share,
    }


@cache
def picture() -> tuple[
    list[tuple[str, str]], list[tuple[float, float]], list[tuple[Any, Any, float]], float
]:
    """Clusters, their places, the heaviest flows between them and what share of all those are.

    The layout is a spring model of each cluster's heaviest flows, begun at the cities' places on
    the map; it depends on the base year's data alone and is the same every time.
    """
    data = load_data()
    shares = gravity(data.cell_output, data.distance, PopulationParameters())
    graph = cluster_graph(data, shares)
    nodes = [n for n, of in graph.nodes(data=True) if of["kind"] == "firms" and of["output"] > 0]
    flows = sorted(
        ((a, b, of["flow"]) for a, b, of in graph.edges(data=True) if a != b),
        key=lambda link: (-link[2], link[0], link[1]),
    )
    heaviest = flows[:LINKS]
    total = sum(flow for _, _, flow in flows)
    share = sum(flow for _, _, flow in heaviest) / max(total, 1e-9)
    return nodes, layout(graph, nodes, flows), heaviest, share


def layout(graph: Any, nodes: list[Any], flows: list[Any]) -> list[tuple[float, float]]:
    """Places of the nodes in 0 to 1000, by the heaviest flows and two of each node's own."""
    backbone: Any = nx.Graph()
    backbone.add_nodes_from(nodes)
    kept: dict[Any, int] = dict.fromkeys(nodes, 0)
    for place, (a, b, flow) in enumerate(flows):
        if place < LINKS or kept[a] < 2 or kept[b] < 2:
            backbone.add_edge(a, b, weight=float(flow) ** 0.5)
            kept[a] += 1
            kept[b] += 1
    # Sectors of a city begin on a small circle round its place, for springs need a difference.
    sectors = sorted({sector for _, sector in nodes})
    start = {}
    for name in nodes:
        turn = 2.0 * np.pi * sectors.index(name[1]) / len(sectors)
        of = graph.nodes[name]
        start[name] = np.array(
            [of["longitude"] + 0.15 * np.cos(turn), of["latitude"] + 0.15 * np.sin(turn)]
        )
    found = nx.spring_layout(backbone, pos=start, k=0.35, iterations=120, seed=1)
    places = np.array([found[name] for name in nodes])
    # Ranks spread the crowded middle; a part of the springs' places keeps the shape.
    even = places.argsort(axis=0).argsort(axis=0) / max(len(nodes) - 1, 1)
    span = np.ptp(places, axis=0)
    places = 0.75 * even + 0.25 * (places - places.min(axis=0)) / np.where(span > 0, span, 1.0)
    return [(round(1000.0 * float(x), 1), round(1000.0 * float(y), 1)) for x, y in places]


def ego(question: Question) -> dict[str, Any]:
    """Suppliers and customers of the firm `firm`, two levels, the heaviest links of each.

    Nodes are places in the network by the id of their firm at the start; `level` is -2 (suppliers
    of suppliers) to 2 (customers of customers). Links are (supplier, customer, share of the
    customer's purchases of goods within its links).
    """
    run = watched(question)
    centre = row_of(run.province, firm_id(question))
    levels, links = neighbours(run.province.world.edges, centre)
    return {
        "firm": int(run.uid[centre]),
        "start": run.moments[0].month,
        "end": run.moments[-1].month,
        "nodes": [_node(run, row, level) for row, level in levels.items()],
        "links": [(int(run.uid[a]), int(run.uid[b]), weight) for a, b, weight in links],
        "suppliers": int(np.diff(run.province.world.edges.supplier_start)[centre]),
        "customers": int(np.diff(run.province.world.edges.customer_start)[centre]),
    }


def neighbours(edges: Any, centre: int) -> tuple[dict[int, int], list[tuple[int, int, float]]]:
    """Level of each row in the picture, and links (supplier, customer, weight) that led to them."""
    levels = {centre: 0}
    links: dict[tuple[int, int], float] = {}
    for side in (-1, 1):
        ring = [centre]
        for depth, most in ((1, NEAR), (2, FAR)):
            reached = []
            for row in ring:
                for other, weight in _heaviest(edges, row, side, most):
                    if other not in levels:
                        levels[other] = side * depth
                        reached.append(other)
                    pair = (other, row) if side < 0 else (row, other)
                    links[pair] = weight
            ring = reached
    return levels, [(a, b, round(weight, 4)) for (a, b), weight in links.items()]


def _heaviest(edges: Any, row: int, side: int, most: int) -> list[tuple[int, float]]:
    """Suppliers (-1) or customers (1) of a row, the heaviest links first."""
    name = "supplier" if side < 0 else "customer"
    start = getattr(edges, f"{name}_start")
    part = slice(int(start[row]), int(start[row + 1]))
    others, weights = getattr(edges, f"{name}s")[part], getattr(edges, f"{name}_weight")[part]
    order = np.argsort(-weights, kind="stable")[:most]
    return [(int(others[one]), float(weights[one])) for one in order]


def _node(run: Watched, row: int, level: int) -> dict[str, Any]:
    """One firm of the picture; `closed` says that its place is another firm's, or nobody's, at the end."""
    firms = run.province.tables["firms"]
    stays = bool(firms.alive[row] == 1 and firms.uid[row] == run.uid[row])
    return {
        "firm": int(run.uid[row]),
        "level": level,
        "city": int(firms.city[row]),
        "sector": run.province.labels.sectors[firms.sector[row]],
        "tier": TIERS[firms.tier[row]],
        "people_first": round(float(run.people[row]), 1),
        "people_last": round(float(firms.skilled[row] + firms.unskilled[row]), 1) if stays else None,
        "use_first": technologies(int(run.adopted[row])),
        "use_last": technologies(int(firms.adopted[row])) if stays else [],
        "closed": not stays,
    }  # fmt: skip


def technologies(bits: int) -> list[str]:
    """Codes of the technologies in a firm's bits."""
    return [code for place, code in enumerate(TECHNOLOGIES) if bits >> place & 1]


def _biggest(run: Watched, city: int, sector: int) -> list[tuple[int, str, float]]:
    """Id at the start, tier and employees of the cluster's biggest firms."""
    firms = run.province.tables["firms"]
    rows = np.flatnonzero((firms.city == city) & (firms.sector == sector))
    order = rows[np.argsort(-run.people[rows], kind="stable")][:BIGGEST]
    return [
        (int(run.uid[row]), TIERS[firms.tier[row]], round(float(run.people[row]), 1))
        for row in order
    ]


def _per_cents(shares: Array) -> list[float] | None:
    """Shares (8,) in per cent; None where there are no firms."""
    return None if np.isnan(shares).any() else [round(100.0 * float(one), 1) for one in shares]
