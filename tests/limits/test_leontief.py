"""Without binding limits production settles at the Leontief inverse (Leontief 1936)."""

from __future__ import annotations

import numpy as np

from sim.model import Province
from sim.world.data import Economy

COEFFICIENTS = np.array([[0.15, 0.30], [0.25, 0.05]])
FINAL = np.array([900.0, 1500.0])


def economy() -> Economy:
    return Economy.from_table(("A", "B"), COEFFICIENTS, FINAL)


def output(province: Province) -> np.ndarray:
    return np.array(province.tables["sectors"].output)


def flat(**settings: object) -> Province:
    return Province("limit_leontief", economy=economy(), parameters="central", **settings)


def test_steady_state_is_the_leontief_inverse() -> None:
    province = flat()
    province.tables["firms"].writable("expected_demand")[:] *= 0.7
    for _ in range(36):
        province.step()
    demand = np.array(province.tables["sectors"].final_demand)
    solution = np.linalg.solve(np.eye(2) - COEFFICIENTS, demand)
    np.testing.assert_allclose(output(province), solution, rtol=0.005)


def test_demand_spreads_round_by_round() -> None:
    province = flat(
        production__expectation_weight=1.0,
        production__inventory_adjustment=0.0,
        production__inventory_months=24.0,
    )
    firms = province.tables["firms"]
    firms.writable("expected_demand")[:] = 0.0
    expected = np.zeros(2)
    for _ in range(8):
        province.step()
        demand = np.array(province.tables["sectors"].final_demand)
        expected = demand + COEFFICIENTS @ expected
        np.testing.assert_allclose(output(province), expected, rtol=1e-5)
