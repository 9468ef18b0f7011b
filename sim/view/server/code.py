"""The access code of a room: compared safely, wrong tries slowed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable

from sim.core.errors import InputError
from sim.view.server.clock import now
from sim.view.server.tries import ADDRESS_TRIES, ADDRESS_WAIT, Tries

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters of a drawn code: none that looks like another on a projector."""
FEWEST, MOST = 6, 64
"""Characters of a code that is given."""
AUTO = "auto"
"""Given in place of a code: one is drawn."""


def drawn_code() -> str:
    """A code to read out: eight characters in two groups, 39 bits."""
    letters = [secrets.choice(LETTERS) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def checked_code(given: str) -> str:
    """The code as given; `auto` draws one. Raises InputError."""
    if given == AUTO:
        return drawn_code()
    if not usable(given):
        # The code itself is not repeated: it may be a good one, mistyped.
        allowed = f"{AUTO}, or {FEWEST} to {MOST} characters"
        raise InputError("--code", "", f"{len(_plain(given))} characters", allowed)
    return given


def usable(code: str) -> bool:
    """Can this be a room's code?"""
    return FEWEST <= len(_plain(code)) <= MOST and code.isprintable()


def _plain(code: str) -> str:
    """A code as it is compared: width, case, spaces and hyphens do not matter."""
    folded = unicodedata.normalize("NFKC", code).casefold()
    return "".join(one for one in folded if not one.isspace() and one != "-")


class Code:
    """Who may come in. `clock` gives seconds; tests give one of their own."""

    def __init__(self, code: str, clock: Callable[[], float] = now) -> None:
        self._key = secrets.token_bytes(32)
        self._digest = self._sign(_plain(code))
        self.digest = hashlib.sha256(_plain(code).encode("utf-8", "replace")).hexdigest()
        """What tells it from another code, for cookies to be given for it; never shown."""
        self._tries = Tries(clock, ADDRESS_TRIES, ADDRESS_WAIT)

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0 if it may now."""
        return self._tries.wait(address)

    def right(self, address: str, given: str) -> bool:
        """Is the code right? A wrong one is counted before the answer is known to anyone."""
        if self.wait(address):
            return False
        # Digests of equal length: the time taken says nothing of the code's length either.
        right = hmac.compare_digest(self._sign(_plain(given[:1000])), self._digest)
        (self._tries.right if right else self._tries.wrong)(address)
        return right

    def _sign(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "replace"), "sha256")
