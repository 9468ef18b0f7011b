"""City governments: effort, delay, policy mix, matching of awards, evaluation and ranking.

A city's base effort grows with its public revenue a head: it stands for staff and competence.
Where effort is low, fewer firms are helped to apply and awards take longer to be handed over.
Effort rises with offices and with the pressure of a low published rank, and falls back to its base.
Cities take over the policy mix of those ranked above them (Besley & Case 1995). A low rank also
tempts a city to report more than there is, unless reports are audited.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.streams import month_key, uniforms
from sim.core.table import Array
from sim.instruments import CityMatch, Evaluation, GrantCall, Leadership
from sim.processes.context import Context
from sim.processes.outlays import Receivers
from sim.processes.payments import spend
from sim.world.tables import ABOVE_SCALE, TECHNOLOGIES


def prepare(context: Context, effort: Array, mix: Array) -> None:
    """Effort (C,) at its base; a policy mix (C, 8) of each city's own, drawn by lot."""
    effort[:] = base_effort(context)
    count = len(effort)
    key = month_key(context.seed, "policy mix", 0)
    uid = np.repeat(np.arange(count, dtype=np.uint32), len(TECHNOLOGIES))
    slot = np.tile(np.arange(len(TECHNOLOGIES)), count)
    # Exponential weights give a uniform draw from all mixes.
    weight = -np.log(1.0 - uniforms(key, uid, slot)).reshape(count, -1)
    mix[:] = weight / weight.sum(axis=1, keepdims=True)


def base_effort(context: Context) -> Array:
    """Effort of each city without pressure, (C,): the base times revenue a head to a power."""
    numbers, relative = context.governments, context.world.shared["revenue_per_head"]
    effort: Array = np.clip(numbers.base_effort * relative**numbers.effort_revenue, 0.01, 1.0)
    return effort


def relax_effort(context: Context, cities: Any) -> None:
    """Let effort fall back towards its base."""
    decay = context.governments.effort_decay / 12.0
    cities.effort[:] += decay * (base_effort(context) - cities.effort)


def delay(context: Context, effort: Array, months: int) -> Array:
    """Months (C,) that a city of this effort takes longer than `months` to hand over an award."""
    slower = np.maximum(context.governments.base_effort / effort - 1.0, 0.0)
    late: Array = np.rint(months * slower).astype(np.int64)
    return late


def lead(context: Context, cities: Any, call: Leadership) -> float:
    """Pay the offices; returns the share of decision times that they save."""
    chosen = np.arange(context.world.cities) if call.cities is None else np.array(call.cities)
    full = call.cost * len(chosen) / 12.0
    part = min(1.0, call.money / full)
    cities.effort[chosen] += part * call.gain / 12.0 * (1.0 - cities.effort[chosen])
    receivers = Receivers(np.ones(len(chosen)), city=chosen)
    spend(context, call.instrument, part * full, "households", "offices", 0.0, receivers)
    return part * call.speed


def evaluate(context: Context, firms: Any, cities: Any, call: Evaluation) -> None:
    """Rank the cities on what they report; ranks spur effort, imitation and inflation.

    They report the two-integration index of last month (`city_index` among the measures, (C,)).
    """
    numbers = context.governments
    count = context.world.cities
    # An audit finds the share of the inflation that it looks at.
    cities.reporting_inflation[:] *= 1.0 - call.audit
    reported = context.measures["city_index"] * (1.0 + cities.reporting_inflation)
    order = np.argsort(-reported, kind="stable")
    spend(context, call.instrument, call.cost, "households", "evaluation", 1.0)
    if not call.published or count < 2:
        return
    place = np.empty(count)
    place[order] = np.arange(count)
    cities.rank[:] = place + 1.0
    pressure = place / (count - 1)
    if call.counties:
        pressure = 0.5 * (pressure + _county_pressure(context, firms, cities))
    cities.effort[:] += numbers.rank_pressure * pressure * (1.0 - cities.effort)
    cities.reporting_inflation[:] += numbers.inflation_step * pressure * (1.0 - call.audit)
    # Each looks at the mean mix of those ranked above it, as they were before.
    above = np.cumsum(cities.mix[order], axis=0) / np.arange(1, count + 1)[:, None]
    mix = cities.mix.copy()
    mix[order[1:]] += numbers.imitation * (above[:-1] - mix[order[1:]])
    cities.mix[:] = mix


def _county_pressure(context: Context, firms: Any, cities: Any) -> Array:
    """Rank the counties on what they report; returns the mean relative place by city, (C,).

    A county reports the mean use of the technologies among its above-scale firms, inflated as its
    city's figures are. Ranks stand among the measures (`county_rank`, 1 is best).
    """
    home = context.world.shared["county_city"]
    rows = np.flatnonzero((firms.alive == 1) & (firms.tier < ABOVE_SCALE))
    weight = firms.weight[rows].astype(np.float64)
    used = np.bitwise_count(firms.adopted[rows]) / len(TECHNOLOGIES)
    every, users = (
        np.bincount(firms.county[rows], weights=one, minlength=len(home))
        for one in (weight, weight * used)
    )
    reported = users / np.maximum(every, 1e-9) * (1.0 + cities.reporting_inflation[home])
    place = np.empty(len(home))
    place[np.argsort(-reported, kind="stable")] = np.arange(len(home))
    context.measures["county_rank"] = place + 1.0
    counties = np.maximum(np.bincount(home, minlength=context.world.cities), 1)
    mean: Array = np.bincount(home, weights=place / (len(home) - 1)) / counties
    return mean


def match_awards(
    context: Context, city: Array, mix: Array, call: GrantCall, won: Array, match: CityMatch
) -> None:
    """Let the cities add to the awards `won` (positions in the book) out of their funds.

    What they add has the award's status and comes into the firm's hands with it.

    `city` (n,) is of every firm row, `mix` (C, 8) the cities' split of their funds.
    """
    awards, year = context.awards, float(context.clock.year)
    used_key, year_key = f"matched {match.instrument}", f"matched year {match.instrument}"
    if context.measures.get(year_key) != year:
        context.measures[year_key] = year
        context.measures[used_key] = np.zeros(mix.shape)
    used = context.measures[used_key]
    share = context.world.shared[match.share]
    room = np.maximum(match.year_budget * share[:, None] * mix - used, 0.0)
    home, technology = (
        city[awards.row[won]].astype(np.int64),
        awards.technology[won].astype(np.int64),
    )
    wanted = match.rate * awards.granted[won] * awards.weight[won]
    asked = np.zeros(mix.shape)
    np.add.at(asked, (home, technology), wanted)
    part = np.minimum(1.0, room / np.maximum(asked, 1e-9))
    account = context.public[match.instrument]
    total = float((asked * part).sum())
    if total <= 0:
        return
    part *= min(1.0, account.available / total)
    used += asked * part
    granted = wanted * part[home, technology]
    paying = granted > 0
    granted, won = granted[paying], won[paying]
    account.commit(float(granted.sum()))
    each = granted / awards.weight[won]
    awards.append(
        row=awards.row[won], uid=awards.uid[won],
        instrument=list(context.public).index(match.instrument),
        technology=awards.technology[won], status=awards.status[won], month=context.clock.month,
        decision_month=context.clock.month, ready_month=awards.ready_month[won], expiry=awards.expiry[won], rate=call.rate * match.rate,
        asked=each, promised=each, granted=each, paid=0.0, paid_month=-1, city_match=1.0,
        in_advance=call.in_advance, weight=awards.weight[won], score=awards.score[won],
        project=-1,
    )  # fmt: skip
