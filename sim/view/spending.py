"""Public money of the page's runs: by action, instrument, year and payer, against the budget.

Accounts count from the programme's beginning, in 10k CNY; here all is in 100m CNY. What is neither
paid nor promised is unused: it lapses when its budget year ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.table import Array
from sim.policies import INSTRUMENTS
from sim.programme import CLAUSES, clauses_of
from sim.scenario import Scenario
from sim.view.snapshot import Track

PER_100M = 1e-4
"""10k CNY to 100m CNY."""
PARTS = ("paid", "committed", "unused")
"""What became of a budget."""
PAYERS = ("province", "cities")
OTHER = "other"
"""Group of instruments that belong to no clause."""
PLACE = {"zh": 0, "en": 1}


@dataclass(frozen=True)
class Entry:
    """Money of a group of instruments up to a month, 100m CNY, means over runs.

    `low` and `high` are the 5 % and 95 % quantiles of what was paid, nan below five runs.
    """

    code: str
    budget: float
    paid: float
    committed: float
    low: float
    high: float

    @property
    def unused(self) -> float:
        """Neither paid nor promised."""
        return max(0.0, self.budget - self.paid - self.committed)


def policies(scenario: Scenario) -> dict[str, Any]:
    """Instruments of a scenario as they run, by name."""
    return scenario.programme.applied(scenario.instruments)


def instrument_title(scenario: Scenario, name: str, lang: str) -> str:
    """Title of an instrument, or what its kind is called."""
    policy = scenario.instruments.get(name)
    if policy is None:
        return name
    label = {kind.model_fields["kind"].default: kind.label for kind in INSTRUMENTS}[policy.kind]
    return str(getattr(policy.title, lang) or label[PLACE[lang]])


def clause_title(code: str, lang: str) -> str:
    """Code and heading of an action or a safeguard."""
    if code not in CLAUSES:
        return "其他" if lang == "zh" else "other"
    return f"{code} {getattr(CLAUSES[code], lang)}"


def clause_of(scenario: Scenario, name: str) -> str:
    """Clause that an instrument belongs to: the first of its own."""
    policy = scenario.instruments.get(name)
    return (clauses_of(policy)[:1] or (OTHER,))[0] if policy is not None else OTHER


def payer_of(scenario: Scenario, name: str) -> str:
    """Whose money an instrument pays with."""
    policy = scenario.instruments.get(name)
    return "cities" if policy is not None and policy.fund == "cities" else "province"


def accounts(track: Track, column: str) -> Array:
    """A column of the accounts in 100m CNY, (members, months, instruments), from the beginning."""
    return np.stack([one.programme[column] for one in track.members]).astype(float) * PER_100M


def instruments_of(track: Track) -> tuple[str, ...]:
    """Instruments with an account in a track's runs."""
    return track.members[0].instruments if track.members else ()


def grouped(track: Track, place: int, by: str) -> list[Entry]:
    """Money up to a month (position `place`) by `clause`, `instrument` or `payer`; in their order."""
    names = instruments_of(track)
    if not names:
        return []
    keys = {"clause": clause_of, "payer": payer_of, "instrument": lambda _, name: name}[by]
    code = [keys(track.scenario, name) for name in names]
    order = {"clause": (*CLAUSES, OTHER), "payer": PAYERS, "instrument": names}[by]
    now = {column: accounts(track, column)[:, place] for column in ("budget", "paid", "committed")}
    found = []
    for one in order:
        mine = np.array([each == one for each in code])
        if mine.any():
            found.append(_entry(one, {key: values[:, mine] for key, values in now.items()}))
    return [one for one in found if one.budget > 0 or one.paid > 0]


def whole(track: Track, place: int) -> Entry:
    """Money of the whole programme up to a month."""
    if not instruments_of(track):
        return Entry("", 0.0, 0.0, 0.0, 0.0, 0.0)
    return _entry(
        "", {key: accounts(track, key)[:, place] for key in ("budget", "paid", "committed")}
    )


def _entry(code: str, columns: dict[str, Array]) -> Entry:
    sums = {key: values.sum(axis=1) for key, values in columns.items()}
    low, high = band(sums["paid"])
    mean = {key: float(values.mean()) for key, values in sums.items()}
    return Entry(code, mean["budget"], mean["paid"], mean["committed"], low, high)


def band(values: Array) -> tuple[float, float]:
    """5 % and 95 % quantiles over runs; nan below five."""
    if len(values) < 5:
        return float("nan"), float("nan")
    low, high = np.quantile(values, (0.05, 0.95))
    return float(low), float(high)


@dataclass(frozen=True)
class Year:
    """A year's budget and what was paid in it by payer, 100m CNY; `whole` if its months are all
    there."""

    year: int
    budget: float
    paid: dict[str, float]
    whole: bool


def years(track: Track, months: Sequence[str]) -> list[Year]:
    """Every year with a budget or payments."""
    names = instruments_of(track)
    if not names:
        return []
    mine = {
        one: np.array([payer_of(track.scenario, name) == one for name in names]) for one in PAYERS
    }
    budget, paid = (accounts(track, key).mean(axis=0) for key in ("budget", "paid"))
    found = []
    for year in sorted({int(month[:4]) for month in months}):
        places = [place for place, month in enumerate(months) if int(month[:4]) == year]
        first, last = places[0], places[-1]
        gain = [one[last] - (one[first - 1] if first else 0.0) for one in (budget, paid)]
        if max(gain[0].sum(), gain[1].sum()) > 0:
            by = {one: float(gain[1][rows].sum()) for one, rows in mine.items()}
            found.append(Year(year, float(gain[0].sum()), by, len(places) == 12))
    return found


def received(track: Track, place: int, table: str) -> Array:
    """Subsidy received so far by city (members, 11) or tier (members, 4), 100m CNY."""
    return track.values("subsidy_received", table)[:, place].astype(float)


def shares(values: Array) -> tuple[Array, Array, Array]:
    """Mean share (rows,) of each column in its run's whole, and 90 % band; 0 of nothing."""
    total = values.sum(axis=1, keepdims=True)
    share = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    if len(share) < 5:
        none = np.full(share.shape[1], np.nan)
        return share.mean(axis=0), none, none
    low, high = np.quantile(share, (0.05, 0.95), axis=0)
    return share.mean(axis=0), low, high
