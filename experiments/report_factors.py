"""Sections of a report on factors: over one or two levers, one at a time, over a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from experiments import factor_figures
from experiments.report_facts import Facts
from experiments.report_labels import Measure, amount, shown_value
from experiments.report_parts import Picture, Section, paragraph, table
from experiments.report_tables import (
    as_text,
    factors_of,
    half_widths,
    levels,
    means,
    rank_correlations,
    swings,
)
from experiments.report_words import number, sentence, span
from sim.report.style import COLOURS

if TYPE_CHECKING:
    from experiments.reading import Batch

SAID = 3
"""Outcomes that the answer speaks of."""
MOST_FACTORS, MOST_SCATTERED = 6, 4
"""Factors and outcomes of a scatter."""


# ------------------------------------------------------------------ grids
def grid(batch: Batch, lang: str) -> Section | None:
    """Outcomes over one lever as lines, over two as maps."""
    facts = Facts(batch, lang)
    groups = facts.of_shape("grid")
    if not groups or facts.done.empty:
        return None
    words = facts.words
    parts: list[str | Picture] = []
    says: list[str] = []
    for number_of, keys in enumerate(groups):
        drawn = _lines(facts, keys[0]) if len(keys) == 1 else _pairs(facts, keys)
        for picture, how in drawn:
            name = picture.name if number_of == 0 else f"{picture.name}_{number_of + 1}"
            parts += [paragraph(how), Picture(name, picture.figure, picture.says)]
        says += _says_best(facts, keys)
    return Section(words["grid_title"], tuple(parts), tuple(says))


def _lines(facts: Facts, key: str, words: str = "") -> list[tuple[Picture, str]]:
    """One lever: a line a scenario (and value of the lever `words`), over replicates, or over the
    points of other factors."""
    design, runs = facts.batch.varied, facts.batch.runs
    by = [one for one in (key, words) if one]
    # A value of the lever is a point, whatever the other factors are.
    texts = as_text(design[by]).agg("\n".join, axis=1) + "\n" + design["scenario"]
    same = texts.groupby(texts, sort=False).transform("idxmin")
    place = dict(zip(design["point"], design["point"].to_numpy()[same.to_numpy()], strict=True))
    mine = runs[runs["point"].isin(design["point"])]
    found = levels(mine.assign(point=mine["point"].map(place)), facts.headlines)
    at = design.set_index("point").loc[found["point"]].reset_index(drop=True)
    found["value"] = at[key].where(at[key].notna(), np.nan)
    factor = facts.factors[key]
    titles = _titles(facts, at, words)
    found["line"] = list(titles)
    measures = [facts.measure(name) for name in facts.headlines]
    figure = factor_figures.lines(
        found, factor, measures, list(dict.fromkeys(found["line"]))[: len(COLOURS)],
        dict(zip(titles, titles, strict=True)), facts.words["as_is"], _apart(facts),
    )  # fmt: skip
    others = [name for name in factors_of(design) if name not in by]
    return [(Picture("lines", figure, factor.title), _how(facts, "line_how", others))]


def _titles(facts: Facts, points: pd.DataFrame, words: str) -> list[str]:
    """What the line of each of some points is called: its scenario, or the value of a lever."""
    found = []
    for scenario, value in zip(points["scenario"], points[words or "scenario"], strict=True):
        title = facts.titles[scenario]
        if words:
            told = _value(value, facts.words)
            title = f"{title}, {told}" if len(facts.varied) > 1 else told
        found.append(title)
    return found


def _apart(facts: Facts) -> tuple[str, dict[str, float]] | None:
    """Title and mean outcomes of a baseline that stands apart from the design; None without one."""
    apart = facts.baseline if facts.baseline not in facts.varied else None
    runs = facts.done[facts.done["scenario"] == apart]
    if apart is None or runs.empty:
        return None
    return facts.titles[apart], {name: float(runs[name].mean()) for name in facts.headlines}


def _pairs(facts: Facts, keys: tuple[str, ...]) -> list[tuple[Picture, str]]:
    """The two levers that move the first outcome most: lines over a number, a line a word, or maps."""
    design = facts.batch.varied
    points = means(design, facts.batch.runs, facts.headlines)
    reach = {
        key: np.ptp(points.groupby(as_text(points[key]))[facts.headlines[0]].mean()) for key in keys
    }
    chosen = sorted(sorted(keys, key=lambda key: -reach[key])[:2], key=keys.index)
    numbers = [key for key in chosen if factor_figures.continuous(design[key])]
    words = [key for key in chosen if key not in numbers]
    lines = len(facts.varied) * as_text(design[words]).drop_duplicates().shape[0]
    if len(words) == 1 and lines <= len(COLOURS):
        return _lines(facts, numbers[0], words[0])
    return _maps(facts, points, *chosen)


def _maps(facts: Facts, points: pd.DataFrame, first: str, second: str) -> list[tuple[Picture, str]]:
    """Two levers as maps, over a mean of the others."""
    others = [key for key in factors_of(facts.batch.design) if key not in (first, second)]
    measures = [facts.measure(name) for name in facts.headlines]
    drawn = []
    for place, scenario in enumerate(facts.varied[:3]):
        mine = points[points["scenario"] == scenario]
        figure = factor_figures.heat_maps(
            mine, facts.factors[first], facts.factors[second], measures, facts.words["as_is"]
        )
        several = len(facts.varied) > 1
        title = facts.words["scenario_is"].format(scenario=facts.titles[scenario])
        how = _how(facts, "grid_how", others) if place == 0 else ""
        name = f"grid_{place + 1}" if several else "grid"
        drawn.append((Picture(name, figure, title), f"{how} {title if several else ''}".strip()))
    return drawn


def _how(facts: Facts, key: str, others: list[str]) -> str:
    words = facts.words
    if not others:
        return words[key]
    named = words["join"].join(facts.factors[one].label for one in others)
    return f"{words[key]} {words['averaged'].format(factors=named)}"


def _says_best(facts: Facts, keys: tuple[str, ...]) -> list[str]:
    """At which values of the levers each outcome is highest and lowest, where that can be told."""
    points = means(facts.batch.varied, facts.batch.runs, facts.headlines)
    several = len(facts.varied) > 1
    by = ["scenario", *keys] if several else list(keys)
    shown = points.assign(**{key: points[key].map(shown_value) for key in keys})
    # Combinations of values are numbered in the order in which they are found.
    place = shown.groupby(by, sort=False).ngroup()
    told = []
    for name in facts.headlines[:SAID]:
        of = facts.measure(name)
        found = shown[name].groupby(place).mean().dropna() * of.scale
        if len(found) < 2:
            continue
        groups = [shown[place == one] for one in (found.idxmax(), found.idxmin())]
        best, worst = (_combination(one.iloc[0][by].to_dict(), facts) for one in groups)
        high, low = (amount(number(one), of.unit) for one in (found.max(), found.min()))
        same = high == low or not _beyond_chance(facts, name, *(one["point"] for one in groups))
        text = facts.words["says_no_best" if same else "says_best"]
        text = text.format(outcome=of.label, best=best, worst=worst, high=high, low=low)
        told.append(sentence(text, facts.lang))
    return told


def _beyond_chance(facts: Facts, name: str, best: pd.Series, worst: pd.Series) -> bool:
    """Whether the 95 % t-interval of the difference of two sets of points, paired by replicate, is
    above zero; where one replicate gives no interval nothing is held against the difference."""
    high, low = (
        facts.done[facts.done["point"].isin(points)].groupby("replicate")[name].mean()
        for points in (best, worst)
    )
    gap = (high - low).dropna()
    half = gap.std(ddof=1) * half_widths(np.array([len(gap)]))[0]
    return not gap.mean() - half <= 0


def _combination(values: dict[str, str], facts: Facts) -> str:
    texts = []
    for key, value in values.items():
        if key == "scenario":
            texts.append(facts.titles[value])
        else:
            shown = facts.words["as_is"] if value == "-" else value
            texts.append(f"{facts.factors[key].label} = {shown}")
    return ", ".join(texts)


def one_at_a_time(batch: Batch, lang: str) -> Section | None:
    """Tornado of factors changed one at a time."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    groups = facts.of_shape("one_at_a_time")
    if not groups or facts.done.empty:
        return None
    baseline = str(facts.baseline)
    scenario = baseline if baseline in facts.varied else facts.varied[0]
    found = swings(batch.varied, batch.runs, facts.outcomes, groups[0])
    mine = found[found["scenario"] == scenario]
    measures = [facts.measure(name) for name in facts.headlines]
    figure = factor_figures.tornado(mine, facts.factors, measures, words["as_is"])
    named = words["scenario_is"].format(scenario=facts.titles[scenario])
    missing = "" if found["low"].notna().any() or facts.replicates == 1 else words["tornado_mean"]
    rows = [
        (facts.titles[row.scenario], facts.factors[row.factor].label, _value(row.value, words),
         of.label, number(row.difference * of.scale, signed=True),
         span(row.low * of.scale, row.high * of.scale, signed=True), of.gap_unit)
        for row in found.itertuples() for of in [facts.measure(row.outcome)]
    ]  # fmt: skip
    head = [
        words[key]
        for key in ("scenario", "factor", "range", "outcome", "difference", "interval", "unit")
    ]
    listed = table(head, rows, lang, words=(0, 1, 3, 6), folded=True, more=words["more_rows"])
    how = paragraph(words["tornado_how"], named if len(facts.varied) > 1 else "", missing)
    parts = (how, Picture("tornado", figure, words["tornado"]), listed)
    return Section(words["tornado"], parts, tuple(_says_swings(mine, facts)))


