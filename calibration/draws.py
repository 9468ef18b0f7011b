"""Draws from a posterior as changes of a scenario, and which fit a vintage may use.

A fit is a folder with `fitted.toml`, whose provenance says up to which year observations were used
(`last_year`), and `draws.csv`, a parameter a column and a draw a row. A vintage uses the fit with
the latest of such years that is not after it, so that no forecast is fitted on what it forecasts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.priors import overrides, select
from sim.core.csv_table import read_csv
from sim.core.errors import InputError

FILES = ("fitted.toml", "draws.csv")
HERE = Path(__file__).resolve().parent
SHIPPED = (HERE, HERE / "vintage_2013")
"""Where fits that the package ships are, if there are any."""


@dataclass(frozen=True)
class Fit:
    """One fit: the last year of its observations, a scenario's changes a draw and as fitted."""

    last_year: int
    draws: tuple[dict[str, Any], ...]
    fitted: dict[str, Any]


@dataclass(frozen=True)
class Fits:
    """Every fit at hand."""

    fits: tuple[Fit, ...]

    def of(self, vintage: int) -> Sequence[dict[str, Any]]:
        """Draws that a vintage may use; none where every fit knows too much."""
        allowed = [one for one in self.fits if one.last_year <= vintage]
        return max(allowed, key=lambda one: one.last_year).draws if allowed else ()

    def latest(self) -> Sequence[dict[str, Any]]:
        """Draws of the fit to the latest observations; none where there is no fit."""
        return self._last.draws if self.fits else ()

    def fitted(self) -> dict[str, Any]:
        """Changes to the fitted values of that fit; none where there is no fit."""
        return self._last.fitted if self.fits else {}

    @property
    def _last(self) -> Fit:
        return max(self.fits, key=lambda one: one.last_year)


def read_fits(folders: Sequence[Path] = ()) -> Fits:
    """Fits in `folders`; without any, those that are shipped."""
    there = folders or [one for one in SHIPPED if all((one / name).is_file() for name in FILES)]
    return Fits(tuple(read_fit(folder) for folder in there))


def read_fit(folder: Path) -> Fit:
    """One fit; raises InputError naming the file and what is wrong with it."""
    document, table = (folder / name for name in FILES)
    try:
        content: Any = tomllib.loads(document.read_text(encoding="utf-8"))
        last_year = content["provenance"]["last_year"]
    except OSError as error:
        raise InputError(folder, "--draws", str(error.strerror), "a finished calibration") from None
    except KeyError:
        raise InputError(document, "provenance.last_year", "nothing", "a year") from None
    except ValueError as error:
        raise InputError(folder, "--draws", str(error), "a finished calibration") from None
    if type(last_year) is not int:
        raise InputError(document, "provenance.last_year", last_year, "a year")
    return Fit(last_year, _draws(table), _fitted(document, content))


def _draws(path: Path) -> tuple[dict[str, Any], ...]:
    """A scenario's changes for each row of a table with a column a parameter."""
    table = read_csv(path)
    try:
        priors = select(list(table.columns))
    except InputError as error:
        key = f"line {table.header_line}"
        raise InputError(path, key, error.given or error.key, error.allowed) from None
    if [one.name for one in priors] != list(table.columns):
        given = ", ".join(table.columns)
        raise InputError(path, f"line {table.header_line}", given, "names of parameters in full")
    draws = []
    for line, cells in table.rows:
        values = [table.number(cell) for cell in cells]
        for name, cell, value in zip(table.columns, cells, values, strict=True):
            if value is None:
                raise InputError(path, f"line {line}, column {name}", cell, "a number")
        draws.append(overrides(priors, np.array(values, dtype=np.float64)))
    if not draws:
        raise InputError(path, "", "no rows", "one draw or more")
    return tuple(draws)


def _fitted(document: Path, content: dict[str, Any]) -> dict[str, Any]:
    """Changes to the fitted values, none in a file that has none."""
    table = content.get("parameters", {})
    values = {
        key: row.get("fitted") if isinstance(row, dict) else row for key, row in table.items()
    }
    bad = [key for key, value in values.items() if not isinstance(value, int | float)]
    if bad:
        raise InputError(document, f"parameters.{bad[0]}.fitted", values[bad[0]], "a number")
    return overrides(select(list(values)), np.array(list(values.values()), dtype=np.float64))
