"""How far the runs are, giving them up, and trying again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
import traitlets

from sim.view.controls.base import STYLE, Control, board
from sim.view.looking import View
from sim.view.problems import framed

TEMPLATE = (
    """
<template>
  <div class="lianghua-status" role="status" aria-live="polite" data-testid="status" :data-done="b.done ? '1' : '0'"
    :data-error="b.error ? '1' : '0'" :class="{'lianghua-failed': b.error}">
    <progress v-if="b.running" :value="b.share" max="1" :aria-label="b.text"></progress>
    <span>{{ b.text }}</span>
    <button v-if="b.running" type="button" class="lh-button lianghua-cancel" data-testid="cancel" @click="event({cancel: true})">{{ b.words.cancel }}</button>
    <button v-if="b.again" type="button" class="lh-button lianghua-again" data-testid="again" @click="event({again: true})">{{ b.words.again }}</button>
  </div>
</template>
<script>
module.exports = { computed: { b() { return JSON.parse(this.board); } } }
</script>
"""
    + STYLE
)


class StatusWidget(Control):
    """The line."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


def status_board(view: View, paused: bool) -> dict[str, Any]:
    """What the line draws: state of the runs in words."""
    snapshot = view.snapshot
    if snapshot.error:
        said = view.say("page.failed", error=framed(snapshot.error, view.lang)[:300])
    elif paused:
        said = view.say("page.paused", done=snapshot.done, total=snapshot.total)
    elif snapshot.running:
        said = view.say("page.running", done=snapshot.done, total=max(snapshot.total, 1))
    else:
        said = view.say("page.done", total=snapshot.total)
    return {
        "text": said,
        "share": snapshot.done / max(snapshot.total, 1),
        "running": snapshot.running and not paused,
        "again": bool(snapshot.error) or paused,
        "done": not snapshot.running and not snapshot.error and not paused and snapshot.ready,
        "error": bool(snapshot.error),
        "words": {"cancel": view.say("page.cancel"), "again": view.say("page.again")},
    }


@solara.component
def Status(
    view: View, paused: bool, on_cancel: Callable[[], None], on_again: Callable[[], None]
) -> None:
    """The state of the runs."""

    def told(event: dict[str, Any]) -> None:
        if event.get("cancel"):
            on_cancel()
        elif event.get("again"):
            on_again()

    StatusWidget.element(board=board(status_board(view, paused)), on_event=told)
