"""Agent sets answer as plain Mesa sets do: choice, figures and values."""

from __future__ import annotations

import functools
import inspect
import math
import statistics
from typing import Any

import numpy as np
import pytest
from mesa.agentset import AbstractAgentSet, AgentSet

from sim.core.errors import InputError
from sim.facade import City, ColumnAgentSet, Firm, Provider, RowAgent
from sim.world.tables import NEVER, UNAWARE
from tests.facade.small_model import PayingFirm, PayingProvince, PlainFirm, SmallProvince, ids


def test_the_set_has_all_of_mesas_calls() -> None:
    assert issubclass(ColumnAgentSet, AbstractAgentSet)
    public = {name for name in dir(AbstractAgentSet) if not name.startswith("_")}
    for name in public - {"clear", "pop", "isdisjoint"}:
        mine = inspect.signature(getattr(ColumnAgentSet, name))
        theirs = inspect.signature(getattr(AbstractAgentSet, name))
        assert list(mine.parameters)[: len(theirs.parameters)] == list(theirs.parameters), name


def test_contents(model: PayingProvince, firms: ColumnAgentSet, plain: Any) -> None:
    assert ids(firms) == ids(plain) == ids(firms.to_list())
    assert len(firms) == len(plain) == firms.count() == 10
    assert Firm(model, 4) in firms
    assert Firm(model, 2) not in firms  # not in operation
    assert City(model, 1) not in firms
    assert Firm(PayingProvince(), 4) not in firms
    assert "firm" not in firms
    assert firms[0] == Firm(model, 0)
    assert firms[-1] == Firm(model, 10)
    assert ids(firms[1:3]) == ids(plain[1:3])
    with pytest.raises(IndexError):
        firms[10]
    assert repr(firms) == "<ColumnAgentSet: 10 PayingFirm>"


@pytest.mark.parametrize("at_most", [math.inf, 0, 1, 3, 99, 0.0, 0.35, 1.0, 2.5])
@pytest.mark.parametrize("filtered", [True, False])
def test_select(firms: ColumnAgentSet, plain: Any, at_most: float, filtered: bool) -> None:
    rule = (lambda firm: firm.cash > 0) if filtered else None
    expected = ids(plain.select(rule, at_most=at_most))
    assert ids(firms.select(rule, at_most=at_most)) == expected
    mine, theirs = firms.copy(), AgentSet(plain, plain.random)
    assert mine.select(rule, at_most=at_most, inplace=True) is mine
    assert ids(mine) == ids(theirs.select(rule, at_most=at_most, inplace=True)) == expected


def test_select_by_type(model: PayingProvince) -> None:
    assert ids(model.agents.select(agent_type=City)) == [1, 2]
    assert ids(model.agents.select(agent_type=Firm)) == ids(model.agents_by_type[PayingFirm])
    assert len(model.agents.select(agent_type=RowAgent)) == len(model.agents) == 15
    assert len(model.agents.select(agent_type=PlainFirm)) == 0
    few = model.agents.select(lambda agent: agent.unique_id > 900, 1, agent_type=Provider)
    assert ids(few) == [901]


def test_select_stops_at_the_last_agent_wanted(firms: ColumnAgentSet, views: list[type]) -> None:
    assert len(firms.select(lambda firm: True, at_most=2)) == 2
    assert len(views) == 2


def test_where(firms: ColumnAgentSet, plain: Any) -> None:
    expected = ids(plain.select(lambda firm: firm.cash > 0 and firm.city == 1))
    mask = (firms.column("cash") > 0) & (firms.column("city") == 1)
    assert ids(firms.where(mask)) == expected
    chained = firms.where(mask).where(lambda chosen: chosen.column("cash") > 0.1)
    assert ids(chained) == ids(plain.select(lambda firm: firm.cash > 0.11 and firm.city == 1))
    for wrong in (mask[:-1], mask.astype(int), True):
        with pytest.raises(InputError, match=r"allowed: bool\(10,\)"):
            firms.where(wrong)


