"""A phase of the month: a function, the columns it reads and the columns it writes.

The declaration is the truth: a phase is handed exactly the columns it names, and only those in
`writes` are writable, so an undeclared write raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.core.table import Table

Views = Mapping[str, type[tuple[Any, ...]]]


@dataclass(frozen=True)
class Phase:
    """One step of the month.

    `function(context, **views)` gets one named tuple of columns a table named in `views`;
    `writes` maps a table to the columns changed there.
    """

    number: int
    name: str
    zh: str
    en: str
    function: Callable[..., None]
    views: Views
    writes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table, columns in self.writes.items():
            unknown = columns - set(getattr(self.views.get(table), "_fields", ()))
            if unknown:
                raise TypeError(f"{self.name} writes {table}.{sorted(unknown)} without viewing it")

    def bind(self, tables: Mapping[str, Table]) -> dict[str, tuple[Any, ...]]:
        """The named tuples of columns that the function gets from these tables."""
        return {
            name: tables[name].view(view, self.writes.get(name, frozenset()))
            for name, view in self.views.items()
        }

    def written(self) -> list[tuple[str, str]]:
        """Table and column of all that is written, in the order of the columns."""
        return [
            (table, column)
            for table, view in self.views.items()
            for column in getattr(view, "_fields", ())
            if column in self.writes.get(table, ())
        ]

    def reads(self, table: str) -> tuple[str, ...]:
        """Columns of a table that are read (written ones included)."""
        return tuple(getattr(self.views.get(table), "_fields", ()))
