"""Which browser it is that asks: one cookie that only this server can write.

What is handed to the page is derived from the cookie and is not the cookie: who learns the one
cannot send the other. A cookie is good for as long as the key is.
"""

from __future__ import annotations

import hmac
import secrets

KEPT = 3 * 24 * 3600
"""Seconds that a browser keeps its cookie: a workshop of two days, and its night."""
_RANDOM_BYTES = 24
_LENGTH = 2 + 32 + 1 + 64
"""Characters of a cookie: a mark, what is random, and the signature."""


class Identity:
    """Writes and reads the cookie. `key` is the secret that signs it; a new one if None."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(32) if key is None else key

    def issue(self, entered: bool) -> str:
        """A cookie for a browser that has given the room's code, or where none is asked for."""
        content = f"{'c' if entered else 'o'}.{secrets.token_urlsafe(_RANDOM_BYTES)}"
        return f"{content}.{self._sign('cookie', content)}"

    def browser(self, cookie: str, entered: bool) -> str | None:
        """The browser's own name; None if the cookie is none of ours.

        `entered` wants one that was given for the room's code.
        """
        if len(cookie) != _LENGTH or not cookie.isascii():
            return None
        content, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._sign("cookie", content), signature):
            return None
        if entered and not content.startswith("c."):
            return None
        return self._sign("browser", content)

    def form_token(self, address: str) -> str:
        """What a form served to an address sends back, and no other site can know."""
        return self._sign("form", address)

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.digest(self._key, f"{purpose} {text}".encode(), "sha256").hex()
