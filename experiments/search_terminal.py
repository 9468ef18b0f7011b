"""What the terminal shows of a search: answers, and the check in fresh futures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from experiments.search_page import answers, check_rows
from experiments.search_words import TEXT
from sim import screen

if TYPE_CHECKING:
    from experiments.packages import Optimised


def show(made: Optimised, lang: str) -> None:
    """Does what stands out beat the document's own split in what it was chosen for."""
    check = made.check()
    heads, rows = check_rows(check[check["stated"]], lang)
    table = Table(*heads, title=TEXT[lang]["check"])
    for row in rows:
        table.add_row(*row)
    screen.show(table)
    lost = made.lost(lang)
    for line in [*answers(made, check, lang), *([lost] if lost else [])]:
        screen.say(line)
