"""The server of the view: one process, production mode, nothing from the internet.

The page's library reads its settings from the environment when it is first imported, so nothing of
it may be imported before `prepare`. Sessions live in this process, simulations in workers.
"""

from __future__ import annotations

import logging
import os
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from sim.core.errors import InputError
from sim.view.server.code import AUTO, Code, checked_code
from sim.view.server.ending import Deadline, end_workers, hanging_up
from sim.view.server.hosts import addresses, bind, hosts_of, is_wide
from sim.view.server.kept_code import RecordsWithCode
from sim.view.server.log import bound_log
from sim.view.server.memory import begin_anew
from sim.view.settings import ADDRESS, REPLICATES, RESULTS, WORKERS

if TYPE_CHECKING:
    from starlette.applications import Starlette

PAGE = "sim.view.page:Page"
"""Module and component of the page."""
WORKSHOPS = Path("out/workshops")
"""Under the current folder, a folder a port: records of workshops."""
NOWHERE = "http://127.0.0.1:9/"
"""Where missing assets would be asked for: nobody answers there."""
NEEDED = (
    "@widgetti/solara-vuetify-app@10.1.1/dist/main8.css",
    "@widgetti/solara-vuetify-app@10.1.1/dist/fonts.css",
    "@widgetti/solara-vuetify-app@10.1.1/dist/solara-vuetify-app8.min.js",
    "requirejs@2.3.6/require.js",
    "echarts@5.4.0/dist/echarts.min.js",
)
"""What every page loads, of the package solara-assets."""
LARGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes of a websocket message; a session's file comes in one."""
PATIENCE = 3
"""Seconds that pages have to close when the server ends."""
SILENCE = 60.0
"""Seconds that a page may leave a sign of life unanswered: a phone in a pocket, a full room."""


@dataclass(frozen=True)
class Service:
    """How the view is served. `open_page` None opens a browser if one is likely to be seen;
    `workshops` None keeps them under the current folder; `session` is a workshop's file to take up."""

    host: str = "127.0.0.1"
    port: int = 8765
    code: str | None = None
    workers: int | None = None
    replicates: int | None = None
    results: tuple[Path, ...] = ()
    open_page: bool | None = None
    quiet: bool = False
    workshops: Path | None = None
    session: Path | None = None

    @cached_property
    def records(self) -> RecordsWithCode:
        """Where this server keeps its workshops, its code and the key of its cookies: a port is one
        server's, so that the next one there finds what a killed one left."""
        return RecordsWithCode(self.workshops or WORKSHOPS / str(self.port))


def checked(service: Service) -> str | None:
    """The room's code, once all that was given is known to be usable; raises InputError."""
    if service.workers is not None and service.workers < 1:
        raise InputError("--workers", "", service.workers, "1 or more")
    if service.replicates is not None and not 2 <= service.replicates <= 200:
        raise InputError("--replicates", "", service.replicates, "2 to 200")
    for folder in service.results:
        if not folder.is_dir():
            raise InputError("--results", "", str(folder), "a folder of results")
        if os.pathsep in str(folder):
            raise InputError("--results", "", str(folder), f"a path without '{os.pathsep}'")
    kept = service.workshops
    if kept is not None and kept.exists() and not kept.is_dir():
        raise InputError("--workshops", "", str(kept), "a folder")
    if service.session is not None and not service.session.is_file():
        raise InputError("--session", "", str(service.session), "a session's file")
    return None if service.code is None else checked_code(service.code)


def prepare(service: Service) -> None:
    """Set the environment that the page and its library read."""
    os.environ |= {
        "SOLARA_APP": PAGE,
        "SOLARA_MODE": "production",
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "SOLARA_TELEMETRY_SERVER_USER_ID": "none",  # else one is written into the home folder
        "SOLARA_THEME_SHOW_BANNER": "False",
        "SOLARA_THEME_LOADER": "plain",
        "SOLARA_THEME_TITLE": "两化 Lianghua",
        "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
        "SOLARA_SESSION_HTTP_ONLY": "True",
        "SOLARA_ASSETS_CDN": NOWHERE,
        "SOLARA_ASSETS_PROXY": "True",
        "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
        "REACTON_FAST": "1",  # what has not changed is not walked through again
        # Else the first request decides them, by headers that anyone can send.
        "SOLARA_ROOT_PATH": "",
        "SOLARA_BASE_URL": f"http://{service.host}:{service.port}/",
        RESULTS: os.pathsep.join(str(one.resolve()) for one in service.results),
    }
    # The library's own service takes these to mean a notebook, which brings its own assets.
    for name in ("COLAB_GPU", "VSCODE_PID"):
        os.environ.pop(name, None)
    if service.workers is not None:
        os.environ[WORKERS] = str(service.workers)
    if service.replicates is not None:
        os.environ[REPLICATES] = str(service.replicates)


def load() -> None:
    """Import the page, once `prepare` has been called; raises RuntimeError if assets are missing."""
    from sim.view.server.routes import compress_ahead, load_page

    _check_assets()
    load_page()
    Thread(target=compress_ahead, args=(NEEDED,), daemon=True).start()


