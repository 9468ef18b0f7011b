"""The engine's kernels against the same month written plainly in Mesa, agent by agent."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model import Province
from tests.bench.plain_mesa import PlainProvince

DISCRETE = (
    "uid", "alive", "aware", "adopted", "ordered", "award", "applied",
    "demonstration", "projects",
)  # fmt: skip
VALUES = (
    "skilled", "unskilled", "capital", "efficiency", "productivity", "unit_cost", "demand",
    "expected_demand", "output", "share", "cash", "debt", "lease", "capability", "automation",
    "gain", "running_cost", "subsidy",
)  # fmt: skip


@pytest.mark.parametrize("scenario", ["no_programme", "core_programme"])
def test_the_plain_model_ends_in_the_same_state(scenario: str) -> None:
    months = 42
    province = Province(scenario, scale=0.01, parameters="central")
    twin = PlainProvince(province)
    for _ in range(months):
        province.step()
        twin.step()
    table = province.tables["firms"]
    for name in DISCRETE:
        plain = np.array([getattr(firm, name) for firm in twin.firms])
        same = (plain == table[name]).mean()
        assert same == 1.0, f"{name}: {1 - same:.2%} of firms differ"
    alive = table.alive == 1
    book = province.context.projects
    engine_contracts = [
        (int(book.row[one]), int(book.technology[one]), int(book.provider[one]),
         int(book.ordered[one]), int(book.started[one]))
        for one in book.open_ones()
    ]  # fmt: skip
    assert engine_contracts == [
        (one.firm.row, one.technology, one.provider.row, one.month, one.start)
        for one in twin.contracts
    ]
    for name in VALUES:
        plain = np.array([getattr(firm, name) for firm in twin.firms])[alive]
        engine = table[name][alive]
        scale = np.abs(engine).mean()
        np.testing.assert_allclose(plain, engine, rtol=2e-3, atol=1e-4 * scale, err_msg=name)
    for name in ("belief", "realised"):
        plain = np.array([getattr(firm, name) for firm in twin.firms])[alive]
        np.testing.assert_allclose(plain, table[name][alive], rtol=2e-3, atol=1e-4, err_msg=name)
    wages = [city.wage for city in twin.cities]
    np.testing.assert_allclose(wages, province.tables["cities"].wage, rtol=1e-4)
    for name, account in province.context.public.items():
        assert twin.public[name].paid == pytest.approx(account.paid, rel=1e-4)
    if scenario == "core_programme":
        assert sum(account.paid for account in province.context.public.values()) > 0
