"""Sharing: a link that carries the whole choice, the plan as a file, and code that repeats it."""

from __future__ import annotations

from typing import Any

import solara
import traitlets

from sim.view.address import LONGEST, encode
from sim.view.controls.base import STYLE, Control, board
from sim.view.copying import plan_toml, script
from sim.view.looking import View
from sim.view.words import text

TEMPLATE = (
    """
<template>
  <div class="lianghua-share" data-testid="share">
    <button type="button" class="lh-button" data-testid="share-open" aria-haspopup="dialog" @click="open">{{ b.words.share }}</button>
    <dialog ref="dialog" :aria-label="b.words.share" @click="outside">
      <div class="lh-inside">
        <h2>{{ b.words.share }}</h2>
        <p class="lh-note">{{ b.words.share_tip }}</p>
        <section v-for="one in parts" :key="one.key">
          <h3>{{ one.title }}</h3>
          <p v-if="one.note" class="lh-note">{{ one.note }}</p>
          <template v-if="one.text">
            <textarea class="lh-input" readonly :rows="one.rows" :ref="one.key" :value="one.text" :aria-label="one.title"
              :data-testid="'share-' + one.key" @focus="$event.target.select()"></textarea>
            <button type="button" class="lh-button" :data-testid="'copy-' + one.key" @click="copy(one)">{{ copied === one.key ? b.words.copied : b.words.copy }}</button>
            <button v-if="one.file" type="button" class="lh-button" :data-testid="'download-' + one.key" @click="save(one)">{{ b.words.download }} {{ one.file }}</button>
          </template>
        </section>
        <span class="lh-gone" role="status">{{ copied ? b.words.copied : '' }}</span>
        <form method="dialog"><button class="lh-button" data-testid="share-close">{{ b.words.close }}</button></form>
      </div>
    </dialog>
  </div>
</template>
<script>
module.exports = {
  data() { return {copied: ''}; },
  computed: {
    b() { return JSON.parse(this.board); },
    parts() {
      const here = window.location.origin + window.location.pathname + (this.b.query ? '?' + this.b.query : '');
      return this.b.parts.map(one => one.key === 'link' && !one.note ? {...one, text: here} : one);
    },
  },
  methods: {
    open() { this.copied = ''; this.event({open: true}); this.$refs.dialog.showModal(); },
    outside(e) { if (e.target === this.$refs.dialog) this.$refs.dialog.close(); },
    copy(one) {  // pages of a room's server are no secure context, where the clipboard is shut
      const area = [].concat(this.$refs[one.key])[0];
      area.focus(); area.select();
      const done = () => { this.copied = one.key; };
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(one.text).then(done, () => document.execCommand('copy') && done());
      else if (document.execCommand('copy')) done();
    },
    save(one) {
      const a = document.createElement('a');
      a.href = URL.createObjectURL(new Blob([one.text], {type: 'text/plain;charset=utf-8'}));
      a.download = one.file;
      document.body.appendChild(a); a.click(); a.remove();
      setTimeout(() => URL.revokeObjectURL(a.href), 10000);
    },
  },
}
</script>
<style id="lianghua-share">
.lianghua-share dialog { width: min(46rem, 94vw); max-height: 88vh; overflow: auto; border: none; border-radius: 8px; padding: 0;
  color: #1f2933; background: #fff; box-shadow: 0 8px 32px rgba(0,0,0,.35); position: fixed; inset: 0; margin: auto; height: fit-content; }
.lianghua-share dialog::backdrop { background: rgba(31,41,51,.45); }
.lianghua-share .lh-inside { padding: 1.2rem 1.4rem; }
.lianghua-share h2 { font-size: 1.2rem; margin: 0 0 .3rem; } .lianghua-share h3 { font-size: 1rem; margin: .9rem 0 .2rem; }
.lianghua-share textarea { width: 100%; font: .85em/1.45 ui-monospace, "SFMono-Regular", Consolas, monospace; white-space: pre; overflow: auto; margin-bottom: .3rem; }
.lianghua-share form { text-align: right; }
.lh-gone { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
</style>
"""
    + STYLE
)


class ShareWidget(Control):
    """The button and its dialog."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


def share_board(view: View, opened: bool) -> dict[str, Any]:
    """What the dialog draws; file and code are made once it has been opened."""
    from sim.view.live import REPLICATES
    from sim.view.runs import SCALE, SEED

    choice, say = view.choice, view.say
    query = encode(choice)
    note = text("address.too_long", view.lang) if len(query) > LONGEST else ""
    link = {"key": "link", "title": say("controls.link"), "text": "", "note": note, "rows": 2}
    parts: list[dict[str, Any]] = [link]
    if opened:
        code = script(choice, scale=SCALE, replicates=REPLICATES, seed=SEED)
        parts += [
            {"key": "toml", "title": say("controls.toml"), "text": plan_toml(choice.plan, view.lang),
             "file": "plan.toml", "note": say("controls.toml_tip"), "rows": 7},
            {"key": "python", "title": say("controls.python"), "text": code, "file": "repeat.py",
             "note": say("controls.python_tip"), "rows": 9},
        ]  # fmt: skip
    keys = ("share", "share_tip", "copy", "copied", "download", "close")
    return {"parts": parts, "query": query if not note else "",
            "words": {key: say(f"controls.{key}") for key in keys}}  # fmt: skip


@solara.component
def Share(view: View) -> None:
    """A link, a scenario file and a script of what the page shows."""
    opened, set_opened = solara.use_state(False)

    def told(event: dict[str, Any]) -> None:
        if event.get("open"):
            set_opened(True)

    drawn = solara.use_memo(lambda: board(share_board(view, opened)), [view.choice, opened])
    ShareWidget.element(board=drawn, on_event=told)
