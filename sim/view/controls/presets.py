"""The list of presets: a searchable select by group, with the story of the one chosen."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import solara
import traitlets

from sim.view.choice import Plan
from sim.view.controls.base import STYLE, Control, board
from sim.view.levers import changes
from sim.view.looking import View
from sim.view.plans import preset, presets, title_of
from sim.view.words import text

TEMPLATE = (
    """
<template>
  <div class="lianghua-presets" data-testid="presets">
    <v-autocomplete :items="b.items" :value="b.value" :label="b.words.preset" outlined dense hide-details
      :no-data-text="b.words.nothing" :menu-props="{maxHeight: 420}" class="lianghua-preset" data-testid="preset"
      :attach="false" @change="choose"></v-autocomplete>
    <p v-if="b.changes" class="lh-note" data-testid="changes">{{ b.changes }}</p>
    <p class="lh-note" data-testid="rationale">{{ b.rationale }}</p>
    <label class="lh-note lh-against">{{ b.words.baseline }}
      <select class="lh-input" data-testid="baseline" @change="event({baseline: $event.target.value})">
        <option v-for="o in b.baselines" :key="o[0]" :value="o[0]" :selected="o[0] === b.baseline">{{ o[1] }}</option>
      </select></label>
  </div>
</template>
<script>
module.exports = {
  computed: { b() { return JSON.parse(this.board); } },
  methods: { choose(name) { if (name) this.event({preset: name}); } },
}
</script>
<style id="lianghua-presets">
.lianghua-presets .lh-against { display: flex; gap: .5em; align-items: baseline; flex-wrap: wrap; }
.lianghua-presets .lh-against select { flex: 1 1 8em; min-width: 0; }
</style>
"""
    + STYLE
)

CHANGED = ":changed"
"""What stands for a plan that was changed in the list; no preset has such a name."""


class PresetsWidget(Control):
    """The list of presets."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


@cache
def items(lang: str) -> list[dict[str, Any]]:
    """The list's rows: a header a group, then its presets."""
    rows: list[dict[str, Any]] = []
    group = ""
    for one in presets().values():
        if one.group != group:
            group = one.group
            rows.append({"header": text(f"controls.group_{group}", lang)})
        rows.append({"text": one.title[lang], "value": one.name})
    return rows


def presets_board(plan: Plan, baseline: str, lang: str) -> dict[str, Any]:
    """What the list draws; a changed plan is none of the presets, and can be put back to its own."""
    say = {key: text(f"controls.{key}", lang) for key in ("preset", "nothing", "baseline")}
    able = [name for name, one in presets().items() if one.group in ("whole", "funding", "rates")]
    able += [baseline] if baseline not in able else []
    title = presets()[plan.preset].title[lang]
    own = [{"text": title_of(plan, lang), "value": CHANGED}] if plan.changed else []
    said = text("copying.changes", lang, title=title, said=changes(plan, lang)) if own else ""
    return {
        "items": [*own, *items(lang)], "value": CHANGED if own else plan.preset, "changes": said,
        "baseline": baseline, "words": say,
        "baselines": [(name, presets()[name].title[lang]) for name in able],
        "rationale": presets()[plan.preset].rationale[lang],
    }  # fmt: skip


@solara.component
def Presets(view: View) -> None:
    """Every preset that the page can run; choosing one takes it as it stands."""
    choice = view.choice

    def told(event: dict[str, Any]) -> None:
        name, against = event.get("preset"), event.get("baseline")
        if name in presets():
            preset(name)
            view.choose(replace(choice, plan=Plan(str(name))))
        elif against in presets():
            view.choose(replace(choice, baseline=str(against)))

    drawn = solara.use_memo(
        lambda: board(presets_board(choice.plan, choice.baseline, choice.lang)),
        [choice.plan, choice.baseline, choice.lang],
    )
    PresetsWidget.element(board=drawn, on_event=told)
