"""The province's agents: firms, cities and service providers, each a view of one row."""

from __future__ import annotations

from sim.core.table import Array
from sim.facade.rows import Decoded, RowAgent
from sim.facade.sets import ColumnAgentSet
from sim.world.tables import BARRIERS, OWNERSHIPS, PROVIDER_KINDS, TECHNOLOGIES, TIERS


class Firm(RowAgent):
    """One firm row, standing for `weight` real firms."""

    table_name = "firms"
    sector_code = Decoded("sector", lambda model: model.labels.sectors)
    city_name = Decoded("city", lambda model: model.labels.cities)
    tier_name = Decoded("tier", lambda model: TIERS)
    ownership_name = Decoded("ownership", lambda model: OWNERSHIPS)

    @property
    def technologies(self) -> list[str]:
        """Codes of the technologies in use."""
        adopted = self["adopted"]
        return [code for bit, code in enumerate(TECHNOLOGIES) if adopted >> bit & 1]

    @property
    def barriers(self) -> dict[str, str]:
        """First binding barrier of every technology, by its code."""
        return {
            code: BARRIERS[barrier]
            for code, barrier in zip(TECHNOLOGIES, self["barrier"], strict=True)
        }

    @property
    def suppliers(self) -> ColumnAgentSet:
        """Firms in operation that this one buys from."""
        edges = self.model.supply_edges
        return self._linked(edges.supplier_start, edges.suppliers)

    @property
    def customers(self) -> ColumnAgentSet:
        """Firms in operation that buy from this one."""
        edges = self.model.supply_edges
        return self._linked(edges.customer_start, edges.customers)

    def _linked(self, start: Array, ends: Array) -> ColumnAgentSet:
        self._table()  # a row given to another firm has that one's links
        rows = ends[start[self.row] : start[self.row + 1]]
        return ColumnAgentSet(self.model, Firm, rows)


class City(RowAgent):
    """One of the province's cities; `unique_id` is the row number plus one."""

    table_name = "cities"
    name = Decoded(None, lambda model: model.labels.cities)

    @property
    def firms(self) -> ColumnAgentSet:
        """Firms in operation here."""
        firms = ColumnAgentSet(self.model, Firm)
        return firms.where(firms.column("city") == self.row)

    @property
    def providers(self) -> ColumnAgentSet:
        """Service providers in operation here."""
        providers = ColumnAgentSet(self.model, Provider)
        return providers.where(providers.column("city") == self.row)


class Provider(RowAgent):
    """One service provider row, standing for `weight` real ones."""

    table_name = "providers"
    kind_name = Decoded("kind", lambda model: PROVIDER_KINDS)
    city_name = Decoded("city", lambda model: model.labels.cities)
