"""Figures and the one-file HTML report; matplotlib is imported here and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.additionality import Ledger
    from sim.allocation_rules import Laboratory
    from sim.comparison import Comparison
    from sim.results import Results
    from sim.scoring import Scorecard


def write_comparison(comparison: Comparison, folder: Path, lang: str) -> None:
    """figures/*.png, figures/*.svg and report.html of a comparison into an open folder."""
    from sim.report.figures import comparison_figures
    from sim.report.html import comparison_page

    made = comparison_figures(comparison, folder / "figures", lang)
    page = comparison_page(comparison, made, lang)
    (folder / "report.html").write_text(page, encoding="utf-8")


def write_run(results: Results, folder: Path, lang: str) -> None:
    """figures/*.png, figures/*.svg and report.html of one run into an open folder."""
    from sim.report.figures import run_figures
    from sim.report.html import run_page

    made = run_figures(results, folder / "figures", lang)
    (folder / "report.html").write_text(run_page(results, made, lang), encoding="utf-8")


def write_scorecard(scorecard: Scorecard, folder: Path, lang: str) -> None:
    """figures/*.png, figures/*.svg and report.html of a scorecard into an open folder."""
    from sim.report.scorecard import write

    write(scorecard, folder, lang)


def write_ledger(ledger: Ledger, folder: Path, lang: str) -> None:
    """figures/ledger.* and report.html of a ledger into an open folder."""
    from sim.report.additionality import ledger_page

    page = ledger_page(ledger, folder / "figures", lang)
    (folder / "report.html").write_text(page, encoding="utf-8")


def write_laboratory(laboratory: Laboratory, folder: Path, lang: str) -> None:
    """figures/laboratory.* and report.html of a laboratory into an open folder."""
    from sim.report.additionality import laboratory_page

    page = laboratory_page(laboratory, folder / "figures", lang)
    (folder / "report.html").write_text(page, encoding="utf-8")
