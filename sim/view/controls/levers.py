"""The levers of a plan: sliders, lists and switches by action."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import solara
import traitlets

from sim.programme import CLAUSES
from sim.view.choice import Plan
from sim.view.controls.base import STYLE, Control, board
from sim.view.levers import WHOLE, Lever, lever, levers, money, moved, shown
from sim.view.numbers import month_words
from sim.view.plans import preset_values, values_of
from sim.view.words import text

TEMPLATE = (
    """
<template>
  <div class="lianghua-levers" role="group" :aria-label="b.words.levers" data-testid="levers">
    <p class="lh-note" v-if="b.note" data-testid="levers-note">{{ b.note }}</p>
    <div>
      <button type="button" class="lh-button lh-plain" data-testid="levers-expand" @click="all(true)">{{ b.words.expand }}</button>
      <button type="button" class="lh-button lh-plain" data-testid="levers-collapse" @click="all(false)">{{ b.words.collapse }}</button>
    </div>
    <section v-for="g in b.groups" :key="g.code" :class="['lh-group', {'lh-off': g.on && !g.on.why && !value(g.on), 'lh-none': g.on && g.on.why}]">
      <div class="lh-head">
        <button type="button" class="lh-fold" :aria-expanded="isOpen(g) ? 'true' : 'false'"
          :data-testid="'group-' + g.code" @click="fold(g)">
          <span aria-hidden="true">{{ isOpen(g) ? '▾' : '▸' }}</span>
          <b v-if="g.on">{{ g.code }}</b> {{ g.title }}
          <span class="lh-count" v-if="g.moved" :title="b.words.changed">{{ g.moved }}</span>
        </button>
        <span v-if="g.on" class="lianghua-lever lh-switch" :data-testid="'lever-' + g.on.key" :title="g.on.why || g.on.source">
          <input type="checkbox" role="switch" :aria-label="g.code + ' ' + g.title" :checked="value(g.on)"
            :disabled="b.disabled || !!g.on.why" @change="commit(g.on, $event.target.checked)">
        </span>
      </div>
      <div v-show="isOpen(g)" class="lh-body">
        <p class="lh-note" v-if="g.on">{{ g.on.why || g.on.source }}</p>
        <div v-for="l in g.levers" :key="l.key" class="lianghua-lever" :data-testid="'lever-' + l.key">
          <div class="lh-line">
            <label :for="id(l)" class="lh-label">{{ l.label }}</label>
            <button type="button" class="lh-info" :aria-label="b.words.about + ' ' + l.label" :title="l.source"
              :aria-expanded="told === l.key ? 'true' : 'false'" @click="told = told === l.key ? '' : l.key">i</button>
            <output v-if="l.kind === 'slider'" :for="id(l)" class="lh-value">{{ said(l) }}</output>
          </div>
          <div v-if="l.kind === 'slider'" class="lh-track">
            <input type="range" min="0" :max="l.texts.length - 1" step="1" :id="id(l)" :value="value(l)"
              :disabled="b.disabled || !!l.why" :aria-label="l.label" :aria-valuetext="said(l)"
              :aria-valuenow="value(l)" @input="drag(l, +$event.target.value)">
            <span class="lh-mark" v-if="l.preset !== null" aria-hidden="true" :title="l.stands"
              :style="{left: 'calc(8px + (100% - 16px) * ' + l.preset / (l.texts.length - 1) + ')'}"></span>
          </div>
          <select v-else-if="l.kind === 'choice'" class="lh-input" :id="id(l)" :aria-label="l.label" :disabled="b.disabled || !!l.why"
            @change="commit(l, $event.target.value)">
            <option v-for="o in l.options" :key="o[0]" :value="o[0]" :selected="o[0] === value(l)">{{ o[1] }}</option>
          </select>
          <span v-else class="lh-switch"><input type="checkbox" role="switch" :id="id(l)" :aria-label="l.label" :checked="value(l)"
            :disabled="b.disabled || !!l.why" @change="commit(l, $event.target.checked)"></span>
          <p class="lh-note" v-if="l.why">{{ l.why }}</p>
          <p class="lh-note" v-if="told === l.key">{{ l.source }}<br>{{ l.stands }}</p>
        </div>
      </div>
    </section>
  </div>