def _value(value: object, words: dict[str, str]) -> str:
    text = shown_value(value)
    return words["as_is"] if text == "-" else text


def _interval(row: Any, of: Measure, words: dict[str, str]) -> str:
    """The interval of an effect in brackets, nothing where it has none."""
    if row.low != row.low:
        return ""
    told = span(row.low * of.scale, row.high * of.scale, signed=True)
    return f" ({words['interval_chance'].format(span=told)})"


def _says_swings(found: pd.DataFrame, facts: Facts) -> list[str]:
    """The two factors that move each outcome most."""
    words = facts.words
    told = []
    for name in facts.headlines[:SAID]:
        of = facts.measure(name)
        rows = found[(found["outcome"] == name) & (found["difference"].abs() > 0)]
        order = rows["difference"].abs().sort_values(ascending=False, kind="stable").index
        largest = rows.loc[order].drop_duplicates("factor").head(2)
        parts = [
            words[key].format(
                outcome=of.label, factor=facts.factors[row.factor].label,
                gap=amount(number(row.difference * of.scale, signed=True), of.gap_unit),
                value=_value(row.value, words), interval=_interval(row, of, words),
            )
            for key, row in zip(("says_swing", "says_swing_then"), largest.itertuples(), strict=False)
        ]  # fmt: skip
        if parts:
            told.append(sentence(words["join"].join(parts), facts.lang))
    return told


