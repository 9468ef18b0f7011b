"""Money, goods and people are conserved in every scenario, every month, to 1e-8 of turnover."""

from __future__ import annotations

import pytest

from sim.model import Province
from sim.scenario import Scenario

GROUPS = {entry.name: entry.group for entry in Scenario.listing()}
SHORT = {"time__start": "2014-01", "time__end": "2016-06"}
"""Months that matter for scenarios which only rearrange the instruments of the whole document.

The document itself and whatever changes the economy around it runs from first to last month.
"""
REARRANGED = {"only", "without", "rates", "funding", "design"}


@pytest.mark.parametrize("name", GROUPS)
def test_identities_hold_every_month(name: str) -> None:
    rearranged = GROUPS[name] in REARRANGED
    province = Province(name, scale=0.01, check=True, **(SHORT if rearranged else {}))
    seen = set()
    while not province.clock.finished:
        province.step()
        seen |= {what for what, *_ in province.context.flows.checks}
    assert "firms' cash moves by what they receive" in seen
    assert "bank loans = firms' debt" in seen
    assert "unskilled people: employed + jobless = labour force" in seen
    if rearranged:
        assert sum(account.paid for account in province.context.public.values()) > 0
    if province.settings.mechanisms.production != "off":
        assert "goods sold = goods bought" in seen


def test_a_leak_is_found() -> None:
    """The check must be able to fail: money, people and goods that appear are reported."""
    for table, column, what in (
        ("firms", "cash", "cash moves"),
        ("firms", "unskilled", "unskilled people"),
        ("firms", "debt", "bank loans"),
    ):
        province = Province("no_programme", scale=0.01, check=True)
        province.step()
        province.tables[table].writable(column)[3] += 50.0
        with pytest.raises(ArithmeticError, match=what):
            province.step()


def test_payments_equal_budget_drawn() -> None:
    province = Province("document_2014", scale=0.02, check=True)
    booked = 0.0
    while not province.clock.finished:
        province.step()
        money = province.context.flows.money
        booked += sum(v for (payer, _, _), v in money.items() if payer in ("province", "cities"))
    accounts = province.context.public.values()
    paid = sum(account.paid for account in accounts)
    assert paid > 0
    assert booked == pytest.approx(paid, rel=1e-9)
    for account in accounts:
        assert account.paid <= account.budget * (1 + 1e-12)
        assert account.budget == pytest.approx(
            account.available + account.committed + account.paid + account.lapsed
        )