</template>
<script>
module.exports = {
  data() { return {draft: {}, timers: {}, sent: {}, opened: {}, told: '', own: Math.random().toString(36).slice(2)}; },
  computed: { b() { return JSON.parse(this.board); } },
  watch: {
    board() {  // a plan has come back: it may be an older one than what was moved since
      for (const l of this.every()) {
        if (!(l.key in this.draft) || this.timers[l.key]) continue;
        if (l.value === this.draft[l.key] || Date.now() - this.sent[l.key] > 4000) this.$delete(this.draft, l.key);
      }
    },
  },
  methods: {
    every() { return this.b.groups.flatMap(g => [...g.levers, ...(g.on ? [g.on] : [])]); },
    id(l) { return 'lever-' + this.own + '-' + l.key; },
    value(l) { return l.key in this.draft ? this.draft[l.key] : l.value; },
    said(l) { return l.mixed && !(l.key in this.draft) ? l.mixed : l.texts[this.value(l)]; },
    isOpen(g) { return g.code in this.opened ? this.opened[g.code] : g.open; },
    fold(g) { this.$set(this.opened, g.code, !this.isOpen(g)); },
    all(open) { for (const g of this.b.groups) this.$set(this.opened, g.code, open); },
    drag(l, v) {
      this.$set(this.draft, l.key, v);
      clearTimeout(this.timers[l.key]);
      this.timers[l.key] = setTimeout(() => this.commit(l, v), 250);
    },
    commit(l, v) {
      clearTimeout(this.timers[l.key]);
      delete this.timers[l.key];
      this.$set(this.draft, l.key, v);
      this.sent[l.key] = Date.now();
      this.event({key: l.key, value: v});
    },
  },
}
</script>
<style id="lianghua-levers">
.lh-group { border-top: 1px solid #e4e7eb; }
.lh-head { display: flex; align-items: center; gap: .5em; min-height: 2.6em; }
.lh-fold { flex: 1; min-width: 0; text-align: left; font: inherit; color: inherit; background: none; border: 0;
  padding: .35em .1em; cursor: pointer; line-height: 1.35; }
.lh-fold:focus-visible { outline: 3px solid #0b4f8a; }
.lh-none .lh-fold { color: #52606d; }
.lh-off .lh-fold { color: #52606d; text-decoration: line-through; }
.lh-count { display: inline-block; min-width: 1.5em; text-align: center; border-radius: 1em; font-size: .75em;
  background: #0b4f8a; color: #fff; text-decoration: none; }
.lh-body { padding: 0 .2em .5em 1.1em; }
.lh-body .lianghua-lever { margin: .45em 0 .8em; }
.lh-line { display: flex; align-items: baseline; gap: .1em .4em; flex-wrap: wrap; }
.lh-label { min-width: 0; line-height: 1.35; }
.lh-value { margin-left: auto; text-align: right; font-weight: 600; font-variant-numeric: tabular-nums; }
.lh-info { width: 20px; height: 20px; line-height: 18px; border: 1px solid #52606d; border-radius: 50%; color: #52606d;
  background: #fff; font: italic 600 13px/1 serif; cursor: pointer; flex: none; }
.lh-info:focus-visible { outline: 3px solid #0b4f8a; outline-offset: 2px; }
.lh-track { position: relative; padding-bottom: 7px; }
.lh-track input { width: 100%; margin: 0; height: 24px; accent-color: #0b4f8a; cursor: pointer; display: block; }
.lh-track input:disabled { cursor: default; }
.lh-mark { position: absolute; bottom: 0; width: 0; height: 0; margin-left: -5px; border: 5px solid transparent;
  border-top: 0; border-bottom: 7px solid #52606d; }
.lh-switch input { appearance: none; -webkit-appearance: none; width: 40px; height: 22px; border-radius: 11px; background: #6b7280;
  position: relative; cursor: pointer; margin: 0; vertical-align: middle; flex: none; transition: background .15s; }
.lh-switch input::after { content: ''; position: absolute; left: 3px; top: 3px; width: 16px; height: 16px; border-radius: 50%;
  background: #fff; transition: left .15s; }
.lh-switch input:checked { background: #0b4f8a; }
.lh-switch input:checked::after { left: 21px; }
.lh-switch input:disabled { opacity: .45; cursor: default; }
@media (prefers-reduced-motion: reduce) { .lh-switch input, .lh-switch input::after { transition: none; } }
</style>
"""
    + STYLE
)


class LeversWidget(Control):
    """All levers of a plan."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


def levers_board(
    plan: Plan, lang: str, keys: Collection[str] | None = None, disabled: bool = False,
    month: str = "",
) -> dict[str, Any]:  # fmt: skip
    """What the levers draw: groups with their switch and levers, each with every text it can show."""

    def say(key: str, **values: object) -> str:
        return text(f"levers.{key}", lang, **values)

    wanted = [one for one in levers(plan.preset) if keys is None or one.key in keys]
    changed = {one.key for one in moved(plan, month)}
    groups = []
    for code in (WHOLE, *CLAUSES):
        mine = [one for one in wanted if one.group == code]
        others = [_lever(one, plan, lang, month) for one in mine if one.kind != "clause"]
        switch = next(
            (_lever(one, plan, lang, month) for one in mine if one.kind == "clause"), None
        )
        if not mine:
            continue
        title = say("programme") if code == WHOLE else getattr(CLAUSES[code], lang)
        groups.append({
            "code": code, "title": title, "on": switch, "levers": others,
            "moved": sum(one.key in changed for one in mine),
            "open": code == WHOLE or code == "A2" or len(wanted) < 8
            or any(one.key in changed for one in mine if one.kind != "clause"),
        })  # fmt: skip
    note = (
        say("disabled")
        if disabled
        else say("edit_from", month=month_words(month, lang))
        if month
        else ""
    )
    said = {key: say(key) for key in ("levers", "expand", "collapse", "about", "changed")}
    return {"groups": groups, "disabled": disabled, "note": note, "words": said}


def _lever(one: Lever, plan: Plan, lang: str, month: str) -> dict[str, Any]:
    """One lever as it is drawn; a slider stands at a place among its texts."""

    def say(key: str, **values: object) -> str:
        return text(f"levers.{key}", lang, **values)

    value, start = one.read(plan, month), one.preset_value(plan.preset)
    source = say("source", source=one.source) if one.source else ""
    if one.kind == "clause":
        source = say("clause", place=one.source)
        # A switch of nothing is off; one that is held off or on by the preset stands so.
        value = value and one.unavailable != "no_clause"
    if one.kind == "factor" and len(one.keys) > 1:
        source += " " + say("several", count=len(one.keys))
    drawn: dict[str, Any] = {
        "key": one.key, "label": one.label(lang), "value": value, "source": source.strip(),
        "stands": say("stands", value=shown(one, start, lang)), "kind": one.kind,
        "why": say(one.unavailable) if one.unavailable else "",
    }  # fmt: skip
    if one.kind == "choice":
        drawn["options"] = [(code, shown(one, code, lang)) for code in one.options]
    if one.kind not in ("number", "factor"):
        return drawn
    places = round((one.high - one.low) / one.step)
    steps = [one.snapped(one.low + place * one.step) for place in range(places + 1)]
    details = _money(one, plan, lang, month)
    drawn |= {
        "kind": "slider",
        "texts": [shown(one, step, lang) + details(step) for step in steps],
        "value": 0 if value is None else steps.index(one.snapped(value)),
        "preset": None if start is None else steps.index(one.snapped(start)),
    }
    # A preset or a file may stand between two steps, or beyond the last.
    if value is not None and value != one.snapped(value):
        drawn["mixed"] = shown(one, value, lang) + details(value)
    if one.unavailable:
        drawn["mixed"] = "–"
    return drawn


def _money(one: Lever, plan: Plan, lang: str, month: str) -> Callable[[float], str]:
    """What a lever's value means in public money of 2015, and as a share of the whole programme."""
    year = "2015"
    if one.key == "programme.funding" or one.kind == "factor":
        values = values_of(plan, month)
        budgets = {
            key: float(amount)
            for key, amount in values.items()
            if key.startswith("instruments.") and key.endswith(f".budget.{year}")
        }
        base = sum(
            preset_values(plan.preset)[key] for key in one.keys if key.endswith(f".budget.{year}")
        )
        funding = float(values.get("programme.funding", 1.0))
        others = sum(amount for key, amount in budgets.items() if key not in one.keys)
        if one.kind != "factor":
            return lambda value: (
                " · "
                + text("levers.yearly", lang, money=money(value * sum(budgets.values()), lang))
            )
        if base > 0:
            return lambda value: " · " + text(
                "levers.yearly_share", lang, money=money(value * base * funding, lang),
                share=f"{100 * value * base / max(others + value * base, 1e-9):.0f}",
            )  # fmt: skip
    return lambda value: ""


def moved_by(plan: Plan, event: dict[str, Any], month: str, keys: Collection[str] | None) -> Plan:
    """The plan after what a browser says was done to a lever; what makes no sense changes nothing."""
    one = lever(plan.preset, str(event.get("key")))
    value = event.get("value")
    if one is None or one.unavailable or (keys is not None and one.key not in keys):
        return plan
    if one.kind in ("number", "factor"):
        if isinstance(value, bool) or not isinstance(value, int):
            return plan
        value = one.low + min(max(value, 0), 1000) * one.step
    elif one.kind == "choice" and value not in one.options:
        return plan
    return one.write(plan, value, month)


@solara.component
def Levers(
    plan: Plan,
    on_change: Callable[[Plan], None],
    lang: str,
    keys: Collection[str] | None = None,
    disabled: bool = False,
    month: str = "",
) -> None:
    """The levers of a plan; `keys` leaves some only, `month` makes what is moved a revision."""
    drawn = solara.use_memo(
        lambda: board(levers_board(plan, lang, keys, disabled, month)),
        [plan, lang, tuple(keys or ()), disabled, month],
    )

    def told(event: dict[str, Any]) -> None:
        after = plan if disabled else moved_by(plan, event, month, keys)
        if after != plan:
            on_change(after)

    LeversWidget.element(board=drawn, on_event=told)
