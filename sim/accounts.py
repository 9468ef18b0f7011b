"""Public money of an instrument: what is budgeted, promised, paid and lapsed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Account:
    """Public money of one instrument, 10k CNY: a year's budget, what is committed and paid.

    `budget` is what this year's budget line holds, `committed` what is promised and not yet paid,
    `available` what may still be promised this year. Paying draws on a commitment, so payments can
    never exceed what was budgeted. `beneficiaries` counts whom it reached so far: projects, firms,
    providers or persons, as the kind of instrument says; offices, which reach nobody themselves,
    stay at 0. `payer` is whose money it is: the
    province's or the cities'.
    """

    budget: float = 0.0
    available: float = 0.0
    committed: float = 0.0
    paid: float = 0.0
    lapsed: float = 0.0
    beneficiaries: float = 0.0
    payer: str = "province"

    def new_year(self, budget: float) -> None:
        """Open a year's budget; what was not promised last year lapses."""
        self.lapsed += self.available
        self.budget += budget
        self.available = budget

    def commit(self, amount: float) -> None:
        """Promise money."""
        self.available -= amount
        self.committed += amount

    def pay(self, amount: float) -> None:
        """Pay on a promise."""
        self.committed -= amount
        self.paid += amount

    def release(self, amount: float) -> None:
        """A promise lapsed or was larger than the payment: the money may be promised again.

        It lapses with the rest of the budget line if nobody is promised it before the year ends.
        """
        self.committed -= amount
        self.available += amount
