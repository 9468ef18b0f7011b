"""The evaluators' trial drawn, as a page, and on the terminal."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from rich.table import Table

from calibration.evaluator_words import (
    GROUPS,
    HEADERS,
    METHODS,
    OUTCOMES,
    TEXT,
    VERDICTS,
    hundredfold,
    on_groups,
    on_methods,
)
from sim import screen
from sim.report.html import page, picture
from sim.report.origin import origin_line
from sim.report.style import COLOURS, rc, save
from sim.terms import word
from sim.words import instrument_titles

if TYPE_CHECKING:
    from calibration.evaluator_trial import Trial

SHOWN = ("truth", "estimate", "bias", "selection", "interference")


def write(trial: Trial, folder: Path, lang: str) -> None:
    """figures/evaluators.* and report.html into an open folder."""
    words, table = TEXT[lang], trial.table()
    with rc_context(rc()):  # type: ignore[arg-type]
        png = save(_figure(trial, table, lang), folder / "figures", "evaluators")
    parts = [picture(png, words["figure"]), f"<p>{escape(words['read'])}</p>"]
    parts += [f"<p>{escape(text)}</p>" for text in interpretation(trial, lang)]
    for key, (head, rows) in (("table", _method_rows(table, lang)),
                              ("reactions", _group_rows(trial.reactions(), lang))):  # fmt: skip
        top = "".join(f"<th>{escape(text)}</th>" for text in head)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        parts.append(f'<h2>{escape(words[key])}</h2><div class="wide"><table><tr>{top}</tr>{body}'
                     "</table></div>")  # fmt: skip
    uncertainty = words["uncertainty"].format(n=trial.replicates)
    text = page(_title(trial, lang), parts, uncertainty, trial.manifest, lang)
    (folder / "report.html").write_text(text, encoding="utf-8")


def show(trial: Trial, lang: str) -> None:
    """The tables by outcome, and who is touched, on the terminal."""
    screen.say(_title(trial, lang))
    for head, rows in (_method_rows(trial.table(), lang), _group_rows(trial.reactions(), lang)):
        for outcome in dict.fromkeys(row[0] for row in rows):
            shown = Table(title=outcome, title_justify="left")
            for place, name in enumerate(head[1:]):
                shown.add_column(name, justify="left" if place == 0 else "right")
            for row in rows:
                if row[0] == outcome:
                    shown.add_row(*row[1:])
            screen.show(shown)
    for text in on_groups(trial.reactions(), lang):
        screen.say(text)


def interpretation(trial: Trial, lang: str) -> list[str]:
    """What the trial says, in sentences."""
    silent = trial.estimates[trial.estimates["estimate"].isna()]
    reasons = dict(zip(silent["method"], silent["reason"], strict=True))
    return [
        *on_methods(trial.table(), reasons, lang), *on_groups(trial.reactions(), lang)
    ]  # fmt: skip


def _title(trial: Trial, lang: str) -> str:
    title = instrument_titles(trial.manifest, lang)[trial.instrument]
    scenario = getattr(trial.scenario.title, lang) or trial.scenario.name
    return TEXT[lang]["title"].format(instrument=f"{title}, {scenario}")


def _method_rows(table: pd.DataFrame, lang: str) -> tuple[list[str], list[list[str]]]:
    """Headers and cells, effects times 100, by outcome and method."""
    columns = ("outcome", "method", "n", "treated", *SHOWN, "spread", "error", "cover_90", "cover_95",
               "claims", "verdict")  # fmt: skip
    rows = []
    for outcome in OUTCOMES:
        for row in table[table["outcome"] == outcome].to_dict("records"):
            cells = [word(OUTCOMES, outcome, lang), word(METHODS, row["method"], lang)]
            cells += [
                f"{row[name]:.0f}" if row[name] == row[name] else "-" for name in columns[2:4]
            ]
            cells += [hundredfold(row[name]) for name in SHOWN]
            cells += [hundredfold(row[name]).lstrip("+") for name in ("spread", "error")]
            cells += [
                f"{row[name]:.0%}" if row[name] == row[name] else "-"
                for name in ("cover_90", "cover_95", "claims")
            ]
            rows.append([*cells, word(VERDICTS, row["verdict"], lang)])
    return [word(HEADERS, name, lang) for name in columns], rows


def _group_rows(reactions: pd.DataFrame, lang: str) -> tuple[list[str], list[list[str]]]:
    columns = ("outcome", "group", "firms", "effect", "low", "high")
    rows = [
        [word(OUTCOMES, row["outcome"], lang), word(GROUPS, row["group"], lang),
         f"{row['firms']:.0f}", *(hundredfold(row[name]) for name in columns[3:])]
        for outcome in OUTCOMES
        for row in reactions[reactions["outcome"] == outcome].to_dict("records")
    ]  # fmt: skip
    return [word(HEADERS, name, lang) for name in columns], rows


def _figure(trial: Trial, table: pd.DataFrame, lang: str) -> Figure:
    """One panel an outcome: every replicate's estimate, their mean with its interval, the truth."""
    figure = Figure(figsize=(13, 4.6), layout="constrained")
    axes = figure.subplots(1, len(OUTCOMES), sharey=True)
    for axis, outcome in zip(axes, OUTCOMES, strict=True):
        _panel(axis, trial, table[table["outcome"] == outcome].to_dict("records"), outcome, lang)
    axes[0].set_yticks(-np.arange(len(METHODS)), [word(METHODS, one, lang) for one in METHODS])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    figure.supxlabel(origin_line(trial.manifest, lang), fontsize=6.5, color="#666666", x=0.01,
                     ha="left")  # fmt: skip
    return figure


def _panel(axis: Any, trial: Trial, rows: list[dict[Any, Any]], outcome: str, lang: str) -> None:
    words = TEXT[lang]
    axis.axvline(0.0, color="#9a9a9a", linewidth=0.8)
    for place, row in enumerate(rows):
        mine = trial.estimates[
            (trial.estimates["method"] == row["method"]) & (trial.estimates["outcome"] == outcome)
        ]
        label = place == 0
        axis.plot(100 * mine["estimate"], np.full(len(mine), -place - 0.16), "o", markersize=3.5,
                  color="#9fb8c8", label=words["each"] if label else None)  # fmt: skip
        if row["replicates"] == 0:
            continue
        axis.errorbar(100 * row["estimate"], -place + 0.06, xerr=196 * row["error"], fmt="o",
                      color=COLOURS[0], capsize=3, label=words["mean"] if label else None)  # fmt: skip
        axis.plot(100 * row["truth"], -place + 0.06, "D", color=COLOURS[1],
                  label=words["true"] if label else None)  # fmt: skip
        axis.text(0.99, -place + 0.2, words["covers"].format(share=row["cover_95"]), fontsize=7.5,
                  color="#555555", ha="right", transform=axis.get_yaxis_transform())  # fmt: skip
    axis.set_ylim(-len(METHODS) + 0.5, 0.5)
    axis.set_title(word(OUTCOMES, outcome, lang))
