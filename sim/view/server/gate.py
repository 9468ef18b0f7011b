"""What stands before the page: names it answers to, the room's code, bounds, security headers.

A plain ASGI middleware. It keeps nothing but the counts of wrong codes. What it hands on has been
rewritten: headers that the page's library needs, and one cookie with the browser's name, so that
no other header of a client, forged, absurd or slow to read, reaches a parser behind it.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Iterable
from urllib.parse import parse_qs, quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.view.server.client import address_of
from sim.view.server.code import Code
from sim.view.server.door import FONT, TOKEN, door_page
from sim.view.server.hosts import Hosts
from sim.view.server.identity import KEPT, Identity

LARGEST_BODY = 64 * 1024
"""Bytes of a request's body. Files come by the websocket."""
LARGEST_ADDRESS = 32 * 1024
"""Bytes of path and query; a page's address holds all its state."""
LARGEST_HEADERS, MOST_HEADERS = 16 * 1024, 100
"""Bytes and number of a request's headers: cookies of all servers on this machine are among them."""
OPEN = frozenset({"/healthz", "/readyz", FONT})
"""Answered without the code: whether the server is up is no secret, nor is the form's font."""
DOCUMENT = "/"
"""The page's document, with which a browser is given its cookie where no code is asked for."""
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 5
SLOWED = 0.4
"""Seconds that a wrong code takes, whoever tries."""
CLIENT_ADDRESS = "x-lianghua-address"
"""Header by which a page learns its browser's address: the gate writes it, whatever is sent."""
SESSION = "solara-session-id"
"""The library's cookie: the name that it knows a browser by, written by the gate alone."""
HANDED_ON = frozenset(
    (
        b"host", b"origin", b"user-agent", b"accept", b"accept-encoding", b"accept-language",
        b"content-type", b"content-length", b"if-none-match", b"if-modified-since",
    )
)  # fmt: skip
"""Headers that the page's library may see; of each the first."""

# The page's library compiles its templates in the browser and has inline scripts, so `eval` and
# inline code must be allowed; nothing of another origin is.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws://{host} wss://{host}; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DOOR_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
"""On every answer, beside the policy of its content."""

log = logging.getLogger("lianghua.view")


