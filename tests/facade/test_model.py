"""The model: its agents, events, copies and pickles."""

from __future__ import annotations

import copy
import itertools
import pickle
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from mesa.time import Schedule

from sim.facade import City, ColumnModel, Firm, Labels, Provider, RowAgent
from tests.facade.small_model import (
    LABELS,
    PayingFirm,
    PayingProvince,
    PlainFirm,
    SmallProvince,
    ids,
    make_firms,
    make_world,
)


def test_agents_of_the_model(model: PayingProvince) -> None:
    assert model.agent_types == [PayingFirm, City, Provider]
    assert list(model.agents_by_type) == model.agent_types
    assert {view: len(agents) for view, agents in model.agents_by_type.items()} == {
        PayingFirm: 10,
        City: 2,
        Provider: 3,
    }
    assert ids(model.agents) == list(itertools.chain(*map(ids, model.agents_by_type.values())))
    assert model.agents == model.agents.shuffle()
    assert model.agents_by_type[Firm] == model.agents_by_type[PayingFirm]
    assert Firm not in model.agents_by_type
    for unknown in (PlainFirm, RowAgent):
        with pytest.raises(KeyError):
            model.agents_by_type[unknown]


def test_before_its_world_is_there_a_model_has_no_agents() -> None:
    model = ColumnModel(rng=1)
    assert (len(model.agents), model.agent_types, model.agents_by_type) == (0, [], {})
    assert list(model.agents) == []
    assert repr(model.agents) == "<ColumnAgentSet: 0 agents>"


def test_only_the_tables_that_are_there_have_agents() -> None:
    model = ColumnModel(rng=1)
    model.attach(SimpleNamespace(tables={"firms": make_firms(4)}), LABELS)
    assert model.agent_types == [Firm]
    assert len(model.agents) == 3
    assert len(copy.deepcopy(model).agents) == 3


def test_a_world_can_be_a_property_of_the_model() -> None:
    class Wrapped(ColumnModel):
        def __init__(self) -> None:
            super().__init__(rng=1)
            assert len(self.agents) == 0  # no context yet
            self.context = SimpleNamespace(world=make_world(6))

        @property
        def world(self) -> Any:
            return self.context.world

        @property
        def labels(self) -> Labels:
            return LABELS

    model = Wrapped()
    assert ids(model.agents_by_type[Firm][0].suppliers) == [501, 503]
    other = copy.deepcopy(model)
    other.agents_by_type[Firm].set("cash", 4)
    assert other.context.world.tables["firms"].cash[0] == 4
    assert model.agents_by_type[Firm].get("city_name") == other.agents_by_type[Firm].get(
        "city_name"
    )
    assert 4 not in model.agents_by_type[Firm].get("cash")


def test_steps_and_events(model: PayingProvince) -> None:
    before = PayingFirm(model, 4).cash
    model.step()
    assert model.time == 1
    assert PayingFirm(model, 4).cash == pytest.approx(before + 1)
    model.run_for(2)
    assert PayingFirm(model, 4).cash == pytest.approx(before + 3)
    assert not model.running


class Caller(PayingFirm):
    def call(self) -> None:
        self.projects += 1


class Calls(SmallProvince):
    view_types = (Caller, City, Provider)


def test_events_keep_the_view_whose_method_they_call() -> None:
    model = Calls()
    model.schedule_event(model.agents_by_type[Caller][0].call, at=1.5)
    model.schedule_recurring(model.agents_by_type[Caller][1].call, Schedule(1.0, start=0.5))
    other = copy.deepcopy(model)
    other.run_for(4)
    assert other.agents_by_type[Caller].get("projects")[:3] == [1, 4, 0]
    assert model.agents_by_type[Caller].get("projects")[:3] == [0, 0, 0]
    model.run_for(2)
    assert model.agents_by_type[Caller].get("projects")[:3] == [1, 2, 0]


def test_copies_go_their_own_way(model: PayingProvince) -> None:
    model.step()
    model.favourite, model.chosen = PayingFirm(model, 4), model.agents.select(agent_type=Firm)
    other = copy.deepcopy(model)
    assert type(other) is PayingProvince
    assert other.random.random() == model.random.random()
    assert other.rng.random() == model.rng.random()
    assert other.favourite.model is other
    assert other.chosen.model is other
    assert other.favourite == PayingFirm(other, 4) != model.favourite
    assert other.scenario.model is other

    before = model.favourite.cash
    other.favourite.cash = 77
    other.tables["firms"].writable("alive")[5] = 0
    assert (model.favourite.cash, len(model.chosen), len(other.chosen)) == (before, 10, 9)
    other.step()
    assert (model.time, other.time) == (1, 2)
    assert model.favourite.cash == before
    assert other.favourite.cash == 78
    model.step()
    assert model.favourite.cash == pytest.approx(before + 1)
    assert len(model.datacollector.model_vars["Cash"]) == 2
    assert len(other.datacollector.model_vars["Cash"]) == 2


def test_copies_share_what_never_changes(model: PayingProvince) -> None:
    supply = SimpleNamespace(starts=model.supply_edges.supplier_start)
    model.attach(model.world, LABELS, supply)
    other = copy.deepcopy(model)
    assert other.supply is not model.supply
    assert other.supply.starts is model.supply.starts
    for name, column in model.tables["firms"].columns.items():
        shared = np.shares_memory(model.tables["firms"][name], other.tables["firms"][name])
        assert shared == column.fixed, name
    assert other.supply_edges is model.supply_edges
    assert other.settled is model.settled
    assert "bound" not in vars(other)
    assert ids(PayingFirm(other, 0).suppliers) == [501, 503]


def test_the_copy_of_a_view_is_in_the_copy_of_its_model(model: PayingProvince) -> None:
    firm, agents = copy.deepcopy((PayingFirm(model, 4), model.agents))
    assert firm.model is agents.model is not model
    assert firm in agents
    assert copy.copy(PayingFirm(model, 4)) == PayingFirm(model, 4)


def test_nobody_listens_to_a_copy(model: PayingProvince) -> None:
    heard: list[float] = []

    def listen(message: Any) -> None:
        heard.append(message.additional_kwargs["new"])

    model.observe("time", "changed", listen)
    other = copy.deepcopy(model)
    other.step()
    assert heard == []
    model.step()
    assert 1 in heard


def test_a_copy_leaves_out_events_whose_callable_is_gone(model: PayingProvince) -> None:
    def gone() -> None:
        raise AssertionError

    model.schedule_event(gone, at=1)
    del gone
    other = copy.deepcopy(model)
    other.run_for(2)
    assert other.time == 2


def test_a_model_survives_pickling() -> None:
    model = ColumnModel(rng=1)
    model.attach(make_world(5), LABELS)
    model.chosen = model.agents.select(agent_type=Firm)
    other = pickle.loads(pickle.dumps(model))
    assert ids(other.agents) == ids(model.agents)
    other.chosen.set("cash", 8)
    assert 8 not in model.chosen.get("cash")
