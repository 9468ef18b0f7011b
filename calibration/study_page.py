"""The report of an identification study."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from calibration.priors import priors
from calibration.study_figures import write_figures
from calibration.study_words import TEXT, losses
from sim.report.html import page, picture
from sim.report.text import TEXT as REPORT
from sim.words import worded

if TYPE_CHECKING:
    from calibration.study import Study

SECTIONS = (
    ("morris", "morris"), ("informs", ""), ("identification", "identification"),
    ("sobol", "sobol"), ("phase", "phase"), ("variance", "variance"), ("structures", "structures"),
)  # fmt: skip
"""Key of title, explanation and figure, and the table that belongs to it."""
OPEN = ("identification", "variance", "structures")
"""Tables that are shown at once; the others unfold."""


def write_page(study: Study, folder: Path, lang: str) -> None:
    """figures/*.png, figures/*.svg and report.html of a study into an open folder."""
    figures = write_figures(study, folder / "figures", lang)
    words, made = TEXT[lang], study.manifest
    parts = [f"<p>{escape(line)}</p>" for line in losses(study.lost, lang)]
    for key, table in SECTIONS:
        if key not in figures and table not in study.tables:
            continue
        how = words[f"{key}_how"].format(draws=words[made["split_draws"] or "prior"])
        parts.append(f"<h2>{escape(words[key])}</h2><p>{escape(how)}</p>")
        if key in figures:
            parts.append(picture(figures[key], words[key]))
        if table in study.tables:
            parts.append(_table(study.table(table, lang), made, lang, table in OPEN))
    title = f"{words['title']} {getattr(study.plan.scenario.title, lang) or made['scenario']}"
    text = page(
        title, parts, words["uncertainty"].format(n=made["replicates"]), made, lang,
        _command(study, lang),
    )  # fmt: skip
    (folder / "report.html").write_text(text, encoding="utf-8")


def _table(frame: pd.DataFrame, manifest: dict, lang: str, shown: bool) -> str:
    """A table as it stands in the CSV, rounded; codes give way to their labels."""
    codes = [name.removesuffix("_label") for name in frame if name.endswith("_label")]
    words = worded(frame.drop(columns=codes), manifest, lang)
    made = f'<div class="wide">{words.to_html(index=False, float_format="{:.3g}".format)}</div>'
    if shown:
        return made
    return f"<details><summary>{escape(REPORT[lang]['table'])}</summary>{made}</details>"


def _command(study: Study, lang: str) -> str:
    """The command that makes the same study again."""
    plan, made = study.plan, study.manifest
    methods = "".join(f" --method {name}" for name in made["methods"])
    whole = len(made["parameter_names"]) == len(priors())
    names = [] if whole else made["parameter_names"]
    chosen = "".join(f" --parameter {name}" for name in names)
    split = f" --draws {made['split_draws']}" if made["split_draws"] else ""
    against = f" --against {plan.against.name}" if plan.against is not None else ""
    return (
        f"lianghua sensitivity {made['scenario']}{methods}{chosen}{against} --until "
        f"{plan.scenario.time.end} --scale {made['scale']:g} --budget {made['budget']} --most "
        f"{made['most']} --forces {','.join(made['forces'])} --cells {made['cells']} --replicates "
        f"{made['replicates']} --seed {made['seed']}{split} --lang {lang} --out out/repeat"
    )
