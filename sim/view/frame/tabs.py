"""The tabs of the panels; arrow keys go from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara
import traitlets

from sim.view.controls.base import STYLE, Control, board

TEMPLATE = (
    """
<template>
  <div class="lianghua-tabs" role="tablist" :aria-label="b.label">
    <button v-for="one in b.tabs" :key="one[0]" type="button" role="tab" :id="'tab-' + one[0]"
      :data-testid="'tab-' + one[0]" :aria-selected="one[0] === b.open ? 'true' : 'false'" :tabindex="one[0] === b.open ? 0 : -1"
      aria-controls="lianghua-panel" @click="event({open: one[0]})" @keydown="key">{{ one[1] }}</button>
  </div>
</template>
<script>
module.exports = {
  computed: { b() { return JSON.parse(this.board); } },
  methods: {
    key(e) {
      const step = {ArrowRight: 1, ArrowLeft: -1}[e.key];
      if (!step) return;
      e.preventDefault();
      const names = this.b.tabs.map(one => one[0]);
      const next = names[(names.indexOf(this.b.open) + step + names.length) % names.length];
      this.event({open: next});
      this.$nextTick(() => document.getElementById('tab-' + next).focus());
    },
  },
}
</script>
"""
    + STYLE
)


class TabsWidget(Control):
    """The tabs."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


@solara.component
def Tabs(
    tabs: Sequence[tuple[str, str]], open_tab: str, label: str, on_open: Callable[[str], None]
) -> None:
    """Tabs by name and title, one of them open."""
    names = {name for name, _ in tabs}

    def told(event: dict[str, Any]) -> None:
        if event.get("open") in names:
            on_open(str(event["open"]))

    content = {"tabs": list(tabs), "open": open_tab, "label": label}
    TabsWidget.element(board=board(content), on_event=told)
