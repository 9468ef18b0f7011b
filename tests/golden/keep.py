"""Golden results: made, kept, compared.

Tables and documents (CSV, JSON) are data and must stay what they are, to the bit on a machine whose
processor does sums as the one did that they were kept on. Texts (what a command prints, pages) are
snapshots: a person looks at the difference, for words are meant to be mended.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import hashlib
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from numpy._core._multiarray_umath import __cpu_features__ as cpu_features

KEPT = Path(__file__).parent / "kept"
MOST_ROWS = 24
DIGEST = "all rows: "
CLOSE = 1e-9
"""Relative difference of a number that another processor's order of a sum may make."""
_ORIGIN = re.compile(
    r'("(?:code|commit|version|made|created|seconds|python|platform|packages|numpy|started|ended|'
    r'duration|host|machine|source|workers|written|date|time_of|environment|uuid|run_id)"\s*:\s*)'
    r'(?:"[^"]*"|\{[^{}]*\}|[-0-9.e+]+|null)'
)
_WORDS = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\b[0-9a-f]{10,40}\b"), "HASH"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d:\d\d|Z)?"), "TIME"),
    (re.compile(r"data:[a-z/+-]+;base64,[A-Za-z0-9+/=]+"), "DATA"),
    (re.compile(r"<svg.*?</svg>", re.DOTALL), "<svg/>"),
    (re.compile(r"\b\d+(\.\d+)? s\b"), "SECONDS"),
    (re.compile(r"[\d,]+ runs an hour"), "PACE"),
    (re.compile(r"(?<=Seconds a run, mean: )[\d.]+"), "SECONDS"),
    (re.compile(r"(?m) +\d+\.\d%$"), " SHARE"),
    (re.compile(r"\b[\d.]+ ms\b"), "SECONDS"),
)


PROCESSOR = KEPT / "processor.txt"


def processor() -> str:
    """What sums and functions of arrays are chosen by: the instructions this processor has."""
    return " ".join(sorted(name for name, there in cpu_features.items() if there)) + "\n"


def same_processor() -> bool:
    """Does this processor do sums as the one did that the results were kept on?"""
    return PROCESSOR.read_text(encoding="utf-8") == processor()


@dataclass(frozen=True)
class Results:
    """What a case made: tables and documents by name, and texts by name."""

    data: Mapping[str, str]
    texts: Mapping[str, str]

    def written(self) -> bytes:
        """As it is kept, the same bytes for the same results."""
        content = {
            "data": dict(sorted(self.data.items())),
            "texts": dict(sorted(self.texts.items())),
        }
        plain = json.dumps(content, ensure_ascii=False, indent=0).encode()
        return gzip.compress(plain, 9, mtime=0)

    @classmethod
    def read(cls, path: Path) -> Results:
        """What is kept; nothing where there is no file."""
        if not path.exists():
            return cls({}, {})
        content = json.loads(gzip.decompress(path.read_bytes()))
        return cls(content["data"], content["texts"])


def path_of(case: str) -> Path:
    """Where a case is kept."""
    return KEPT / f"{case.replace(' ', '_')}.json.gz"


def collect(folder: Path, printed: Mapping[str, str]) -> Results:
    """The results that lie in a folder, with what the commands printed."""
    data, texts = {}, {name: plain_text(text, folder) for name, text in printed.items()}
    for path in sorted(folder.rglob("*")):
        if path.name == "about.csv":  # when and by what it was made, and nothing else
            continue
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".csv":
            data[name] = thinned(path.read_text(encoding="utf-8-sig"))
        elif path.suffix == ".json":
            data[name] = document(path.read_text(encoding="utf-8"), folder)
        elif path.suffix in (".html", ".txt", ".md"):
            texts[name] = plain_text(path.read_text(encoding="utf-8"), folder)
    return Results(data, texts)


