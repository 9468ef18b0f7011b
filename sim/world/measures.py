"""What outcomes are measured with: base-year figures, and factors by sector, technology and city."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.core.errors import InputError
from sim.core.table import Array
from sim.world.rows import Rows
from sim.world.tables import TECHNOLOGIES

ITEMS = (
    "gdp", "industry_value_added", "above_scale_value_added", "employed_persons",
    "employed_persons_growth", "retail_sales", "online_retail", "online_retail_outside",
    "online_logistics", "logistics_value_added", "new_product_sales", "above_scale_output",
    "equipment_share", "information_industry_revenue", "software_revenue", "information_outside",
    "software_outside", "industrial_electronics_outside", "other_energy",
)  # fmt: skip
"""Items of base_year.csv: published figures of 2013, and what of them is outside the model."""

_SECTOR = (
    "energy_tce_per_10k", "waste_water_t_per_10k", "accident_weight", "retail_share", "equipment",
    "mechatronic",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Measures:
    """Measures, each itself alone. `base` by item (100m CNY a year and the units of base_year.csv).

    By sector (S,): `energy` tce per 10k CNY of value added, `waste_water` t per 10k CNY of output,
    `accidents` weight of a person, `retail` share of online sales that goes to consumers,
    `equipment` and `mechatronic` flags. By technology (8,): `equipment_share` of a project's price.
    By city (C,): share of GDP outside industry, of online sellers, of software firms.
    """

    base: dict[str, float]
    codes: tuple[str, ...]
    energy: Array
    waste_water: Array
    accidents: Array
    retail: Array
    equipment: Array
    mechatronic: Array
    equipment_share: Array
    other_gdp: Array
    online_sellers: Array
    software_firms: Array

    def of(self, codes: Sequence[str]) -> Measures:
        """The same for other sectors: by code, and the mean of all for a code not in the table."""
        names = ("energy", "waste_water", "accidents", "retail", "equipment", "mechatronic")
        place = {code: position for position, code in enumerate(self.codes)}
        changed: dict[str, Any] = {}
        for name in names:
            have: Array = getattr(self, name)
            mean = float(have.mean())
            changed[name] = np.array([have[place[c]] if c in place else mean for c in codes])
        return replace(self, codes=tuple(codes), **changed)


def read_measures(
    table: Callable[[str], Rows],
    codes: tuple[str, ...],
    gdp: Array,
    industry: Array,
    online_sellers: Array,
    software_firms: Array,
) -> Measures:
    """Read base_year.csv, sector_measures.csv and technology_measures.csv.

    `gdp` and `industry` (C,): GDP and value added of above-scale industry of the cities, 100m CNY.
    """
    base = table("base_year")
    if base.text("item") != ITEMS:
        raise InputError(base.path, "item", ", ".join(base.text("item")), ", ".join(ITEMS))
    figures = dict(zip(ITEMS, map(float, base.numbers("value")), strict=True))
    sectors = table("sector_measures")
    if sectors.text("sector") != codes:
        raise InputError(sectors.path, "sector", sectors.text("sector"), ", ".join(codes))
    energy, water, accidents, retail, equipment, mechatronic = (
        sectors.numbers(name, 0.0, 1.0 if place > 2 else np.inf)
        for place, name in enumerate(_SECTOR)
    )
    technologies = table("technology_measures")
    if technologies.text("technology") != TECHNOLOGIES:
        raise InputError(
            technologies.path, "technology", technologies.text("technology"),
            ", ".join(TECHNOLOGIES),
        )  # fmt: skip
    # A city's other GDP is what industry leaves; industry with household firms, as the province.
    whole = industry * figures["industry_value_added"] / industry.sum()
    left = np.maximum(gdp * figures["gdp"] / gdp.sum() - whole, 0.1 * gdp)
    return Measures(
        base=figures,
        codes=codes,
        energy=energy,
        waste_water=water,
        accidents=accidents,
        retail=retail,
        equipment=equipment,
        mechatronic=mechatronic,
        equipment_share=technologies.numbers("equipment_share", 0.0, 1.0),
        other_gdp=left / left.sum(),
        online_sellers=online_sellers,
        software_firms=software_firms,
    )
