"""Lines and columns on a screen, where a Chinese character takes two places."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence (a decimal point does not)."""
    found = re.match(r".*?(?:[。!?]|[.!?](?=\s|$))", text, re.DOTALL)
    return " ".join((found[0] if found else text).split())


def padded(text: str, width: int, right: bool = False) -> str:
    """Padded to a width on screen, where a Chinese character takes two places."""
    spaces = " " * max(0, width - cell_len(text))
    return spaces + text if right else text + spaces


def wrapped(before: str, words: Iterable[str], width: int = 100) -> str:
    """Words in lines below each other, after `before`."""
    lines, line = [], before
    for word in words:
        if cell_len(line) + len(word) + 1 > width:
            lines.append(line.rstrip())
            line = " " * cell_len(before)
        line += word + " "
    return "\n".join([*lines, line.rstrip()])
