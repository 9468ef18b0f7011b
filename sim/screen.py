"""Tables and sentences on a screen of any width: numbers are never cut.

A table that is wider than the screen wraps words within cells; columns for which there is no room
go on below, beside the same first columns. A Chinese character takes two places.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

ON_A_PIPE = 200
"""Places of a line where there is no screen to fit."""
_LONGEST = 12
"""Places that a word without a figure may need; a longer one may be broken."""
_JOINED = "\u00a0"
_RUN = re.compile(r"[ \t]+|个百分点|[^\s\u2e80-\u9fff\uf900-\uffef]+[\u3001-\u3003\uff01-\uff0f\uff1a-\uff1f》」』】]*|"
                  r"[\u2e80-\u9fff\uf900-\uffef][\u3001-\u3003\uff01-\uff0f\uff1a-\uff1f》」』】]*|\s")  # fmt: skip
_PART = re.compile(r"[-+−±]?\d[\d,.]*%?|[^\d_/.=+−±-]+[_/.=-]*|.")


def width(on_a_pipe: int = ON_A_PIPE) -> int:
    """Places of a line: COLUMNS where it is set, else those of the screen or of a pipe."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    return Console().width if sys.stdout is not None and sys.stdout.isatty() else on_a_pipe


def say(text: str) -> None:
    """A sentence on stdout, in lines of the screen."""
    print("\n".join(line for one in text.split("\n") for line in wrapped(one, width())))


def show(table: Table, first: int = 1, on_a_pipe: int = ON_A_PIPE) -> None:
    """Print a table; where it is too wide its `first` columns stand beside every part.

    Cells are plain text: brackets are no markup.
    """
    screen = width(on_a_pipe)
    columns = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    left = [column.justify != "right" for column in table.columns]
    natural = [max((_longest_line(cell) for cell in cells), default=0) for cells in columns]
    least = [
        _least(cells, most, screen, words, place < first)
        for place, (cells, most, words) in enumerate(zip(columns, natural, left, strict=True))
    ]
    title = str(table.title or "")
    for chosen in _blocks(natural, least, first, screen):
        widths = _widths([natural[i] for i in chosen], [least[i] for i in chosen],
                         [left[i] for i in chosen], screen)  # fmt: skip
        total = sum(widths) + _frame(len(widths))
        part = Table(
            title=Text("\n".join(wrapped(title, max(total, _least_of(title))))) if title else None,
            title_justify=table.title_justify, show_header=table.show_header, box=table.box,
        )  # fmt: skip
        for place, size in zip(chosen, widths, strict=True):
            header = Text("\n".join(wrapped(columns[place][0], size)))
            part.add_column(header, justify=table.columns[place].justify, width=size)
        for number, row in enumerate(table.rows, 1):
            cells = [
                Text("\n".join(line for one in columns[place][number].split("\n")
                               for line in wrapped(one, size)))
                for place, size in zip(chosen, widths, strict=True)
            ]  # fmt: skip
            part.add_row(*cells, end_section=row.end_section)
        # Wider than a very narrow screen rather than a figure in two pieces.
        # Without a height the library takes 80 places for a screen that it knows nothing of.
        Console(width=max(screen, total), height=len(table.rows)).print(part)
        title = ""


def wrapped(text: str, size: int) -> list[str]:
    """Lines of at most `size` places, if no figure needs more; a figure is in one piece."""
    lines, line = [], ""
    for piece in _pieces(text, size):
        if line and cell_len((line + piece).rstrip()) > size:
            lines.append(line.rstrip())
            line = ""
        if not piece.isspace() or line or not lines:
            line += piece
    return [one.replace(_JOINED, " ") for one in (*lines, line.rstrip())]


def _pieces(text: str, size: int) -> Iterator[str]:
    """What stays in one line: words, figures with their signs, single Chinese characters."""
    for run in _runs(text):
        if cell_len(run) <= size or run.isspace():
            yield run
            continue
        for part in _PART.findall(run):
            if any(sign.isdigit() for sign in part):
                yield part
            else:
                yield from (part[at : at + size] for at in range(0, len(part), size))


def _runs(text: str) -> list[str]:
    found: list[str] = _RUN.findall(re.sub(r"(?<=\d) (?=%)", _JOINED, text))
    return found


def _least_of(text: str, longest: int = _LONGEST) -> int:
    """Places that the longest figure, or word of up to `longest` places, needs."""
    return max(map(cell_len, _pieces(text, longest)), default=0)


def _longest_line(text: str) -> int:
    return max(map(cell_len, text.split("\n")))


def _half(screen: int) -> int:
    """What a column gets where but one stands beside the first one."""
    return max(1, (screen - _frame(2)) // 2)


def _least(cells: Iterable[str], natural: int, screen: int, words: bool, first: bool) -> int:
    """The narrowest that a column may be: its figures whole, its words still read with ease."""
    needed = max((_least_of(cell, min(_LONGEST, _half(screen))) for cell in cells), default=0)
    ease = max(12, screen // 4) if first else max(8, screen // 5) if words else 6
    return max(needed, min(natural, ease, _half(screen)))


def _blocks(
    natural: Sequence[int], least: Sequence[int], first: int, screen: int
) -> Iterator[list[int]]:
    """Places of the columns that stand together, the first ones in every part."""
    count = len(natural)
    keys = list(range(min(first, count)))
    if sum(natural) + _frame(count) <= screen:
        yield list(range(count))
        return
    block = list(keys)
    for place in range(len(keys), count):
        together = [*block, place]
        if (
            len(block) > len(keys)
            and sum(least[i] for i in together) + _frame(len(together)) > screen
        ):
            yield block
            block = [*keys, place]
        else:
            block = together
    yield block


def _widths(
    natural: Sequence[int], least: Sequence[int], left: Sequence[bool], screen: int
) -> list[int]:
    """What each column of a part gets: figures first what they need, then words in turn."""
    widths = list(least)
    spare = screen - _frame(len(widths)) - sum(widths)
    for words in (False, True):
        growing = [place for place, one in enumerate(left) if one == words]
        while spare > 0 and (growing := [i for i in growing if widths[i] < natural[i]]):
            for place in growing[:spare]:
                widths[place] += 1
                spare -= 1
    return widths


def _frame(columns: int) -> int:
    """Places of lines and spaces between so many columns."""
    return 3 * columns + 1
