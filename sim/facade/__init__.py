"""Mesa's face of the province: agents are views of rows, agent sets are row numbers.

`Firm`, `City` and `Provider` are `mesa.Agent`s made on demand; `ColumnAgentSet` answers Mesa's
agent set calls from the columns, so that a million firms never become a million objects;
`ColumnModel` is the `mesa.Model` that serves them as `agents` and `agents_by_type`.
"""

from __future__ import annotations

from sim.facade.agents import City, Firm, Provider
from sim.facade.model import ColumnModel, Columns, Labels, without_seed
from sim.facade.rows import ColumnError, Decoded, RowAgent
from sim.facade.sets import ColumnAgentSet, ColumnGroupBy

__all__ = [
    "City",
    "ColumnAgentSet",
    "ColumnError",
    "ColumnGroupBy",
    "ColumnModel",
    "Columns",
    "Decoded",
    "Firm",
    "Labels",
    "Provider",
    "RowAgent",
    "without_seed",
]
