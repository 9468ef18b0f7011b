"""Designs: which values of the factors are run together.

Saltelli et al. 2010 (rows for Sobol indices), Morris 1991 (trajectories), McKay, Beckman & Conover
1979 (Latin hypercubes). Every design is a function of the factors, its settings and the seed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments import coalitions
from experiments.factors import BETWEEN, Factor, cell_of, column_of
from experiments.study_file import (
    CoalitionsDesign,
    Design,
    GridDesign,
    LatinHypercubeDesign,
    ListDesign,
    MorrisDesign,
    OneAtATimeDesign,
    SobolDesign,
    StudyFile,
    TableDesign,
    given,
)
from sim.core.csv_table import CsvTable, read_csv
from sim.core.errors import InputError
from sim.core.table import Array
from sim.programme import CLAUSES
from sim.scenario_files import closest, flat

SCENARIO = "scenario"
"""Column that binds a row of a list or table to one scenario."""
Row = dict[str, Any]
"""Values by factor's key; a factor that is not there is left as the scenario has it."""


@dataclass(frozen=True)
class Block:
    """One design over some factors: its rows, and what an analysis must know of how it was made.

    `settings` are the design's own keys, such as base and dimensions of Sobol's; `parts` are the
    designs of levers and of uncertainties where the two are crossed.
    """

    method: str
    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Block, ...] = ()


def block(
    file: StudyFile, key: str, design: Design, factors: Sequence[Factor], seed: int,
    scenarios: Sequence[str],
) -> Block:  # fmt: skip
    """The rows of a design at `key` of a study's file; InputError where it contradicts itself."""
    if isinstance(design, CoalitionsDesign):
        rows = _coalitions(file, key, design, factors, seed)
        ordered = [code for code in CLAUSES if code in design.members]
        settings = {"members": ordered, "sampled": design.sampled}
        return Block("coalitions", (coalitions.WITHOUT,), tuple(rows), settings)
    method = str(type(design).model_fields["method"].default)
    if not factors and not isinstance(design, ListDesign):
        raise file.error(f"{key}.method", method, "list, as there are no factors for it")
    fixed = _written(file, key, getattr(design, "rows", ()), factors, scenarios)
    rows, settings = _rows(file, key, design, factors, seed, scenarios)
    if isinstance(design, ListDesign) and not fixed:
        if factors and not file.table("search"):
            allowed = f"rows, or another method, as {factors[0].key} is to be varied"
            raise file.error(f"{key}.rows", "nothing", allowed)
        fixed = [{}]
    return Block(method, tuple(one.key for one in factors), (*rows, *fixed), settings)


def _rows(
    file: StudyFile, key: str, design: Design, factors: Sequence[Factor], seed: int,
    scenarios: Sequence[str],
) -> tuple[list[Row], dict[str, Any]]:  # fmt: skip
    """Rows that the method makes, and its settings."""
    if isinstance(design, TableDesign):
        return read_table(file.path.parent / design.file, factors, scenarios), {"file": design.file}
    if isinstance(design, GridDesign):
        return _grid(file, key, design, factors), {"levels": design.levels}
    if isinstance(design, LatinHypercubeDesign):
        unit = latin_hypercube(len(factors), design.points, seed)
        return _of_unit(unit, factors), {"points": design.points}
    if isinstance(design, SobolDesign):
        if design.base & (design.base - 1):
            raise file.error(f"{key}.base", design.base, "a power of 2 from 2 to 65536")
        settings = {"base": design.base, "dimensions": len(factors), "second_order": False}
        return _of_unit(saltelli(len(factors), design.base, seed), factors), settings
    if isinstance(design, MorrisDesign):
        unit = trajectories(len(factors), design.trajectories, design.levels, seed)
        settings = {
            "trajectories": design.trajectories,
            "levels": design.levels,
            "dimensions": len(factors),
        }
        return _of_unit(unit, factors), settings
    if isinstance(design, OneAtATimeDesign):
        return [{}, *({one.key: end} for one in factors for end in one.ends)], {}
    return [], {}


# ------------------------------------------------------------------ in the unit cube
def latin_hypercube(dimensions: int, points: int, seed: int) -> Array:
    """Points (points, dimensions) of which each strip of each dimension holds one."""
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed))
    return np.asarray(sampler.random(points))


