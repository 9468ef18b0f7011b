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
from sim.scenario_files import merge

DOCUMENT = Scenario.load("document_2014")
NAMES = tuple(DOCUMENT.instruments)
LEVEL = 0.99
"""One-sided level at which a paired difference is no noise."""

FACTORS = {
    "training": 300.0, "online_finance": 100.0, "service_platform": 30.0, "procurement": 30.0,
    "provider_support": 40.0, "project_grant": 100.0,
}  # fmt: skip
"""By how much the budget and its places grow (else tenfold), where they are small beside a province."""

COMPANIONS = {"city_funds": ("equipment_subsidy",)}
"""What must be there for an instrument to work on: cities add to awards of the province."""

BUSY = {
    "population": {"initial_awareness": 4.0},
    "adoption": {"reviews_per_year": 6.0},
    "governments": {"application_rate": 1.0},
}
"""Many decisions, so that a small sample of firms shows what an instrument does; in both arms."""

STILL = {
    "population": {"initial_awareness": 4.0},
    "governments": {"application_rate": 1.0},
    "adoption": {"reviews_per_year": 1.0},
    "mechanisms": {
        "production": "off", "finance": False, "provider_capacity": False, "entry_exit": False,
        "labour_market": False, "beliefs": False, "spillovers": False,
    },
    "providers": {"fixed_price": True},
}  # fmt: skip
"""Only the firm's own decision answers: what a grant does to it is not drowned by what follows."""

SHORT_OF_MONEY = {"finance": {"cash_buffer": 24.0, "collateral": 0.02}}
"""Firms have neither cash nor collateral to spare."""

RELUCTANT = merge(STILL, {"adoption": {"reviews_per_year": 2.0, "payback_shift": -1.0}})
"""Firms want their money back a year sooner, so that few go ahead without support."""

EAGER = merge(STILL, {"population": {"initial_awareness": 8.0, "initial_adoption": 0.5}})
"""Many small firms know what they lack."""

SETTINGS: dict[str, tuple[float, int, dict[str, Any]]] = {
    "project_grant": (0.1, 4, STILL),
    "city_fund": (0.1, 4, STILL),
    "leasing_support": (0.03, 4, merge(BUSY, SHORT_OF_MONEY)),
    "online_finance": (0.03, 4, merge(BUSY, SHORT_OF_MONEY)),
    "unmanned_workshops": (0.2, 8, RELUCTANT),
    "backbone_software": (0.2, 8, RELUCTANT),
    "growth_list_grants": (0.3, 8, EAGER),
    # Where everybody knows of it already, advisers can tell nobody of e-commerce.
    "ecommerce_services": (0.03, 4, {}),
}
"""Scale, replicates and surroundings by kind or name (else 0.03, 4, BUSY), the same in both arms."""


def setting(name: str) -> tuple[float, int, dict[str, Any]]:
    kind = DOCUMENT.instruments[name].kind
    return SETTINGS.get(name, SETTINGS.get(kind, (0.03, 4, BUSY)))


def alone(
    name: str, factor: float, end: str, surroundings: dict[str, Any], without: bool = False
) -> Scenario:
    """The instrument with its money times `factor`, and what it needs, in an empty programme."""
    policy = DOCUMENT.instruments[name]
    chosen = {}
    for one in (*COMPANIONS.get(name, ()), *policy.named_by, *(() if without else (name,))):
        content = DOCUMENT.instruments[one].model_dump(mode="json")
        content["budget"] = {year: factor * money for year, money in content["budget"].items()}
        for places in ("places", "platforms"):
            if places in content:
                content[places] *= max(factor, 1.0)
        chosen[one] = content
    content = {"instruments": chosen, "time": {"start": "2014-05", "end": end}}
    return Scenario.from_dict(merge(surroundings, content), name)


HELD: dict[str, Any] = {"parameters": "central", "population__count": 1}
"""Replicates differ by luck alone."""


@cache
def reference(name: str, seed: int) -> Results:
    """The run without the instrument `name`."""
    scale, _, surroundings = setting(name)
    factor = FACTORS.get(DOCUMENT.instruments[name].kind, 10.0)
    scenario = alone(name, factor, "2016-12", surroundings, without=True)
    return Province(scenario, scale=scale, seed=seed, **HELD).run()


