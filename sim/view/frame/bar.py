"""The bar above: name, the pages there are, language, large type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara
import traitlets

from sim.view.choice import Choice
from sim.view.controls.base import STYLE, Control, board
from sim.view.words import text

PAGES = ("room", "workshop", "results")
"""The policy room, the workshop with teams, finished studies."""

TEMPLATE = (
    """
<template>
  <header class="lianghua-bar">
    <h1>{{ b.title }}</h1>
    <nav :aria-label="b.words.pages">
      <button v-for="one in b.pages" :key="one[0]" type="button" class="lh-button lh-plain" :class="'lianghua-page-' + one[0]"
        :data-testid="'page-' + one[0]" :aria-current="one[0] === b.page ? 'page' : null"
        @click="event({page: one[0]})">{{ one[1] }}</button>
    </nav>
    <span class="lianghua-gap"></span>
    <button type="button" class="lh-button lianghua-large-switch" data-testid="large" :aria-pressed="b.large ? 'true' : 'false'"
      :title="b.words.large_tip" @click="event({large: !b.large})">{{ b.words.large }}</button>
    <button type="button" class="lh-button lianghua-language" data-testid="language" :lang="b.other" @click="event({lang: b.other_code})">{{ b.words.other }}</button>
  </header>
</template>
<script>
module.exports = {
  computed: { b() { return JSON.parse(this.board); } },
  watch: { board: { immediate: true, handler() {
    document.documentElement.lang = this.b.code;
    document.documentElement.classList.toggle('lianghua-large', this.b.large);
    document.title = this.b.title;
  } } },
}
</script>
"""
    + STYLE
)


class BarWidget(Control):
    """The bar."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)


@solara.component
def Bar(
    choice: Choice, page: str, choose: Callable[[Choice], None], turn: Callable[[str], None]
) -> None:
    """`turn` goes to another page, `choose` takes language and size of type."""
    lang = choice.lang
    other = "en" if lang == "zh" else "zh"
    content = {
        "title": text("page.title", lang),
        "page": page,
        "pages": [(name, text(f"page.{name}", lang)) for name in PAGES],
        "large": choice.large,
        "code": "zh-CN" if lang == "zh" else "en",
        "other": "en" if lang == "zh" else "zh-CN",
        "other_code": other,
        "words": {
            "pages": text("page.pages", lang),
            "large": text("page.large", lang),
            "large_tip": text("page.large_tip", lang),
            "other": text("page.other_language", lang),
        },
    }

    def told(event: dict[str, Any]) -> None:
        if event.get("page") in PAGES:
            turn(str(event["page"]))
        elif event.get("lang") in ("zh", "en"):
            choose(replace(choice, lang=str(event["lang"])))
        elif "large" in event:
            choose(replace(choice, large=bool(event["large"])))

    BarWidget.element(board=board(content), on_event=told)
