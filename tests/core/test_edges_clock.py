"""Edges in both directions and months as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.clock import Clock, month_name, month_number
from sim.core.edges import build_edges
from sim.core.errors import InputError


def test_both_directions_hold_the_same_edges() -> None:
    rng = np.random.default_rng(3)
    buyer, supplier = rng.integers(0, 50, 300), rng.integers(0, 50, 300)
    weight = rng.random(300).astype(np.float32)
    edges = build_edges(50, buyer, supplier, weight)
    forward = {
        (i, int(edges.suppliers[p]), float(edges.supplier_weight[p]))
        for i in range(50)
        for p in range(edges.supplier_start[i], edges.supplier_start[i + 1])
    }
    backward = {
        (int(edges.customers[p]), j, float(edges.customer_weight[p]))
        for j in range(50)
        for p in range(edges.customer_start[j], edges.customer_start[j + 1])
    }
    assert forward == backward
    assert forward == set(zip(buyer.tolist(), supplier.tolist(), weight.tolist(), strict=True))


def test_clock_counts_months() -> None:
    clock = Clock.between("2012-01", "2017-12")
    assert clock.months == 72
    clock.month = 28
    assert (clock.name, clock.year, clock.month_of_year) == ("2014-05", 2014, 5)
    assert month_name(month_number("1999-11")) == "1999-11"


@pytest.mark.parametrize("text", ["2012", "2012-13", "12-01", "2012-1", "", "soon"])
def test_bad_months_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="YYYY-MM"):
        month_number(text)
    with pytest.raises(InputError):
        Clock.between("2013-01", "2012-12")
