"""Output verification on the evidence page: fit, misses with their reasons, stylised facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from calibration.evidence_parts import Part, Table, interval, place, unit
from calibration.evidence_tables import FitTable, Said, reason, statements
from calibration.evidence_words import WORDS
from calibration.priors import priors
from sim.report.text import figure

MISSED = 2.0
"""Tolerances beyond which a target is said to be missed."""


def missed(fit: FitTable) -> list[Said]:
    """Targets that are missed, the worst first."""
    beyond = [one for one in fit.said if abs(one.gap) > MISSED]
    return sorted(beyond, key=lambda one: -abs(one.gap))


def output(fit: FitTable, lang: str) -> Part:
    """Output verification: the fit, target by target, and the stylised facts."""
    words = WORDS[lang]
    there = [one for one in fit.said if one.gap == one.gap]
    used = [one for one in there if one.target.weight > 0]
    others = [one for one in there if one.target.weight == 0]
    facts = statements("stylised_facts")
    said = [
        _fitted_said(fit, lang),
        words["fit_said"].format(
            count=len(used), one=_within(used, 1.0), two=_within(used, MISSED),
            missed=len(used) - _within(used, MISSED), tied=len(others),
            tied_missed=len(others) - _within(others, MISSED),
        ),
        words["facts_said"].format(all=len(facts), met=sum(row["met"] == "yes" for row in facts)),
    ]  # fmt: skip
    if len(there) < len(fit.said):
        said.append(words["unsaid"].format(count=len(fit.said) - len(there)))
    beyond = missed(fit)
    if not beyond:
        said.append(words["nothing_missed"])
    tables = [_misses(beyond, lang)] if beyond else []
    tables += [_facts([row for row in facts if row["met"] == "no"], "facts_missed", lang)]
    tables += [_fit(fit, lang)]
    tables += [_values(fit, lang)] if fit.parameters else []
    return Part("output", said, [*tables, _facts(facts, "facts", lang)])


def _within(said: Iterable[Said], limit: float) -> int:
    return sum(abs(one.gap) <= limit for one in said)


def _fitted_said(fit: FitTable, lang: str) -> str:
    words, made = WORDS[lang], fit.provenance
    if not fit.parameters:
        return words["not_fitted"].format(**made)
    keys = ("last_year", "distance", "scale", "budget", "method")
    known = {key: made.get(key, "-") for key in keys}
    return words["fitted"].format(
        **known, count=len(fit.parameters), effective=made.get("effective_draws", "-")
    )


def _misses(beyond: Sequence[Said], lang: str) -> Table:
    words = WORDS[lang]
    rows = [
        [f"{getattr(one.target, lang)} {one.target.year}", figure(one.target.value),
         figure(one.model), unit(one.target.unit, lang), f"{one.gap:+.1f}", f"{one.target.weight:g}",
         reason(one.target.name, one.gap, lang) or words["no_reason"]]
        for one in beyond
    ]  # fmt: skip
    keys = ("target", "value", "model", "unit", "gap", "weight", "reason")
    title = words["misses"].format(limit=MISSED)
    heads = [words[key] for key in keys]
    return Table(title, heads, rows, frozenset({1, 2, 4, 5}), shown=True)


def _fit(fit: FitTable, lang: str) -> Table:
    words = WORDS[lang]
    rows = [
        [f"{getattr(one.target, lang)} {one.target.year}", place(one.target.region, lang),
         figure(one.target.value), figure(one.target.tolerance), figure(one.model),
         interval(one.low, one.high), unit(one.target.unit, lang),
         f"{one.gap:+.2f}" if one.gap == one.gap else "-", f"{one.target.weight:g}", one.target.tied]
        for one in fit.said
    ]  # fmt: skip
    keys = ("target", "region", "value", "tolerance", "model", "interval", "unit", "gap", "weight",
            "tied")  # fmt: skip
    return Table(words["fit"], [words[key] for key in keys], rows, frozenset({2, 3, 4, 5, 7, 8}))


def _values(fit: FitTable, lang: str) -> Table:
    words = WORDS[lang]
    known = {one.name: one for one in priors()}
    rows = []
    for name, row in fit.parameters.items():
        prior = known.get(name)
        rows.append([
            getattr(prior, lang) if prior else name, name, figure(row["fitted"]),
            interval(row["low_90"], row["high_90"]), figure(prior.central) if prior else "-",
            interval(prior.low, prior.high) if prior else "-",
            unit(prior.unit, lang) if prior else "",
        ])  # fmt: skip
    keys = ("parameter", "name", "year_ends", "interval", "central", "prior", "unit")
    heads = [words[key] for key in keys]
    return Table(words["fitted_values"], heads, rows, frozenset({2, 3, 4, 5}))


def _facts(facts: Sequence[dict[str, str]], key: str, lang: str) -> Table:
    words, short = WORDS[lang], key == "facts_missed"
    rows = [
        [row[f"title_{lang}"], row[f"statistic_{lang}"], _band(row, lang), row["figure"],
         row[f"why_{lang}"] if short else words[row["met"]], *([] if short else [row["source"]])]
        for row in facts
    ]  # fmt: skip
    keys = ("fact", "statistic", "band", "measured", "reason" if short else "met",
            *(() if short else ("source",)))  # fmt: skip
    return Table(words[key], [words[k] for k in keys], rows, frozenset({2, 3}), shown=short)


def _band(row: dict[str, str], lang: str) -> str:
    if row["low"] and row["high"]:
        return f"{row['low']}{WORDS[lang]['to']}{row['high']}"
    return f"> {row['low']}" if row["low"] else f"< {row['high']}"
