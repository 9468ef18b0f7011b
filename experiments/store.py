"""The folder of a batch: its study, design and shards; what is made is never lost or made twice.

Workers write the shards themselves, each whole; what counts as made is what the shards of `runs`
hold, so there is no other record that a kill could leave wrong. One process has the folder at a time,
or several if each has a share `i/N` of the runs.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.chunks import Place
from experiments.folder import (
    DESIGN,
    LOCK,
    STUDY,
    Origin,
    Share,
    by_chunk,
    check_folder,
    shard_files,
    write_manifest,
)
from experiments.journal import at_work
from experiments.shards import (
    BROKEN,
    IDENTITY,
    RUNS,
    Row,
    intact,
    read_runs,
    runs_table,
    shard_name,
    storage_error,
    table_of,
    write_shard,
    write_whole,
)
from sim.core.errors import InputError
from sim.core.lock import locked
from sim.results import METADATA_KEY

PATIENCE = 30.0
"""Seconds that workers of a batch that was killed have to end the chunk they are at."""


@dataclass
class Known:
    """What a folder has: rows by point and replicate, runs by identity, and shards set aside."""

    rows: set[tuple[int, int]]
    runs: set[str]
    failed: int = 0
    broken: list[Path] = field(default_factory=list)


class BatchStore:
    """A batch folder in the hands of one process and its workers.

    A new one is begun; with `resume` an old one is gone on with if study, version and data are the
    same. Shares of one batch may have one folder at the same time, and the first begins it. Raises
    InputError for a folder with anything else in it, with another batch, or in use.
    """

    def __init__(
        self, folder: Path, origin: Origin, resume: bool = False, share: Share | None = None
    ) -> None:
        self.folder, self.origin = folder, origin
        self.share = share or Share()
        manifest = origin.manifest()
        self.manifest = manifest if self.share.whole else {**manifest, "shares": self.share.of}
        begun = check_folder(folder, self.manifest, resume, self.share)
        place = Place(folder.resolve(), _compact(origin.brief()))
        self.place = place
        try:
            for path in (folder, place.shards, place.working):
                path.mkdir(parents=True, exist_ok=True)
            self._locks = _hold(folder, self.share)
        except OSError as error:
            raise storage_error(folder, error) from error
        self.session = f"{self.share.prefix}{secrets.token_hex(4)}"
        self._chunks = 0
        try:
            if not begun:
                self._begin()
            self._wait_for_workers()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> BatchStore:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process have the folder."""
        for lock in self._locks:
            lock.close()

    def next_chunk(self) -> str:
        """The name of another chunk; no other chunk of this folder ever has it."""
        self._chunks += 1
        return f"{self.session}.{self._chunks:06d}"

    def known(self) -> Known:
        """What was made before. A shard that cannot be read is set aside, for its runs to be made again."""
        found = Known(set(), set())
        for path, details in by_chunk(shard_files(self.folder)):
            rows = _readable(path, details, self.manifest["study_hash"])
            if rows is None:
                # Workers of other shares may be at theirs at this moment.
                if self.share.owns(path):
                    found.broken.append(_set_aside(path, details))
                continue
            found.rows.update(zip(rows["point"], rows["replicate"], strict=True))
            found.runs.update(rows["run"])
            found.failed += rows["status"].count("failed")
        self._remove_loose()
        return found

    def done(self) -> set[str]:
        """Identities of the runs made, failed ones among them."""
        return self.known().runs

    def copy(self, twins: Sequence[tuple[str, int, str]]) -> int:
        """Rows for points (run, point, scenario) whose run another point has; how many there are.

        Two points of a design may be one scenario: its run is made once and stands in `runs` twice.
        """
        wanted: dict[str, list[tuple[int, str]]] = {}
        for run, point, scenario in twins:
            wanted.setdefault(run, []).append((point, scenario))
        rows = []
        for path, _ in by_chunk(shard_files(self.folder)):
            if not wanted:
                break
            for row in read_runs(path).to_pylist():
                outcomes = {name: row[name] for name in row if name not in IDENTITY}
                known = {name: row[name] for name in IDENTITY}
                for point, scenario in wanted.pop(row["run"], ()):
                    rows.append(
                        Row(**known | {"point": point, "scenario": scenario}, outcomes=outcomes)
                    )
        if rows:
            path = self.place.shards / shard_name(RUNS, self.next_chunk(), 0)
            rows = [replace(row, seconds=0.0) for row in rows]
            write_shard(path, runs_table(rows), self.place.origin)
        return len(rows)

    def _begin(self) -> None:
        """Write what the batch is made from, the manifest last."""
        write_whole(self.folder / STUDY, self.origin.text.encode())
        if self.origin.design is not None:
            table = pa.Table.from_pandas(self.origin.design, preserve_index=False)
            write_shard(self.folder / DESIGN, table, self.place.origin)
        write_manifest(self.folder, self.manifest)

    def _remove_loose(self) -> None:
        """Tables whose runs were not stored any more: they are made again."""
        files = shard_files(self.folder)
        complete = {path.name.partition("-")[2] for path in files if table_of(path) == RUNS}
        unfinished = (self.folder / "shards").glob(".*")
        for path in [*files, *unfinished]:
            if self.share.owns(path) and path.name.partition("-")[2] not in complete:
                path.unlink(missing_ok=True)

    def _wait_for_workers(self) -> None:
        """Workers elsewhere that outlive a killed parent end their chunk before theirs is made anew."""
        start = "" if self.share.whole else self.share.prefix
        files = sorted(self.place.working.glob(f"{start}*"))
        journals = [path for path in files if path.suffix == ".journal"]
        stops = {path.with_name(path.name.rsplit(".", 2)[0] + ".stop") for path in journals}
        for path in sorted(stops):
            path.touch()
        until = monotonic() + PATIENCE
        while any(at_work(path) for path in journals):
            if monotonic() > until:
                given = "workers of an earlier batch at work there"
                raise InputError(self.folder, "--out", given, "another folder, or later")
            sleep(0.1)
        for path in sorted({*files, *stops}):
            path.unlink(missing_ok=True)


