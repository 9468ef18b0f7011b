"""What a batch's report is made of: sections with pictures, tables and sentences for the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import pandas as pd
from matplotlib.figure import Figure

from sim.report.text import TEXT

MOST_ROWS = 200
"""Rows of a table on the page; the files have them all."""


@dataclass(frozen=True)
class Picture:
    """A figure, the name of its files, and what it shows in words."""

    name: str
    figure: Figure
    says: str


@dataclass(frozen=True)
class Section:
    """A part of the report.

    `parts` are HTML (every text in it escaped) and pictures in the order in which they stand;
    `says` are plain sentences that the answer at the top of the page takes over; `tables` go to
    files beside the figures.
    """

    title: str
    parts: tuple[str | Picture, ...]
    says: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def paragraph(*texts: str) -> str:
    """Texts as one paragraph; nothing where there are none."""
    told = " ".join(text for text in texts if text)
    return f"<p>{escape(told)}</p>" if told else ""


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], lang: str, words: Sequence[int] = (0,),
    folded: bool = False, more: str = "",
) -> str:  # fmt: skip
    """A table of texts; columns `words` are read, the others are figures.

    A folded one opens at a click. `more` says, with {n}, how many rows were left out.
    """
    kind = ['class="text"' if place in words else "" for place in range(len(head))]
    top = "".join(_cell("th", mark, text) for mark, text in zip(kind, head, strict=True))
    body = "".join(
        "<tr>" + "".join(_cell("td", mark, text) for mark, text in zip(kind, row, strict=True)) + "</tr>"
        for row in rows[:MOST_ROWS]
    )  # fmt: skip
    first = f"<tr>{top}</tr>" if any(head) else ""
    made = f'<div class="wide"><table>{first}{body}</table></div>'
    if len(rows) > MOST_ROWS and more:
        made += paragraph(more.format(n=len(rows) - MOST_ROWS))
    if not folded:
        return made
    label = f"{TEXT[lang]['table']} ({len(rows)})"
    return f"<details><summary>{escape(label)}</summary>{made}</details>"


def _cell(tag: str, mark: str, text: str) -> str:
    return f"<{tag}{' ' if mark else ''}{mark}>{escape(text)}</{tag}>"
