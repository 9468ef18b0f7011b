"""Many scenarios at once: one panel an output, one row a scenario, with intervals.

With actions left out one by one it shows what each contributed: the full programme less the
programme without it.
"""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sim.outputs import BY_NAME
from sim.report.style import COLOURS
from sim.words import headline_names

if TYPE_CHECKING:
    from sim.comparison import Comparison
    from sim.report.figures import Source

COLUMNS = 3
MORE = (
    "new_product_output", "adoption_green_iot", "online_sales", "small_firm_it",
    "smart_city_province", "adoption_cloud", "software_revenue",
)  # fmt: skip
"""Outputs beside the headline, so that each action has one that it aims at."""
UNSURE = "#9a9a9a"
"""Colour of a difference whose interval holds zero."""


def left_out(comparison: Comparison) -> tuple[str, ...]:
    """Scenarios that leave clauses out of a programme that the baseline has whole."""
    whole = {one.name for one in comparison.scenarios if not one.programme.without}
    found = tuple(one.name for one in comparison.scenarios if one.programme.without)
    return found if comparison.baseline in whole else ()


def contributions(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """What each clause left out contributed: the baseline less the scenario without it."""
    return _panels(source, "contributions", left_out(source.comparison), -1.0)


def differences(source: Source) -> tuple[Figure, tuple[str, ...]]:
    """Difference of every scenario to the baseline."""
    names = tuple(name for name in source.names if name != source.baseline)
    return _panels(source, "differences", names, 1.0)


def _panels(
    source: Source, key: str, names: tuple[str, ...], sign: float
) -> tuple[Figure, tuple[str, ...]]:
    """A panel an output, in per cent of the baseline, first scenario on top."""
    last = source.province["month"].iloc[-1]
    outputs = (*headline_names(), *MORE)
    table = source.comparison.differences([last]).set_index(["output", "scenario"])
    rows = -(-len(outputs) // COLUMNS)
    height = 1.4 + rows * (0.9 + 0.24 * len(names))
    figure = Figure(figsize=(12.5, height))
    figure.suptitle(f"{source.words(key)} ({last})", x=0.01, ha="left", fontsize=14)
    axes = figure.subplots(rows, COLUMNS, squeeze=False, sharey=True)
    place = np.arange(len(names))[::-1]
    for one, output in zip(axes.flat, outputs, strict=False):
        chosen = table.loc[output].loc[list(names)]
        base = chosen["baseline"].abs().clip(lower=1e-12)
        centre = (sign * 100 * chosen["difference"] / base).to_numpy()
        ends = np.sort(sign * 100 * chosen[["low", "high"]].to_numpy() / base.to_numpy()[:, None])
        spread = np.nan_to_num(np.abs(ends.T - centre))
        # One run has no interval, so nothing can be said to differ from zero.
        sure = (ends[:, 0] > 0) | (ends[:, 1] < 0)
        for flag, colour in ((True, COLOURS[0]), (False, UNSURE)):
            picked = sure == flag
            one.errorbar(
                centre[picked], place[picked], xerr=spread[:, picked], fmt="o",
                color=colour, capsize=2, markersize=4,
            )  # fmt: skip
        one.axvline(0, color="#333333", linewidth=0.8)
        one.set_title(fill(getattr(BY_NAME[output], source.lang), 36), fontsize=10)
        one.tick_params(labelsize=8)
    for one in axes.flat[len(outputs) :]:
        one.set_visible(False)
    titles = [source.titles[name] for name in names]
    if sign < 0:
        titles = [title.removeprefix(source.words("without")) for title in titles]
    for one in axes[:, 0]:
        one.set_yticks(place, titles, fontsize=8)
    figure.supxlabel(source.words("per_cent"), y=0.35 / height, fontsize=10)
    figure.subplots_adjust(
        left=0.25, right=0.98, top=1 - 0.85 / height, bottom=0.75 / height, hspace=0.35, wspace=0.1
    )
    return figure, outputs
