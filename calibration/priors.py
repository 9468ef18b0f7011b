"""A prior for every parameter of the model, read from priors.toml.

A parameter is named by its dotted key in a scenario. Points of a search are rows of values in the
order of a list of priors; `from_unit` maps the unit cube to them, so that designs and samplers need
not know the distributions.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special, stats

from sim.core.errors import InputError
from sim.core.table import Array
from sim.outputs import TECHNOLOGY_EN, TECHNOLOGY_ZH
from sim.scenario import Scenario
from sim.scenario_files import closest

TABLE = Path(__file__).with_name("priors.toml")
CONFIDENCE = ("paper", "derived", "recalled", "prior")
_DEVIATIONS = 2.0
"""Standard deviations of the logarithm between the median of a lognormal and low or high."""
_FREE = {"low", "central", "high", "distribution", "confidence", "source"}
_FIXED = {"central", "fixed"}


@dataclass(frozen=True)
class Prior:
    """One parameter: `low`, `central` and `high` in `unit`, all mass lies within low to high."""

    name: str
    low: float
    central: float
    high: float
    distribution: str
    confidence: str
    source: str
    unit: str
    zh: str
    en: str


# ------------------------------------------------------------------ distributions
def _uniform(one: Prior, u: Array) -> Array:
    return one.low + (one.high - one.low) * u


def _uniform_back(one: Prior, x: Array) -> Array:
    return (x - one.low) / (one.high - one.low)


def _frozen(one: Prior) -> Any:
    """The triangular or beta distribution as scipy knows it."""
    width = one.high - one.low
    mode = (one.central - one.low) / width
    if one.distribution == "triangular":
        return stats.triang(mode, one.low, width)
    return stats.beta(1.0 + 4.0 * mode, 5.0 - 4.0 * mode, one.low, width)


def _shaped(one: Prior, u: Array) -> Array:
    return np.asarray(_frozen(one).ppf(u))


def _shaped_back(one: Prior, x: Array) -> Array:
    return np.asarray(_frozen(one).cdf(x))


def _lognormal(one: Prior, u: Array) -> Array:
    """Two halves of normal logarithms that meet at the median, cut off at low and high."""
    edge = special.ndtr(-_DEVIATIONS)
    z = special.ndtri(edge + (1.0 - 2.0 * edge) * u)
    down, up = np.log(one.central / one.low), np.log(one.high / one.central)
    found: Array = one.central * np.exp(z / _DEVIATIONS * np.where(z < 0.0, down, up))
    return found


def _lognormal_back(one: Prior, x: Array) -> Array:
    edge = special.ndtr(-_DEVIATIONS)
    log = np.log(x / one.central)
    down, up = np.log(one.central / one.low), np.log(one.high / one.central)
    z = _DEVIATIONS * log / np.where(log < 0.0, down, up)
    found: Array = (special.ndtr(z) - edge) / (1.0 - 2.0 * edge)
    return found


_Map = Callable[[Prior, Array], Array]
_DISTRIBUTIONS: dict[str, tuple[_Map, _Map]] = {
    "uniform": (_uniform, _uniform_back),
    "triangular": (_shaped, _shaped_back),
    "beta": (_shaped, _shaped_back),
    "lognormal": (_lognormal, _lognormal_back),
}


def from_unit(priors: Sequence[Prior], unit: Array) -> Array:
    """Values (n, p) of points in the unit cube (n, p): each column through its prior's quantiles."""
    points = _points(priors, unit)
    if not ((points >= 0.0) & (points <= 1.0)).all():
        raise InputError("from_unit", "", "a point outside the cube", "0 to 1")
    columns = [
        np.clip(_DISTRIBUTIONS[one.distribution][0](one, points[:, place]), one.low, one.high)
        for place, one in enumerate(priors)
    ]
    return np.stack(columns, axis=1) if columns else points


def to_unit(priors: Sequence[Prior], values: Array) -> Array:
    """The inverse of `from_unit`: cumulated probabilities (n, p) of values (n, p)."""
    points = _points(priors, values)
    columns = []
    for place, one in enumerate(priors):
        column = points[:, place]
        if not ((column >= one.low) & (column <= one.high)).all():
            raise InputError(
                "to_unit", one.name, "a value out of range", f"{one.low:g} to {one.high:g}"
            )
        columns.append(np.clip(_DISTRIBUTIONS[one.distribution][1](one, column), 0.0, 1.0))
    return np.stack(columns, axis=1) if columns else points


def _points(priors: Sequence[Prior], points: Array) -> Array:
    found = np.atleast_2d(np.asarray(points, dtype=np.float64))
    if found.ndim != 2 or found.shape[1] != len(priors):
        raise InputError("points", "shape", str(found.shape), f"(n, {len(priors)})")
    return found


