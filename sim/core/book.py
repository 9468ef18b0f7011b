"""A book: columns that grow, one row for each thing that happened."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np

from sim.core.table import Array


class Book:
    """Columns by name and type (`types`), all of the same length; rows are only ever added.

    Rows that were added are written into the columns when these are next read.
    """

    types: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        self.count = 0
        self._read: list[str] = []
        self._added: list[tuple[slice, dict[str, Array | float]]] = []
        self._columns = {name: np.zeros(64, kind) for name, kind in self.types.items()}

    def __getattr__(self, name: str) -> Array:
        """A column, kept as an attribute until the book grows."""
        if name not in self.types:
            raise AttributeError(name)
        self._write()
        column = self._columns[name][: self.count]
        self.__dict__[name] = column
        self._read.append(name)
        return column

    def _grown(self) -> None:
        """Forget the columns that were read as they were before."""
        while self._read:
            del self.__dict__[self._read.pop()]

    # Columns that were read are views: sent along, each would come out as an array of its own.

    def __getstate__(self) -> dict[str, Array]:
        return self.columns()

    def __setstate__(self, columns: dict[str, Array]) -> None:
        Book.__init__(self)
        self.restore(columns)

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        new = type(self)()
        new.restore(self.columns())
        return new

    def columns(self) -> dict[str, Array]:
        """Every column by name."""
        self._write()
        return {name: column[: self.count] for name, column in self._columns.items()}

    def restore(self, columns: dict[str, Array]) -> None:
        """Take over columns as `columns` gave them."""
        self.count = len(columns["row"])
        self._added.clear()
        self._columns = {name: columns[name].astype(kind) for name, kind in self.types.items()}
        self._grown()

    def append(self, **values: Array | float) -> Array:
        """Add rows, one for each entry of `row`; returns their positions.

        Arrays are taken over: nobody changes them afterwards.
        """
        before = self.count
        self.count += np.size(values["row"])
        if self.count > before:
            self._added.append((slice(before, self.count), values))
            self._grown()
        return np.arange(before, self.count)

    def _write(self) -> None:
        """Write the rows that were added into the columns."""
        if not self._added:
            return
        first, size = self._added[0][0].start, len(self._columns["row"])
        if self.count > size:
            for name, column in self._columns.items():
                self._columns[name] = np.zeros(max(self.count, 2 * size, 64), column.dtype)
                self._columns[name][:first] = column[:first]
        for rows, values in self._added:
            for name, value in values.items():
                self._columns[name][rows] = value
        self._added.clear()
