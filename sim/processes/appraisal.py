"""What a project costs a firm and what it brings: one set of rules for firms and for juries.

Cost `C = (F + P * (employees / reference)^eta) * price * (1 + training * (1 - capability))`, with
eta < 1 so that size pays (David 1966; Davies 1979); automation is priced by the worker displaced,
at least one complete cell: machines are indivisible.
Yearly benefit `B = capability^kappa * complementarity * (labour saved + energy + margin on new
sales)` less running cost. Money in 10k CNY, time in years.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.kernels import njit
from sim.core.table import Array


class TechnologyNumbers(NamedTuple):
    """Arrays of shape (8,), `complement` (8, 8) and `complement_base` (8,).

    `kind` is the provider kind; `gain` log points of labour productivity at full realisation;
    `project_months` the
    team-months of a project; `size_reference` of automation the workers that one cell replaces,
    else the employees at which a project costs `scaled_cost`; `lease` 1 where the good can be leased.
    """

    fixed_cost: Array
    scaled_cost: Array
    size_reference: Array
    size_exponent: Array
    running_cost: Array
    training_cost: Array
    gain: Array
    energy_saving: Array
    sales_gain: Array
    dip: Array
    skill_requirement: Array
    kind: Array
    step: Array
    project_months: Array
    world_price: Array
    lease: Array
    complement_base: Array
    complement: Array


@njit(nogil=True, cache=True)
def complementarity(k: Any, adopted: Any, automation: Any, reference: Any, tech: Any) -> Any:
    """Share of a technology's gain that the firm's other technologies allow."""
    factor = tech.complement_base[k]
    for other in range(8):
        weight = tech.complement[k, other]
        if weight > 0.0:
            if other == 0:
                factor += weight * min(1.0, automation / reference)
            elif (adopted >> other) & 1:
                factor += weight
    return factor


@njit(nogil=True, cache=True)
def list_price(k: Any, employees: Any, displaced: Any, tech: Any) -> Any:
    """Price of a project at the 2012 price level, before training."""
    if k == 0:
        return tech.fixed_cost[0] + tech.scaled_cost[0] * max(displaced, tech.size_reference[0])
    return (
        tech.fixed_cost[k]
        + tech.scaled_cost[k] * (employees / tech.size_reference[k]) ** tech.size_exponent[k]
    )


@njit(nogil=True, cache=True)
def yearly_benefit(
    k: Any,
    employees: Any,
    displaced: Any,
    wage: Any,
    sales: Any,
    energy_share: Any,
    margin: Any,
    ability: Any,
    factor: Any,
    tech: Any,
) -> Any:
    """Benefit a year before running cost: labour, energy and the margin on new sales.

    `wage` is a year's cost of one worker, `sales` a year's output, `displaced` workers replaced,
    `ability` capability^kappa, `factor` the complementarity.
    """
    labour = wage * (displaced + tech.gain[k] * employees)
    energy = tech.energy_saving[k] * energy_share * sales
    new_sales = tech.sales_gain[k] * margin * sales
    return factor * ability * (labour + energy + new_sales)


def payback(cost: float, benefit: float) -> float:
    """Years until `cost` is earned back by `benefit` a year; infinite without a benefit."""
    return cost / benefit if benefit > 0 else float("inf")


def annuity(amount: float, rate: float, years: float) -> float:
    """Constant yearly payment that repays `amount` at `rate` a year over `years`."""
    if rate == 0:
        return amount / years
    return amount * rate / -float(np.expm1(-years * np.log1p(rate)))
