"""Prices of providers fall at the declared rate with each doubling of deliveries (Wright 1936)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model import Province
from sim.world.tables import PROVIDER_KINDS


@pytest.mark.parametrize(
    ("scale", "end"), [(0.05, "2014-12"), (1.0, "2012-09")], ids=["tiny", "whole"]
)
def test_each_kind_learns_at_its_rate(scale: float, end: str) -> None:
    province = Province("no_programme", scale=scale, time__end=end, providers__backlog_markup=0.0)
    providers = province.tables["providers"]

    def delivered() -> np.ndarray:
        """Projects that the providers in operation have completed, by kind."""
        there = (providers.alive == 1) * providers.experience.astype(np.float64)
        return np.bincount(providers.kind, weights=there * providers.weight)

    start = delivered()
    while not province.clock.finished:
        province.step()
    doublings = np.log2(delivered() / start)
    declared = province.data.provider_kinds["learning_rate"]
    learned = 0
    for kind, name in enumerate(PROVIDER_KINDS):
        if doublings[kind] < 0.01:
            continue
        price = providers.price[providers.kind == kind]
        assert price == pytest.approx(price[0], rel=1e-6), name
        effective = 1.0 - float(price[0]) ** (1.0 / doublings[kind])
        assert effective == pytest.approx(declared[kind], abs=5e-4), name
        learned += 1
    assert learned >= 5
