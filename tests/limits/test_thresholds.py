"""Threshold contagion: Granovetter (1978) and Watts (2002), on graphs of the user's."""

from __future__ import annotations

import networkx as nx
import numpy as np

from sim.model import Province


def cascade(graph: nx.Graph, months: int = 130, **settings: object) -> int:
    """Adopters of the technology in the end."""
    graph.graph.update(sector="TEX", city="Ningbo")
    province = Province(
        "limit_threshold", supply_graph=graph, parameters="central", time__end="2025-12", **settings
    )
    before = -1
    for _ in range(months):
        province.step()
        now = int((province.tables["firms"].adopted > 0).sum())
        if now == before:
            break
        before = now
    return int((province.tables["firms"].adopted > 0).sum())


def crowd(thresholds: list[int]) -> nx.Graph:
    """Granovetter's crowd: everybody sees everybody, a threshold is a number of others."""
    graph = nx.complete_graph(len(thresholds))
    others = len(thresholds) - 1
    for node, threshold in enumerate(thresholds):
        graph.nodes[node]["threshold"] = threshold / others
    return graph


def test_granovetters_hundred_all_join() -> None:
    assert cascade(crowd(list(range(100)))) == 100


def test_granovetters_hundred_with_one_threshold_moved() -> None:
    thresholds = list(range(100))
    thresholds[1] = 2
    assert cascade(crowd(thresholds)) == 1


def random_graph(mean_degree: float, seed: int) -> nx.Graph:
    graph = nx.fast_gnp_random_graph(2000, mean_degree / 1999, seed=seed)
    nodes = np.random.default_rng(seed).choice(2000, 5, replace=False)
    for node in nodes:
        graph.nodes[int(node)]["adopted"] = ["ecommerce"]
    return graph


def test_watts_window() -> None:
    """Threshold 0.18: global cascades at mean degree 3, none below 1 or far above 6."""
    inside = [cascade(random_graph(3.0, seed), information__threshold=0.18) for seed in range(4)]
    sparse = [cascade(random_graph(0.5, seed), information__threshold=0.18) for seed in range(4)]
    dense = [cascade(random_graph(14.0, seed), information__threshold=0.18) for seed in range(4)]
    assert np.median(inside) > 1000
    # Outside the window contagion stays near the seeds; isolated nodes have no neighbours to
    # follow and a threshold above 0, so they never join.
    assert max(sparse) < 200
    assert max(dense) < 200
