"""A story as it is read in the page: its parts, and its own page to take along."""

from __future__ import annotations

import html
from typing import Any

import solara

from sim.view.looking import View

INDENT = 1.2
"""Width of a step of indentation, in letters."""


def story_html(parts: list[dict[str, Any]], opened: int = 1) -> str:
    """Parts of a story as headings that open and close; the first stand open."""
    made = []
    for place, part in enumerate(parts):
        lines = "".join(
            f'<p style="margin:.2rem 0 .2rem {INDENT * depth}em">{html.escape(line)}</p>'
            for depth, line in part["lines"]
        )
        state = " open" if place < opened else ""
        made.append(
            f"<details{state}><summary>{html.escape(part['title'])}</summary>{lines}</details>"
        )
    return "".join(made)


STYLE = """
.lianghua-story { line-height: 1.6; overflow-wrap: anywhere; }
.lianghua-story summary { cursor: pointer; font-weight: 600; padding: .3rem 0; }
.lianghua-story details > p { max-width: 60em; }
"""


@solara.component
def Told(view: View, told: dict[str, Any], kind: str, closed: bool = False) -> None:
    """The story and its download; `closed` leaves all its parts closed at first."""
    number = told.get("firm", told.get("city"))
    parts = told["parts"] if not closed else [
        told["parts"][0] | {"title": view.say("story.read", title=told["title"])}, *told["parts"][1:]
    ]  # fmt: skip
    solara.Style(STYLE)
    solara.HTML(
        tag="div", unsafe_innerHTML=story_html(parts, 0 if closed else 1), class_="lianghua-story",
        attributes={"data-testid": f"story-{kind}"},
    )  # fmt: skip
    solara.FileDownload(
        told["html"].encode(), filename=f"story_{kind}_{number}_{view.lang}.html",
        label=view.say("story.download"), mime_type="text/html",
    )  # fmt: skip
