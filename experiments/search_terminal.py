"""What the terminal shows of a search: answers, and the check in fresh futures."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from experiments.search_page import answers, check_rows
from experiments.search_words import TEXT

if TYPE_CHECKING:
    from experiments.packages import Optimised


def show(made: Optimised, lang: str) -> None:
    """Does what stands out beat the document's own split in what it was chosen for."""
    console = Console(width=None if sys.stdout.isatty() else 200)
    check = made.check()
    heads, rows = check_rows(check[check["stated"]], lang)
    table = Table(*heads, title=TEXT[lang]["check"])
    for row in rows:
        table.add_row(*row)
    console.print(table)
    lost = made.lost(lang)
    for line in [*answers(made, check, lang), *([lost] if lost else [])]:
        console.print(line, highlight=False, markup=False)
