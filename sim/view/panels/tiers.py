"""An output by size of firm: four tiers in one chart, each with its baseline."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.view import colours
from sim.view.numbers import factor
from sim.view.panels.series import chart_frame, curve, key, tidy
from sim.view.snapshot import Snapshot
from sim.view.words import text
from sim.words import TIER_ZH
from sim.world.tables import TIERS

TIER_EN = dict(
    zip(
        TIERS,
        ("backbone firms", "other above-scale firms", "small firms", "micro firms"),
        strict=True,
    )
)


def tier_name(tier: str, lang: str) -> str:
    """A tier in words."""
    return (TIER_ZH if lang == "zh" else TIER_EN)[tier]


def tiers_option(
    snapshot: Snapshot, output: str, *, difference: bool = False, large: bool = False
) -> dict[str, Any]:
    """Four tiers of the plan, solid, and of the baseline, dashed and fainter under the same name."""
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    lang, scale = snapshot.choice.lang, factor(output)
    names = [tier_name(tier, lang) for tier in TIERS]
    series = []
    plan = snapshot.level(snapshot.current, output, "tiers").mean * scale
    base = snapshot.level(snapshot.baseline, output, "tiers").mean * scale
    for row, (name, colour) in enumerate(zip(names, colours.TIERS, strict=True)):
        values = plan[:, row] - base[:, row] if difference else plan[:, row]
        series.append(curve(f"plan-{row}", name, colour, tidy(values)))
        if not difference:
            below = curve(f"baseline-{row}", name, colour, tidy(base[:, row]), dashed=True)
            below["lineStyle"] |= {"width": 1.5, "opacity": 0.7}
            series.append(below | {"tooltip": {"show": False}})
    marks = [key(name) for name in names]
    return chart_frame(snapshot, output, series, marks, difference=difference, large=large)


def tiers_frame(snapshot: Snapshot, output: str) -> pd.DataFrame:
    """Months by tier, of the plan and of the baseline."""
    assert snapshot.current is not None
    assert snapshot.baseline is not None
    lang, scale = snapshot.choice.lang, factor(output)
    columns: dict[str, Any] = {text("shared.month", lang): list(snapshot.months)}
    for track in (snapshot.baseline, snapshot.current):
        level = snapshot.level(track, output, "tiers").mean * scale
        for row, tier in enumerate(TIERS):
            columns[f"{track.title(lang)}: {tier_name(tier, lang)}"] = level[:, row]
    return pd.DataFrame(columns)
