"""Public money on its way to a firm: booked, drawn on its commitment, and noted by instrument."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.processes.awards import APPLIED, DECIDED, LAPSED, PAID
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
    context.flows.book(account.payer, payee, what, amount)
    enter_outlay(context, instrument, amount, receivers)


def pay_in_advance(context: Context, firms: Any, one: int) -> None:
    """Pay the part of award `one` that is due with the order; an award without a rest is closed."""
    awards = context.awards
    share, granted = float(awards.in_advance[one]), float(awards.granted[one])
    if share >= 1.0:
        pay_award(context, firms, one, granted)
    else:
        _pay(context, firms, one, share * granted)


def pay_award(context: Context, firms: Any, one: int, amount: float) -> None:
    """Close award `one` at `amount` (10k CNY per real firm) in all; release what was promised above.

    What was paid in advance counts towards the amount and is not asked back. `firms` has columns
    cash and subsidy, both writable.
    """
    awards = context.awards
    account, weight = _account(context, one), float(awards.weight[one])
    amount = max(amount, float(awards.paid[one]))
    _pay(context, firms, one, amount - float(awards.paid[one]))
    account.release((float(awards.promised[one]) - amount) * weight)
    account.beneficiaries += weight * (amount > 0)
    awards.status[one] = PAID if amount > 0 else LAPSED


def withdraw(context: Context, row: int, technology: int) -> None:
    """Take back an application: the firm has gone ahead without waiting for the award."""
    awards = context.awards
    mine = (awards.row == row) & (awards.technology == technology)
    for one in map(int, np.flatnonzero(mine & np.isin(awards.status, (APPLIED, DECIDED)))):
        if awards.status[one] == DECIDED:
            _account(context, one).release(float(awards.promised[one] * awards.weight[one]))
        awards.status[one] = LAPSED


def _pay(context: Context, firms: Any, one: int, amount: float) -> None:
    awards = context.awards
    account, row = _account(context, one), int(awards.row[one])
    total = amount * float(awards.weight[one])
    account.pay(total)
    firms.cash[row] += amount
    firms.subsidy[row] += amount
    awards.paid[one] += amount
    awards.paid_month[one] = context.clock.month
    name = list(context.public)[int(awards.instrument[one])]
    at = np.array([row])
    context.watch.met(context.clock.month, "award", name, at, firms.uid[at], np.array([total]))
    context.flows.book(account.payer, "firms", "subsidy", total)


def _account(context: Context, one: int) -> Any:
    return context.public[list(context.public)[int(context.awards.instrument[one])]]
