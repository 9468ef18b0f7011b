"""Mesa's own tools work on the province: agents, DataCollector, batch_run, deepcopy."""

from __future__ import annotations

import copy

import mesa
import numpy as np
import pytest
from mesa.datacollection import DataCollector

from sim.core.errors import InputError
from sim.facade import City, Firm, Provider
from sim.model import PHASES, Province

SHORT = {"time__end": "2013-06"}


def test_agents_are_views_of_rows() -> None:
    province = Province("no_programme", scale=0.01, **SHORT)
    assert isinstance(province, mesa.Model)
    firms = province.agents_by_type[Firm]
    table = province.tables["firms"]
    assert len(firms) == int((table.alive == 1).sum())
    assert len(province.agents_by_type[City]) == 11
    assert len(province.agents_by_type[Provider]) > 0
    total = firms.agg("cash", np.sum)
    assert total == pytest.approx(float(table.cash.sum()))
    largest = max(firms, key=lambda firm: firm.output)
    assert largest.city_name in province.data.cities["name_en"]
    assert largest.sector_code in province.data.economy.codes
    before = largest.cash
    largest.cash += 100.0
    assert table.cash[largest.row] == pytest.approx(before + 100.0)
    with pytest.raises(InputError):
        largest.sector = 3
    assert all(isinstance(other, Firm) for other in largest.suppliers)


def test_data_collector_follows_the_run() -> None:
    province = Province("no_programme", scale=0.01, **SHORT)
    collector = DataCollector(
        model_reporters={"output": lambda model: float(model.tables["firms"].output.sum())},
        agenttype_reporters={City: {"wage": "wage"}},
    )
    for _ in range(3):
        province.step()
        collector.collect(province)
    assert len(collector.get_model_vars_dataframe()) == 3
    assert len(collector.get_agenttype_vars_dataframe(City)) == 33


def test_batch_run_takes_scenarios_and_seeds() -> None:
    rows = mesa.batch_run(
        Province,
        parameters={
            "scenario": ["document_2014", "no_programme"],
            "scale": 0.01,
            "time__end": "2012-03",
        },
        rng=[1, 2],
        max_steps=3,
        display_progress=False,
        number_processes=1,
    )
    assert {row["scenario"] for row in rows} == {"document_2014", "no_programme"}
    assert len(rows) >= 4


def test_deepcopy_is_a_branch() -> None:
    province = Province("document_2014", scale=0.01, **SHORT)
    province.step()
    other = copy.deepcopy(province)
    other.step()
    assert (province.clock.month, other.clock.month) == (1, 2)
    assert other.world.edges.suppliers is province.world.edges.suppliers
    province.step()
    np.testing.assert_array_equal(province.tables["firms"].cash, other.tables["firms"].cash)


def test_a_run_ends_and_says_so() -> None:
    province = Province("no_programme", scale=0.01, time__end="2012-02")
    province.run()
    assert not province.running
    with pytest.raises(InputError, match="a month within"):
        province.step()


def test_the_month_is_twelve_phases_and_columns_are_read_only_between_them() -> None:
    assert [phase.number for phase in PHASES] == list(range(1, 13))
    province = Province("no_programme", scale=0.01, **SHORT)
    with pytest.raises(ValueError, match="read-only"):
        province.tables["firms"].cash[0] = 0
    for phase in PHASES:
        for table, views in province._views[phase.name].items():
            for name in views._fields:
                written = name in phase.writes.get(table, frozenset())
                assert getattr(views, name).flags.writeable == written


def test_own_graph_of_firms_runs_the_whole_month() -> None:
    import networkx as nx

    graph = nx.gnp_random_graph(60, 0.05, seed=1, directed=True)
    codes = ("TEX", "APP", "GEN", "ELE")
    for node in graph:
        graph.nodes[node].update(sector=codes[node % 4], city="Ningbo", employees=50 + 10 * node)
    for _, _, edge in graph.edges(data=True):
        edge["share"] = 0.01
    still = {**SHORT, "exogenous__frozen": True}
    province = Province("document_2014", supply_graph=graph, check=True, **still)
    results = province.run()
    output = results.province["output"]
    assert output.iloc[-1] == pytest.approx(output.iloc[0], rel=0.1)
    assert province.supply.graph.nodes[3]["label"] == 3


MECHANISMS = [
    ("information", "full"), ("information", "bass"), ("information", "threshold"),
    ("decision", "always"), ("finance", False), ("provider_capacity", False), ("skills", False),
    ("entry_exit", False), ("labour_market", False), ("spillovers", False),
    ("governments", False), ("production", "off"), ("beliefs", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), MECHANISMS)
def test_every_switch_changes_the_run_and_keeps_the_identities(name: str, value: object) -> None:
    until = {"time__end": "2014-12"}
    plain = Province("document_2014", scale=0.02, **until).run().province
    switched = Province(
        "document_2014", scale=0.02, check=True, **until, **{f"mechanisms__{name}": value}
    )
    assert not switched.run().province.equals(plain)
