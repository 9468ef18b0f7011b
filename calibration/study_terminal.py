"""What the terminal shows of an identification study."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from calibration.forces import FORCES, REGIONS
from calibration.study_words import TEXT, figure_labels, parameter_labels
from calibration.targets import targets
from calibration.variance import PARTS

if TYPE_CHECKING:
    from calibration.study import Study

SHOWN = 3
"""Parameters named for each output."""


def show(study: Study, lang: str) -> None:
    """The parameters that matter most for each headline output, its parts of variance, its phase."""
    words = TEXT[lang]
    console = Console(width=None if sys.stdout.isatty() else 200)
    names, place = figure_labels(lang), 0 if lang == "zh" else 1
    for key, measure in (("morris", "share"), ("sobol", "total")):
        if key in study.tables:
            table = Table("", *[str(rank + 1) for rank in range(SHOWN)], title=words[key])
            for output, largest in _largest(study, key, measure, lang):
                table.add_row(names[output], *largest)
            console.print(table)
    if "identification" in study.tables:
        frame = study.tables["identification"]
        known = int((frame["identified_by"] != "").sum())
        console.print(f"{words['identified']}: {known} / {len(frame)}", highlight=False)
    if "phase" in study.tables:
        for output, region in _phases(study):
            console.print(f"{names[output]}: {REGIONS[region][place]}", highlight=False)
    if "variance" in study.tables:
        shares = study.tables["variance"].pivot(index="output", columns="part", values="share")
        heads = [pair[place] for pair in PARTS.values()]
        table = Table("", *heads, title=f"{words['variance']}, {words['share']}")
        for output in dict.fromkeys(study.tables["variance"]["output"]):
            values = [shares.loc[output, part] for part in PARTS]
            table.add_row(names[output], *["-" if v != v else f"{100 * v:.0f}" for v in values])
        console.print(table)


def _largest(study: Study, key: str, measure: str, lang: str) -> list[tuple[str, list[str]]]:
    """By headline output the parameters with the largest measure, in words."""
    known = {one.name for one in targets()}
    labels = parameter_labels(study.plan.priors, lang)
    found = []
    for output, rows in study.tables[key].groupby("output", sort=False):
        if output not in known:
            best = rows.nlargest(SHOWN, measure)
            pairs = zip(best["parameter"], best[measure], strict=True)
            texts = [f"{labels[name]} {100 * value:.0f} %" for name, value in pairs]
            found.append((str(output), [*texts, *[""] * (SHOWN - len(texts))]))
    return found


def _phases(study: Study) -> list[tuple[str, str]]:
    """The region of the point of the diagram that is nearest to the scenario as it is."""
    frame = study.tables["phase"]
    distance = sum(
        ((frame[name] - FORCES[name].neutral) / (FORCES[name].high - FORCES[name].low)) ** 2
        for name in study.plan.forces
    )
    chosen = frame.loc[distance.groupby(frame["output"], sort=False).idxmin()]
    return list(zip(chosen["output"], chosen["region"], strict=True))
