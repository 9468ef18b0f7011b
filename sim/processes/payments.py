"""Public money on its way to a firm: booked, drawn on its commitment, and noted by instrument."""

from __future__ import annotations

from typing import Any

from sim.processes.awards import LAPSED, PAID
from sim.processes.context import Context
from sim.processes.outlays import Receivers, enter_outlay


def spend(
    context: Context,
    instrument: str,
    amount: float,
    payee: str,
    what: str,
    reached: float,
    receivers: Receivers | None = None,
) -> None:
    """Pay `amount` (10k CNY) of an instrument's money at once; `reached` beneficiaries had it.

    `receivers` are those it is for, None where it is for the whole province.
    """
    account = context.public[instrument]
    account.commit(amount)
    account.pay(amount)
    account.beneficiaries += reached
    context.flows.book("province", payee, what, amount)
    enter_outlay(context, instrument, amount, receivers)


def pay_award(context: Context, firms: Any, one: int, amount: float) -> None:
    """Pay `amount` (10k CNY per real firm) on award `one` and release what was promised above it.

    `firms` has columns cash and subsidy, both writable.
    """
    awards = context.awards
    name = list(context.public)[int(awards.instrument[one])]
    account = context.public[name]
    weight, row = float(awards.weight[one]), int(awards.row[one])
    total = amount * weight
    from_city = float(awards.city_match[one]) * total
    account.pay(total)
    account.release(float(awards.promised[one]) * weight - total)
    account.beneficiaries += weight * (amount > 0)
    firms.cash[row] += amount
    firms.subsidy[row] += amount
    awards.paid[one] = amount
    awards.paid_month[one] = context.clock.month
    awards.status[one] = PAID if amount > 0 else LAPSED
    context.flows.book("province", "firms", "subsidy", total - from_city)
    context.flows.book("cities", "firms", "subsidy", from_city)
