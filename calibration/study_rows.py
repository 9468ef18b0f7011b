"""Tables of an identification study as text, for terminal and page."""

from __future__ import annotations

import pandas as pd

from calibration.priors import priors
from calibration.study_words import figure_labels, parameter_labels
from calibration.targets import targets
from calibration.variance import PARTS

SHOWN = 3
"""Parameters named for each output."""


def largest_rows(frame: pd.DataFrame, measure: str, lang: str) -> list[list[str]]:
    """By headline output its label and the parameters with the largest measure, in words."""
    known = {one.name for one in targets()}
    names, labels = figure_labels(lang), parameter_labels(priors(), lang)
    found = []
    for output, rows in frame.groupby("output", sort=False):
        if output not in known:
            best = rows.nlargest(SHOWN, measure)
            pairs = zip(best["parameter"], best[measure], strict=True)
            texts = [f"{labels.get(name, name)} {100 * value:.0f} %" for name, value in pairs]
            empty = [""] * (SHOWN - len(texts))
            found.append([names.get(str(output), str(output)), *texts, *empty])
    return found


def part_rows(frame: pd.DataFrame, lang: str) -> list[list[str]]:
    """By output its label and the share of each part of variance, per cent."""
    names = figure_labels(lang)
    shares = frame.pivot(index="output", columns="part", values="share")
    found = []
    for output in dict.fromkeys(frame["output"]):
        values = [shares.loc[output, part] for part in PARTS]
        texts = ["-" if value != value else f"{100 * value:.0f}" for value in values]
        found.append([names.get(output, output), *texts])
    return found


def part_heads(lang: str) -> list[str]:
    """Names of the parts of variance."""
    return [pair[0 if lang == "zh" else 1] for pair in PARTS.values()]
