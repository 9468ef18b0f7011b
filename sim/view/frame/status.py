"""How far the runs are, giving them up, and trying again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
import traitlets

from sim.view.controls.base import STYLE, Control, board
from sim.view.problems import framed
from sim.view.snapshot import Progress
from sim.view.words import text

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


def status_board(progress: Progress, lang: str, paused: bool) -> dict[str, Any]:
    """What the line draws: state of the runs in words."""
    done, total, error = progress.done, progress.total, progress.error
    if error:
        said = text("page.failed", lang, error=framed(error, lang))
    elif paused:
        said = text("page.paused", lang, done=done, total=total)
    elif progress.running:
        said = text("page.running", lang, done=done, total=max(total, 1))
    else:
        said = text("page.done", lang, total=total)
    return {
        "text": said,
        "share": done / max(total, 1),
        "running": progress.running and not paused,
        "again": bool(error) or paused,
        "done": 0 < total == done and not progress.running and not error and not paused,
        "error": bool(error),
        "words": {"cancel": text("page.cancel", lang), "again": text("page.again", lang)},
    }


@solara.component
def Status(
    progress: Progress,
    lang: str,
    paused: bool,
    on_cancel: Callable[[], None],
    on_again: Callable[[], None],
) -> None:
    """The state of the runs."""

    def told(event: dict[str, Any]) -> None:
        if event.get("cancel"):
            on_cancel()
        elif event.get("again"):
            on_again()

    StatusWidget.element(board=board(status_board(progress, lang, paused)), on_event=told)
