"""Outputs of action 3: green and safe process control, energy, waste water, accidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.core.table import Array
from sim.outputs.declaration import ALL, PLACES, Output, Value, divided, ratio, share_of
from sim.outputs.month import Month


def _index(name: str, intensity: Callable[[Month, str], Array]) -> Value:
    """Intensity over that of the start of the run; 1 where there was nothing at the start."""

    def value(month: Month, table: str) -> Any:
        now = np.asarray(intensity(month, table), dtype=np.float64)
        start = np.asarray(month.anchor(f"{name} {table}", now.copy()))
        return np.where(start > 0, now / np.where(start > 0, start, 1.0), 1.0)

    return value


def _waste_water(month: Month, table: str) -> Array:
    """Waste water per output of the sectors that are named for it; control saves a share."""
    weights = month.chosen("waste_water")
    named = (weights > 0).astype(np.float64)
    saved = month.context.outcomes.water_saving * month.part(table, "green_output", weights=weights)
    water = month.part(table, "output", weights=weights) - saved
    found: Array = divided(water, month.part(table, "output", weights=named))
    return found


def _accidents(month: Month, table: str) -> Array:
    """Accidents per employee of the hazardous sectors; control avoids a share."""
    weights = month.chosen("accidents")
    people = [month.part(table, name, weights=weights) for name in ("skilled", "unskilled")]
    safe = month.part(table, "green_employees", weights=weights)
    exposed = sum(people) - month.context.outcomes.accident_saving * safe
    named = (weights > 0).astype(np.float64)
    every = [month.part(table, name, weights=named) for name in ("skilled", "unskilled")]
    found: Array = divided(exposed, sum(every))
    return found


OUTPUTS = (
    Output("green_cover", "share", "重点行业绿色安全物联网应用率",
           "firms of the named sectors with green and safe process control", PLACES,
           share_of("adopters_green_iot", sectors="named"),
           note_zh="污染或高危行业大类的全部规上企业",
           note_en="all above-scale firms of the polluting and hazardous sectors"),
    Output("energy_intensity", "tce/10k CNY", "单位工业增加值能耗", "energy per value added", ALL,
           ratio("energy", "value_added"),
           note_zh="起点为2012年全国分行业能耗强度(回忆),冶金减半",
           note_en="starts from national intensities by sector of 2012 (recalled), metals halved"),
    Output("waste_water_index", "2013 = 1", "废水排放强度指数", "intensity of waste water", PLACES,
           _index("waste water", _waste_water),
           note_zh="以模拟起点为1(与2013年相差不超过百分之几);减排效果为先验",
           note_en="1 at the start of the run, within a few per cent of 2013; the effect of control "
           "is a prior"),
    Output("accident_index", "2013 = 1", "安全生产事故率指数", "accident rate", PLACES,
           _index("accidents", _accidents),
           note_zh="以模拟起点为1(与2013年相差不超过百分之几);安全效果为先验",
           note_en="1 at the start of the run, within a few per cent of 2013; the effect of control "
           "is a prior"),
)  # fmt: skip
