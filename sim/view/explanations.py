"""What an output means and how it is made, in words, from its declaration."""

from __future__ import annotations

from sim.outputs import BY_NAME
from sim.view.numbers import unit
from sim.view.words import text


def explanation(output: str, lang: str) -> list[tuple[str, str]]:
    """Heading and text of everything a reader may ask of an output."""
    declared = BY_NAME[output]
    rows = [
        (text("explain.unit", lang), unit(output, lang)),
        (text("explain.uncertainty", lang), text("explain.interval", lang)),
    ]
    note = str(getattr(declared, f"note_{lang}"))
    return rows + ([(text("explain.weak", lang), note)] if note else [])
