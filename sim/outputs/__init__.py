"""Every output series: declared once, with unit, labels, what is weak, and how it is derived.

A declaration's `value(month, table)` gives the figures of one table for the month that was
simulated; declarations stand beside their derivations, one module a subject. Province, city and
sector figures are of above-scale industry (backbone and other above-scale firms), as official
statistics are, unless a label says otherwise; the tier table shows small and micro firms too.
"""

from __future__ import annotations

import math
from typing import Any

from sim.outputs import (
    administration,
    economy,
    green,
    indices,
    industry,
    products,
    providers,
    technology,
    trade,
)
from sim.outputs.declaration import (
    BARRIER_EN,
    BARRIER_ZH,
    PROVIDER_EN,
    PROVIDER_ZH,
    SHARES,
    TECHNOLOGY_EN,
    TECHNOLOGY_ZH,
    Output,
    Sums,
)
from sim.outputs.month import Month
from sim.outputs.together import AllSums
from sim.processes.context import Context

SUBJECTS = (
    industry, technology, products, trade, green, economy, providers, administration, indices,
)  # fmt: skip
OUTPUTS: tuple[Output, ...] = tuple(output for one in SUBJECTS for output in one.OUTPUTS)
BY_NAME = {output.name: output for output in OUTPUTS}
IN_TABLE = {
    table: tuple(output for output in OUTPUTS if table in output.where)
    for table in ("province", "cities", "sectors", "tiers")
}

_SUMS = {table: AllSums.of(outputs) for table, outputs in IN_TABLE.items()}
_OTHERS = {
    table: tuple(output for output in outputs if not isinstance(output.value, Sums))
    for table, outputs in IN_TABLE.items()
}


def in_table(table: str) -> tuple[Output, ...]:
    """Outputs of a table (province, cities, sectors, tiers)."""
    return IN_TABLE[table]


def bounds(name: str) -> tuple[float, float]:
    """Least and most that an output can be, in its unit."""
    if name in ("profit", "profit_rate", "profit_over_cost"):
        return -math.inf, math.inf
    # Sellers here, buyers anywhere: no share of a whole.
    whole = BY_NAME[name].unit in SHARES and name != "online_retail_ratio"
    return 0.0, 1.0 if whole else math.inf


def series(context: Context) -> dict[str, dict[str, Any]]:
    """This month's figures by table and output, and under `items` the indices' items.

    Figures that are relative to the start of a run take their start from the first call.
    """
    month = Month(context)
    for table, sums in _SUMS.items():
        sums.derive(month, table)
    tables: dict[str, dict[str, Any]] = {}
    for table, outputs in IN_TABLE.items():
        for output in _OTHERS[table]:
            month.value(output, table)
        values = month.values(table)
        tables[table] = {output.name: values[output.name] for output in outputs}
    return tables | {"items": indices.figures(month)}


__all__ = [
    "BARRIER_EN", "BARRIER_ZH", "BY_NAME", "OUTPUTS", "PROVIDER_EN", "PROVIDER_ZH", "SHARES",
    "TECHNOLOGY_EN", "TECHNOLOGY_ZH", "Month", "Output", "bounds", "in_table", "series",
]  # fmt: skip
