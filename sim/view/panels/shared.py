"""What every panel shares: a card for a chart, the table under it, and "explain this number"."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from typing import Any

import ipyvuetify
import pandas as pd
import solara
import traitlets

from sim.outputs import BY_NAME
from sim.view.colours import CURRENT, MUTED, TEXT
from sim.view.explanations import explanation
from sim.view.looking import View
from sim.view.numbers import plain
from sim.view.words import text
from sim.words import for_spreadsheets

type Frame = pd.DataFrame | Callable[[], pd.DataFrame]
"""A table, or a function that makes it once it is opened."""

EXPLAIN = """
<template>
  <span class="lianghua-explain">
    <button type="button" :aria-label="label" :title="label" :data-testid="'explain-' + name"
            aria-haspopup="dialog" @click="open">?</button>
    <dialog ref="dialog" :aria-label="label" @click="outside">
      <div class="lianghua-explain-inside" tabindex="-1" autofocus>
        <section v-for="one in parts" :key="one.title">
          <h2>{{ one.title }}</h2>
          <dl><template v-for="row in one.rows">
            <dt :key="row[0] + 't'">{{ row[0] }}</dt><dd :key="row[0] + 'd'">{{ row[1] }}</dd>
          </template></dl>
        </section>
        <form method="dialog"><button class="lianghua-explain-close">{{ done }}</button></form>
      </div>
    </dialog>
  </span>
