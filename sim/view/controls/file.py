"""A file from a person's disk: a button that the browser's own choice of files stands behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import traitlets

from sim.view.controls.base import STYLE, Control, board

TEMPLATE = (
    """
<template>
  <div class="lianghua-upload" :data-testid="b.name">
    <label class="lh-button" :for="own">{{ b.label }}
      <input type="file" :accept="b.accept" :id="own" class="lh-file" :data-testid="b.name + '-file'" @change="read"></label>
    <p class="lh-note" role="status" :data-testid="b.name + '-status'">{{ problem || b.says }}</p>
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
      this.problem = file.size > this.b.largest ? this.b.large : '';
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


class FileWidget(Control):
    """The button, and what came of the file."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)

    @property
    def largest_message(self) -> int:
        """Characters that the server lets a browser send to it: quotation marks and ends of lines
        take two each."""
        return 2 * int(json.loads(self.board).get("largest", 0)) + 1_000


def take_file(
    label: str, on_text: Callable[[str, str], None], name: str, accept: str, largest: int,
    too_large: str, says: str = "",
) -> None:  # fmt: skip
    """Hand on name and text of a file of `largest` bytes at most; `says` is told under the button."""

    def told(event: dict[str, Any]) -> None:
        given = event.get("text")
        if isinstance(given, str):
            on_text(str(event.get("name", ""))[:60], given[: largest + 1])

    content = {
        "label": label, "name": name, "accept": accept, "largest": largest, "large": too_large,
        "says": says,
    }  # fmt: skip
    FileWidget.element(board=board(content), on_event=told)
