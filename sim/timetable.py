"""Which policies are in force when: a scenario's programme, applied month by month.

Money is voted at the start of a budget year, in January or in the first month of a run. A revision
in that month acts on it at once; one later in the year leaves the year's budgets, and the places
that `programme.funding` multiplies with them, as they were voted. All else acts at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sim.core.clock import month_number
from sim.programme import Programme
from sim.revisions import stages
from sim.scenario import Scenario

Policies = Mapping[str, Any]
"""Instruments by name, as they run."""
Timetable = tuple[tuple[int, Policies], ...]
"""Months in which policies change, from 0 and in order, with what is in force from then on."""


def timetable(scenario: Scenario, replaced: Policies | None = None) -> Timetable:
    """The policies of a run; those `replaced` stand in place of the scenario's for good.

    Revisions of an instrument that is replaced by another do not count.
    """
    others = {
        name: policy
        for name, policy in (replaced or {}).items()
        if policy != scenario.instruments.get(name)
    }
    start = month_number(scenario.time.start)
    held: dict[int, tuple[Programme, Policies]] = {0: (scenario.programme, scenario.instruments)}
    revised = stages(scenario.programme, scenario.instruments, scenario.revisions)
    held |= {month_number(name) - start: (programme, own) for name, programme, own in revised}
    last = month_number(scenario.time.end) - start
    new_years = {month - (start + month) % 12 + 12 for month in held if not votes(start, month)}
    table: Timetable = ()
    for month in sorted({*held, *(year for year in new_years if year <= last)}):
        programme, own = held[max(first for first in held if first <= month)]
        instruments = {**own, **others}
        if votes(start, month):
            policies, funding = programme.applied(instruments), programme.funding
        else:
            voted = max(0, month - (start + month) % 12)
            funding = held[max(first for first in held if first <= voted)][0].funding
            programme = programme.model_copy(update={"funding": funding})
            budgets, year = in_force(table, voted), (start + month) // 12
            policies = {
                name: _with_budget(policy, year, budgets[name].year_budget(year))
                for name, policy in programme.applied(instruments).items()
            }
        table = (*table, (month, policies))
    return table


def votes(start: int, month: int) -> bool:
    """Does a budget year begin in a month of a run from month number `start`?"""
    return month == 0 or (start + month) % 12 == 0


def _with_budget(policy: Any, year: int, amount: float) -> Any:
    """An instrument whose budget of a year is what was voted."""
    if policy.budget.get(str(year), 0.0) == amount:
        return policy
    return policy.model_copy(update={"budget": {**policy.budget, str(year): amount}})


def in_force(table: Timetable, month: int) -> Policies:
    """The policies of a month, counted from 0."""
    found = table[0][1]
    for first, policies in table[1:]:
        if first > month:
            break
        found = policies
    return found


def spans(table: Timetable, months: int) -> list[tuple[int, int, Policies]]:
    """First and last month and the policies between changes, in a run of so many months."""
    return [
        (first, until - 1, policies)
        for (first, policies), (until, _) in pairwise((*table, (months, {})))
    ]


def voted(table: Timetable, name: str, start: int, months: int) -> list[tuple[int, float]]:
    """Months in which an instrument's budget is voted, and the budget, 10k CNY.

    Of the first `months` of a run from month number `start`.
    """
    return [
        (month, in_force(table, month)[name].year_budget((start + month) // 12))
        for month in range(months)
        if votes(start, month)
    ]
