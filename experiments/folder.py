"""What a batch folder is made from, and whether a batch may be begun or gone on with in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.shards import RUNS, table_of, write_whole
from sim.core.errors import InputError
from sim.core.files import MANIFEST

STUDY, DESIGN, LOCK = "study.toml", "design.parquet", "batch.lock"
SAME = ("study_hash", "version", "code", "data")
"""Keys of the manifest that batches which share runs must have in common."""


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

    @property
    def prefix(self) -> str:
        """How the names of its chunks begin."""
        return f"{self.index}of{self.of}."

    def owns(self, path: Path) -> bool:
        """Is a shard this share's to judge? Without shares all are."""
        return self.whole or path.name.partition("-")[2].startswith(self.prefix)

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


@dataclass(frozen=True)
class Origin:
    """What a batch is made from: the study's name, hash and text, its design and count of runs.

    `more` goes to the manifest as it is (scale, replicates, seed and what else the study says).
    """

    name: str
    hash: str
    runs: int
    text: str = ""
    design: pd.DataFrame | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def brief(self) -> dict[str, Any]:
        """Where a shard comes from; a resumed batch must have the same study, code and data."""
        from sim.initial import program_version, versions
        from sim.world.data import load_data

        return {
            "program": "lianghua",
            "version": program_version(),
            "command": "batch",
            "study": self.name,
            "study_hash": self.hash,
            "runs": self.runs,
            "versions": versions(),
            "data": dict(load_data().checksums),
        }

    def manifest(self) -> dict[str, Any]:
        """Where the batch comes from: `brief`, and what the study says of itself."""
        return {**self.more, **self.brief()}


def check_folder(folder: Path, manifest: Mapping[str, Any], resume: bool, share: Share) -> bool:
    """Refuse a folder that cannot be used, before anything is written; True if one is gone on with.

    `manifest` is that of the batch that is to be made there.
    """
    if not (folder / MANIFEST).is_file():
        refuse_used(folder)
        if resume and share.whole:
            allowed = "a folder where a batch was begun"
            raise InputError(folder, "--resume", "no batch there", allowed)
        return False
    made = read_batch_manifest(folder)
    if not resume and (share.whole or any(share.owns(path) for path in shard_files(folder))):
        raise InputError(folder, "--out", "a batch begun", "another folder, or --resume to go on")
    check_same(folder, made, manifest)
    shares = made.get("shares", 1)
    if not share.whole and shares not in (1, share.of):
        raise InputError(folder, "--shard", str(share), f"i/{shares}, as it was begun")
    return True


def check_same(where: Path, made: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to put together what comes from two studies, versions or data."""
    made, now = ({**one, "code": one.get("versions", {}).get("code")} for one in (made, now))
    for key in SAME:
        if made.get(key) != now.get(key):
            given = _difference(made.get(key), now.get(key))
            raise InputError(where, key, given, "the same, or another --out")


def refuse_used(folder: Path) -> None:
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


def _difference(before: Any, now: Any) -> str:
    if isinstance(before, dict) and isinstance(now, dict):
        changed = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
        return f"changed since: {', '.join(changed)}"
    return f"{now} now, {before} where it was begun"
