"""Every instrument of the 2014 document by itself: without money inert, with much of it felt."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from sim.model import Province
from sim.outputs import BY_NAME
from sim.results import Results
from sim.scenario import Scenario

DOCUMENT = Scenario.load("document_2014")
NAMES = tuple(DOCUMENT.instruments)
SEEDS = (1, 2, 3, 4)
LEVEL = 0.99
"""One-sided level at which a paired difference is no noise."""

FACTORS = {
    "training": 300.0,
    "online_finance": 100.0,
    "service_platform": 30.0,
    "procurement": 30.0,
}
"""By how much the budget and its places grow, for kinds that are small beside a province."""

COMPANIONS = {"city_funds": ("equipment_subsidy",)}
"""What must be there for an instrument to work on: cities add to awards of the province."""


def alone(name: str, factor: float, end: str, companions_only: bool = False) -> Scenario:
    """The instrument with its money times `factor`, and what it needs, in an empty programme."""
    policy = DOCUMENT.instruments[name]
    needed = (*COMPANIONS.get(name, ()), *policy.named_by)
    changed = policy.model_dump(mode="json")
    changed["budget"] = {year: factor * amount for year, amount in policy.budget.items()}
    for places in ("places", "platforms"):
        if places in changed:
            changed[places] *= max(factor, 1.0)
    chosen = {one: DOCUMENT.instruments[one].model_dump(mode="json") for one in needed}
    if factor == 0.0:
        for other in chosen.values():
            other["budget"] = dict.fromkeys(other["budget"], 0.0)
    if not companions_only:
        chosen[name] = changed
    content: dict[str, Any] = {"instruments": chosen, "time": {"start": "2014-05", "end": end}}
    return Scenario.from_dict(content, name)


@cache
def reference(needed: str, seed: int) -> Results:
    """A run without the instruments of which `needed` is one; equal for all that need nothing."""
    scenario = alone(needed, 1.0, "2016-12", companions_only=True)
    return Province(scenario, scale=0.02, seed=seed).run()


@cache
def untouched() -> Province:
    province = Province("no_programme", scale=0.01, time__start="2014-05", time__end="2015-06")
    province.run()
    return province


@pytest.mark.parametrize("name", NAMES)
def test_without_money_nothing_moves_bit_for_bit(name: str) -> None:
    province = Province(alone(name, 0.0, "2015-06"), scale=0.01, check=True)
    results, expected = province.run(), untouched().results()
    for table in ("province", "cities", "sectors", "tiers"):
        frame = getattr(expected, table)
        assert frame.equals(getattr(results, table)[frame.columns]), table
    for table, columns in untouched().tables.items():
        for column in columns:
            same = np.array_equal(columns[column], province.tables[table][column])
            assert same, f"{table}.{column}"


def level(results: Results, output: str) -> float:
    """Mean of an output over the last half year, and over the cities if it is theirs alone."""
    frame = results.province if output in results.province else results.cities
    months = sorted(frame["month"].unique())[-6:]
    return float(frame[frame["month"].isin(months)][output].mean())


@pytest.mark.parametrize("name", NAMES)
def test_with_much_money_a_declared_output_moves_as_declared(name: str) -> None:
    policy = DOCUMENT.instruments[name]
    scenario = alone(name, FACTORS.get(policy.kind, 10.0), "2016-12")
    needs = bool(COMPANIONS.get(name) or policy.named_by)
    moved = policy.moved()
    assert moved
    gaps: dict[tuple[str, int], list[float]] = {one: [] for one in moved}
    for seed in SEEDS:
        province = Province(scenario, scale=0.02, seed=seed, check=seed == 1)
        results, base = province.run(), reference(name if needs else "evaluation", seed)
        account = province.context.public[name]
        assert 0 < account.paid <= account.budget * (1 + 1e-9)
        for output, sign in moved:
            gaps[output, sign].append(sign * (level(results, output) - level(base, output)))
    needed = student.ppf(LEVEL, len(SEEDS) - 1) / np.sqrt(len(SEEDS))
    score = {
        output: np.mean(gap) / max(float(np.std(gap, ddof=1)), 1e-300)
        for (output, _), gap in gaps.items()
    }
    assert max(score.values()) > needed, f"{score}, needed {needed:.2f}"


def test_what_instruments_move_are_outputs() -> None:
    for name, policy in DOCUMENT.instruments.items():
        for output, sign in policy.moved():
            assert output in BY_NAME, f"{name}: {output}"
            assert sign in (-1, 1)
