"""The month that a page looks at: play, step, and branch off with other levers from there.

Playing is the browser's own clock. Every half second it asks for the next month, and only once the
last one asked for has come back: a busy server is asked less, a hidden tab asks nothing, and double
speed means longer steps, not more of them. A month asked for runs nothing again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara
import traitlets

from sim.core.clock import month_name, month_number
from sim.view.choice import Choice, Plan
from sim.view.controls.base import STYLE, Control, board
from sim.view.levers import summary
from sim.view.looking import View
from sim.view.numbers import month_words
from sim.view.plans import END, MOST_REVISIONS, START, without_revision
from sim.view.words import text

MONTHS = month_number(END) - month_number(START) + 1

TEMPLATE = (
    """
<template>
  <div class="lianghua-play" role="group" :aria-label="b.words.months" data-testid="playbar">
    <div class="lh-row">
      <button type="button" class="lh-button" data-testid="rewind" :aria-label="b.words.rewind" :title="b.words.rewind" @click="go(0)"><v-icon small>mdi-skip-backward</v-icon></button>
      <button type="button" class="lh-button" data-testid="back" :aria-label="b.words.back" :title="b.words.back" @click="go(place - 1)"><v-icon small>mdi-chevron-left</v-icon></button>
      <button type="button" class="lh-button lianghua-play-button" data-testid="play" :aria-pressed="playing ? 'true' : 'false'"
        :aria-label="playing ? b.words.pause : b.words.play" :title="playing ? b.words.pause : b.words.play" @click="playing ? stop() : start()"><v-icon small>{{ playing ? 'mdi-pause' : 'mdi-play' }}</v-icon></button>
      <button type="button" class="lh-button" data-testid="step" :aria-label="b.words.step" :title="b.words.step" @click="go(place + 1)"><v-icon small>mdi-chevron-right</v-icon></button>
      <select class="lh-input" data-testid="speed" :aria-label="b.words.speed" v-model.number="speed">
        <option v-for="s in [1, 2, 4]" :key="s" :value="s">{{ s }}×</option></select>
      <output class="lh-month" data-testid="month">{{ month(place) }}</output>
      <button type="button" class="lh-button lianghua-branch" data-testid="branch" :disabled="!canBranch"
        :title="b.words.branch_tip" @click="branch">{{ b.words.branch }}</button>
    </div>
    <input type="range" class="lh-months" data-testid="months" min="0" :max="b.count - 1" step="1" v-model.number="place"
      :aria-label="b.words.month" :aria-valuetext="month(place)" @input="drag" @change="go(place)">
    <div class="lh-years" aria-hidden="true"><span v-for="y in b.years" :key="y">{{ y }}</span></div>
    <p v-if="b.chips.length" class="lh-row" role="group" :aria-label="b.words.from">
      <span v-for="c in b.chips" :key="c.month" class="lh-chip" :data-testid="'revision-' + (c.month || 'start')">
        <button type="button" class="lh-button lh-plain" :aria-pressed="c.month === b.edited ? 'true' : 'false'" :title="c.says"
          @click="event({edit: c.month})">{{ c.text }}</button>
        <button v-if="c.month" type="button" class="lh-button lh-plain" :data-testid="'revision-remove-' + c.month"
          :aria-label="b.words.remove + ': ' + c.text" @click="event({remove: c.month})"><v-icon small>mdi-close</v-icon></button>
      </span>
    </p>
  </div>
