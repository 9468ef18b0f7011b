"""What a report says of a study besides its numbers: texts, labels, units, factors, counts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from calibration.evidence_parts import unit as unit_text
from calibration.priors import TABLE as PRIORS
from calibration.priors import declared, load
from experiments.factor_words import UNITS_ZH
from experiments.report_labels import FactorFacts, Measure, in_language, measure, shown_value
from experiments.report_tables import (
    KEYS,
    factors_of,
    finished,
    is_crossed,
    numeric,
    shape,
    varying,
)
from experiments.report_words import WORDS, one_line
from sim.core.errors import InputError
from sim.scenario import Scenario

if TYPE_CHECKING:
    from experiments.reading import Batch

MOST_HEADLINES = 6
MOST_VALUES = 8
"""Values of a factor that are listed."""
KINDS = {"lever": "levers", "uncertainty": "uncertainties"}
NOT_BY_FACTOR = ("coalitions",)
"""Designs whose factors mean nothing one by one."""


@dataclass(frozen=True)
class Facts:
    """A batch and the language it is told in."""

    batch: Batch
    lang: str

    @property
    def words(self) -> dict[str, str]:
        """The report's words."""
        return WORDS[self.lang]

    @cached_property
    def study(self) -> Mapping[str, Any]:
        """The study's file as tables; nothing where it cannot be read, its text is shown anyway."""
        try:
            return tomllib.loads(self.batch.study_text)
        except (tomllib.TOMLDecodeError, InputError):
            return {}

    def said(self, table: str, key: str) -> Any:
        """A setting of the study's file; None where it has none."""
        inside = self.study.get(table)
        return inside.get(key) if isinstance(inside, Mapping) else None

    def text(self, key: str) -> str:
        """A text of the study in the report's language."""
        given = in_language(self.batch.manifest.get(key), self.lang)
        return given or in_language(self.said("study", key), self.lang)

    @property
    def title(self) -> str:
        """Title, or name, of the study."""
        return self.text("title") or self.words["untitled"]

    @property
    def scale(self) -> float | None:
        """Share of the province's firms."""
        given = self.batch.manifest.get("scale", self.said("run", "scale"))
        return float(given) if isinstance(given, int | float) else None

    @property
    def seed(self) -> int | None:
        """Seed of replicate 0."""
        runs = self.batch.runs
        if len(runs):
            return int((runs["seed"] - runs["replicate"]).iloc[0])
        given = self.said("run", "seed")
        return given if isinstance(given, int) else None

    @property
    def method(self) -> str:
        """Method of the design as the study names it."""
        return str(self.batch.manifest.get("method") or self.said("design", "method") or "")

    @property
    def until(self) -> str:
        """Last month, where the study names it."""
        return str(self.batch.manifest.get("until") or self.said("run", "until") or "")

    @property
    def draws(self) -> int:
        """Draws of the parameters that the manifest holds."""
        draws = self.batch.manifest.get("draws")
        return (
            len(draws)
            if isinstance(draws, list | dict)
            else int(draws)
            if isinstance(draws, int)
            else 0
        )

    @property
    def drawn(self) -> bool:
        """True if parameters differ between replicates; posterior means so only where a fit is there."""
        if "draws" in self.batch.manifest:
            return self.draws > 0
        named = self.said("run", "parameters")
        return isinstance(named, str) and named != "central"

    # -------------------------------------------------------------- runs
    @property
    def replicates(self) -> int:
        """Replicates of every point."""
        given = self.batch.manifest.get("replicates", self.said("run", "replicates"))
        runs = self.batch.runs
        seen = int(runs["replicate"].max()) + 1 if len(runs) else 1
        return max(seen, given) if isinstance(given, int) else seen

    @property
    def expected(self) -> int:
        """Runs that the study has."""
        given = self.batch.manifest.get("runs")
        return given if isinstance(given, int) else len(self.batch.design) * self.replicates

    @cached_property
    def done(self) -> pd.DataFrame:
        """Runs that are done."""
        return finished(self.batch.runs)

    @property
    def failed(self) -> pd.DataFrame:
        """Runs that failed."""
        runs = self.batch.runs
        return runs[runs["status"] == "failed"]

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Shape (scenarios, one_at_a_time, grid, sample) of factors that vary, and which these are.

        Levers and uncertainties are two groups, where every point of the one meets every point of
        the other; else all factors are one.
        """
        design = self.batch.varied
        if self.method in NOT_BY_FACTOR:
            return ()
        moved = varying(design)
        levers = [key for key in moved if self.factors[key].kind == "levers"]
        others = [key for key in moved if key not in levers]
        crossed = bool(levers and others) and is_crossed(design, levers, others)
        parts = (levers, others) if crossed else (moved,)
        return tuple((shape(design[[*KEYS, *keys]]), tuple(keys)) for keys in parts if keys)

    def of_shape(self, wanted: str) -> list[tuple[str, ...]]:
        """Groups of factors of a shape."""
        return [keys for kind, keys in self.groups if kind == wanted]

    # -------------------------------------------------------------- scenarios
    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the design's scenarios, in its order."""
        return tuple(dict.fromkeys(self.batch.design["scenario"]))

    @property
    def varied(self) -> tuple[str, ...]:
        """Those that the design is made for: without a baseline that stands apart."""
        return tuple(dict.fromkeys(self.batch.varied["scenario"]))

    @property
    def baseline(self) -> str | None:
        """The scenario that differences are against; the last one where the study names none."""
        named = self.batch.manifest.get("baseline") or self.said("scenarios", "baseline")
        if named in self.scenarios:
            return str(named)
        return self.scenarios[-1] if len(self.scenarios) > 1 else None

    @cached_property
    def titles(self) -> dict[str, str]:
        """Title of every scenario by name: the study's own, else the shipped one's, else the name."""
        return {name: one_line(self._title(name)) or name for name in self.scenarios}

    def _title(self, name: str) -> str:
        settings = self.batch.manifest.get("settings")
        table = settings.get(name) if isinstance(settings, Mapping) else None
        told = in_language(table.get("title"), self.lang) if isinstance(table, Mapping) else ""
        shipped = None if told else _shipped(name)
        return getattr(shipped.title, self.lang) if shipped is not None else told

    # -------------------------------------------------------------- outcomes
    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that some done run has, the study's own order first."""
        asked = self.said("outcomes", "names")
        first = [str(one) for one in asked] if isinstance(asked, list | tuple) else []
        known = [name for name in self.batch.outcomes if self.done[name].notna().any()]
        return tuple(dict.fromkeys([*(one for one in first if one in known), *known]))

    @property
    def headlines(self) -> tuple[str, ...]:
        """The outcomes of figures and of the answer: the first ones that are not constant."""
        moves = [name for name in self.outcomes if self.done[name].nunique() > 1]
        return tuple((moves or list(self.outcomes))[:MOST_HEADLINES])

    def measure(self, name: str) -> Measure:
        """How an outcome is told."""
        return measure(name, self.lang, self._listed("outcomes", "name", name))

    def _listed(self, kind: str, key: str, name: str) -> Mapping[str, Any]:
        """What the manifest says of one of its outcomes or factors; nothing if it has none."""
        listed = self.batch.manifest.get(kind)
        tables = (
            [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        )
        return next((one for one in tables if one.get(key) == name), {})

    # -------------------------------------------------------------- factors
    @cached_property
    def factors(self) -> dict[str, FactorFacts]:
        """Every factor by key, in the design's order."""
        return {key: self._factor(key) for key in factors_of(self.batch.design)}

    def _factor(self, key: str) -> FactorFacts:
        label, unit, source = self._named(key)
        kind, given = self._given(key)
        listed = self._listed("factors", "key", key)
        kind = KINDS.get(str(listed.get("kind")), kind)
        label = in_language(given.get("title"), self.lang) or str(listed.get(self.lang) or label)
        unit = unit_text(str(listed.get("unit") or unit), self.lang)
        unit = UNITS_ZH.get(unit, unit) if self.lang == "zh" else unit
        unit = "" if unit == "1" else one_line(unit)
        return FactorFacts(key, one_line(label), unit, kind, self._range(key), one_line(source))

    def _given(self, key: str) -> tuple[str, Mapping[str, Any]]:
        """Kind of a factor (levers, uncertainties, factor) and what the study's file says of it."""
        for kind in ("levers", "uncertainties"):
            found = _found(self.study.get(kind), key)
            if found is not None:
                return kind, found if isinstance(found, Mapping) else {}
        return "factor", {}

    def _named(self, key: str) -> tuple[str, str, str]:
        """Label, unit and source of a key where the model declares them, else the key alone."""
        prior = load(PRIORS).get(key)
        if prior is not None and not isinstance(prior, str):
            label = one_line(getattr(prior, self.lang))
            return label, prior.unit, f"{prior.source} ({prior.confidence})"
        try:
            words = declared(key)[2]
            label = words.get(self.lang, key)
            return (
                one_line(label),
                unit_text(words.get("unit", ""), self.lang),
                words.get("source", ""),
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            return self._of_instrument(key)

    def _of_instrument(self, key: str) -> tuple[str, str, str]:
        """`instruments.NAME.KEY`: the instrument's title and the key."""
        parts = key.split(".")
        if len(parts) < 3 or parts[0] != "instruments":
            return key, "", ""
        for name in (*self.scenarios, "document_2014"):
            scenario = _shipped(name)
            policy = scenario.instruments.get(parts[1]) if scenario is not None else None
            if policy is not None:
                title = getattr(policy.title, self.lang) or parts[1]
                joint = " · " if self.lang == "zh" else ", "
                return one_line(title + joint + ".".join(parts[2:])), "", policy.source
        return key, "", ""

    def _range(self, key: str) -> str:
        values = self.batch.varied[key]
        known = values.dropna()
        left = [self.words["as_is"]] if len(known) < len(values) else []
        numbers = numeric(known)
        if numbers is not None:
            known = known.iloc[np.argsort(numbers, kind="stable")]
        shown = list(dict.fromkeys(shown_value(one) for one in known))
        if numbers is not None and len(shown) > MOST_VALUES:
            return "; ".join([f"{shown[0]} … {shown[-1]}", *left])
        more = [f"+ {len(shown) - MOST_VALUES}"] if len(shown) > MOST_VALUES else []
        return ", ".join([*shown[:MOST_VALUES], *more, *left])


@cache
def _shipped(name: str) -> Scenario | None:
    try:
        return Scenario.load(name)
    except InputError:
        return None


def _found(tables: Any, key: str) -> Any:
    """An entry by dotted key, written out as one key or nested; None where there is none."""
    if isinstance(tables, Mapping) and key in tables:
        return tables[key]
    inside: Any = tables
    for part in key.split("."):
        if not isinstance(inside, Mapping) or part not in inside:
            return None
        inside = inside[part]
    return inside
