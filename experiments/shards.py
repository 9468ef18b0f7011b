"""Shards: the tables of some runs in Parquet files, each written whole or not at all.

A shard is named `TABLE-CHUNK-PART.parquet`. Of one chunk and part the table `runs` is written last:
where it stands, the others of that name stand too, and its runs count as made.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.errors import InputError
from sim.results import METADATA_KEY

RUNS = "runs"
IDENTITY = {
    "run": pa.string(), "point": pa.int64(), "scenario": pa.string(), "replicate": pa.int64(),
    "seed": pa.int64(), "status": pa.string(), "reason": pa.string(), "attempts": pa.int64(),
    "seconds": pa.float64(),
}  # fmt: skip
"""Columns of `runs` before the outcomes."""
CIRCUMSTANCES = ("attempts", "seconds")
"""Columns that may differ between repeats of the same run."""
DONE, FAILED = "done", "failed"
BROKEN = ".broken"
"""Ending of a shard that cannot be read and was set aside."""


class StorageError(InputError):
    """Results cannot be written: a full disk, or a folder that went away."""


@dataclass(frozen=True)
class Row:
    """One row of `runs`."""

    run: str
    point: int
    scenario: str
    replicate: int
    seed: int
    status: str
    reason: str
    attempts: int
    seconds: float
    outcomes: Mapping[str, float] = field(default_factory=dict)


def runs_table(rows: Sequence[Row], outcomes: Sequence[str] = ()) -> pa.Table:
    """Rows as a table; `outcomes` are columns that it has even if no run here has them."""
    columns = {
        name: pa.array([getattr(row, name) for row in rows], kind)
        for name, kind in IDENTITY.items()
    }
    names = dict.fromkeys([*outcomes, *(name for row in rows for name in row.outcomes)])
    for name in names:
        values = [row.outcomes.get(name, float("nan")) for row in rows]
        columns[name] = pa.array(values, pa.float64())
    return pa.table(columns)


def detail_table(frames: Sequence[tuple[str, pd.DataFrame]]) -> pa.Table:
    """A table of several runs: theirs one after the other, led by the column `run`."""
    parts = []
    for run, frame in frames:
        part = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        name = pa.array([run] * len(frame), pa.string())
        parts.append(part.add_column(0, "run", name))
    return pa.concat_tables(parts, promote_options="permissive")


def write_shard(path: Path, table: pa.Table, origin: bytes) -> None:
    """A table with its origin (JSON) in the file's metadata."""
    metadata = {**(table.schema.metadata or {}), METADATA_KEY: origin}
    buffer = pa.BufferOutputStream()
    pq.write_table(
        table.replace_schema_metadata(metadata), buffer, compression="zstd",
        write_page_checksum=True,
    )  # fmt: skip
    write_whole(path, buffer.getvalue().to_pybytes())


def write_whole(path: Path, content: bytes) -> None:
    """A file written to the disk and then put in place, or else nothing and a StorageError."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise storage_error(path.parent, error) from error


def storage_error(folder: Path, error: OSError) -> StorageError:
    """What to say when results cannot be written."""
    given = error.strerror or str(error)
    return StorageError(folder, "", given, "a folder with space that can be written; then --resume")


def read_runs(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The table `runs` of a shard, its checksums verified; OSError or ArrowException if broken."""
    wanted = list(columns) if columns is not None else None
    return pq.ParquetFile(path, page_checksum_verification=True).read(wanted)


def intact(path: Path) -> bool:
    """Is a shard whole? Parquet has its directory at the end, so what is cut off has none."""
    try:
        pq.ParquetFile(path).close()
    except (OSError, pa.ArrowException):
        return False
    return True


def shard_name(table: str, chunk: str, part: int) -> str:
    """The file of a table of a part of a chunk."""
    return f"{table}-{chunk}-{part}.parquet"


def table_of(path: Path) -> str:
    """The table that a shard is of."""
    return path.name.partition("-")[0]


def _sync(folder: Path) -> None:
    """Names on the disk too, where folders can be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
