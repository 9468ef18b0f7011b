"""For users of Mesa: the province in Mesa's own browser page, with its Play, Step and Reset.

    SOLARA_TELEMETRY_MIXPANEL_ENABLE=False SOLARA_THEME_SHOW_BANNER=False \\
        solara run experiments/examples/mesa_solara_viz.py --production --no-check-version

The page needs no internet: its files come with the package solara-assets. Plots are Matplotlib's;
`mesa.visualization` imports altair in any case, and its Altair charts ask for versions of their
library that the package has not, so they stay empty offline. One run in the server's own process:
`lianghua view` is the page for comparing policies, with bands and for many people at once.
"""

from __future__ import annotations

from mesa.visualization import Slider, SolaraViz, make_plot_component

from sim import Province

SCALE = 0.02
"""Share of the firms with a row of their own: a month then takes some milliseconds."""

PARAMETERS = {
    "scenario": "document_2014",
    "scale": SCALE,
    "seed": 1,
    # Any key of a scenario, with double underscores for its dots. 1 is as announced.
    "programme__funding": Slider("Funding", 1.0, 0.0, 4.0, 0.25),
}

Page = SolaraViz(
    Province("document_2014", scale=SCALE, seed=1),
    components=[
        make_plot_component(["adoption_automation", "adoption_erp"]),
        make_plot_component("labour_productivity"),
    ],
    model_params=PARAMETERS,
    name="Lianghua",
)
