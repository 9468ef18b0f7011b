"""A provider is a queue: waits against M/M/c (Erlang C)."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from sim.core.table import Table
from sim.model import PHASES, Province
from sim.world.tables import ERP, NEVER


def erlang_wait(arrivals: float, service: float, servers: int) -> float:
    """Mean wait in an M/M/c queue; `arrivals` and `1 / service` per month."""
    load = arrivals * service
    use = load / servers
    top = load**servers / math.factorial(servers) / (1 - use)
    waiting = top / (sum(load**n / math.factorial(n) for n in range(servers)) + top)
    return waiting * service / (servers * (1 - use))


def queue(hazard: float, seed: int) -> Province:
    """Firms without links that each order one ERP project at a constant hazard a year."""
    graph = nx.empty_graph(FIRMS)
    graph.graph.update(sector="TEX", city="Ningbo")
    return Province(
        "limit_queue",
        supply_graph=graph,
        seed=seed,
        parameters="central",
        technologies=["erp"],
        time__end="2044-12",
        information__bass_innovation=hazard,
        information__bass_imitation=0.0,
    )


FIRMS = 6_000


def one_provider(province: Province, servers: int) -> tuple[Table, int]:
    """The providers and the row of the only one with teams, which can run `servers` projects."""
    providers = province.tables["providers"]
    kind = int(province.context.technologies.kind[ERP])
    first = int(np.flatnonzero(providers.kind == kind)[0])
    providers.writable("teams")[:] = 0.0
    providers.writable("teams")[first] = servers / float(providers.weight[first])
    return providers, first


@pytest.mark.parametrize(("servers", "use"), [(2, 0.5), (4, 0.6)])
def test_wait_for_a_team(servers: int, use: float) -> None:
    """Contracts come at random, month after month, to one provider with a few teams."""
    province = queue(0.0, 0)
    service = float(province.context.technologies.numbers.project_months[ERP])
    assert service >= 8, "monthly steps must be short against the service time"
    _, first = one_provider(province, servers)
    book = province.context.projects
    deliver = next(phase for phase in PHASES if phase.name == "providers")
    views = deliver.bind(province.tables)
    months = 25_000
    arrivals = np.random.default_rng(1).poisson(use * servers / service, months)
    rows = 0
    for month in range(months):
        # One row after the other orders, so that no firm has two projects at a time.
        new = np.arange(rows, rows + arrivals[month]) % FIRMS
        rows += int(arrivals[month])
        book.append(
            row=new, uid=new, technology=ERP, ordered=month, cost=1.0, provider=first,
            weight=1.0, price=1.0, lease=0.0, award=-1, started=NEVER,
            accepted=NEVER, success=0, under_way=1,
        )  # fmt: skip
        province.clock.month = month
        deliver.function(province.context, **views)
    begun = book.started != NEVER
    waits = (book.started - book.ordered)[begun]
    # In whole months the formula for continuous time is some 5 % too long.
    expected = erlang_wait(float(arrivals.mean()), service, servers)
    assert waits.mean() == pytest.approx(expected, rel=0.15)
    assert begun.mean() > 0.99


def test_waits_grow_without_bound_when_demand_is_above_capacity() -> None:
    servers, service = 2, 10.0
    province = queue(12 * 2.0 * servers / service / FIRMS, 1)
    providers, _ = one_provider(province, servers)
    backlog = []
    for _ in range(240):
        province.step()
        backlog.append(float(providers.backlog.sum()))
    assert backlog[239] > 1.5 * backlog[119] > 3.0 * backlog[29]