# ------------------------------------------------------------------ parameters
def priors() -> list[Prior]:
    """Every parameter that calibration may change, in the order of the file."""
    return [one for one in load(TABLE).values() if isinstance(one, Prior)]


def fixed() -> dict[str, str]:
    """Every parameter that is left as it is, with the reason."""
    return {name: one for name, one in load(TABLE).items() if isinstance(one, str)}


def select(names: Sequence[str]) -> list[Prior]:
    """Priors by name, or by pattern with * (`information.*`), in the order asked for, each once."""
    known = load(TABLE)
    found: dict[str, Prior] = {}
    for name in names:
        if isinstance(known.get(name), str):
            raise InputError("parameters", name, f"fixed: {known[name]}", "one that is not fixed")
        fits = [
            key for key, one in known.items() if fnmatchcase(key, name) and isinstance(one, Prior)
        ]
        if not fits:
            free = [one.name for one in priors()]
            raise InputError("parameters", "", name, closest(name, free))
        found |= {key: one for key in fits if isinstance(one := known[key], Prior)}
    return list(found.values())


def overrides(priors: Sequence[Prior], row: Array) -> dict[str, Any]:
    """One point (p,) as nested tables: what a scenario is merged with."""
    content: dict[str, Any] = {}
    for one, value in zip(priors, np.asarray(row, dtype=np.float64), strict=True):
        *tables, key = one.name.split(".")
        inside = content
        for table in tables:
            inside = inside.setdefault(table, {})
        inside[key] = float(value)
    return content


def declared(name: str) -> tuple[Any, Any, Mapping[str, str]]:
    """Field, default and labels (unit, zh, en) of a parameter by its dotted key in a scenario."""
    *tables, key = name.split(".")
    section: Any = Scenario()
    for table in tables:
        section = getattr(section, table)
    field = type(section).model_fields[key]
    extra = field.json_schema_extra
    words = {k: str(v) for k, v in extra.items()} if isinstance(extra, dict) else {}
    if tables[0] == "technology_factors":
        words["zh"] = f"{TECHNOLOGY_ZH[tables[1]]}:{words['zh']}"
        words["en"] = f"{TECHNOLOGY_EN[tables[1]]}: {words['en']}"
    return field, getattr(section, key), words


# ------------------------------------------------------------------ the file
@cache
def load(path: Path) -> dict[str, Prior | str]:
    """Priors, and reasons of fixed parameters, by name; InputError for what cannot be used."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(path, "", str(error), "a readable TOML file") from None
    return {name: _entry(path, name, table) for name, table in _leaves(content)}


def _leaves(content: Mapping[str, Any], before: str = "") -> list[tuple[str, Mapping[str, Any]]]:
    """Dotted name and table of every entry: a table whose own values are not tables."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for key, value in content.items():
        if isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values()):
            found += _leaves(value, f"{before}{key}.")
        else:
            found.append((f"{before}{key}", value))
    return found


def _entry(path: Path, name: str, table: Any) -> Prior | str:
    keys = set(table) if isinstance(table, Mapping) else set()
    if keys not in (_FREE, _FIXED):
        allowed = f"{', '.join(sorted(_FREE))}; or {', '.join(sorted(_FIXED))}"
        raise InputError(path, name, ", ".join(sorted(keys)), allowed)
    try:
        field, default, words = declared(name)
    except (AttributeError, KeyError):
        raise InputError(path, name, "no parameter of the model", "a key of a scenario") from None
    if table["central"] != default:
        raise InputError(path, f"{name}.central", table["central"], f"the model's {default}")
    if "fixed" in keys:
        return str(table["fixed"])
    low, central, high = (float(table[key]) for key in ("low", "central", "high"))
    least, most = _range(field)
    if not least <= low <= central <= high <= most or low == high:
        raise InputError(
            path,
            name,
            f"{low:g}, {central:g}, {high:g}",
            f"low to high within {least:g} to {most:g}",
        )
    kind = table["distribution"]
    if kind not in _DISTRIBUTIONS or (kind == "lognormal" and not 0 < low < central < high):
        raise InputError(path, f"{name}.distribution", kind, ", ".join(_DISTRIBUTIONS))
    if table["confidence"] not in CONFIDENCE:
        raise InputError(path, f"{name}.confidence", table["confidence"], ", ".join(CONFIDENCE))
    label = {key: words[key] for key in ("unit", "zh", "en")}
    return Prior(name, low, central, high, kind, table["confidence"], str(table["source"]), **label)


def _range(field: Any) -> tuple[float, float]:
    """Smallest and largest value that the model declares for a field."""
    ends = {
        end: float(getattr(mark, end))
        for mark in field.metadata
        for end in ("ge", "le")
        if getattr(mark, end, None) is not None
    }
    return ends.get("ge", -np.inf), ends.get("le", np.inf)