def read_table(folder: Path, table: str = RUNS) -> pd.DataFrame:
    """A table from the shards of a folder; `runs` ordered by point and replicate."""
    paths = [path for path in shard_files(folder) if table_of(path) == table]
    if not paths:
        return pd.DataFrame(columns=list(IDENTITY) if table == RUNS else [])
    parts = [pq.ParquetFile(path).read().replace_schema_metadata(None) for path in paths]
    frame = pa.concat_tables(parts, promote_options="permissive").to_pandas()
    if table == RUNS:
        frame = frame.sort_values(["point", "replicate"], kind="stable", ignore_index=True)
    return frame


def _hold(folder: Path, share: Share) -> list[sqlite3.Connection]:
    """The folder for this process: alone, or side by side with other shares."""
    refusal = InputError(folder, "--out", "a batch at work there", "another folder, or later")
    whole = locked(folder / LOCK, shared=not share.whole)
    if whole is None:
        raise refusal
    if share.whole:
        return [whole]
    own = locked(folder / f"share-{share.index}.lock")
    if own is None:
        whole.close()
        raise refusal
    return [whole, own]


def _readable(path: Path, details: Sequence[Path], study: str) -> dict[str, list[Any]] | None:
    """Identity of the runs of a shard; None if it, or a table that belongs to it, is broken."""
    try:
        # All columns, so that any that is broken shows.
        table = read_runs(path)
        rows = table.select(["point", "replicate", "run", "status"]).to_pydict()
    except (OSError, KeyError, pa.ArrowException):
        return None
    if not all(intact(one) for one in details):
        return None
    made = json.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))
    if made.get("study_hash") != study:
        given = f"{made.get('study_hash')}, {study} now"
        raise InputError(path, "study_hash", given, "shards of one study")
    return rows


def _set_aside(runs: Path, details: Sequence[Path]) -> Path:
    """Rename a broken shard and what belongs to it; the new name."""
    for path in (runs, *details):
        path.replace(path.with_name(path.name + BROKEN))
    return runs.with_name(runs.name + BROKEN)


def _compact(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, ensure_ascii=False).encode()
