"""Payback, annuity, learning and size: closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes.appraisal import annuity, payback


def test_payback_is_cost_over_benefit() -> None:
    assert payback(300.0, 120.0) == pytest.approx(2.5)
    assert payback(300.0, 0.0) == float("inf")
    assert payback(300.0, -5.0) == float("inf")


@pytest.mark.parametrize(("rate", "years"), [(0.06, 3), (0.0435, 10), (0.12, 1)])
def test_annuity_repays_exactly(rate: float, years: int) -> None:
    payment = annuity(1000.0, rate, years)
    owed = 1000.0
    for _ in range(years):
        owed = owed * (1 + rate) - payment
    assert owed == pytest.approx(0.0, abs=1e-9)


def test_annuity_without_interest() -> None:
    assert annuity(1000.0, 0.0, 4) == pytest.approx(250.0)


def test_learning_curve_falls_by_the_rate_with_each_doubling() -> None:
    """Wright (1936): cost falls by the same share with every doubling of what was made."""
    from sim.processes.provision import learning_cost

    rate = np.array([0.1, 0.25])
    base = np.array([100.0, 40.0])
    for doublings in range(4):
        cost = learning_cost(base * 2.0**doublings, base, rate)
        np.testing.assert_allclose(cost, (1 - rate) ** doublings, rtol=1e-12)
    np.testing.assert_allclose(learning_cost(base / 2, base, rate), 1.0)
