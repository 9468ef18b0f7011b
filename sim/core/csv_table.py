"""The one reader of CSV files that a user hands over.

What Excel and statistical offices write is taken: UTF-8 with or without byte order marks, UTF-16,
GB 18030 (and so GBK); commas, semicolons, tabs or bars; a first line `sep=;`; decimal commas where
commas do not separate cells; thousands in groups; any line ends; empty rows and columns at the end.
Whatever is not plain UTF-8 with commas is said in one line on stderr.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.core.errors import InputError
from sim.core.files import content_of

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MOST_MB = 50
_SAMPLE = 50
"""Rows by which it is told what separates cells."""
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?[,;|\t]*[ \r]*', re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_SWAPPED = str.maketrans(",.", ".,")
_ENCODINGS = {"utf-8": "UTF-8", "gb18030": "GB 18030", "utf-16": "UTF-16",
              "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}  # fmt: skip
Row = tuple[int, tuple[str, ...]]
"""The line in the file where a row begins, and its cells, one for each column."""


@dataclass(frozen=True)
class CsvTable:
    """A table as text: names of columns and rows with their lines, all without outer spaces.

    `seen` says how the file differs from plain UTF-8 with commas, empty where it does not.
    """

    path: Path
    sha256: str
    columns: tuple[str, ...]
    header_line: int
    rows: tuple[Row, ...]
    seen: str
    decimal_comma: bool
    _unclear: InputError | None = None

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Every row as its line in the file and its cells by column."""
        for line, cells in self.rows:
            yield line, dict(zip(self.columns, cells, strict=True))

    def number(self, cell: str) -> float | None:
        """A cell as a finite number, None if it is none.

        Raises InputError where the table leaves open what its commas or points mean: in a table
        without commas between cells a number such as 7.610 alone may be 7610 as well.
        """
        if self._unclear is not None and set(cell) & set(",."):
            raise self._unclear
        value = _number(cell.translate(_SWAPPED) if self.decimal_comma else cell)
        return value if value is not None and math.isfinite(value) else None


def read_csv(path: Path | str, *, short_rows: bool = False) -> CsvTable:
    """Read a table with a line of names; empty rows at its end are left out.

    With `short_rows` a row may have fewer cells than there are columns: the others are empty.
    Raises InputError naming file, line, what was given and what is allowed.
    """
    where = Path(path)
    content = _content(where)
    text, encoding = _text(where, content)
    lines, separator = _lines(where, text)
    header_line, header = lines[0]
    rows = _whole_rows(where, lines, short_rows)
    names = tuple(header[: _used(header)])
    for name in names:
        if name and names.count(name) > 1:
            key = f"line {header_line}, column {name}"
            raise InputError(where, key, f"{name} twice", "each column once")
    decimal_comma, unclear = _decimal_mark(where, rows, separator)
    seen = [encoding] if encoding else []
    seen += [SEPARATORS[separator]] if separator != "," else []
    seen += ["decimal commas"] if decimal_comma else []
    dropped = len(lines) - 1 - len(rows)
    seen += [f"{dropped} empty rows at the end left out"] if dropped else []
    table = CsvTable(
        where, hashlib.sha256(content).hexdigest(), names, header_line, rows, ", ".join(seen),
        decimal_comma, unclear,
    )  # fmt: skip
    if table.seen and sys.stderr is not None:
        print(f"lianghua: {where}: read as {table.seen}", file=sys.stderr)
    return table


def _content(path: Path) -> bytes:
    content = content_of(path, "a CSV file", _MOST_MB)
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        allowed = "CSV: in Excel, Save As, CSV UTF-8"
        raise InputError(path, "", "an Excel workbook", allowed)
    return content


