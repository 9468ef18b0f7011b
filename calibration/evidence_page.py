"""The evidence page as one HTML file, and its summary on the terminal."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.table import Table as Grid

from calibration.evidence_parts import Part, Table
from calibration.evidence_tables import FitTable, Found
from calibration.evidence_words import WORDS
from sim import __version__, screen
from sim.core.errors import InputError
from sim.initial import versions
from sim.report.html import page
from sim.world.data import load_data

SUFFIX = ".html"
LONG = 40
"""Places on a screen from which on a cell is a sentence."""


def html(parts: Sequence[Part], manifest: dict[str, Any], lang: str, command: str) -> str:
    """The whole page; tables that are not for everybody are folded."""
    words = WORDS[lang]
    body = [f"<p>{escape(words['about'])}</p>"]
    for number, part in enumerate(parts, 1):
        body.append(f'<h2 id="{part.key}">{number}. {escape(words[part.key])}</h2>')
        body += [f"<p>{escape(text)}</p>" for text in part.statements]
        body += [_table(one) for one in part.tables]
    title = words["title"].format(version=__version__)
    return page(title, body, words["uncertainty"], manifest, lang, command)


def manifest(fit: FitTable, sensitivity: Found | None, validation: Found | None) -> dict[str, Any]:
    """Where the page comes from."""
    studies: Mapping[str, Found | None] = {"sensitivity": sensitivity, "validation": validation}
    return {
        "program": "lianghua", "version": __version__, "command": "describe evidence",
        "fit": dict(fit.provenance), "fitted": bool(fit.parameters),
        **{name: dict(one.manifest) for name, one in studies.items() if one is not None},
        "versions": versions(), "data": dict(load_data().checksums),
    }  # fmt: skip


def repeat(lang: str, scale: float, folders: Mapping[str, Path | None]) -> str:
    """The command that makes the page again."""
    given = "".join(f" --{name} {path}" for name, path in folders.items() if path is not None)
    return f"lianghua describe evidence{given} --scale {scale:g} --lang {lang} --out evidence.html"


def check(out: Path, force: bool) -> None:
    """Refuse a file that cannot be written, before any work is done."""
    parent = out.parent
    if out.suffix != SUFFIX:
        raise InputError(out, "--out", out.name, f"a file that ends in {SUFFIX}")
    if out.is_dir() or (out.exists() and not force):
        what = "a folder" if out.is_dir() else "a file that is there"
        raise InputError(out, "--out", what, "a new file, or --force")
    if parent.exists() and not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
        raise InputError(
            out, "--out", f"{parent} cannot be written", "a folder that can be written"
        )


def write(text: str, out: Path) -> None:
    """The file whole or not at all."""
    fresh = out.with_name(f".{out.name}-{secrets.token_hex(6)}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(out)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(out, "--out", why, "a file that can be written") from None
    finally:
        fresh.unlink(missing_ok=True)


def show(parts: Sequence[Part], lang: str) -> None:
    """Statements and the tables that are for everybody."""
    words = WORDS[lang]
    screen.say(words["title"].format(version=__version__))
    for number, part in enumerate(parts, 1):
        screen.say(f"\n{number}. {words[part.key]}")
        for text in part.statements:
            screen.say(text)
        for one in part.tables:
            if one.shown:
                screen.show(_grid(one))
            else:
                more = words["more"].format(rows=len(one.rows))
                screen.say(f"- {one.title}: {more}")


def _table(one: Table) -> str:
    kind = [_kind(one, place) for place in range(len(one.head))]
    top = "".join(f"<th{c}>{escape(text)}</th>" for c, text in zip(kind, one.head, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{c}>{escape(cell)}</td>" for c, cell in zip(kind, row, strict=True))
        + "</tr>"
        for row in one.rows
    )
    head = f"<tr>{top}</tr>" if any(one.head) else ""
    made = f'<div class="wide"><table>{head}{body}</table></div>'
    if one.shown:
        return f"<h3>{escape(one.title)}</h3>{made}"
    return f"<details><summary>{escape(one.title)} ({len(one.rows)})</summary>{made}</details>"


def _kind(one: Table, place: int) -> str:
    """Class of a column: Chinese breaks anywhere, so that sentences need a width to keep."""
    if place in one.numbers:
        return ""
    long = any(cell_len(row[place]) > LONG for row in one.rows)
    return ' class="text long"' if long else ' class="text"'


def _grid(one: Table) -> Grid:
    grid = Grid(title=one.title, show_header=any(one.head))
    for place, text in enumerate(one.head):
        grid.add_column(text, justify="right" if place in one.numbers else "left")
    for row in one.rows:
        grid.add_row(*row)
    return grid
