"""Outputs of action 3: green and safe process control, energy, waste water, accidents."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.table import Array
from sim.outputs.declaration import ALL, PLACES, Output, Value, divided, ratio, share_in
from sim.outputs.month import Month


def _index(weights: str, whole: tuple[str, ...], controlled: str, saving: str) -> Value:
    """Intensity over that of the start of the run, at the sector mix of the start.

    `whole` is what is exposed (output or people), `controlled` the part of it under green process
    control, which saves the share `saving` (an outcome's parameter). 1 where nothing is exposed.
    """

    def value(month: Month, table: str) -> Any:
        exposed = sum(month.by_sector(table, name) for name in whole)
        cover = divided(month.by_sector(table, controlled), exposed)
        left: Array = 1.0 - getattr(month.context.outcomes, saving) * cover
        fixed, before = month.anchor(
            f"{weights} {table}", lambda: np.array([month.chosen(weights) * exposed, left])
        )
        base = (fixed * before).sum(axis=-1)
        now = (fixed * left).sum(axis=-1)
        return np.where(base > 0, now / np.where(base > 0, base, 1.0), 1.0)

    return value


OUTPUTS = (
    Output("green_cover", "share", "重点行业绿色安全物联网应用率",
           "firms of the named sectors with green and safe process control", PLACES,
           share_in("named", "adopters_green_iot"),
           note_zh="污染或高危行业大类的全部规上企业",
           note_en="all above-scale firms of the polluting and hazardous sectors"),
    Output("energy_intensity", "tce/10k CNY", "单位工业增加值能耗", "energy per value added", ALL,
           ratio("energy", "value_added"),
           note_zh="起点为2012年全国分行业能耗强度(回忆),冶金减半",
           note_en="starts from national intensities by sector of 2012 (recalled), metals halved"),
    Output("waste_water_index", "2013 = 1", "废水排放强度指数", "intensity of waste water", PLACES,
           _index("waste_water", ("output",), "green_output", "water_saving"),
           note_zh="以模拟起点为1(2013年相差百分之几),行业构成固定;减排效果为先验",
           note_en="1 at the start of the run, within a few per cent of 2013, at the sector mix of "
           "the start; the effect of control is a prior"),
    Output("accident_index", "2013 = 1", "安全生产事故率指数", "accident rate", PLACES,
           _index("accidents", ("skilled", "unskilled"), "green_employees", "accident_saving"),
           note_zh="以模拟起点为1(2013年相差百分之几),行业构成固定;安全效果为先验",
           note_en="1 at the start of the run, within a few per cent of 2013, at the sector mix of "
           "the start; the effect of control is a prior"),
)  # fmt: skip
