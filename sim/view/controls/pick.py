"""A labelled list of which one is chosen: the browser's own, which screen readers know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara
import traitlets

from sim.view.controls.base import STYLE, Control, board

TEMPLATE = (
    """
<template>
  <label class="lianghua-pick">{{ b.label }}
    <select class="lh-input" :data-testid="b.name" @change="event({value: $event.target.value})">
      <option v-for="o in b.options" :key="o[0]" :value="o[0]" :selected="o[0] === b.value">{{ o[1] }}</option>
    </select></label>
</template>
<script>
module.exports = { computed: { b() { return JSON.parse(this.board); } } }
</script>
<style id="lianghua-pick">
.lianghua-pick { display: flex; gap: .6em; align-items: baseline; flex-wrap: wrap; max-width: 100%; min-width: 0; }
.lianghua-pick select { flex: 0 1 auto; min-width: 0; max-width: 100%; }
</style>
"""
    + STYLE
)


class PickWidget(Control):
    """The list."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


@solara.component
def Pick(
    label: str,
    options: Sequence[tuple[str, str]],
    value: str,
    on_value: Callable[[str], None],
    name: str,
) -> None:
    """Choose one of `options` (codes and words); `name` finds it in tests."""

    def told(event: dict[str, Any]) -> None:
        if event.get("value") in {code for code, _ in options}:
            on_value(event["value"])

    content = {"label": label, "options": list(options), "value": value, "name": name}
    PickWidget.element(board=board(content), on_event=told)