</template>
<script>
module.exports = {
  data() { return {place: 0, sent: 0, sentAt: 0, playing: false, speed: 1, timer: null, wait: null}; },
  computed: {
    b() { return JSON.parse(this.board); },
    canBranch() { return this.place > 0 && this.b.branches; },
  },
  created() { this.place = this.sent = this.b.place; },
  beforeDestroy() { clearInterval(this.timer); clearTimeout(this.wait); },
  watch: {
    board() { if (!this.playing && !this.wait && this.b.place !== this.place) this.place = this.sent = this.b.place; },
  },
  methods: {
    month(p) { return this.b.months[p]; },
    send(p) { clearTimeout(this.wait); this.wait = null; this.place = p; if (p === this.sent) return; this.sent = p; this.sentAt = Date.now(); this.event({place: p}); },
    go(p) { this.stop(); this.send(Math.min(this.b.count - 1, Math.max(0, p))); },
    drag() { this.stop(); clearTimeout(this.wait); this.wait = setTimeout(() => this.send(this.place), 150); },
    start() {
      if (this.place >= this.b.count - 1) this.send(0);
      this.playing = true;
      clearInterval(this.timer);
      this.timer = setInterval(this.tick, 500);
    },
    stop() { this.playing = false; clearInterval(this.timer); },
    tick() {
      if (document.hidden || (this.b.place !== this.sent && Date.now() - this.sentAt < 5000)) return;
      const next = Math.min(this.b.count - 1, this.place + this.speed);
      this.send(next);
      if (next === this.b.count - 1) this.stop();
    },
    branch() { this.stop(); this.send(this.place); this.event({branch: this.place}); },
  },
}
</script>
<style id="lianghua-play">
.lianghua-play .lh-row { display: flex; flex-wrap: wrap; align-items: center; gap: .25em; margin: 0; }
.lianghua-play .lh-row > .lh-button { margin: 0; }
.lianghua-play .lh-month { font-weight: 600; font-variant-numeric: tabular-nums; min-width: 5.6em; padding: 0 .4em; font-size: 1.1em; }
.lh-months { width: 100%; margin: .3em 0 0; height: 24px; accent-color: #0b4f8a; cursor: pointer; display: block; }
.lh-months:focus-visible { outline: 3px solid #0b4f8a; outline-offset: 2px; }
.lh-years { display: flex; font-size: .8em; color: #52606d; }
.lh-years span { flex: 1; border-left: 1px solid #b0b7c0; padding-left: .2em; }
.lianghua-play .lh-chip .lh-button { margin: 0; padding: .05em .4em; text-align: left; border-radius: 1em; }
</style>
"""
    + STYLE
)


class PlayWidget(Control):
    """The months, with a clock of the browser's own."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


def play_board(choice: Choice, edited: str = "") -> dict[str, Any]:
    """What is drawn: where the page looks, and the revisions with the one that levers move."""
    lang, first = choice.lang, month_number(START)

    def say(key: str, **values: object) -> str:
        return text(f"controls.{key}", lang, **values)

    plan = choice.plan
    months = sorted({one.month for one in plan.revisions} | ({edited} if edited else set()))
    chips = [
        {
            "month": month,
            "text": say(
                "revised",
                month=month_words(month, lang),
                says=summary(plan, lang, month) or say("no_change"),
            ),
            "says": say("edit_tip", month=month_words(month, lang)),
        }
        for month in months
    ]
    if chips:
        chips.insert(0, {"month": "", "text": say("start"), "says": say("start_tip")})
    keys = ("months", "month", "rewind", "back", "play", "pause", "step", "speed", "branch",
            "branch_tip", "from", "remove")  # fmt: skip
    return {
        "count": MONTHS, "months": [month_words(month_name(first + one), lang) for one in range(MONTHS)],
        "place": place_of(choice), "chips": chips,
        "edited": edited, "branches": len(plan.revisions) < MOST_REVISIONS,
        "years": list(range(first // 12, month_number(END) // 12 + 1)),
        "words": {key: say(key) for key in keys},
    }  # fmt: skip


def place_of(choice: Choice) -> int:
    """Position of the month that a choice looks at."""
    return month_number(choice.month) - month_number(START) if choice.month else MONTHS - 1


def month_at(place: object) -> str | None:
    """The month at a position as a choice holds it (empty for the last), None if there is none."""
    if type(place) is not int or not 0 <= place < MONTHS:
        return None
    return "" if place == MONTHS - 1 else month_name(month_number(START) + place)


def branched(plan: Plan, event: dict[str, Any]) -> tuple[Plan, str] | None:
    """The plan and the month that levers move from, after what was done to revisions; or None."""
    months = {one.month for one in plan.revisions}
    if "branch" in event:
        month = month_at(event["branch"])
        return None if month is None or event["branch"] == 0 else (plan, month or END)
    if "edit" in event and isinstance(event["edit"], str):
        return (plan, event["edit"]) if event["edit"] in months | {""} else None
    if isinstance(event.get("remove"), str):
        return without_revision(plan, event["remove"]), ""
    return None


@solara.component
def PlayBar(
    view: View,
    branch: str | solara.Reactive[str] = "",
    on_branch: Callable[[str], None] | None = None,
) -> None:
    """The month cursor, and where levers take hold.

    `branch` is the month that levers move from (empty: from the start); hand the same to `Levers`.
    """
    edited = solara.use_reactive(branch, on_change=on_branch)
    choice = view.choice

    def told(event: dict[str, Any]) -> None:
        if "place" in event:
            month = month_at(event["place"])
            if month is not None and month != choice.month:
                view.choose(replace(choice, month=month))
            return
        found = branched(choice.plan, event)
        if found is None:
            return
        plan, month = found
        if edited.value != month:
            edited.value = month
        if plan != choice.plan:
            view.choose(replace(choice, plan=plan))

    drawn = board(play_board(choice, edited.value))
    PlayWidget.element(board=drawn, on_event=told)
