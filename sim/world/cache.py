"""Populations on disk, keyed by everything they are made from, memory-mapped where never written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import zlib
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import scipy

from sim.core.compile import cache_directory
from sim.core.edges import Edges
from sim.core.table import Array, Table
from sim.world.data import ProvinceData
from sim.world.endowment import equip
from sim.world.population import synthesise
from sim.world.synthesis import Population, PopulationParameters
from sim.world.tables import CITIES, FIRMS, PROVIDERS

_TABLES = {"firms": FIRMS, "providers": PROVIDERS, "cities": CITIES}


def population_key(
    data: ProvinceData, scale: float, seed: int, settings: PopulationParameters
) -> str:
    """Hash of data, settings and the code that makes populations, with the draws it is made of."""
    digest = hashlib.sha256()
    world = Path(__file__).parent
    for path in (*sorted(world.glob("*.py")), *sorted((world.parent / "core").glob("*.py"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    versions = [np.__version__, scipy.__version__]
    parts = [data.checksums, repr(float(scale)), seed, asdict(settings), versions]
    digest.update(json.dumps(parts, sort_keys=True).encode())
    return digest.hexdigest()[:24]


def cached_population(
    data: ProvinceData,
    scale: float,
    seed: int,
    settings: PopulationParameters,
    directory: Path | None = None,
) -> Population:
    """The population of these arguments, made once and then read back.

    Fixed columns and edges are mapped read-only, so that runs and worker processes share them;
    the other columns are the caller's own. What firms use and know at the start is not part of the
    key: a population whose start is scaled is a stored one that is equipped anew, or draws of the
    start would fill the disk with populations of which each is used once.
    """
    plain = replace(settings, initial_adoption=1.0, initial_awareness=1.0)
    population = _stored(data, scale, seed, plain, directory)
    if settings != plain:
        equip(data, population.firms, population.applicable, seed, settings)
    return population


def _stored(
    data: ProvinceData, scale: float, seed: int, settings: PopulationParameters,
    directory: Path | None,
) -> Population:  # fmt: skip
    base = directory if directory is not None else cache_directory() / "populations"
    folder = base / population_key(data, scale, seed, settings)
    # A cache that cannot be entered, written or read costs time, never a result.
    try:
        if folder.exists():
            return _read(folder)
    except PermissionError:
        return synthesise(data, scale, seed, settings)
    except _DamagedError as damage:
        if sys.stderr is not None:
            print(f"lianghua: {folder}: {damage}; made again", file=sys.stderr)
        _remove(folder)
    population = synthesise(data, scale, seed, settings)
    try:
        _write(population, folder)
        return _read(folder)
    except (OSError, _DamagedError):
        return population


def _remove(folder: Path) -> None:
    """Take a damaged population away: at once, so that no other process finds half of it."""
    with suppress(OSError):
        away = Path(tempfile.mkdtemp(prefix=".old-", dir=folder.parent))
        with suppress(OSError):
            os.rename(folder, away / "damaged")
        shutil.rmtree(away, ignore_errors=True)


def _write(population: Population, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        sums: dict[str, str] = {}
        for name, array in _arrays(population).items():
            np.save(temporary / f"{name}.npy", array)
            sums[name] = _mark(array)
        (temporary / "index.json").write_text(json.dumps(sums, sort_keys=True), encoding="utf-8")
        try:
            os.rename(temporary, folder)
        except OSError:
            # Another process was first with the same bits.
            if not folder.exists():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _mark(array: Array) -> str:
    """Type, shape and CRC-32 of an array: enough to see damage, and quicker than reading a disk."""
    check = zlib.crc32(np.ascontiguousarray(array).data)
    return f"{array.dtype}{array.shape} {check:08x}"


def _arrays(population: Population) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for table in _TABLES:
        held: Table = getattr(population, table)
        arrays |= {f"{table}.{name}": array for name, array in held.arrays().items()}
    arrays |= {f"edges.{name}": array for name, array in population.edges._asdict().items()}
    arrays["final_demand"] = population.final_demand
    arrays["applicable"] = population.applicable
    return arrays


class _DamagedError(Exception):
    """A stored population that cannot be used; says which file and why."""


def _read(folder: Path) -> Population:
    try:
        index = dict(json.loads((folder / "index.json").read_text(encoding="utf-8")))
    except PermissionError:
        raise
    except (OSError, TypeError, ValueError, RecursionError) as error:
        raise _damaged("index.json", error) from None
    fixed = {
        f"{table}.{column.name}"
        for table, columns in _TABLES.items()
        for column in columns
        if column.fixed
    }
    arrays: dict[str, Array] = {}
    for name, shape in index.items():
        mapped = name in fixed or name.startswith("edges.")
        try:
            array = np.load(
                folder / f"{name}.npy", mmap_mode="r" if mapped else None, allow_pickle=False
            )
            found = _mark(array)
        except PermissionError:
            raise
        except Exception as error:
            # A damaged head of an array has as many kinds of error as it has fields.
            raise _damaged(f"{name}.npy", error) from None
        if found != shape:
            raise _damaged(f"{name}.npy", f"{found} instead of {shape}")
        arrays[name] = array.view(np.ndarray) if mapped else array
    try:
        tables = {
            table: Table(
                table,
                columns,
                len(arrays[f"{table}.{columns[0].name}"]),
                {column.name: arrays[f"{table}.{column.name}"] for column in columns},
            )
            for table, columns in _TABLES.items()
        }
        edges = Edges(*(arrays[f"edges.{name}"] for name in Edges._fields))
        return Population(
            firms=tables["firms"],
            providers=tables["providers"],
            cities=tables["cities"],
            edges=edges,
            final_demand=arrays["final_demand"],
            applicable=arrays["applicable"],
        )
    except KeyError as error:
        raise _damaged("index.json", f"no entry {error}") from None


def _damaged(file: str, what: object) -> _DamagedError:
    return _DamagedError(f"{file} is damaged ({' '.join(str(what).split())[:200]})")
