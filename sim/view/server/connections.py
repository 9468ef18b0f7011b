"""Limits of time and number on connections: what is slow or too much is closed, others are served.

The HTTP server beneath waits for ever for a request that has begun. Here each connection is at a
stage, and each stage has its time; an address and the whole server have their numbers.
"""

from __future__ import annotations

import asyncio
import logging
import math
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sim.view.server.client import group
from sim.view.server.gate import DOOR_POLICY, SECURITY, are_too_large

LARGEST_START = 64 * 1024
"""Bytes of a request's address and headers that are waited for; the gate allows fewer."""
LARGEST_SOCKET_ADDRESS = 4 * 1024
"""Bytes of path and query of a websocket."""
DESCRIPTORS = 8192
"""Open files that the server asks the system for."""
RESERVED = 256
"""Open files for everything but connections."""
FILES_EACH = 2
"""Open files per connection: most are a request's own socket, a page's websocket has some more."""
WAIT_OF_SWEEP = 0.5
"""Seconds between two looks at all connections."""
GRACE = 1.0
"""Seconds in which a request that has begun is nothing to count: a room that opens the page at once."""
GIVEN_UP = 30.0
"""Seconds after which an answer may end for others' sake, where there is no place left."""
LINGER = 1.0
"""Seconds that a refused client is listened to, so that it comes to read the refusal."""
PHRASES = {400: b"Bad Request", 431: b"Request Header Fields Too Large"}

log = logging.getLogger("lianghua.view")


class Stage(Enum):
    """What a connection is waiting for."""

    HEADER = auto()
    BODY = auto()
    ANSWER = auto()
    IDLE = auto()
    """The next request; the HTTP server closes it after some seconds, once all is taken."""
    SOCKET = auto()
    """A page's websocket, which has signs of life of its own."""


BEGUN = frozenset({Stage.HEADER, Stage.BODY})
WAITING = BEGUN | {Stage.IDLE}


def _seconds() -> dict[Stage, float]:
    return {Stage.HEADER: 10.0, Stage.BODY: 15.0, Stage.ANSWER: 300.0, Stage.IDLE: 300.0}


