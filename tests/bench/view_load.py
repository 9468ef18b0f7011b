"""`python -m tests.bench.view_load`: a room of people who all move levers, in real browsers.

Each session is a browser context of its own with a real page. Time is measured in the page: from
the key that moves a lever to the change of the headline. The browsers run on the same machine as
the server and take most of it, so a room's figures are better than these.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.view.browsers import ARGUMENTS, chromium
from tests.view.servers import REAL, SMALL, serving

WATCH = """
patience => {
  const text = () => (document.querySelector('[data-testid=headline]') || {}).textContent;
  const before = text();
  let began = performance.now();
  document.addEventListener('keydown', () => { began = performance.now(); },
                            {capture: true, once: true});
  window.lianghuaChange = new Promise(tell => {
    const observer = new MutationObserver(() => {
      if (text() !== undefined && text() !== before) {
        observer.disconnect(); tell(performance.now() - began);
      }
    });
    observer.observe(document.body, {subtree: true, childList: true, characterData: true});
    setTimeout(() => { observer.disconnect(); tell(null); }, patience * 1000);
  });
}
"""
PATIENCE = 30.0
"""Seconds after which a change counts as lost."""
MOST_SESSIONS, LONGEST = 60, 600


@dataclass
class Found:
    """Milliseconds of what was measured, and what was lost."""

    opened: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    unanswered: int = 0
    lost: int = 0


async def session(
    browser: Any, address: str, seconds: float, interval: float, found: Found
) -> None:
    """One person: opens the page, moves a lever every `interval` seconds, looks at the headline."""
    context = await browser.new_context(viewport={"width": 1200, "height": 900}, locale="zh-CN")
    try:
        page = await context.new_page()
        began = time.perf_counter()
        await page.goto(address, wait_until="commit", timeout=120_000)
        await page.locator("[data-testid=headline]").wait_for(timeout=120_000)
        found.opened.append(1000 * (time.perf_counter() - began))
        lever = page.locator(".lianghua-lever").first.get_by_role("slider")
        until, right = time.monotonic() + seconds, True
        await asyncio.sleep(random.uniform(0, interval))
        while time.monotonic() < until:
            began = time.monotonic()
            await lever.focus(timeout=10_000)
            # The watch is set before the key is pressed: the answer may be quicker than a request.
            await page.evaluate(WATCH, PATIENCE)
            await page.keyboard.press("ArrowRight" if right else "ArrowLeft")
            took, right = await page.evaluate("window.lianghuaChange"), not right
            if took is None:
                found.unanswered += 1
            else:
                found.changes.append(took)
            await asyncio.sleep(max(0.0, interval - (time.monotonic() - began)))
        if not await page.locator("[data-testid=status]").is_visible():
            found.lost += 1
    except Exception as error:
        found.lost += 1
        print("lost:", str(error).splitlines()[0])
    finally:
        with contextlib.suppress(Exception):
            await context.close()


async def room(address: str, sessions: int, seconds: float, interval: float) -> Found:
    """All sessions at once, and no longer than they may take."""
    from playwright.async_api import async_playwright

    found = Found()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        everyone = (session(browser, address, seconds, interval, found) for _ in range(sessions))
        await asyncio.wait_for(asyncio.gather(*everyone), seconds + 300)
        await browser.close()
    return found


def health(address: str) -> dict[str, Any]:
    """What the server says of itself."""
    with urllib.request.urlopen(address + "/healthz", timeout=60) as answer:
        return dict(json.load(answer))


@contextlib.contextmanager
def served(options: argparse.Namespace) -> Iterator[str]:
    """The address given, or that of a server of our own."""
    if options.address:
        yield options.address.rstrip("/")
        return
    with serving(module=SMALL if options.small else REAL) as running:
        yield running.address


def line(name: str, values: list[float]) -> str:
    """Middle, 95th percentile and most of some milliseconds."""
    if not values:
        return f"{name}: none"
    middle, late = np.percentile(values, (50, 95))
    return (
        f"{name}: p50 {middle:.0f} ms, p95 {late:.0f} ms, most {max(values):.0f} ms ({len(values)})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30, help=f"people, up to {MOST_SESSIONS}")
    parser.add_argument("--seconds", type=float, default=60, help=f"how long, up to {LONGEST}")
    parser.add_argument("--interval", type=float, default=5, help="seconds between two changes")
    parser.add_argument("--address", help="a server that runs; by default one is started")
    parser.add_argument("--small", action="store_true", help="a page that simulates nothing")
    options = parser.parse_args()
    if not (1 <= options.sessions <= MOST_SESSIONS and 0 < options.seconds <= LONGEST):
        parser.error(f"1 to {MOST_SESSIONS} sessions, up to {LONGEST} seconds")
    if not chromium():
        parser.error("no Chromium found (CHROMIUM=/path/to/chromium names one)")
    with served(options) as address:
        before = health(address)
        found = asyncio.run(
            room(address, options.sessions, options.seconds, max(0.5, options.interval))
        )
        time.sleep(2)
        after = health(address)
    print(line("page opened", found.opened))
    print(line("lever to headline", found.changes))
    print(f"changes not shown within {PATIENCE:.0f} s: {found.unanswered}")
    print(f"sessions lost: {found.lost} of {options.sessions}")
    each = (after["memory_mb"] - before["memory_mb"]) / options.sessions
    print(
        f"server's memory: {before['memory_mb']} MB before, {after['memory_mb']} MB after, "
        f"{each:.1f} MB a session"
    )


if __name__ == "__main__":
    main()
