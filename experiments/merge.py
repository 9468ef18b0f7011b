"""One batch folder out of several, whose runs were made on several machines."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.folder import (
    DESIGN,
    STUDY,
    by_chunk,
    check_same,
    read_batch_manifest,
    refuse_used,
    shard_files,
    write_manifest,
)
from experiments.shards import DONE, IDENTITY, intact, read_runs, table_of, write_shard
from sim.core.errors import InputError
from sim.core.files import MANIFEST, Folder
from sim.results import METADATA_KEY

Point = tuple[int, int]
"""A point and a replicate."""


@dataclass
class Merged:
    """What a merged folder has: runs of `total`, failed ones, those met twice, and what is missing.

    `broken` are shards that could not be read, whose runs count as missing unless another folder
    has them.
    """

    total: int
    runs: int = 0
    failed: int = 0
    repeated: int = 0
    missing: list[Point] = field(default_factory=list)
    broken: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class _Best:
    """The row of a point and replicate that is kept: its shard, status and outcomes."""

    shard: Path
    status: str
    outcomes: bytes


def merge(folders: Sequence[Path], out: Path) -> Merged:
    """Put the runs of batches of one study together in a new folder, whole or not at all.

    What several have must agree to the last bit; where a run failed on one machine and not on
    another, it is done. Raises InputError for folders of different studies, versions or data, for
    runs that disagree, and for an `out` with anything in it. The folders stay as they are.
    """
    if not folders:
        raise InputError("merge", "folders", "none", "one or more batch folders")
    manifests = [read_batch_manifest(folder) for folder in folders]
    for folder, manifest in zip(folders[1:], manifests[1:], strict=True):
        check_same(folder, manifests[0], manifest)
    if out.exists():
        if (out / MANIFEST).is_file():
            raise InputError(out, "--out", "a batch begun", "an empty folder")
        refuse_used(out)
    merged = Merged(int(manifests[0]["runs"]))
    best = _best_of(folders, merged)
    with Folder(out) as target:
        shards = target.path / "shards"
        shards.mkdir()
        for name in (STUDY, DESIGN):
            if (folders[0] / name).is_file():
                shutil.copy2(folders[0] / name, target.path / name)
        _write(folders, shards, best)
        kept = {key: value for key, value in manifests[0].items() if key != "shares"}
        write_manifest(target.path, {**kept, "merged": len(folders)})
    merged.runs = len(best)
    merged.failed = sum(one.status != DONE for one in best.values())
    merged.missing = _missing(folders[0], manifests[0], best)
    return merged


def _best_of(folders: Sequence[Path], merged: Merged) -> dict[Point, _Best]:
    """The row to keep of every point and replicate."""
    best: dict[Point, _Best] = {}
    for path, _ in _shards(folders, merged):
        for row in read_runs(path).to_pylist():
            place = row["point"], row["replicate"]
            mine = _Best(path, row["status"], _digest(row))
            other = best.setdefault(place, mine)
            if other is mine:
                continue
            merged.repeated += 1
            if other.status == DONE == mine.status and other.outcomes != mine.outcomes:
                given = f"other outcomes than in {other.shard}"
                key = f"point {place[0]}, replicate {place[1]}"
                raise InputError(path, key, given, "the same: a run has one result")
            if other.status != DONE == mine.status:
                best[place] = mine
    return best


def _shards(folders: Sequence[Path], merged: Merged) -> Iterator[tuple[Path, list[Path]]]:
    """Shards of runs that are whole, each with its other tables."""
    merged.broken = []
    for folder in folders:
        for path, details in by_chunk(shard_files(folder)):
            if intact(path) and all(intact(one) for one in details):
                yield path, details
            else:
                merged.broken.append(path)


def _write(folders: Sequence[Path], shards: Path, best: dict[Point, _Best]) -> None:
    """Copy what is kept, of every run one copy of its detail, the table of runs last."""
    detailed: set[str] = set()
    for path, details in _shards(folders, Merged(0)):
        table = read_runs(path)
        places = zip(table["point"].to_pylist(), table["replicate"].to_pylist(), strict=True)
        keep = [best[place].shard == path for place in places]
        runs = table["run"].to_pylist()
        wanted = {run for run, kept in zip(runs, keep, strict=True) if kept} - detailed
        stem = path.name.partition("-")[2]
        for detail in details:
            _copy_rows(detail, shards / f"{table_of(detail)}-{stem}", wanted, set(runs))
        if details:
            detailed |= wanted
        if all(keep):
            shutil.copy2(path, shards / path.name)
        elif any(keep):
            origin = table.schema.metadata[METADATA_KEY]
            write_shard(shards / path.name, table.filter(pa.array(keep)), origin)


def _copy_rows(source: Path, target: Path, wanted: set[str], there: set[str]) -> None:
    """Rows of a detail table of the `wanted` runs out of those that are there."""
    if wanted >= there:
        shutil.copy2(source, target)
    elif wanted:
        table = pq.ParquetFile(source).read()
        rows = pc.is_in(table["run"], pa.array(sorted(wanted), table["run"].type))
        write_shard(target, table.filter(rows), table.schema.metadata[METADATA_KEY])


def _digest(row: dict[str, Any]) -> bytes:
    """The outcomes of a row and the run it is of, in 16 bytes; a missing outcome is no number."""
    values = {name: row[name] for name in sorted(row) if name not in IDENTITY}
    said = [
        (name, "nan" if value is None or math.isnan(value) else float(value).hex())
        for name, value in values.items()
    ]
    return hashlib.blake2b(repr((row["run"], said)).encode(), digest_size=16).digest()


def _missing(folder: Path, manifest: dict[str, Any], best: dict[Point, _Best]) -> list[Point]:
    """Points and replicates of the study that no folder has, if the folder says which there are."""
    design, replicates = folder / DESIGN, manifest.get("replicates")
    if not design.is_file() or replicates is None:
        return []
    points = pd.read_parquet(design, columns=["point"])["point"]
    return [
        (int(point), replicate)
        for point in points
        for replicate in range(int(replicates))
        if (int(point), replicate) not in best
    ]
