"""`python -m tests.bench.view_load`: a room of people who all move levers.

Each session is a connection of its own with a whole page behind it, but nothing is drawn: in a
room every device draws for itself, on one machine thirty browsers would leave nothing to the
server. Levers move once all pages are open. Time runs from the release of a lever, through the
pause that a browser waits for the next touch, to the first run of the plan in the headline. Each
session moves levers of its own, so that hardly two want the same run; `--alike` has all move the
same one between two places.
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

from tests.view.servers import REAL, SMALL, serving
from tests.view.wire import Page, entered

PATIENCE = 30.0
"""Seconds after which a change counts as lost."""
OPENING = 120.0
"""Seconds until a page must show its headline."""
PAUSE = 0.25
"""Seconds that a browser waits after a touch of a lever before it tells the server."""
MOST_SESSIONS, LONGEST = 60, 600


@dataclass
class Found:
    """Milliseconds of what was measured, and what was lost."""

    opened: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    unanswered: int = 0
    lost: int = 0


def headline(page: Page) -> str:
    """What the headline says: the sentence and the seven cards."""
    said = [
        state.get("unsafe_innerHTML") or "" for state in page.models.values()
        if 'class="value"' in (state.get("unsafe_innerHTML") or "")
        or (state.get("attributes") or {}).get("data-testid") == "headline-plain"
    ]  # fmt: skip
    return "\n".join(sorted(said))


def sliders(page: Page) -> tuple[str, list[dict[str, Any]]]:
    """The levers' control, and those that slide."""
    found = page.board_with("groups")
    assert found is not None
    every = [one for group in found[1]["groups"] for one in group["levers"]]
    return found[0], [one for one in every if one["kind"] == "slider" and not one["why"]]


class Answer:
    """Waits for a page to show a run of the plan just chosen, by its line of progress.

    The line first says that none of the new plan's runs is there; whatever the headline shows until
    then, a late run of the former plan too, is no answer.
    """

    def __init__(self) -> None:
        self._asked, self.there = False, False

    def update(self, state: dict[str, Any]) -> None:
        """What a widget of the page was told."""
        share = json.loads(state.get("board") or "{}").get("share")
        if share is None:
            return
        self.there = self.there or (self._asked and share > 0)
        self._asked = self._asked or share == 0


async def session(
    address: str, until: float, interval: float, alike: bool, found: Found, number: int,
    everyone: asyncio.Barrier, code: str,
) -> None:  # fmt: skip
    """One person: opens the page, moves a lever every `interval` seconds, looks at the headline."""
    page, chance = Page(address), random.Random(number)
    try:
        page.cookie = await asyncio.to_thread(entered, address, code) if code else ""
        began = time.perf_counter()
        await page.open()
        try:
            await page.until(lambda: headline(page), OPENING)
            found.opened.append(1000 * (time.perf_counter() - began))
        finally:
            await asyncio.wait_for(everyone.wait(), 2 * OPENING)
        await asyncio.sleep(chance.uniform(0, interval))
        end, right = time.monotonic() + until, True
        while time.monotonic() < end:
            began, answer = time.monotonic(), Answer()
            control, levers = sliders(page)
            if alike:
                lever, right = levers[0], not right
                place = lever["value"] + (-1 if right else 1)
            else:
                lever = chance.choice(levers)
                place = chance.choice([one for one in range(len(lever["texts"]))
                                       if one != lever["value"]])  # fmt: skip
            await asyncio.sleep(PAUSE)
            page.on_update = answer.update
            await page.event(control, {"key": lever["key"], "value": place})
            try:
                await page.until(lambda answer=answer: answer.there, PATIENCE)
                found.changes.append(1000 * (time.monotonic() - began))
            except TimeoutError:
                found.unanswered += 1
            await asyncio.sleep(max(0.0, interval - (time.monotonic() - began)))
        found.lost += not page.alive
        found.received.append(page.received / 1e6)
    except Exception as error:
        found.lost += 1
        print(f"lost: {error!r}")
    finally:
        with contextlib.suppress(Exception):
            await page.close()


def health(address: str) -> dict[str, Any]:
    """What the server says of itself."""
    with urllib.request.urlopen(address + "/healthz", timeout=60) as answer:
        return dict(json.load(answer))


@contextlib.contextmanager
def served(options: argparse.Namespace) -> Iterator[str]:
    """The address given, or that of a server of our own, once its first runs are made."""
    if options.address:
        yield options.address.rstrip("/")
        return
    with serving(module=SMALL if options.small else REAL) as running:
        time.sleep(options.warm)
        yield running.address


async def room(address: str, options: argparse.Namespace) -> Found:
    """All sessions at once."""
    found, everyone = Found(), asyncio.Barrier(options.sessions)
    await asyncio.gather(*(
        session(address, options.seconds, max(0.5, options.interval), options.alike, found,
                options.first + one, everyone, options.code)
        for one in range(options.sessions)
    ))  # fmt: skip
    return found


def line(name: str, values: list[float], unit: str = "ms") -> str:
    """Middle, 95th percentile and most."""
    if not values:
        return f"{name}: none"
    middle, late = np.percentile(values, (50, 95))
    digits = 0 if unit == "ms" else 1
    return (
        f"{name}: p50 {middle:.{digits}f} {unit}, p95 {late:.{digits}f} {unit}, "
        f"most {max(values):.{digits}f} {unit} ({len(values)})"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30, help=f"people, up to {MOST_SESSIONS}")
    parser.add_argument("--seconds", type=float, default=60, help=f"how long, up to {LONGEST}")
    parser.add_argument("--interval", type=float, default=5, help="seconds between two changes")
    parser.add_argument("--alike", action="store_true", help="all move the same lever")
    parser.add_argument("--address", help="a server that runs; by default one is started")
    parser.add_argument("--warm", type=float, default=45, help="seconds that it is given first")
    parser.add_argument("--first", type=int, default=0, help="where chance begins: other levers")
    parser.add_argument("--code", default="", help="the room's code, if it asks for one")
    parser.add_argument("--small", action="store_true", help="a page that simulates nothing")
    options = parser.parse_args()
    if not (1 <= options.sessions <= MOST_SESSIONS and 0 < options.seconds <= LONGEST):
        parser.error(f"1 to {MOST_SESSIONS} sessions, up to {LONGEST} seconds")
    with served(options) as address:
        asyncio.run(first_page(address, options.code))
        before = health(address)
        found = asyncio.run(room(address, options))
        time.sleep(15)  # the library clears up some seconds after a page is left
        after = health(address)
    print(line("page opened", found.opened))
    print(line("lever to headline", found.changes))
    print(line("received by a session", found.received, "MB"))
    print(f"changes not shown within {PATIENCE:.0f} s: {found.unanswered}")
    print(f"sessions lost: {found.lost} of {options.sessions}")
    print(
        f"server's memory: {before['memory_mb']} MB before, {after['memory_mb']} MB after "
        f"({after['memory_mb'] / before['memory_mb'] - 1:+.0%}), pages kept {after['kept']}"
    )


async def first_page(address: str, code: str = "") -> None:
    """One page opened and left: the library and the catalogue are then loaded."""
    page = Page(address, entered(address, code) if code else "")
    await page.open()
    await page.until(lambda: headline(page), OPENING)
    await page.close()


if __name__ == "__main__":
    main()