def saltelli(dimensions: int, base: int, seed: int) -> Array:
    """Points (base * (dimensions + 2), dimensions) in the order that SALib's analysis expects."""
    from SALib.sample import sobol

    return np.asarray(sobol.sample(_problem(dimensions), base, calc_second_order=False, seed=seed))


def trajectories(dimensions: int, count: int, levels: int, seed: int) -> Array:
    """Points (count * (dimensions + 1), dimensions) of Morris trajectories, one after another."""
    from SALib.sample import morris

    return np.asarray(morris.sample(_problem(dimensions), count, num_levels=levels, seed=seed))


def _problem(dimensions: int) -> dict[str, Any]:
    names = [f"x{place}" for place in range(dimensions)]
    return {"num_vars": dimensions, "names": names, "bounds": [[0.0, 1.0]] * dimensions}


def _of_unit(unit: Array, factors: Sequence[Factor]) -> list[Row]:
    columns = [one.from_unit(unit[:, place]) for place, one in enumerate(factors)]
    keys = [one.key for one in factors]
    return [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]


# ------------------------------------------------------------------ rows by rule or by hand
def _grid(file: StudyFile, key: str, design: GridDesign, factors: Sequence[Factor]) -> list[Row]:
    """The first factor changes slowest."""
    ranged = [one.key for one in factors if one.values is None]
    if ranged and design.levels is None:
        raise file.error(f"{key}.levels", "nothing", f"levels, or values for {', '.join(ranged)}")
    axes = [one.levels(design.levels or 2) for one in factors]
    keys = [one.key for one in factors]
    return [dict(zip(keys, values, strict=True)) for values in product(*axes)]


def _coalitions(
    file: StudyFile, key: str, design: CoalitionsDesign, factors: Sequence[Factor], seed: int
) -> list[Row]:
    others = [one.key for one in factors if one.key != coalitions.WITHOUT]
    if others:
        raise file.error(f"{key}.method", "coalitions", f"another design for {others[0]}")
    for place, member in enumerate(design.members):
        if member not in CLAUSES:
            raise file.error(f"{key}.members.{place}", member, closest(member, list(CLAUSES)))
        if design.members.count(member) > 1:
            raise file.error(f"{key}.members.{place}", f"{member} twice", "each clause once")
    return coalitions.rows(design.members, design.sampled, seed)


def _written(
    file: StudyFile, key: str, rows: Sequence[Mapping[str, Any]], factors: Sequence[Factor],
    scenarios: Sequence[str],
) -> list[Row]:  # fmt: skip
    """Rows that stand in the file."""
    known = {one.key: one for one in factors}
    found: list[Row] = []
    for number, row in enumerate(rows):
        found.append({})
        for name, value in flat(row).items():
            place = f"{key}.rows.{number}.{name}"
            if name == SCENARIO and value in scenarios:
                found[-1][name] = value
                continue
            if name == SCENARIO:
                raise file.error(place, given(value), closest(str(value), scenarios))
            if name not in known:
                raise file.error(place, given(value), closest(name, [SCENARIO, *known]))
            found[-1][name] = _allowed(known[name], value, place, file)
    return found


def _allowed(factor: Factor, value: Any, place: str, file: StudyFile) -> Any:
    shapes = {
        "number": (int, float),
        "whole": (int,),
        "truth": (bool,),
        "text": (str,),
        "list": (list,),
    }
    fits = isinstance(value, shapes[factor.form]) and (
        isinstance(value, bool) == (factor.form == "truth")
    )
    value = tuple(value) if fits and factor.form == "list" else value
    if not fits or not factor.allows(value):
        raise file.error(place, given(value), may_be(factor))
    return float(value) if factor.form == "number" else value


def may_be(factor: Factor) -> str:
    """What a factor may be, for a message."""
    if factor.values is not None:
        return ", ".join(str(cell_of(one)) for one in factor.values)
    words = {
        "number": "a number", "whole": "a whole number", "truth": "true or false",
        "text": "a text", "list": "texts",
    }[factor.form]  # fmt: skip
    return words if factor.low is None else f"{words} from {factor.low:g} to {factor.high:g}"


