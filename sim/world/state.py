"""The world of one run: tables, supply edges and what never changes in a run."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.core.edges import Edges
from sim.core.table import Array, Table
from sim.world.measures import Measures
from sim.world.tables import CRITICAL_INPUTS


@dataclass
class World:
    """Tables by name, the supply edges and fixed arrays of sectors and cities.

    S sectors, C cities: `coefficients` (S, S) local input coefficients [input, user];
    `imported_share`, `energy_share`, `capital_output_ratio`, `skilled_share`,
    `automation_saving` (S,); `critical` (S, 3) input sectors without which production stops;
    `critical_group` (S user, S input) position of an input among them, 3 for the others;
    `critical_binding` (S, 3) share of that input that is bought in the province;
    `uid_stride` what a newcomer's id lies above its predecessor's;
    `base_demand` (S,) final demand of the first month, 10k CNY a month;
    `supplier_group`, `customer_group` (edges,) critical group of the good on each edge;
    `applicable` (S,) bits of technologies that make sense there; `distance` (C, C) km;
    `measures` what outcomes are measured with.
    """

    tables: dict[str, Table]
    edges: Edges
    sectors: int
    cities: int
    coefficients: Array
    imported_share: Array
    energy_share: Array
    capital_output_ratio: Array
    skilled_share: Array
    automation_saving: Array
    critical: Array
    critical_group: Array
    critical_binding: Array
    base_demand: Array
    export_share: Array
    service_share: Array
    applicable: Array
    distance: Array
    supplier_group: Array
    customer_group: Array
    uid_stride: int
    measures: Measures
    labels: tuple[Any, ...] | None = None
    shared: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> World:
        """A world with its own columns; edges and fixed arrays stay shared."""
        new = copy.copy(self)
        new.tables = {name: table.copy() for name, table in self.tables.items()}
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> World:
        return self.copy()


def critical_inputs(coefficients: Array, total: Array | None = None) -> tuple[Array, Array, Array]:
    """The largest inputs of each sector.

    `coefficients` (S, S) [input, user] local, `total` the same with what comes from outside.
    Returns positions (S, 3), groups (S user, S input) u1 and binding shares (S, 3).
    """
    sectors = coefficients.shape[0]
    places = min(CRITICAL_INPUTS, sectors)
    order = np.argsort(-coefficients, axis=0, kind="stable")[:places].T
    positions = np.zeros((sectors, CRITICAL_INPUTS), dtype=np.int64)
    binding = np.zeros((sectors, CRITICAL_INPUTS))
    group = np.full((sectors, sectors), CRITICAL_INPUTS, dtype=np.uint8)
    whole = coefficients if total is None else total
    for user in range(sectors):
        for place in range(places):
            source = order[user, place]
            if coefficients[source, user] <= 0:
                continue
            positions[user, place] = source
            group[user, source] = place
            binding[user, place] = min(
                1.0, coefficients[source, user] / max(whole[source, user], 1e-12)
            )
    return positions, group, binding
