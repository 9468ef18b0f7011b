"""`lianghua view` with a page that simulates nothing: what is tested is the server."""

from __future__ import annotations

from sim.cli import main
from sim.view.server import serve

if __name__ == "__main__":
    serve.PAGE = "tests.view.small_page:Page"
    main()
