"""Answers and columns of a batch on the terminal."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.table import Table

from experiments.query import Answer
from sim.screen import ON_A_PIPE, say, show

_WORDS = {
    "zh": {"more": "还有更多行:用 --limit 或 --out", "none": "没有行"},
    "en": {"more": "there are more rows: --limit or --out", "none": "no rows"},
}


def answer_table(answer: Answer, lang: str) -> None:
    """The rows of an answer, and whether there are others."""
    table = Table()
    numbers = [
        all(isinstance(row[place], int | float) or row[place] is None for row in answer.rows)
        for place in range(len(answer.columns))
    ]
    for name, number in zip(answer.columns, numbers, strict=True):
        table.add_column(name, justify="right" if number else "left")
    for row in answer.rows:
        table.add_row(*map(_shown, row))
    show(table, on_a_pipe=max(ON_A_PIPE, 20 * len(answer.columns)))
    if answer.more or not answer.rows:
        say(_WORDS[lang]["more" if answer.more else "none"])


def columns_table(columns: pd.DataFrame) -> None:
    """Every table's columns with type, labels and units, as they are written in SQL."""
    for name, rows in columns.groupby("table", sort=False):
        table = Table(title=str(name), title_justify="left")
        for header in ("column / 列", "type", "中文", "English", "单位", "unit"):
            table.add_column(header)
        for row in rows.itertuples():
            cells = (_quoted(str(row.column)), row.type, row.zh, row.en, row.unit_zh, row.unit_en)
            table.add_row(*map(str, cells))
        show(table)


def _quoted(name: str) -> str:
    """A column's name as SQL takes it."""
    return name if name.isidentifier() else f'"{name}"'


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.7g}"
    return str(value)
