"""The example for users of Mesa starts, draws and steps without the internet."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.view.servers import PATIENCE, ROOT, end

EXAMPLE = "experiments/examples/mesa_solara_viz.py"


@pytest.fixture
def mesa_page(tmp_path: Path) -> Iterator[str]:
    """Address of `solara run` with the example."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/", "MPLBACKEND": "agg",
    }  # fmt: skip
    log = tmp_path / "log"
    with log.open("wb") as into:
        process = subprocess.Popen(
            [sys.executable, "-m", "solara", "run", EXAMPLE, "--production", "--no-open",
             "--no-check-version", "--host", "127.0.0.1", "--port", port],
            cwd=ROOT, env=environment, stdout=into, stderr=into, start_new_session=True,
        )  # fmt: skip
    address, until = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
    try:
        while process.poll() is None and time.monotonic() < until:
            try:
                urllib.request.urlopen(address + "/readyz", timeout=PATIENCE).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail(log.read_text(encoding="utf-8")[-3000:])
        yield address
    finally:
        end(process)


def test_mesas_own_page_draws_the_province(watched: Any, mesa_page: str) -> None:
    watched.goto(mesa_page, wait_until="commit")
    step = watched.get_by_role("button", name="Step", exact=True)
    step.wait_for()
    expect(watched.get_by_text("Funding", exact=True).first).to_be_visible()
    plots = watched.locator(".solara-image, img[src^='data:image'], img[src^='blob:']")
    expect(plots).to_have_count(2)
    drawn = plots.first.get_attribute("src")
    for _ in range(2):
        step.click()
    expect(watched.get_by_text("Time: 2").first).to_be_visible(timeout=60_000)
    expect(plots.first).not_to_have_attribute("src", drawn or "")
    expect(plots).to_have_count(2)
    watched.screenshot(path="test-output/mesa.png")
