"""How a report names outcomes, factors and their values, with units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from rich.cells import cell_len

from experiments.outcomes import declared
from experiments.report_words import WORDS, one_line
from sim.report.text import is_share


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


def measure(name: str, lang: str, given: Mapping[str, Any] | None = None) -> Measure:
    """Label and units of an outcome: as `given` in a manifest, else as declared, else its name."""
    if not given:
        found = declared(name)
        given = vars(found) if found is not None else {}
    label = one_line(str(given.get(lang) or name))
    unit = str(given.get("unit") or "")
    if is_share(unit):
        return Measure(name, label, "%", WORDS[lang]["points_pp"], 100.0)
    told = one_line(str(given.get("unit_zh") or unit) if lang == "zh" else unit)
    return Measure(name, label, told, told)


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
