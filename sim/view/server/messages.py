"""What a browser may say to the server: what a page of ours says, and nothing else.

The library beneath also lets a browser create widgets of any class on the server, without limit,
set every trait of a widget, name any class of any module to be imported and called, and any method
of a widget. It is a convenience of notebooks, where who looks at a page owns the machine; in a room
it would hand the machine to whoever is in the network.

Each message is looked at before the library reads it (`checked`). What is no message at all closes
the connection; what only a page of ours would not say is left.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ipyvue.VueTemplateWidget import Events
from ipywidgets import Widget
from ipywidgets.widgets.widget import _remove_buffers
from solara.server.kernel_context import VirtualKernelContext, get_current_context

from sim.view.server.gate import LARGEST_ADDRESS

LARGEST = 64 * 1024
"""Characters of a message; a control that takes files says how many more its own may have."""
MOST_VALUES, DEEPEST = 500, 12
"""Values within a message, and how deep they lie in one another; pages send some twenty."""
LONGEST_VALUE = 4_000
"""Characters of what a page writes into a widget, which the server keeps."""
OPENED = 8
"""Channels that a page has opened and not closed; each time it comes back it opens two, so that
older ones are dropped."""
SETTABLE = {
    "v_model": LONGEST_VALUE, "value": LONGEST_VALUE, "location": LARGEST_ADDRESS,
    "dark_effective": 10, "request_download": 10,
}  # fmt: skip
"""What a page writes into widgets: values of controls, its address, its colours, a download."""
CONTROL, STATES = "solara.control", "jupyter.widget.control"
"""Channels that a page opens: to start and to ask whether it was started; and for the state of all
its widgets after the connection was lost."""
ASKED = {CONTROL: ("run", "app-status"), STATES: ("request_states",)}
HEADER = frozenset({"date", "msg_id", "msg_type", "session", "username", "version"})
NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""What the name of a page, a tab or a channel is made of."""


class MalformedError(Exception):
    """What a browser sent is no message; says what is wrong with it, in a few words."""


class UnexpectedError(Exception):
    """A message that no page of ours sends; says which, in a few words."""


def allow_events_only() -> None:
    """From now on widgets take nothing but events of theirs; before the first page is served."""
    Events._handle_event = _handle_event
    Widget.handle_control_comm_opened = _tell_states


def checked(text: str, context: VirtualKernelContext) -> None:
    """Raise MalformedError or UnexpectedError unless a page of ours would send this."""
    widgets = context.widgets
    if len(text) > LARGEST and all(len(text) > _largest(one) for one in list(widgets.values())):
        raise MalformedError(f"{len(text):,} characters")
    kind, content = _parts(text)
    if kind in ("kernel_info_request", "comm_info_request"):
        return
    name = content.get("comm_id")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise MalformedError("a message without the name of a channel")
    if kind == "comm_open":
        _check_opening(name, content, context)
    elif kind == "comm_msg":
        channel, data = context.kernel.comm_manager.comms.get(name), content.get("data")
        if not isinstance(data, dict):
            raise MalformedError("a message without data")
        widget = widgets.get(name)
        if len(text) > _largest(widget):
            raise UnexpectedError("a file for a control that takes none")
        if widget is not None:
            _check_widget(widget, data)
        elif channel is not None:  # else it has just gone from the page: nobody hears it
            _check_asked(channel.target_name, data, context)


