"""What the terminal shows of an identification study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from calibration.forces import FORCES, REGIONS
from calibration.study_rows import SHOWN, largest_rows, part_heads, part_rows
from calibration.study_words import TEXT, figure_labels, losses
from sim import screen

if TYPE_CHECKING:
    from calibration.study import Study


def show(study: Study, lang: str) -> None:
    """The parameters that matter most for each headline output, its parts of variance, its phase."""
    words = TEXT[lang]
    names, place = figure_labels(lang), 0 if lang == "zh" else 1
    for key, measure in (("morris", "share"), ("sobol", "total")):
        if key in study.tables:
            table = Table("", *[str(rank + 1) for rank in range(SHOWN)], title=words[key])
            for row in largest_rows(study.tables[key], measure, lang):
                table.add_row(*row)
            screen.show(table)
    if "identification" in study.tables:
        frame = study.tables["identification"]
        known = int((frame["identified_by"] != "").sum())
        screen.say(f"{words['identified']}: {known} / {len(frame)}")
    if "phase" in study.tables:
        for output, region in _phases(study):
            screen.say(f"{names[output]}: {REGIONS[region][place]}")
    if "variance" in study.tables:
        title = f"{words['variance']}, {words['share']}"
        table = Table("", *part_heads(lang), title=title)
        for row in part_rows(study.tables["variance"], lang):
            table.add_row(*row)
        screen.show(table)
    for line in losses(study.lost, lang):
        screen.say(line)


def _phases(study: Study) -> list[tuple[str, str]]:
    """The region of the point of the diagram that is nearest to the scenario as it is."""
    frame = study.tables["phase"]
    distance = sum(
        ((frame[name] - FORCES[name].neutral) / (FORCES[name].high - FORCES[name].low)) ** 2
        for name in study.plan.forces
    )
    chosen = frame.loc[distance.groupby(frame["output"], sort=False).idxmin()]
    return list(zip(chosen["output"], chosen["region"], strict=True))
