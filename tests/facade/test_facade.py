"""Mesa's face keeps Mesa's contract: the same answers as plain Mesa agents, without the objects."""

from __future__ import annotations

import copy
import functools
import inspect
import itertools
import math
import multiprocessing
import operator
import pickle
import statistics
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agentset import AbstractAgentSet, AgentSet, GroupBy
from mesa.time import Schedule

from sim.core.edges import build_edges
from sim.core.errors import InputError
from sim.core.table import Column, Table
from sim.facade import (
    City,
    ColumnAgentSet,
    ColumnError,
    ColumnModel,
    Firm,
    Labels,
    Provider,
    RowAgent,
)
from sim.world.tables import CITIES, ERP, FIRMS, NEVER, PLM, PROVIDERS, TECHNOLOGIES, UNAWARE

pytestmark = [
    pytest.mark.filterwarnings("error::DeprecationWarning"),
    pytest.mark.filterwarnings("error::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("error::FutureWarning"),
]

SEED = 7
FIRST_UID = 500
LABELS = Labels(("C17", "C34", "C39"), ("Hangzhou", "Ningbo"))


def make_table(name: str, columns: tuple[Column, ...], rows: int, **values: Any) -> Table:
    """A table with these values in the precision that the columns declare."""
    types = {column.name: column.dtype for column in columns}
    arrays = {key: np.asarray(value).astype(types[key]) for key, value in values.items()}
    return Table(name, columns, rows, arrays)


def make_firms(rows: int) -> Table:
    """Firms with ties in every column that tests sort or group by; row 2 is not in operation."""
    index = np.arange(rows)
    return make_table(
        "firms",
        FIRMS,
        rows,
        uid=FIRST_UID + index,
        sector=index * 2 % 3,
        city=index // 2 % 2,
        tier=index % 4,
        weight=np.full(rows, 1.5),
        alive=index != 2,
        cash=(index * 7 % 5 - 1) * 0.1,
        adopted=index % 256,
        skilled=10 + index % 3,
        payback_limit=(index % 5 + 1) * 0.1,
    )


def make_world(rows: int) -> SimpleNamespace:
    uids, kinds, places = [900, 901, 902], [1, 2, 6], [0, 1, 1]
    providers = make_table("providers", PROVIDERS, 3, uid=uids, kind=kinds, city=places)
    cities = make_table("cities", CITIES, 2, wage=[5.5, 4.5])
    # Firm 0 buys from 1, 2 (closed) and 3, firm 3 buys from 1.
    buyer, supplier = np.array([0, 0, 0, 3]), np.array([3, 1, 2, 1])
    edges = build_edges(rows, buyer, supplier, np.array([0.1, 0.2, 0.3, 0.4]))
    tables = {"firms": make_firms(rows), "providers": providers, "cities": cities}
    return SimpleNamespace(tables=tables, edges=edges)


class SmallProvince(ColumnModel):
    """The least a model needs: a world, and a month that changes a column."""

    shared_attributes = frozenset({"settled"})
    rebuilt_attributes = frozenset({"bound"})

    def __init__(self, firms: int = 9, gain: float = 1.0, rng: int | None = SEED) -> None:
        super().__init__(rng=rng)
        self.gain = gain
        self.attach(make_world(firms), LABELS)
        self.settled = {"never": ["copied"]}
        self.bound = self.tables["firms"].writable("cash")
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "Cash": lambda model: model.agents_by_type[Firm].agg("cash", sum),
                "Firms": lambda model: len(model.agents_by_type[Firm]),
            },
            agenttype_reporters={Firm: {"cash": "cash"}, City: {"wage": "wage", "name": "name"}},
        )

    def step(self) -> None:
        self.tables["firms"].writable("cash")[:] += self.gain
        self.datacollector.collect(self)
        if self.time >= 3:
            self.running = False


PLAIN_ATTRIBUTES = ("sector", "city", "tier", "weight", "cash", "adopted", "skilled", "barrier")


class PlainFirm(mesa.Agent):
    """An ordinary Mesa agent with a firm's attributes."""

    def __init__(self, model: mesa.Model, firm: Firm) -> None:
        super().__init__(model)
        self.unique_id = firm.unique_id
        for name in (*PLAIN_ATTRIBUTES, "city_name", "sector_code"):
            setattr(self, name, getattr(firm, name))

    def pay(self, amount: float) -> float:
        self.cash -= amount
        return self.cash


class PlainModel(mesa.Model):
    def __init__(self, firms: ColumnAgentSet) -> None:
        super().__init__(rng=SEED)
        for firm in firms:
            PlainFirm(self, firm)


class PayingFirm(Firm):
    """A firm with a user's own method and properties."""

    def pay(self, amount: float) -> float:
        self.cash -= amount
        return self.cash

    @property
    def staff(self) -> float:
        return self.skilled + self.unskilled

    @staff.setter
    def staff(self, persons: float) -> None:
        self.skilled, self.unskilled = persons / 2, persons / 2

    @property
    def broken(self) -> float:
        return self.no_such_thing


class PayingProvince(SmallProvince):
    view_types = (PayingFirm, City, Provider)


