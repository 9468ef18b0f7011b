"""Questions in SQL to the tables of a batch, answered by DuckDB, which reads them and nothing else.

The tables are handed over as Arrow datasets, so DuckDB itself needs no file: its access to files and
networks is shut before the first question, and only questions are let through. Columns that a
question does not name are not read.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments import one_file
from experiments.column_labels import headers, label, labels
from experiments.reading import Batch
from experiments.workbook import MOST_ROWS, check_sheets, write_workbook
from sim.core.errors import InputError
from sim.results import METADATA_KEY
from sim.scenario_files import closest, one_line
from sim.words import for_spreadsheets

if TYPE_CHECKING:
    import duckdb

ENDINGS = (".csv", ".parquet", ".xlsx")
_QUESTIONS = ("SELECT", "EXPLAIN", "MULTI")
"""Kinds of statements that ask; PIVOT counts as several."""
_LOCKS = (
    "SET enable_external_access = false",
    # A name that is no table is not to be looked up among Python's variables.
    "SET python_enable_replacements = false",
    "SET lock_configuration = true",
)
_ROWS_A_PART = 100_000


@dataclass(frozen=True)
class Answer:
    """The first rows of an answer; `more` says that there are others."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool


def ask(batch: Batch, sql: str, limit: int) -> Answer:
    """The first `limit` rows of the answer to a question."""
    _check_limit(limit)
    with _asked(batch, sql) as found:
        columns = tuple(found.columns)
        rows = found.limit(limit + 1).fetchall()
    return Answer(columns, rows[:limit], len(rows) > limit)


def save(
    batch: Batch, sql: str, out: Path, limit: int | None = None, lang: str = "en",
    force: bool = False,
) -> int:  # fmt: skip
    """The answer to a question as a file .csv, .parquet or .xlsx, whole or not at all; its rows."""
    if limit is not None:
        _check_limit(limit)
    ending = one_file.check(out, ENDINGS, force)
    with _asked(batch, sql) as found:
        wanted = found if limit is None else found.limit(limit)
        reader = wanted.to_arrow_reader(_ROWS_A_PART)
        parts = _told(reader, batch, sql)
        if ending == ".parquet":
            return _save_parquet(parts, reader.schema, out, batch.manifest | {"query": sql})
        names = headers(reader.schema.names, lang, labels(batch))
        if ending == ".csv":
            return _save_csv(parts, names, out)
        return _save_workbook(parts, names, out)


def columns_of(batch: Batch) -> pd.DataFrame:
    """A row a column that can be asked for: table, column, type, zh, en, unit_zh, unit_en."""
    known = labels(batch)
    rows = []
    with _opened(batch) as base:
        for table in batch.tables:
            for name, kind, *_ in base.execute(f"DESCRIBE {table}").fetchall():
                one = label(name, known)
                rows.append((table, name, kind, one.zh, one.en, one.unit_zh, one.unit))
    return pd.DataFrame(rows, columns=["table", "column", "type", "zh", "en", "unit_zh", "unit_en"])


