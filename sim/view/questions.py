"""Questions that need a run of their own: a story, an audit, a network, a ledger.

A question travels to a worker process; `answer` there calls the function that it names. What comes
back is plain data. Answers are kept and shared by all sessions, for equal questions are equal.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from sim.view.choice import Plan

KINDS = {
    "ego": "sim.view.answers.network",
    "clusters": "sim.view.answers.network",
    "firms": "sim.view.answers.story",
    "firm": "sim.view.answers.story",
    "city": "sim.view.answers.story",
    "audit": "sim.view.answers.audit",
    "ledger": "sim.view.answers.money",
}
"""Where the function of each kind of question lives; it has the kind's name."""


@dataclass(frozen=True)
class Question:
    """A question about a plan; `arguments` are sorted pairs of plain values."""

    kind: str
    plan: Plan
    replicate: int = 0
    lang: str = "zh"
    arguments: tuple[tuple[str, str | int | float], ...] = ()


def answer(question: Question) -> Any:
    """What the question's function finds; runs in a worker."""
    module = importlib.import_module(KINDS[question.kind])
    return getattr(module, question.kind)(question)
