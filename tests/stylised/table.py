"""The table of the facts: docs/stylised_facts.md, written by `python -m tests.stylised`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.stylised.facts import FACTS, MISSED
from tests.stylised.runs import SCALE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "stylised_facts.md"
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
