"""Which rows are in an agent set, and the set operations on them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Set
from random import Random
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
from mesa.agentset import AbstractAgentSet

from sim.core.errors import InputError
from sim.core.table import Array, Table
from sim.facade.rows import RowAgent, refuse

if TYPE_CHECKING:
    from sim.facade.model import ColumnModel


def parts(kinds: Array) -> Iterator[tuple[int, Array | slice]]:
    """Each kind in the set with the places it takes, all of them where there is but one."""
    if kinds.size and kinds.min() == kinds.max():
        yield int(kinds[0]), slice(None)
        return
    for kind in np.unique(kinds).tolist():
        yield kind, np.flatnonzero(kinds == kind)


class RowSet(AbstractAgentSet[RowAgent]):
    """Agents as row numbers, in order; a view is made when one is asked for.

    Without `rows` the set follows the world: every agent of the types that is in operation. With
    `rows`, as after `select`, `sort` or `shuffle`, it holds those agents until they leave.
    """

    def __init__(
        self,
        model: ColumnModel,
        agent_type: type[RowAgent] | Iterable[type[RowAgent]],
        rows: Iterable[int] | Array | None = None,
    ) -> None:
        self.model = model
        types = (agent_type,) if isinstance(agent_type, type) else tuple(agent_type)
        kinds = [model.kind_of(kind) for kind in types]
        self._live: tuple[int, ...] | None = tuple(kinds)
        if rows is not None:
            if len(types) != 1:
                raise InputError("agent set", "rows", None, "the rows of one agent type")
            numbers = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), np.int64)
            count = self._table(kinds[0]).rows
            if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
                outside = numbers[(numbers < 0) | (numbers >= count)][0].item()
                raise InputError("agent set", "rows", outside, f"0 to {count - 1}")
            # As in any set, an agent given twice is in it once, where it came first.
            numbers = numbers[np.sort(np.unique(numbers, return_index=True)[1])]
            self._keep(np.full(len(numbers), kinds[0], np.uint8), numbers)
            self._now()

    # What is in the set.

    @property
    def random(self) -> Random:
        """The model's generator; the simulation itself never draws from it."""
        return self.model.random

    def _table(self, kind: int) -> Table:
        return self.model.tables[self.model.view_types[kind].table_name]

    def _keep(self, kinds: Array, rows: Array) -> Self:
        """Hold exactly these agents; their ids tell later whether a row was given to another."""
        self._live = None
        self._kinds, self._rows = kinds, rows
        self._uids = np.zeros(len(rows), np.uint32)
        for kind, places in parts(kinds):
            table = self._table(kind)
            if "uid" in table:
                self._uids[places] = table["uid"][rows[places]]
        return self

    def _now(self) -> tuple[Array, Array]:
        """Kinds (n,) and rows (n,) of the agents now in the set, in its order."""
        if self._live is not None:
            kinds, rows = [np.empty(0, np.uint8)], [np.empty(0, np.int64)]
            for kind in self._live:
                table = self._table(kind)
                living = np.flatnonzero(table["alive"]) if "alive" in table else range(table.rows)
                rows.append(np.asarray(living, np.int64))
                kinds.append(np.full(len(living), kind, np.uint8))
            return np.concatenate(kinds), np.concatenate(rows)
        stays = np.ones(len(self._rows), bool)
        for kind, places in parts(self._kinds):
            table, numbers = self._table(kind), self._rows[places]
            if "alive" in table:
                stays[places] &= table["alive"][numbers] != 0
            if "uid" in table:
                stays[places] &= table["uid"][numbers] == self._uids[places]
        if not stays.all():
            self._kinds, self._rows = self._kinds[stays], self._rows[stays]
            self._uids = self._uids[stays]
        return self._kinds, self._rows

    def _view(self, kind: int, row: int) -> RowAgent:
        return self.model.view_types[kind](self.model, row)

    def __iter__(self) -> Iterator[RowAgent]:
        """A view of each agent in turn, but for those that leave while the loop runs."""
        held = copy.copy(self) if self._live is not None else self
        kinds, rows = held._now()
        columns = {kind: self._table(kind).arrays() for kind, _ in parts(kinds)}
        for kind, row, uid in zip(kinds.tolist(), rows.tolist(), held._uids.tolist(), strict=True):
            alive, uids = columns[kind].get("alive"), columns[kind].get("uid")
            if (alive is None or alive[row]) and (uids is None or uids[row] == uid):
                yield self._view(kind, row)

    def __len__(self) -> int:
        if self._live is None:
            return len(self._now()[1])
        tables = [self._table(kind) for kind in self._live]
        return sum(int(np.count_nonzero(t["alive"])) if "alive" in t else t.rows for t in tables)

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, RowAgent) or agent.model is not self.model:
            return False
        kind = self.model.kind_of(type(agent))
        if self._view(kind, agent.row) != agent:  # the row was given to another
            return False
        if self._live is not None:
            table = self._table(kind)
            return kind in self._live and bool("alive" not in table or table["alive"][agent.row])
        kinds, rows = self._now()
        return bool(((rows == agent.row) & (kinds == kind)).any())

    def __getitem__(self, item: int | slice) -> RowAgent | list[RowAgent]:
        kinds, rows = self._now()
        if isinstance(item, slice):
            return list(map(self._view, kinds[item].tolist(), rows[item].tolist()))
        return self._view(int(kinds[item]), int(rows[item]))

    def __repr__(self) -> str:
        names = [self.model.view_types[kind].__name__ for kind, _ in parts(self._now()[0])]
        return f"<{type(self).__name__}: {len(self)} {' + '.join(names) or 'agents'}>"

    def __copy__(self) -> Self:
        return self._of(*self._now())

    copy = __copy__

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        new = type(self).__new__(type(self))
        memo[id(self)] = new
        # Row numbers are replaced, never written, so that copies can share them.
        new.__dict__.update(self.__dict__, model=copy.deepcopy(self.model, memo))
        return new

    def _of(self, kinds: Array, rows: Array, inplace: bool = False) -> Self:
        if inplace:
            return self._keep(kinds, rows)
        new = type(self).__new__(type(self))
        new.model = self.model
        return new._keep(kinds, rows)

    def to_list(self) -> list[RowAgent]:
        """A view of every agent."""
        return list(self)

    def count(self) -> int:
        """Number of agents."""
        return len(self)

    def add(self, agent: RowAgent) -> NoReturn:
        """Refused: the world makes the rows."""
        refuse()

    def discard(self, agent: RowAgent) -> NoReturn:
        """Refused: use `where` or `select` for fewer agents."""
        refuse()

    def remove(self, agent: RowAgent) -> NoReturn:
        """Refused: use `where` or `select` for fewer agents."""
        refuse()

    # Sets of sets, by row number.

    def _numbers(self, agents: Iterable[Any]) -> tuple[Array, Array]:
        """Kinds and rows of other agents of the same model."""
        if isinstance(agents, RowSet) and agents.model is self.model:
            return agents._now()
        views = list(dict.fromkeys(agents))
        if any(not isinstance(view, RowAgent) or view.model is not self.model for view in views):
            raise TypeError("an agent set holds views of its own model's rows only")
        kinds = np.array([self.model.kind_of(type(view)) for view in views], np.uint8)
        return kinds, np.array([view.row for view in views], np.int64)

    def _update(self, agents: Iterable[RowAgent]) -> Self:
        return self._keep(*self._numbers(agents))

    def _shared(self, other: Iterable[Any]) -> tuple[Array, Array]:
        """Which of this set's agents are in the other, and which of the other's are in this."""
        (kinds, rows), (other_kinds, other_rows) = self._now(), self._numbers(other)
        keys = kinds.astype(np.int64) << 32 | rows
        other_keys = other_kinds.astype(np.int64) << 32 | other_rows
        return np.isin(keys, other_keys), np.isin(other_keys, keys)

    def _masked(self, mask: Array, inplace: bool = False) -> Self:
        """The agents at these places, given as flags or in their new order."""
        kinds, rows = self._now()
        return self._of(kinds[mask], rows[mask], inplace)

    def __le__(self, other: Any) -> bool:
        if not isinstance(other, Set):
            return NotImplemented
        if isinstance(other, RowSet) and other.model is self.model:
            return bool(self._shared(other)[0].all())
        return all(agent in other for agent in self)

    def __and__(self, other: Iterable[Any]) -> Self:
        return self._masked(self._shared(other)[0])

    def __sub__(self, other: Iterable[Any]) -> Self:
        return self._masked(~self._shared(other)[0])

    def __or__(self, other: Iterable[Any]) -> Self:
        new = ~self._shared(other)[1]
        (kinds, rows), (other_kinds, other_rows) = self._now(), self._numbers(other)
        both = [kinds, other_kinds[new]], [rows, other_rows[new]]
        return self._of(np.concatenate(both[0]), np.concatenate(both[1]))

    def __xor__(self, other: Iterable[Any]) -> Self:
        others = self._of(*self._numbers(other))
        return (self - others) | (others - self)

    def __rsub__(self, other: Iterable[Any]) -> Self:
        return self._of(*self._numbers(other)) - self

    # A new set takes the name on the left: rows are not added to or taken from a set.
    __iand__ = __rand__ = __and__
    __ior__ = __ror__ = __or__
    __ixor__ = __rxor__ = __xor__
    __isub__ = __sub__