def thinned(table: str) -> str:
    """A table whole if it is short; else some of its rows, and a digest of all of them.

    Rows are lines here: no table of ours has a line end within a cell of a long table. How long a
    run took is left out.
    """
    if "seconds" in table.split("\n", 1)[0].split(","):
        table = (
            pd.read_csv(io.StringIO(table), dtype=str).drop(columns="seconds").to_csv(index=False)
        )
    lines = table.splitlines()
    step = -(-len(lines) // MOST_ROWS)
    if step == 1:
        return table
    rows = [line for place, line in enumerate(lines[1:-1]) if place % step == 0]
    digest = hashlib.sha256(table.encode()).hexdigest()
    return "\n".join([lines[0], *rows, lines[-1], f"{DIGEST}{digest}"]) + "\n"


def document(text: str, folder: Path) -> str:
    """A JSON document without what says when, where and by which version it was made."""
    return plain_text(_ORIGIN.sub(r'\1"ORIGIN"', text), folder)


def plain_text(text: str, folder: Path) -> str:
    """A text without times, hashes, images and this machine's folders."""
    text = text.replace(str(folder), "FOLDER")
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def differences(kept: Results, made: Results, exact: bool) -> Iterator[str]:
    """What differs in the data, a line each, the first few places of a table."""
    for name in sorted(set(kept.data) | set(made.data)):
        if name not in made.data or name not in kept.data:
            yield f"{name}: {'gone' if name in kept.data else 'new'}"
        elif kept.data[name] != made.data[name]:
            places = list(_places(kept.data[name], made.data[name], name, exact))
            yield from places[:8]
            if len(places) > 8:
                yield f"{name}: and {len(places) - 8} places more"


def text_differences(kept: Results, made: Results) -> Iterator[str]:
    """What differs in the texts, as a reviewer reads it."""
    for name in sorted(set(kept.texts) | set(made.texts)):
        before, after = kept.texts.get(name, ""), made.texts.get(name, "")
        yield from difflib.unified_diff(
            before.splitlines(),
            after.splitlines(),
            f"{name} (kept)",
            f"{name} (made)",
            "",
            "",
            1,
            "",
        )


def _places(kept: str, made: str, name: str, exact: bool) -> Iterator[str]:
    if name.endswith(".json"):
        yield from _values(json.loads(kept), json.loads(made), name, exact)
        return
    before, after = (list(csv.reader(io.StringIO(one))) for one in (kept, made))
    for rows in (before, after):
        if rows and rows[-1][:1] and rows[-1][0].startswith(DIGEST):
            rows[-1] = [rows[-1][0] if exact else DIGEST] * len(rows[0])
    if before[:1] != after[:1]:
        gone, new = set(before[0]) - set(after[0]), set(after[0]) - set(before[0])
        yield f"{name}: columns gone {sorted(gone)}, new {sorted(new)}"
        return
    if len(before) != len(after):
        yield f"{name}: {len(before) - 1} rows kept, {len(after) - 1} made"
        return
    for row, (old, new) in enumerate(zip(before, after, strict=True)):
        if len(old) != len(new):
            yield f"{name}: row {row}: {old} kept, {new} made"
            continue
        for column, was, now in zip(before[0], old, new, strict=False):
            if not _same(was, now, exact):
                yield f"{name}: row {row}, {column}: {was} kept, {now} made"


def _values(kept: Any, made: Any, where: str, exact: bool) -> Iterator[str]:
    if isinstance(kept, dict) and isinstance(made, dict):
        for key in sorted(set(kept) | set(made)):
            if key not in made or key not in kept:
                yield f"{where} {key}: {'gone' if key in kept else 'new'}"
            else:
                yield from _values(kept[key], made[key], f"{where} {key}", exact)
    elif isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        for place, (old, new) in enumerate(zip(kept, made, strict=True)):
            yield from _values(old, new, f"{where} {place}", exact)
    elif not _same(json.dumps(kept), json.dumps(made), exact):
        yield f"{where}: {str(kept)[:80]} kept, {str(made)[:80]} made"


def _same(was: str, now: str, exact: bool) -> bool:
    if was == now or exact:
        return was == now
    try:
        return math.isclose(float(was), float(now), rel_tol=CLOSE, abs_tol=1e-12)
    except ValueError:
        return False
