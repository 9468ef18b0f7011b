"""Names of outcomes and options in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.outcomes import declared

Labels = Mapping[str, tuple[str, str]]
"""(Chinese, English) by code."""


def outcome_label(name: str, known: Labels | None = None) -> tuple[str, str]:
    """(Chinese, English) of an outcome: as given in `known`, else as declared, else its code."""
    if known and name in known:
        return known[name]
    found = declared(name)
    return (found.zh, found.en) if found is not None else (name, name)


def label(code: object, known: Labels | None = None) -> tuple[str, str]:
    """(Chinese, English) of an option: as given, else its code."""
    return (known or {}).get(str(code), (str(code), str(code)))
