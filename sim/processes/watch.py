"""What a run writes down of one firm when a story asks for it; nothing is watched otherwise.

Watching never changes a result: what is written here is read by nobody in the month.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.core.table import Array
from sim.world.tables import TECHNOLOGIES

TERMS = (
    "provider", "quote", "cost", "benefit", "belief", "payback", "limit", "chance", "award",
    "advance", "own", "loan", "lease", "interest",
)  # fmt: skip
"""Terms of a project as the decision saw them: row of the provider, its price over the list price;
cost, award, award paid in advance, cash, loan, lease and interest in 10k CNY; yearly benefit net of
running cost in 10k CNY; believed over promised gain; payback and its limit in years; chance that
the firm goes ahead."""

CHANNELS = (
    "innovation", "cluster_peers", "demonstrations", "marketing", "public_services", "suppliers",
    "customers",
)  # fmt: skip
"""Parts of the hazard of hearing of a technology, a year."""


class Meeting(NamedTuple):
    """An instrument reached firms `rows` (n,) with ids `uids` (n,), `paid` (n,) 10k CNY for each row.

    A row stands for several real firms; `paid` is the public money for all of them.
    """

    month: int
    how: str
    instrument: str
    rows: Array
    uids: Array
    paid: Array


@dataclass
class Watch:
    """The watched firm `row` (-1: none); `terms` (8, 14), not a number where nothing was priced.

    `channels` (8, 7) is the hazard by channel of this month, `meetings` whom instruments met and
    every payment to a firm, if `on`.
    """

    row: int = -1
    on: bool = False
    terms: Array = field(default_factory=lambda: np.full((len(TECHNOLOGIES), len(TERMS)), np.nan))
    channels: Array = field(default_factory=lambda: np.zeros((len(TECHNOLOGIES), len(CHANNELS))))
    meetings: list[Meeting] = field(default_factory=list)

    def met(
        self, month: int, how: str, instrument: str, rows: Array, uids: Array, paid: Array
    ) -> None:
        """Note whom an instrument reached, and what was paid for each row."""
        if self.on:
            self.meetings.append(Meeting(month, how, instrument, rows, uids, paid))
