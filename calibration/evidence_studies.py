"""Model analysis and output corroboration on the evidence page, from folders of results."""

from __future__ import annotations

import pandas as pd

from calibration.evidence_parts import Part, Table
from calibration.evidence_tables import Found
from calibration.evidence_words import WORDS, coded
from calibration.priors import priors
from calibration.study_rows import SHOWN, largest_rows, part_heads, part_rows
from calibration.study_words import figure_labels
from calibration.targets import targets
from calibration.validation_rows import board_rows, point_rows

SENSITIVITY = ("morris", "identification", "sobol", "variance")
VALIDATION = ("scoreboard", "points")
"""Tables of results folders that the page takes."""
MOST = 20
"""Parameters of which the data speak most that are listed."""


def analysis(found: Found | None, lang: str) -> Part:
    """Model analysis: what moves what, and where variance comes from."""
    words = WORDS[lang]
    if found is None:
        return Part("analysis", [_not_run("sensitivity", "sensitivity", "identification", lang)])
    said = [_made_by(found, "sensitivity", lang)]
    tables: list[Table] = []
    frames = {name: _plain(frame) for name, frame in found.tables.items()}
    ranks = [str(place + 1) for place in range(SHOWN)]
    if "identification" in frames:
        frame = frames["identification"]
        said.append(words["known_parameters"].format(
            all=len(frame), half=int((frame["spread_left"] < 0.5).sum()),
            known=sum(bool(_telling(text)) for text in frame["identified_by"]),
        ))  # fmt: skip
    for name, measure in (("morris", "share"), ("sobol", "total")):
        if name in frames:
            rows = largest_rows(frames[name], measure, lang)
            heads = [words["output_name"], *ranks]
            tables.append(Table(words[f"largest_{name}"], heads, rows, shown=True))
    if "variance" in frames:
        heads = [words["output_name"], *part_heads(lang)]
        rows = part_rows(frames["variance"], lang)
        numbers = frozenset(range(1, len(heads)))
        tables.append(Table(words["split"], heads, rows, numbers, shown=True))
    if "identification" in frames:
        tables.append(_spread(frames["identification"], lang))
    return Part("analysis", said, tables)


def _telling(identified_by: str) -> list[str]:
    """Names of targets; a saved study has words where there is none."""
    known = {one.name for one in targets()}
    return [name for name in identified_by.split(", ") if name in known]


def _spread(frame: pd.DataFrame, lang: str) -> Table:
    words, names = WORDS[lang], {one.name: getattr(one, lang) for one in priors()}
    labels = figure_labels(lang)
    rows = []
    for row in frame.nsmallest(MOST, "spread_left").to_dict("records"):
        by = [labels[name] for name in _telling(row["identified_by"])]
        rows.append([
            names.get(row["parameter"], row["parameter"]), f"{row['spread_left']:.2f}",
            words["join"].join(by) or words["none"],
        ])  # fmt: skip
    heads = [words[key] for key in ("parameter", "spread_left", "identified_by")]
    return Table(words["spread"], heads, rows, frozenset({1}))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A saved table of a study under its own names, without the labels of its language."""
    kept = frame[[name for name in frame if not str(name).endswith("_label")]]
    return kept.rename(columns={"figure": "output"})


def corroboration(found: Found | None, lang: str) -> Part:
    """Output corroboration: the scoreboard on data that were not fitted."""
    if found is None:
        return Part("corroboration", [_not_run("validate", "validation", "validation", lang)])
    said = [_made_by(found, "validate", lang)]
    tables: list[Table] = []
    board = found.tables["scoreboard"]
    for vintage in dict.fromkeys(found.tables["points"]["vintage"]):
        for make, frame, shown in ((board_rows, board, True),
                                   (point_rows, found.tables["points"], False)):  # fmt: skip
            title, heads, rows = make(frame, vintage, lang)
            if rows:
                numbers = frozenset(range(2, len(heads) - (0 if shown else 1)))
                tables.append(Table(title, heads, rows, numbers, shown))
            else:
                said.append(title)
    return Part("corroboration", list(dict.fromkeys(said)), tables)


def _not_run(command: str, option: str, page: str, lang: str) -> str:
    told = {"command": command, "option": option, "doc": f"docs/{page}.md"}
    return WORDS[lang]["not_run"].format(**told)


def _made_by(found: Found, command: str, lang: str) -> str:
    words = WORDS[lang]
    kept = ("version", "scale", "replicates", "budget", "seed")
    facts = [f"{coded(key, lang)} {found.manifest[key]}" for key in kept if key in found.manifest]
    return words["made_by"].format(command=command, facts=words["join"].join(facts))
