"""The command that serves the interactive view."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Quiet

Host = Annotated[
    str, typer.Option("--host", help="where to listen; 0.0.0.0 lets the room's network in")
]
Port = Annotated[int, typer.Option("--port", help="port to listen at; 0 takes any that is free")]
AccessCode = Annotated[
    str | None, typer.Option("--code", help="code that the page asks for; auto draws one")
]
ViewWorkers = Annotated[
    int | None, typer.Option("--workers", help="processes that simulate; all cores by default")
]
ViewReplicates = Annotated[
    int | None,
    typer.Option("--replicates", help="runs of each plan that a page waits for; 16 by default"),
]
Folders = Annotated[
    list[Path] | None,
    typer.Option("--results", help="folder of finished results to show; repeatable"),
]
Workshops = Annotated[
    Path | None,
    typer.Option(
        "--workshops",
        help="folder that keeps workshops, should the server be killed; out/workshops/PORT by default",
    ),
]
SessionFile = Annotated[
    Path | None,
    typer.Option("--session", help="a workshop's file to take up, recorded or exported"),
]
OpenPage = Annotated[
    bool | None,
    typer.Option("--open/--no-open", help="open a browser; by default on a desktop only"),
]


def view_command(
    host: Host = "127.0.0.1",
    port: Port = 8765,
    code: AccessCode = None,
    workers: ViewWorkers = None,
    replicates: ViewReplicates = None,
    results: Folders = None,
    workshops: Workshops = None,
    session: SessionFile = None,
    open_page: OpenPage = None,
    quiet: Quiet = False,
) -> None:
    """Serve the interactive page on this machine, without the internet, until Ctrl-C."""
    from sim.view.server.serve import Service, serve

    serve(
        Service(
            host, port, code, workers, replicates, tuple(results or ()), open_page, quiet,
            workshops, session,
        )
    )  # fmt: skip
