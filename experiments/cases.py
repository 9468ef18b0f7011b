"""One run of a study, what it is known by, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from sim.circumstances import CENTRAL
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.model import Province


@dataclass(frozen=True)
class Case:
    """One run to be made: a replicate of a point of the design.

    `scenario` is the one that runs: levers, uncertainties, a draw of the parameters and the
    population included.
    """

    point: int
    replicate: int
    seed: int
    scale: float
    scenario: Scenario
    check: bool = False

    @cached_property
    def run(self) -> str:
        """What the run is known by: its scenario's hash and its replicate, nothing else."""
        return f"{self.scenario.hash}-{self.replicate}"

    def province(self) -> Province:
        """The province of the run at its start."""
        from sim.model import Province

        return Province(
            self.scenario, scale=self.scale, seed=self.seed, check=self.check, parameters=CENTRAL
        )


@dataclass(frozen=True)
class Measured:
    """What is kept of a run: outcomes by name, and tables by name without a column for the run."""

    outcomes: dict[str, float]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


class Work(Protocol):
    """What is done with a case, in whatever process; it can be pickled."""

    def __call__(self, case: Case) -> Measured:
        """Run and measure. Any exception is a failed run, told in the table of runs."""
        ...
