"""City governments: effort, policy mix, matching of awards, evaluation and ranking.

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
from sim.processes.awards import HELD
from sim.processes.context import Context
from sim.processes.indicators import POSITION
from sim.processes.outlays import Receivers
from sim.processes.payments import spend
from sim.world.tables import ABOVE_SCALE, TECHNOLOGIES


def prepare(context: Context, effort: Array, mix: Array) -> None:
    """Effort (C,) at its base; a policy mix (C, 8) of each city's own, drawn by lot."""
    effort[:] = context.governments.base_effort
    count = len(effort)
    key = month_key(context.seed, "policy mix", 0)
    uid = np.repeat(np.arange(count, dtype=np.uint32), len(TECHNOLOGIES))
    slot = np.tile(np.arange(len(TECHNOLOGIES)), count)
    # Exponential weights give a uniform draw from all mixes.
    weight = -np.log(1.0 - uniforms(key, uid, slot)).reshape(count, -1)
    mix[:] = weight / weight.sum(axis=1, keepdims=True)


def relax_effort(context: Context, cities: Any) -> None:
    """Let effort fall back towards its base."""
    numbers = context.governments
    cities.effort[:] += numbers.effort_decay / 12.0 * (numbers.base_effort - cities.effort)


def lead(context: Context, cities: Any, call: Leadership) -> float:
    """Pay the offices; returns the share of decision times that they save."""
    chosen = np.arange(context.world.cities) if call.cities is None else np.array(call.cities)
    full = call.cost * len(chosen) / 12.0
    part = min(1.0, call.money / full)
    cities.effort[chosen] += part * call.gain / 12.0 * (1.0 - cities.effort[chosen])
    receivers = Receivers(np.ones(len(chosen)), city=chosen)
    spend(context, call.instrument, part * full, "households", "offices", 0.0, receivers)
    return part * call.speed


def evaluate(context: Context, cities: Any, call: Evaluation) -> None:
    """Rank the cities on what they report; ranks spur effort, imitation and inflation."""
    numbers = context.governments
    count = context.world.cities
    # An audit finds the share of the inflation that it looks at.
    cities.reporting_inflation[:] *= 1.0 - call.audit
    reported = city_index(context) * (1.0 + cities.reporting_inflation)
    order = np.argsort(-reported, kind="stable")
    spend(context, call.instrument, call.cost, "households", "evaluation", 1.0)
    if not call.published or count < 2:
        return
    place = np.empty(count)
    place[order] = np.arange(count)
    cities.rank[:] = place + 1.0
    pressure = place / (count - 1)
    cities.effort[:] += numbers.rank_pressure * pressure * (1.0 - cities.effort)
    cities.reporting_inflation[:] += numbers.inflation_step * pressure * (1.0 - call.audit)
    # Each looks at the mean mix of those ranked above it, as they were before.
    above = np.cumsum(cities.mix[order], axis=0) / np.arange(1, count + 1)[:, None]
    mix = cities.mix.copy()
    mix[order[1:]] += numbers.imitation * (above[:-1] - mix[order[1:]])
    cities.mix[:] = mix


def city_index(context: Context) -> Array:
    """Mean use of the technologies among above-scale firms, by city (C,), in 100."""
    cube = context.measures["cube"][:, :, :ABOVE_SCALE].sum(axis=(1, 2))
    first = POSITION["adopters_automation"]
    users = cube[:, first : first + len(TECHNOLOGIES)].mean(axis=1)
    index: Array = 100.0 * users / np.maximum(cube[:, POSITION["firms"]], 1e-9)
    return index


def match_awards(
    context: Context, city: Array, mix: Array, call: GrantCall, won: Array, match: CityMatch
) -> None:
    """Let the cities add to the awards `won` (positions in the book) out of their funds.

    `city` (n,) is of every firm row, `mix` (C, 8) the cities' split of their funds.
    """
    awards, year = context.awards, float(context.clock.year)
    used_key, year_key = f"matched {match.instrument}", f"matched year {match.instrument}"
    if context.measures.get(year_key) != year:
        context.measures[year_key] = year
        context.measures[used_key] = np.zeros(mix.shape)
    used = context.measures[used_key]
    share = context.world.shared["revenue_share"]
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
        technology=awards.technology[won], status=HELD, month=context.clock.month,
        decision_month=context.clock.month, expiry=awards.expiry[won], rate=call.rate * match.rate,
        asked=each, promised=each, granted=each, paid=0.0, paid_month=-1, city_match=1.0,
        in_advance=int(call.in_advance), weight=awards.weight[won], score=awards.score[won],
    )  # fmt: skip
