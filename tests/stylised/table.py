"""The facts as docs/stylised_facts.md and as the table that the package carries.

Both are written by `python -m tests.stylised`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tests.stylised.chinese import TITLES, WHY
from tests.stylised.facts import FACTS, MISSED
from tests.stylised.runs import SCALE

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "stylised_facts.md"
TABLE = ROOT / "calibration" / "findings" / "stylised_facts.csv"
COLUMNS = ("code", "title_zh", "title_en", "statistic_zh", "statistic_en", "low", "high", "figure",
           "met", "source", "why_zh", "why_en")  # fmt: skip
HEAD = f"""# Stylised facts

What is known of firms, technology and subsidies, measured on the model with the estimators of the literature. Bands come from the literature and none has been widened; for adopters' output a mere sign, which chance alone decided, was narrowed to at least 0.01. Runs at scale {SCALE:g} (about 20,000 above-scale firms), 2012-2017, mostly without a programme; effects are differences between a run and its twin with the same random numbers. Made by `python -m tests.stylised`; `tests/stylised` fails if a fact that is met is lost, or if one that is missed is found and still said to be missed.

| fact | statistic | band | measured | | source |
|---|---|---|---|---|---|
"""
RESERVE = """## Met, with reserve
* **Additionality falls with size** weakly (two seeds of the core programme together; one alone has a standard error of about 0.05). In the whole programme, whose equipment subsidy gives a firm a fifth of what it asks for, no difference by size can be told from chance.
* **Productivity differences persist** more than the 0.6 to 0.8 a year that is usual: shocks of 0.10 a year are small beside differences of 0.45. **Growth rates** have the right shape, but a standard deviation of about 0.07: shocks to a firm's demand, which dominate in the data (Foster, Haltiwanger & Syverson 2008), are missing.
* **Slack providers** do not raise prices because learning is switched off in this pair of runs to look at the market alone; with learning a subsidy lowers prices by a fifth of its rate within three years.
"""


def rows(figures: Mapping[str, float]) -> list[str]:
    """One row of the table for each fact; `figures` by code."""
    return [
        f"| {fact.title} | {fact.statistic} | {fact.band} | {figures[fact.code]:.3g} | "
        f"{'met' if fact.met(figures[fact.code]) else '**missed**'} | {fact.source} |"
        for fact in FACTS
    ]


def page(figures: Mapping[str, float]) -> str:
    """The whole page."""
    titles = {fact.code: f"{fact.title} ({fact.statistic})" for fact in FACTS}
    why = "\n".join(f"* **{titles[code]}.** {reason}" for code, (_, reason) in MISSED.items())
    met = sum(fact.met(figures[fact.code]) for fact in FACTS)
    return (
        HEAD
        + "\n".join(rows(figures))
        + f"\n\n{met} of {len(FACTS)} are met.\n\n## Why some are missed\n{why}\n\n{RESERVE}"
    )


def table(figures: Mapping[str, float]) -> str:
    """The same as CSV in both languages; a band without an end has an empty cell."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for fact in FACTS:
        title, statistic = TITLES[fact.code]
        figure = figures[fact.code]
        met = fact.met(figure)
        ends = [f"{end:g}" if np.isfinite(end) else "" for end in (fact.low, fact.high)]
        why = ("", "") if met else (WHY.get(fact.code, ""), MISSED.get(fact.code, (0, ""))[1])
        lines.writerow([
            fact.code, title, fact.title, statistic, fact.statistic, *ends, f"{figure:.3g}",
            "yes" if met else "no", fact.source, *why,
        ])  # fmt: skip
    return text.getvalue()


def write(figures: Mapping[str, float]) -> None:
    """Both files."""
    PAGE.write_text(page(figures), encoding="utf-8")
    TABLE.write_text(table(figures), encoding="utf-8")
