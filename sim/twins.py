"""Twin runs: one province, branched where instruments begin, played on with and without them.

Random numbers belong to firms and months, so twins share all luck and a firm is compared with
itself by its id. What a run did is kept in a `Record` of plain arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.circumstances import CENTRAL, Parameters, origin_of
from sim.core.clock import month_name, month_number
from sim.core.errors import InputError
from sim.core.table import Array
from sim.initial import manifest
from sim.model import Province
from sim.results import ACCOUNT
from sim.scenario import Scenario
from sim.scenario_files import closest
from sim.seeds import is_whole
from sim.timetable import spans, timetable
from sim.world.tables import PROVIDER_KINDS, TECHNOLOGIES

FOLLOW = 24
"""Months for which twins go on after the last month counted."""
LAST_MONTH = "2045-12"
"""No run goes on beyond it."""


@dataclass(frozen=True)
class Variant:
    """A scenario in which the instruments of `policies` stand in place of those of their names.

    They do so for good: revisions of an instrument that is replaced by another do not count.
    """

    name: str
    policies: Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """What a run did: books as columns, and series (T months).

    `newcomers` holds ids and months of firms founded since the branch; `price` (T, 7) the mean
    price by provider kind, `paid` (T, I) public money paid to date by instrument, 10k CNY;
    `city`, `tier`, `weight`, `employees` (at the branch) and `eligible` (then, by instrument replaced)
    are of the firm rows; `adopters` (8,) real firms
    of all tiers, `productivity` (10k CNY a person and year) and `jobs` (persons) of above-scale
    industry, all three in the last month counted.
    """

    instruments: tuple[str, ...]
    projects: dict[str, Array]
    awards: dict[str, Array]
    outlays: dict[str, Array]
    newcomers: tuple[Array, Array]
    price: Array
    paid: Array
    city: Array
    tier: Array
    weight: Array
    employees: Array
    eligible: dict[str, Array]
    adopters: Array
    productivity: float
    jobs: float
    provider_kind: Array
    application_cost: float
    start: int


def without(scenario: Scenario, names: Sequence[str], variant: str) -> Variant:
    """The scenario without some of its instruments."""
    off = {name: scenario.instruments[name].model_copy(update={"enabled": False}) for name in names}
    return Variant(variant, off)


def running(scenario: Scenario) -> tuple[str, ...]:
    """Instruments that are in force and have money in some month of a run."""
    start, end = month_number(scenario.time.start), month_number(scenario.time.end)
    parts = spans(timetable(scenario), end - start + 1)
    return tuple(
        name
        for name in scenario.instruments
        if any(
            _runs(policies[name], start + first, start + last) for first, last, policies in parts
        )
    )


def _runs(policy: Any, first: int, last: int) -> bool:
    """Is an instrument in force, and has money, in some month from `first` to `last`?"""
    return (
        policy.enabled
        and month_number(policy.start) <= last
        and month_number(policy.end) >= first
        and any(policy.year_budget(year) > 0 for year in range(first // 12, last // 12 + 1))
    )


def chosen(scenario: Scenario, names: Sequence[str], option: str) -> tuple[str, ...]:
    """Names of instruments as given; refuses what the scenario does not have."""
    for name in names:
        if not isinstance(name, str) or name not in scenario.instruments:
            have = list(scenario.instruments)
            allowed = closest(name, have) if have else "none: the scenario has no instruments"
            raise InputError(option, "", name, allowed)
    return tuple(dict.fromkeys(names))


def extended(command: str, scenario: Scenario, months: int) -> Scenario:
    """The scenario over some more months, to see what firms would have done later."""
    if not is_whole(months) or not 0 <= months <= 240:
        raise InputError(command, "--follow", months, "0 to 240 (months)")
    end = min(month_number(scenario.time.end) + months, month_number(LAST_MONTH))
    return scenario.with_settings([f'time.end="{month_name(end)}"'])


def origin(
    command: str, scenario: Scenario, replicates: int, seed: int, scale: float, follow: int,
    parameters: Parameters, settings: Sequence[str] = (), populations: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Manifest of twin runs: enough to repeat them, but for what the command adds.

    `populations` as in `Parameters.of`.
    """
    first = manifest(Province(scenario, scale=scale, seed=seed, parameters=parameters))
    seeds = range(seed, seed + replicates)
    return {
        **origin_of(command, first, scenario, seeds, scale, parameters, settings, populations),
        "scenario": scenario.name,
        "scenario_hash": scenario.hash,
        "settings": scenario.model_dump(mode="json"),
        "follow": follow,
    }


