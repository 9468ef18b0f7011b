"""The command line in this process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sim.cli
from sim.cli import batch_results

Command = Callable[..., tuple[int, str, str]]
"""Called with arguments: exit code, stdout, stderr."""


@pytest.fixture
def lianghua(capsys: pytest.CaptureFixture[str]) -> Command:
    """The commands of this piece as `lianghua` runs them."""
    for name, command in (
        ("query", batch_results.query_command),
        ("export", batch_results.export_command),
    ):
        if name not in sim.cli.COMMANDS:
            sim.cli.COMMANDS[name] = command
            sim.cli.app.command(name)(command)

    def called(*arguments: str) -> tuple[int, str, str]:
        code = sim.cli._run(list(arguments))
        return code, *capsys.readouterr()

    return called
