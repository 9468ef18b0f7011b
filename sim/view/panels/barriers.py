"""What holds firms back: first obstacles among technologies that would apply and are not in use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import solara

from sim.core.table import Array
from sim.outputs import BARRIER_EN, BARRIER_ZH
from sim.view import colours
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.numbers import month_words, plain
from sim.view.panels.series import chart_frame, cursor_patch, curve, key, runs_shown, tidy
from sim.view.panels.shared import ChartCard, Choose
from sim.view.panels.tiers import tier_name
from sim.view.snapshot import Snapshot, Track
from sim.view.words import text
from sim.world.tables import BARRIERS, TIERS

NAMES = BARRIERS[1:-1]
"""Obstacles that can come first, in the model's order."""
OUTPUTS = tuple(f"barrier_{name}" for name in NAMES)
WHOLE = "whole"
SHOWN = ("plan", "baseline", "difference")
MOVED_OVER = 12
"""Months over which the sentence says how the largest obstacle has moved."""


def word(barrier: str, lang: str) -> str:
    """An obstacle in words."""
    return (BARRIER_ZH if lang == "zh" else BARRIER_EN)[barrier]


def shares(snapshot: Snapshot, shown: str, size: str) -> Array:
    """Shares of the seven obstacles, (months, 7), per cent, or differences in points."""
    found = []
    for output in OUTPUTS:
        table, row = ("province", None) if size == WHOLE else ("tiers", TIERS.index(size))
        if shown == "difference":
            assert snapshot.current is not None
            values = snapshot.difference(snapshot.current, output, table).mean
        else:
            values = snapshot.level(_track(snapshot, shown), output, table).mean
        found.append(values if row is None else values[:, row])
    return 100.0 * np.column_stack(found)


def _track(snapshot: Snapshot, shown: str) -> Track:
    track = snapshot.baseline if shown == "baseline" else snapshot.current
    assert track is not None
    return track


def barriers_option(
    snapshot: Snapshot, shown: str = "plan", size: str = WHOLE, *, large: bool = False
) -> dict[str, Any]:
    """Stacked areas of the shares, or one line an obstacle for differences to the baseline."""
    lang, difference = snapshot.choice.lang, shown == "difference"
    values = shares(snapshot, shown, size)
    series = []
    for place, name in enumerate(NAMES):
        colour = colours.BARRIERS[name]
        if difference:
            # The palest area would be no line on white.
            line = colours.MUTED if name == "unaware" else colour
            series.append(curve(name, word(name, lang), line, tidy(values[:, place])))
            continue
        area = curve(name, word(name, lang), colour, tidy(values[:, place]))
        area |= {"stack": "all", "areaStyle": {"color": colour, "opacity": 1.0}}
        area["lineStyle"] = {"width": 1, "color": colours.SURFACE}
        series.append(area)
    names = [key(word(name, lang), "rect") for name in NAMES]
    option = chart_frame(snapshot, OUTPUTS[0], series, names, difference=difference, large=large)
    if not difference:
        option["yAxis"] |= {"max": 100}
    return option


def barriers_frame(snapshot: Snapshot, shown: str, size: str) -> pd.DataFrame:
    """Months by obstacle."""
    lang = snapshot.choice.lang
    values = shares(snapshot, shown, size)
    columns: dict[str, Any] = {text("shared.month", lang): list(snapshot.months)}
    columns |= {word(name, lang): values[:, place] for place, name in enumerate(NAMES)}
    return pd.DataFrame(columns)


def largest(snapshot: Snapshot, size: str = WHOLE) -> str:
    """The largest obstacle this month, how it moved in a year, and against the baseline."""
    lang, place = snapshot.choice.lang, snapshot.place
    plan = shares(snapshot, "plan", size)
    first = int(np.argmax(plan[place]))
    now, before = plan[place, first], plan[max(place - MOVED_OVER, 0), first]
    moved, gap = now - before, shares(snapshot, "difference", size)[place, first]
    return text(
        "barriers.largest", lang, month=month_words(snapshot.months[place], lang),
        size=text("barriers.whole", lang) if size == WHOLE else tier_name(size, lang),
        barrier=word(NAMES[first], lang), share=plain(now), months=min(place, MOVED_OVER),
        moved=text(f"barriers.{_way(moved)}", lang, points=plain(abs(moved))),
        against=text(f"barriers.{_way(gap)}_baseline", lang, points=plain(abs(gap))),
    )  # fmt: skip


def _way(change: float) -> str:
    """Up, down or still, as it is written with two digits."""
    return "still" if abs(change) < 0.05 else "up" if change > 0.0 else "down"


@solara.component
def Panel(view: View) -> None:
    """The sentence, the chart with its switches, the table."""
    shown, set_shown = solara.use_state("plan")
    size, set_size = solara.use_state(WHOLE)
    if not view.snapshot.ready:
        return
    with solara.Div(attributes={"data-testid": "panel-barriers"}):
        Barriers(view, shown, set_shown, size, set_size)


@solara.component
def Barriers(view: View, shown: str, set_shown: Any, size: str, set_size: Any) -> None:
    """The card."""
    snapshot, say = view.snapshot, view.say
    option = solara.use_memo(
        lambda: packed(barriers_option(snapshot, shown, size, large=view.large)),
        [*runs_shown(view), shown, size],
    )
    said = largest(snapshot, size)

    def table() -> pd.DataFrame:
        return barriers_frame(snapshot, shown, size)

    with ChartCard(say("barriers.title"), view, OUTPUTS, table, said, "barriers"):
        choices = [(one, say(f"barriers.{one}")) for one in SHOWN]
        Choose(choices, shown, set_shown, say("barriers.shown"), "barriers-shown")
        sizes = [(WHOLE, say("barriers.whole"))]
        sizes += [(tier, tier_name(tier, view.lang)) for tier in TIERS]
        Choose(sizes, size, set_size, say("barriers.size"), "barriers-size")
        Chart(option, said, "barriers", packed(cursor_patch(snapshot)), "420px")
        solara.Text(say("barriers.reading"), style={"color": colours.MUTED, "font-size": ".875rem"})