def _parts(text: str) -> tuple[str, dict[str, Any]]:
    """Kind and content of a message."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedError("not JSON") from None
    if not isinstance(found, dict) or not _plain(found):
        raise MalformedError("not in the form of a message")
    header, content, metadata, parent = (
        found.get(name) for name in ("header", "content", "metadata", "parent_header")
    )
    if not (
        isinstance(header, dict)
        and isinstance(content, dict)
        and isinstance(metadata, dict)
        and isinstance(parent, dict)
        # Each message to the page repeats the header of the one that it answers.
        and set(header) <= HEADER
        and all(isinstance(one, str) and len(one) <= 100 for one in header.values())
        and found.get("channel") == "shell"
        and found.get("buffers") == []
    ):
        raise MalformedError("not in the form of a message")
    kind = header.get("msg_type")
    if kind not in (
        "kernel_info_request",
        "comm_info_request",
        "comm_open",
        "comm_msg",
        "comm_close",
    ):
        raise UnexpectedError("a message of an unknown type")
    return kind, content


def _plain(message: Any) -> bool:
    """Are there few values, not deep in one another?"""
    level, count = [message], 0
    for _ in range(DEEPEST):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict | list):
                count += len(one)
                if count > MOST_VALUES:
                    return False
                below += one.values() if isinstance(one, dict) else one
        level = below
    return not level


def _check_opening(name: str, content: dict[str, Any], context: VirtualKernelContext) -> None:
    channels = context.kernel.comm_manager.comms
    if content.get("target_name") not in ASKED or content.get("data") != {} or name in channels:
        raise UnexpectedError("a request to create an object on the server")
    theirs = [key for key, one in list(channels.items()) if not one.primary]
    for key in theirs[: max(0, len(theirs) + 1 - OPENED)]:
        channels.pop(key)._closed = True  # nobody is there to be told


def _check_asked(target: str, data: dict[str, Any], context: VirtualKernelContext) -> None:
    """A question on a channel that the page opened."""
    if data.get("method") not in ASKED.get(target, ()):
        raise UnexpectedError("an unknown request")
    if data["method"] != "run":
        return
    wanted = data.get("args")
    # Begun once: each further time would leave what was drawn before.
    if context.container is not None or not isinstance(wanted, dict):
        raise UnexpectedError("a second start of a page")
    path, themes = wanted.get("path"), wanted.get("themes")
    if not isinstance(path, str) or len(path) > LARGEST_ADDRESS or not isinstance(themes, dict):
        raise UnexpectedError("a start of a page in another form")
    if wanted.get("appName") is not None or not isinstance(wanted.get("dark"), bool):
        raise UnexpectedError("a start of a page in another form")


def _check_widget(widget: Any, data: dict[str, Any]) -> None:
    """A message to a widget: an event of its, a value, or the question for its state."""
    method = data.get("method")
    if method == "custom":
        if not _hears(widget, data.get("content")):
            raise UnexpectedError("an event that a control does not have")
    elif method == "update":
        state = data.get("state")
        if not isinstance(state, dict) or data.get("buffer_paths", []) != []:
            raise UnexpectedError("a value in another form")
        for key, value in state.items():
            if key not in SETTABLE or _length(value) > SETTABLE[key]:
                raise UnexpectedError("a value that no control of a page sets")
    elif method != "request_state":
        raise UnexpectedError("an unknown request")


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(json.dumps(value))


def _largest(widget: Any) -> int:
    """Characters of a message to a widget."""
    return max(LARGEST, int(getattr(widget, "largest_message", 0)))


def _hears(widget: Any, content: Any) -> bool:
    """Does a widget have the event that a browser names?"""
    name = content.get("event") if isinstance(content, dict) else None
    if not isinstance(name, str) or not set(content) <= {"event", "data"}:
        return False
    return hasattr(type(widget), f"vue_{name}") or name in getattr(
        widget, "_event_handlers_map", ()
    )


def _handle_event(widget: Any, sender: Any, content: Any, buffers: Any) -> None:
    """Call the handler of an event that the widget's class has, and nothing else; in place of the
    library's own, which also makes and calls what it is asked to."""
    handler = getattr(widget, f"vue_{content['event']}", None) if _hears(widget, content) else None
    if handler is not None:
        data = content.get("data", {})
        handler(data, buffers) if buffers else handler(data)


def _tell_states(channel: Any, message: Any) -> None:
    """Answer a page that asks for the state of all its widgets, and it alone.

    The library keeps one channel for the whole process and answers the page that opened it last:
    one that opens it before the others come back would be told all that they show.
    """

    def tell(_: Any) -> None:
        states: dict[str, Any] = {}
        for name, one in list(get_current_context().widgets.items()):
            states[name] = {
                "model_name": one._model_name, "model_module": one._model_module,
                "model_module_version": one._model_module_version, "state": one.get_state(),
            }  # fmt: skip
        states, paths, buffers = _remove_buffers(states)
        answer = {"method": "update_states", "states": states, "buffer_paths": paths}
        channel.send(answer, buffers=buffers)

    channel.on_msg(tell)
