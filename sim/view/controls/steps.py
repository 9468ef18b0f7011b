"""Undo, redo, reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
import traitlets

from sim.view import history as steps
from sim.view.choice import Choice
from sim.view.controls.base import STYLE, Control, board
from sim.view.words import text

TEMPLATE = (
    """
<template>
  <div class="lianghua-history" role="group" :aria-label="b.words.history">
    <button v-for="one in b.buttons" :key="one[0]" type="button" :class="['lh-button', 'lianghua-' + one[0]]"
      :data-testid="one[0]" :disabled="!one[2]" :title="one[3]" @click="event({step: one[0]})">{{ one[1] }}</button>
  </div>
</template>
<script>
module.exports = {
  computed: { b() { return JSON.parse(this.board); } },
  mounted() { document.addEventListener('keydown', this.key); },
  beforeDestroy() { document.removeEventListener('keydown', this.key); },
  methods: {
    key(e) {  // as everywhere, but not where a person is typing
      if (!(e.ctrlKey || e.metaKey) || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && !/^(range|checkbox)$/.test(e.target.type)) return;
      const step = e.key === 'z' ? (e.shiftKey ? 'redo' : 'undo') : e.key === 'y' ? 'redo' : e.key === 'Z' ? 'redo' : '';
      if (step) { e.preventDefault(); this.event({step}); }
    },
  },
}
</script>
"""
    + STYLE
)


class StepsWidget(Control):
    """The three buttons."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


def steps_board(history: steps.History, lang: str, first: Choice | None = None) -> dict[str, Any]:
    """What the buttons draw: name, word, whether there is something to do, tooltip."""
    able = {
        "undo": bool(history.past),
        "redo": bool(history.future),
        "reset": history.reset(first) != history,
    }
    buttons = [
        (name, text(f"controls.{name}", lang), can, text(f"controls.{name}_tip", lang))
        for name, can in able.items()
    ]
    return {"buttons": buttons, "words": {"history": text("controls.history", lang)}}


@solara.component
def History(
    history: steps.History,
    on_change: Callable[[steps.History], None],
    lang: str,
    first: Choice | None = None,
) -> None:
    """Undo, redo and reset (to `first`, or a fresh page), also by Ctrl+Z and Ctrl+Y."""

    def told(event: dict[str, Any]) -> None:
        step = event.get("step")
        if step == "undo" and history.past:
            on_change(history.undone())
        elif step == "redo" and history.future:
            on_change(history.redone())
        elif step == "reset":
            on_change(history.reset(first))

    StepsWidget.element(board=board(steps_board(history, lang, first)), on_event=told)
