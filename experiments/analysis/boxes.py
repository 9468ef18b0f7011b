"""Boxes in the space of factors: what is inside, how much of failure they hold, and their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import bdtrc

from experiments.analysis.frames import Bools, Column, Floats
from experiments.analysis.words import TEXT, Words, amount, cell, label, per_cent

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Box:
    """Limits by column: a number lies from `low` to `high`, a choice is one of `kept` (places)."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    kept: tuple[tuple[int, ...], ...]

    @classmethod
    def whole(cls, columns: Sequence[Column]) -> Box:
        """The box without any limit."""
        n = len(columns)
        kept = tuple(tuple(range(len(one.choices))) for one in columns)
        return cls((-np.inf,) * n, (np.inf,) * n, kept)

    def fits(self, columns: Sequence[Column], place: int) -> Bools:
        """Which futures (n,) lie within the limits of one column."""
        values = columns[place].values
        if columns[place].choices:
            return np.isin(values, self.kept[place])
        return (values >= self.low[place]) & (values <= self.high[place])

    def inside(self, columns: Sequence[Column], but: int | None = None) -> Bools:
        """Which futures (n,) lie inside, the limits of column `but` left out."""
        found = np.ones(len(columns[0].values), dtype=bool)
        for place in self.limited(columns):
            if place != but:
                found &= self.fits(columns, place)
        return found

    def limited(self, columns: Sequence[Column]) -> list[int]:
        """Places of the columns that have a limit."""
        return [
            place for place, one in enumerate(columns)
            if self.low[place] > -np.inf or self.high[place] < np.inf
            or len(self.kept[place]) < len(one.choices)
        ]  # fmt: skip

    def without(self, columns: Sequence[Column], place: int) -> Box:
        """The box with the limits of one column lifted."""
        full = tuple(range(len(columns[place].choices)))
        return self.limit(place, -np.inf, np.inf, full)

    def limit(self, place: int, low: float, high: float, kept: tuple[int, ...] = ()) -> Box:
        """The box with other limits of one column."""
        return replace(
            self,
            low=(*self.low[:place], low, *self.low[place + 1 :]),
            high=(*self.high[:place], high, *self.high[place + 1 :]),
            kept=(*self.kept[:place], kept, *self.kept[place + 1 :]),
        )


@dataclass(frozen=True)
class Measures:
    """How a part of the futures stands out: counts, and shares from them.

    coverage: share of all failures that lie inside; density: share of the inside that fails; mass:
    share of all futures that lie inside; phi: correlation between lying inside and failing.
    """

    futures: int
    failures: int
    coverage: float
    density: float
    mass: float
    phi: float


def measures(inside: Bools, failed: Bools) -> Measures:
    """Measures of a part (n,) of the futures; shares of nothing are 0."""
    n, inside_n = len(failed), int(inside.sum())
    failures, hits = int(failed.sum()), int((inside & failed).sum())
    return Measures(
        inside_n, hits, hits / failures if failures else 0.0,
        hits / inside_n if inside_n else 0.0, inside_n / n if n else 0.0,
        float(phi(np.array(inside_n), np.array(hits), n, failures)),
    )  # fmt: skip


def phi(inside: Counts, hits: Counts, futures: int, failures: int) -> Floats:
    """Correlation between lying inside and failing of boxes with so many futures and failures inside.

    0 for a box that holds everything or nothing. It is the root of chi-square over the futures.
    """
    spread = inside * (futures - inside) * (float(failures) * (futures - failures))
    top = futures * hits - inside * float(failures)
    return np.divide(top, np.sqrt(spread), out=np.zeros_like(spread), where=spread > 0)


def quasi_p(box: Box, columns: Sequence[Column], failed: Bools) -> dict[int, float]:
    """Quasi-p-value of each limited column's limits, by place.

    Chance of at least so many failures among the futures inside, had each failed with the share
    that fails when this column's limits are lifted (Bryant & Lempert 2010). "Quasi", because the
    limits were looked for in the same futures.
    """
    inside = box.inside(columns)
    return {
        place: tail(inside, box.without(columns, place).inside(columns), failed)
        for place in box.limited(columns)
    }


def tail(inside: Bools, around: Bools, failed: Bools) -> float:
    """Chance of as many failures inside a box as there are, at the share that fails in a wider one."""
    share = float(failed[around].mean()) if around.any() else 0.0
    # The survival function of the binomial distribution: the same as of scipy.stats, and faster.
    return float(bdtrc(int(failed[inside].sum()) - 1, int(inside.sum()), share))


def limits_table(box: Box, columns: Sequence[Column]) -> pd.DataFrame:
    """A row a limited factor: factor, low and high (nan where open), values (codes), and its range."""
    rows = []
    for place in box.limited(columns):
        one = columns[place]
        numeric = not one.choices
        low, high = box.low[place], box.high[place]
        rows.append({
            "factor": one.name,
            "low": low if np.isfinite(low) else np.nan, "high": high if np.isfinite(high) else np.nan,
            "values": "" if numeric else " | ".join(cell(one.choices[k], "en") for k in box.kept[place]),
            "range_low": one.values.min() if numeric else np.nan,
            "range_high": one.values.max() if numeric else np.nan,
        })  # fmt: skip
    names = ["factor", "low", "high", "values", "range_low", "range_high"]
    return pd.DataFrame(rows, columns=names)


def limits_said(box: Box, columns: Sequence[Column], words: Words, lang: str) -> str:
    """Limits in words: "demand growth is below 3.2 % and machine price is above 20"."""
    text = TEXT[lang]
    return text["and"].join(_limit_said(box, columns, p, words, lang) for p in box.limited(columns))


def _limit_said(box: Box, columns: Sequence[Column], place: int, words: Words, lang: str) -> str:
    one, text = columns[place], TEXT[lang]
    name = label(one.name, words, lang)
    if one.choices:
        kept = text["or"].join(choice(one, k, words, lang) for k in box.kept[place])
        return text["one_of"].format(name=name, values=kept)
    low, high = box.low[place], box.high[place]
    kind = (
        "between"
        if np.isfinite(low) and np.isfinite(high)
        else "above"
        if np.isfinite(low)
        else "below"
    )
    return text[kind].format(
        name=name, low=amount(low, one.name, words, lang), high=amount(high, one.name, words, lang)
    )


def choice(column: Column, place: int, words: Words, lang: str) -> str:
    """What a listed factor's place stands for, scenarios by their title if there is one."""
    value = column.choices[place]
    if column.name == "scenario":
        return label(str(value), words, lang)
    return cell(value, lang)


def box_said(box: Box, columns: Sequence[Column], found: Measures, words: Words, lang: str) -> str:
    """A box in a planner's words."""
    return TEXT[lang]["box_text"].format(
        density=per_cent(found.density, lang), coverage=per_cent(found.coverage, lang),
        mass=per_cent(found.mass, lang), limits=limits_said(box, columns, words, lang),
    )  # fmt: skip
