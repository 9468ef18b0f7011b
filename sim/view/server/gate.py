"""What stands before the page: names it answers to, the room's code, bounds, security headers.

A plain ASGI middleware. It reads no session and keeps nothing but the counts of wrong codes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.view.server.code import VALID, Code
from sim.view.server.door import FONT, door_page
from sim.view.server.hosts import Hosts

LARGEST_BODY = 64 * 1024
"""Bytes of a request's body. Files come by the websocket, in parts."""
LARGEST_ADDRESS = 32 * 1024
"""Bytes of path and query; a page's address holds all its state."""
OPEN = frozenset({"/healthz", "/readyz", FONT})
"""Answered without the code: whether the server is up is no secret, nor is the form's font."""
FORM = "application/x-www-form-urlencoded"
SLOWED = 0.4
"""Seconds that a wrong code takes, whoever tries."""

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


class Gate:
    """Lets through what may reach `app`. `code` None leaves the door open."""

    def __init__(self, app: ASGIApp, hosts: Hosts, code: Code | None, cookie: str) -> None:
        self.app, self.hosts, self.code, self.cookie = app, hosts, code, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        send = _with_headers(send, PAGE_POLICY.format(host=host if self.hosts.allow(host) else ""))
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal or not self._known(headers):
                # Before it is accepted: the browser sees 403 and learns no more.
                await send({"type": "websocket.close", "code": 1008, "reason": ""})
                return
            await self.app(scope, receive, send)
            return
        answer = refusal or await self._door(scope, headers, receive)
        if answer is not None:
            await answer(scope, receive, send)
            return
        await self.app(scope, _bounded(receive), send)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """An answer to a request that is not for this server, from another site, or too large."""
        host, origin = headers.get("host", ""), headers.get("origin", "")
        if not self.hosts.allow(host):
            return PlainTextResponse("Unknown host. 未知主机名。", 421)
        asks = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if asks and not _same_origin(origin, host, scope["type"] == "websocket"):
            return PlainTextResponse("Not from another site. 不接受来自其他网站的请求。", 403)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LARGEST_ADDRESS:
            return PlainTextResponse("Address too long. 网址过长。", 414)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > LARGEST_BODY:
            return PlainTextResponse("Too large. 请求过大。", 413)
        return None

    def _known(self, headers: Headers) -> bool:
        """Is there no code, or does the request bear a cookie of this process?"""
        if self.code is None:
            return True
        return any(self.code.lets_in(one) for one in _cookies(headers, self.cookie))

    async def _door(self, scope: Scope, headers: Headers, receive: Receive) -> Response | None:
        """The form that asks for the code, or what becomes of a code given; None lets through."""
        if self.code is None or scope["path"] in OPEN:
            return None
        tried = scope["method"] == "POST" and headers.get("content-type", "").startswith(FORM)
        if not tried:
            return None if self._known(headers) else _form(scope, headers, "", 401)
        body = await _body(receive)
        if body is None:
            return PlainTextResponse("Too large. 请求过大。", 413)
        address = (scope.get("client") or ("", 0))[0]
        wait = self.code.wait(address)
        if wait:
            answer = _form(scope, headers, "slow", 429)
            answer.headers["retry-after"] = str(int(wait) + 1)
            return answer
        given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=5).get("code", [""])[0]
        if not self.code.right(address, given):
            await asyncio.sleep(SLOWED)
            return _form(scope, headers, "wrong", 401)
        answer = Response(status_code=303, headers={"location": _here(scope)})
        answer.set_cookie(
            self.cookie, self.code.cookie(), max_age=VALID, path="/", httponly=True,
            samesite="strict", secure=scope["scheme"] == "https",
        )  # fmt: skip
        return answer


def _form(scope: Scope, headers: Headers, message: str, status: int) -> Response:
    """The page that asks for the code, in the language that comes first to the browser."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
    first = asked or headers.get("accept-language", "zh")[:2].lower()
    answer = HTMLResponse(door_page("en" if first == "en" else "zh", message), status)
    answer.headers["content-security-policy"] = DOOR_POLICY
    answer.headers["cache-control"] = "no-store"
    return answer


def _here(scope: Scope) -> str:
    """The address asked for, on this server: `//name` would lead to another."""
    path = "/" + quote(scope["path"].lstrip("/\\"), safe="/@:+~,.-_")
    query = scope["query_string"].decode("latin-1")
    return path + ("?" + quote(query, safe="=&%+/:,;~.-_!*()'@$?[]") if query else "")


def _same_origin(origin: str, host: str, required: bool) -> bool:
    """Does a request come from a page of this server?

    Browsers always say so for a websocket. With `no-referrer`, they say `null` for a form, which is
    a hidden origin, and never a reason to trust; nor does the form need any.
    """
    if origin in ("", "null"):
        return not required
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _cookies(headers: Headers, name: str) -> Iterable[str]:
    for header in headers.getlist("cookie"):
        try:
            morsel = SimpleCookie(header).get(name)
        except CookieError:
            continue
        if morsel is not None:
            yield morsel.value


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None if too large."""
    found = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        found += message.get("body", b"")
        if len(found) > LARGEST_BODY:
            return None
        if not message.get("more_body"):
            return found


def _bounded(receive: Receive) -> Receive:
    """`receive` that ends a body sent in chunks when it grows too large."""
    got = 0

    async def bounded() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        return {"type": "http.disconnect"} if got > LARGEST_BODY else message

    return bounded


def _with_headers(send: Send, policy: str) -> Send:
    """`send` that adds the security headers to every answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("content-security-policy", policy)
            headers["x-content-type-options"] = "nosniff"
            headers["x-frame-options"] = "DENY"
            headers["referrer-policy"] = "no-referrer"
            headers["cross-origin-resource-policy"] = "same-origin"
        await send(message)

    return sending
