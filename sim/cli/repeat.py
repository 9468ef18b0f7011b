"""Repeating a result: what its file says it was made with, and what has changed since."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from sim.core.errors import InputError


def manifest_of(name: str, command: str) -> dict[str, Any] | None:
    """What a result file says it was made with; None if this is no result file."""
    if not name.endswith(".parquet"):
        return None
    from sim.results import read_manifest

    made = read_manifest(Path(name))
    if made.get("own_supply_graph"):
        raise InputError(name, "", "a run on a supply graph of its own", "the shipped population")
    kind = str(made.get("command", "run"))
    if kind != command:
        raise InputError(name, "", f"a result of {kind}", f"one of {command}: try lianghua {kind}")
    return made


def given(context: typer.Context, name: str, value: Any, made: Any) -> Any:
    """An option if it stands on the command line, else what the result was made with."""
    source = context.get_parameter_source(name)
    return value if source is not None and source.name == "COMMANDLINE" else made


def note_changes(made: dict[str, Any] | None, now: dict[str, Any]) -> None:
    """Say so if a repeated result comes from another version, library or data file."""
    if made is None:
        return
    changed = [key for key in ("version",) if made.get(key) != now[key]]
    for part in ("versions", "data"):
        before = made.get(part, {})
        changed += [key for key in now[part] if before.get(key) != now[part][key]]
    if changed:
        print(
            f"lianghua: note: since that result these changed: {', '.join(changed)}",
            file=sys.stderr,
        )
