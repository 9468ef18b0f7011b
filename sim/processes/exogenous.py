"""Phase 1: what comes from outside - final demand, broadband and the price of robots."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.table import Array
from sim.processes.context import Context
from sim.processes.provider_programmes import public_goods


class Sectors(NamedTuple):
    """Columns of `sectors` used."""

    final_demand: Array


class Cities(NamedTuple):
    """Columns of `cities` used."""

    broadband: Array


class Firms(NamedTuple):
    """Columns of `firms` used: the month's investment starts at nothing."""

    investment: Array


VIEWS = {"firms": Firms, "sectors": Sectors, "cities": Cities}
WRITES = {
    "firms": frozenset({"investment"}),
    "sectors": frozenset({"final_demand"}),
    "cities": frozenset({"broadband"}),
}

ROBOT_SHARE = 1.0 / 3.05
"""Share of the robot itself in a complete system (IFR 2013: system to robot cost 3.05)."""


def begin_month(context: Context, firms: Firms, sectors: Sectors, cities: Cities) -> None:
    """Set final demand, broadband and the world price of robots."""
    paths, month, world = context.paths, context.clock.month, context.world
    firms.investment[:] = 0.0
    index = (
        world.export_share * paths["export_demand"][month] / paths["export_demand"][0]
        + world.service_share * paths["services_demand"][month] / paths["services_demand"][0]
        + (1.0 - world.export_share - world.service_share)
        * paths["domestic_demand"][month]
        / paths["domestic_demand"][0]
    )
    sectors.final_demand[:] = world.base_demand * index * paths["demand_shock"][month]
    if context.instruments.purchases:
        sectors.final_demand[:] += public_goods(context)
    base = context.measures.setdefault("broadband_base", cities.broadband.copy())
    cities.broadband[:] = np.minimum(base * paths["broadband"][month] / paths["broadband"][0], 100)
    robots = paths["robot_price"][month] / paths["robot_price"][0]
    world_price = context.technologies.numbers.world_price
    world_price[0] = 1.0 - ROBOT_SHARE + ROBOT_SHARE * robots
