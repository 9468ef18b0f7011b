"""A button that hears every press: what it does is known before the browser shows it.

The library's own button is given its handler once the page has been drawn; a press that comes in
between, from another thread, finds none and is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from sim.view.controls.base import STYLE, Control, board

TEMPLATE = (
    """
<template>
  <button type="button" class="lh-button" :class="b.classes" :disabled="b.disabled" @click="event({})">{{ b.label }}</button>
</template>
<script>
module.exports = { computed: { b() { return JSON.parse(this.board); } } }
</script>
"""
    + STYLE
)


class PressWidget(Control):
    """The button."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


def press(
    label: str, on_press: Callable[[], Any], name: str, classes: str = "", disabled: bool = False
) -> None:
    """A button; `name` keeps it apart from others of its parent, which come and go."""

    def told(_: dict[str, Any]) -> None:
        if not disabled:
            on_press()

    content = {"label": label, "classes": classes, "disabled": disabled}
    PressWidget.element(board=board(content), on_event=told).key(name)
