"""Provisional page: stands in for the real one until that is here."""

from __future__ import annotations

import solara


@solara.component
def Page() -> None:
    """A lever, a headline and a status, by the names that tests look for."""
    value, set_value = solara.use_state(3)
    with solara.Column(classes=["lianghua-lever"]):
        solara.SliderInt("杠杆 lever", value=value, on_value=set_value, min=0, max=10)
    solara.HTML(
        tag="h1",
        unsafe_innerHTML=f"衢州 {value}",
        attributes={"data-testid": "headline"},
    )
    solara.HTML(
        tag="p",
        unsafe_innerHTML="完成",
        attributes={"data-testid": "status", "data-done": "1", "role": "status"},
    )