@dataclass(frozen=True)
class Limits:
    """Numbers of connections, seconds a stage, and bytes that wait to be taken by clients."""

    total: int = 2000
    an_address: int = 600
    """A whole room may be behind one: sixty pages with six connections and a websocket each."""
    half_open: int = 40
    """Connections of an address that have begun a request, or none, and not come to its end."""
    seconds: dict[Stage, float] = field(default_factory=_seconds)
    """An answer is given time: a phone in a slow network loads 3 MB."""
    unsent: int = 128 * 2**20
    at_once: int = 512
    """Connections that wait to be taken up, and are in one go: a room that opens the page at once."""

    def within(self, files: int) -> Limits:
        """The same for a process that may open this number of files."""
        total = max(64, min(self.total, (files - RESERVED) // FILES_EACH))
        return replace(
            self,
            total=total,
            an_address=min(self.an_address, total * 3 // 4),
            at_once=min(self.at_once, files // 4),
        )


def limits_here() -> Limits:
    """Limits for this machine, once as many open files are allowed as it grants."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return Limits()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    infinite = resource.RLIM_INFINITY
    wanted = DESCRIPTORS if hard == infinite else min(hard, DESCRIPTORS)
    if soft != infinite and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):
            log.warning("the system allows only %d open files", soft)
    return Limits().within(DESCRIPTORS if soft == infinite else soft)


class Connections:
    """All connections of a server, by address."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._by_address: defaultdict[str, set[Limited]] = defaultdict(set)
        self._count = 0
        self._sweeping = False

    def __len__(self) -> int:
        return self._count

    def add(self, new: Limited) -> bool:
        """Take a connection up, perhaps in place of one that is slow; False if it cannot be."""
        self._sweep_soon(new.loop)
        same = self._by_address.get(new.address, set())
        if len(same) >= self.limits.an_address and not self._make_room(
            same, new, "from one address"
        ):
            return False
        if self._count >= self.limits.total and not self._make_room(self._all(), new, "in all"):
            return False
        self._by_address[new.address].add(new)
        self._count += 1
        return True

    def remove(self, gone: Limited) -> None:
        """Forget a connection that has ended; one that is unknown is no error."""
        same = self._by_address.get(gone.address, set())
        if gone in same:
            same.remove(gone)
            self._count -= 1
        if not same:
            self._by_address.pop(gone.address, None)

    def _all(self) -> list[Limited]:
        return [one for same in self._by_address.values() for one in same]

    def _make_room(self, among: Iterable[Limited], new: Limited, which: str) -> bool:
        """Close the one that has waited longest without a whole request, or longest for its end."""
        log.warning("too many connections %s: the one that waited longest makes room", which)
        before = new.since - GIVEN_UP
        can_end = [
            (one.stage is Stage.ANSWER, one.since, id(one), one)
            for one in among
            if one.stage in WAITING or (one.stage is Stage.ANSWER and one.since < before)
        ]
        if can_end:
            self._close(min(can_end)[-1])
        return bool(can_end)

    def _close(self, one: Limited) -> None:
        self.remove(one)
        one.transport.abort()

    def _sweep_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._sweeping:
            self._sweeping = True
            loop.call_later(WAIT_OF_SWEEP, self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close what has had its time, and what takes too long to take too much."""
        self._sweeping = False
        now = loop.time()
        for one in self._all():
            if one.stage is Stage.SOCKET and one.transport.is_closing():
                one.enter(Stage.ANSWER)  # it has the time of an answer to take the rest
            if one.has_ended() or now - one.since > self.limits.seconds.get(one.stage, math.inf):
                self._close(one)
        for same in list(self._by_address.values()):
            begun = [one for one in same if one.stage in BEGUN and now - one.since > GRACE]
            excess = len(begun) - self.limits.half_open
            if excess > 0:
                log.warning("closed connections: too many unfinished requests from one address")
                for one in sorted(begun, key=_since)[:excess]:
                    self._close(one)
        self._bound_unsent()
        if self._count:
            self._sweep_soon(loop)

    def _bound_unsent(self) -> None:
        """Whoever has had the most time without taking it all goes first."""
        sizes = {one: one.transport.get_write_buffer_size() for one in self._all()}
        excess = sum(sizes.values()) - self.limits.unsent
        for one in sorted((one for one, size in sizes.items() if size), key=_since):
            if excess <= 0:
                break
            log.warning("closed a connection: too much unsent data in all")
            self._close(one)
            excess -= sizes[one]


class Limited(H11Protocol):
    """A connection that knows its stage."""

    connections_here: ClassVar[Connections]
    stage = Stage.HEADER
    since = 0.0
    address = ""
    refused = False

    def enter(self, stage: Stage) -> None:
        """Begin a stage, if it is another."""
        if stage is not self.stage:
            self.stage, self.since = stage, self.loop.time()

    def has_ended(self) -> bool:
        """Is the socket closed? The end of a websocket is not announced to its former protocol."""
        return bool(self.transport.get_extra_info("socket").fileno() < 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = group(self.client[0] if self.client else "")
        self.since = self.loop.time()
        if not self.connections_here.add(self):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections_here.remove(self)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        if self.refused or self.transport.is_closing():
            return
        super().data_received(data)
        self._look(Stage.HEADER)

    def on_response_complete(self) -> None:
        self.enter(Stage.IDLE)
        super().on_response_complete()
        if self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]:
            self._look(Stage.HEADER)

    def _look(self, without_request: Stage) -> None:
        if self.stage is Stage.SOCKET:
            return
        theirs = self.conn.their_state
        if theirs is h11.IDLE:
            self.enter(without_request)
        else:
            self.enter(Stage.BODY if theirs is h11.SEND_BODY else Stage.ANSWER)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        names = {name for name, _ in self.headers}
        if are_too_large(self.headers):
            self._refuse(431)
        elif (
            event.method != b"GET"
            or len(event.target) > LARGEST_SOCKET_ADDRESS
            or names & {b"content-length", b"transfer-encoding"}
        ):
            self._refuse(400)  # the websocket's own parser would fail on it
        else:
            self.enter(Stage.SOCKET)
            super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """The answer to what is no HTTP, or has too long a beginning."""
        error = sys.exception()
        self._refuse(431 if getattr(error, "error_status_hint", 400) == 431 else 400)

    def _refuse(self, status: int) -> None:
        """A short answer of the connection itself, which then ends."""
        text = PHRASES[status] + b"\n"
        headers: list[tuple[str, Any]] = [
            ("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(text))),
            ("connection", "close"), ("content-security-policy", DOOR_POLICY), *SECURITY.items(),
        ]  # fmt: skip
        try:
            for part in (
                h11.Response(status_code=status, headers=headers, reason=PHRASES[status]),
                h11.Data(data=text),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(part) or b"")
        except h11.LocalProtocolError:  # an answer is under way already
            self.transport.abort()
            return
        self.refused = True
        self.enter(Stage.IDLE)
        self.loop.call_later(LINGER, self.transport.close)


def limited(limits: Limits) -> type[H11Protocol]:
    """The class of a server's connections, within these limits."""

    class Here(Limited):
        connections_here = Connections(limits)

    return Here


def _since(one: Limited) -> float:
    return one.since
