"""A page that fails says so in plain words; what went wrong stands in the server's log.

The library shows the whole traceback to whoever looks at the page, with the server's folders in it.
"""

from __future__ import annotations

import logging
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import ipywidgets
import reacton
import solara
from solara.server import app as solara_app

from sim.view.server.door import both

log = logging.getLogger("lianghua.view")


def show_plainly() -> None:
    """Have pages that begin from now on show no traceback."""
    solara_app._run_app = _run
    solara_app.render = _render


def notice(lang: str) -> str:
    """What a page shows in place of all that failed, as HTML: in both languages, for which one was
    chosen since is not known, and two ways back that need nothing of the page."""
    return (
        f'<div class="lianghua-error" role="alert"><p><strong>{both("failed", lang)}</strong></p>'
        f'<p>{both("failed_why", lang)}</p><p><a href="">{both("reload", lang)}</a></p>'
        f'<p><a href="{escape(f"/?l={lang}")}">{both("anew", lang)}</a></p></div>'
    )


@solara.component
def Whole(element: reacton.core.Element[Any], lang: str) -> Any:
    """The whole of a page, or that it failed."""
    failed, _ = solara.use_exception()
    solara.use_effect(lambda: _log(failed), [failed])
    if failed is None:
        return element
    return solara.HTML(tag="div", unsafe_innerHTML=notice(lang))


def _log(failed: BaseException | None) -> None:
    if failed is not None:
        log.error("a page failed", exc_info=failed)


def _render(element: Any, container: Any, **given: Any) -> Any:
    """The library's own, within `Whole`; what even that cannot show is raised."""
    whole = Whole(element, _lang(element.kwargs.get("pathname", "")))
    return reacton.render(whole, container, **{**given, "handle_error": False})


def _run(state: Any, script: Any, pathname: str, render_context: Any = None) -> Any:
    """The library's own; a page that cannot even begin is the notice."""
    try:
        return _begin(state, script, pathname, render_context=render_context)
    except Exception as error:
        _log(error)
        return ipywidgets.HTML(value=notice(_lang(pathname))), None


_begin = solara_app._run_app


def _lang(pathname: str) -> str:
    return "en" if parse_qs(urlsplit(pathname).query).get("l") == ["en"] else "zh"
