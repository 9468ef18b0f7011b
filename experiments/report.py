"""The report of a batch: one HTML file with everything inline, its figures as PNG and SVG beside it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from matplotlib import rc_context
from rich.cells import cell_len

from experiments import report_analysis, report_factors, report_results, report_study
from experiments.figures import folded, settings
from experiments.report_facts import Facts
from experiments.report_parts import Picture, Section, paragraph
from sim.core.files import Folder
from sim.report.html import page, picture
from sim.report.style import save
from sim.results import write_table

if TYPE_CHECKING:
    from experiments.reading import Batch

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and the title of the section that was made last."""
Builder = Callable[["Batch", str], Section | None]
"""(batch, lang) -> a section, or None where the batch does not have what it needs."""

SECTIONS: list[Builder] = [
    report_results.differences,
    report_factors.grid,
    report_factors.one_at_a_time,
    report_factors.scatter,
    report_analysis.effects,
    report_analysis.scores,
    report_analysis.discovery,
    report_analysis.contributions,
    report_analysis.ranking,
    report_results.months,
    report_results.outcome_levels,
    report_results.targets,
]
"""Sections on results, in the order of the page. An analysis adds its own here."""
AROUND: tuple[Builder, ...] = (report_study.method, report_study.design, report_study.runs)
"""Sections on the study itself, between the answer and the results."""
FIGURES = "figures"
NOTE_COLUMNS = 19
"""Columns of a figure's note to the inch."""


def write_report(
    folder: Path | str, out: Path | str, lang: str = "en", progress: Progress | None = None
) -> Path:
    """Write the report of the batch in `folder` to the file `out`, and figures into folder/figures.

    Tables of the analyses go there too, as CSV. Both are put in place whole, before the page.
    """
    from calibration.evidence_page import write
    from experiments.reading import Batch

    batch = Batch.load(folder)
    with Folder(Path(folder) / FIGURES, force=True) as figures:
        text = report_page(
            batch, figures.path, lang, folder=str(folder), out=str(out), progress=progress
        )
    write(text, Path(out))
    return Path(out)


def report_page(
    batch: Batch, figures: Path, lang: str, folder: str = "batch", out: str = "report.html",
    progress: Progress | None = None,
) -> str:  # fmt: skip
    """The page as text; figures are written into `figures`. A section is two steps: made, drawn."""
    tell, steps = progress or _silent, 2 * (len(AROUND) + len(SECTIONS)) + 1
    with rc_context(settings()), warnings.catch_warnings():  # type: ignore[arg-type]
        # A rare character that no font here has is shown as a box; that is no reason to fail.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        found: list[list[Section]] = [[], []]
        for place, build in enumerate([*AROUND, *SECTIONS], 1):
            made = build(batch, lang)
            if made is not None:
                found[place > len(AROUND)].append(made)
            tell(place, steps, made.title if made is not None else "")
        around, sections = found
        drawn = [*around, *sections, report_study.study_file(batch, lang)]
        note = report_study.note(batch, lang)
        parts = [_opening(batch, lang, [*sections, *around])]
        for place, one in enumerate(drawn, steps - len(drawn) + 1):
            parts += _section(one, figures, note)
            for name, frame in one.tables.items():
                write_table(frame, figures / name, batch.manifest, lang, ("csv",))
            tell(place, steps, one.title)
    facts = Facts(batch, lang)
    command = "\n".join(
        [
            facts.words["repeat_text"],
            f"lianghua batch study.toml --out {quote(folder)}",
            f"lianghua report {quote(folder)} --lang {lang} --out {quote(out)}",
        ]
    )
    uncertainty = report_study.uncertainty(batch, lang)
    return page(facts.title, parts, uncertainty, batch.manifest, lang, command)


def _silent(done: int, steps: int, title: str) -> None:
    return


def _opening(batch: Batch, lang: str, sections: Sequence[Section]) -> str:
    """The question, and the answer: what the sections say, in one paragraph."""
    facts = Facts(batch, lang)
    words = facts.words
    question = facts.text("question")
    asked = f"<h2>{escape(words['question'])}</h2>{paragraph(question)}" if question else ""
    says = [text for one in sections for text in one.says]
    if facts.done.empty:
        says.insert(0, words["no_runs"])
    joint = " " if lang == "en" else ""
    return f"{asked}<h2>{escape(words['answer'])}</h2>{paragraph(joint.join(says))}"


def _section(one: Section, figures: Path, note: tuple[str, str]) -> list[str]:
    made = [f"<h2>{escape(one.title)}</h2>"]
    for part in one.parts:
        if isinstance(part, Picture):
            width, height = part.figure.get_size_inches()
            title, rest = note
            # What is known of the runs is kept whole, the title as far as there is room.
            told = folded(title, max(8, int(NOTE_COLUMNS * width) - cell_len(rest)), 1) + rest
            part.figure.text(0.01, 0.07 / height, told, fontsize=6.5, color="#666666")
            made.append(picture(save(part.figure, figures, part.name), part.says))
        else:
            made.append(part)
    return made
