"""A provider is a queue: waits against M/M/c (Erlang C)."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from sim.model import Province
from sim.world.tables import NEVER


def erlang_wait(arrivals: float, service: float, servers: int) -> float:
    """Mean wait in an M/M/c queue; `arrivals` and `1 / service` per month."""
    load = arrivals * service
    use = load / servers
    top = load**servers / math.factorial(servers) / (1 - use)
    waiting = top / (sum(load**n / math.factorial(n) for n in range(servers)) + top)
    return waiting * service / (servers * (1 - use))


@pytest.mark.parametrize(("servers", "use"), [(4, 0.8), (12, 0.9)])
def test_wait_for_a_team(servers: int, use: float) -> None:
    waits, service = [], 0.0
    for seed in range(3):
        firms = 30_000
        graph = nx.empty_graph(firms)
        province = Province(
            "limit_queue",
            supply_graph=graph,
            seed=seed,
            time__end="2040-12",
            information__bass_innovation=1e-9,
        )
        service = float(province.context.technologies.numbers.project_months[4])
        arrivals = use * servers / service
        hazard = 12 * arrivals / firms
        province = Province(
            "limit_queue",
            supply_graph=graph,
            seed=seed,
            time__end="2040-12",
            information__bass_innovation=hazard,
            information__bass_imitation=0.0,
        )
        providers = province.tables["providers"]
        kind = int(province.context.technologies.kind[4])
        first = int(np.flatnonzero(providers.kind == kind)[0])
        providers.writable("teams")[:] = 0.0
        providers.writable("teams")[first] = servers / float(providers.weight[first])
        table = province.tables["firms"]
        for month in range(348):
            province.step()
            begun = table.order_start == month
            if month > 60:
                waits.extend((month - table.order_month[begun]).tolist())
        assert (table.order_start != NEVER).any()
    assert np.mean(waits) == pytest.approx(erlang_wait(arrivals, service, servers), rel=0.25)
