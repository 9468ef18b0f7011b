"""One row as an agent: reading, writing, words, neighbours, and rows that end."""

from __future__ import annotations

import math
import pickle
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
import pytest

from sim.core.errors import InputError
from sim.facade import City, ColumnError, Firm, Provider
from sim.world.tables import CITIES, ERP, FIRMS, PLM, PROVIDERS, TECHNOLOGIES
from tests.facade.small_model import (
    FIRST_UID,
    LABELS,
    PayingFirm,
    PayingProvince,
    SmallProvince,
    ids,
)


def test_a_view_is_an_agent_that_nobody_registered(model: PayingProvince) -> None:
    firm = Firm(model, 4)
    assert isinstance(firm, mesa.Agent)
    assert (firm.unique_id, firm.row, firm.pos, firm.model) == (FIRST_UID + 4, 4, None, model)
    assert City(model, 1).unique_id == 2
    assert firm.random is model.random
    assert firm.rng is model.rng
    assert len(model.agents) == 10 + 2 + 3


def test_attributes_are_python_values_of_the_columns(model: PayingProvince) -> None:
    firm = Firm(model, 4)
    assert type(firm.cash) is float
    assert firm.cash == model.tables["firms"].cash[4]
    assert type(firm.sector) is int
    assert type(City(model, 0).wage) is float
    assert firm.belief.shape == (len(TECHNOLOGIES),)
    with pytest.raises(ValueError, match="read-only"):
        firm.belief[0] = 1.0


def test_writing_goes_through_to_the_column(model: PayingProvince) -> None:
    firm = Firm(model, 4)
    before = model.tables["firms"].cash.copy()
    firm.cash += 1
    assert model.tables["firms"].cash[4] == before[4] + 1
    assert (np.delete(model.tables["firms"].cash, 4) == np.delete(before, 4)).all()
    firm.belief = 0.5
    firm.realised = np.arange(8)
    assert (Firm(model, 4).belief == 0.5).all()
    assert Firm(model, 4).realised.tolist() == list(range(8))
    assert Firm(model, 3).realised.tolist() != list(range(8))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("automation", 1.01, "given 1.0"),
        ("automation", 1.00001, "given 1.0"),
        ("skilled", -1, "from 0 to inf"),
        ("cash", math.nan, "given nan"),
        ("profit", 1e39, "given inf"),
        ("debt", math.inf, "given inf"),
        ("cash", "much", "10k CNY"),
        ("cash", [1.0, 2.0], "shape"),
        ("belief", [1.0, 2.0], "shape"),
        ("adopted", 256, "whole numbers from 0 to 255"),
        ("adopted", 1.5, "given 1.5"),
        ("barrier", 9, "from 0 to 8"),
        ("aware", None, "bits"),
    ],
)
def test_values_out_of_bounds_are_refused(
    model: PayingProvince, name: str, value: Any, says: str
) -> None:
    firm = Firm(model, 4)
    before = np.copy(firm[name])
    with pytest.raises(InputError, match=says) as caught:
        setattr(firm, name, value)
    assert caught.value.key == name
    assert (firm[name] == before).all()


def test_steps_of_a_tenth_reach_a_bound_of_one(model: PayingProvince) -> None:
    firm = Firm(model, 4)
    firm.automation = 0.0
    for _ in range(10):
        firm.automation += 0.1
    assert firm.automation == 1


@pytest.mark.parametrize(
    "name", ["sector", "weight", "uid", "ordered", "no_such", "pos", "unique_id", "row"]
)
def test_fixed_and_unknown_columns_are_refused(model: PayingProvince, name: str) -> None:
    firm = Firm(model, 4)
    with pytest.raises(AttributeError, match=name) as caught:
        setattr(firm, name, 1)
    assert isinstance(caught.value, ColumnError)
    assert isinstance(caught.value, InputError)
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args


def test_reading_what_is_no_column_names_the_columns(model: PayingProvince) -> None:
    with pytest.raises(AttributeError, match=r"Firm: csah; allowed: .*'cash'"):
        _ = Firm(model, 0).csah
    assert not hasattr(City(model, 0), "cash")
    with pytest.raises(InputError, match="allowed: 0 to 10"):
        Firm(model, 11)


