"""The supply network of a run: the networkx views and how it compares with real networks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.core.edges import Edges
from sim.core.errors import InputError
from sim.core.table import Array, Table
from sim.world.data import ProvinceData, great_circle
from sim.world.links import gravity
from sim.world.network import SupplyGraph, cluster_graph
from sim.world.synthesis import Population, PopulationParameters


@dataclass
class Supply:
    """Edges and firms of a run, with the graphs made when asked for."""

    edges: Edges
    firms: Table
    data: ProvinceData
    sectors: tuple[str, ...]
    cities: tuple[str, ...]
    labels: tuple[Any, ...] | None = None
    _graph: SupplyGraph | None = field(default=None, repr=False)

    @property
    def graph(self) -> SupplyGraph:
        """A read-only networkx.DiGraph over the arrays, supplier to customer, by row number."""
        if self._graph is None:
            self._graph = SupplyGraph.over(
                self.edges, self.firms, self.sectors, self.cities, self.labels
            )
        return self._graph

    def clusters(self) -> Any:
        """The graph of clusters (city, sector) as a networkx.DiGraph, to inspect, edit and rerun.

        They are those of Zhejiang's tables; raises InputError in a run on another economy.
        """
        if self.data.economy.codes != self.data.measures.codes:
            raise InputError(
                "supply",
                "clusters",
                "a run on an economy of its own",
                "a run on Zhejiang's sectors",
            )
        shares = gravity(self.data.cell_output, self.data.distance, PopulationParameters())
        return cluster_graph(self.data, shares)

    def summary(self) -> list[dict[str, Any]]:
        """Degrees, tails, distances and local share beside what real networks show."""
        return network_summary(self.edges, self.firms, self.data)


def hill(values: Array, share: float = 0.05) -> float:
    """Hill estimate of the CCDF exponent from the largest `share` of the values."""
    ordered = np.sort(values[values > 0].astype(np.float64))[::-1]
    count = max(10, int(share * len(ordered)))
    if len(ordered) <= count:
        return float("nan")
    return float(1.0 / np.mean(np.log(ordered[:count] / ordered[count])))


def _slope(x: Array, y: Array) -> float:
    keep = (x > 0) & (y > 0)
    return float(np.polyfit(np.log(x[keep]), np.log(y[keep]), 1)[0]) if keep.sum() > 2 else np.nan


def network_summary(edges: Edges, firms: Table, data: ProvinceData) -> list[dict[str, Any]]:
    """Facts of the generated graph beside network_facts.csv: fact, value, low, central, high."""
    suppliers: Array = np.diff(edges.supplier_start.astype(np.int64))
    customers: Array = np.diff(edges.customer_start.astype(np.int64))
    buyer = np.repeat(np.arange(firms.rows), suppliers)
    people = (firms.skilled + firms.unskilled).astype(np.float64)
    home, away = firms.county[buyer], firms.county[edges.suppliers]
    distance = _county_distance(data)[home, away]
    found = {
        "mean_suppliers": float(suppliers.mean()) if firms.rows else np.nan,
        "ccdf_exponent_customers": hill(customers),
        "ccdf_exponent_suppliers": hill(suppliers),
        "size_elasticity_suppliers": _slope(people, suppliers),
        "size_elasticity_customers": _slope(people, customers),
        "median_distance": float(np.median(distance)) if len(distance) else np.nan,
        "mean_distance": float(distance.mean()) if len(distance) else np.nan,
        "local_share": float((firms.city[buyer] == firms.city[edges.suppliers]).mean())
        if len(buyer)
        else np.nan,
    }
    rows = [dict(fact) | {"value": found[str(fact["fact"])]} for fact in data.network_facts]
    return [*rows, {"fact": "sector_mix_correlation", "value": _sector_mix(edges, firms, data),
                    "low": 0.8, "central": 1.0, "high": 1.0, "unit": "correlation",
                    "source": "input_coefficients.csv", "confidence": "derived"}]  # fmt: skip


def _county_distance(data: ProvinceData) -> Array:
    return great_circle(data.counties["longitude"], data.counties["latitude"])


def _sector_mix(edges: Edges, firms: Table, data: ProvinceData) -> float:
    """Correlation of links' purchases by sector pair with what the coefficients imply."""
    size = len(data.economy.codes)
    if int(firms.sector.max(initial=0)) >= size or len(edges.suppliers) == 0:
        return float("nan")
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    output = firms.weight.astype(np.float64) * firms.output
    flow = output[buyer] * edges.supplier_weight
    pair = firms.sector[edges.suppliers].astype(np.int64) * size + firms.sector[buyer]
    made = np.bincount(pair, weights=flow, minlength=size * size)
    by_sector = np.bincount(firms.sector, weights=output, minlength=size)
    wanted = (data.economy.coefficients * by_sector).ravel()
    return float(np.corrcoef(made, wanted)[0, 1])


def margins(population: Population, data: ProvinceData) -> list[dict[str, Any]]:
    """Above-scale firms, output and employees against the tables they are made from."""
    firms = population.firms
    above = firms.tier <= 1
    weight = firms.weight.astype(np.float64) * above
    people = weight * (firms.skilled + firms.unskilled)
    output = weight * firms.output
    cities, sectors = data.cities["name_en"], data.economy.codes
    rows: list[dict[str, Any]] = []

    def add(dimension: str, names: Any, key: Array, values: Array, target: Array) -> None:
        got = np.bincount(key, weights=values, minlength=len(names))
        for name, have, want in zip(names, got, target, strict=True):
            rows.append({"dimension": dimension, "name": name, "target": float(want),
                         "realised": float(have), "error": float(have / want - 1.0)})  # fmt: skip

    add("firms by city", cities, firms.city, weight, data.cell_firms.sum(axis=1))
    add("firms by sector", sectors, firms.sector, weight, data.cell_firms.sum(axis=0))
    add("output by city", cities, firms.city, output, data.cell_output.sum(axis=1))
    add("output by sector", sectors, firms.sector, output, data.cell_output.sum(axis=0))
    add("employees by city", cities, firms.city, people, data.cell_employees.sum(axis=1))
    add("employees by sector", sectors, firms.sector, people, data.cell_employees.sum(axis=0))
    staff = np.asarray(firms.skilled + firms.unskilled)
    lower = data.sizes["employees_low"][:4]
    size = np.where(firms.tier == 0, 0, np.where(staff >= lower[1] - 0.01, 1,
                    np.where(staff >= lower[2] - 0.01, 2, 3)))  # fmt: skip
    add("firms by size", data.sizes["size"][:4], size, weight, data.sizes["firms"][:4])
    return rows
