"""Addresses of the server: the page, its library's files, fonts and map, and its health."""

from __future__ import annotations

import logging
import mimetypes
import os
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from solara.lab import on_kernel_start
from solara.server import app as solara_app
from solara.server import compress, kernel_context
from solara.server import settings as solara_settings
from solara.server import starlette as solara_starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import sim
from sim.view.server.document import mended
from sim.view.server.door import notice_page
from sim.view.server.failures import show_plainly
from sim.view.server.gate import SESSION
from sim.view.server.incoming import guard_connections
from sim.view.server.memory import give_back_later, held
from sim.view.server.messages import allow_events_only
from sim.view.server.places import PLACES, closed, connection, whose

ASSETS = Path(__file__).parents[1] / "assets"
MAP = Path(__file__).parents[2] / "report" / "assets" / "zhejiang_cities.geojson"
"""Boundaries of the cities, served as /lianghua/zhejiang_cities.geojson."""
CDN = "/_solara/cdn"
CLOSE = "/_solara/api/close/{kernel_id}"
"""Where a page says that it was left."""
CONNECTION = "/jupyter/api/kernels/{kernel_id}/{name}"
UNWANTED = ("/resourcez", "/_solara/api/evict/{kernel_id}", "/jupyter/api/kernels/{id}")
"""Addresses of the library that tell of the machine or serve its own tests."""
HOUR = "public, max-age=3600"

_LEAVING: set[str] = set()
"""Pages that say that they were left, and are being closed."""

log = logging.getLogger("lianghua.view")
mimetypes.add_type("application/geo+json", ".geojson")
mimetypes.add_type("font/woff2", ".woff2")
compress.COMPRESSIBLE_SUFFIXES.add(".geojson")


class LocalFiles(solara_starlette.StaticCdn):
    """Files that the library would fetch from a content network: here, or not at all."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        found = StaticFiles.lookup_path(self, path)
        if found[1] is None:
            log.error("asset missing, and nothing is fetched: %s", path)
        return found


class OwnFiles(solara_starlette.StaticFilesOptionalAuth):
    """Fonts, style and map; kept for ever by `?v=` and a hash, else for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers.setdefault("cache-control", HOUR)
        return response


async def page(request: Request) -> Response:
    """The document that starts the page, or says that there is no place for one more."""
    lang = "en" if request.query_params.get("l") == "en" else "zh"
    if full := PLACES.full(whose(request)):
        headers = {"cache-control": "no-store", "retry-after": "60"}
        return HTMLResponse(notice_page(lang, f"full_{full}"), 503, headers)
    response = await solara_starlette.root(request)
    if isinstance(response, HTMLResponse):
        response.body = mended(bytes(response.body).decode("utf-8"), lang).encode("utf-8")
        response.headers["content-length"] = str(len(response.body))
        response.headers["cache-control"] = "no-store"
    return response


async def healthz(request: Request) -> Response:
    """Is the server up, how many pages are open, how much memory does it hold (MB)?

    Answered in the server's loop: it waits for no thread that others may have taken.
    """
    connected = kernel_context.PageStatus.CONNECTED
    contexts = list(kernel_context.contexts.values())
    found: dict[str, Any] = {
        "status": "ok",
        "version": sim.__version__,
        "sessions": sum(connected in list(one.page_status.values()) for one in contexts),
        "kept": len(contexts),
        "memory_mb": round(held() / 2**20, 1),
    }
    return JSONResponse(found, headers={"cache-control": "no-store"})


async def close(request: Request) -> Response:
    """Let go of a page that was left; nobody but its own browser can say so."""
    context = kernel_context.contexts.get(request.path_params["kernel_id"])
    page_id = request.query_params.get("session_id")
    if context is None or page_id not in context.page_status:
        return Response()  # gone already, as when a page is closed twice
    if context.session_id != request.cookies.get(SESSION):
        return PlainTextResponse("Not your page. 不是本浏览器的页面。\n", 403)
    if context.id not in _LEAVING:  # however often it is said, one thread waits for the page
        _LEAVING.add(context.id)
        try:
            await closed(partial(context.page_close, page_id))
        finally:
            _LEAVING.discard(context.id)
    return Response()


def routes() -> list[BaseRoute]:
    """Every address, ours before the library's.

    The library's middleware compresses each answer anew. Files are outside it: they are compressed
    once and kept, and fonts, which are compressed already, are left alone.
    """
    replaced = {CDN, CLOSE, CONNECTION, "/", "/{fullpath}", "/{fullpath:path}", *UNWANTED}
    rest = [one for one in solara_starlette.routes if _path(one) not in replaced]
    return [
        Route("/healthz", healthz),
        Route(CLOSE, close, methods=["POST"]),
        Mount("/lianghua", app=_own_files()),
        Mount(CDN, app=LocalFiles(directory=solara_settings.assets.proxy_cache_dir)),
        Mount(
            "/",
            routes=[Route("/", page), WebSocketRoute(CONNECTION, connection), *rest],
            middleware=solara_starlette.middleware,
        ),
    ]


def compress_ahead(names: Sequence[str]) -> None:
    """Compress what every page loads before the first one asks, and keep it.

    Browsers take brotli from this machine and over https only, so a room is sent gzip.
    """
    folder = Path(solara_settings.assets.proxy_cache_dir)
    encodings = ("gzip", "br") if compress.brotli is not None else ("gzip",)
    for path in [*(folder / name for name in names), MAP]:
        for encoding in encodings:
            compress.compressed(str(path), path.stat(), encoding)


def load_page() -> None:
    """Import and run the page once, so that an error in it ends the server before it starts."""
    # Of the library's own cookie, which the gate lets no browser have.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    # Our style and icons; not by the environment, which takes a comma in a path for two paths.
    solara_settings.assets.extra_locations = [str(ASSETS)]
    allow_events_only()
    guard_connections()
    show_plainly()
    on_kernel_start(lambda: give_back_later)  # what it returns is called once a page is left
    solara_app.ensure_apps_initialized()


def _own_files() -> StaticFiles:
    files = OwnFiles(directory=ASSETS)
    files.all_directories = [str(ASSETS), str(MAP.parent)]
    return files


def _path(route: BaseRoute) -> str:
    return str(getattr(route, "path", ""))