def ids(agents: Any) -> list[int]:
    return [agent.unique_id for agent in agents]


@pytest.fixture
def model() -> PayingProvince:
    return PayingProvince(firms=11)


@pytest.fixture
def firms(model: PayingProvince) -> ColumnAgentSet:
    return model.agents_by_type[PayingFirm]


@pytest.fixture
def plain(firms: ColumnAgentSet) -> Any:
    return PlainModel(firms).agents


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """Grows by one for every view made."""
    made: list[type] = []
    make = RowAgent.__init__

    def counted(self: RowAgent, model: ColumnModel, row: int) -> None:
        made.append(type(self))
        make(self, model, row)

    monkeypatch.setattr(RowAgent, "__init__", counted)
    return made


# One row.


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


# Agent sets against plain Mesa.


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


# The model.


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


# Mesa's tools.


def test_data_collector(model: PayingProvince) -> None:
    plain = PlainModel(model.agents_by_type[PayingFirm])
    reporters = {
        "cash": "cash",
        "twice": lambda firm: 2 * firm.cash,
        "barrier": "barrier",
        "more": [lambda firm, by: firm.skilled + by, [3]],
    }
    frames = []
    for province, view in ((model, PayingFirm), (plain, PlainFirm)):
        collector = mesa.DataCollector(
            {"mean": lambda m, view=view: m.agents_by_type[view].agg("cash", np.mean)},
            agenttype_reporters={view: reporters},
        )
        collector.collect(province)
        for agent in province.agents_by_type[view]:
            agent.cash += 1
        province.time = 1.0
        collector.collect(province)
        frames.append(
            (collector.get_model_vars_dataframe(), collector.get_agenttype_vars_dataframe(view))
        )
    (mine, mine_agents), (theirs, their_agents) = frames
    assert mine["mean"].tolist() == pytest.approx(theirs["mean"].tolist())
    assert mine_agents.index.equals(their_agents.index)
    for name in ("cash", "twice", "more"):
        assert mine_agents[name].tolist() == pytest.approx(their_agents[name].tolist(), rel=1e-6)
    assert mine_agents["barrier"].map(list).tolist() == their_agents["barrier"].map(list).tolist()


def test_agent_reporters_see_every_agent(model: PayingProvince) -> None:
    collector = mesa.DataCollector(
        agent_reporters={"id": "unique_id", "cash": lambda agent: getattr(agent, "cash", None)},
        agenttype_reporters={RowAgent: {"row": "row"}},
        tables={"closed": ["uid"]},
    )
    collector.collect(model)
    frame = collector.get_agent_vars_dataframe()
    assert frame.index.get_level_values("AgentID").tolist() == ids(model.agents)
    assert frame["cash"].notna().sum() == 10
    assert len(collector.get_agenttype_vars_dataframe(RowAgent)) == 15
    missing = mesa.DataCollector(agent_reporters={"cash": "cash"})
    with pytest.raises(AttributeError, match="City has no attribute 'cash'"):
        missing.collect(model)


@pytest.fixture
def start_method() -> Any:
    """`batch_run` sets the way processes start for good; put it back."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("start_method")
def test_batch_run() -> None:
    rows = mesa.batch_run(
        SmallProvince,
        parameters={"firms": [6, 9], "gain": [1.0, 2.0]},
        rng=[1, 2],
        max_steps=10,
        data_collection_period=1,
        display_progress=False,
    )
    runs = {(r["firms"], r["gain"], r["rng"]) for r in rows}
    assert runs == set(itertools.product([6, 9], [1.0, 2.0], [1, 2]))
    assert {row["Step"] for row in rows} == {1, 2, 3}  # the model ends itself
    for row in rows:
        assert row["Firms"] == row["firms"] - 1
        start = make_firms(row["firms"])
        cash = start.cash[start.alive == 1].sum() + row["gain"] * row["Step"] * row["Firms"]
        assert row["Cash"] == pytest.approx(cash, rel=1e-5)
    assert {row["name"] for row in rows if "name" in row} == set(LABELS.cities)


def test_what_the_browser_view_asks_of_a_model() -> None:
    """SolaraViz remakes the model from keywords, steps it, and plots the collected frame."""
    parameters = inspect.signature(SmallProvince).parameters
    assert "seed" not in inspect.signature(ColumnModel).parameters
    assert all(p.kind is not inspect.Parameter.VAR_POSITIONAL for p in parameters.values())
    model = type(SmallProvince())(firms=5, rng=3)
    assert (model.scenario.model, model.scenario.rng) == (model, 3)
    model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame.columns.tolist() == ["Cash", "Firms"]
    assert (model.running, model.time, model.rng is not None) == (True, 1, True)
    if find_spec("solara") is None:  # Mesa's components cannot be imported without it
        return
    import solara
    from mesa.visualization import Slider, SolaraViz, make_plot_component

    page = SolaraViz(
        model,
        components=[make_plot_component("Cash"), make_plot_component(["Firms"])],
        model_params={"firms": Slider("Firms", 5, 4, 9, 1), "gain": 1.0},
    )
    _, context = solara.render(page, handle_error=False)
    context.close()
