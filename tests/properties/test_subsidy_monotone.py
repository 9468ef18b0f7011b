"""A bigger subsidy never means fewer adopters, where only the firm's own decision can answer."""

from __future__ import annotations

import pytest

from sim.model import Province

ALONE = {
    "technologies": ["automation"],
    "mechanisms__production": "off",
    "mechanisms__finance": False,
    "mechanisms__provider_capacity": False,
    "mechanisms__labour_market": False,
    "mechanisms__entry_exit": False,
    "mechanisms__beliefs": False,
    "mechanisms__spillovers": False,
    "providers__fixed_price": True,
    "time__end": "2016-12",
}
UNLIMITED = {
    "instruments__equipment_subsidy__allocation": "first_come",
    "instruments__equipment_subsidy__decision_months": 0,
    "instruments__equipment_subsidy__call_months": list(range(1, 13)),
    "instruments__equipment_subsidy__cap": 1e8,
    "instruments__equipment_subsidy__floor": 0.0,
    "instruments__equipment_subsidy__tiers": [],
    "instruments__equipment_subsidy__technologies": ["automation"],
} | {f"instruments__equipment_subsidy__budget__{year}": 9e8 for year in range(2014, 2018)}


def new_adopters(rate: float, seed: int, **more: object) -> int:
    province = Province(
        "document_2014",
        scale=0.03,
        seed=seed,
        parameters="central",
        instruments__equipment_subsidy__rate=rate,
        **ALONE,
        **UNLIMITED,
        **more,
    )
    province.run()
    firms = province.tables["firms"]
    return int((firms.adopted_month[:, 0] >= 0).sum())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_more_money_for_each_never_means_fewer(seed: int) -> None:
    counts = [new_adopters(rate, seed) for rate in (0.0, 0.05, 0.15, 0.3, 0.6, 1.0)]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_full_subsidy_without_limits_is_the_information_limit() -> None:
    """Paid in full, everybody who knows of it goes ahead; only running costs can speak against."""
    province = Province(
        "document_2014",
        scale=0.03,
        parameters="central",
        instruments__equipment_subsidy__rate=1.0,
        governments__application_rate=1.0,
        governments__small_firm_friction=1.0,
        governments__application_cost=0.0,
        adoption__reviews_per_year=600.0,
        **{"mechanisms__information": "full", "mechanisms__skills": False},
        **ALONE,
        **UNLIMITED,
    )
    province.run()
    firms = province.tables["firms"]
    # A firm too small to fill one cell can pay more to run it than it saves; others never do.
    people = (firms.skilled + firms.unskilled).astype(float)
    saving = province.world.automation_saving[firms.sector]
    tech = province.context.technologies.numbers
    official = (firms.tier <= 1) & (people * saving * tech.step[0] >= tech.size_reference[0])
    limit = province.settings.adoption.automation_limit
    gone_ahead = (
        (firms.adopted_month[:, 0] >= 0)
        | ((firms.ordered & 1) == 1)
        | (firms.automation > limit - 0.05)
    )
    assert official.sum() > 500
    assert gone_ahead[official].mean() > 0.98


def late_price(rate: float, seed: int) -> float:
    """Integrators' mean price over the last two years where their teams are few and fixed."""
    settings = ALONE | {
        "mechanisms__provider_capacity": True,
        "providers__fixed_price": False,
        "providers__hiring_lag": 1e6,
        "population__count": 1,
        "instruments__equipment_subsidy__rate": rate,
    }
    province = Province(
        "document_2014", scale=0.03, seed=seed, parameters="central", **settings, **UNLIMITED
    )
    province.tables["providers"].writable("teams")[:] *= 0.05
    return float(province.run().province["price_robot_integrator"].iloc[-24:].mean())


def test_where_prices_answer_part_of_the_subsidy_goes_into_the_price() -> None:
    """With a short provider market the price rises with the subsidy (Goolsbee 1998)."""
    rises = [late_price(0.3, seed) - late_price(0.0, seed) for seed in (1, 2, 3, 4)]
    assert min(rises) > 0