def application(service: Service, code: str | None, key: bytes | None = None) -> Starlette:
    """The page behind its gate; it has been loaded.

    `key` signs the browsers' cookies: with that of an earlier server, they are known again.
    """
    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    from sim.view.server.gate import Gate
    from sim.view.server.routes import routes

    gate = Middleware(
        Gate,
        hosts=hosts_of(service.host),
        code=None if code is None else Code(code),
        # Cookies are shared by all ports of a host: two servers must not throw each other's away.
        cookie=f"lianghua-{service.port}",
        key=key,
    )
    from solara.server.starlette import lifespan

    return Starlette(routes=routes(), middleware=[gate], lifespan=lifespan)


def serve(service: Service) -> None:
    """Serve until interrupted (KeyboardInterrupt) or terminated."""
    code = checked(service)
    begin_anew()
    bound_log()
    listener = bind(service.host, service.port)
    service = replace(service, port=listener.getsockname()[1])
    if not service.quiet:
        print("Starting …", file=sys.stderr, flush=True)
    try:
        prepare(service)
        load()
        kept = service.records.kept_code()
        if _take_up_workshops(service) and service.code == AUTO:
            code = kept or code
        service.records.keep_code(code)
        app = application(service, code, service.records.key)
        server = _server(app, lambda: _ready(service, code), Deadline())
        server.run(sockets=[listener])
    finally:
        listener.close()
        end_workers()
    if not server.started:
        raise RuntimeError("the server did not start")


def _take_up_workshops(service: Service) -> bool:
    """Go on with the workshops that a killed server left, and say which; raises InputError.

    Is there one of the folder's own among them, whose people are in?
    """
    if service.session is None and "sim.view.workshop.board" not in sys.modules:
        return False  # the page has no workshop
    from sim.view.server.places import PLACES
    from sim.view.workshop.board import BOARD
    from sim.view.workshop.resume import take_up

    PLACES.keeps = lambda browser: bool(BOARD.recall(browser))

    former = service.records.names()
    for line in take_up(BOARD, service.records, service.session):
        print(line, flush=True)
    return any(BOARD.version(name) >= 0 for name in former)


def _server(app: Starlette, ready: Callable[[], None], deadline: Deadline) -> Any:
    """An HTTP server that calls `ready` once it answers, and ends by the deadline."""
    import uvicorn

    from sim.view.server.connections import LARGEST_START, limited, limits_here
    from sim.view.server.frames import PacedSocket

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:
            deadline.begin(sig)
            super().handle_exit(sig, frame)

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            with super().capture_signals(), hanging_up(self.handle_exit):
                yield

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    logging.getLogger("uvicorn.error").addFilter(_worth_saying)
    limits = limits_here()
    config = uvicorn.Config(
        app, loop="asyncio", log_config=None, access_log=False, lifespan="on", server_header=False,
        proxy_headers=False, timeout_graceful_shutdown=PATIENCE,
        http=limited(limits), h11_max_incomplete_event_size=LARGEST_START, backlog=limits.at_once,
        ws=PacedSocket, ws_max_size=LARGEST_MESSAGE, ws_ping_timeout=SILENCE,
        # What a browser packs is unpacked in the loop before anyone can look at it: 4 kB come to 16 MB.
        ws_per_message_deflate=False,
    )  # fmt: skip
    return Server(config)


def _worth_saying(record: logging.LogRecord) -> bool:
    """Pages that are open when the server ends are no error."""
    return "graceful shutdown exceeded" not in record.getMessage()


def _check_assets() -> None:
    """All that a page loads is here; else say so now, and not by a blank page in the room."""
    from solara.server import settings

    folder = Path(settings.assets.proxy_cache_dir)
    missing = [one for one in NEEDED if not (folder / one).is_file()]
    if missing:
        raise RuntimeError(
            f"{folder} lacks {missing[0]}: the package solara-assets is not installed whole "
            "(pip install --force-reinstall 'solara-assets>=1.58.1,<1.59')"
        )


def _ready(service: Service, code: str | None) -> None:
    """Say where the page is, and begin with the runs that every page starts from."""
    _announce(service, code)
    live = sys.modules.get("sim.view.live")
    if live is not None:
        live.warm()


def _announce(service: Service, code: str | None) -> None:
    """Say where the page is, and open it."""
    found = addresses(service.host, service.port)
    # Others in a room need the address in their network, not this machine's own name for itself.
    os.environ[ADDRESS] = (found[1] if len(found) > 1 else found[0]) + "/?page=workshop"
    for line in announcement(found, code, is_wide(service.host)):
        print(line, flush=True)
    wanted = service.open_page
    if wanted is None:
        wanted = not is_wide(service.host) and sys.stdout.isatty() and _has_desktop()
    if wanted:
        webbrowser.open(found[0])


def announcement(found: Sequence[str], code: str | None, wide: bool) -> list[str]:
    """Lines that say where the page is and who can open it."""
    lines = [f"Lianghua 两化: {found[0]}"]
    lines += [f"  in this network 本网络内: {one}" for one in found[1:]]
    if code is not None:
        lines.append(f"  access code 访问口令: {code}")
    elif wide:
        lines.append(
            "  warning 注意: anyone in this network can open it; --code auto asks for a code"
            "（同一网络内任何人均可打开；加 --code auto 可设口令）"
        )
    lines.append("  Ctrl-C ends it 按 Ctrl-C 结束")
    return lines


def _has_desktop() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