class Gate:
    """Lets through what may reach `app`. `code` None leaves the door open.

    `cookie` is the name of the cookie, and `key` the secret that signs it; a new one if None.
    """

    def __init__(
        self, app: ASGIApp, hosts: Hosts, code: Code | None, cookie: str, key: bytes | None = None
    ) -> None:
        self.app, self.hosts, self.code, self.cookie = app, hosts, code, cookie
        self.identity = Identity(key, "" if code is None else code.digest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        answering = _Answering(send)
        bounded = _Bounded(receive)
        try:
            await self._pass(scope, bounded, answering)
        except ClientDisconnect:
            if bounded.too_large and not answering.begun:
                await _plain("Too large. 请求过大。", 413)(scope, receive, answering)
        except Exception:
            if answering.begun:
                raise  # the server closes the connection, and logs it
            log.exception("%s %.200r", scope.get("method", "websocket"), scope["path"])
            if scope["type"] == "websocket":
                await _turn_away(answering)
            else:
                await _plain("Server error. 服务器出错。", 500)(scope, receive, answering)

    async def _pass(self, scope: Scope, receive: Receive, answering: _Answering) -> None:
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None:
            answering.policy = PAGE_POLICY.format(host=headers["host"])
        browser = None if refusal else self._browser(headers)
        if scope["type"] == "websocket":
            if refusal or browser is None:
                await _turn_away(answering)
            else:
                await self.app(_rewritten(scope, browser), receive, answering)
            return
        answer = refusal or await self._door(scope, headers, receive, browser)
        if answer is not None:
            await answer(scope, receive, answering)
            return
        if browser is None and self.code is None and scope["path"] == DOCUMENT:
            value = self.identity.issue()
            browser = self.identity.browser(value)
            answering.cookie = self._given(value)
        answering.of_the_library = True
        await self.app(_rewritten(scope, browser), receive, answering)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """An answer to a request that is not for this server, from another site, or too large."""
        if are_too_large(headers.raw):
            return _plain("Headers too large. 请求头过大。", 431)
        host = headers.get("host", "")
        if not self.hosts.allow(host):
            return _plain("Unknown host. 未知主机名。", 421)
        asks = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if asks and not _same_origin(headers, host, scope["type"] == "websocket"):
            return _plain("Not from another site. 不接受来自其他网站的请求。", 403)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LARGEST_ADDRESS:
            return _plain("Address too long. 网址过长。", 414)
        if not scope["path"].isprintable():
            return _plain("Not an address of this server. 网址有误。", 400)
        length = headers.get("content-length", "0")
        plain = length.isascii() and length.isdigit() and len(length) <= 20
        if not plain or int(length) > LARGEST_BODY:
            return _plain("Too large. 请求过大。", 413)
        return None

    def _browser(self, headers: Headers) -> str | None:
        """The browser's name, by its cookie; None if it has none that lets it in."""
        found = filter(self.identity.lets_in, _cookies(headers, self.cookie))
        return next(map(self.identity.browser, found), None)

    def _former(self, headers: Headers) -> str:
        """The cookie by which a browser is known that has not given this code; empty if none."""
        ours = (one for one in _cookies(headers, self.cookie) if self.identity.browser(one))
        return next(ours, "")

    async def _door(
        self, scope: Scope, headers: Headers, receive: Receive, browser: str | None
    ) -> Response | None:
        """The form that asks for the code, or what becomes of a code given; None lets through."""
        if self.code is None or scope["path"] in OPEN:
            return None
        address = address_of(scope)
        token = self.identity.form_token(address)
        tried = scope["method"] == "POST" and headers.get("content-type", "").startswith(FORM)
        if not tried:
            return None if browser else _form(scope, headers, "", 401, token)
        body = await _body(receive)
        try:
            fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
        except ValueError:
            return _plain("Not a form of this page. 表单有误。", 400)
        # A page of another site can send the form in a visitor's name, but cannot read this.
        sent = fields.get(TOKEN, [""])[0]
        if not hmac.compare_digest(sent.encode(), token.encode()):
            return _form(scope, headers, "", 401, token)
        wait = self.code.wait(address)
        if wait:
            answer = _form(scope, headers, "slow", 429, token)
            answer.headers["retry-after"] = str(int(wait) + 1)
            return answer
        if not self.code.right(address, fields.get("code", [""])[0]):
            await asyncio.sleep(SLOWED)
            return _form(scope, headers, "wrong", 401, token)
        answer = Response(status_code=303, headers={"location": _here(scope)})
        if browser is None:  # else it came by another site's link, and is who it was
            answer.headers["set-cookie"] = self._given(self.identity.issue(self._former(headers)))
        return answer

    def _given(self, value: str) -> str:
        """The header that gives a browser its cookie.

        With a code, links of other sites come without it, and the form is shown. Without one it
        must come with them: else the browser would be given another, and lose its place.
        """
        kind = "Lax" if self.code is None else "Strict"
        return f"{self.cookie}={value}; HttpOnly; Max-Age={KEPT}; Path=/; SameSite={kind}"


class _Answering:
    """`send` that adds the security headers, and lets no cookie of the library out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        self.policy = PAGE_POLICY.format(host="")
        self.of_the_library = False
        self.cookie: str | None = None
        """What gives the browser its cookie."""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if self.of_the_library:
                del headers["set-cookie"]
            if self.cookie is not None:
                headers.append("set-cookie", self.cookie)
            headers.setdefault("content-security-policy", self.policy)
            headers.update(SECURITY)
        self.begun = True
        await self._send(message)


class _Bounded:
    """`receive` that ends a body sent in chunks when it grows too large."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._got = 0

    @property
    def too_large(self) -> bool:
        return self._got > LARGEST_BODY

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        self._got += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.too_large else message


def are_too_large(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Are these more headers than any browser sends?"""
    sizes = [len(name) + len(value) + 4 for name, value in headers]
    return len(sizes) > MOST_HEADERS or sum(sizes) > LARGEST_HEADERS


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status)


async def _turn_away(send: Send) -> None:
    """Refuse a websocket before it is accepted: the browser sees 403 and learns no more."""
    await send({"type": "websocket.close", "code": 1008, "reason": ""})


def _form(scope: Scope, headers: Headers, message: str, status: int, token: str) -> Response:
    """The page that asks for the code, in the language that comes first to the browser."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("l", [""])[0]
    first = asked or headers.get("accept-language", "zh")[:2].lower()
    answer = HTMLResponse(door_page("en" if first == "en" else "zh", token, message), status)
    answer.headers["content-security-policy"] = DOOR_POLICY
    answer.headers["cache-control"] = "no-store"
    return answer


def _here(scope: Scope) -> str:
    """The address asked for, on this server: `//name` would lead to another."""
    path = "/" + quote(scope["path"].lstrip("/\\"), safe="/@:+~,.-_")
    query = scope["query_string"].decode("latin-1")
    return path + ("?" + quote(query, safe="=&%+/:,;~.-_!*()'@$?[]") if query else "")


def _same_origin(headers: Headers, host: str, required: bool) -> bool:
    """Does a request come from a page of this server?

    Browsers always give the origin of a websocket. With `no-referrer`, it is `null` for a form: a
    hidden origin, and never a reason to trust; the form has a token of its own.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin", "").lower()
    if origin in ("", "null"):
        return not required
    return origin in (f"http://{host.lower()}", f"https://{host.lower()}")


def _cookies(headers: Headers, name: str) -> Iterable[str]:
    """Values of the cookie of this name, as they stand: ours needs no unquoting."""
    for header in headers.getlist("cookie"):
        for pair in header.split(";"):
            key, _, value = pair.partition("=")
            if key.strip() == name:
                yield value.strip()


def _rewritten(scope: Scope, browser: str | None) -> Scope:
    """The request as the library may see it."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in HANDED_ON:
            found.setdefault(name, value)
    if browser is not None:
        found[b"cookie"] = f"{SESSION}={browser}".encode()
    found[CLIENT_ADDRESS.encode()] = address_of(scope).encode("ascii", "replace")
    return {**scope, "headers": list(found.items())}


async def _body(receive: Receive) -> bytes:
    """The whole body; raises ClientDisconnect if it does not come, or is too large."""
    found = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        found += message.get("body", b"")
        if not message.get("more_body"):
            return found
