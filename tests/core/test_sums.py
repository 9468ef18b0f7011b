"""Sums in kernels have the bits of numpy's own."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.sums import pairwise


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 15, 16, 127, 128, 129, 136, 255, 257, 1000, 4099])
def test_a_sum_has_the_bits_of_numpy(count: int) -> None:
    values = np.random.default_rng(count).lognormal(0.0, 4.0, count)
    assert pairwise(values) == values.sum()


def test_another_order_has_other_bits() -> None:
    values = np.random.default_rng(1).lognormal(0.0, 4.0, 1000)
    assert pairwise(values) != sum(values.tolist())
