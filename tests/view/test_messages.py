"""What a browser may say to a widget."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest
from ipyvue.VueTemplateWidget import Events

from sim.view.controls.base import Control, board
from sim.view.controls.file import FileWidget
from sim.view.server.messages import (
    MalformedError,
    UnexpectedError,
    allow_events_only,
    checked,
)

RARE = "nturl2path"
"""A module that nothing here imports."""


@pytest.fixture
def said(monkeypatch):
    """What a control is told, once only events are allowed."""
    monkeypatch.setattr(Events, "_handle_event", Events._handle_event)
    monkeypatch.delitem(sys.modules, RARE, raising=False)
    allow_events_only()
    heard: list[object] = []
    widget = Control(template="<template><div/></template>", on_event=heard.append)
    return widget, heard


def test_a_browser_cannot_have_a_class_imported_and_called(said):
    widget, heard = said
    wish = {"create_widget": [RARE, "url2pathname"], "props": {}, "id": "1"}
    widget._handle_custom_msg(wish, [])
    assert RARE not in sys.modules
    assert heard == []


def test_a_browser_cannot_call_a_method_or_set_an_attribute(said):
    widget, heard = said
    call = {"functionRef": "close", "args": []}
    widget._handle_custom_msg({"update_ref": call, "id": widget.model_id, "prop": "board"}, [])
    assert widget.comm is not None  # `close` takes it away
    for name in ("nothing", "", None, 3, "event\n"):
        widget._handle_custom_msg({"event": name, "data": {"a": 1}}, [])
    assert heard == []


def test_events_go_through(said):
    widget, heard = said
    widget._handle_custom_msg({"event": "event", "data": {"key": "x"}}, [])
    assert heard == [{"key": "x"}]


def test_a_file_is_taken_by_the_control_that_asks_for_one_and_no_larger():
    content = {"largest": 200_000}
    files = FileWidget(board=board(content), on_event=print)
    other = Control(template="<template><div/></template>", on_event=print)
    context = SimpleNamespace(
        widgets={"files": files, "other": other},
        kernel=SimpleNamespace(comm_manager=SimpleNamespace(comms={})),
    )

    def message(name: str, size: int) -> str:
        event = {"event": "event", "data": {"name": "a.json", "text": '"' * size}}
        data = {"method": "custom", "content": event}
        return json.dumps({
            "header": {"msg_type": "comm_msg"}, "metadata": {}, "parent_header": {}, "buffers": [],
            "channel": "shell", "content": {"comm_id": name, "data": data},
        })  # fmt: skip

    checked(message("files", 200_000), context)
    checked(message("other", 10_000), context)
    with pytest.raises(UnexpectedError):
        checked(message("other", 100_000), context)
    with pytest.raises(MalformedError):
        checked(message("files", 300_000), context)
