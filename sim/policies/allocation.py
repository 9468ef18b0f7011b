"""Allocation rules: who of the applicants gets how much of the money.

Each rule maps (score, amount asked, keyed lottery in [0, 1), money) to the amount granted, all of
shape (n,) in 10k CNY except money. None grants more than asked or more than there is; the order
of the rows does not matter, ties are broken by the lottery.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from sim.instruments import Allocate

Floats = npt.NDArray[np.float64]


def in_order(first: Floats, tie: Floats, amount: Floats, money: float) -> Floats:
    """Grant in the order of `first` (small first) until the money is spent; the last gets the rest.

    A row may stand for many firms: then the rest reaches a part of them.
    """
    granted = np.zeros_like(amount)
    order = np.lexsort((tie, first))
    before = np.cumsum(amount[order]) - amount[order]
    granted[order] = np.clip(money - before, 0.0, amount[order])
    return granted


def formula(score: Floats, amount: Floats, lottery: Floats, money: float) -> Floats:
    """Every applicant gets the same fraction of what it asked for."""
    total = float(amount.sum())
    return amount * (min(1.0, money / total) if total > 0 else 0.0)


def contest(score: Floats, amount: Floats, lottery: Floats, money: float) -> Floats:
    """The best scores win in full until the money is spent."""
    return in_order(-score, lottery, amount, money)


def draw_lots(score: Floats, amount: Floats, lottery: Floats, money: float) -> Floats:
    """A lottery among all who qualify."""
    return in_order(lottery, lottery, amount, money)


def threshold(score: Floats, amount: Floats, lottery: Floats, money: float, least: float) -> Floats:
    """Everyone with a score of at least `least`, in the order of arrival, until it is spent."""
    granted = np.zeros_like(amount)
    passed = score >= least
    granted[passed] = in_order(lottery[passed], lottery[passed], amount[passed], money)
    return granted


def rule(name: str, least: float = 0.0) -> Allocate:
    """The rule of that name; arrival in `first_come` is the keyed lottery (time of arrival)."""
    if name == "threshold":
        return functools.partial(threshold, least=least)
    return {
        "formula": formula,
        "contest": contest,
        "lottery": draw_lots,
        "first_come": draw_lots,
    }[name]
