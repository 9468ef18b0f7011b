"""Public money on its way to a firm: booked, drawn on its commitment, and noted by instrument."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.core.table import Array
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


def pay_in_advance(context: Context, firms: Any, positions: Array) -> None:
    """Pay the part of awards (n,) that is due with the order; awards without a rest are closed."""
    awards = context.awards
    share = awards.in_advance[positions]
    whole, part = positions[share >= 1.0], positions[(share > 0.0) & (share < 1.0)]
    if len(whole):
        pay_awards(context, firms, whole, awards.granted[whole])
    if len(part):
        _pay(context, firms, part, awards.in_advance[part] * awards.granted[part])


def pay_awards(context: Context, firms: Any, positions: Array, amounts: Array) -> None:
    """Close awards (n,) at `amounts` (n,), 10k CNY per real firm in all; release what is left.

    What was paid in advance counts towards the amount and is not asked back. `firms` has columns
    cash and subsidy, both writable.
    """
    awards = context.awards
    amounts = np.maximum(amounts, awards.paid[positions])
    _pay(context, firms, positions, amounts - awards.paid[positions])
    weight = awards.weight[positions]
    left, reached = (awards.promised[positions] - amounts) * weight, weight * (amounts > 0)
    for name, mine in _by_instrument(context, positions):
        account = context.public[name]
        account.release(float(left[mine].sum()))
        account.beneficiaries += float(reached[mine].sum())
    awards.status[positions] = np.where(amounts > 0, PAID, LAPSED)


def release(context: Context, positions: Array, amounts: Array) -> None:
    """Take back what was promised on awards (n,) and will not be paid, 10k CNY per real firm."""
    total = amounts * context.awards.weight[positions]
    for name, mine in _by_instrument(context, positions):
        context.public[name].release(float(total[mine].sum()))


def withdraw(context: Context, row: int, technology: int) -> None:
    """Take back an application: the firm has gone ahead without waiting for the award."""
    awards = context.awards
    mine = np.flatnonzero((awards.row == row) & (awards.technology == technology))
    mine = mine[(awards.status[mine] == APPLIED) | (awards.status[mine] == DECIDED)]
    decided = mine[awards.status[mine] == DECIDED]
    release(context, decided, awards.promised[decided])
    awards.status[mine] = LAPSED


def _pay(context: Context, firms: Any, positions: Array, amounts: Array) -> None:
    awards, month = context.awards, context.clock.month
    rows, total = awards.row[positions], amounts * awards.weight[positions]
    for column in (firms.cash, firms.subsidy):
        # A firm may have several awards for its project.
        np.add.at(column, rows, amounts.astype(column.dtype))
    awards.paid[positions] += amounts
    awards.paid_month[positions] = month
    for name, mine in _by_instrument(context, positions):
        account, paid = context.public[name], float(total[mine].sum())
        account.pay(paid)
        context.flows.book(account.payer, "firms", "subsidy", paid)
        at = rows[mine]
        context.watch.met(month, "award", name, at, firms.uid[at], total[mine])


def _by_instrument(context: Context, positions: Array) -> Iterator[tuple[str, Array]]:
    """Instruments of awards (n,), each with a flag of its own among them."""
    instrument, names = context.awards.instrument[positions], list(context.public)
    for one in sorted(set(instrument.tolist())):
        yield names[one], instrument == one