def scatter(batch: Batch, lang: str) -> Section | None:
    """Outcomes over the factors of a sample."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    keys = [key for group in facts.of_shape("sample") for key in group]
    points = means(batch.varied, batch.runs, facts.headlines) if len(facts.done) else batch.varied
    if not keys or facts.done.empty or len(points) < 3:
        return None
    names = list(facts.headlines[:MOST_SCATTERED])
    ranks = {name: rank_correlations(points, keys, name) for name in names}
    edge = chance_edge(len(points))
    largest = pd.DataFrame(ranks).abs().max(axis=1).reindex(keys).fillna(0.0)
    order = largest.sort_values(ascending=False, kind="stable").index[:MOST_FACTORS]
    figure = factor_figures.scatters(
        points, [facts.factors[key] for key in order], [facts.measure(name) for name in names],
        {name: dict(found) for name, found in ranks.items()}, edge, words["as_is"],
    )  # fmt: skip
    cut = (
        words["top_factors"].format(shown=len(order), all=len(keys))
        if len(order) < len(keys)
        else ""
    )
    rows = [
        (facts.factors[key].title, *(number(ranks[name].get(key, np.nan)) for name in names))
        for key in largest.sort_values(ascending=False, kind="stable").index
    ]
    head = [f"ρ, {words['factor']}", *(facts.measure(name).label for name in names)]
    parts = (
        paragraph(words["scatter_how"].format(edge=number(edge)), cut),
        Picture("scatter", figure, words["scatter"]),
        table(head, rows, lang, folded=True, more=words["more_rows"]),
    )
    return Section(words["scatter"], parts, tuple(_says_ranks(ranks, edge, facts)))


def chance_edge(n: int) -> float:
    """|rank correlation| that n independent pairs exceed in 5 % of cases (t approximation)."""
    if n < 4:
        return 1.0
    t = float(stdtrit(n - 2, 0.975))
    return t / float(np.sqrt(n - 2 + t * t))


def _says_ranks(ranks: dict[str, pd.Series], edge: float, facts: Facts) -> list[str]:
    words = facts.words
    told = []
    for name in list(ranks)[:SAID]:
        found = ranks[name][ranks[name].abs() > edge]
        found = found.reindex(found.abs().sort_values(ascending=False, kind="stable").index)[:2]
        label = facts.measure(name).label
        if found.empty:
            text = words["says_rank_none"].format(outcome=label)
        else:
            text = "".join(
                words[key].format(
                    outcome=label, factor=facts.factors[one].label, rank=f"{rank:+.2f}".replace("-", "−")
                )
                for key, (one, rank) in zip(("says_rank", "says_rank_then"), found.items(), strict=False)
            )  # fmt: skip
        told.append(sentence(text, facts.lang))
    return told
