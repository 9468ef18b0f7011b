"""Workbooks of Excel, a sheet a frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from sim.core.errors import InputError

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet of Excel holds, the row of headers included."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_EXACT = 2**53
"""Whole numbers beyond this lose digits in Excel, so they stand as text."""
_LONGEST = 32_767
"""Characters that a cell holds."""


def check_sheets(sheets: Mapping[str, tuple[int, int]], where: object) -> None:
    """Refuse sheets of too many rows or columns; `sheets` gives the shape of each without headers."""
    for name, (rows, columns) in sheets.items():
        if rows + 1 > MOST_ROWS:
            allowed = f"{MOST_ROWS - 1} in a sheet; --format csv takes more"
            raise InputError(where, f"rows of {name}", rows, allowed)
        if columns > MOST_COLUMNS:
            allowed = f"{MOST_COLUMNS} in a sheet; --format csv takes more"
            raise InputError(where, f"columns of {name}", columns, allowed)


def write_workbook(sheets: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Frames as sheets by name, each with a row of headers that stays in view."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    check_sheets({name: frame.shape for name, frame in sheets.items()}, path)
    book = Workbook(write_only=True)
    for name, frame in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for row in _rows(frame):
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value)
                if isinstance(value, str):
                    # A text that starts with = is no formula.
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    book.save(path)


def _rows(frame: pd.DataFrame) -> Iterator[list[Any]]:
    yield [_cell(str(name)) for name in frame.columns]
    columns = [frame.iloc[:, place].tolist() for place in range(frame.shape[1])]
    for row in zip(*columns, strict=True):
        yield [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    """A value as a cell takes it: nothing for a missing one, text for what Excel has no number for."""
    if isinstance(value, Decimal):
        # Sums of whole numbers in SQL.
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str):
        return _CONTROL.sub(" ", value)[:_LONGEST]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    return None if value is pd.NA or value is pd.NaT else str(value)
