"""Names of outcomes in Chinese and English, from the declarations of the outputs."""

from __future__ import annotations

from collections.abc import Mapping

from sim.outputs import BY_NAME

Labels = Mapping[str, tuple[str, str]]
"""(Chinese, English) by code."""
OVER = {"mean": ("各月均值", "mean of the months"), "sum": ("各月合计", "sum of the months")}


def outcome_label(name: str, known: Labels | None = None) -> tuple[str, str]:
    """(Chinese, English) of an outcome: as given in `known`, else from its output, else its code."""
    if known and name in known:
        return known[name]
    output, at, month = name.partition("@")
    if not at:
        output, _, over = name.partition(".")
        zh, en = OVER.get(over, (over, over))
    else:
        zh = en = month
    if output not in BY_NAME:
        return name, name
    declared = BY_NAME[output]
    return (declared.zh + (f"({zh})" if zh else ""), declared.en + (f" ({en})" if en else ""))


def label(code: object, known: Labels | None = None) -> tuple[str, str]:
    """(Chinese, English) of an option: as given, else its code."""
    return (known or {}).get(str(code), (str(code), str(code)))
