"""`python -m tests.bench.view_page`: what one person waits for, in a real browser.

First paint, the first headline, the first chart; then from the key that moves a lever to the change
of the headline (a browser waits 0.25 s for the next touch before it tells the server), and to the
last of the plan's runs.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator
from typing import Any

from tests.bench.view_load import line
from tests.view.browsers import ARGUMENTS, chromium, settled
from tests.view.servers import REAL, serving

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
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
PATIENCE = 60


@contextlib.contextmanager
def opened(browser: Any, address: str, found: dict[str, list[float]]) -> Iterator[Any]:
    """A page in a context of its own, opened and timed."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="zh-CN")
    page = context.new_page()
    began = time.perf_counter()

    def passed() -> float:
        return 1000 * (time.perf_counter() - began)

    page.goto(address, wait_until="commit")
    page.locator("[data-testid=headline]").wait_for(timeout=1000 * PATIENCE)
    found["headline"].append(passed())
    page.locator('.lianghua-chart[data-ready="1"]').first.wait_for(timeout=1000 * PATIENCE)
    found["first chart"].append(passed())
    found["first paint"].append(page.evaluate(PAINT))
    yield page
    context.close()


def move(page: Any, key: str, found: dict[str, list[float]]) -> None:
    """Move the first lever by a key, to a place where it has not been."""
    page.locator(".lianghua-lever").first.get_by_role("slider").focus()
    page.evaluate(WATCH, PATIENCE)
    began = time.perf_counter()
    page.keyboard.press(key)
    took = page.evaluate("window.lianghuaChange")
    assert took is not None, "the headline did not change"
    found["lever to headline"].append(took)
    page.wait_for_timeout(300)
    settled(page)
    found["lever to all runs"].append(1000 * (time.perf_counter() - began))


def main() -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=4, help="pages opened one after another")
    parser.add_argument("--moves", type=int, default=6, help="moves of a lever in the last one")
    options = parser.parse_args()
    if not chromium():
        parser.error("no Chromium found (CHROMIUM=/path/to/chromium names one)")
    names = ("first paint", "headline", "first chart", "lever to headline", "lever to all runs")
    found: dict[str, list[float]] = {name: [] for name in names}
    with serving(module=REAL) as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        with opened(browser, running.address, {name: [] for name in names}) as page:
            settled(page)  # the first page of a server waits for runs that all later ones find
        for number in range(options.pages):
            with opened(browser, running.address, found) as page:
                for _ in range(options.moves if number == options.pages - 1 else 0):
                    move(page, "ArrowRight", found)
        browser.close()
    for name in names:
        print(line(name, found[name]))


if __name__ == "__main__":
    main()