FUNCTIONS = [
    sum,
    min,
    max,
    len,
    np.mean,
    np.max,
    np.add.reduce,
    statistics.median,
    functools.partial(np.quantile, q=0.3),
    lambda values: values[0] if values else None,
]


@pytest.mark.parametrize("name", ["cash", "adopted", "skilled", "unique_id", "tier"])
@pytest.mark.parametrize("held", [True, False])
def test_agg(firms: ColumnAgentSet, plain: Any, name: str, held: bool) -> None:
    mine = firms.copy() if held else firms
    expected = plain.agg(name, FUNCTIONS)
    assert mine.agg(name, FUNCTIONS) == pytest.approx(expected, rel=1e-14)
    for function, value in zip(FUNCTIONS, expected, strict=True):
        answer = mine.agg(name, function)
        assert answer == pytest.approx(value, rel=1e-14)
        assert isinstance(answer, type(value))


def test_agg_of_wide_columns_words_and_nothing(firms: ColumnAgentSet, plain: Any) -> None:
    firms.set("barrier", np.arange(80).reshape(10, 8) % 9)
    for agent, firm in zip(plain, firms, strict=True):
        agent.barrier = firm.barrier
    assert firms.agg("barrier", np.mean) == plain.agg("barrier", np.mean)
    assert (firms.agg("barrier", sum) == plain.agg("barrier", sum)).all()
    assert firms.agg("city_name", max) == plain.agg("city_name", max) == "Ningbo"
    assert firms.agg("cash", iter([min, max])) == plain.agg("cash", iter([min, max]))
    nothing = firms.select(at_most=0)
    assert nothing.agg("cash", [sum, len]) == [0, 0]
    with pytest.raises(ValueError, match="empty"):
        nothing.agg("cash", min)


def test_sums_of_small_integers_and_of_many_floats_keep_their_precision() -> None:
    model = SmallProvince(firms=100_000)
    firms = model.agents_by_type[Firm]
    firms.set("adopted", 255).set("profit", 0.1)
    assert firms.agg("adopted", sum) == 255 * 99_999
    assert firms.agg("profit", sum) == pytest.approx(float(np.float32(0.1)) * 99_999, rel=1e-12)


def test_get(firms: ColumnAgentSet, plain: Any) -> None:
    for names in ("cash", "city_name", "unique_id", ["cash", "tier"], ["sector_code"], []):
        assert firms.get(names) == plain.get(names)
        answer = firms.get(names)
        assert [type(value) for value in answer] == [type(value) for value in plain.get(names)]
    wide = firms.get("barrier")
    assert len(wide) == 10
    assert all((row == UNAWARE).all() for row in wide)
    assert firms.get("adopted_month")[0].tolist() == [NEVER] * 8
    assert firms.get("pos") == plain.get("pos") == [None] * 10
    assert firms.get("staff") == [firm.staff for firm in firms]
    assert firms.get("row") == [firm.row for firm in firms]


def test_get_of_what_is_missing(
    model: PayingProvince, firms: ColumnAgentSet, plain: Any, views: list[type]
) -> None:
    for agents in (firms, plain):
        with pytest.raises(AttributeError, match="no_such"):
            agents.get("no_such")
        with pytest.raises(ValueError, match="should be one of 'error' or 'default'"):
            agents.get("cash", handle_missing="ignore")
        assert agents.get("no_such", "default", 5) == [5] * 10
        assert agents.get(["no_such", "tier"], "default")[1] == [None, 1]
        assert agents.select(at_most=0).get("no_such") == []
    views.clear()
    assert model.agents.get("wage", "default", -1) == [-1] * 10 + [5.5, 4.5] + [-1] * 3
    assert views == []
    with pytest.raises(AttributeError, match="wage"):
        model.agents.get("wage")
