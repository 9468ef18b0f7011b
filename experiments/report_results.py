"""Sections of a report on results: differences between scenarios, months, points, targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments import figures
from experiments.report_facts import Facts
from experiments.report_labels import Measure, amount, measure, shown_value
from experiments.report_parts import Picture, Section, paragraph, table
from experiments.report_tables import (
    contrasts,
    levels,
)
from experiments.report_words import number, span
from sim.indices.targets import load_targets
from sim.report.style import COLOURS

if TYPE_CHECKING:
    from experiments.reading import Batch

MOST_POINTS = 24
"""Points, or scenarios, that a figure has rows for."""
SAID = 3
"""Outcomes that the answer speaks of."""
MOST_COLUMNS = 6
"""Scenarios that a table has columns for."""
MOST_VALUES = 3
"""Factors that a point is named by."""
SERIES = ("adoption_automation", "labour_productivity", "employees", "public_spending")
"""Monthly series shown where no headline outcome is one."""


# ------------------------------------------------------------------ scenarios
def differences(batch: Batch, lang: str) -> Section | None:
    """Paired differences of scenarios to the baseline."""
    facts = Facts(batch, lang)
    words, baseline = facts.words, facts.baseline
    if baseline is None or facts.done.empty:
        return None
    found = contrasts(batch.design, batch.runs, facts.outcomes, baseline)
    measures = [facts.measure(name) for name in facts.headlines]
    shown = found[found["scenario"].isin(most_different(found, facts, MOST_POINTS))]
    title = words["contrasts"].format(baseline=facts.titles[baseline])
    over = "points" if (found["over"] == "points").any() else "chance"
    how = words[f"contrasts_how_{over}"]
    count = shown["scenario"].nunique()
    cut = words["shown_of"].format(shown=count + 1, all=len(facts.scenarios))
    told = tuple(_says_contrasts(found, facts))
    picture = Picture("differences", figures.differences(shown, measures, facts.titles), title)
    rows = [
        (facts.titles[row.scenario], of.label, number(row.baseline * of.scale),
         number(row.difference * of.scale, signed=True),
         span(row.low * of.scale, row.high * of.scale, signed=True), of.gap_unit,
         _percent(row.difference, row.baseline), str(row.n))
        for row in found.itertuples() for of in [facts.measure(row.outcome)]
    ]  # fmt: skip
    head = [
        words[key]
        for key in (
            "scenario",
            "outcome",
            "baseline",
            "difference",
            "interval",
            "unit",
            "percent",
            "n",
        )
    ]
    listed = table(head, rows, lang, words=(0, 1, 5), folded=True, more=words["more_rows"])
    parts = (paragraph(how, cut if count + 1 < len(facts.scenarios) else ""), picture, listed)
    return Section(title, parts, told)


def most_different(found: pd.DataFrame, facts: Facts, most: int) -> list[str]:
    """So many scenarios with the largest differences of the first headline outcome, in order."""
    first = found[found["outcome"] == facts.headlines[0]].set_index("scenario")["difference"].abs()
    chosen = set(first.sort_values(ascending=False, kind="stable").index[:most])
    return [name for name in facts.scenarios if name in chosen]


def _says_contrasts(found: pd.DataFrame, facts: Facts) -> list[str]:
    """Where the baseline stands, what lies furthest above and below it, and how much is unclear."""
    words = facts.words
    told = []
    for name in facts.headlines[:SAID]:
        of = facts.measure(name)
        rows = found[(found["outcome"] == name) & found["difference"].notna()]
        if rows.empty:
            continue
        start = words["first_contrast"].format(
            outcome=of.label, baseline=facts.titles[str(facts.baseline)],
            level=amount(number(float(rows["baseline"].iloc[0]) * of.scale), of.unit),
        )  # fmt: skip
        told.append(
            words["join"].join([start, *_furthest(rows, of, facts)]) + words["stop"].strip()
        )
    known = found[found["outcome"].isin(facts.headlines) & found["low"].notna()]
    unclear = int(((known["low"] <= 0.0) & (known["high"] >= 0.0)).sum())
    if len(known):
        told.append(words["unclear" if unclear else "unclear_none"].format(n=len(known), m=unclear))
    if facts.replicates == 1 and known.empty:
        told.append(words["no_interval"])
    elif facts.replicates < 5 and "chance" in set(known["over"]):
        told.append(words["few"].format(n=facts.replicates))
    return told


def _furthest(rows: pd.DataFrame, of: Measure, facts: Facts) -> list[str]:
    """The largest clear difference up and down, in words."""
    words = facts.words
    if rows["low"].isna().all():
        row = rows.loc[rows["difference"].abs().idxmax()]
        gap = amount(number(row["difference"] * of.scale, signed=True), of.gap_unit)
        title = facts.titles[row["scenario"]]
        return [words["contrast_alone"].format(scenario=title, gap=gap)]
    clear = rows[(rows["low"] > 0.0) | (rows["high"] < 0.0)]
    if clear.empty:
        return [words["contrast_none"].format(over=words[f"over_{rows['over'].iloc[0]}"])]
    found = []
    for place, key, exists in (
        (clear["difference"].idxmax(), "contrast_up", (clear["difference"] > 0).any()),
        (clear["difference"].idxmin(), "contrast_down", (clear["difference"] < 0).any()),
    ):
        if exists:
            row = clear.loc[place]
            share = _percent(row["difference"], row["baseline"])
            found.append(
                words[key].format(
                    scenario=facts.titles[row["scenario"]],
                    gap=amount(number(abs(row["difference"]) * of.scale), of.gap_unit),
                    interval=words[f"interval_{row['over']}"].format(
                        span=span(row["low"] * of.scale, row["high"] * of.scale, signed=True)
                    ),
                    relative="" if share == "-" else words["relative"].format(percent=share),
                )
            )  # fmt: skip
    return found


def _percent(gap: float, level: float) -> str:
    return (
        number(100.0 * gap / abs(level), signed=True) if level == level and abs(level) > 0 else "-"
    )


# ------------------------------------------------------------------ points
def outcome_levels(batch: Batch, lang: str) -> Section | None:
    """Headline outcomes of every point."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    if facts.done.empty:
        return None
    found = levels(batch.runs, facts.outcomes)
    design = batch.design.set_index("point")
    points = [point for point in design.index if (found["point"] == point).any()]
    labels = {point: point_label(design.loc[point], facts) for point in points}
    measures = [facts.measure(name) for name in facts.headlines]
    parts: list[str | Picture] = [paragraph(words["levels_how"])]
    # Points of factors have figures of their own.
    if len(points) <= MOST_POINTS and not facts.groups:
        drawn = figures.outcome_levels(found, measures, points, [labels[one] for one in points])
        parts.append(Picture("levels", drawn, words["levels"]))
    rows = [
        (str(row.point), labels[row.point], of.label, number(row.mean * of.scale),
         span(row.low * of.scale, row.high * of.scale), of.unit, str(row.n))
        for row in found.sort_values("point", kind="stable").itertuples()
        for of in [facts.measure(row.outcome)]
    ]  # fmt: skip
    head = [
        words[key] for key in ("point", "scenario", "outcome", "mean_", "interval", "unit", "n")
    ]
    parts.append(table(head, rows, lang, words=(0, 1, 2, 5), folded=True, more=words["more_rows"]))
    return Section(words["levels"], tuple(parts))


