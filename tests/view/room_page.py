"""The workshop alone, as the page of a server."""

from __future__ import annotations

import solara

from sim.view.workshop.room import Room


@solara.component
def Page() -> None:  # noqa: N802
    """The room, in English."""
    Room("en")
