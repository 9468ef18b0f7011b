"""The evidence page: what speaks for the model and what against it, part by part.

Parts follow TRACE (Grimm, Augusiak, Focks et al. 2014, Ecological Modelling 280: 129-139). A part is
statements and tables; `evidence_page` shows them as HTML or on a terminal.
"""

from __future__ import annotations

import re
from collections import Counter

from calibration.evidence_fit import output
from calibration.evidence_parts import Part, Table, counted, place, unit
from calibration.evidence_studies import analysis, corroboration
from calibration.evidence_tables import FitTable, Found, data_tables, statements
from calibration.evidence_words import WORDS, coded
from calibration.priors import declared, fixed, priors
from calibration.structures import STRUCTURES
from calibration.targets import RELATIVE_ERROR, WEIGHT, targets
from sim.describe.card_words import CONCEPTS, PURPOSE
from sim.indices.targets import LAST_OUTCOME
from sim.model import PHASES
from sim.outputs import BY_NAME, OUTPUTS
from sim.policies import INSTRUMENTS
from sim.report.text import figure
from sim.words import headline_names
from sim.world.data import DIRECTORY
from sim.world.rows import Rows

LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
"""A link of Markdown, of which the text is kept."""


def evidence(
    fit: FitTable, lang: str, sensitivity: Found | None = None, validation: Found | None = None
) -> list[Part]:
    """All parts in the order of `evidence_words.PARTS`."""
    return [
        _problem(lang), _description(lang), _data(lang), _concept(lang), _implementation(lang),
        output(fit, lang), analysis(sensitivity, lang), corroboration(validation, lang),
        _weaknesses(lang),
    ]  # fmt: skip


# ------------------------------------------------------------------ what the model is
def _problem(lang: str) -> Part:
    names = WORDS[lang]["join"].join(getattr(BY_NAME[name], lang) for name in headline_names())
    return Part("problem", [PURPOSE[lang], names])


def _description(lang: str) -> Part:
    said = WORDS[lang]["card"].format(
        phases=len(PHASES), instruments=len(INSTRUMENTS), outputs=len(OUTPUTS),
        free=len(priors()), fixed=len(fixed()),
    )  # fmt: skip
    return Part("description", [said])


# ------------------------------------------------------------------ data and parameters
def _data(lang: str) -> Part:
    words = WORDS[lang]
    marks: Counter[str] = Counter()
    rows, count = [], 0
    for files, content, weak in data_tables(lang):
        for name in files:
            said = Counter(row["confidence"] for row in Rows(DIRECTORY / name).rows)
            marks += said
            count += 1
            rows.append([name, str(said.total()), counted(said, lang), content, weak])
    about = words["data_said"].format(
        rows=marks.total(), tables=count, marks=counted(marks, lang)
    )  # fmt: skip
    heads = [words[key] for key in ("table", "rows", "marks", "content", "weakness")]
    return Part(
        "data", [about, _observed_said(lang), _parameters_said(lang)],
        [Table(words["data_table"], heads, rows, frozenset({1})), _observed(lang),
         _priors(lang), _fixed(lang)],
    )  # fmt: skip


def _observed_said(lang: str) -> str:
    words, found = WORDS[lang], targets()
    near = Counter(one.definition for one in found)
    rule = words["join"].join(
        f"{coded(mark, lang)} {100 * share:g} %" for mark, share in RELATIVE_ERROR.items()
    )
    return words["observed_said"].format(
        count=len(found), used=sum(one.weight > 0 for one in found),
        tied=sum(bool(one.tied) for one in found), rule=rule,
        near=words["join"].join(f"{coded(word, lang)} {near[word]}" for word in WEIGHT),
    )  # fmt: skip


def _observed(lang: str) -> Table:
    words = WORDS[lang]
    keys = ("target", "year", "region", "value", "unit", "tolerance", "weight", "marks",
            "definition", "tied", "note", "source")  # fmt: skip
    rows = [
        [getattr(one, lang), str(one.year), place(one.region, lang), figure(one.value),
         unit(one.unit, lang), figure(one.tolerance), f"{one.weight:g}", coded(one.confidence, lang),
         coded(one.definition, lang), one.tied, one.note_zh if lang == "zh" else one.note_en,
         one.source]
        for one in targets()
    ]  # fmt: skip
    title = words["observed"].format(last=LAST_OUTCOME)
    return Table(title, [words[key] for key in keys], rows, frozenset({1, 3, 5, 6}))


def _parameters_said(lang: str) -> str:
    marks = Counter(one.confidence for one in priors())
    return WORDS[lang]["parameters_said"].format(
        free=len(priors()), fixed=len(fixed()), marks=counted(marks, lang)
    )


def _priors(lang: str) -> Table:
    words = WORDS[lang]
    keys = (
        "parameter",
        "name",
        "low",
        "central",
        "high",
        "unit",
        "distribution",
        "marks",
        "source",
    )
    rows = [
        [getattr(one, lang), one.name, f"{one.low:g}", f"{one.central:g}", f"{one.high:g}",
         unit(one.unit, lang), coded(one.distribution, lang), coded(one.confidence, lang),
         one.source]
        for one in priors()
    ]  # fmt: skip
    return Table(words["priors"], [words[key] for key in keys], rows, frozenset({2, 3, 4}))


def _fixed(lang: str) -> Table:
    words, rows = WORDS[lang], []
    for name, why in fixed().items():
        field, value, text = declared(name)
        rows.append([text.get(lang) or str(field.description or ""), name, str(value), why])
    heads = [words[key] for key in ("parameter", "name", "fixed_central", "source")]
    return Table(words["fixed"], heads, rows)


# ------------------------------------------------------------------ concepts and code
def _concept(lang: str) -> Part:
    words = WORDS[lang]
    rivals = [[getattr(one, lang), one.setting] for one in STRUCTURES.values() if one.setting]
    concepts = [[name, text] for name, text in CONCEPTS[lang].items()]
    return Part(
        "concept", [words["concept_said"]],
        [Table(words["concepts"], [words["concept"], words["content"]], concepts),
         Table(words["rivals"], [words["content"], words["name"]], rivals)],
    )  # fmt: skip


def _implementation(lang: str) -> Part:
    words, checks = WORDS[lang], statements("checks")
    kinds = Counter(row["kind"] for row in checks)
    said = words["checks_said"].format(
        count=len(checks),
        kinds=words["join"].join(f"{words[kind]} {count}" for kind, count in kinds.items()),
    )
    rows = [[words[row["kind"]], row[lang], row["test"]] for row in checks]
    heads = [words[key] for key in ("kind", "check", "test")]
    return Part("implementation", [said], [Table(words["checks"], heads, rows)])


# ------------------------------------------------------------------ weaknesses
def _weaknesses(lang: str) -> Part:
    words = WORDS[lang]
    rows = [[LINK.sub(r"\1", row[lang])] for row in statements("weaknesses")]
    weak = [
        [getattr(one, lang), note]
        for one in OUTPUTS
        if (note := one.note_zh if lang == "zh" else one.note_en)
    ]
    return Part(
        "weaknesses", [words["weak_said"]],
        [Table(words["weak"], [""], rows, shown=True),
         Table(words["weak_outputs"], [words["output_name"], words["note"]], weak)],
    )  # fmt: skip
