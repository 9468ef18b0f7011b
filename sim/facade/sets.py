"""Agent sets over columns: Mesa's calls on row numbers, a view made only when one is asked for."""

from __future__ import annotations

import copy
import inspect
import math
import operator
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Literal

import mesa
import numpy as np
from mesa.agentset import GroupBy
from pandas import factorize

from sim.core.errors import InputError
from sim.core.table import Array
from sim.facade.members import RowSet, parts
from sim.facade.rows import ColumnError, Decoded, checked

_ARRAY_FORMS: dict[Any, Callable[[Array], Any]] = {
    sum: lambda values: values.sum().item(),
    min: lambda values: values.min().item(),
    max: lambda values: values.max().item(),
    len: len,
}
"""Builtins as they work on a whole column; from Python they would box every value."""


class ColumnGroupBy(GroupBy):
    """Mesa's groups with `agg` over columns."""

    def agg(self, attr_name: str, func: Any) -> dict[Any, Any]:
        """Each group's aggregate, by its key."""
        return {
            key: group.agg(attr_name, func)
            if isinstance(group, ColumnAgentSet)
            else func([getattr(agent, attr_name) for agent in group])
            for key, group in self.groups.items()
        }


def _array_form(func: Any, values: Array) -> Callable[[Any], Any] | None:
    """How `func` takes a whole column, None when it wants the list that Mesa would pass."""
    inner = func.func if isinstance(func, partial) else func
    if isinstance(getattr(inner, "__self__", inner), np.ufunc):
        return func
    if (getattr(inner, "__module__", None) or "").partition(".")[0] in ("numpy", "scipy"):
        return func
    return _ARRAY_FORMS.get(func) if values.ndim == 1 else None