def test_no_column_hides_behind_an_attribute_of_the_view() -> None:
    for view, columns in ((Firm, FIRMS), (City, CITIES), (Provider, PROVIDERS)):
        assert [c.name for c in columns if hasattr(view, c.name)] == []


def test_views_are_equal_by_table_id_and_model(model: PayingProvince) -> None:
    assert Firm(model, 4) == PayingFirm(model, 4)
    assert hash(Firm(model, 4)) == hash(PayingFirm(model, 4))
    assert len({Firm(model, 4), Firm(model, 4), Firm(model, 5)}) == 2
    assert Firm(model, 4) != Firm(SmallProvince(), 4)
    assert City(model, 1) != Provider(model, 1)
    assert Firm(model, 4) != "Firm 504"
    assert repr(Firm(model, 4)) == "Firm 504"
    assert {"cash", "technologies", "unique_id"} <= set(dir(Firm(model, 4)))


def test_words_for_indices(model: PayingProvince) -> None:
    firms = model.tables["firms"]
    firms.writable("adopted")[1] = 1 << ERP | 1 << PLM
    firms.writable("barrier")[1, ERP] = 0
    firm = Firm(model, 1)
    assert firm.sector_code == LABELS.sectors[firm.sector]
    assert firm.city_name == "Hangzhou"
    assert firm.tier_name == "above_scale"
    assert firm.ownership_name == "private"
    assert firm.technologies == ["erp", "plm"]
    assert list(firm.barriers) == list(TECHNOLOGIES)
    assert firm.barriers["erp"] == "none"
    assert firm.barriers["cloud"] == "unaware"
    provider, city = Provider(model, 2), City(model, 1)
    assert (provider.kind_name, provider.city_name, city.name) == ("training", "Ningbo", "Ningbo")
    assert ids(city.providers) == [901, 902]
    assert ids(city.firms) == [503, 506, 507, 510]


def test_suppliers_and_customers_in_operation(model: PayingProvince) -> None:
    assert ids(Firm(model, 0).suppliers) == [501, 503]
    assert ids(Firm(model, 1).customers) == [500, 503]
    assert len(Firm(model, 5).customers) == 0
    assert isinstance(next(iter(Firm(model, 0).suppliers)), PayingFirm)
    edges, model.world.edges = model.world.edges, None
    for supply in (SimpleNamespace(edges=edges), edges):
        model.attach(model.world, LABELS, supply)
        assert model.supply is supply
        assert ids(Firm(model, 0).suppliers) == [501, 503]
    model.attach(model.world, LABELS)
    with pytest.raises(InputError, match="no supply network"):
        _ = Firm(model, 0).suppliers


def test_a_view_refuses_once_its_row_is_given_to_another(model: PayingProvince) -> None:
    firm = Firm(model, 4)
    model.tables["firms"].writable("uid")[4] = 999
    for use in (lambda: firm.cash, lambda: setattr(firm, "cash", 1), lambda: firm.suppliers):
        with pytest.raises(InputError, match="Firm 504: has left"):
            use()
    assert Firm(model, 4) != firm


def test_only_the_world_makes_agents(model: PayingProvince) -> None:
    firm, agents = Firm(model, 4), model.agents
    for call in (
        firm.remove,
        lambda: Firm.create_agents(model, 2),
        lambda: Firm.from_dataframe(model, None),
        lambda: mesa.Agent(model),
        lambda: model.register_agent(firm),
        lambda: model.deregister_agent(firm),
        model.remove_all_agents,
        lambda: agents.add(firm),
        lambda: agents.discard(firm),
        lambda: agents.remove(firm),
        agents.pop,
        agents.clear,
    ):
        with pytest.raises(TypeError, match="only the world makes or ends them"):
            call()
    with pytest.raises(AttributeError):
        model.agents = []
    assert len(model.agents) == 15


def test_a_subclass_with_its_own_properties(model: PayingProvince) -> None:
    firm = PayingFirm(model, 4)
    firm.staff = 30
    assert (firm.skilled, firm.unskilled, firm.staff) == (15, 15, 30)
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = firm.broken