def play(
    scenario: Scenario, variants: Sequence[Variant], seed: int, scale: float, last: int
) -> Iterator[tuple[str, Record]]:
    """Run every variant to the end of the scenario; figures in month `last` (from 0) are kept."""
    for variant, branch in branches(scenario, variants, seed, scale):
        yield variant.name, _follow(branch, tuple(variant.policies), last)


def branches(
    scenario: Scenario, variants: Sequence[Variant], seed: int, scale: float,
    watch: Callable[[Province], None] | None = None,
) -> Iterator[tuple[Variant, Province]]:  # fmt: skip
    """Every variant with its province, which stands where the first replaced instrument begins.

    The scenario has the parameters and the population of its seed (`Parameters.of`).
    The months before are simulated once; `watch` is called after each of them.
    """
    province = Province(scenario, scale=scale, seed=seed, parameters=CENTRAL)
    applied = scenario.programme.applied(scenario.instruments)
    replaced = {name for variant in variants for name in variant.policies}
    begins = [month_number(applied[name].start) - province.clock.start for name in replaced]
    while not province.clock.finished and province.clock.month < min(begins, default=0):
        province.step()
        if watch is not None:
            watch(province)
    for variant in variants:
        branch = province.branch()
        branch.timetable = timetable(scenario, variant.policies)
        yield variant, branch


def _follow(province: Province, replaced: tuple[str, ...], last: int) -> Record:
    """Run a province to its end and keep what it did."""
    firms = province.tables["firms"]
    employees = np.asarray(firms.skilled + firms.unskilled, dtype=np.float64)
    eligible = {
        name: province.policies[name].eligibility(province.codes).rows(firms) for name in replaced
    }
    before, ids, months = np.array(firms.uid), [], []
    while not province.clock.finished:
        month = province.clock.month
        province.step()
        new = np.flatnonzero(firms.uid != before)
        if len(new):
            ids.append(firms.uid[new])
            months.append(np.full(len(new), month))
            before[new] = firms.uid[new]
    context, series = province.context, province.recorder.values
    tiers = series["tiers"]
    firms_by_tier = tiers["firms"][last]
    paid = ACCOUNT.index("paid")
    return Record(
        instruments=tuple(context.public),
        projects=context.projects.columns(),
        awards=context.awards.columns(),
        outlays=context.outlays.columns(),
        newcomers=(
            np.concatenate([*ids, np.empty(0, np.uint32)]),
            np.concatenate([*months, np.empty(0, np.int64)]),
        ),
        price=np.array([series["province"][f"price_{kind}"] for kind in PROVIDER_KINDS]).T,
        paid=np.array([[row[paid] for row in rows] for rows in series["programme"].values()]).T,
        city=np.array(firms.city),
        tier=np.array(firms.tier),
        weight=np.array(firms.weight, dtype=np.float64),
        employees=employees,
        eligible=eligible,
        adopters=np.array(
            [(tiers[f"adoption_{code}"][last] * firms_by_tier).sum() for code in TECHNOLOGIES]
        ),
        productivity=series["province"]["labour_productivity"][last],
        jobs=1e4 * series["province"]["employees"][last],
        provider_kind=context.technologies.kind,
        application_cost=context.governments.application_cost,
        start=province.clock.start,
    )