def point_label(row: pd.Series, facts: Facts) -> str:
    """A point in words: its scenario, if there are several, and values of its first factors."""
    varied = [key for _, keys in facts.groups for key in keys] or list(facts.factors)
    values = [
        f"{facts.factors[key].label} = {shown_value(row[key])}"
        for key in varied if shown_value(row[key]) != "-"
    ]  # fmt: skip
    named = [facts.titles[row["scenario"]]] if len(facts.scenarios) > 1 or not values else []
    more = ["…"] if len(values) > MOST_VALUES else []
    return ", ".join([*named, *values[:MOST_VALUES], *more])


# ------------------------------------------------------------------ months
def months(batch: Batch, lang: str) -> Section | None:
    """Fan charts of monthly series, where they were kept."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    if "series" not in batch.tables or facts.done.empty:
        return None
    series = batch.table("series").merge(facts.done[["run", "scenario"]], on="run")
    asked = [name.partition("@")[0].partition(".")[0] for name in facts.outcomes]
    have = [name for name in dict.fromkeys([*asked, *SERIES]) if name in series]
    chosen = [name for name in have if series[name].nunique() > 1][: figures.COLUMNS * 2]
    if not chosen or series.empty:
        return None
    names = list(facts.scenarios)
    if len(names) > len(COLOURS) and facts.baseline is not None:
        found = contrasts(batch.design, batch.runs, facts.headlines[:1], facts.baseline)
        names = [facts.baseline, *most_different(found, facts, len(COLOURS) - 1)]
    cut = words["shown_of"].format(shown=len(names), all=len(facts.scenarios))
    drawn = figures.fans(series, [measure(name, lang) for name in chosen], names, facts.titles)
    how = paragraph(words["fans_how"], cut if len(names) < len(facts.scenarios) else "")
    return Section(words["fans"], (how, Picture("months", drawn, words["fans"])))


# ------------------------------------------------------------------ targets
def targets(batch: Batch, lang: str) -> Section | None:
    """Chance that each target of the document is met, by scenario, where that was kept."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    if "targets" not in batch.tables or facts.done.empty:
        return None
    found = batch.table("targets").merge(facts.done[["run", "scenario"]], on="run")
    chances = found.groupby(["target", "scenario"], sort=False)["met"].mean().unstack()
    chances = chances.reindex(columns=[name for name in facts.scenarios if name in chances])
    if chances.empty:
        return None
    known = {one.code: getattr(one, lang) for one in load_targets().rows}
    names = list(chances.columns)[:MOST_COLUMNS]
    rows = [
        (f"{code} {known.get(str(code), '')}".strip(),
         *("-" if value != value else f"{100 * value:.0f} %" for value in chances.loc[code, names]))
        for code in chances.index
    ]  # fmt: skip
    head = [words["target"], *(facts.titles[name] for name in names)]
    listed = table(head, rows, lang, folded=len(rows) > 12, more=words["more_rows"])
    return Section(words["targets"], (paragraph(words["targets_how"]), listed))
