"""Using the results of a batch elsewhere: query, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sim.cli.options import Force, Language
from sim.core.errors import InputError

Folder = Annotated[Path, typer.Argument(help="folder of a batch")]
SHOWN = 40
"""Rows of an answer that the terminal shows unless --limit says otherwise."""


def query_command(
    folder: Folder,
    sql: Annotated[str | None, typer.Argument(help="a SELECT, in quotation marks")] = None,
    tables: Annotated[
        bool, typer.Option("--tables", help="list tables and columns instead")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="file for the answer: .csv, .parquet or .xlsx")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", help=f"rows; on the terminal {SHOWN}, in a file all")
    ] = None,
    lang: Language = "en",
    force: Force = False,
) -> None:
    """Answer a question in SQL to the tables of a batch: design, runs, series, cities, targets."""
    if (sql is None) != tables:
        given = "nothing" if sql is None else "both"
        raise InputError("query", "SQL", given, "a SELECT, or --tables")
    from experiments import query
    from experiments.answers import answer_table, columns_table
    from experiments.reading import Batch

    batch = Batch.load(folder)
    if sql is None:
        if out is not None:
            raise InputError("query", "--out", out.name, "a SELECT to answer")
        columns_table(query.columns_of(batch))
    elif out is None:
        answer_table(query.ask(batch, sql, SHOWN if limit is None else limit), lang)
    else:
        query.save(batch, sql, out, limit, lang, force)
        typer.echo(out)


def export_command(
    folder: Folder,
    form: Annotated[
        Literal["csv", "xlsx", "netcdf"], typer.Option("--format", help="what other programs read")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="a folder for csv; a file .xlsx; a file .nc for netcdf")
    ],
    lang: Language = "en",
    force: Force = False,
) -> None:
    """Write a batch for other programs: tables, a workbook, or a data set by point and month."""
    from experiments import export
    from experiments.reading import Batch

    for path in export.FORMATS[form](Batch.load(folder), out, lang, force):
        typer.echo(path)
