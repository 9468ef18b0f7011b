"""A scenario file from a person's disk becomes the plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara
import traitlets

from sim.core.errors import InputError
from sim.view.controls.base import STYLE, Control, board
from sim.view.looking import View
from sim.view.problems import framed
from sim.view.uploads import LARGEST, read_plan

TEMPLATE = (
    """
<template>
  <div class="lianghua-upload" data-testid="upload">
    <label class="lh-button" :for="own">{{ b.words.upload }}
      <input type="file" accept=".toml,text/plain" :id="own" class="lh-file" data-testid="upload-file" @change="read"></label>
    <p class="lh-note" role="status" data-testid="upload-status">{{ problem || b.says }}</p>
  </div>
</template>
<script>
module.exports = {
  data() { return {problem: '', own: 'upload-' + Math.random().toString(36).slice(2)}; },
  computed: { b() { return JSON.parse(this.board); } },
  methods: {
    async read(e) {
      const file = e.target.files[0];
      e.target.value = '';  // the same file again is a change too
      if (!file) return;
      this.problem = file.size > this.b.largest ? this.b.words.upload_large : '';
      if (!this.problem) this.event({name: file.name, text: await file.text()});
    },
  },
}
</script>
<style id="lianghua-upload">
.lianghua-upload { position: relative; } .lianghua-upload label { display: inline-block; }
.lianghua-upload .lh-file { position: absolute; width: 1px; height: 1px; opacity: 0; }
.lianghua-upload label:focus-within { outline: 3px solid #0b4f8a; outline-offset: 2px; }
</style>
"""
    + STYLE
)


class UploadWidget(Control):
    """The button, and what came of the file."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


@solara.component
def Upload(view: View) -> None:
    """Take a scenario file (TOML, 64 kB at most) as the plan; what is wrong with it is told."""
    says, set_says = solara.use_state("")
    choice = view.choice

    def told(event: dict[str, Any]) -> None:
        given, name = event.get("text"), str(event.get("name", ""))[:60]
        if not isinstance(given, str):
            return
        try:
            plan = read_plan(given[: LARGEST + 1].encode("utf-8", "replace"), choice.lang)
        except InputError as error:
            set_says(view.say("controls.upload_bad", name=name, problem=framed(error, choice.lang)))
            return
        set_says(view.say("controls.upload_done", name=name))
        view.choose(replace(choice, plan=plan))

    words = {key: view.say(f"controls.{key}") for key in ("upload", "upload_large")}
    UploadWidget.element(
        board=board({"words": words, "largest": LARGEST, "says": says}), on_event=told
    )
