"""Figures and pages of the additionality ledger and of the allocation-rule laboratory."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from pandas.api.types import is_float_dtype

from sim import terms
from sim.report.html import page
from sim.report.origin import origin_line, uncertainty_of
from sim.report.palette import CLASS_COLOURS
from sim.report.style import COLOURS, rc, save
from sim.report.text import TEXT, figure
from sim.words import TIER_ZH, instrument_titles, worded

if TYPE_CHECKING:
    from sim.additionality import Ledger
    from sim.allocation_rules import Laboratory

SHARES = (*(f"share_{code}" for code in terms.CLASSES), "top_decile")
"""Measures of a laboratory that are shares."""


def ledger_page(ledger: Ledger, folder: Path, lang: str) -> str:
    """Write figures/ledger and return the report."""
    words, manifest = TEXT[lang], ledger.manifest
    titles = instrument_titles(manifest, lang)
    titles["programme"] = terms.word(terms.OTHERS, "programme", lang)
    with rc_context(rc()):  # type: ignore[arg-type]
        path = save(_ledger_figure(ledger, titles, lang), folder, "ledger")
    title = f"{words['ledger']}: {getattr(ledger.scenario.title, lang) or ledger.scenario.name}"
    parts = [
        _image(path, words["ledger"]),
        f"<p>{escape(words['ledger_how'])}</p>",
        _table(ledger.table(), manifest, lang),
        f"<h2>{escape(words['costs'])}</h2>",
        _table(ledger.costs(), manifest, lang),
    ]
    return page(title, parts, uncertainty_of(manifest, lang), manifest, lang)


def laboratory_page(laboratory: Laboratory, folder: Path, lang: str) -> str:
    """Write figures/laboratory and return the report."""
    words, manifest = TEXT[lang], laboratory.manifest
    with rc_context(rc()):  # type: ignore[arg-type]
        path = save(_laboratory_figure(laboratory, lang), folder, "laboratory")
    title = f"{words['laboratory']}: {instrument_titles(manifest, lang)[laboratory.instrument]}"
    parts = [
        _image(path, words["laboratory"]),
        f"<p>{escape(words['laboratory_how'])}</p>",
        _table(laboratory.table(), manifest, lang),
        _table(laboratory.who_wins(), manifest, lang),
    ]
    return page(title, parts, uncertainty_of(manifest, lang), manifest, lang)


def _ledger_figure(ledger: Ledger, titles: Mapping[str, str], lang: str) -> Figure:
    """Shares of the classes, one bar an instrument switched off, money paid beside it."""
    words = TEXT[lang]
    table = ledger.table(("without",))
    money = table.pivot(index="without", columns="class", values="money")
    money = money.reindex(columns=["paid", *terms.CLASSES])
    names = [n for n in dict.fromkeys(table["without"]) if money.loc[n, "paid"] > 0]
    figure = Figure(figsize=(10.5, 1.8 + 0.27 * max(len(names), 2)))
    figure.suptitle(words["ledger"], x=0.01, ha="left", fontsize=14)
    axes = figure.subplots()
    shares = pd.DataFrame(
        {code: 100 * money.loc[names, code] / money.loc[names, "paid"] for code in terms.CLASSES}
    )
    _stack(axes, shares, [titles[name] for name in names], CLASS_COLOURS, terms.CLASSES, lang)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, frameon=False, fontsize=8)
    for place, name in enumerate(names):
        axes.text(101, place, f"{money.loc[name, 'paid']:,.0f}", va="center", fontsize=8)
    axes.text(101, -1.0, words["paid"], va="center", fontsize=8, color="#666666")
    axes.set_xlabel(words["of_paid"])
    _note(figure, ledger.manifest, lang)
    height = figure.get_figheight()
    figure.subplots_adjust(left=0.3, right=0.88, top=1 - 1.0 / height, bottom=0.8 / height)
    return figure


def _laboratory_figure(laboratory: Laboratory, lang: str) -> Figure:
    """What the money did, who has it and how concentrated it is, by rule."""
    words, rules = TEXT[lang], laboratory.rules
    labels = [terms.word(terms.RULES, rule, lang) for rule in rules]
    rows = laboratory.table().set_index(["measure", "rule"])
    wins = laboratory.who_wins().set_index(["group", "rule", "member"])["share"] * 100
    figure = Figure(figsize=(12.5, 2.8 + 0.8 * len(rules)))
    figure.suptitle(words["laboratory"], x=0.01, ha="left", fontsize=14)
    axes = figure.subplots(2, 2)
    did = pd.DataFrame(
        {code: 100 * rows.loc[f"share_{code}"].loc[rules, "mean"] for code in terms.CLASSES}
    )
    _stack(axes[0, 0], did, labels, CLASS_COLOURS, terms.CLASSES, lang)
    tiers = {code: (zh, code.replace("_", " ")) for code, zh in TIER_ZH.items()}
    for one, group, known in (
        (axes[0, 1], "tier", tiers),
        (axes[1, 0], "quintile", terms.QUINTILES),
    ):
        shares = wins.loc[group].unstack("member").loc[rules, list(known)]
        colours = dict(zip(known, COLOURS, strict=False))
        _stack(one, shares, labels, colours, known, lang)
    one = axes[1, 1]
    for place, measure in enumerate(("gini", "top_decile")):
        chosen = rows.loc[measure].loc[rules]
        where = np.arange(len(rules)) + 0.2 * (place - 0.5)
        ends = chosen[["low", "high"]].to_numpy().T
        spread = np.nan_to_num(np.abs(ends - chosen["mean"].to_numpy()))
        one.errorbar(
            chosen["mean"], where, xerr=spread, fmt="o", color=COLOURS[place], capsize=3,
            label=terms.word(terms.MEASURES, measure, lang),
        )  # fmt: skip
    one.set_yticks(np.arange(len(rules)), labels)
    one.set_xlim(0, 1)
    one.invert_yaxis()
    one.legend(loc="upper left", bbox_to_anchor=(0, -0.12), ncols=2, frameon=False, fontsize=8)
    _note(figure, laboratory.manifest, lang)
    for one in axes.flat[:3]:
        one.legend(loc="lower left", bbox_to_anchor=(0, -0.42), ncols=3, frameon=False, fontsize=8)
    for one, key in zip(axes.flat, ("did", "tiers", "quintiles", "spread"), strict=True):
        one.set_title(words[key])
    figure.subplots_adjust(
        left=0.12,
        right=0.98,
        top=0.88,
        bottom=1.1 / figure.get_figheight(),
        hspace=0.55,
        wspace=0.32,
    )
    return figure


def _note(figure: Figure, manifest: dict[str, Any], lang: str) -> None:
    """Where a figure comes from, and that its bars are means."""
    text = origin_line(manifest, lang, TEXT[lang]["means"])
    figure.text(0.01, 0.1 / figure.get_figheight(), text, fontsize=6.5, color="#666666")


def _stack(
    axes: Any, shares: pd.DataFrame, labels: Sequence[str], colours: Mapping[str, str],
    known: terms.Terms, lang: str,
) -> None:  # fmt: skip
    """Horizontal bars of shares in per cent, the first row on top."""
    left = np.zeros(len(shares))
    for code in shares.columns:
        width = shares[code].to_numpy()
        axes.barh(
            np.arange(len(shares)), width, left=left, color=colours[code], height=0.75,
            label=terms.word(known, str(code), lang),
        )  # fmt: skip
        left = left + width
    axes.set_yticks(np.arange(len(shares)), labels)
    axes.set_xlim(0, 100)
    axes.set_ylim(len(shares) - 0.4, -0.6)


def _image(path: Path, words: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{data}">'


def _table(frame: pd.DataFrame, manifest: dict[str, Any], lang: str) -> str:
    """A frame as it stands in the CSV, rounded, its shares in per cent."""
    told = frame.copy()
    shares = ("share", "share_low", "share_high", "chance")
    numbers = [name for name in frame.columns if is_float_dtype(frame[name])]
    for name in numbers:
        of_share = frame["measure"].isin(SHARES) if "measure" in frame else name in shares
        per_cent = np.broadcast_to(of_share, len(frame))
        told[name] = [
            figure(value, "share" if share else "")
            for value, share in zip(frame[name], per_cent, strict=True)
        ]
    shown = worded(told, manifest, lang)
    return f'<div class="wide">{shown.to_html(index=False)}</div>'