</template>
<script>
module.exports = {
  computed: { parts() { return JSON.parse(this.content); } },
  methods: {
    open() { this.$refs.dialog.showModal(); },
    outside(event) { if (event.target === this.$refs.dialog) this.$refs.dialog.close(); },
  },
}
</script>
<style id="lianghua-explain">
.lianghua-explain > button {
  width: 24px; height: 24px; border: 1px solid #52606d; border-radius: 50%; color: #52606d;
  background: #ffffff; font-weight: 600; line-height: 1; cursor: pointer; vertical-align: middle; }
.lianghua-explain > button:hover, .lianghua-explain > button:focus-visible {
  background: #0b4f8a; color: #ffffff; outline: 2px solid #0b4f8a; outline-offset: 2px; }
.lianghua-explain dialog {
  width: min(36rem, 92vw); max-height: 84vh; overflow: auto; border: none; border-radius: 8px;
  padding: 0; color: #1f2933; background: #ffffff; box-shadow: 0 8px 32px rgba(0,0,0,.35);
  position: fixed; inset: 0; margin: auto; height: fit-content; text-align: left; }
.lianghua-explain dialog::backdrop { background: rgba(31,41,51,.45); }
.lianghua-explain-inside { padding: 1.25rem 1.5rem; }
.lianghua-explain-inside:focus { outline: none; }
.lianghua-explain h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
.lianghua-explain section + section { border-top: 1px solid #e4e7eb; padding-top: 1rem; }
.lianghua-explain dt { font-weight: 600; font-size: .875rem; color: #52606d; }
.lianghua-explain dd { margin: 0 0 .6rem; line-height: 1.5; font-weight: 400; font-size: 1rem;
  white-space: pre-line; }
.lianghua-explain-close {
  float: right; padding: .4rem 1.2rem; border: 1px solid #0b4f8a; border-radius: 4px;
  color: #0b4f8a; background: #ffffff; margin-bottom: 1rem; }
</style>
"""


class ExplainWidget(ipyvuetify.VuetifyTemplate):
    """A small "?" that opens the browser's own dialog: Escape closes it, focus comes back."""

    template = traitlets.Unicode(EXPLAIN).tag(sync=True)
    content = traitlets.Unicode("[]").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    done = traitlets.Unicode("").tag(sync=True)
    name = traitlets.Unicode("").tag(sync=True)


def Explain(output: str | Sequence[str], view: View) -> None:
    """ "Explain this number" for one output or several, one below the other."""
    _Explained((output,) if isinstance(output, str) else tuple(output), view.lang)


@solara.component
def _Explained(names: tuple[str, ...], lang: str) -> None:
    """Of names and language only: runs that come in draw none of it anew."""
    titles = ("、" if lang == "zh" else ", ").join(
        str(getattr(BY_NAME[name], lang)) for name in names[:3]
    )
    parts = [
        {
            "title": str(getattr(BY_NAME[name], lang)),
            "rows": explanation(name, lang, uncertainty=name == names[-1]),
        }
        for name in names
    ]
    ExplainWidget.element(
        content=json.dumps(parts, ensure_ascii=False),
        label=text("shared.explain", lang, title=titles),
        done=text("shared.close", lang),
        name=names[0],
    )


@solara.component
def Choose(
    options: Sequence[tuple[str, str]],
    value: str,
    on_value: Callable[[str], None],
    label: str,
    name: str,
) -> None:
    """A row of buttons of which one is pressed; `options` are codes and words."""
    attributes = {"role": "group", "aria-label": label, "data-testid": name}
    with solara.Div(classes=["lianghua-choose"], attributes=attributes):
        for code, word in options:
            _Pressed(code == value, word, lambda code=code: on_value(code), f"{name}-{code}")


@solara.component
def _Pressed(pressed: bool, word: str, on_click: Callable[[], None], name: str) -> None:
    button = solara.v.Btn(
        small=True, outlined=not pressed, depressed=True, color=CURRENT, dark=pressed,
        class_="mr-1 mb-1", style_="text-transform:none",
        attributes={"data-testid": name, "aria-pressed": str(pressed).lower()}, children=[word],
    )  # fmt: skip
    solara.v.use_event(button, "click", lambda *_: on_click())


def table_html(frame: pd.DataFrame, caption: str) -> str:
    """A frame as an HTML table with a caption; numbers with the digits that count."""
    made = str(frame.to_html(index=False, border=0, na_rep="–", float_format=plain))
    head, _, rest = made.partition(">")
    return f"{head}><caption>{html.escape(caption)}</caption>{rest}"


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A frame as CSV that spreadsheets open with Chinese intact."""
    return for_spreadsheets(frame).to_csv(index=False).encode("utf-8-sig")


def filename(caption: str) -> str:
    """A file's name from a caption."""
    kept = "".join(one if one.isalnum() else "_" for one in caption)
    return f"{'_'.join(part for part in kept.split('_') if part) or 'table'}.csv"


@solara.component
def Table(frame: Frame, caption: str, view: View, name: str = "table") -> None:
    """The table under a chart: closed at first, scrollable, with a download of just this table."""
    opened, set_opened = solara.use_state(False)
    button = solara.v.Btn(
        small=True, text=True, color=MUTED, class_="lianghua-table-switch", style_="text-transform:none",
        attributes={"data-testid": f"table-{name}", "aria-expanded": str(opened).lower()},
        children=[("▾ " if opened else "▸ ") + view.say("shared.table")],
    )  # fmt: skip
    solara.v.use_event(button, "click", lambda *_: set_opened(not opened))
    solara.Div(children=[button])
    if opened:
        table_of(frame() if callable(frame) else frame, caption, view)


def table_of(frame: pd.DataFrame, caption: str, view: View) -> None:
    """An open table that scrolls, and its download."""
    solara.HTML(
        tag="div",
        unsafe_innerHTML=table_html(frame, caption),
        class_="lianghua-table",
        attributes={"tabindex": "0", "role": "region", "aria-label": caption},
    )
    solara.FileDownload(
        lambda: csv_bytes(frame),
        filename=filename(caption),
        label=view.say("shared.download"),
        mime_type="text/csv",
    )


@solara.component
def ChartCard(
    title: str,
    view: View,
    outputs: str | Sequence[str] = (),
    frame: Frame | None = None,
    note: str = "",
    name: str = "table",
    children: Sequence[Any] = (),
) -> None:
    """A chart with its title, its explanation and its table (`with ChartCard(...): Chart(...)`).

    `note` is a sentence under the title; `name` tells the table's switch from others in tests.
    """
    with solara.Div(classes=["lianghua-card"]):
        with solara.Row(
            gap="8px", justify="space-between", style={"align-items": "center", "color": TEXT}
        ):
            solara.HTML(tag="h3", unsafe_innerHTML=html.escape(title))
            if outputs:
                Explain(outputs, view)
        if note:
            solara.HTML(tag="p", unsafe_innerHTML=html.escape(note),
                        style=f"color:{MUTED};margin:.25rem 0")  # fmt: skip
        solara.Column(children=list(children), gap="4px")
        if frame is not None:
            Table(frame, title, view, name)
