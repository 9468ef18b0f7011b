"""What frames the page: the bar above, the tabs of the panels, the state of the runs, an error."""

from __future__ import annotations

from sim.view.frame.bar import Bar
from sim.view.frame.guard import Guarded
from sim.view.frame.status import Status
from sim.view.frame.tabs import Tabs

__all__ = ["Bar", "Guarded", "Status", "Tabs"]
