"""Outputs of action 3: green and safe process control, energy, waste water, accidents."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.kernels import njit
from sim.core.sums import pairwise
from sim.core.table import Array
from sim.outputs.declaration import ALL, PLACES, Output, Value, divided, ratio, share_in
from sim.outputs.month import Month


def _index(weights: str, whole: tuple[str, ...], controlled: str, saving: str) -> Value:
    """Intensity over that of the start of the run, at the sector mix of the start.

    `whole` is what is exposed (output or people), `controlled` the part of it under green process
    control, which saves the share `saving` (an outcome's parameter). 1 where nothing is exposed.
    """

    def value(month: Month, table: str) -> Any:
        exposed: Any = sum(month.by_sector(table, name) for name in whole)
        covered = np.ascontiguousarray(month.by_sector(table, controlled))
        saved = getattr(month.context.outcomes, saving)

        def start() -> Array:
            left = 1.0 - saved * divided(covered, exposed)
            return np.array([month.chosen(weights) * exposed, left])

        fixed, before = month.anchor(f"{weights} {table}", start)
        if table == "province":
            rows = (one[None, :] for one in (exposed, covered, fixed, before))
            return _over_start(saved, *rows)[0]
        return _over_start(saved, exposed, covered, fixed, before)

    return value


@njit(nogil=True, cache=True)
def _over_start(saving: Any, exposed: Any, covered: Any, fixed: Any, before: Any) -> Any:
    """What is left of `fixed` over what was `before`, each (rows, S); 1 for rows of nothing."""
    figures, now = np.ones(len(fixed)), np.empty(fixed.shape[1])
    for row in range(len(fixed)):
        base = pairwise(fixed[row] * before[row])
        if base > 0.0:
            for one in range(len(now)):
                whole = exposed[row, one]
                cover = covered[row, one] / whole if whole > 0.0 else 0.0
                now[one] = fixed[row, one] * (1.0 - saving * cover)
            figures[row] = pairwise(now) / base
    return figures


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
