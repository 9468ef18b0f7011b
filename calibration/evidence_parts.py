"""What parts of the evidence page are made of, and how their figures are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from calibration.evidence_words import WORDS, coded
from calibration.series import MOMENT_UNITS, region_label
from sim.report.text import figure
from sim.words import UNITS, UNITS_OF_PARAMETERS


@dataclass(frozen=True)
class Table:
    """Header and rows of text; `numbers` are the columns of figures, `shown` tables are not folded."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    shown: bool = False


@dataclass(frozen=True)
class Part:
    """One element of TRACE."""

    key: str
    statements: Sequence[str]
    tables: Sequence[Table] = ()


def counted(marks: Counter[str], lang: str) -> str:
    """Codes with their counts, the most frequent first."""
    return WORDS[lang]["join"].join(
        f"{coded(mark, lang)} {count}" for mark, count in marks.most_common()
    )


def interval(low: float | None, high: float | None) -> str:
    """Two ends; a dash where there is none."""
    return "-" if low is None or high is None else f"{figure(low)} … {figure(high)}"


def unit(text: str, lang: str) -> str:
    """A unit for readers; as declared where no Chinese is known."""
    known = UNITS_OF_PARAMETERS | UNITS | MOMENT_UNITS
    return text if lang == "en" else known.get(text, text)


def place(region: str, lang: str) -> str:
    """Name of a region, of places outside the model too."""
    return coded(region, lang) if coded(region, "zh") != region else region_label(region, lang)
