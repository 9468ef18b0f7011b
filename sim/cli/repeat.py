"""Repeating a result: what its file says it was made with, and what has changed since."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.core.errors import InputError
from sim.scenario_files import OWN_FILES

if TYPE_CHECKING:
    from sim.circumstances import Parameters
    from sim.scenario import Scenario


def stands(context: typer.Context, name: str) -> bool:
    """Does an option stand on the command line?"""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def options_of(
    context: typer.Context, made: Mapping[str, Any] | None, **given: Any
) -> Iterator[Any]:
    """Each option as the command line gives it, or else as what was `made` before had it."""
    for name, value in given.items():
        yield value if made is None or stands(context, name) else made[name]


class Asked:
    """What a command is asked for: scenarios by name, or one result file that is to be repeated.

    `scenarios` are what the command runs: those named, or those that the result was made of.
    """

    def __init__(self, context: typer.Context, names: Sequence[str], command: str) -> None:
        self.scenarios: Sequence[Scenario | str] = names
        self._context = context
        results = [name for name in names if name.endswith(".parquet")]
        if results and len(names) > 1:
            raise InputError(results[0], "", "a result among others", "one alone, to repeat it")
        self._result = results[0] if results else ""
        self._made = _manifest_of(self._result, command) if results else None
        if self._made is not None:
            self.scenarios = _scenarios_of(self._made)

    def options(self, **given: Any) -> Iterator[Any]:
        """Each option as the command line gives it, or else as the result was made with."""
        return options_of(self._context, self._made, **given)

    def parameters(self, given: str) -> str | Parameters:
        """Parameters as `--parameters` says, or as the result took them."""
        if self._made is None or stands(self._context, "parameters"):
            return given
        from sim.circumstances import as_made

        return as_made(self._result, self._made)

    def keep_settings(self, now: dict[str, Any]) -> None:
        """Let a manifest tell of the settings that a repeated result was made with, too."""
        if self._made is not None:
            now["set"] = [*self._made.get("set", ()), *now["set"]]

    def note_changes(self, now: dict[str, Any]) -> None:
        """Say what a manifest notes, and if a repeated result comes from other code, libraries or data."""
        say_notes(now)
        if self._made is None:
            return
        changed = [key for key in ("version",) if self._made.get(key) != now[key]]
        for part in ("versions", "data"):
            before = self._made.get(part, {})
            # Commits may differ in words and tests alone; the hash of the code tells.
            keys = (key for key in now[part] if key != "commit")
            changed += [key for key in keys if before.get(key) != now[part][key]]
        if changed:
            print(
                f"lianghua: note: since that result these changed: {', '.join(changed)}",
                file=sys.stderr,
            )


def say_notes(manifest: Mapping[str, Any]) -> None:
    """Say what a manifest notes of the data that a result stands on."""
    for note in manifest.get("notes", ()):
        print(f"lianghua: note: {note}", file=sys.stderr)


def _manifest_of(name: str, command: str) -> dict[str, Any]:
    """What a result file says it was made with."""
    from sim.results import read_manifest

    made = read_manifest(Path(name))
    tables = [made["settings"]] if "scenario" in made else list(made.get("settings", {}).values())
    lost = {key for one in tables for key in OWN_FILES if key in one and not one[key].get("path")}
    if lost:
        allowed = "a result of a scenario that names files for them (docs/own_data.md)"
        given = f"{' and '.join(sorted(lost))} handed over in Python, which no file keeps"
        raise InputError(name, "", given, allowed)
    kind = str(made.get("command", "run"))
    if kind != command:
        raise InputError(name, "", f"a result of {kind}", f"one of {command}: try lianghua {kind}")
    return made


def _scenarios_of(made: dict[str, Any]) -> list[Scenario]:
    """The scenarios of a manifest: of one scenario, or of several by name."""
    from sim.scenario import Scenario

    if "scenario" in made:
        return [Scenario.from_dict(made["settings"], made["scenario"])]
    return [Scenario.from_dict(made["settings"][name], name) for name in made["scenarios"]]
