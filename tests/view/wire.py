"""A page without a browser: what a browser and the server say to each other, and nothing drawn.

Thirty real browsers need more of this machine than the server does; this client needs next to
nothing, so that it measures the server as a room with devices of its own finds it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

LARGEST = 64 * 2**20
_FILES = re.compile(r"""(?:src|href)=["'](/[^"']+\.(?:js|css|svg|png|woff2)[^"']*)["']""")


def entered(address: str, code: str) -> str:
    """The cookie of a browser that has given a room's code."""
    try:
        urllib.request.urlopen(address, timeout=60)
    except urllib.error.HTTPError as form:
        token = re.findall(r'name="token" value="([^"]*)"', form.read().decode())[0]
    sent = urllib.parse.urlencode({"code": code, "token": token}).encode()
    opener = urllib.request.build_opener(_Here)
    with contextlib.closing(opener.open(address, sent, timeout=60)) as answer:
        return str(answer.headers["set-cookie"]).split(";")[0]


class _Here(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what came with it is wanted."""

    def http_error_303(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp


class Page:
    """One open page: `models` holds every widget's state by its identity, as a browser would."""

    def __init__(self, address: str, cookie: str = "") -> None:
        self.address = address.rstrip("/")
        self.cookie = cookie
        """What the browser was given to be known by; another page of the same browser has it too."""
        self.models: dict[str, dict[str, Any]] = {}
        self.changed = asyncio.Event()
        self.on_update: Callable[[dict[str, Any]], None] = lambda state: None
        """Called with what a widget is told, at once."""
        self.on_data: Callable[[str, dict[str, Any]], None] = lambda channel, data: None
        """Called with what comes over a channel."""
        self.received = 0
        """Characters that came over the connection."""
        self._kernel, self._session = str(uuid4()), str(uuid4())
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self, search: str = "") -> None:
        """Load the document and the files it names, connect, and have the page run."""
        await asyncio.to_thread(self._load, search)
        await self.connect()
        await self._say("kernel_info_request", {})
        control = await self.channel("solara.control")
        arguments = {"path": "/" + search, "dark": False, "appName": None,
                     "themes": {"light": {}, "dark": {}}}  # fmt: skip
        await self.tell(control, {"method": "run", "args": arguments})

    async def connect(self) -> None:
        """The connection alone, also anew; raises if the server refuses it."""
        socket = self.address.replace("http", "ws", 1)
        self._socket = await connect(
            f"{socket}/jupyter/api/kernels/{self._kernel}/channels?session_id={self._session}",
            additional_headers={"Cookie": self.cookie, "Origin": self.address}, max_size=LARGEST,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._read())

    async def channel(
        self, target: str, data: dict[str, Any] | None = None, version: str = ""
    ) -> str:
        """Open a channel; its identity."""
        name = uuid4().hex
        opening = {"comm_id": name, "target_name": target, "data": data or {}}
        await self._say("comm_open", opening, {"version": version} if version else {})
        return name

    def _load(self, search: str) -> None:
        asked = urllib.request.Request(f"{self.address}/{search}")
        if self.cookie:
            asked.add_header("Cookie", self.cookie)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            document = answer.read().decode()
            cookies = SimpleCookie()
            for one in answer.headers.get_all("set-cookie") or ():
                cookies.load(one)
        given = "; ".join(f"{name}={one.value}" for name, one in cookies.items())
        self.cookie = self.cookie or given
        for path in sorted(set(_FILES.findall(document))):
            headers = {"Accept-Encoding": "gzip"} | ({"Cookie": self.cookie} if self.cookie else {})
            request = urllib.request.Request(self.address + path, headers=headers)
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()

    async def close(self) -> None:
        """Leave as a browser does when its tab is closed."""
        await self.drop()
        await asyncio.to_thread(self._leave)

    async def drop(self) -> None:
        """Lose the connection, as a phone does."""
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def raw(self, data: str | bytes) -> None:
        """Send anything at all."""
        assert self._socket is not None
        await self._socket.send(data)

    def _leave(self) -> None:
        path = f"/_solara/api/close/{self._kernel}?session_id={self._session}"
        request = urllib.request.Request(
            self.address + path, data=b"", method="POST",
            headers={"Cookie": self.cookie, "Content-Type": "text/plain;charset=UTF-8"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()

    @property
    def alive(self) -> bool:
        """Is the connection still there?"""
        return self._reader is not None and not self._reader.done()

    async def tell(self, widget: str, data: dict[str, Any]) -> None:
        """Say something to a widget by its identity."""
        await self._say("comm_msg", {"comm_id": widget, "data": data})

    async def event(self, widget: str, data: dict[str, Any]) -> None:
        """What one of the page's own controls says when a person used it."""
        content = {"event": "event", "data": data}
        await self.tell(widget, {"method": "custom", "content": content})

    async def until(self, there: Any, seconds: float) -> Any:
        """`there()` once it is true; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (found := there()):
                self.changed.clear()
                await self.changed.wait()
            return found

    def marked(self, testid: str) -> dict[str, Any] | None:
        """The state of the widget with a handle for tests."""
        for state in self.models.values():
            if (state.get("attributes") or {}).get("data-testid") == testid:
                return state
        return None

    def board_with(self, key: str) -> tuple[str, dict[str, Any]] | None:
        """The control whose board has a key: its identity and its board."""
        for name, state in self.models.items():
            if f'"{key}":' in (state.get("board") or ""):
                return name, json.loads(state["board"])
        return None

    async def _say(
        self, kind: str, content: dict[str, Any], metadata: dict[str, Any] | None = None
    ) -> None:
        header = {"date": "2026-01-01T00:00:00Z", "msg_id": str(uuid4()), "msg_type": kind,
                  "session": self._session, "username": "", "version": "5.2"}  # fmt: skip
        await self.raw(json.dumps({
            "buffers": [], "channel": "shell", "content": content, "header": header,
            "metadata": metadata or {}, "parent_header": {},
        }))  # fmt: skip

    async def _read(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            self.received += len(message)
            if isinstance(message, bytes):
                continue  # buffers: nothing that the page says matters here
            told = json.loads(message)
            content, kind = told["content"], told["header"]["msg_type"]
            data = content.get("data") or {}
            if kind == "comm_open":
                self.models[content["comm_id"]] = dict(data.get("state") or {})
            elif kind == "comm_close":
                self.models.pop(content["comm_id"], None)
            elif kind == "comm_msg":
                self.on_data(content["comm_id"], data)
                if data.get("method") == "update":
                    self.models.setdefault(content["comm_id"], {}).update(data["state"])
                    self.on_update(data["state"])
            self.changed.set()
