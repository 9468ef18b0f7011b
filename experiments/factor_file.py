"""Factors as a study's file declares them, each checked against the scenarios it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calibration import priors
from experiments.changes import FIXED, current, siblings
from experiments.factor_words import labels
from experiments.factors import Factor, Form, Kind, cell_of
from experiments.study_file import FactorRange, StudyFile
from sim.core.errors import InputError
from sim.scenario import Scenario
from sim.scenario_files import alike

KINDS: dict[str, Kind] = {"levers": "lever", "uncertainties": "uncertainty"}


@dataclass(frozen=True)
class Bases:
    """The scenarios that a study's factors change, and their plain contents by name."""

    scenarios: tuple[Scenario, ...]
    contents: Mapping[str, dict[str, Any]]

    @classmethod
    def of(cls, scenarios: Sequence[Scenario]) -> Bases:
        """Scenarios with their contents."""
        return cls(tuple(scenarios), {one.name: one.model_dump(mode="json") for one in scenarios})


def factors_of(file: StudyFile, bases: Bases, ranged: bool) -> tuple[Factor, ...]:
    """Levers, then uncertainties, in the order of the file; `ranged` if each needs a range.

    A pattern with * stands for the parameters with a prior that it fits and that have no key of
    their own.
    """
    found: dict[str, Factor] = {}
    for table, kind in KINDS.items():
        for key, given in file.table(table).items():
            place = f"{table}.{key}"
            spec = file.checked(FactorRange, given, place)
            if key in found:
                raise file.error(place, "a lever too", "a lever or an uncertainty")
            if "*" in key or spec.prior:
                own = {one for name in KINDS for one in file.table(name)}
                found |= _with_priors(file, place, key, spec, kind, bases, own)
            else:
                found[key] = _factor(file, place, key, spec, kind, bases, ranged)
    return tuple(found.values())


def _with_priors(
    file: StudyFile, place: str, key: str, spec: FactorRange, kind: Kind, bases: Bases,
    own: set[str],
) -> dict[str, Factor]:  # fmt: skip
    alone = spec.model_fields_set <= {"prior", "title"}
    if kind != "uncertainty" or not spec.prior or not alone:
        allowed = "low and high, or values" if kind == "lever" else "prior = true and nothing else"
        raise file.error(place, "a pattern" if "*" in key else "prior", allowed)
    try:
        chosen = priors.select([key])
    except InputError as error:
        free = [one.name for one in priors.priors()]
        patterns = dict.fromkeys(f"{name.rpartition('.')[0]}.*" for name in free)
        near = alike(key, [*free, *patterns])
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        fixed = error.given if str(error.given).startswith("fixed") else "no parameter with a prior"
        raise file.error(place, fixed, f"{hint}a parameter of calibration/priors.toml") from None
    found = {}
    for one in chosen:
        if one.name == key or one.name not in own:
            _there(file, place, one.name, bases)
            title = spec.title
            zh, en = (title.zh, title.en) if title else (one.zh, one.en)
            found[one.name] = Factor(
                one.name, kind, None, one.low, one.high, one, zh, en, one.unit, "number"
            )
    return found


def _factor(
    file: StudyFile, place: str, key: str, spec: FactorRange, kind: Kind, bases: Bases,
    ranged: bool,
) -> Factor:  # fmt: skip
    form = _there(file, place, key, bases)
    low, high, values = spec.low, spec.high, spec.values
    half = (low is None) != (high is None)
    if half or (values is not None and low is not None):
        allowed = "low and high, or values" + (", or prior" if kind == "uncertainty" else "")
        raise file.error(place, "low or high alone" if half else "a range and values", allowed)
    if ranged and values is None and low is None:
        allowed = "low and high, or values" + (", or prior" if kind == "uncertainty" else "")
        raise file.error(place, "nothing", allowed)
    if low is not None and high is not None:
        if form not in ("number", "whole"):
            raise file.error(place, "low and high", f"values, as it is a {form}")
        if not low < high:
            raise file.error(place, f"{low:g} to {high:g}", "low below high")
        if form == "whole" and not (float(low).is_integer() and float(high).is_integer()):
            raise file.error(place, f"{low:g} to {high:g}", "whole numbers")
    if values is not None:
        values = _values(file, place, values, form)
    zh, en, unit = labels(bases.scenarios[0], key)
    if spec.title is not None:
        zh, en = spec.title.zh, spec.title.en
    low, high = (None if one is None else float(one) for one in (low, high))
    return Factor(key, kind, values, low, high, None, zh, en, unit, form)


def _values(file: StudyFile, place: str, given: Sequence[Any], form: Form) -> tuple[Any, ...]:
    """Values of one form, each once."""
    kinds = {"number": (float, int), "whole": (int,), "truth": (bool,), "text": (str,),
             "list": (list,)}[form]  # fmt: skip
    if not given:
        raise file.error(f"{place}.values", "nothing", "one value or more")
    for number, one in enumerate(given):
        if not isinstance(one, kinds) or (isinstance(one, bool) and form != "truth"):
            raise file.error(f"{place}.values.{number}", cell_of(one), _SHAPES[form])
    values = tuple(
        float(one) if form == "number" else tuple(one) if form == "list" else one for one in given
    )
    twice = [one for one in values if values.count(one) > 1]
    if twice:
        raise file.error(f"{place}.values", f"{cell_of(twice[0])} twice", "each value once")
    return values


_SHAPES = {
    "number": "a number", "whole": "a whole number", "truth": "true or false",
    "text": "a text in quotes", "list": "an array of texts",
}  # fmt: skip


def _there(file: StudyFile, place: str, key: str, bases: Bases) -> Form:
    """The form of what a key holds; refuses one that a scenario lacks."""
    forms: dict[Form, None] = {}
    for name, content in bases.contents.items():
        has, value = current(content, key)
        if not has or key.split(".")[0] in FIXED or isinstance(value, Mapping):
            allowed = siblings(content, key)
            if key.split(".")[0] in FIXED:
                allowed = "a key that may differ between runs"
            raise file.error(place, f"no such key in scenario {name}", allowed)
        forms[_form(value)] = None
    return next(iter(forms))


def _form(value: Any) -> Form:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "whole" if isinstance(value, int) else "number"
    return "list" if isinstance(value, list | tuple) else "text"
