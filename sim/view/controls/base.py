"""What the controls share: a widget with one JSON string, and how all of them look."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ipyvuetify
import traitlets

from sim.view.colours import CURRENT, GRID, MUTED, SOFT, SURFACE, TEXT

STYLE = """
<style id="lianghua-controls">
.lh-button { font: inherit; font-size: .875em; line-height: 1.4; padding: .3em .8em; margin: 0 .25em .25em 0;
  border: 1px solid #CURRENT; border-radius: 4px; background: #SURFACE; color: #CURRENT; cursor: pointer; }
.lh-button:hover:not(:disabled) { background: #SOFT; }
.lh-button:focus-visible, .lh-input:focus-visible, .lianghua-lever input:focus-visible,
.lianghua-lever select:focus-visible { outline: 3px solid #CURRENT; outline-offset: 2px; }
.lh-button:disabled { color: #MUTED; border-color: #GRID; cursor: default; }
.lh-button[aria-pressed="true"] { background: #CURRENT; color: #SURFACE; }
.lh-primary, .lh-primary:hover:not(:disabled) { background: #CURRENT; color: #SURFACE; }
.lh-primary:disabled { background: #SOFT; }
.lh-plain { border-color: transparent; padding: .3em .5em; }
.lh-input { font: inherit; padding: .3em .5em; border: 1px solid #MUTED; border-radius: 4px;
  background: #SURFACE; color: #TEXT; max-width: 100%; }
select.lh-input { appearance: auto; -webkit-appearance: auto; }
.lh-button .v-icon { color: inherit !important; }
.lianghua-downloads .v-btn { text-transform: none; letter-spacing: normal; }
.lh-note { color: #MUTED; font-size: .875em; margin: .2em 0; line-height: 1.45; }
.lh-chip { display: inline-flex; align-items: center; gap: .3em; border: 1px solid #GRID; border-radius: 1em;
  padding: .05em .3em .05em .7em; margin: 0 .3em .3em 0; background: #SOFT; font-size: .875em; max-width: 100%; }
.lh-dot { width: .8em; height: .8em; border-radius: 50%; flex: none; }
</style>
"""
for _name, _colour in (
    ("CURRENT", CURRENT), ("SURFACE", SURFACE), ("SOFT", SOFT), ("MUTED", MUTED), ("GRID", GRID),
    ("TEXT", TEXT),
):  # fmt: skip
    STYLE = STYLE.replace(f"#{_name}", _colour)


class Control(ipyvuetify.VuetifyTemplate):
    """A widget drawn from `board`; what a person does comes back as a small table of plain values.

    The browser is not trusted: handlers check what they are given.
    """

    board = traitlets.Unicode("{}").tag(sync=True)
    on_event = traitlets.Any(None, allow_none=True)

    def vue_event(self, data: Any) -> None:
        """A person did something."""
        if self.on_event and isinstance(data, dict):
            self.on_event(data)


def board(content: dict[str, Any]) -> str:
    """What a control draws, as its widget takes it."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def words(say: Callable[..., str], *keys: str) -> dict[str, str]:
    """Texts of a part of the catalogue by their last key: `controls.undo` as `undo`."""
    return {key.split(".")[-1]: say(key) for key in keys}
