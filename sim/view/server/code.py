"""The access code of a room: compared safely, wrong tries slowed, remembered by a signed cookie."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable

from sim.core.errors import InputError

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters of a drawn code: none that looks like another on a projector."""
FEWEST, MOST = 6, 64
"""Characters of a code that is given."""
VALID = 12 * 3600
"""Seconds that a cookie lets in."""
FREE_TRIES = 5
"""Wrong tries of an address before it has to wait."""
LONGEST_WAIT = 60.0
"""Seconds to wait at most for the next try."""
ADDRESSES = 2048
"""Addresses whose wrong tries are remembered; the oldest is dropped."""

Clock = Callable[[], float]


def drawn_code() -> str:
    """A code to read out: eight characters in two groups, 39 bits."""
    letters = [secrets.choice(LETTERS) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def checked_code(given: str) -> str:
    """The code as given; `auto` draws one. Raises InputError."""
    if given == "auto":
        return drawn_code()
    plain = _plain(given)
    if not (FEWEST <= len(plain) <= MOST and given.isprintable()):
        # The code itself is not repeated: it may be a good one, mistyped.
        allowed = f"auto, or {FEWEST} to {MOST} characters"
        raise InputError("--code", "", f"{len(plain)} characters", allowed)
    return given


def _plain(code: str) -> str:
    """A code as it is compared: width, case, spaces and hyphens do not matter."""
    folded = unicodedata.normalize("NFKC", code).casefold()
    return "".join(one for one in folded if not one.isspace() and one != "-")


class Code:
    """Who may come in. `clock` tells seconds; tests give one of their own."""

    def __init__(self, code: str, clock: Clock = time.time) -> None:
        self._key = secrets.token_bytes(32)
        self._digest = self._sign(_plain(code))
        self._clock = clock
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0 if it may now."""
        count, last = self._tries.get(_group(address), (0, 0.0))
        if count < FREE_TRIES:
            return 0.0
        pause = min(2.0 ** (count - FREE_TRIES), LONGEST_WAIT)
        return max(0.0, last + pause - self._clock())

    def right(self, address: str, given: str) -> bool:
        """Is the code right? A wrong one is counted before the answer is known to anyone."""
        if self.wait(address):
            return False
        group = _group(address)
        count = self._tries.pop(group, (0, 0.0))[0]
        self._tries[group] = (count + 1, self._clock())
        while len(self._tries) > ADDRESSES:
            self._tries.popitem(last=False)
        # Digests of equal length: the time taken says nothing of the code's length either.
        if not hmac.compare_digest(self._sign(_plain(given[:1000])), self._digest):
            return False
        self._tries.pop(group, None)
        return True

    def cookie(self) -> str:
        """A value that lets its bearer in: when it was given, and this process's signature."""
        issued = f"{int(self._clock())}.{secrets.token_urlsafe(9)}"
        return f"{issued}.{self._sign(issued)}"

    def lets_in(self, cookie: str) -> bool:
        """Was this value given by this process, and not too long ago?"""
        issued, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._sign(issued).encode(), signature.encode()):
            return False
        moment = issued.partition(".")[0]
        return moment.isdigit() and 0 <= self._clock() - int(moment) <= VALID

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _group(address: str) -> str:
    """What counts as one address: of IPv6, the network, for a machine has any number in it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
