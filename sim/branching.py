"""Going on under another scenario: how long two scenarios are the same, and a branch's change over.

An instrument does nothing before its start: it sets nothing, and its account only opens and closes
the budgets of the years. So two scenarios that differ in instruments, programme or revisions alone
share every month until one of the instruments in which they differ runs in either.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from sim.accounts import Account
from sim.core.clock import month_name, month_number
from sim.core.errors import InputError
from sim.core.table import Array
from sim.initial import accounts_of, pilot_bits_of
from sim.results import ACCOUNT
from sim.scenario import Scenario
from sim.timetable import Timetable, in_force, spans, timetable, voted

_FREE = frozenset({"name", "group", "title", "rationale", "programme", "instruments", "revisions"})
"""Fields in which scenarios that share months may differ."""


class Parting(NamedTuple):
    """First month in which an instrument differs between two scenarios, and in which it matters.

    It matters once they differ and either has run; the number of months stands for never.
    """

    differs: int
    matters: int


def shared_months(one: Scenario, other: Scenario) -> int:
    """Months from the start that two scenarios surely have in common; 0 if other settings differ."""
    if _differing(one, other):
        return 0
    tables = timetable(one), timetable(other)
    partings = _partings(one, other, *tables).values()
    return min((parting.matters for parting in partings), default=_months(one))


def go_on_under(province: Any, scenario: Scenario) -> None:
    """Let a province go on under another scenario, as if it had run under that from the start.

    Raises InputError if something in which they differ has mattered so far.
    """
    mine, theirs = province.timetable, timetable(scenario)
    clock, context = province.clock, province.context
    scenario.check_names(province.data.codes)
    for name in _differing(province.settings, scenario):
        _refuse(province, scenario, name, 0)
    partings = _partings(province.settings, scenario, mine, theirs)
    for name, parting in sorted(partings.items(), key=lambda one: one[1].matters):
        if parting.matters < clock.month:
            _refuse(province, scenario, f"instruments.{name}", parting.matters)
    # Those that have differed so far have not run, nor have those that are only there from here on.
    new = {name for name, parting in partings.items() if parting.differs < clock.month}
    new |= set(scenario.instruments) - set(context.public)
    before, public, past = list(context.public), accounts_of(scenario), {}
    # With the governments switched off no account is ever opened.
    votes = clock.month if context.mechanisms.governments else 0
    for name, account in public.items():
        if name in new:
            past[name] = _unspent(account, voted(theirs, name, clock.start, votes), clock.month)
        else:
            public[name] = context.public[name]
    place = {name: position for position, name in enumerate(public)}
    positions = np.array([place.get(name, -1) for name in before], dtype=np.int16)
    for book in (context.awards, context.outlays):
        book.instrument[:] = positions[book.instrument]
    province.recorder.change_instruments(tuple(public), past)
    context.public, context.pilot_bits = public, pilot_bits_of(scenario)
    province.settings, province.timetable = scenario, theirs


def _unspent(account: Account, budgets: list[tuple[int, float]], months: int) -> Array:
    """Open the budgets of an instrument that has spent nothing; its account by month, (months, 6)."""
    past = np.zeros((months, len(ACCOUNT)))
    for month, budget in budgets:
        account.new_year(budget)
        past[month:] = [getattr(account, name) for name in ACCOUNT]
    return past


# ------------------------------------------------------------------ where two scenarios part
def _months(scenario: Scenario) -> int:
    return 1 + month_number(scenario.time.end) - month_number(scenario.time.start)


def _differing(one: Scenario, other: Scenario) -> list[str]:
    """Fields that must be equal and are not."""
    fields = (name for name in Scenario.model_fields if name not in _FREE)
    return [name for name in fields if getattr(one, name) != getattr(other, name)]


def _partings(
    one: Scenario, other: Scenario, mine: Timetable, theirs: Timetable
) -> dict[str, Parting]:
    """Where instruments part that differ in some month of the run."""
    months, start = _months(one), month_number(one.time.start)
    bits = _bits(one), _bits(other)
    common = [name for name in one.instruments if name in other.instruments]
    # Sums over instruments are taken in their order.
    mixed = common != [name for name in other.instruments if name in one.instruments]
    changes = sorted({month for month, _ in (*mine, *theirs)})
    policies = [(month, in_force(mine, month), in_force(theirs, month)) for month in changes]
    found = {}
    for name in dict.fromkeys(chain(one.instruments, other.instruments)):
        same_bits = bits[0].get(name) == bits[1].get(name)
        differ = [
            month
            for month, here, there in policies
            if mixed or not same_bits or here.get(name) != there.get(name)
        ]
        if differ:
            runs = min(_first_run(table, name, start, months) for table in (mine, theirs))
            found[name] = Parting(differ[0], max(differ[0], runs))
    return found


def _bits(scenario: Scenario) -> dict[str, tuple[int, ...]]:
    """Bits of the firms' column `pilot` that an instrument writes or reads, if any."""
    bit = pilot_bits_of(scenario)
    return {
        name: tuple(bit[key] for key in (name, *policy.named_by) if key in bit)
        for name, policy in scenario.instruments.items()
    }


def _first_run(table: Timetable, name: str, start: int, months: int) -> int:
    """First month in which an instrument runs; `months` if it never does."""
    for first, last, policies in spans(table, months):
        policy = policies.get(name)
        if policy is not None and policy.enabled:
            begin = max(first, month_number(policy.start) - start)
            if begin <= min(last, month_number(policy.end) - start):
                return begin
    return months


def _refuse(province: Any, scenario: Scenario, key: str, month: int) -> None:
    """Say which key differs, and since when it matters."""
    mine = province.settings
    differences: Mapping[str, tuple[Any, Any]] = mine.diff(scenario)
    inside = [one for one in differences if one == key or one.startswith(f"{key}.")]
    if not inside and key.startswith("instruments."):
        inside = [one for one in differences if one.startswith(("programme.", "revisions."))]
    since = month_name(province.clock.start + month)
    path = inside[0] if inside else key
    here, there = differences.get(path, (None, None))
    allowed = f"{here}, as in {mine.name}: it has mattered since {since}"
    raise InputError(f"scenario {scenario.name}", path, there, allowed)
