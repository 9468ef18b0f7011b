"""A lever, a headline and a status, by the names that the real page uses."""

from __future__ import annotations

import solara


@solara.component
def Page() -> None:  # noqa: N802
    """The headline repeats the lever, in a character that only the page's own font has here.

    `?fail=first` fails at once, `?fail=later` once the lever is moved, `?fail=key` in the library.
    """
    fault = solara.use_router().search or ""
    value, choose = solara.use_state(3)
    if "fail=first" in fault or ("fail=later" in fault and value != 3):
        raise RuntimeError("a fault was asked for")
    with solara.Column(classes=["lianghua-lever"]):
        solara.SliderInt("lever", value=value, on_value=choose, min=0, max=10)
    solara.HTML(tag="h1", unsafe_innerHTML=f"衢州 {value}", attributes={"data-testid": "headline"})
    solara.HTML(
        tag="p",
        unsafe_innerHTML="完成",
        attributes={"data-testid": "status", "data-done": "1", "role": "status"},
    ).key("status")
    if "fail=key" in fault:
        solara.Text("").key("status")
