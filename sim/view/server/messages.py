"""What a browser may say to the page's own widgets: their events, and nothing else.

The library beneath also lets a browser name any class of any module, to be imported and called on
the server, and any method of a widget. It is a convenience of notebooks, where who looks at a page
owns the machine; in a room it would hand the machine to whoever is in the network.
"""

from __future__ import annotations

import logging
from typing import Any

from ipyvue.VueTemplateWidget import Events

log = logging.getLogger("lianghua.view")


def allow_events_only() -> None:
    """From now on widgets take nothing but events of theirs; before the first page is served."""
    Events._handle_event = _handle_event


def _handle_event(widget: Any, sender: Any, content: Any, buffers: Any) -> None:
    """Call the handler of an event that the widget's class has; what else a browser says is left."""
    name = content.get("event") if isinstance(content, dict) else None
    if not isinstance(name, str) or not hasattr(type(widget), f"vue_{name}"):
        log.warning("a page said what no page of ours says; it was left")
        return
    handler = getattr(widget, f"vue_{name}")
    data = content.get("data", {})
    handler(data, buffers) if buffers else handler(data)
