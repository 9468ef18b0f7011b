"""`lianghua view` with a page that works, under its lock, for as long as its address says."""

from __future__ import annotations

import time

import solara

from sim.cli import main
from sim.view.pool import reading_pool
from sim.view.reading import Address
from sim.view.server import serve


@solara.component
def Page() -> None:  # noqa: N802
    """`?60` keeps the page's thread at work for a minute; `?60&workers` begins workers first."""
    busy, _, more = (solara.use_router().search or "0").lstrip("?").partition("&")
    if more:
        reading_pool().submit(Address("", ()))
    until = time.monotonic() + float(busy)
    while time.monotonic() < until:
        sum(range(1000))
    solara.Text("done")


if __name__ == "__main__":
    serve.PAGE = "tests.view.busy_server:Page"
    main()