class ColumnAgentSet(RowSet):
    """Mesa's agent set calls over columns; see `RowSet` for what a set follows or holds."""

    def _single(self) -> tuple[int, Array | slice] | None:
        """Kind and rows of a set of one type; all rows as a slice, which costs no gathering."""
        if self._live is not None and len(self._live) == 1:
            table = self._table(self._live[0])
            if "alive" not in table or table["alive"].all():
                return self._live[0], slice(None)
        kinds, rows = self._now()
        present = [kind for kind, _ in parts(kinds)]
        return (present[0], rows) if len(present) == 1 else None

    def _values(self, kind: int, rows: Array | slice, name: str) -> Array | None:
        """Attribute `name` of these rows without views, None when it is no column."""
        agent_type, table = self.model.view_types[kind], self._table(kind)
        attribute = inspect.getattr_static(agent_type, name, None)
        if isinstance(attribute, Decoded):
            return attribute.values(self.model, table, rows)
        if name == "row" or (name == "unique_id" and "uid" not in table):
            return (np.arange(table.rows) + (name == "unique_id"))[rows]
        name = "uid" if name == "unique_id" else name
        # A property of a subclass goes before a column of its name, as it does in a view.
        return table[name][rows] if name in table and attribute is None else None

    def _vector(self, name: str) -> Array | None:
        single = self._single()
        return None if single is None else self._values(*single, name)

    def column(self, name: str) -> Array:
        """A column's values in the set's order, shape (n,) or (n, width), a copy."""
        kinds, rows = self._now()
        found: list[tuple[Array | slice, Array]] = []
        for kind, places in parts(kinds):
            values = self._values(kind, rows[places], name)
            if values is None:
                agent_type = self.model.view_types[kind].__name__
                raise ColumnError(agent_type, name, None, sorted(self._table(kind)))
            found.append((places, values))
        arrays = [values for _, values in found] or [np.empty(0)]
        result = np.empty((len(rows), *arrays[0].shape[1:]), np.result_type(*arrays))
        for places, values in found:
            result[places] = values
        return result

    def where(self, mask: Array | Callable[[ColumnAgentSet], Array]) -> ColumnAgentSet:
        """The agents whose entry of `mask` (n,) is true: `firms.where(firms.column("cash") < 0)`.

        A function is given this set and returns the mask, which suits chains of calls.
        """
        flags = np.asarray(mask(self) if callable(mask) else mask)
        if flags.dtype != bool or flags.shape != (len(self),):
            given = f"{flags.dtype}{flags.shape}"
            raise InputError("agent set", "mask", given, f"bool({len(self)},)")
        return self._masked(flags)

    # Mesa's calls.

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: int | float = math.inf,
        inplace: bool = False,
        agent_type: type[mesa.Agent] | None = None,
    ) -> ColumnAgentSet:
        """As in Mesa; `filter_func` is called with views, `where` is the fast way."""
        if filter_func is None and agent_type is None and at_most == math.inf:
            return self if inplace else copy.copy(self)
        kinds, rows = self._now()
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(rows) * at_most)
        limit = len(rows) if at_most == math.inf else max(0, math.ceil(at_most))
        wanted: Iterable[int] = range(len(rows))
        if agent_type is not None:
            types = enumerate(self.model.view_types)
            right = [kind for kind, view in types if issubclass(view, agent_type)]
            wanted = np.flatnonzero(np.isin(kinds, right))
        if filter_func is None:
            chosen = np.asarray(wanted, np.int64)[:limit]
        else:
            places: list[int] = []
            for place in wanted:
                if len(places) >= limit:
                    break
                if filter_func(self._view(int(kinds[place]), int(rows[place]))):
                    places.append(place)
            chosen = np.array(places, np.int64)
        return self._of(kinds[chosen], rows[chosen], inplace)

    def get(
        self,
        attr_names: Any,
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Values of one attribute, or a list of values an agent of several, as in Mesa."""
        if handle_missing not in ("error", "default"):
            raise ValueError(
                f"Unknown handle_missing option: {handle_missing}, "
                "should be one of 'error' or 'default'"
            )
        fallback = (default_value,) if handle_missing == "default" else ()
        if isinstance(attr_names, str):
            return self._attribute(attr_names, fallback)
        columns = [self._attribute(name, fallback) for name in attr_names]
        if not columns:
            return [[] for _ in range(len(self))]
        return [list(values) for values in zip(*columns, strict=True)]

    def _attribute(self, name: str, fallback: tuple[Any, ...]) -> list[Any]:
        kinds, rows = self._now()
        result: list[Any] = [None] * len(rows)
        for kind, places in parts(kinds):
            agent_type, numbers = self.model.view_types[kind], rows[places]
            column = self._values(kind, numbers, name)
            if column is not None:
                values = column.tolist() if column.ndim == 1 else list(column)
            elif fallback and not hasattr(agent_type, name):
                values = [fallback[0]] * len(numbers)
            else:
                views = (agent_type(self.model, row) for row in numbers.tolist())
                values = [getattr(view, name, *fallback) for view in views]
            if isinstance(places, slice):
                return values
            for place, value in zip(places.tolist(), values, strict=True):
                result[place] = value
        return result

    def set(self, attr_name: str, value: Any) -> ColumnAgentSet:
        """Write a column: one value (or one row of values) for all, or as many as agents."""
        kinds, rows = self._now()
        writes: list[tuple[Array, Array, Array]] = []
        for kind, places in parts(kinds):
            agent_type, table = self.model.view_types[kind], self._table(kind)
            if isinstance(inspect.getattr_static(agent_type, attr_name, None), property):
                for agent in self:
                    setattr(agent, attr_name, value)
                return self
            if attr_name not in table:
                raise ColumnError(agent_type.__name__, attr_name, value, sorted(table))
            column, numbers, given = table.columns[attr_name], rows[places], np.asarray(value)
            if len(given.shape) == (1 if column.width == 1 else 2) and len(given) == len(rows):
                given = given[places]
            shape = (len(numbers),) if column.width == 1 else (len(numbers), column.width)
            given = checked(agent_type.__name__, column, given, shape)
            writes.append((table.writable(attr_name), numbers, given))
        for array, numbers, values in writes:  # nothing is written when one of them is refused
            array[numbers] = values
        return self

    def agg(self, attribute: str, func: Any) -> Any:
        """One or several functions of an attribute, as in Mesa.

        Functions of numpy and sum, min, max get the column in double precision (or whole
        numbers), any other function the list that Mesa would give it.
        """
        vector = self._vector(attribute)
        if vector is not None and vector.dtype != object:
            vector = vector.astype(np.float64 if vector.dtype.kind == "f" else np.int64)
        else:
            vector = None
        listed: list[list[Any]] = []  # made once, and only for a function that wants it

        def result(one: Callable[[Any], Any]) -> Any:
            form = None if vector is None else _array_form(one, vector)
            if form is not None:
                return form(vector)
            if not listed:
                listed.append(self.get(attribute))
            return one(listed[0])

        return result(func) if callable(func) else [result(one) for one in func]

    def groupby(
        self, by: Callable[[Any], Any] | str, result_type: Literal["agentset", "list"] = "agentset"
    ) -> ColumnGroupBy:
        """As in Mesa: groups in order of first appearance, by column, property or function."""
        vector = self._vector(by) if isinstance(by, str) else None
        if vector is not None and vector.ndim == 1:
            codes, found = factorize(vector, use_na_sentinel=False)
            keys = found.tolist()
        else:
            values = self.get(by) if isinstance(by, str) else [by(agent) for agent in self]
            index: dict[Any, int] = {}
            codes = np.array([index.setdefault(value, len(index)) for value in values], np.int64)
            keys = list(index)
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=len(keys)))[:-1]
        kinds, rows = self._now()
        groups = (self._of(kinds[p], rows[p]) for p in np.split(order, ends))
        pairs = zip(keys, groups, strict=True) if keys else ()
        if result_type == "agentset":
            return ColumnGroupBy(dict(pairs))
        return ColumnGroupBy({key: group.to_list() for key, group in pairs})

    def sort(
        self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> ColumnAgentSet:
        """As in Mesa: largest first unless `ascending`, equal ones in the order they had."""
        vector = self._vector(key) if isinstance(key, str) else None
        if vector is not None and vector.ndim == 1 and vector.dtype != object:
            if ascending:
                order = np.argsort(vector, kind="stable")
            else:  # from the back, for ties to keep their order
                order = len(vector) - 1 - np.argsort(vector[::-1], kind="stable")[::-1]
        else:
            if isinstance(key, str) and "." not in key:
                values = self.get(key)
            else:
                of = operator.attrgetter(key) if isinstance(key, str) else key
                values = [of(agent) for agent in self]
            places = sorted(range(len(values)), key=values.__getitem__, reverse=not ascending)
            order = np.array(places, np.int64)
        return self._masked(order, inplace)

    def shuffle(self, inplace: bool = False) -> ColumnAgentSet:
        """The agents in random order, the same that Mesa would draw."""
        order = list(range(len(self)))
        self.random.shuffle(order)
        return self._masked(np.array(order, np.int64), inplace)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> ColumnAgentSet:
        """Call a method, or a function with each agent first, on a view of each agent."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(
        self, method: str | Callable[..., Any], *args: Any, **kwargs: Any
    ) -> ColumnAgentSet:
        """`do` in random order."""
        self.shuffle().map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """What `do` would call, with the results."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]
