"""Agent sets change, order, group, loop and combine as plain Mesa sets do."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np
import pytest
from mesa.agentset import AgentSet, GroupBy

from sim.core.errors import InputError
from sim.facade import City, ColumnAgentSet, ColumnError, Firm, Provider
from tests.facade.small_model import (
    LABELS,
    PayingFirm,
    PayingProvince,
    PlainFirm,
    SmallProvince,
    ids,
)


def test_set(model: PayingProvince, firms: ColumnAgentSet, plain: Any) -> None:
    assert firms.set("cash", 3) is firms
    plain.set("cash", 3)
    assert firms.get("cash") == plain.get("cash")
    assert Firm(model, 2).cash != 3  # not in the set
    firms.sort("unique_id").set("cash", range(10))
    assert firms.get("cash") == list(range(9, -1, -1))
    firms.set("belief", range(8))
    assert firms.get("belief")[3].tolist() == list(range(8))
    firms.set("staff", 8)
    assert firms.get("unskilled") == [4] * 10
    model.agents.select(agent_type=Provider).set("teams", [1, 2, 3])
    assert model.tables["providers"].teams.tolist() == [1, 2, 3]
    living = model.agents.select(lambda agent: not isinstance(agent, City))
    living.set("alive", [1] * 12 + [0])
    assert ids(model.agents_by_type[Provider]) == [900, 901]


def test_set_refuses_without_writing_anything(model: PayingProvince, firms: ColumnAgentSet) -> None:
    before = firms.get("skilled")
    for name, value in (("skilled", [1] * 9 + [-1]), ("skilled", [1, 2]), ("tier", 1), ("x", 1)):
        with pytest.raises(InputError):
            firms.set(name, value)
    with pytest.raises(ColumnError, match="City: alive"):
        model.agents.set("alive", 0)
    assert firms.get("skilled") == before
    assert len(firms) == 10


@pytest.mark.parametrize(
    "by", ["city", "tier", "cash", "city_name", "sector_code", lambda firm: firm.cash > 0]
)
def test_groupby(firms: ColumnAgentSet, plain: Any, by: Any) -> None:
    mine, theirs = firms.groupby(by), plain.groupby(by)
    assert isinstance(mine, GroupBy)
    assert len(mine) == len(theirs)
    assert list(mine.count().items()) == list(theirs.count().items())
    assert [(key, ids(group)) for key, group in mine] == [(k, ids(group)) for k, group in theirs]
    assert [type(key) for key, _ in mine] == [type(key) for key, _ in theirs]
    assert mine.agg("cash", np.mean) == pytest.approx(theirs.agg("cash", np.mean))
    assert mine.map("agg", "skilled", max) == theirs.map("agg", "skilled", max)
    lists, expected = firms.groupby(by, "list"), plain.groupby(by, result_type="list")
    assert all(type(group) is list for _, group in lists)
    assert {k: ids(group) for k, group in lists} == {k: ids(group) for k, group in expected}
    assert lists.agg("cash", min) == expected.agg("cash", min)
    mine.do("set", "cash", 5)
    assert firms.get("cash") == [5] * 10


def test_groups_of_nothing_and_of_several_types(model: PayingProvince) -> None:
    assert len(model.agents.select(at_most=0).groupby("city")) == 0
    by_type = model.agents.groupby(type)
    assert by_type.count() == {PayingFirm: 10, City: 2, Provider: 3}
    located = model.agents.select(lambda agent: not isinstance(agent, City))
    assert located.groupby("city_name").count() == {"Hangzhou": 7, "Ningbo": 6}
    with pytest.raises(TypeError):
        model.agents_by_type[PayingFirm].groupby("barrier")


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize(
    "key", ["cash", "adopted", "tier", "city_name", "unique_id", "model.time", lambda f: f.skilled]
)
def test_sort_keeps_ties_in_order(
    firms: ColumnAgentSet, plain: Any, key: Any, ascending: bool
) -> None:
    expected = ids(plain.sort(key, ascending))
    assert ids(firms.sort(key, ascending)) == expected
    mine = firms.select()
    assert mine.sort(key, ascending=ascending, inplace=True) is mine
    assert ids(mine) == expected
    assert ids(firms) == ids(plain)


def test_shuffle_is_mesas_and_does_not_touch_the_set(firms: ColumnAgentSet, plain: Any) -> None:
    assert firms.random is firms.model.random
    assert ids(firms.shuffle()) == ids(plain.shuffle())
    assert ids(firms) == ids(plain)
    mine, theirs = firms.copy(), AgentSet(plain, plain.random)
    assert mine.shuffle(inplace=True) is mine
    assert ids(mine) == ids(theirs.shuffle(inplace=True)) != ids(plain)


def test_do_map_and_shuffle_do(firms: ColumnAgentSet, plain: Any) -> None:
    assert firms.do("pay", 0.25) is firms
    plain.do("pay", 0.25)
    assert firms.get("cash") == pytest.approx(plain.get("cash"))
    assert firms.map("pay", amount=1) == pytest.approx(plain.map("pay", amount=1))
    assert firms.map(lambda firm, k: firm.tier * k, 2) == plain.map(lambda f, k: f.tier * k, 2)
    orders: list[list[int]] = [[], []]
    for agents, order in zip((firms, plain), orders, strict=True):
        note = functools.partial(lambda order, firm: order.append(firm.unique_id), order)
        assert agents.shuffle_do(note) is agents
        agents.shuffle_do("pay", 2)
    assert orders[0] == orders[1] != ids(plain)
    assert firms.get("cash") == pytest.approx(plain.get("cash"))


def test_those_who_leave_while_the_loop_runs_are_left_out(firms: ColumnAgentSet) -> None:
    def close_the_next(firm: Firm) -> int:
        table = firm.model.tables["firms"]
        if firm.row == 3:
            table.writable("alive")[4] = 0
            table.writable("uid")[5] = 999
        return firm.unique_id

    assert firms.map(close_the_next) == [500, 501, 503, 506, 507, 508, 509, 510]
    assert 999 in ids(firms)


def test_sets_follow_the_world_or_hold_their_agents(model: PayingProvince) -> None:
    firms, held = model.agents_by_type[PayingFirm], model.agents_by_type[PayingFirm].select()
    table = model.tables["firms"]
    firm, another = Firm(model, 4), Firm(model, 5)
    table.writable("alive")[2] = 1  # opens
    table.writable("alive")[4] = 0  # closes
    table.writable("uid")[5] = 999  # closes, and its row goes to a new firm
    assert ids(firms) == [500, 501, 502, 503, 999, 506, 507, 508, 509, 510]
    assert ids(held) == [500, 501, 503, 506, 507, 508, 509, 510]
    assert len(held) == len(held.get("cash")) == 8
    assert firm not in firms
    assert another not in firms
    assert firm not in held
    assert Firm(model, 5) in firms
    assert Firm(model, 5) not in held
    table.writable("alive")[4] = 1
    assert firm not in held  # who has left does not come back into a set
    assert len(model.agents) == 11 + 5


def test_sets_made_from_rows(model: PayingProvince) -> None:
    assert ids(ColumnAgentSet(model, Firm, [5, 2, 1, 5])) == [505, 501]
    assert ids(ColumnAgentSet(model, City, np.array([1], np.uint32))) == [2]
    assert len(ColumnAgentSet(model, Firm, [])) == 0
    closed = ColumnAgentSet(model, Firm, [2])
    model.tables["firms"].writable("alive")[2] = 1
    assert len(closed) == 0
    model.tables["firms"].writable("alive")[2] = 0
    assert ids(ColumnAgentSet(model, (City, Provider))) == [1, 2, 900, 901, 902]
    with pytest.raises(InputError, match="given 11; allowed: 0 to 10"):
        ColumnAgentSet(model, Firm, [1, 11])
    with pytest.raises(InputError, match="one agent type"):
        ColumnAgentSet(model, (Firm, City), [1])
    with pytest.raises(InputError, match="agent type"):
        ColumnAgentSet(model, PlainFirm)


def test_set_algebra(model: PayingProvince, firms: ColumnAgentSet) -> None:
    rich, east = firms.where(firms.column("cash") > 0), firms.where(firms.column("city") == 1)
    mine, theirs = set(ids(rich)), set(ids(east))
    for operation in (operator.and_, operator.or_, operator.sub, operator.xor):
        assert set(ids(operation(rich, east))) == operation(mine, theirs)
        assert set(ids(operation(rich, set(east)))) == operation(mine, theirs)
        assert set(ids(operation(set(rich), east))) == operation(mine, theirs)
    union = rich.copy()
    union |= east
    assert set(ids(union)) == mine | theirs
    assert (rich & east) <= rich < firms
    assert firms >= rich
    assert rich == rich.shuffle() == set(rich)
    assert rich != east
    assert not rich.isdisjoint(rich)
    assert rich | model.agents_by_type[City] != rich
    with pytest.raises(TypeError, match="its own model's rows"):
        _ = rich | PayingProvince().agents
    with pytest.raises(TypeError):
        hash(rich)


def test_columns(model: PayingProvince, firms: ColumnAgentSet) -> None:
    column = firms.column("cash")
    assert column.dtype == model.tables["firms"].cash.dtype
    column[:] = 9  # a copy
    assert max(firms.get("cash")) < 9
    assert firms.column("belief").shape == (10, 8)
    assert firms.column("unique_id").tolist() == ids(firms)
    both = model.agents.select(lambda agent: not isinstance(agent, City)).column("city")
    assert both.tolist() == [*firms.get("city"), 0, 1, 1]
    assert model.agents.column("unique_id").tolist() == ids(model.agents)
    assert firms.select(at_most=0).column("cash").shape == (0,)
    with pytest.raises(ColumnError, match="City: cash"):
        model.agents.column("cash")


def test_a_property_goes_before_a_column_of_its_name() -> None:
    class Rich(Firm):
        @property
        def cash(self) -> float:
            return 100.0

    class Riches(SmallProvince):
        view_types = (Rich, City, Provider)

    firms = Riches().agents_by_type[Rich]
    assert firms.get("cash") == [100.0] * 8
    assert firms.agg("cash", [max, np.mean]) == [100.0, 100.0]
    assert firms.sort("cash", ascending=True)[0].cash == 100.0


def test_a_million_firms_make_no_objects(views: list[type]) -> None:
    model = SmallProvince(firms=1_000_000)
    for firms in (model.agents_by_type[Firm], model.agents_by_type[Firm].copy()):
        assert len(firms) == 999_999
        assert firms.agg("cash", [sum, np.mean, len])[2] == 999_999
        rich = firms.where(firms.column("cash") > 0.2)
        assert 0 < len(rich) < len(firms)
        assert len(rich.select(at_most=0.5)) == len(rich) // 2
        assert set(firms.groupby("city_name").agg("cash", sum)) == set(LABELS.cities)
        firms.groupby("tier").do("set", "skilled", 3)
        assert len(firms.sort("cash").get("cash")) == len(firms & rich) + len(firms - rich)
        assert Firm(model, 3) in firms
    assert len(model.agents.select(agent_type=Firm)) == 999_999
    assert len(views) <= 4, "only the firm asked about"
    assert firms[17].row == 18
