"""The outputs of a table that are sums or ratios of sums, derived at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Self

import numpy as np

from sim.core.kernels import njit
from sim.core.table import Array
from sim.outputs.declaration import Output, Sums
from sim.outputs.month import GROUPS, Month
from sim.processes.indicators import POSITION


class AllSums(NamedTuple):
    """Names of outputs (n,), and where the sums they are made of stand; the ratios come last.

    `top` (n,) and `bottom` (ratios,) are positions among group of tiers * variables + variable of
    `Month.sums`; `scale` (n,).
    """

    names: tuple[str, ...]
    top: Array
    bottom: Array
    scale: Array

    @classmethod
    def of(cls, outputs: Iterable[Output]) -> Self:
        """Those of `outputs` that are declared as sums."""
        found = [(one.name, one.value) for one in outputs if isinstance(one.value, Sums)]
        found.sort(key=lambda pair: pair[1].bottom != "")
        sums = [value for _, value in found]
        return cls(
            tuple(name for name, _ in found),
            np.array([_place(one, one.top) for one in sums], dtype=np.intp),
            np.array([_place(one, one.bottom) for one in sums if one.bottom], dtype=np.intp),
            np.array([one.scale for one in sums]),
        )

    def derive(self, month: Month, table: str) -> None:
        """Put the figures of this month among the table's values."""
        sums = month.sums(table)
        found = np.empty((len(self.names), len(sums)))
        _derive(sums.reshape(len(sums), -1), self.top, self.bottom, self.scale, found)
        figures = found[:, 0].tolist() if table == "province" else found
        month.values(table).update(zip(self.names, figures, strict=True))


@njit(nogil=True, cache=True)
def _derive(sums: Any, top: Any, bottom: Any, scale: Any, found: Any) -> None:
    """Fill `found` (n, rows) from `sums` (rows, ...); a ratio over nothing is 0."""
    plain = len(top) - len(bottom)
    for one in range(len(top)):
        for row in range(len(sums)):
            figure = sums[row, top[one]]
            if one >= plain:
                whole = sums[row, bottom[one - plain]]
                figure = figure / whole if whole > 0.0 else 0.0
            found[one, row] = figure * scale[one]


def _place(sums: Sums, variable: str) -> int:
    return GROUPS.index(sums.tiers) * len(POSITION) + POSITION[variable]
