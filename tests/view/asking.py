"""Requests to an ASGI application, without a server: what was sent, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.view.elsewhere import elsewhere


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower case; cookies joined) and body; 0 for a websocket let through."""

    status: int
    headers: dict[str, str]
    body: str


def ask(
    app: Any,
    address: str = "/",
    method: str = "GET",
    body: bytes = b"",
    chunks: list[bytes] | None = None,
    client: str = "127.0.0.1",
    kind: str = "http",
    **headers: str,
) -> Answer:
    """One request; names of headers have underscores for hyphens. Host is ours unless given."""
    parts = urlsplit("//host" + address)
    named = {"host": "127.0.0.1:8765", **{k.replace("_", "-"): v for k, v in headers.items()}}
    pieces = chunks if chunks is not None else [body]
    if chunks is None and body and "content-length" not in named:
        named["content-length"] = str(len(body))
    scope = {
        "type": kind, "method": method, "path": unquote(parts.path), "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(), "scheme": "http" if kind == "http" else "ws",
        "headers": [(k.encode(), v.encode()) for k, v in named.items()], "client": (client, 5),
        "server": ("127.0.0.1", 8765), "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    left = [
        {"type": "http.request", "body": one, "more_body": place + 1 < len(pieces)}
        for place, one in enumerate(pieces)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    elsewhere(app(scope, receive, send))
    if kind == "websocket":
        refused = any(one["type"] == "websocket.close" for one in sent)
        return Answer(403 if refused else 0, {}, "")
    found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    text = b"".join(one.get("body", b"") for one in sent[1:])
    return Answer(sent[0]["status"], found, text.decode("utf-8"))
