"""The command line in this process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sim.cli

Command = Callable[..., tuple[int, str, str]]
"""Called with arguments: exit code, stdout, stderr."""


@pytest.fixture
def lianghua(capsys: pytest.CaptureFixture[str]) -> Command:
    """The commands as `lianghua` runs them."""

    def called(*arguments: str) -> tuple[int, str, str]:
        code = sim.cli._run(list(arguments))
        return code, *capsys.readouterr()

    return called