# ------------------------------------------------------------------ asking
@contextmanager
def _opened(batch: Batch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A base in memory that has the batch's tables and can reach nothing else."""
    import duckdb

    with closing(duckdb.connect(":memory:")) as base:
        # Where a large sort may spill to; made only then, and removed with the base.
        spill = Path(tempfile.gettempdir()) / f"lianghua-query-{os.getpid()}"
        base.execute("SET temp_directory = ?", [str(spill)])
        for name in batch.tables:
            base.register(name, batch.dataset(name))
        for lock in _LOCKS:
            base.execute(lock)
        yield base


@contextmanager
def _asked(batch: Batch, sql: str) -> Iterator[duckdb.DuckDBPyRelation]:
    """What DuckDB found for a question; any error of the question's as an InputError."""
    import duckdb

    with _opened(batch) as base:
        try:
            statements = base.extract_statements(sql)
            kinds = [one.type.name for one in statements]
            if len(kinds) != 1 or kinds[0] not in _QUESTIONS:
                given = one_line(sql) if len(kinds) < 2 else f"{len(kinds)} statements"
                raise InputError("query", "SQL", given, "one SELECT: tables are only read")
            yield base.sql(statements[0])
        except duckdb.Error as error:
            raise _refusal(batch, sql, str(error)) from None


def _told(reader: pa.RecordBatchReader, batch: Batch, sql: str) -> Iterator[pa.RecordBatch]:
    """The parts of an answer; what goes wrong on the way is the question's error too."""
    try:
        yield from reader
    except (OSError, pa.ArrowException) as error:
        raise _refusal(batch, sql, str(error)) from None


def _refusal(batch: Batch, sql: str, message: str) -> InputError:
    """DuckDB's error on one line, with the closest table or column of the batch."""
    said = one_line(message.partition("\n")[0])
    unquoted = [
        name for name in (*batch.factors, *batch.outcomes)
        if not name.isidentifier() and re.search(rf'(?<!["\w]){re.escape(name)}(?!["\w])', sql)
    ]  # fmt: skip
    if unquoted:
        return InputError("query", "SQL", said, f'quotation marks around it: "{unquoted[0]}"')
    table = re.search(r"Table with name (.+?) does not exist", said)
    if table:
        return InputError("query", "SQL", said, closest(table[1], batch.tables))
    column = re.search(r'(?:column|named) "(.+?)"', said)
    if column and "GROUP BY" not in said:
        known = [name for table in batch.tables for name in batch.dataset(table).schema.names]
        names = list(dict.fromkeys(known))
        close = closest(column[1], names).partition("? ")
        hint = f"{close[0]}? " if close[1] else ""
        return InputError("query", "SQL", said, f"{hint}columns that --tables lists")
    return InputError(
        "query", "SQL", said, "SQL that DuckDB can answer; --tables lists the columns"
    )


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise InputError("query", "--limit", limit, "1 or more")


# ------------------------------------------------------------------ writing
def _save_parquet(
    parts: Iterator[pa.RecordBatch], schema: pa.Schema, out: Path, manifest: dict[str, Any]
) -> int:
    kept = {METADATA_KEY: json.dumps(manifest, ensure_ascii=False).encode()}
    rows = 0
    with (
        one_file.whole(out) as fresh,
        pq.ParquetWriter(fresh, schema.with_metadata(kept)) as writer,
    ):
        for part in parts:
            writer.write_batch(part)
            rows += part.num_rows
    return rows


def _save_csv(parts: Iterator[pa.RecordBatch], names: list[str], out: Path) -> int:
    rows = 0
    # The byte-order mark is how Excel knows that Chinese headers are UTF-8.
    with (
        one_file.whole(out) as fresh,
        fresh.open("w", encoding="utf-8-sig", newline="") as stream,
    ):
        heads = for_spreadsheets(pd.DataFrame(columns=names))
        heads.to_csv(stream, index=False, lineterminator="\n")
        for part in parts:
            frame = for_spreadsheets(_frame_of(part))
            frame.to_csv(stream, index=False, header=False, lineterminator="\n")
            rows += part.num_rows
    return rows


def _frame_of(part: pa.RecordBatch) -> pd.DataFrame:
    """A part as a frame that keeps its types: a column of whole numbers stays one where some miss."""
    return part.to_pandas(types_mapper=pd.ArrowDtype)


def _save_workbook(parts: Iterator[pa.RecordBatch], names: list[str], out: Path) -> int:
    frames, rows = [], 0
    for part in parts:
        rows += part.num_rows
        if rows >= MOST_ROWS:
            check_sheets({"answer": (rows, len(names))}, out)
        frames.append(_frame_of(part))
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    frame = frame.set_axis(names, axis=1) if len(frame.columns) else pd.DataFrame(columns=names)
    with one_file.whole(out) as fresh:
        write_workbook({"answer": frame}, fresh)
    return rows
