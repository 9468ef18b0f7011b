"""Places by lot: sorting only the first changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.streams import month_key
from sim.processes.selection import by_lot, take_by_city, take_in_order


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


@pytest.mark.parametrize(("cost", "limit"), [(0.0, np.inf), (2.0, 2.0), (2.0, 90.0)])
def test_places_by_city_are_those_of_each_city_alone(cost: float, limit: float) -> None:
    rng = np.random.default_rng(3)
    rows, uid = np.arange(400), np.arange(400, dtype=np.uint32)
    weight = rng.choice([0.5, 3.0, 7.25], 400)
    city = rng.integers(0, 5, 400).astype(np.int8)
    city[city == 3] = 2  # a city without firms
    places, money = np.array([0.0, 4.0, 30.0, 9.0, 1e6]), np.full(5, limit)
    key = month_key(1, "places", 4)
    whole = by_lot(rows, uid, key)
    alone = [
        take_in_order(whole[city[whole] == c], uid, weight, cost, money[c], places[c], key)
        for c in range(5)
    ]
    short = by_lot(rows, uid, key, weight, places, city)
    found = take_by_city(short, city, uid, weight, cost, money, places, key)
    assert np.array_equal(found.rows, np.concatenate([one.rows for one in alone]))
    assert found.paid == pytest.approx(np.concatenate([one.paid for one in alone]), rel=1e-14)
    assert np.array_equal(found.whole, np.concatenate([one.whole for one in alone]))


def test_nobody_to_choose_from_gives_nobody() -> None:
    none, uid = np.zeros(0, np.intp), np.arange(3, dtype=np.uint32)
    city, two = np.zeros(3, np.int8), np.full(2, 5.0)
    key = month_key(1, "places", 4)
    rows = by_lot(none, uid, key, np.ones(3), two, city)
    assert len(take_by_city(rows, city, uid, np.ones(3), 1.0, two, two, key).rows) == 0
