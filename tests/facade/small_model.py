"""The least models that the face of Mesa can be tested on, and plain Mesa twins of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from sim.core.edges import build_edges
from sim.core.table import Column, Table
from sim.facade import City, ColumnAgentSet, ColumnModel, Firm, Labels, Provider
from sim.world.tables import CITIES, FIRMS, PROVIDERS

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
