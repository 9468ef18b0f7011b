"""What a person chooses with: presets, levers, history, saved plans, months, sharing, files.

Each control is one widget with its own small template, fed by one JSON string: a page of forty
levers made of the library's parts would be some hundreds of widgets a session.
"""

from __future__ import annotations

from sim.view.controls.downloads import Downloads
from sim.view.controls.levers import Levers
from sim.view.controls.playbar import PlayBar
from sim.view.controls.presets import Presets
from sim.view.controls.saved import Saved
from sim.view.controls.share import Share
from sim.view.controls.steps import History
from sim.view.controls.upload import Upload

__all__ = ["Downloads", "History", "Levers", "PlayBar", "Presets", "Saved", "Share", "Upload"]
