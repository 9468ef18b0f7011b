"""Places by lot: sorting only the first changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import month_key
from sim.processes.selection import by_lot, take_in_order


@pytest.mark.parametrize("places", [0.0, 0.4, 3.0, 50.0, 700.0, 5_000.0, np.inf])
def test_a_lot_cut_short_gives_the_same_places(places: float) -> None:
    key = month_key(3, "visit", 5)
    uid = np.arange(1_000, 2_000, dtype=np.uint32)
    weight = (0.5 + np.arange(1_000) % 7).astype(np.float32)
    rows = np.flatnonzero(np.arange(1_000) % 3 > 0)
    whole, short = by_lot(rows, uid, key), by_lot(rows, uid, key, weight, places)
    np.testing.assert_array_equal(short, whole[: len(short)])
    assert places > 100 or len(short) < len(whole) / 2
    chosen = [
        take_in_order(order, uid, weight, 2.0, 2.0 * places, np.inf, key)
        for order in (whole, short)
    ]
    for one, other in zip(*chosen, strict=True):
        np.testing.assert_array_equal(one, other)
