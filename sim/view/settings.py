"""Names of the environment by which the server tells the page what it was started with."""

from __future__ import annotations

WORKERS = "LIANGHUA_VIEW_WORKERS"
"""Processes that simulate; all cores if it is not said."""
REPLICATES = "LIANGHUA_VIEW_REPLICATES"
"""Runs of each plan that a page waits for."""
RESULTS = "LIANGHUA_VIEW_RESULTS"
"""Folders of finished studies."""
ADDRESS = "LIANGHUA_VIEW_ADDRESS"
"""Where others in the room open the workshop."""
FAULT = "LIANGHUA_VIEW_FAULT"
"""`error` makes every changed plan fail, `slow` every run slow; for tests of the page."""
