"""How many pages may be open: of a browser, of an address, in all.

Each is a thread and some megabytes, and a page that was left without being closed is kept ten
minutes, for it may come back. Whoever is at a limit first loses the oldest of those, so that a page
can be loaded again as often as one likes; then the connection is refused, before anything is made.
Where all places are taken, it is the address with the most pages that loses one it has left. Who has
a role in a workshop loses none to others, and has places of its own: a phone in a pocket is asleep.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import anyio
from solara.server import kernel_context
from solara.server import starlette as solara_starlette
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from sim.view.server.client import address_of
from sim.view.server.gate import SESSION
from sim.view.server.messages import NAME

MOST_OF_BROWSER = 12
MOST = 150
MOST_OF_ADDRESS = MOST // 2
"""A whole room may come through one address."""
MOST_WITH_ROLES = MOST + 50
"""Where all places are taken, browsers with a role in a workshop may take these too."""
MOST_CONNECTIONS = 4
"""Of one page: the one before may not be known to be gone yet."""
MOST_TABS = 20
"""That ever joined one page."""

log = logging.getLogger("lianghua.view")


class Whose(NamedTuple):
    """The browser and the address that a page is of."""

    browser: str
    address: str


def whose(request: HTTPConnection) -> Whose:
    """Who asks, by the name that the gate gave to the browser."""
    return Whose(request.cookies[SESSION], address_of(request.scope))


@dataclass(frozen=True)
class _Limit:
    """Whom it concerns, how many there may be and are, which count, and which may be let go."""

    scope: str
    most: int
    count: int
    counts: Callable[[str], bool]
    to_let_go: Callable[[], Iterator[str]]


class Places:
    """Pages that are open or may come back, the oldest first. Of the server's loop alone."""

    def __init__(self) -> None:
        self._whose: dict[str, Whose] = {}
        self._connections: Counter[str] = Counter()
        self.keeps: Callable[[str], bool] = lambda browser: False
        """Does a browser have a role that it must be able to come back to? Set by who knows."""

    def full(self, who: Whose) -> str:
        """`browser` or `room` if one more page of theirs would be refused; else empty."""
        self._forget()
        for limit in self._limits(who):
            if limit.count >= limit.most and not any(limit.to_let_go()):
                return limit.scope
        return ""

    def take(self, page: str, who: Whose) -> list[str] | None:
        """Pages to let go so that this one may be open; None if it may not."""
        self._forget()
        left: list[str] = []
        if page not in self._whose:
            for limit in self._limits(who):
                if limit.count - sum(map(limit.counts, left)) >= limit.most:
                    oldest = next((one for one in limit.to_let_go() if one not in left), None)
                    if oldest is None:
                        return None
                    left.append(oldest)
        elif (
            self._whose[page].browser != who.browser or self._connections[page] >= MOST_CONNECTIONS
        ):
            return None
        for one in left:
            del self._whose[one]
        self._whose[page] = who
        self._connections[page] += 1
        return left

    def leave(self, page: str) -> None:
        """A connection of a page has ended."""
        self._connections[page] -= 1
        if not self._connections[page]:
            del self._connections[page]

    def _limits(self, who: Whose) -> Iterator[_Limit]:
        """The browser's own, the address's and that of all."""
        every = self._whose

        def of_browser(page: str) -> bool:
            return every[page].browser == who.browser

        def of_address(page: str) -> bool:
            return every[page].address == who.address

        def idle(of: Callable[[str], bool]) -> Iterator[str]:
            """The browser's own first, then those of others that no role is waiting for."""
            yield from (one for one in every if not self._connections[one] and of_browser(one))
            for one in every:
                others = not self._connections[one] and not of_browser(one) and of(one)
                if others and not self.keeps(every[one].browser):
                    yield one

        def of_largest(page: str) -> bool:
            return counts[every[page].address] == max(counts.values())

        counts = Counter(one.address for one in every.values())
        mine = sum(map(of_browser, every))
        yield _Limit("browser", MOST_OF_BROWSER, mine, of_browser, lambda: idle(of_browser))
        count, total = counts[who.address], len(every)
        most_of_address, most = MOST_OF_ADDRESS, MOST
        if (count >= most_of_address or total >= most) and self.keeps(who.browser):
            most_of_address = most = MOST_WITH_ROLES
        yield _Limit("room", most_of_address, count, of_address, lambda: idle(of_address))
        yield _Limit("room", most, total, lambda page: True, lambda: idle(of_largest))

    def _forget(self) -> None:
        """Pages that are closed for good need no place."""
        kept = kernel_context.contexts
        for one in [k for k in self._whose if k not in kept and not self._connections[k]]:
            del self._whose[one]


PLACES = Places()
_CLOSERS = anyio.CapacityLimiter(MOST)
"""Threads that close pages: one for each that may be open, so that none waits for another."""


async def connection(socket: WebSocket) -> None:
    """A page's connection, if there is a place for it."""
    page, tab = socket.path_params["kernel_id"], socket.query_params.get("session_id", "")
    if not NAME.fullmatch(page) or not NAME.fullmatch(tab) or not _may_join(page, tab):
        await socket.close()
        return
    left = PLACES.take(page, whose(socket))
    if left is None:
        log.warning(
            "refused a page: too many are open from one browser, from one address or in all"
        )
        await socket.close()
        return
    try:
        for one in left:
            context = kernel_context.contexts.get(one)
            if context is not None:
                await closed(partial(context.close, "place"))
        await solara_starlette.kernel_connection(socket)
    except (RuntimeError, ValueError) as error:
        # A page that was closed meanwhile, or is another browser's: the library has no gentler way.
        log.warning("could not connect a page: %s", str(error)[:200])
    finally:
        PLACES.leave(page)


async def closed(close: Callable[[], object]) -> None:
    """Close a page, which waits for what the page is at: in none of the threads that answer
    requests."""
    await anyio.to_thread.run_sync(close, limiter=_CLOSERS)


def _may_join(page: str, tab: str) -> bool:
    """Each tab that ever joined a page is remembered as long as the page is."""
    context = kernel_context.contexts.get(page)
    tabs = () if context is None else context.page_status
    return tab in tabs or len(tabs) < MOST_TABS
