"""The scoreboard and the list of series on the terminal."""

from __future__ import annotations

from rich.table import Table

from calibration.series import PROVINCE, catalogue, describe
from calibration.validation import Validation
from calibration.validation_rows import board_rows, forecast_rows, notes, point_rows
from sim.screen import say, show

READINGS = {
    "end": ("年末", "end of year"), "mean": ("年平均", "mean of the year"),
    "sum": ("全年合计", "sum of the year"),
}  # fmt: skip


def validation_tables(validation: Validation, lang: str) -> None:
    """Scoreboard and outcomes of every vintage, then the forecasts of the last."""
    scores = validation.scoreboard()
    for vintage in dict.fromkeys(one.vintage for one in validation.forecasts.ensembles):
        board = board_rows(scores, vintage, lang)
        if not board[2]:
            say(board[0])
            continue
        _show(board, 2)
        _show(point_rows(validation.points, vintage, lang), 2)
    _show(forecast_rows(validation, lang), 2)
    for text in notes(validation, lang):
        say(text)


def series_list(lang: str) -> None:
    """Every series with label, unit, reading within a year and regions."""
    rows = []
    for one in catalogue().values():
        name = describe(one.name, lang)
        where = PROVINCE if len(one.regions) == 1 else f"{PROVINCE}, 11 cities"
        if PROVINCE not in one.regions:
            where = "11 cities"
        if lang == "zh":
            where = where.replace(PROVINCE, "浙江").replace(", ", "、").replace("11 cities", "11市")
        reading = READINGS[one.within_year][0 if lang == "zh" else 1]
        rows.append([one.name, str(name["label"]), str(name["unit"]), reading, where])
    _show(("", [""] * 5, rows), 5)


def _show(table: tuple[str, list[str], list[list[str]]], left: int) -> None:
    """A table whose first `left` columns are words."""
    title, head, rows = table
    shown = Table(title=title, show_header=any(head), box=None if not any(head) else Table().box)
    for place, text in enumerate(head):
        words = place < left or place == len(head) - 1
        shown.add_column(text, justify="left" if words else "right")
    for row in rows:
        shown.add_row(*row)
    show(shown, first=min(left, 2))
