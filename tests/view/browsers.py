"""The real browser that tests drive: the system's Chromium, which may reach this machine only."""

from __future__ import annotations

import os
import re
import shutil
import time
from typing import Any

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # Anything else fails at once instead of hanging.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip
PATIENCE = 240_000
"""Milliseconds that any wait for a state may take; the machine may be busy."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HERE = re.compile(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|data:|blob:|about:")
"""Addresses that a page may load."""


def chromium() -> str:
    """Path of the browser; empty if there is none."""
    given = os.environ.get("CHROMIUM", "")
    found = (shutil.which(one) for one in (given, *NAMES) if one)
    return next((one for one in found if one), "")


def watch(page: Any) -> list[str]:
    """A list that fills with whatever a page must not do: it has to be empty in the end."""
    wrong: list[str] = []

    def request(one: Any) -> None:
        if not HERE.match(one.url):
            wrong.append(f"asks for {one.url}")

    def response(one: Any) -> None:
        if one.status >= 400:
            wrong.append(f"{one.status} {one.url}")

    def socket(one: Any) -> None:
        if not HERE.match(one.url):
            wrong.append(f"connects to {one.url}")

    def said(one: Any) -> None:
        if one.type == "error":
            wrong.append(f"console: {one.text[:300]}")

    page.on("request", request)
    page.on("response", response)
    page.on("websocket", socket)
    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"script: {str(error)[:300]}"))
    return wrong


def patient(context: Any) -> Any:
    """A browser's context whose every wait is as long as any machine needs: what is waited for is a
    state, and a test that waits in vain fails all the same."""
    context.set_default_timeout(PATIENCE)
    context.set_default_navigation_timeout(PATIENCE)
    return context


def settled(page: Any) -> None:
    """Wait until the page shows the whole of what was asked for."""
    page.locator('[data-testid=status][data-done="1"]').wait_for(timeout=PATIENCE)


def true(page: Any, script: str, given: Any = None) -> None:
    """Wait until a script of the page's says yes."""
    page.wait_for_function(script, arg=given)


def at_rest(locator: Any, pause: int = 1_500) -> str:
    """What a part of the page says once it has said the same for a while."""
    until = time.monotonic() + PATIENCE / 1000
    before, said = None, str(locator.inner_text())
    while said != before:
        assert time.monotonic() < until, f"it never comes to rest: {said}"
        locator.page.wait_for_timeout(pause)
        before, said = said, str(locator.inner_text())
    return said
