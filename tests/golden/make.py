"""Make a case: its commands in a folder of their own, in this process."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.cli import main
from tests.golden.keep import Results, collect

COLUMNS = "100"
"""Width of what is printed."""


def make(commands: Sequence[Sequence[str]], folder: Path) -> Results:
    """What the commands write and print; raises RuntimeError if one fails."""
    printed = {}
    with _at_home(folder):
        for number, command in enumerate(commands, 1):
            printed[f"printed {number}: {command[0]}"] = _run(command)
    return collect(folder, printed)


def _run(command: Sequence[str]) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(command))
        except SystemExit as end:
            if end.code not in (0, None):
                raise RuntimeError(f"{' '.join(command)}: {err.getvalue()}") from None
    return out.getvalue()


@contextlib.contextmanager
def _at_home(folder: Path) -> Iterator[None]:
    before, width = Path.cwd(), os.environ.get("COLUMNS")
    os.chdir(folder)
    os.environ["COLUMNS"] = COLUMNS
    try:
        yield
    finally:
        os.chdir(before)
        if width is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = width
