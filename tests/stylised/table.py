"""The table of the facts: docs/stylised_facts.md, written by `python -m tests.stylised`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.stylised.facts import FACTS, MISSED
from tests.stylised.runs import SCALE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "stylised_facts.md"
HEAD = f"""# Stylised facts

What is known of firms, technology and subsidies, measured on the model with the estimators of the literature. Bands come from the literature and were set before the model was run; none has been widened. Runs at scale {SCALE:g} (about 20,000 above-scale firms), 2012-2017, mostly without a programme; effects are differences between a run and its twin with the same random numbers. Made by `python -m tests.stylised`; `tests/stylised` fails if a fact that is met is lost, or if one that is missed is found and still said to be missed.

| fact | statistic | band | measured | | source |
|---|---|---|---|---|---|
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
        + f"\n\n{met} of {len(FACTS)} are met.\n\n## Why some are missed\n{why}\n"
    )
