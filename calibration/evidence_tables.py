"""What the evidence page is made of that is no code: declared statements, and results of commands.

Statements stand in `calibration/findings/`: misfits.csv (why a target is missed, by the
pattern of its name and the direction of the miss), checks.csv (what tests hold the model to), weaknesses.csv, and
stylised_facts.csv, which `python -m tests.stylised` writes. Fits and studies are read from the
folders that `lianghua calibrate`, `sensitivity` and `validate` write.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.evaluation import Failure, Setting, evaluate
from calibration.targets import Target, targets
from sim.circumstances import SHIPPED
from sim.core.csv_table import read_csv
from sim.core.errors import InputError
from sim.results import read_manifest
from sim.workers import Progress
from sim.world.data import DIRECTORY

FINDINGS = Path(__file__).with_name("findings")
FIT = "fitted.toml"
READMES = {"en": DIRECTORY / "README.md", "zh": DIRECTORY / "README.zh.md"}
CENTRAL_REPLICATES = 4
"""Runs at central values that are averaged where nothing is fitted."""
_PARAMETER = ("fitted", "low_90", "high_90")
_TARGET = ("observed", "tolerance")
"""What every row of a fit holds; a target has no `fitted` where the model was silent."""


@cache
def statements(name: str) -> tuple[dict[str, str], ...]:
    """Rows of one table of statements."""
    return tuple(row for _, row in read_csv(FINDINGS / f"{name}.csv").records())


def data_tables(lang: str) -> list[tuple[list[str], str, str]]:
    """Files, content and weak points of every row of the data's own description."""
    found = []
    for line in READMES[lang].read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0].endswith(".csv"):
            found.append((cells[0].split(", "), cells[1], cells[2]))
    return found


def reason(target: str, gap: float, lang: str) -> str:
    """Why a target is missed by so many tolerances; empty where nothing is declared."""
    direction = "high" if gap > 0 else "low"
    for row in statements("misfits"):
        if row["direction"] == direction and fnmatchcase(target, row["target"]):
            return row[lang]
    return ""


@dataclass(frozen=True)
class Said:
    """What the model says of a target; low and high hold 90 % of runs at posterior draws."""

    target: Target
    model: float
    low: float | None = None
    high: float | None = None

    @property
    def gap(self) -> float:
        """Model less observed, in tolerances."""
        return (self.model - self.target.value) / self.target.tolerance


@dataclass(frozen=True)
class FitTable:
    """A fit, or the model at central values where `parameters` is empty."""

    said: tuple[Said, ...]
    parameters: Mapping[str, Mapping[str, Any]]
    provenance: Mapping[str, Any]


def read_fit_table(folder: Path | None) -> FitTable | None:
    """Fit of a folder; without one that which is shipped, None if there is none.

    Raises InputError for a file that is no calibration's, or is of other observations.
    """
    path = (folder if folder is not None else SHIPPED[0]) / FIT
    if folder is None and not path.is_file():
        return None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = str(getattr(error, "strerror", None) or error)
        raise InputError(path, "--fit", why, "a finished calibration") from None
    parameters, rows, provenance = (
        _table(path, content, key) for key in ("parameters", "targets", "provenance")
    )
    _complete(path, "parameters", parameters, _PARAMETER)
    _complete(path, "targets", rows, _TARGET)
    known = {one.name: one for one in targets()}
    for name, row in rows.items():
        if name not in known:
            raise InputError(path, f"targets.{name}", "unknown", "a target of observed_moments.csv")
        if abs(row["observed"] - known[name].value) > 1e-5 * abs(known[name].value):
            raise InputError(path, f"targets.{name}.observed", row["observed"], known[name].value)
    said = tuple(
        Said(known[name], float(row.get("fitted", np.nan)), row.get("low_90"), row.get("high_90"))
        for name, row in rows.items()
    )
    return FitTable(said, parameters, provenance)


def _table(path: Path, content: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = content.get(key)
    if not isinstance(found, dict):
        raise InputError(path, key, "no such table", "a finished calibration")
    return found


def _complete(path: Path, table: str, rows: Mapping[str, Any], keys: Sequence[str]) -> None:
    for name, row in rows.items():
        for key in keys:
            value = row.get(key) if isinstance(row, dict) else None
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(path, f"{table}.{name}.{key}", value, "a number")


def central_fit(scale: float, progress: Progress | None = None) -> FitTable:
    """The model at its central values: means over `CENTRAL_REPLICATES` runs.

    Raises InputError if a run fails, which central values do for a wrong scale alone.
    """
    setting = Setting(scale=scale, replicates=CENTRAL_REPLICATES)
    failures: list[Failure] = []
    runs = evaluate(np.zeros((1, 0)), [], setting, progress=progress, failures=failures)
    if failures:
        raise InputError("describe evidence", "--scale", scale, failures[0].reason)
    values = runs[0].mean(axis=0)
    said = tuple(Said(one, float(x)) for one, x in zip(setting.targets, values, strict=True))
    return FitTable(said, {}, {"scale": scale, "replicates": CENTRAL_REPLICATES})


@dataclass(frozen=True)
class Found:
    """Tables of a folder of results by name, and its manifest."""

    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any]


def read_results(folder: Path | None, command: str, names: Sequence[str]) -> Found | None:
    """Those of the tables that a folder of a command holds; None without a folder.

    Raises InputError where it holds none of them, or is another command's.
    """
    if folder is None:
        return None
    there = [name for name in names if (folder / f"{name}.parquet").is_file()]
    if not there:
        wanted = ", ".join(f"{name}.parquet" for name in names)
        raise InputError(folder, f"--{_OPTION[command]}", "no such table", wanted)
    manifest = read_manifest(folder / f"{there[0]}.parquet")
    if manifest.get("command") != command:
        raise InputError(
            folder, f"--{_OPTION[command]}", f"results of {manifest.get('command')}",
            f"results of lianghua {command}",
        )  # fmt: skip
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in there}
    return Found(tables, {key: manifest.get(key) for key in _KEPT if key in manifest})


_OPTION = {"sensitivity": "sensitivity", "validate": "validation"}
_KEPT = (
    "version",
    "command",
    "scenarios",
    "scale",
    "replicates",
    "seed",
    "methods",
    "budget",
    "draws",
)
"""What of a manifest the page repeats."""
