"""The command that tells what a batch found: report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Force, Language, Quiet

Page = Annotated[Path | None, typer.Option("--out", help="file that ends in .html")]


def report_command(
    folder: Annotated[Path, typer.Argument(help="folder of a batch")],
    out: Page = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Write one HTML file on what a batch found; its figures go into the batch's folder too.

    Without --out it is report.html in that folder, in Chinese report.zh.html.
    """
    from calibration.evidence_page import check
    from experiments.report import write_report
    from sim.terminal import Bar

    page = (
        out
        if out is not None
        else folder / ("report.html" if lang == "en" else f"report.{lang}.html")
    )
    check(page, force)
    with Bar("steps", quiet) as bar:
        made = write_report(folder, page, lang, bar.update)
    typer.echo(made)
