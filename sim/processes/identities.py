"""Phase 12: money, goods and people are conserved, month by month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.table import Array
from sim.processes.context import Context


class Firms(NamedTuple):
    """Columns of `firms` used."""

    city: Array
    weight: Array
    skilled: Array
    unskilled: Array
    output: Array
    cash: Array
    debt: Array
    lease: Array


class Cities(NamedTuple):
    """Columns of `cities` used."""

    labour_skilled: Array
    labour_unskilled: Array
    unemployed_skilled: Array
    unemployed_unskilled: Array
    bank_loans: Array
    lease_book: Array


VIEWS = {"firms": Firms, "cities": Cities}


def check_identities(context: Context, firms: Firms, cities: Cities) -> None:
    """Note the identities of the month; production has noted that goods sold are goods bought."""
    if not context.check:
        return
    flows = context.flows
    weight = firms.weight.astype(np.float64)
    cash = float((weight * firms.cash).sum())
    before = context.measures.get("cash")
    turnover = max(float((weight * firms.output).sum()), 1.0)
    if before is not None:
        flows.agree(
            "firms' cash moves by what they receive", cash - before, flows.net("firms"), turnover
        )
    context.measures["cash"] = cash
    n = context.world.cities
    debt = np.bincount(firms.city, weights=weight * firms.debt, minlength=n)
    lease = np.bincount(firms.city, weights=weight * firms.lease, minlength=n)
    for what, one, other in (
        ("bank loans = firms' debt", debt, cities.bank_loans),
        ("lessors' book = firms' leases", lease, cities.lease_book),
    ):
        worst = int(np.abs(one - other).argmax())
        flows.agree(what, one[worst], other[worst], turnover)
    for what, staff, force, jobless in (
        ("skilled people", firms.skilled, cities.labour_skilled, cities.unemployed_skilled),
        ("unskilled people", firms.unskilled, cities.labour_unskilled, cities.unemployed_unskilled),
    ):
        employed = np.bincount(firms.city, weights=weight * staff, minlength=n)
        worst = int(np.abs(employed + jobless - force).argmax())
        flows.agree(
            f"{what}: employed + jobless = labour force",
            employed[worst] + jobless[worst],
            force[worst],
            max(force[worst], 1.0),
        )
    for name, account in context.public.items():
        flows.agree(
            f"budget of {name} = available + committed + paid + lapsed",
            account.budget,
            account.available + account.committed + account.paid + account.lapsed,
            max(account.budget, 1.0),
        )
