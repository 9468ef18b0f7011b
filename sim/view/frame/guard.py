"""A panel that fails says so, and leaves the rest of the page as it was."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import solara

from sim.core.errors import InputError
from sim.view.problems import framed, plain
from sim.view.words import text

log = logging.getLogger("lianghua.view")


@solara.component
def Guarded(draw: Callable[..., None], lang: str, *given: Any) -> None:
    """Draws what it is given, or says what went wrong with a way back."""
    failed, clear = solara.use_exception()
    if failed is None:
        draw(*given)
        return
    if not isinstance(failed, InputError):
        log.error("a panel failed", exc_info=failed)
    with solara.Div(classes=["lianghua-error"]):
        solara.Text(text("page.panel_failed", lang, error=framed(plain(failed), lang)))
        solara.Button(text("page.again", lang), on_click=clear, outlined=True)
