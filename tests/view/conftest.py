"""Fixtures of tests in a real browser: servers of their own, and a page that is watched.

`page` of pytest-playwright is used for what may go wrong on purpose; `view` for all else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from sim.view.workshop.board import Board
from tests.experiments.folders import scenario_study
from tests.view.boards import Clock
from tests.view.browsers import ARGUMENTS, PATIENCE, chromium, patient, settled, watch
from tests.view.servers import REAL, SMALL, Running, serving

OPTIONS = ("--workers", "2", "--replicates", "6")
"""Few runs, but enough for a band."""
Open = Callable[..., Any]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: tests name the server. The plugin's own fixture is of a kind that pytest warns of."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = chromium()
    if not path:
        pytest.fail(
            "no Chromium found: these tests drive a real browser. `make test` installs it where it "
            "can; else install chromium or Chrome, or name one in CHROMIUM",
            pytrace=False,
        )
    return {**browser_type_launch_args, "executable_path": path, "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": {"width": 1400, "height": 1000},
        "locale": "zh-CN",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def context(context: Any) -> Any:
    """The plugin's own, with our patience."""
    return patient(context)


@pytest.fixture
def watched(page: Any) -> Iterator[Any]:
    """A page that fails the test on a request to elsewhere, an answer of 400 or more, an error."""
    wrong = watch(page)
    yield page
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="session")
def small_server(small_running: Running) -> str:
    """Address of a server whose page simulates nothing."""
    return small_running.address


@pytest.fixture(scope="session")
def small_running() -> Iterator[Running]:
    """That server, with what it says."""
    with serving(module=SMALL) as running:
        yield running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the view with the results of a study, one for all tests of a process."""
    study = scenario_study(tmp_path_factory.mktemp("results") / "study", replicates=2)
    with serving(*OPTIONS, "--results", str(study), module=REAL) as running:
        yield running.address


@pytest.fixture(scope="session")
def failing_server() -> Iterator[str]:
    """Address of a view where every plan that was changed fails."""
    with serving(*OPTIONS, module=REAL, environment={"LIANGHUA_VIEW_FAULT": "error"}) as it:
        yield it.address


@pytest.fixture(scope="session")
def slow_server() -> Iterator[str]:
    """Address of a view where every run takes long, and there are many: nothing is ever done at once."""
    with serving(
        "--workers",
        "1",
        "--replicates",
        "24",
        module=REAL,
        environment={"LIANGHUA_VIEW_FAULT": "slow"},
    ) as it:
        yield it.address


@pytest.fixture
def view(watched: Any, server: str) -> Open:
    """Opens the view: `view("?l=en")`, settled; `address` names another server."""

    def opened(query: str = "", address: str = server, settle: bool = True) -> Any:
        watched.goto(f"{address}/{query}", wait_until="commit")
        watched.get_by_test_id("status").wait_for()
        if settle:
            settled(watched)
        return watched

    return opened


@pytest.fixture
def clock() -> Clock:
    """The clock of a workshop's board; it stands until it is moved."""
    return Clock()


@pytest.fixture
def board(clock: Clock) -> Board:
    """A workshop's board."""
    return Board(clock)
