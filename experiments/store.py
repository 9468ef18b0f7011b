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
from sim.core.files import MANIFEST
from sim.core.lock import locked
from sim.results import METADATA_KEY

STUDY, DESIGN, LOCK = "study.toml", "design.parquet", "batch.lock"
PATIENCE = 30.0
"""Seconds that workers of a batch that was killed have to end the chunk they are at."""


@dataclass(frozen=True)
class Share:
    """Part `index` (from 1) of `of`, of the runs of a study."""

    index: int = 1
    of: int = 1

    @staticmethod
    def read(text: str) -> Share:
        """From `i/N`."""
        first, slash, last = text.partition("/")
        if not (slash and first.isdecimal() and last.isdecimal()) or not (
            1 <= int(first) <= int(last) <= 100_000
        ):
            raise InputError("batch", "--shard", text, "i/N with i from 1 to N, such as 3/20")
        return Share(int(first), int(last))

    @property
    def whole(self) -> bool:
        return self.of == 1

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


@dataclass(frozen=True)
class Origin:
    """What a batch is made from: the study's name, hash and text, its design and count of runs.

    `more` goes to the manifest as it is (seed, scale, replicates).
    """

    name: str
    hash: str
    runs: int
    text: str = ""
    design: pd.DataFrame | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def manifest(self) -> dict[str, Any]:
        """Where results come from; a resumed batch must have the same study, version and data."""
        from sim.initial import program_version, versions
        from sim.world.data import load_data

        return {
            "program": "lianghua",
            "version": program_version(),
            "command": "batch",
            "study": self.name,
            "study_hash": self.hash,
            "runs": self.runs,
            **self.more,
            "versions": versions(),
            "data": dict(load_data().checksums),
        }


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
        begun = (folder / MANIFEST).is_file()
        self._check(begun, resume)
        place = Place(folder.resolve(), _compact(manifest))
        self.place = place
        try:
            for path in (folder, place.shards, place.working):
                path.mkdir(parents=True, exist_ok=True)
            self._locks = _hold(folder, self.share)
        except OSError as error:
            raise storage_error(folder, error) from error
        self.session = f"{self.share.index}of{self.share.of}.{secrets.token_hex(4)}"
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
                if self._mine(path):
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

    def _check(self, begun: bool, resume: bool) -> None:
        """Refuse a folder that cannot be used, before anything is written."""
        if not begun:
            _refuse_used(self.folder)
            if resume and self.share.whole:
                allowed = "a folder where a batch was begun"
                raise InputError(self.folder, "--resume", "no batch there", allowed)
            return
        made = read_batch_manifest(self.folder)
        if not resume and (self.share.whole or self._has_mine()):
            raise InputError(
                self.folder, "--out", "a batch begun", "another folder, or --resume to go on"
            )
        for key in ("study_hash", "version", "data"):
            if made.get(key) != self.manifest[key]:
                given = _difference(made.get(key), self.manifest[key])
                raise InputError(self.folder, key, given, "the same, or another --out")
        shares = made.get("shares", 1)
        if not self.share.whole and shares not in (1, self.share.of):
            raise InputError(
                self.folder, "--shard", str(self.share), f"i/{shares}, as it was begun"
            )

    def _begin(self) -> None:
        """Write what the batch is made from, the manifest last."""
        write_whole(self.folder / STUDY, self.origin.text.encode())
        if self.origin.design is not None:
            table = pa.Table.from_pandas(self.origin.design, preserve_index=False)
            write_shard(self.folder / DESIGN, table, self.place.origin)
        write_manifest(self.folder, self.manifest)

    def _mine(self, path: Path) -> bool:
        """Is a file of this share's to judge? Without shares all are."""
        start = f"{self.share.index}of{self.share.of}."
        return self.share.whole or path.name.partition("-")[2].startswith(start)

    def _has_mine(self) -> bool:
        return any(self._mine(path) for path in shard_files(self.folder))

    def _remove_loose(self) -> None:
        """Tables whose runs were not stored any more: they are made again."""
        files = shard_files(self.folder)
        complete = {path.name.partition("-")[2] for path in files if table_of(path) == RUNS}
        unfinished = (self.folder / "shards").glob(".*")
        for path in [*files, *unfinished]:
            if self._mine(path) and path.name.partition("-")[2] not in complete:
                path.unlink(missing_ok=True)

    def _wait_for_workers(self) -> None:
        """Workers elsewhere that outlive a killed parent end their chunk before theirs is made anew."""
        start = f"{self.share.index}of{self.share.of}."
        files = [
            path
            for path in sorted(self.place.working.iterdir())
            if self.share.whole or path.name.startswith(start)
        ]
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


def shard_files(folder: Path) -> list[Path]:
    """Shards of a batch folder by name."""
    return sorted(
        path for path in (folder / "shards").glob("*.parquet") if not path.name.startswith(".")
    )


def by_chunk(files: Sequence[Path]) -> list[tuple[Path, list[Path]]]:
    """Each shard of runs with the other tables of the same chunk and part."""
    found: dict[str, list[Path]] = {}
    for path in files:
        found.setdefault(path.name.partition("-")[2], []).append(path)
    pairs = []
    for group in found.values():
        runs = [path for path in group if table_of(path) == RUNS]
        if runs:
            pairs.append((runs[0], [path for path in group if path != runs[0]]))
    return pairs


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


def read_batch_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a batch folder; InputError where there is none."""
    path = folder / MANIFEST
    allowed = "a folder where a batch was begun"
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(folder, "", "no batch there", allowed) from None
    except ValueError as error:
        raise InputError(path, "", str(error), allowed) from None
    if not isinstance(content, dict) or content.get("command") != "batch":
        raise InputError(path, "", "another manifest", allowed)
    return content


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """manifest.json, which makes the folder a batch."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    write_whole(folder / MANIFEST, (text + "\n").encode())


def _refuse_used(folder: Path) -> None:
    """Refuse a folder with anything in it but a batch that another share is just beginning."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(folder, "--out", "a file", "a folder")
    ours = {STUDY, DESIGN, "shards", "working"}
    strangers = [
        path.name
        for path in folder.iterdir()
        if path.name not in ours and not path.name.startswith((LOCK, "share-", "."))
    ]
    if strangers:
        raise InputError(folder, "--out", "a folder that is not empty", "an empty one")


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


def _difference(before: Any, now: Any) -> str:
    if isinstance(before, dict) and isinstance(now, dict):
        changed = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
        return f"changed since: {', '.join(changed)}"
    return f"{now} now, {before} where it was begun"


def _compact(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, ensure_ascii=False).encode()
