"""`lianghua view` with the workshop alone, and nothing simulated before it is asked for."""

from __future__ import annotations

from sim.cli import main
from sim.view import live
from sim.view.server import serve

if __name__ == "__main__":
    serve.PAGE = "tests.view.room_page:Page"
    live.warm = lambda: None  # type: ignore[assignment]
    main()
