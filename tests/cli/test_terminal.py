"""What the terminal shows is whole on a screen of any width."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.table import Table

from sim import terminal
from sim.additionality import Ledger, ledger
from sim.allocation_rules import Laboratory, laboratory
from sim.comparison import Comparison, compare, run
from sim.outputs import BY_NAME
from sim.report.text import figure
from sim.results import Results
from sim.scoring import Scorecard, scorecard
from sim.screen import say, show, wrapped
from sim.words import headline_names

ROOT = Path(__file__).parents[2]
WIDTHS = (20, 40, 60, 80)
NUMBER = re.compile(r"[-+]?\d[\d,.]*")
FEW: dict[str, Any] = {"scale": 0.01, "workers": 1, "replicates": 2}


def printed(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[], None],
) -> str:  # fmt: skip
    monkeypatch.setenv("COLUMNS", str(width))
    capsys.readouterr()
    tell()
    return capsys.readouterr().out


@cache
def made(kind: str) -> Results | Comparison | Scorecard | Ledger | Laboratory:
    if kind == "run":
        return run("document_2014", scale=0.01, until="2012-03")
    if kind == "compare":
        return compare(["document_2014", "no_programme"], until="2012-03", **FEW)
    if kind == "scorecard":
        return scorecard(["document_2014", "no_programme"], until="2014-12", **FEW)
    if kind == "ledger":
        return ledger("document_2014", ["equipment_subsidy"], until="2015-03", follow=0, **FEW)
    return laboratory("document_2014", "equipment_subsidy", until="2015-03", follow=0,
                      rules=["formula", "contest"], **FEW)  # fmt: skip


SHOWN: dict[str, Callable[[Any, str], None]] = {
    "run": terminal.headline_of_run, "compare": terminal.headline_of_comparison,
    "scorecard": terminal.scorecard_tables, "ledger": terminal.ledger_tables,
    "laboratory": terminal.laboratory_table,
}  # fmt: skip


def assert_whole(narrow: str, wide: str, width: int) -> None:
    """Every number of the wide screen stands on the narrow one, which no line is wider than: but a
    figure that a very narrow one has no room for."""
    assert not re.search(r"\d…|\d\.\.\.", narrow)
    assert Counter(NUMBER.findall(wide)) <= Counter(NUMBER.findall(narrow))
    assert width < 40 or max(map(cell_len, narrow.splitlines())) <= width


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", SHOWN)
def test_no_number_of_a_command_is_cut(
    kind: str, lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell() -> None:
        SHOWN[kind](made(kind), lang)

    wide = printed(250, capsys, monkeypatch, tell)
    assert len(NUMBER.findall(wide)) > 10
    for width in WIDTHS:
        assert_whole(printed(width, capsys, monkeypatch, tell), wide, width)


WORDS = st.text(alphabet="abc 机器换人,_(", max_size=30)
NUMBERS = st.one_of(
    st.integers(-(10**8), 10**8).map("{:,}".format), st.floats(-1, 1).map("{:.2%}".format),
    st.integers(0, 99).map("{} %".format),
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(WORDS, NUMBERS, WORDS, NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=6),
    width=st.integers(40, 120),
)  # fmt: skip
def test_no_number_of_any_table_is_cut(rows: list[tuple[str, ...]], width: int) -> None:
    environment = pytest.MonkeyPatch()
    environment.setenv("COLUMNS", str(width))
    table = Table(title="document_2014 · 2017-12")
    for place in range(6):
        table.add_column(f"列{place}", justify="left" if place in (0, 2) else "right")
    for row in rows:
        table.add_row(*row)
    out: list[str] = []
    environment.setattr(sys.stdout, "write", out.append)
    try:
        show(table)
    finally:
        environment.undo()
    text = "".join(out)
    found = NUMBER.findall(text)
    for row in rows:
        for place in (1, 3, 4, 5):
            assert all(number in found for number in NUMBER.findall(row[place]))
    assert max(map(cell_len, text.splitlines())) <= width


def test_columns_without_room_go_on_below_beside_the_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table()
    for place in range(8):
        table.add_column(f"column {place}", justify="right" if place else "left")
    table.add_row("label", *[f"{10**7 + place:,}" for place in range(7)])
    text = printed(40, capsys, monkeypatch, lambda: show(table))
    assert text.count("label") == text.count("column 0") > 1
    assert all(f"{10**7 + place:,}" in text for place in range(7))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [20, 40, 60])
def test_every_column_of_a_run_stands_on_a_narrow_screen(
    width: int, lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Label, figure at the start and at the end of every output, in its row."""
    result = made("run")
    assert isinstance(result, Results)
    text = printed(width, capsys, monkeypatch, lambda: terminal.headline_of_run(result, lang))
    assert max(map(cell_len, text.splitlines())) <= width
    rows = re.sub(r"[^\n│]*[━─][^\n]*\n", "\n", text)  # what stands between lines of a frame
    cells = [[one.strip() for one in line.split("│")[1:-1]] for line in rows.splitlines()]
    said = "".join("".join(line) for line in cells)
    for name in headline_names():
        values = result.province[name]
        for place in (0, -1):
            number = figure(float(values.iloc[place]), BY_NAME[name].unit)
            assert number in {cell for line in cells for cell in line}, (name, place)
        assert all(sign in said for sign in getattr(BY_NAME[name], lang))


def test_brackets_are_no_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table()
    table.add_column("a [b]")
    table.add_row("[1, 2] [bold]x")
    text = printed(80, capsys, monkeypatch, lambda: show(table))
    assert "a [b]" in text
    assert "[1, 2] [bold]x" in text


@pytest.mark.parametrize("size", range(12, 40))
def test_sentences_break_between_numbers(size: int) -> None:
    text = "到2017年,机器换人企业比例为88.4%,比基准高1,234.5万元(95%区间-3.2至4.5)。"
    lines = wrapped(text, size)
    assert "".join(lines) == text
    assert [n for line in lines for n in NUMBER.findall(line)] == NUMBER.findall(text)
    assert max(map(cell_len, lines)) <= size


def test_sentences_fit_the_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed(40, capsys, monkeypatch, lambda: say("one two three " * 10 + "\n\n- four"))
    assert max(map(len, text.splitlines())) <= 40
    assert text.endswith("\n\n- four\n")


def test_tables_are_laid_out_in_one_place() -> None:
    """Whoever prints a table by other means could cut its numbers again."""
    for folder in ("sim", "calibration", "experiments"):
        for path in (ROOT / folder).rglob("*.py"):
            makes = "Console(" in path.read_text(encoding="utf-8").replace(
                "Console(stderr=True)", ""
            )
            assert makes == (path.name == "screen.py"), path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "document_2014", "--until", "2012-02"], "checked in 2 months: all hold"),
        (["compare", "document_2014", "no_programme", "--until", "2012-02", "--replicates", "2",
          "--workers", "1", "--lang", "zh"], "已核对8个月的货币"),
        (["scorecard", "document_2014", "--until", "2012-02", "--replicates", "1", "--workers", "1"],
         "checked in 2 months: all hold"),
    ],
)  # fmt: skip
def test_a_check_says_that_it_passed(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "sim.cli", *arguments, "--scale", "0.01", "--quiet"]
    for more, there in (([], False), (["--check"], True)):
        done = subprocess.run(
            [*command, *more], capture_output=True, text=True, encoding="utf-8", timeout=600,
            env=dict(os.environ), check=True,
        )  # fmt: skip
        assert (said in done.stdout) == there