# ------------------------------------------------------------------ a table of the user's
def read_table(path: Path, factors: Sequence[Factor], scenarios: Sequence[str]) -> list[Row]:
    """Rows of a CSV file; InputError naming line and column of what cannot be read."""
    table = read_csv(path)
    _check_columns(table, factors)
    known = {one.key: one for one in factors}
    rows = [_line(table, line, row, known, scenarios) for line, row in table.records()]
    if not rows:
        raise InputError(path, "", "no rows", "a line of names and one line or more of values")
    return rows


def _check_columns(table: CsvTable, factors: Sequence[Factor]) -> None:
    known = [SCENARIO, *(one.key for one in factors)]
    for name in table.columns:
        if name not in known:
            key = f"line {table.header_line}, column {name}"
            raise InputError(table.path, key, name, closest(name, known))


def _line(
    table: CsvTable, line: int, row: Mapping[str, str], known: Mapping[str, Factor],
    scenarios: Sequence[str],
) -> Row:  # fmt: skip
    path = table.path
    found: Row = {}
    for name, cell in row.items():
        place = f"line {line}, column {name}"
        if not cell:
            continue
        if name == SCENARIO:
            if cell not in scenarios:
                raise InputError(path, place, cell, closest(cell, scenarios))
            found[name] = cell
            continue
        try:
            value = _read_cell(table, known[name], cell)
        except (ValueError, KeyError):
            raise InputError(path, place, cell, may_be(known[name])) from None
        if not known[name].allows(value):
            raise InputError(path, place, cell, may_be(known[name]))
        found[name] = value
    return found


def _read_cell(table: CsvTable, factor: Factor, cell: str) -> Any:
    """A cell's text as the factor's kind of value; ValueError or KeyError if it is none."""
    if factor.form in ("number", "whole"):
        value = table.number(cell)
        if value is None or (factor.form == "whole" and not value.is_integer()):
            raise ValueError(cell)
        return int(value) if factor.form == "whole" else value
    if factor.form == "truth":
        return {"true": True, "false": False}[cell.lower()]
    return tuple(cell.split(BETWEEN)) if factor.form == "list" else cell


# ------------------------------------------------------------------ put together
def crossed(levers: Block, uncertainties: Block) -> Block:
    """Every row of the one with every row of the other, the levers' changing slower."""
    rows = tuple({**one, **two} for one in levers.rows for two in uncertainties.rows)
    return Block(
        f"{levers.method} x {uncertainties.method}", (*levers.keys, *uncertainties.keys), rows,
        {"levers": _told(levers), "uncertainties": _told(uncertainties)}, (levers, uncertainties),
    )  # fmt: skip


def _told(one: Block) -> dict[str, Any]:
    return {"method": one.method, "keys": list(one.keys), "rows": len(one.rows), **one.settings}


def frame(
    rows: Sequence[Row], factors: Sequence[Factor], names: Sequence[str], outside: str | None
) -> pd.DataFrame:
    """The table `design`: point, scenario, then a column a factor.

    Every scenario of `names` has all rows (but those bound to another). The baseline `outside`
    them has no levers: each of the rows' sets of uncertainties once.
    """
    chosen = [(name, row) for name in names for row in rows if row.get(SCENARIO, name) == name]
    if outside is not None:
        uncertain = [one.key for one in factors if one.kind == "uncertainty"]
        bare = [{key: row[key] for key in uncertain if key in row} for row in rows]
        alone = {tuple((key, cell_of(value)) for key, value in row.items()): row for row in bare}
        chosen += [(outside, row) for row in alone.values()]
    columns = [column_of(one, [row.get(one.key) for _, row in chosen]) for one in factors]
    first = {"point": np.arange(len(chosen)), SCENARIO: [name for name, _ in chosen]}
    return pd.concat([pd.DataFrame(first), *columns], axis=1)


def size(design: Design, factors: Sequence[Factor]) -> int:
    """Rows that a design has, told without making them; a few too many for sampled coalitions."""
    written = len(getattr(design, "rows", ()))
    if isinstance(design, GridDesign):
        return written + math.prod(
            len(one.values) if one.values is not None else design.levels or 1 for one in factors
        )
    if isinstance(design, LatinHypercubeDesign):
        return written + design.points
    if isinstance(design, SobolDesign):
        return design.base * (len(factors) + 2)
    if isinstance(design, MorrisDesign):
        return design.trajectories * (len(factors) + 1)
    if isinstance(design, CoalitionsDesign):
        every = 1 << len(design.members)
        return min(every, (design.sampled or every) * (len(design.members) + 1))
    return max(written, 1)
