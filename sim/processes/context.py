"""What a process is handed besides its columns: clock, parameters, world and this month's books."""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.accounts import Account
from sim.core.clock import Clock
from sim.core.table import Array, Table
from sim.instruments import GrantCall, Instruments
from sim.parameters import Mechanisms
from sim.processes.awards import Awards
from sim.processes.outlays import Outlays
from sim.processes.projects import Projects
from sim.processes.watch import Watch
from sim.world.state import World


@dataclass
class Flows:
    """This month's money, goods and people, booked where they move (10k CNY, persons).

    `money` maps (from, to, what) to an amount; `checks` holds pairs that must agree.
    """

    money: dict[tuple[str, str, str], float] = field(default_factory=lambda: defaultdict(float))
    checks: list[tuple[str, float, float, float]] = field(default_factory=list)

    def book(self, payer: str, payee: str, what: str, amount: float) -> None:
        """Book a payment."""
        self.money[payer, payee, what] += float(amount)

    def net(self, holder: str) -> float:
        """Money received less money paid by a holder this month."""
        received = sum(v for (_, payee, _), v in self.money.items() if payee == holder)
        return received - sum(v for (payer, _, _), v in self.money.items() if payer == holder)

    def total(self, what: str) -> float:
        """All payments of one kind."""
        return sum(v for (_, _, kind), v in self.money.items() if kind == what)

    def agree(self, what: str, one: float, other: float, turnover: float) -> None:
        """Note two figures that must be equal, and the turnover that scales the difference."""
        self.checks.append((what, float(one), float(other), float(turnover)))

    def violations(self, tolerance: float = 1e-8) -> list[str]:
        """Checks that fail, in words."""
        return [
            f"{what}: {one!r} against {other!r}, off by {abs(one - other) / max(turnover, 1.0):.2e}"
            f" of turnover {turnover:.6g}"
            for what, one, other, turnover in self.checks
            if not abs(one - other) <= tolerance * max(turnover, 1.0)
        ]


@dataclass
class Context:
    """A run's surroundings; `information` ... `outcomes` are named tuples of floats."""

    seed: int
    clock: Clock
    mechanisms: Mechanisms
    world: World
    information: Any
    adoption: Any
    finance: Any
    providers: Any
    skills: Any
    production: Any
    labour: Any
    productivity: Any
    accounts: Any
    governments: Any
    outcomes: Any
    technologies: Any
    paths: dict[str, Array]
    awards: Awards
    public: dict[str, Account]
    pilot_bits: dict[str, int]
    check: bool = False
    projects: Projects = field(default_factory=Projects)
    outlays: Outlays = field(default_factory=Outlays)
    instruments: Instruments = field(default_factory=Instruments)
    flows: Flows = field(default_factory=Flows)
    provider_density: Array = field(default_factory=lambda: np.zeros((0, 0)))
    pending: list[tuple[int, GrantCall]] = field(default_factory=list)
    measures: dict[str, Any] = field(default_factory=dict)
    watch: Watch = field(default_factory=Watch)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Some senders, such as joblib, let the receiver only read large arrays, and months write
        # into many of these. Tables see to themselves; the rest of the world is never written.
        own = {key: one if key == "world" else copy.deepcopy(one) for key, one in state.items()}
        self.__dict__.update(own)

    def __deepcopy__(self, memo: dict[int, Any]) -> Context:
        """A copy of its own; once only, not again in `__setstate__` as what was sent here is."""
        new = type(self).__new__(type(self))
        memo[id(self)] = new
        new.__dict__.update({key: copy.deepcopy(one, memo) for key, one in self.__dict__.items()})
        return new

    @property
    def tables(self) -> dict[str, Table]:
        """The world's tables by name."""
        return self.world.tables
