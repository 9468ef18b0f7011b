"""Plans kept for comparison: save, rename, remove, make current."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara
import traitlets

from sim.view.choice import MOST_SAVED, Choice
from sim.view.colours import SAVED
from sim.view.controls.base import STYLE, Control, board
from sim.view.levers import changes
from sim.view.looking import View
from sim.view.plans import LONGEST_NAME, free_name, name_of, named, presets, same, title_of
from sim.view.words import text

TEMPLATE = (
    """
<template>
  <div class="lianghua-saved" role="group" :aria-label="b.words.saved" data-testid="saved">
    <button type="button" class="lh-button lianghua-save" data-testid="save" :disabled="!!b.full" :title="b.full"
      @click="event({save: true})">{{ b.words.save }}</button>
    <span v-if="b.full" class="lh-note">{{ b.full }}</span>
    <ul>
      <li v-for="(one, i) in b.plans" :key="i" class="lh-chip" :data-testid="'saved-' + i" :title="one.says">
        <span class="lh-dot" :style="{background: one.colour}" aria-hidden="true"></span>
        <form v-if="editing === i" @submit.prevent="rename(i)">
          <input class="lh-input" :data-testid="'saved-name-' + i" ref="name" v-model="name" :maxlength="b.longest"
            :aria-label="b.words.name" @keydown.esc="editing = -1" @blur="rename(i)"></form>
        <span v-else class="lh-name">{{ one.name }}</span>
        <button type="button" class="lh-button lh-plain" :data-testid="'saved-use-' + i" :aria-label="b.words.use + ': ' + one.name"
          :title="b.words.use" @click="event({use: i})"><v-icon small>mdi-arrow-top-left</v-icon></button>
        <button type="button" class="lh-button lh-plain" :data-testid="'saved-rename-' + i" :aria-label="b.words.rename + ': ' + one.name"
          :title="b.words.rename" @click="edit(i, one.name)"><v-icon small>mdi-pencil</v-icon></button>
        <button type="button" class="lh-button lh-plain" :data-testid="'saved-remove-' + i" :aria-label="b.words.remove + ': ' + one.name"
          :title="b.words.remove" @click="event({remove: i})"><v-icon small>mdi-close</v-icon></button>
      </li>
    </ul>
  </div>
</template>
<script>
module.exports = {
  data() { return {editing: -1, name: ''}; },
  computed: { b() { return JSON.parse(this.board); } },
  methods: {
    edit(i, name) { this.editing = i; this.name = name; this.$nextTick(() => { const e = [].concat(this.$refs.name)[0]; if (e) { e.focus(); e.select(); } }); },
    rename(i) {
      if (this.editing !== i) return;
      this.editing = -1;
      if (this.name.trim() && this.name !== this.b.plans[i].name) this.event({rename: i, name: this.name});
    },
  },
}
</script>
<style id="lianghua-saved">
.lianghua-saved ul { list-style: none; padding: 0; margin: .3em 0 0; }
.lianghua-saved .lh-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.lianghua-saved .lh-chip .lh-button { margin: 0; padding: .1em .35em; }
</style>
"""
    + STYLE
)


class SavedWidget(Control):
    """Plans kept for comparison."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


def saved_board(choice: Choice) -> dict[str, Any]:
    """What is drawn: every saved plan with its colour, its name and what is moved in it."""
    lang = choice.lang

    def say(key: str, **values: object) -> str:
        return text(f"controls.{key}", lang, **values)

    full = ""
    if len(choice.saved) >= MOST_SAVED:
        full = say("full", most=MOST_SAVED)
    elif any(same(one, choice.plan) for one in choice.saved):
        full = say("kept")
    plans = [
        {
            "name": title_of(one, lang),
            "colour": SAVED[place % len(SAVED)],
            "says": " · ".join(
                filter(None, [presets()[one.preset].title[lang], changes(one, lang)])
            ),
        }
        for place, one in enumerate(choice.saved)
    ]
    keys = ("saved", "save", "use", "rename", "remove", "name")
    return {
        "plans": plans,
        "full": full,
        "longest": LONGEST_NAME,
        "words": {k: say(k) for k in keys},
    }


def with_saved(choice: Choice, event: dict[str, Any]) -> Choice:
    """The choice after what a browser says was done; what makes no sense changes nothing."""
    saved = list(choice.saved)
    if event.get("save"):
        if len(saved) >= MOST_SAVED or any(same(one, choice.plan) for one in saved):
            return choice
        taken = [title_of(one, choice.lang) for one in saved]
        name = name_of(choice.plan)
        if not name and not choice.plan.changed:
            # A preset as it stands needs no name of its own.
            return replace(choice, saved=(*saved, choice.plan))
        name = name if name and name not in taken else free_name(choice.lang, taken)
        return replace(choice, saved=(*saved, named(choice.plan, name)))
    found = [(key, event[key]) for key in ("use", "rename", "remove") if key in event]
    if not found or type(found[0][1]) is not int or not 0 <= found[0][1] < len(saved):
        return choice
    what, place = found[0]
    if what == "use":
        return replace(choice, plan=named(saved[place], ""))
    if what == "remove":
        del saved[place]
    else:
        saved[place] = named(saved[place], str(event.get("name", "")))
    return replace(choice, saved=tuple(saved))


@solara.component
def Saved(view: View) -> None:
    """Save the plan for comparison (up to four), rename, remove, make current."""
    choice = view.choice

    def told(event: dict[str, Any]) -> None:
        after = with_saved(choice, event)
        if after != choice:
            view.choose(after)

    drawn = solara.use_memo(
        lambda: board(saved_board(choice)), [choice.plan, choice.saved, choice.lang]
    )
    SavedWidget.element(board=drawn, on_event=told)
