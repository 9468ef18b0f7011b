"""Who stands behind a figure of an index: every firm's part in it, and providers and instruments.

The parts of firms add to the numerator of the output that feeds the item (for patents and energy:
what the figure is related to or made of), as the month's sums have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.core.bits import COUNTS
from sim.core.table import Array
from sim.outputs.indices import PLATFORMS
from sim.outputs.providers import CLOUD, CONSULTANCY, PLATFORM, SOFTWARE
from sim.processes.context import Context
from sim.world import tables
from sim.world.tables import ABOVE_SCALE, ECOMMERCE, ERP, NETWORKING, PLM, PROVIDER_KINDS


class Part(NamedTuple):
    """How many firms, providers or instruments (lines), and shares of sectors and of the largest."""

    kind: str
    number: float
    sectors: list[tuple[str, float]]
    largest: list[tuple[str, float]]


def firm_parts(context: Context) -> dict[str, Array]:
    """Each firm row's part in the sums behind an output, (rows,), by output."""
    firms, world = context.tables["firms"], context.world
    weight = firms.weight.astype(np.float64) * firms.alive
    key, above = weight * (firms.tier == 0), weight * (firms.tier < ABOVE_SCALE)

    def uses(technology: int) -> Array:
        used: Array = (firms.adopted >> technology) & 1
        return used

    systems = uses(NETWORKING) + uses(ERP) + uses(PLM)
    planned = (firms.pilot != 0) | (systems >= 2)
    share = 1.0 - world.coefficients.sum(axis=0) - world.imported_share
    made = firms.output.astype(np.float64) * share[firms.sector]
    electronics = above * np.isin(firms.sector, _sector(world, "ICT"))
    sales = electronics * firms.output
    return {
        "key_firm_plan": key * planned,
        "key_firm_erp": key * uses(ERP),
        "key_firm_mes": key * uses(NETWORKING),
        "key_firm_plm": key * uses(PLM),
        "key_firm_scm": key * uses(ERP) * (uses(ECOMMERCE) | uses(tables.CLOUD)),
        "key_firm_procurement": key * uses(ERP) * uses(ECOMMERCE),
        "key_firm_sales": key * uses(ECOMMERCE),
        "numerical_control_rate_key_firms": key * firms.capital * firms.automation,
        "backbone_integration": key * COUNTS[firms.adopted],
        "labour_productivity": above * made,
        "profit_over_cost": above * firms.profit,
        "industry_share_of_gdp": weight * made,
        "patent_intensity": weight * made,
        "gdp_per_head": weight * made,
        "energy_per_gdp": weight * firms.output * _energy(context),
        "electronics_revenue": sales,
        "information_industry_share": sales,
        "information_employment_share": electronics * (firms.skilled + firms.unskilled),
    }


def _sector(world: Any, code: str) -> list[int]:
    return [place for place, name in enumerate(world.measures.codes) if name == code]


def _energy(context: Context) -> Array:
    """Energy per output of every row, tce per 10k CNY."""
    firms = context.tables["firms"]
    saving = context.technologies.numbers.energy_saving
    masks = (np.arange(256)[:, None] >> np.arange(len(saving))) & 1
    factor = np.exp(masks @ np.log1p(-saving))
    base: Array = context.measures["energy_base"]
    trend = (1.0 - context.outcomes.energy_trend) ** (context.clock.month / 12.0)
    use: Array = base[firms.sector] * trend * factor[firms.adopted]
    return use


def parts(context: Context, place: int, paid: Mapping[str, float]) -> dict[str, Part]:
    """Who stands behind every output that feeds an item, of the province (0) or a city.

    `paid` is what every instrument paid in the year, by name.
    """
    firms = context.tables["firms"]
    here = (firms.alive == 1) & ((place == 0) | (firms.city == place - 1))
    codes = context.world.measures.codes
    found = {}
    for name, values in firm_parts(context).items():
        mine = np.where(here, values, 0.0)
        rows = np.flatnonzero(mine)
        by_sector = np.bincount(firms.sector, weights=mine, minlength=len(codes))
        found[name] = Part(
            "firms",
            float(firms.weight[rows].sum()),
            _top(by_sector, codes),
            _top(mine[rows], [f"#{uid}" for uid in firms.uid[rows]]),
        )
    lines = np.array(list(paid.values()))
    fund = Part("lines", float((lines > 0).sum()), [], _top(lines, list(paid)))
    return found | _provider_parts(context, place) | {"integration_fund": fund}


def _provider_parts(context: Context, place: int) -> dict[str, Part]:
    """Providers by kind: those that count as platforms, and those that sell software."""
    providers = context.tables["providers"]
    weight = providers.weight.astype(np.float64) * providers.alive
    weight = weight * ((place == 0) | (providers.city == place - 1))
    found = {}
    for name, kinds in (
        ("service_institutions", PLATFORMS),
        ("software_revenue", (SOFTWARE, CLOUD, PLATFORM, CONSULTANCY)),
    ):
        each = np.array([(weight * (providers.kind == kind)).sum() for kind in kinds])
        labels = [PROVIDER_KINDS[kind] for kind in kinds]
        found[name] = Part("providers", float(each.sum()), [], _top(each, labels))
    return found


def _top(values: Array, names: Any) -> list[tuple[str, float]]:
    """Names and shares of the largest positive values, largest first."""
    whole = float(values.sum())
    order = np.argsort(-values, kind="stable")[:5]
    return [(names[i], float(values[i]) / whole) for i in order if values[i] > 0 and whole > 0]
