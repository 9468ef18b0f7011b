"""The page."""

from __future__ import annotations

from dataclasses import replace

import solara

from sim.view.choice import Choice, Plan
from sim.view.echarts import Chart, packed
from sim.view.live import use_runs


@solara.component
def Page() -> None:
    """The policy room."""
    choice, choose = solara.use_state(Choice())
    snapshot = use_runs(choice)
    with solara.Column():
        solara.SliderFloat(
            "funding",
            value=dict(choice.plan.settings).get("programme.funding", 1.0),
            min=0,
            max=4,
            step=0.25,
            on_value=lambda v: choose(
                replace(choice, plan=Plan(settings=(("programme.funding", v),)))
            ),
        )
        solara.Text(f"{snapshot.done}/{snapshot.total} {snapshot.running} {snapshot.error}")
        if snapshot.ready:
            gap = snapshot.difference(snapshot.current, "adoption_automation")
            level = snapshot.level(snapshot.current, "adoption_automation")
            solara.Text(
                f"{level.mean[-1]:.4f} {gap.mean[-1]:.4f} {gap.low[-1]:.4f} {gap.high[-1]:.4f}"
            )
            Chart(
                packed(
                    {
                        "xAxis": {"data": snapshot.months},
                        "yAxis": {},
                        "series": [{"type": "line", "data": level.mean}],
                    }
                ),
                "adoption",
                "adoption",
            )
