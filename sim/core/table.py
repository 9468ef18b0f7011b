"""State is columns: a table declares each column once and hands out views of it.

Labels, units, bounds, validation, documentation and export all come from the declaration.
Columns are read-only everywhere except in the phase that declares that it writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from sim.core.errors import InputError

Array = npt.NDArray[Any]
View = TypeVar("View", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Column:
    """Declaration of one column.

    `width` values a row (1 gives a one-dimensional array), `unit` in words, `fixed` columns are
    never written by a run and can be shared between runs through the page cache.
    """

    name: str
    dtype: str
    unit: str
    zh: str
    en: str
    low: float | None = None
    high: float | None = None
    width: int = 1
    fill: float = 0
    fixed: bool = False

    @property
    def bytes(self) -> int:
        """Bytes a row."""
        return np.dtype(self.dtype).itemsize * self.width

    def empty(self, rows: int) -> Array:
        """A new array for this column, filled with `fill`."""
        shape = (rows,) if self.width == 1 else (rows, self.width)
        return np.full(shape, self.fill, dtype=self.dtype)


def owned(array: Array) -> Array:
    """An array that was sent here, or a copy if it cannot be written.

    Some senders, such as joblib, let the receiver map large arrays that it may only read.
    """
    return array if array.flags.writeable else array.copy()


class Table:
    """Columns of equal length; `table.wage` is a read-only view, `writable("wage")` is not."""

    __slots__ = ("_arrays", "_readonly", "columns", "name", "rows")

    def __init__(
        self,
        name: str,
        columns: Iterable[Column],
        rows: int,
        arrays: Mapping[str, Array] | None = None,
    ) -> None:
        self.name = name
        self.columns = {column.name: column for column in columns}
        self.rows = rows
        given = dict(arrays or {})
        unknown = sorted(set(given) - set(self.columns))
        if unknown:
            raise InputError(f"table {name}", unknown[0], None, sorted(self.columns))
        self._arrays: dict[str, Array] = {}
        for key, column in self.columns.items():
            array = given[key] if key in given else column.empty(rows)
            expected = (rows,) if column.width == 1 else (rows, column.width)
            if array.shape != expected or array.dtype != np.dtype(column.dtype):
                raise InputError(
                    f"table {name}",
                    key,
                    f"{array.dtype}{array.shape}",
                    f"{column.dtype}{expected}",
                )
            self._arrays[key] = array.view(np.ndarray)
        self._readonly: dict[str, Array] = {}
        for key, array in self._arrays.items():
            view = array.view()
            view.flags.writeable = False
            self._readonly[key] = view

    def __getattr__(self, name: str) -> Array:
        # A table that is being copied or read has no slots filled yet.
        if name in Table.__slots__ or name not in self._readonly:
            raise AttributeError(name)
        return self._readonly[name]

    def __getitem__(self, name: str) -> Array:
        return self._readonly[name]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return self.rows

    def __getstate__(self) -> tuple[str, tuple[Column, ...], int, dict[str, Array]]:
        return self.name, tuple(self.columns.values()), self.rows, self._arrays

    def __setstate__(self, state: tuple[str, tuple[Column, ...], int, dict[str, Array]]) -> None:
        name, columns, rows, arrays = state
        written = {column.name for column in columns if not column.fixed}
        own = {key: owned(one) if key in written else one for key, one in arrays.items()}
        Table.__init__(self, name, columns, rows, own)

    def __deepcopy__(self, memo: dict[int, Any]) -> Table:
        return self.copy()

    def writable(self, name: str) -> Array:
        """The column itself, for the one who makes the table or a phase that declares it."""
        return self._arrays[name]

    def view(self, fields: type[View], writes: Iterable[str] = ()) -> View:
        """The named columns as one named tuple; those in `writes` can be written."""
        names = cast(tuple[str, ...], fields._fields)  # type: ignore[attr-defined]
        allowed = frozenset(writes)
        return fields(*(self._arrays[n] if n in allowed else self._readonly[n] for n in names))

    def copy(self) -> Table:
        """A table with its own arrays; fixed columns stay shared."""
        arrays = {
            key: array if self.columns[key].fixed else array.copy()
            for key, array in self._arrays.items()
        }
        return Table(self.name, self.columns.values(), self.rows, arrays)

    def arrays(self) -> dict[str, Array]:
        """Every column by name, read-only."""
        return dict(self._readonly)

    def bytes_per_row(self) -> int:
        """Bytes a row over all columns."""
        return sum(column.bytes for column in self.columns.values())

    def not_finite(self) -> list[str]:
        """Columns that hold a number that is not finite."""
        return [
            key
            for key, array in self._readonly.items()
            # One sum tells of most columns that all is well; a finite column may still overflow it.
            if array.dtype.kind == "f"
            and not np.isfinite(array.sum(dtype=np.float64))
            and not np.isfinite(array).all()
        ]

    def out_of_bounds(self) -> dict[str, tuple[float, float]]:
        """Columns whose values leave their declared bounds (or are not finite): lowest, highest."""
        found: dict[str, tuple[float, float]] = {}
        for key, column in self.columns.items():
            array = self._readonly[key]
            if array.size == 0 or (column.low is None and column.high is None):
                continue
            low, high = float(array.min()), float(array.max())
            slack = 1e-5 * max(1.0, abs(low), abs(high))
            below = column.low is not None and not low >= column.low - slack
            above = column.high is not None and not high <= column.high + slack
            if below or above:
                found[key] = (low, high)
        return found