def _text(path: Path, content: bytes) -> tuple[str, str]:
    """Text without byte order marks, and the encoding where it is not plain UTF-8."""
    encodings = ["utf-8", "gb18030"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif b"\0" in content[:2] and len(content) > 1:
        encodings = ["utf-16-be" if content[0] == 0 else "utf-16-le"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        plain = text.lstrip("\ufeff")
        # One mark is what Excel calls CSV UTF-8; more come of programs that add one again.
        marks = len(text) - len(plain)
        said = "" if encoding == "utf-8" else _ENCODINGS[encoding]
        return plain, "UTF-8 with several byte order marks" if marks > 1 and not said else said
    raise InputError(path, "", "bytes that are no text", "UTF-8, UTF-16 or GB 18030")


def _lines(path: Path, text: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Rows with their line numbers, cells stripped, from the header on; and what separates cells.

    Lines with nothing at all are left out; rows of empty cells are not.
    """
    first, _, rest = text.partition("\n")
    told = _SEPARATOR_LINE.fullmatch(first)
    begins = 1
    if told:
        if told[1] not in SEPARATORS:
            allowed = (
                "one of " + " ".join(mark for mark in SEPARATORS if mark != "\t") + " or a tab"
            )
            raise InputError(path, "line 1", first.strip(), f"sep= and {allowed}")
        separator, text, begins = told[1], rest, 2
    else:
        separator = _separator(text)
    offset = begins - 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            kept = [cell.strip() for cell in cells]
            # Before the header nothing counts; between rows a line of separators is a row.
            if any(kept) or (found and len(kept) > 1):
                found.append((begins, kept))
            begins = reader.line_num + 1 + offset
    except csv.Error as error:
        key = f"line {reader.line_num + offset}"
        raise InputError(path, key, str(error), "CSV") from None
    if not found:
        raise InputError(path, "", "nothing", "a header and rows")
    return found, separator


def _separator(text: str) -> str:
    """What splits all rows alike, or else the header into most cells."""

    def fit(mark: str) -> tuple[bool, int, int]:
        sizes: list[int] = []
        try:
            for cells in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
                if any(cell.strip() for cell in cells):
                    sizes.append(len(cells))
                if len(sizes) == _SAMPLE:
                    break
        except csv.Error:
            return False, 0, 0
        size = sizes[0] if sizes else 0
        alike = sizes.count(size)
        # A header in one piece says nothing: commas then.
        return (alike == len(sizes), size, alike) if size > 1 else (False, 0, 0)

    return max(SEPARATORS, key=fit)


def _whole_rows(
    path: Path, lines: Sequence[tuple[int, list[str]]], short_rows: bool
) -> tuple[Row, ...]:
    """Rows below the header with a cell for each column, without the empty ones at the end."""
    size = _used(lines[0][1])
    last = max((place for place, (_, cells) in enumerate(lines) if any(cells)), default=0)
    rows = []
    for number, cells in lines[1 : last + 1]:
        if _used(cells) > size or (len(cells) < size and not short_rows):
            allowed = f"a cell for each column, {size}"
            raise InputError(path, f"line {number}", f"{len(cells)} cells", allowed)
        rows.append((number, tuple([*cells, *[""] * size][:size])))
    return tuple(rows)


def _used(cells: Sequence[str]) -> int:
    """Cells up to the last that holds something."""
    return max((place + 1 for place, cell in enumerate(cells) if cell), default=0)


def _number(cell: str) -> float | None:
    """A cell written with a decimal point, groups of thousands parted by commas."""
    plain = cell.replace(",", "") if _GROUPED.fullmatch(cell) else cell
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _decimal_mark(
    path: Path, rows: Sequence[Row], separator: str
) -> tuple[bool, InputError | None]:
    """Are decimals written with a comma? With an error where that cannot be told."""
    if separator == ",":
        return False, None
    comma = point = either = None
    for line, cells in rows:
        for cell in cells:
            if "," not in cell and "." not in cell:
                continue
            with_point, with_comma = _number(cell), _number(cell.translate(_SWAPPED))
            if with_point is None and with_comma is not None:
                comma = comma or (line, cell)
            elif with_point is not None and with_comma is None:
                point = point or (line, cell)
            elif with_point is not None:
                either = either or (line, cell)
    if comma and point:
        given = f"{comma[1]} and, in line {point[0]}, {point[1]}"
        return False, InputError(path, f"line {comma[0]}", given, "one decimal mark in a table")
    if either and not comma and not point:
        # Nothing else in the table tells a thousand from one and a part.
        line, cell = either
        mark, word = (",", "comma") if "," in cell else (".", "point")
        allowed = (
            f"{cell.replace(mark, '')} or {cell.replace(mark, '.')}: the {word} may be either;"
            f" {cell}0 would be a decimal {word} in the whole table"
        )
        return False, InputError(path, f"line {line}", cell, allowed)
    return comma is not None, None
