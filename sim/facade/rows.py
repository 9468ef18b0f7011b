"""One row as a Mesa agent: attributes are columns, read from and written to the table."""

from __future__ import annotations

import copy
import inspect
import math
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import mesa
import numpy as np

from sim.core.errors import InputError
from sim.core.table import Array, Column, Table

if TYPE_CHECKING:
    from sim.facade.model import ColumnModel


ROUNDING = 1e-6
"""How far beyond a bound, relative to it, a written value counts as the bound."""


class ColumnError(InputError, AttributeError):
    """No such column, or one that is not for writing; an AttributeError, as Mesa expects."""


class Decoded:
    """A column of indices read as words; `column` None decodes the row number itself."""

    def __init__(self, column: str | None, words: Callable[[ColumnModel], Sequence[str]]) -> None:
        self.column = column
        self.words = words

    def __get__(self, agent: RowAgent | None, owner: type) -> Any:
        if agent is None:
            return self
        return self.words(agent.model)[agent.row if self.column is None else agent[self.column]]

    def values(self, model: ColumnModel, table: Table, rows: Array | slice) -> Array:
        """Words of many rows, an array of objects."""
        index = np.arange(table.rows) if self.column is None else table[self.column]
        return np.array(self.words(model), dtype=object)[index[rows]]


KEPT = ("uid", "ordered")
"""Columns that only the model writes: ids and what the book of projects holds."""


def refuse() -> NoReturn:
    raise TypeError("agents are rows of the province's tables: only the world makes or ends them")


def checked(where: str, column: Column, value: Any, shape: tuple[int, ...]) -> Array:
    """`value` as the column holds it, in `shape`; refuses what the declaration does not allow."""
    if column.fixed or column.name in KEPT:
        raise ColumnError(where, column.name, value, "a column that is not fixed for the run")
    given = np.asarray(value)
    dtype = np.dtype(column.dtype)
    if given.dtype.kind not in "biuf":
        raise InputError(where, column.name, value, f"numbers ({column.unit})")
    try:
        given = np.broadcast_to(given, shape)
    except ValueError:
        raise InputError(where, column.name, given.shape, f"shape {shape}") from None
    low = -math.inf if column.low is None else column.low
    high = math.inf if column.high is None else column.high
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        low, high = max(low, limits.min), min(high, limits.max)
        right = (given >= low) & (given <= high) & (given == np.floor(given))
        kind = "whole numbers"
    else:
        with np.errstate(over="ignore"):
            given = given.astype(dtype)
        # A tenth added ten times is a rounding error above the bound of one that is meant.
        least = low - ROUNDING * max(1.0, abs(low))
        most = high + ROUNDING * max(1.0, abs(high))
        right = np.isfinite(given) & (given >= least) & (given <= most)
        kind = "numbers"
    if not right.all():
        wrong = given[~right].flat[0].item()
        raise InputError(where, column.name, wrong, f"{kind} from {low:g} to {high:g}")
    return np.clip(given, low, high).astype(dtype)


class RowAgent(mesa.Agent):
    """A view of one row: attributes are the table's columns, read from and written to the table.

    Made on demand and never registered with the model. Equal to every other view of the same
    agent. A view outlives its firm only until the row is given to a new one, then it refuses.
    """

    table_name: ClassVar[str]
    pos = None

    def __init__(self, model: ColumnModel, row: int) -> None:
        # Mesa's own __init__ would register the view and number it anew.
        table = model.tables[self.table_name]
        row = operator.index(row)
        if not 0 <= row < table.rows:
            raise InputError(type(self).__name__, "row", row, f"0 to {table.rows - 1}")
        unique_id = int(table["uid"][row]) if "uid" in table else row + 1
        self.__dict__.update(model=model, row=row, unique_id=unique_id)

    def _table(self) -> Table:
        table = self.model.tables[self.table_name]
        if "uid" in table and table["uid"][self.row] != self.unique_id:
            raise InputError(str(self), "has left; its row now belongs to another")
        return table

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "model" not in self.__dict__:
            raise AttributeError(name)
        if hasattr(type(self), name):  # a property of a subclass failed: show its own error
            return object.__getattribute__(self, name)
        return self[name]

    def __getitem__(self, name: str) -> Any:
        table = self._table()
        if name not in table:
            raise ColumnError(type(self).__name__, name, None, sorted(table))
        value = table[name][self.row]
        return value if isinstance(value, np.ndarray) else value.item()

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(inspect.getattr_static(type(self), name, None), property):
            object.__setattr__(self, name, value)
            return
        table = self._table()
        if name not in table:
            raise ColumnError(type(self).__name__, name, value, sorted(table))
        column = table.columns[name]
        shape = () if column.width == 1 else (column.width,)
        table.writable(name)[self.row] = checked(str(self), column, value, shape)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.model.tables[self.table_name]})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RowAgent):
            return NotImplemented
        return (
            self.model is other.model
            and self.table_name == other.table_name
            and self.unique_id == other.unique_id
        )

    def __hash__(self) -> int:
        return hash((self.table_name, self.unique_id, id(self.model)))

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.unique_id}"

    def __deepcopy__(self, memo: dict[int, Any]) -> RowAgent:
        new = type(self).__new__(type(self))
        memo[id(self)] = new
        new.__dict__.update(self.__dict__, model=copy.deepcopy(self.model, memo))
        return new

    def remove(self) -> NoReturn:
        """Refused: firms enter and leave through the world's own processes."""
        refuse()

    @classmethod
    def create_agents(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: the world makes the rows."""
        refuse()

    @classmethod
    def from_dataframe(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: the world makes the rows."""
        refuse()
