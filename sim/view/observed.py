"""Published figures up to 2015 that stand behind the curves, in the outputs' own units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from calibration.targets import CLASSES, Target, targets
from sim.outputs import BY_NAME

PER_YEAR = {"sum": 12.0}
"""Readings that add twelve months: the point is a month's mean."""
LEVELS = ("mean", "end", "sum", "edition")
PROVINCE = "Zhejiang"


@dataclass(frozen=True)
class Observed:
    """A published figure: `value` in the output's unit at `month`, `published` as printed."""

    month: str
    year: int
    value: float
    published: float
    unit: str
    zh: str
    en: str
    note_zh: str
    note_en: str
    source: str

    def title(self, lang: str) -> str:
        """What was published."""
        return self.zh if lang == "zh" else self.en


@cache
def observed(output: str) -> tuple[Observed, ...]:
    """Published figures of the province that can be drawn on an output's level, by year."""
    found = [_observed(one) for one in targets() if _drawn_on(one) == output]
    return tuple(sorted(found, key=lambda one: one.month))


def _drawn_on(one: Target) -> str:
    """The output whose level a target can be drawn on; empty for growth rates, other places."""
    if one.region != PROVINCE or one.reading not in LEVELS:
        return ""
    if one.reading == "edition":
        name = f"two_integration_{'index' if one.output == CLASSES[0] else one.output}"
    else:
        name = one.output
    return name if name in BY_NAME else ""


def _observed(one: Target) -> Observed:
    """A year's end stands at December, a mean or sum in the middle of the year."""
    value = one.value / one.factor / PER_YEAR.get(one.reading, 1.0)
    month = f"{one.model_year}-{'12' if one.reading == 'end' else '07'}"
    return Observed(month, one.model_year, value, one.value, one.unit, one.zh, one.en,
                    one.note_zh, one.note_en, one.source)  # fmt: skip
