"""The producing side of a province: an input-output table with what firms need to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.errors import InputError
from sim.core.table import Array


@dataclass(frozen=True)
class Economy:
    """S industrial sectors; arrays of shape (S,) unless said. Money 10k CNY a month.

    `coefficients` (S, S) [input, user]: goods made in the province per unit of output;
    `total_coefficients` (S, S) the same wherever they come from; `imported_share` everything else
    bought (from outside the province and from services) per unit of output; `final_demand` of the
    base year, of which `export_share` goes abroad and `service_share` to the province's services.
    """

    codes: tuple[str, ...]
    names_zh: tuple[str, ...]
    names_en: tuple[str, ...]
    coefficients: Array
    total_coefficients: Array
    imported_share: Array
    labour_share: Array
    energy_share: Array
    final_demand: Array
    export_share: Array
    service_share: Array
    capital_output_ratio: Array
    skilled_share: Array
    production_worker_share: Array
    robot_density_multiple: Array
    polluting: Array
    hazardous: Array
    equipment_maker: Array

    @property
    def output(self) -> Array:
        """Leontief output (I - A)^-1 f, 10k CNY a month, (S,)."""
        size = len(self.codes)
        return np.linalg.solve(np.eye(size) - self.coefficients, self.final_demand)

    @classmethod
    def from_table(
        cls,
        codes: Sequence[str],
        coefficients: Any,
        final_demand: Any,
        **optional: Any,
    ) -> Economy:
        """An economy of the user's: sector codes, local coefficients and final demand.

        Optional arrays (S,) by field name; what is not given is plain: no inputs from outside, a
        fifth of output for labour, no exports.
        """
        names = tuple(str(code) for code in codes)
        size = len(names)
        table = _numbers("coefficients", coefficients, (size, size))
        demand = _numbers("final_demand", final_demand, (size,))
        if size == 0 or len(set(names)) != size:
            raise InputError("economy", "codes", list(names), "one or more different codes")
        if table.sum(axis=0).max() >= 1:
            raise InputError(
                "economy", "coefficients", f"a column that adds to {table.sum(axis=0).max():.3f}",
                "columns that add to less than 1",
            )  # fmt: skip
        plain: dict[str, Any] = {
            "imported_share": np.zeros(size),
            "labour_share": np.full(size, 0.2),
            "energy_share": np.zeros(size),
            "export_share": np.zeros(size),
            "service_share": np.zeros(size),
            "capital_output_ratio": np.full(size, 0.3),
            "skilled_share": np.full(size, 0.15),
            "production_worker_share": np.full(size, 0.75),
            "robot_density_multiple": np.ones(size),
            "polluting": np.zeros(size),
            "hazardous": np.zeros(size),
            "equipment_maker": np.zeros(size),
        }
        unknown = sorted(set(optional) - set(plain) - {"names_zh", "names_en"})
        if unknown:
            raise InputError("economy", unknown[0], None, sorted(plain))
        for name in plain:
            if name in optional:
                plain[name] = _numbers(name, optional[name], (size,))
        return cls(
            codes=names,
            names_zh=tuple(optional.get("names_zh", names)),
            names_en=tuple(optional.get("names_en", names)),
            coefficients=table,
            total_coefficients=table,
            final_demand=demand,
            **plain,
        )


def _numbers(name: str, value: Any, shape: tuple[int, ...]) -> Array:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("economy", name, value, f"numbers of shape {shape}") from None
    if array.shape != shape:
        raise InputError("economy", name, f"shape {array.shape}", f"shape {shape}")
    if not np.isfinite(array).all() or (array < 0).any():
        raise InputError("economy", name, "a negative or missing number", "numbers from 0 up")
    return array
