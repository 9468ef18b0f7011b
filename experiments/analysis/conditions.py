"""What counts as failure: a condition on outcomes, read strictly.

`adoption_automation < 0.25`, `targets_met < 20 and public_money > 500000`, `a < 1 or b > 2`,
`worst 20% of targets_met`, `lowest 10% of output`, `highest 5% of city_gap`. Conditions are joined
by `and` or by `or`, not by both. "Worst" needs to be known of the outcome: whether more is better.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.analysis.frames import Bools, Floats
from experiments.analysis.words import Words, amount, label, number
from sim.core.errors import InputError
from sim.scenario_files import closest

COMPARED: dict[str, tuple[Callable[[Floats, float], Bools], str, str]] = {
    "<": (np.less, "低于", "below"),
    "<=": (np.less_equal, "不高于", "at most"),
    ">": (np.greater, "高于", "above"),
    ">=": (np.greater_equal, "不低于", "at least"),
}
"""Sign -> what it does, and its words in Chinese and English."""
_NAME = r"(?P<outcome>[A-Za-z_][\w.]*(?:@\d{4}-\d{2})?)"
_LIMIT = re.compile(
    rf"{_NAME}\s*(?P<sign><=|>=|<|>)\s*(?P<value>[-+]?\d[\d_]*\.?\d*(?:e[-+]?\d+)?)", re.I
)
_TAIL = re.compile(rf"(?P<side>worst|lowest|highest)\s+(?P<share>\d+\.?\d*)\s*%\s+of\s+{_NAME}")
GRAMMAR = (
    "'OUTCOME < NUMBER' (or <=, >, >=) or 'worst|lowest|highest N% of OUTCOME', joined by and / or"
)


@dataclass(frozen=True)
class Clause:
    """One outcome against a number, or against its own quantile.

    `sign` and `value` for a number; `side` ("lowest" or "highest") and `share` for a tail.
    """

    outcome: str
    sign: str = ""
    value: float = 0.0
    side: str = ""
    share: float = 0.0

    def holds(self, values: Floats) -> Bools:
        """Where it holds (n,); nowhere where the outcome has no value."""
        if not self.side:
            return COMPARED[self.sign][0](values, self.value)
        low = self.side == "lowest"
        edge = np.nanquantile(values, self.share if low else 1.0 - self.share)
        return values <= edge if low else values >= edge

    def said(self, words: Words, lang: str) -> str:
        """In words: "adoption of ERP below 0.25"."""
        name = label(self.outcome, words, lang)
        if self.side:
            per_cent = number(100 * self.share)
            if lang == "zh":
                side = "最低" if self.side == "lowest" else "最高"
                return f"{name}处于{side}的{per_cent}%"
            return f"{name} among the {self.side} {per_cent} %"
        _, zh, en = COMPARED[self.sign]
        value = amount(self.value, self.outcome, words, lang)
        return f"{name}{zh}{value}" if lang == "zh" else f"{name} {en} {value}"


@dataclass(frozen=True)
class Condition:
    """Clauses that must all hold (joined "and") or one of which must (joined "or")."""

    text: str
    clauses: tuple[Clause, ...]
    joined: str = "and"

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes it speaks of, each once."""
        return tuple(dict.fromkeys(clause.outcome for clause in self.clauses))

    def holds(self, futures: pd.DataFrame) -> Bools:
        """Futures (n,) in which it holds; their outcomes must all have values."""
        parts = [one.holds(futures[one.outcome].to_numpy(dtype=np.float64)) for one in self.clauses]
        return np.all(parts, axis=0) if self.joined == "and" else np.any(parts, axis=0)

    def said(self, words: Words, lang: str) -> str:
        """In words."""
        parts = [clause.said(words, lang) for clause in self.clauses]
        between = {"and": "且", "or": "或"}[self.joined] if lang == "zh" else f" {self.joined} "
        return between.join(parts)


def condition(
    text: str, outcomes: Sequence[str], better: Mapping[str, str] | None = None,
    where: str = "condition",
) -> Condition:  # fmt: skip
    """Read a condition on `outcomes`; `better` says "more" or "less" of those of which it is known.

    InputError for anything else than the grammar, for an unknown outcome, a share that is not
    between 0 and 100, and "worst" of an outcome of which nobody said what is better.
    """
    parts = re.split(r"\s+(and|or)\s+", text.strip())
    joiners = sorted(set(parts[1::2]))
    if len(joiners) > 1:
        raise InputError(where, "failure", text, "clauses joined by 'and' or by 'or', not by both")
    clauses = tuple(_clause(part, outcomes, better or {}, where) for part in parts[::2])
    return Condition(text.strip(), clauses, joiners[0] if joiners else "and")


def _clause(text: str, outcomes: Sequence[str], better: Mapping[str, str], where: str) -> Clause:
    limit, tail = _LIMIT.fullmatch(text), _TAIL.fullmatch(text)
    match = limit or tail
    if match is None:
        raise InputError(where, "failure", text, GRAMMAR)
    outcome = match["outcome"]
    if outcome not in outcomes:
        raise InputError(where, "outcome", outcome, closest(outcome, outcomes))
    if limit:
        return Clause(outcome, limit["sign"], float(limit["value"]))
    share = float(match["share"]) / 100.0
    if not 0.0 < share < 1.0:
        raise InputError(where, "failure", text, "a share between 0 and 100 %")
    side = match["side"]
    if side == "worst":
        if better.get(outcome) not in ("more", "less"):
            raise InputError(
                where, "failure", text, f"lowest or highest: of {outcome} neither is better"
            )
        side = "lowest" if better[outcome] == "more" else "highest"
    return Clause(outcome, side=side, share=share)
