"""A provider is a queue: waits against M/M/c (Erlang C)."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from sim.model import Province
from sim.world.tables import ERP


def erlang_wait(arrivals: float, service: float, servers: int) -> float:
    """Mean wait in an M/M/c queue; `arrivals` and `1 / service` per month."""
    load = arrivals * service
    use = load / servers
    top = load**servers / math.factorial(servers) / (1 - use)
    waiting = top / (sum(load**n / math.factorial(n) for n in range(servers)) + top)
    return waiting * service / (servers * (1 - use))


def queue(hazard: float, seed: int) -> Province:
    """Firms without links that each order one ERP project at a constant hazard a year."""
    return Province(
        "limit_queue",
        supply_graph=nx.empty_graph(FIRMS),
        seed=seed,
        technologies=["erp"],
        time__end="2044-12",
        information__bass_innovation=hazard,
        information__bass_imitation=0.0,
    )


FIRMS = 6_000


@pytest.mark.parametrize(("servers", "use"), [(4, 0.8), (12, 0.85)])
def test_wait_for_a_team(servers: int, use: float) -> None:
    service = float(queue(0.0, 0).context.technologies.numbers.project_months[ERP])
    assert service >= 8, "monthly steps must be short against the service time"
    arrivals = use * servers / service
    waits: list[float] = []
    ordered: list[float] = []
    for seed in range(30):
        province = queue(12 * arrivals / FIRMS, seed)
        providers = province.tables["providers"]
        kind = int(province.context.technologies.kind[ERP])
        first = int(np.flatnonzero(providers.kind == kind)[0])
        providers.writable("teams")[:] = 0.0
        providers.writable("teams")[first] = servers / float(providers.weight[first])
        book = province.context.projects
        while not province.clock.finished:
            month = province.clock.month
            province.step()
            ordered.append(float(providers.orders.sum()))
            if month > 90:
                begun = book.started == month
                waits.extend((month - book.ordered[begun]).tolist())
    # Firms order once, so arrivals thin out a little: compare at the rate that was realised.
    realised = float(np.mean(ordered))
    assert realised == pytest.approx(arrivals, rel=0.08)
    assert np.mean(waits) == pytest.approx(erlang_wait(realised, service, servers), rel=0.25)


def test_waits_grow_without_bound_when_demand_is_above_capacity() -> None:
    servers, service = 2, 10.0
    province = queue(12 * 2.0 * servers / service / FIRMS, 1)
    providers = province.tables["providers"]
    kind = int(province.context.technologies.kind[ERP])
    first = int(np.flatnonzero(providers.kind == kind)[0])
    providers.writable("teams")[:] = 0.0
    providers.writable("teams")[first] = servers / float(providers.weight[first])
    backlog = []
    for _ in range(240):
        province.step()
        backlog.append(float(providers.backlog.sum()))
    assert backlog[239] > 1.5 * backlog[119] > 3.0 * backlog[29]
