"""Paying awards: together it is the same as one after the other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.accounts import Account
from sim.model import Province
from sim.processes.awards import LAPSED, ORDERED, PAID, Awards
from sim.processes.context import Flows
from sim.processes.payments import pay_awards
from sim.processes.watch import Watch

PROMISED = np.array([10.0, 4.0, 6.0, 3.0])


def ordered() -> tuple[Any, Any]:
    """Four awards of two instruments, two of them of one firm, the last paid in part before."""
    awards = Awards()
    awards.append(
        row=np.array([2, 0, 2, 1]), uid=np.arange(4), instrument=np.array([0, 0, 1, 1]),
        technology=1, status=ORDERED, promised=PROMISED, granted=PROMISED,
        paid=np.array([0.0, 0.0, 0.0, 1.0]), weight=np.array([2.0, 3.0, 2.0, 1.0]),
    )  # fmt: skip
    context = SimpleNamespace(
        awards=awards,
        clock=SimpleNamespace(month=7),
        public={"one": Account(committed=100.0), "two": Account(committed=50.0, payer="cities")},
        flows=Flows(),
        watch=Watch(on=True),
    )
    columns = {name: np.zeros(3, np.float32) for name in ("cash", "subsidy")}
    return context, SimpleNamespace(uid=np.arange(3), **columns)


def test_awards_paid_together_end_as_one_after_the_other() -> None:
    amounts = np.array([8.0, 0.0, 6.0, 0.0])
    (one, each), (all_, together) = ordered(), ordered()
    for position, amount in enumerate(amounts):
        pay_awards(one, each, np.array([position]), np.array([amount]))
    pay_awards(all_, together, np.arange(4), amounts)
    for name, column in one.awards.columns().items():
        assert np.array_equal(column, all_.awards.columns()[name]), name
    assert one.public == all_.public
    assert one.flows.money == pytest.approx(all_.flows.money)
    assert np.array_equal(each.cash, together.cash)
    assert np.array_equal(together.subsidy, [0.0, 0.0, 14.0])
    assert sum(meeting.paid.sum() for meeting in all_.watch.meetings) == 28.0


def test_what_was_promised_above_the_payment_can_be_promised_again() -> None:
    context, firms = ordered()
    pay_awards(context, firms, np.arange(4), np.array([8.0, 0.0, 6.0, 0.0]))
    one, two = context.public.values()
    assert (one.paid, one.available, one.beneficiaries) == (16.0, 4.0 + 12.0, 2.0)
    # What was paid in advance is not asked back, so that award is paid and not lapsed.
    assert (two.paid, two.available, two.beneficiaries) == (12.0, 2.0, 3.0)
    assert one.lapsed == two.lapsed == 0.0
    assert context.awards.status.tolist() == [PAID, LAPSED, PAID, PAID]


def test_money_of_awards_that_lapse_is_granted_again_within_the_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half the year's money goes out in a first call to awards that soon run out: a second call has
    theirs beside the other half, so that more is promised in the year than was voted for it."""
    province = Province(
        "document_2014", scale=0.02, check=True, time__start="2014-01", time__end="2014-12",
        instruments__equipment_subsidy__valid_months=1,
        instruments__equipment_subsidy__decision_months=1,
        instruments__equipment_subsidy__call_months=(6, 11),
    )  # fmt: skip
    account = province.context.public["equipment_subsidy"]
    promised, commit = [], account.commit

    def committed(amount: float) -> None:
        promised.append(amount)
        commit(amount)

    monkeypatch.setattr(account, "commit", committed)
    while not province.clock.finished:
        province.step()
    first, second = promised
    assert first == pytest.approx(account.budget / 2)
    assert second > account.budget - first
    # Nothing lapses before the year ends, and no more is out at once than was voted.
    assert account.lapsed == 0.0
    assert account.committed + account.paid + account.available == pytest.approx(account.budget)
