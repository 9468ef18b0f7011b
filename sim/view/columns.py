"""Columns of figures in one array, as a run comes from a worker and is kept.

A server keeps dozens of runs for hours, between pages that come and go. As a thousand small objects
each, they would hold on to all the memory around them, many times their own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache

from sim.core.table import Array


class Columns[K: Hashable](Mapping[K, Array]):
    """Read-only columns by name; `figures` is (names, ...), and a column a view of it."""

    __slots__ = ("_figures", "_names", "_places")

    def __init__(self, names: tuple[K, ...], figures: Array) -> None:
        if len(names) != len(figures):
            raise ValueError(f"{len(names)} names for {len(figures)} columns")
        self._names, self._places = _named(names)
        self._figures = figures

    def __getitem__(self, name: K) -> Array:
        column: Array = self._figures[self._places[name]]
        return column

    def __iter__(self) -> Iterator[K]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __reduce__(self) -> tuple[type[Columns[K]], tuple[tuple[K, ...], Array]]:
        return type(self), (self._names, self._figures)


def shared[T](texts: tuple[T, ...]) -> tuple[T, ...]:
    """The tuple that was met first of all that are equal: runs repeat the same months and names."""
    return _named(texts)[0]


@lru_cache(maxsize=256)
def _named[T](names: tuple[T, ...]) -> tuple[tuple[T, ...], dict[T, int]]:
    """Names, and the place of each."""
    return names, {name: place for place, name in enumerate(names)}
