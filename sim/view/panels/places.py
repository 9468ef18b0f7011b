"""What the panels of places share: names of cities, a select box, a sentence while waiting."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import pandas as pd
import solara

from sim.view.colours import MUTED
from sim.view.live import Answer
from sim.view.looking import View
from sim.view.panels.shared import table_html
from sim.view.problems import framed
from sim.view.snapshot import Snapshot
from sim.words import few_rows_note
from sim.world.data import load_data


def cities(lang: str) -> list[str]:
    """Names of the cities in their order."""
    return [str(name) for name in load_data().cities[f"name_{lang}"]]


def with_few_rows(words: str, snapshot: Snapshot, lang: str, city: str = "") -> str:
    """A note on figures of cities (or of one, by its English name), with those of few rows."""
    return " ".join(filter(None, [words, few_rows_note(snapshot.few_rows, lang, city)]))


@solara.component
def Controls(children: Sequence[Any] = ()) -> None:
    """A row of controls that wraps on a phone."""
    solara.Div(
        children=list(children),
        style={"display": "flex", "flex-wrap": "wrap", "gap": "10px", "align-items": "center",
               "margin": "8px 0 12px"},
    )  # fmt: skip


@solara.component
def Beside(children: Sequence[Any] = ()) -> None:
    """Parts side by side where there is room, else one below the other."""
    solara.Div(
        children=[
            solara.Div(children=[one], style={"flex": "1 1 min(420px, 100%)", "min-width": "0"})
            for one in children
        ],
        style={"display": "flex", "flex-wrap": "wrap", "gap": "16px"},
    )


@solara.component
def Figures(frame: pd.DataFrame, caption: str, height: str = "") -> None:
    """A table that is always open, with its caption read out; scrolls by itself."""
    solara.HTML(
        tag="div", unsafe_innerHTML=table_html(frame, caption), class_="lianghua-table",
        style=f"max-height:{height}" if height else "",
        attributes={"tabindex": "0", "role": "region", "aria-label": caption},
    )  # fmt: skip


@solara.component
def Note(words: str, name: str = "") -> None:
    """A sentence of less weight."""
    solara.HTML(
        tag="p", unsafe_innerHTML=html.escape(words), style=f"color:{MUTED};margin:.4rem 0",
        attributes={"data-testid": name} if name else {},
    )  # fmt: skip


@solara.component
def Waiting(view: View, answer: Answer, name: str) -> None:
    """What is said while an answer is worked out, or why there is none."""
    words = framed(answer.error, view.lang) or (
        view.say("places.waiting") if answer.waiting else ""
    )
    solara.HTML(
        tag="div", unsafe_innerHTML=html.escape(words), style=f"color:{MUTED}",
        attributes={"role": "status", "aria-live": "polite", "data-testid": f"status-{name}"},
    )  # fmt: skip
    if answer.waiting:
        # Named: the library's own bar is not.
        solara.v.Html(tag="progress", attributes={"aria-label": view.say("server.busy")})
