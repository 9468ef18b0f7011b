"""What is said of runs that failed: how many, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

REASONS = 3
"""Reasons that are told, the most frequent first."""
WORDS = {
    "en": "{failed:,} of {runs:,} runs failed and are in no figure: {reasons}",
    "zh": "{runs:,}次运行中有{failed:,}次失败，未计入任何结果：{reasons}",
}


def failed_runs(reasons: Sequence[str], runs: int, lang: str) -> str:
    """One line on the failed ones of so many runs, by their reasons; empty where none failed."""
    if not reasons:
        return ""
    counted = Counter(" ".join(one.split()) for one in reasons).most_common()
    told = [f"{reason} ({count:,})" for reason, count in counted[:REASONS]]
    more = [f"+ {len(counted) - REASONS}"] if len(counted) > REASONS else []
    joint = "；" if lang == "zh" else "; "
    return WORDS[lang].format(
        failed=len(reasons), runs=runs, reasons=joint.join([*told, *more])
    )  # fmt: skip