@cache
def untouched() -> Province:
    province = Province(
        "no_programme", scale=0.01, parameters="central", time__start="2014-05", time__end="2015-06"
    )
    province.run()
    return province


@pytest.mark.parametrize("name", NAMES)
def test_without_money_nothing_moves_bit_for_bit(name: str) -> None:
    province = Province(
        alone(name, 0.0, "2015-06", {}), scale=0.01, check=True, parameters="central"
    )
    results, expected = province.run(), untouched().results()
    for table in ("province", "cities", "sectors", "tiers"):
        assert getattr(expected, table).equals(getattr(results, table)), table
    for table, columns in untouched().tables.items():
        for column in columns:
            same = np.array_equal(columns[column], province.tables[table][column])
            assert same, f"{table}.{column}"


def level(results: Results, output: str, tiers: list[Any]) -> float:
    """Mean of an output over the last half year, and over cities if it is theirs alone.

    Official figures leave out firms below scale: for an instrument for those it is read by tier.
    """
    frame = results.province if output in results.province else results.cities
    if set(tiers) and set(tiers) <= {"small", "micro"} and output in results.tiers:
        frame = results.tiers[results.tiers["tier"].isin(tiers)]
    months = sorted(frame["month"].unique())[-6:]
    return float(frame[frame["month"].isin(months)][output].mean())


def alike(name: str) -> str:
    """The first instrument that runs against the same reference."""
    if DOCUMENT.instruments[name].named_by or name in COMPANIONS:
        return name
    others = (one for one in NAMES if not DOCUMENT.instruments[one].named_by)
    return next(one for one in others if one not in COMPANIONS and setting(one) == setting(name))


@pytest.mark.parametrize("name", NAMES)
def test_with_much_money_a_declared_output_moves_as_declared(name: str) -> None:
    policy, (scale, replicates, surroundings) = DOCUMENT.instruments[name], setting(name)
    scenario = alone(name, FACTORS.get(policy.kind, 10.0), "2016-12", surroundings)
    moved = policy.moved()
    assert moved
    gaps: dict[tuple[str, int], list[float]] = {one: [] for one in moved}
    paid = 0.0
    for seed in range(1, replicates + 1):
        province = Province(scenario, scale=scale, seed=seed, check=seed == 1, **HELD)
        results, base = province.run(), reference(alike(name), seed)
        account = province.context.public[name]
        assert account.paid <= account.budget * (1 + 1e-9)
        paid += account.paid
        for output, sign in moved:
            gap = level(results, output, policy.tiers) - level(base, output, policy.tiers)
            gaps[output, sign].append(sign * gap)
    assert paid > 0
    needed = student.ppf(LEVEL, replicates - 1) / np.sqrt(replicates)
    score = {
        output: np.mean(gap) / max(float(np.std(gap, ddof=1)), 1e-300)
        for (output, _), gap in gaps.items()
    }
    assert max(score.values()) > needed, f"{score}, needed {needed:.2f}"


@pytest.mark.parametrize("kind", ["leasing_support", "online_finance"])
def test_support_of_finance_counts_the_firms_that_had_it(kind: str) -> None:
    name = next(name for name in NAMES if DOCUMENT.instruments[name].kind == kind)
    scale, _, surroundings = setting(name)
    province = Province(alone(name, 10.0, "2015-06", surroundings), scale=scale)
    programme = province.run().programme
    ends = programme[programme["instrument"] == name].reset_index(drop=True)
    reached, paid = ends["beneficiaries"], ends["paid"]
    assert paid.iloc[-1] > 0
    assert reached.iloc[-1] > 0
    assert (reached.diff().fillna(reached.iloc[0]) > 0).equals(paid.diff().fillna(paid.iloc[0]) > 0)


def test_what_instruments_move_are_outputs() -> None:
    for name, policy in DOCUMENT.instruments.items():
        for output, sign in policy.moved():
            assert output in BY_NAME, f"{name}: {output}"
            assert sign in (-1, 1)
