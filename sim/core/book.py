"""A book: columns that grow, one row for each thing that happened."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np

from sim.core.table import Array


class Book:
    """Columns by name and type (`types`), all of the same length; rows are only ever added."""

    types: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        self.count = 0
        self._read: list[str] = []
        self._columns = {name: np.zeros(64, kind) for name, kind in self.types.items()}

    def __getattr__(self, name: str) -> Array:
        """A column, kept as an attribute until the book grows."""
        if name not in self.types:
            raise AttributeError(name)
        column = self._columns[name][: self.count]
        self.__dict__[name] = column
        self._read.append(name)
        return column

    def _grown(self) -> None:
        """Forget the columns that were read as they were before."""
        while self._read:
            del self.__dict__[self._read.pop()]

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        new = type(self)()
        new.restore({name: column.copy() for name, column in self.columns().items()})
        return new

    def columns(self) -> dict[str, Array]:
        """Every column by name."""
        return {name: column[: self.count] for name, column in self._columns.items()}

    def restore(self, columns: dict[str, Array]) -> None:
        """Take over columns as `columns` gave them."""
        self.count = len(columns["row"])
        self._columns = {name: columns[name].astype(kind) for name, kind in self.types.items()}
        self._grown()

    def append(self, **values: Array | float) -> Array:
        """Add rows, one for each entry of `row`; returns their positions."""
        added = np.size(values["row"])
        if added == 0:
            return np.empty(0, dtype=np.int64)
        needed = self.count + added
        size = len(self._columns["row"])
        if needed > size:
            for name, column in self._columns.items():
                self._columns[name] = np.zeros(max(needed, 2 * size, 64), column.dtype)
                self._columns[name][: self.count] = column[: self.count]
        columns, new = self._columns, slice(self.count, needed)
        for name, value in values.items():
            columns[name][new] = value
        self.count = needed
        self._grown()
        return np.arange(needed - added, needed)
