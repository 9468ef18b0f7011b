"""How a report names outcomes, factors and their values, with units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from rich.cells import cell_len

from experiments.report_words import WORDS, one_line
from sim.outputs import BY_NAME
from sim.report.text import is_share
from sim.words import unit_of

_KEPT = re.compile(r"(?P<output>\w+)(?:@(?P<month>\d{4}-\d{2})|\.(?P<over>mean|sum))?")


def with_unit(label: str, unit: str) -> str:
    """Label with unit, in brackets of the label's language."""
    if not unit:
        return label
    return f"{label}({unit})" if cell_len(label) > len(label) else f"{label} ({unit})"


def amount(value: str, unit: str) -> str:
    """A number with its unit; between two numbers stands a cross."""
    if not unit:
        return value
    if cell_len(unit) > len(unit):
        return value + unit
    return f"{value} × {unit}" if unit[0].isdigit() else f"{value} {unit}"


@dataclass(frozen=True)
class Measure:
    """An outcome for readers: values times `scale` are in `unit`, differences in `gap_unit`."""

    name: str
    label: str
    unit: str
    gap_unit: str
    scale: float = 1.0

    @property
    def title(self) -> str:
        """Label with unit."""
        return with_unit(self.label, self.unit)


@dataclass(frozen=True)
class FactorFacts:
    """A factor for readers: what it is, which values the design has, where they come from."""

    key: str
    label: str
    unit: str
    kind: str
    range: str
    source: str

    @property
    def title(self) -> str:
        """Label with unit."""
        return with_unit(self.label, self.unit)


def measure(name: str, lang: str) -> Measure:
    """Label and units of an outcome by its name; the name itself where nothing is declared of it."""
    words = WORDS[lang]
    known = _KEPT.fullmatch(name)
    if known is None or known["output"] not in BY_NAME:
        label = words.get(f"outcome_{name}", one_line(name))
        unit = words.get(f"unit_{name}", "")
        return Measure(name, label, unit, unit)
    output, unit = BY_NAME[known["output"]], unit_of(known["output"], lang)
    label = getattr(output, lang)
    if known["month"]:
        label = words["at"].format(label=label, month=known["month"])
    if known["over"]:
        label = words[known["over"]].format(label=label)
    if known["over"] == "sum":
        monthly = output.unit.endswith("/month")
        unit = unit.rsplit("/", 1)[0] if monthly else words["month_sums"].format(unit=unit)
        return Measure(name, label, unit, unit)
    if is_share(output.unit):
        return Measure(name, label, "%", words["points_pp"], 100.0)
    return Measure(name, label, unit, unit)


def shown_value(value: Any) -> str:
    """A value of a factor as readers see it."""
    if value is None or value is pd.NA:
        return "-"
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(shown_value(one) for one in value) or "[]"
    if isinstance(value, int | float | np.number):
        return "-" if value != value else f"{value:.4g}"
    return one_line(str(value))


def in_language(text: Any, lang: str) -> str:
    """A text that is one, or a table of Chinese and English, of which one may be empty."""
    if isinstance(text, Mapping):
        other = "en" if lang == "zh" else "zh"
        text = text.get(lang) or text.get(other) or ""
    return str(text).strip() if isinstance(text, str) else ""
