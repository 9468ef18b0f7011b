"""How payments are classed: whole fen, monotone, and what stands for what."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.attribution import (
    ACCELERATED,
    ADDITIONAL,
    DEADWEIGHT,
    DISPLACED,
    Balance,
    Events,
    _balance,
    _by_balance,
    _in_place_of_another,
    apportion,
)

FEN = st.lists(st.integers(0, 10**9), min_size=1, max_size=20).map(np.array)
VALUE = st.floats(0, 1e6)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.integers(0, 10**13))
def test_parts_are_whole_and_add_up(amounts: list[float], total: int) -> None:
    values = np.array(amounts)
    parts = apportion(values, total)
    if values.sum() <= 0:
        assert (parts == 0).all()
        return
    assert parts.sum() == total
    np.testing.assert_allclose(parts, values / values.sum() * total, atol=1.01, rtol=1e-12)


@given(FEN, VALUE, VALUE, VALUE, VALUE, VALUE, VALUE, VALUE)
def test_money_that_pays_for_no_project_is_classed_whole_and_monotone(
    fen: Any, here: float, twin: float, sooner: float, later: float, chance: float, luck: float,
    more: float,
) -> None:  # fmt: skip
    def sums(only_here: float, only_twin: float) -> Any:
        balance = Balance(only_here, only_twin, sooner, later, (chance, luck), 1.0)
        split = _by_balance(fen, balance)
        assert (split >= 0).all()
        assert (split.sum(axis=1) == fen).all()
        return split.sum(axis=0)

    base, better, worse = sums(here, twin), sums(here + more, twin), sums(here, twin + more)
    assert better[ADDITIONAL] >= base[ADDITIONAL] >= worse[ADDITIONAL]
    assert better[DISPLACED] <= base[DISPLACED] <= worse[DISPLACED]
    if abs(here - twin) <= chance and sooner - later <= luck:
        assert base[DEADWEIGHT] == fen.sum()


def events(*rows: tuple[int, int, float]) -> Events:
    """Events (firm, month, value) of ERP, one a firm."""
    firm, month, value = (np.array(column) for column in zip(*rows, strict=True))
    order = np.argsort(firm)
    ids = (firm * 8 + 2) * 64
    return Events(
        ids[order], month[order], value[order].astype(float), firm[order], np.full(len(firm), 2)
    )


def test_the_balance_of_projects_counts_each_once() -> None:
    here = events((1, 5, 10.0), (2, 5, 20.0), (3, 5, 30.0), (4, 40, 99.0))
    there = events((1, 8, 10.0), (2, 3, 20.0), (5, 6, 7.0), (4, 30, 99.0))
    found = _balance(here, there, last=12)
    assert (found.only_here, found.only_twin, found.sooner, found.later) == (30, 7, 10, 20)
    assert found.chance[0] == pytest.approx(1.96 * np.hypot(30, 7))
    assert found.months == 3
    # What the twin orders after the last month counted is no project lost here.
    assert _balance(here, events((9, 30, 1.0)), last=12).only_twin == 0


def test_as_many_projects_are_displaced_as_a_firm_has_lost() -> None:
    """Firm 1 has three paid projects that its twin lacks and lost one; firm 2 lost two."""
    base = SimpleNamespace(
        projects={"uid": np.array([1, 1, 1, 2]), "ordered": np.array([9, 4, 6, 5])}
    )
    here = events((7, 1, 1.0))
    there = events((1, 3, 1.0), (2, 3, 1.0), (7, 1, 1.0))
    never = np.array([True, True, True, False])
    flag = _in_place_of_another(cast(Any, base), here, there, np.arange(4), never)
    assert flag.tolist() == [False, True, False, False]
    assert ACCELERATED != DISPLACED
