"""Which browser it is that asks: one cookie that only this server can write.

It says two things, each signed: who the browser is, by the key alone, and that it has given the
room's code, by the key and the code. With the key of an earlier server it is the same browser; with
another code it is asked for that code, and stays who it was.

What is handed to the page is derived from the cookie and is not the cookie: who learns the one
cannot send the other.
"""

from __future__ import annotations

import hmac
import secrets

KEPT = 3 * 24 * 3600
"""Seconds that a browser keeps its cookie: a workshop of two days, and its night."""
_RANDOM_BYTES = 24
_RANDOM, _SIGNATURE = 32, 64
"""Characters of what is random, and of a signature."""
_LENGTH = _RANDOM + 1 + _SIGNATURE + 1 + _SIGNATURE


class Identity:
    """Writes and reads the cookie. `key` is the secret that signs it; a new one if None.

    `code` is the digest of the room's code; empty where none is asked for.
    """

    def __init__(self, key: bytes | None = None, code: str = "") -> None:
        self._key = secrets.token_bytes(32) if key is None else key
        self._code = code

    def issue(self, former: str = "") -> str:
        """A cookie that lets a browser in. By its `former` cookie, if it is ours, it is who it was."""
        content = secrets.token_urlsafe(_RANDOM_BYTES)
        if self.browser(former) is not None:
            content = former[:_RANDOM]
        return f"{content}.{self._sign('cookie', content)}.{self._entry(content)}"

    def browser(self, cookie: str) -> str | None:
        """The browser's own name, whether it may come in or not; None if the cookie is none of ours."""
        if len(cookie) != _LENGTH or not cookie.isascii():
            return None
        content, signature = cookie[:_RANDOM], cookie[_RANDOM : -_SIGNATURE - 1]
        if not hmac.compare_digest("." + self._sign("cookie", content), signature):
            return None
        return self._sign("browser", content)

    def lets_in(self, cookie: str) -> bool:
        """Is the cookie ours, and was it given for the code that is asked for, if one is?"""
        if self.browser(cookie) is None:
            return False
        entry = "." + self._entry(cookie[:_RANDOM])
        return not self._code or hmac.compare_digest(entry, cookie[-_SIGNATURE - 1 :])

    def form_token(self, address: str) -> str:
        """What a form served to an address sends back, and no other site can know."""
        return self._sign("form", address)

    def _entry(self, content: str) -> str:
        return self._sign("entry", f"{content} {self._code}")

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.digest(self._key, f"{purpose} {text}".encode(), "sha256").hex()
