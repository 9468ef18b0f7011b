"""How instruments reach agents: instalments, hand-over, lists, records, platforms, regions, offers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from sim.core.streams import month_key
from sim.model import Province
from sim.processes.administration import base_effort
from sim.processes.awards import DECIDED, ORDERED, PAID, REFUSED
from sim.processes.grants import _record
from sim.processes.information import in_county
from sim.processes.outreach import SCALE_THRESHOLD
from sim.processes.provider_choice import choose_among, compare_offers, pick_provider
from sim.scenario import Scenario

DOCUMENT = Scenario.load("document_2014")
MANY = {
    "time": {"start": "2014-05", "end": "2016-06"},
    "population": {"initial_awareness": 4.0},
    "governments": {"application_rate": 1.0, "effort_revenue": 1.0},
    "adoption": {"reviews_per_year": 6.0},
}


def province(*names: str, scale: float = 0.05, **changes: object) -> Province:
    """A run of the instruments alone, the first with some keys changed, with many decisions."""
    chosen = {name: DOCUMENT.instruments[name].model_dump(mode="json") for name in names}
    chosen[names[0]] |= changes
    content = {**MANY, "instruments": chosen}
    return Province(
        Scenario.from_dict(content, names[0]), scale=scale, check=True, parameters="central"
    )


def test_an_award_in_instalments_is_paid_with_the_order_and_on_acceptance() -> None:
    # Enough projects fail for some to be among those with an award.
    often = province("equipment_subsidy", in_advance=0.5).settings
    failing = often.with_settings(["providers.failure_scale=4.0"])
    model = Province(failing, scale=0.05, check=True, parameters="central")
    awards, waited = model.context.awards, 0
    while not model.clock.finished:
        model.step()
        ordered = awards.status == ORDERED
        waited += int(ordered.sum())
        np.testing.assert_allclose(awards.paid[ordered], 0.5 * awards.granted[ordered])
    assert waited > 0
    closed = awards.status == PAID
    part = np.round(awards.paid[closed] / awards.granted[closed], 6)
    # A project that failed keeps what was paid in advance and gets no more.
    assert set(part) == {0.5, 1.0}
    assert (part == 1.0).mean() > 0.8
    account = model.context.public["equipment_subsidy"]
    weighted = float((awards.paid * awards.weight).sum())
    assert account.paid > 0
    np.testing.assert_allclose(account.paid, weighted)


def test_awards_are_handed_over_later_where_effort_is_low() -> None:
    model = province("equipment_subsidy", decision_months=6)
    awards, firms, seen = model.context.awards, model.tables["firms"], 0
    base = model.context.governments.base_effort
    expected = np.rint(6 * np.maximum(base / base_effort(model.context) - 1.0, 0.0))
    assert len(set(expected)) > 2
    while not model.clock.finished:
        model.step()
        there = (firms.uid[awards.row] == awards.uid) & (firms.alive[awards.row] == 1)
        waiting = np.flatnonzero((awards.status == DECIDED) & there)
        seen += len(waiting)
        bits = 1 << awards.technology[waiting].astype(int)
        rows = awards.row[waiting]
        assert (firms.applied[rows] & bits == bits).all()
        assert (firms.award[rows] & bits == 0).all()
    assert seen > 0
    granted = awards.granted > 0
    late = (awards.ready_month - awards.decision_month)[granted]
    np.testing.assert_array_equal(late, expected[firms.city[awards.row[granted]]])


def test_leading_groups_shorten_the_wait() -> None:
    def wait(*names: str) -> float:
        model = province(*names)
        model.run()
        awards = model.context.awards
        return float((awards.ready_month - awards.month)[awards.status != REFUSED].mean())

    assert wait("equipment_subsidy", "leading_groups") < wait("equipment_subsidy") - 0.3


def test_the_growth_list_names_firms_nearest_the_threshold_every_year() -> None:
    model = province("growth_list", "growth_list_grants", scale=1.0)
    firms, bit = model.tables["firms"], np.uint8(1 << model.context.pilot_bits["growth_list"])
    before, named = set[int](), set[int]()
    while not model.clock.finished:
        sales, uids = 12.0 * firms.expected_demand, firms.uid.copy()
        model.step()
        now = firms.pilot & bit != 0
        named |= set(firms.uid[now].tolist())
        if model.clock.month in (2, 14):  # the list was made in the June just past
            assert (firms.tier[now] == 2).all()
            stayed = (firms.uid == uids) & (firms.alive == 1)
            rest = (firms.tier == 2) & stayed & ~now & (sales < SCALE_THRESHOLD)
            assert sales[now & stayed].min() >= sales[rest].max()
            assert set(firms.uid[now].tolist()) != before
            before = set(firms.uid[now].tolist())
    grants = list(model.context.public).index("growth_list_grants")
    awards = model.context.awards
    assert set(awards.uid[awards.instrument == grants].tolist()) <= named
    assert (awards.instrument == grants).any()


def test_a_record_is_what_earlier_projects_kept_of_their_promise() -> None:
    firms = SimpleNamespace(
        adopted=np.array([0, 1, 3], dtype=np.uint8),
        realised=np.array([[0.0] * 8, [0.5] + [0.0] * 7, [2.0, 1.0] + [0.0] * 6], dtype=np.float32),
    )
    np.testing.assert_allclose(_record(firms, np.arange(3)), [1.0, 0.75, 4.0 / 3.0])


def test_platforms_are_founded_by_county_and_visit_within_their_capacity() -> None:
    model = province("small_firm_platform", capacity=5.0)
    counties, account = model.context.world.shared["counties"], None
    visits = 0.0
    while not model.clock.finished:
        model.step()
        account = model.context.public["small_firm_platform"]
        platforms = model.tables["cities"].platforms
        assert account.beneficiaries - visits <= 5.0 * platforms.sum() * (1 + 1e-9)
        visits = account.beneficiaries
        np.testing.assert_allclose(platforms / counties, platforms.sum() / counties.sum())
    assert visits > 0
    np.testing.assert_allclose(platforms.sum(), 89.0)


def test_a_demonstration_region_is_felt_within_its_counties() -> None:
    model = province("low_carbon_parks")
    for _ in range(2):
        model.step()
    firms = model.tables["firms"]
    shows = firms.demonstration != 0
    assert shows.any()
    counties = set(firms.county[shows].tolist())
    assert len(counties) == model.context.public["low_carbon_parks"].beneficiaries
    hazard = in_county(model.context, firms)
    assert {place for place in range(len(hazard)) if hazard[place].any()} == counties
    # Every user there shows what it uses, whatever its sector.
    users = (firms.adopted >> 6) & 1 == 1
    official = np.isin(firms.tier, (0, 1)) & (firms.alive == 1) & np.isin(firms.county, [*counties])
    assert shows[users & official].mean() > 0.9


def test_a_matched_firm_pays_less_than_one_that_asks_nearby() -> None:
    model = province("smart_matching", scale=0.3)
    providers = model.tables["providers"]
    rng = np.random.default_rng(1)
    providers.writable("price")[:] = rng.uniform(0.8, 1.2, providers.rows)
    choice = choose_among(model.context, providers)
    key = month_key(1, "provider", 0)
    draws = rng.random(400)
    near = [pick_provider(choice, 3, 1, draw) for draw in draws]
    best = [compare_offers(choice, 1, providers.price, 3, key, uid, 7) for uid in range(400)]
    assert (providers.kind[best] == 1).all()
    assert providers.price[best].mean() < providers.price[near].mean() - 0.05
    model.run()
    matched = model.tables["firms"].matched != 0
    assert (model.tables["firms"].aware[matched] >> 7 & 1).mean() > 0.4


def test_an_entry_rule_raises_quality_at_the_providers_expense() -> None:
    model = province("cloud_assessment")
    model.run()
    providers = model.tables["providers"]
    assessed = providers.supported & 16 != 0
    assert assessed.any()
    assert (providers.kind[assessed] == 2).all()
    assert (providers.quality[assessed] > 1.0).all()
    # A row of which a part was assessed comes up by that part, perhaps in several years.
    raised = providers.quality > 1.0
    assert (providers.kind[raised] == 2).all()
    gap = providers.quality[raised] - 1.0
    np.testing.assert_allclose(providers.cost[raised], 1.0 + 0.5 * gap, rtol=2e-3)
    assert (providers.cost[~raised] == 1.0).all()


def test_counties_are_ranked_once_a_year_and_press_their_cities() -> None:
    plain, pressed = province("evaluation", counties=False), province("evaluation")
    first = None
    while not plain.clock.finished:
        plain.step()
        pressed.step()
        if first is None and plain.tables["cities"].rank.any():
            first = [one.tables["cities"].rank.copy() for one in (plain, pressed)]
    assert "county_rank" not in plain.context.measures
    rank = pressed.context.measures["county_rank"]
    assert sorted(rank) == list(range(1, 90))
    efforts = [one.tables["cities"].effort for one in (plain, pressed)]
    assert (efforts[0] != efforts[1]).any()
    # The cities' own first ranks are those of the evaluation without counties.
    assert first is not None
    np.testing.assert_array_equal(*first)
