"""Where a result comes from, in words: the line under a figure, the command that repeats it."""

from __future__ import annotations

from typing import Any

from sim.report.style import COLOURS
from sim.report.text import TEXT
from sim.words import drawn_parameters, intervals_over


def origin_line(manifest: dict[str, Any], lang: str, *more: str) -> str:
    """Scenarios with their hashes, scale, seed, replicates and version, and what else is said."""
    words = TEXT[lang]
    if "scenario" in manifest:
        hashes = {manifest["scenario"]: manifest["scenario_hash"]}
    else:
        hashes = manifest["scenarios"]
    # One line holds so many; the manifest has them all.
    shown = list(hashes) if len(hashes) <= len(COLOURS) else [manifest["baseline"]]
    named = ", ".join(f"{name} {hashes[name][:8]}" for name in shown)
    named += f" + {len(hashes) - len(shown)}" if len(hashes) > len(shown) else ""
    parts = [
        named,
        f"{words['scale']} {manifest['scale']:g}",
        f"{words['seed']} {manifest['seed']}",
    ]
    if "replicates" in manifest:
        parts.append(f"{words['replicates']} {manifest['replicates']}")
    return " · ".join([*parts, f"lianghua {manifest['version']}", *more])


def uncertainty_of(manifest: dict[str, Any], lang: str) -> str:
    """What the intervals of a result are over."""
    if "replicates" not in manifest:
        return TEXT[lang]["uncertainty_one"]
    key = "uncertainty_drawn" if manifest.get("draws") else "uncertainty_text"
    over = intervals_over(drawn_parameters(manifest), lang)
    return TEXT[lang][key].format(
        over=over, n=manifest["replicates"], p=len(manifest["populations"])
    )


def repeat_command(manifest: dict[str, Any], lang: str) -> str:
    """The command that makes a result again from its own table, settings and all."""
    command = manifest.get("command", "run")
    if command == "validate":
        seen = manifest["observations"]["file"]
        named = "" if seen == "shipped" else f" {seen}"
        return f"lianghua validate{named} --from . --lang {lang} --out repeat"
    table = "province" if command in ("run", "compare") else command
    return f"lianghua {command} {table}.parquet --lang {lang} --out repeat"
