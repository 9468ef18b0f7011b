"""The phase diagram: where two main forces leave adoption to stagnate, spread or saturate.

A force moves several parameters together, so that its strength is one number: how contagious news
of a technology is, how long a payback firms accept, how much money the programme has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.core.errors import InputError
from sim.scenario import Scenario

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Force:
    """A force: what it does (times or plus) to which keys, and from where to where."""

    zh: str
    en: str
    does: Literal["times", "plus"]
    keys: tuple[str, ...]
    low: float
    high: float

    @property
    def neutral(self) -> float:
        """The strength that leaves a scenario as it is."""
        return 1.0 if self.does == "times" else 0.0


FORCES = {
    "contagion": Force(
        "传播强度(倍)", "contagion (times)", "times",
        ("information.cluster_peers", "information.suppliers", "information.customers"), 0.0, 4.0,
    ),
    "payback": Force(
        "可接受回收期(加年)", "accepted payback (plus years)", "plus",
        ("adoption.payback_shift",), -2.0, 6.0,
    ),
    "subsidy": Force(
        "方案资金(倍)", "money of the programme (times)", "times", ("programme.funding",), 0.0, 8.0
    ),
}  # fmt: skip
REGIONS = {
    "stagnation": ("停滞", "stagnation"),
    "diffusion": ("扩散", "diffusion"),
    "saturation": ("饱和", "saturation"),
}
STAGNANT = 0.02
"""Adoption stagnates if its share rises by no more than this over the run."""
SLOWED = 0.5
"""It saturates if its yearly rise falls below this part of what it was before."""


def chosen(names: Sequence[str]) -> tuple[str, str]:
    """Two different forces by name."""
    unknown = [name for name in names if name not in FORCES]
    if unknown or len(names) != 2 or names[0] == names[1]:
        raise InputError("sensitivity", "--forces", ",".join(names), f"two of {', '.join(FORCES)}")
    return names[0], names[1]


def pushed(scenario: Scenario, strengths: Mapping[str, float]) -> Scenario:
    """A scenario under forces of these strengths."""
    content = scenario.model_dump(mode="json")
    settings = []
    for name, strength in strengths.items():
        force = FORCES[name]
        for key in force.keys:
            value: Any = content
            for part in key.split("."):
                value = value[part]
            other = value * strength if force.does == "times" else value + strength
            # What is set stays out of draws, even at its own value: a force that is none sets nothing.
            if other != value:
                settings.append(f"{key}={float(other)!r}")
    return scenario.with_settings(settings)


def grid(names: Sequence[str], cells: int) -> Floats:
    """Strengths of two forces on a grid, (cells², 2), the first changing slowest.

    The neutral strengths are on the axes if a whole number of steps leads there.
    """
    if cells < 2:
        raise InputError("sensitivity", "--cells", cells, "2 at least")
    axes = [np.linspace(FORCES[name].low, FORCES[name].high, cells) for name in names]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)


def region(start: float, middle: float, end: float, before: float, after: float) -> str:
    """Stagnation, diffusion or saturation.

    Shares of adopters at the start, at a month between, `before` years later, and at the end,
    `after` years after that.
    """
    if end - start <= STAGNANT:
        return "stagnation"
    slowed = (end - middle) / after < SLOWED * (middle - start) / before
    return "saturation" if slowed else "diffusion"


def diagram(
    names: Sequence[str], points: Floats, shares: Mapping[str, Floats], years: tuple[float, float]
) -> pd.DataFrame:
    """The diagram as a table: one row a point and output.

    `shares`: by output (3, points), at the start, between and at the end, `years` apart. Columns:
    the two forces, output, start, between, end, region.
    """
    rows = [
        {
            names[0]: point[0], names[1]: point[1], "output": output, "start": start,
            "between": between, "end": end, "region": region(start, between, end, *years),
        }
        for output, (starts, betweens, ends) in shares.items()
        for point, start, between, end in zip(points, starts, betweens, ends, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)
