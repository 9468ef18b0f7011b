"""Phases 2 and 3: calls, applications and awards, and everything else that instruments have set.

A firm applies for the project that would pay back soonest if it is informed, eligible and the award
it can expect is worth more than the application and the wait; small firms apply less, firms of an
administration with more effort apply more. After the decision time the instrument's allocation rule
divides the money, cities add to awards and hand them over, later where effort is low. An award in
hand lapses if it is not used in time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from sim.core.table import Array
from sim.processes import (
    administration,
    demonstrations,
    grants,
    outreach,
    provider_programmes,
    training,
)
from sim.processes.context import Context


class Firms(NamedTuple):
    """Columns of `firms` used."""

    uid: Array
    alive: Array
    city: Array
    county: Array
    sector: Array
    tier: Array
    weight: Array
    skilled: Array
    unskilled: Array
    wage_premium: Array
    expected_demand: Array
    unit_cost: Array
    capability: Array
    payback_limit: Array
    aware: Array
    adopted: Array
    automation: Array
    gain: Array
    realised: Array
    belief: Array
    ordered: Array
    award: Array
    applied: Array
    demonstration: Array
    pilot: Array
    matched: Array
    charge: Array
    cash: Array
    subsidy: Array


class AwardFirms(NamedTuple):
    """Columns of `firms` that awards need."""

    uid: Array
    alive: Array
    city: Array
    award: Array
    applied: Array


class Providers(NamedTuple):
    """Columns of `providers` used."""

    uid: Array
    kind: Array
    city: Array
    alive: Array
    weight: Array
    teams: Array
    quality: Array
    cost: Array
    price: Array
    supported: Array
    public_orders: Array


class Cities(NamedTuple):
    """Columns of `cities` used."""

    wage: Array
    labour_skilled: Array
    labour_unskilled: Array
    effort: Array
    mix: Array
    rank: Array
    reporting_inflation: Array
    platforms: Array
    smart_city: Array


class AwardCities(NamedTuple):
    """Columns of `cities` that awards need."""

    mix: Array
    effort: Array


AWARD_VIEWS = {"firms": AwardFirms, "cities": AwardCities}
AWARD_WRITES = {"firms": frozenset({"award", "applied"})}
VIEWS = {"firms": Firms, "providers": Providers, "cities": Cities}
WRITES = {
    "firms": frozenset(
        [
            "award",
            "applied",
            "aware",
            "demonstration",
            "pilot",
            "matched",
            "charge",
            "cash",
            "subsidy",
            "capability",
            "skilled",
            "unskilled",
        ]
    ),
    "providers": frozenset(["alive", "teams", "quality", "cost", "supported", "public_orders"]),
    "cities": frozenset(
        [
            "labour_skilled",
            "labour_unskilled",
            "effort",
            "mix",
            "rank",
            "reporting_inflation",
            "platforms",
            "smart_city",
        ]
    ),
}


def decide_awards(context: Context, firms: AwardFirms, cities: AwardCities) -> None:
    """Phase 2: lapse old awards, hand over decided ones, decide the calls whose time has come."""
    grants.lapse(context, firms)
    grants.hand_over(context, firms)
    for due, call in context.pending:
        if due <= context.clock.month:
            grants.award(context, firms, cities, call, due)
    context.pending[:] = [entry for entry in context.pending if entry[0] > context.clock.month]


def run_calls(context: Context, firms: Firms, providers: Providers, cities: Cities) -> None:
    """Phase 3: administration, calls, training, and whatever else instruments have set."""
    instruments = context.instruments
    providers.public_orders[:] = 0.0
    administration.relax_effort(context, cities)
    for evaluation in instruments.evaluations:
        administration.evaluate(context, firms, cities, evaluation)
    saved = sum(administration.lead(context, cities, one) for one in instruments.leadership)
    for call in instruments.grants:
        if saved > 0:
            months = round(call.decision_months * max(0.0, 1.0 - saved))
            call = replace(call, decision_months=months)
        grants.receive_applications(context, firms, providers, cities, call)
        if call.decision_months == 0:
            grants.award(context, firms, cities, call, context.clock.month)
        else:
            context.pending.append((context.clock.month + call.decision_months, call))
    for places in instruments.training:
        training.train(context, firms, cities, places)
    for demonstration in instruments.demonstrations:
        demonstrations.demonstrate(context, firms, demonstration)
    for pilot in instruments.pilots:
        outreach.name_pilots(context, firms, cities, pilot)
    for services in instruments.pilot_services:
        outreach.serve_clients(context, firms, services)
    for visits in instruments.visits:
        outreach.visit(context, firms, cities, visits)
    for inspections in instruments.inspections:
        outreach.inspect(context, firms, inspections)
    outreach.collect_charges(context, firms)
    for support in instruments.providers:
        provider_programmes.support_providers(context, providers, support)
    for standard in instruments.standards:
        provider_programmes.assess_providers(context, providers, standard)
    for purchase in instruments.purchases:
        provider_programmes.buy(context, providers, purchase)
    for smart in instruments.smart_cities:
        provider_programmes.digitise_services(context, providers, cities, smart)
