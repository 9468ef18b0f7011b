"""Files of what the page shows: table, figures, report."""

from __future__ import annotations

import solara

from sim.report.text import TEXT
from sim.view import exports
from sim.view.controls.pick import Pick
from sim.view.looking import View
from sim.view.snapshot import Progress


@solara.component
def Downloads(view: View, progress: Progress, former: bool = False) -> None:
    """CSV of all runs, a chosen figure as PNG or SVG, and the report; made when asked for.

    There is nothing to take while what is shown is of the `former` plan.
    """
    name, set_name = solara.use_state(exports.FIGURES[0])
    snapshot, say = view.snapshot, view.say
    with solara.Column(classes=["lianghua-downloads"], gap="8px"):
        if former or not snapshot.ready:
            solara.Text(say("controls.no_runs"))
            return
        if progress.running:
            note = say("controls.some_runs", done=progress.done, total=progress.total)
            solara.Text(note, classes=["lh-note"])
        titles = [(key, TEXT[view.lang][key]) for key in exports.FIGURES]
        Pick(say("controls.figure"), titles, name, set_name, "figure")
        with solara.Row(gap="8px", style={"flex-wrap": "wrap"}):
            for key, made, mime in (
                ("csv", lambda: exports.csv(snapshot), "text/csv"),
                ("png", lambda: exports.figure(snapshot, name, "png"), "image/png"),
                ("svg", lambda: exports.figure(snapshot, name, "svg"), "image/svg+xml"),
                ("html", lambda: exports.report(snapshot), "text/html"),
            ):
                stem = name if key in ("png", "svg") else "report" if key == "html" else "runs"
                with solara.Div(classes=[f"lianghua-download-{key}"]):
                    solara.FileDownload(
                        made,
                        filename=f"lianghua_{stem}.{key}",
                        label=say(f"controls.get_{key}"),
                        mime_type=mime,
                    )
