"""Keyed draws: uniform, independent of order, equal in kernels and numpy."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.core.streams import month_key, uniform, uniforms


def test_kernel_and_numpy_draws_are_equal() -> None:
    key = month_key(7, "review", 13)
    uids = np.arange(500, dtype=np.uint32)
    for slot in (0, 3, 63):
        expected = [uniform(key, uid, slot) for uid in uids]
        np.testing.assert_array_equal(uniforms(key, uids, slot), expected)


def test_draws_are_uniform_and_uncorrelated() -> None:
    uids = np.arange(200_000, dtype=np.uint32)
    first = uniforms(month_key(1, "a", 0), uids)
    assert stats.kstest(first, "uniform").pvalue > 1e-4
    for other in (
        uniforms(month_key(1, "a", 1), uids),
        uniforms(month_key(1, "b", 0), uids),
        uniforms(month_key(2, "a", 0), uids),
        uniforms(month_key(1, "a", 0), uids, 1),
        np.roll(first, 1),
    ):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.01


@given(st.integers(0, 2**31), st.integers(0, 400), st.permutations(range(20)))
def test_draws_belong_to_the_firm_and_not_to_its_row(seed: int, month: int, order: list) -> None:
    key = month_key(seed, "decision", month)
    uids = np.arange(20, dtype=np.uint32)
    np.testing.assert_array_equal(uniforms(key, uids[order]), uniforms(key, uids)[order])
