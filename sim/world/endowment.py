"""What firms have and use at the start: people's skills, money, capability, technology."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, ndtri

from sim.core.streams import month_key, uniforms
from sim.core.table import Array, Table
from sim.world.data import ProvinceData
from sim.world.synthesis import PopulationParameters
from sim.world.tables import (
    AUTOMATION,
    ERP,
    NETWORKING,
    NEVER,
    NO_BARRIER,
    NOT_APPLICABLE,
    PLM,
    TECHNOLOGIES,
    TIERS,
    UNAWARE,
    UNPROFITABLE,
)

REPLACED_LABOUR = 0.25
"""Automation from which a firm counts as having replaced labour by machines at the start."""


def labour_productivity(efficiency: Array, automation: Array, gain: Array, saving: Array) -> Array:
    """Output per employee: `efficiency * exp(gain) / (1 - saving * automation)`."""
    return efficiency * np.exp(gain) / (1.0 - saving * automation)


def endow(
    data: ProvinceData, firms: Table, applicable: Array, seed: int, settings: PopulationParameters
) -> None:
    """Fill every column that place, size and output leave open."""
    _character(data, firms, seed)
    equip(data, firms, applicable, seed, settings)


def equip(
    data: ProvinceData, firms: Table, applicable: Array, seed: int, settings: PopulationParameters
) -> None:
    """Technology in use and known at the start, and the money that goes with it.

    Nothing else of a population hangs on these, so they can be given to one that is there already.
    """
    _technology(data, firms, applicable, seed, settings)
    _money(data, firms, seed)


def _normal(firms: Table, seed: int, name: str, slot: int = 0) -> Array:
    draw = uniforms(month_key(seed, f"population {name}", 0), firms.uid, slot)
    normal: Array = ndtri(np.clip(draw, 1e-12, 1 - 1e-12))
    return normal


def _uniform(firms: Table, seed: int, name: str, slot: int = 0) -> Array:
    return uniforms(month_key(seed, f"population {name}", 0), firms.uid, slot)


def _character(data: ProvinceData, firms: Table, seed: int) -> None:
    """Age, ownership, capability, patience, threshold and pay."""
    write = firms.writable
    # Ages of Chinese firms in 2012: 49.4 % below 5 years, 32.9 % 5-10, 17.7 % above (SAIC 2013).
    age = np.interp(_uniform(firms, seed, "age"), [0, 0.494, 0.823, 1], [0.2, 5, 10, 28])
    write("founded")[:] = -np.round(12 * age)
    owner = _uniform(firms, seed, "ownership")
    # Above-scale industry of Zhejiang about 2012: 3 % state, 17 % foreign or overseas (recalled).
    large = firms.tier == 0
    write("ownership")[:] = np.where(owner < np.where(large, 0.12, 0.03), 1,
                                     np.where(owner > np.where(large, 0.70, 0.85), 2, 0))  # fmt: skip
    middle = np.array([0.62, 0.42, 0.28, 0.18])[firms.tier]
    people = np.maximum(firms.skilled + firms.unskilled, 1e-9)
    skill = firms.skilled / people / data.economy.skilled_share[firms.sector] - 1.0
    write("capability")[:] = np.clip(
        middle + 0.05 * skill + 0.12 * _normal(firms, seed, "capability"), 0.03, 0.97
    )
    # Firms accept paybacks of 2 to 3 years (survey in Foshan 2015): triangular around 2.5.
    draw = _uniform(firms, seed, "payback")
    write("payback_limit")[:] = np.where(
        draw < 0.5, 2.0 + np.sqrt(draw * 0.5), 3.0 - np.sqrt((1.0 - draw) * 0.5)
    )
    write("threshold")[:] = _uniform(firms, seed, "threshold")
    cell = firms.sector.astype(np.int64)
    weight = firms.weight.astype(np.float64) * people
    mean = np.bincount(cell, weights=weight * np.log(firms.productivity)) / np.maximum(
        np.bincount(cell, weights=weight), 1e-9
    )
    # More productive firms pay a little more: elasticity 0.15 (rent sharing, Card et al. 2018).
    premium = np.exp(
        0.15 * (np.log(firms.productivity) - mean[cell]) + 0.1 * _normal(firms, seed, "pay")
    )
    city = firms.city
    level = np.bincount(city, weights=weight * premium) / np.maximum(
        np.bincount(city, weights=weight), 1e-9
    )
    # Private small units paid 0.62 of other units in 2013 (Zhejiang wage communique); above-scale
    # industry lies between the two, so firms below scale are put at 0.8 and 0.7 of it (derived).
    write("wage_premium")[:] = premium / level[city] * np.array([1.0, 1.0, 0.8, 0.7])[firms.tier]


def _shares(score: Array, wanted: float, weight: Array) -> Array:
    """Chances `1 / (1 + exp(-(a + score)))` whose weighted mean is `wanted`."""
    if wanted <= 0 or len(score) == 0:
        return np.zeros_like(score)
    if wanted >= 1:
        return np.ones_like(score)
    low, high = -40.0, 40.0
    total = weight.sum()
    for _ in range(50):
        middle = 0.5 * (low + high)
        if float((weight * expit(middle + score)).sum()) / total < wanted:
            low = middle
        else:
            high = middle
    chance: Array = expit(high + score)
    return chance


def _technology(
    data: ProvinceData, firms: Table, applicable: Array, seed: int, settings: PopulationParameters
) -> None:
    """Who uses and knows what at the start of 2012; larger and more productive firms first."""
    write = firms.writable
    economy = data.economy
    weight = firms.weight.astype(np.float64)
    people = np.maximum(firms.skilled + firms.unskilled, 1e-9).astype(np.float64)
    score = 0.5 * np.log(people) + 0.4 * np.log(np.maximum(firms.productivity, 1e-9))
    shares = np.minimum(data.initial_adoption * settings.initial_adoption, 1.0)
    adopted = np.zeros(firms.rows, dtype=np.int64)
    relative = economy.robot_density_multiple[firms.sector] ** 0.25
    noise = np.exp(0.6 * _normal(firms, seed, "automation") - 0.18)
    level = np.zeros(firms.rows)
    for tier in range(len(TIERS)):
        rows = np.flatnonzero(firms.tier == tier)
        if len(rows) == 0:
            continue
        lift = np.exp(0.25 * (score[rows] - score[rows].mean()))
        raw = relative[rows] * noise[rows] * lift
        mean = float((weight[rows] * raw).sum() / weight[rows].sum())
        level[rows] = np.clip(shares[AUTOMATION, tier] * raw / mean, 0.0, 0.8)
    write("automation")[:] = level
    adopted |= (level >= REPLACED_LABOUR).astype(np.int64) << AUTOMATION
    for k in range(1, len(TECHNOLOGIES)):
        usable = (applicable[firms.sector] >> k) & 1 == 1
        if k == NETWORKING:
            usable &= (adopted >> AUTOMATION) & 1 == 1
        draw = _uniform(firms, seed, "adoption", k)
        more = 1.0 * ((adopted >> ERP) & 1) * (k == PLM)
        for tier in range(len(TIERS)):
            everyone = firms.tier == tier
            rows = np.flatnonzero(everyone & usable)
            if len(rows) == 0:
                continue
            wanted = shares[k, tier]
            if k == NETWORKING:
                wanted = min(1.0, wanted * weight[everyone].sum() / weight[rows].sum())
            tilt = score[rows] + more[rows]
            adopted[rows] |= (draw[rows] < _shares(tilt, wanted, weight[rows])).astype(
                np.int64
            ) << k
    aware = adopted.copy()
    knowing = np.minimum(data.initial_awareness * settings.initial_awareness, 1.0)
    for k in range(len(TECHNOLOGIES)):
        # Users know; the others know as often as makes the tier's share come out.
        rest = (knowing[k] - shares[k]) / np.maximum(1.0 - shares[k], 1e-9)
        draw = _uniform(firms, seed, "awareness", k)
        aware |= (draw < np.maximum(rest, 0.0)[firms.tier]).astype(np.int64) << k
    write("adopted")[:] = adopted
    write("aware")[:] = aware & (applicable[firms.sector] | adopted)
    _realise(data, firms, applicable, seed, people)


def _realise(data: ProvinceData, firms: Table, applicable: Array, seed: int, people: Array) -> None:
    """Gains, running costs, beliefs and barriers that go with the technologies in use."""
    write, numbers = firms.writable, data.technologies
    gain = np.zeros(firms.rows)
    running = np.zeros(firms.rows)
    saving = data.economy.production_worker_share[firms.sector] * numbers.labour_saving_share[0]
    ability = np.sqrt(firms.capability.astype(np.float64))
    for k in range(len(TECHNOLOGIES)):
        uses = (firms.adopted >> k) & 1 == 1
        luck = np.exp(0.3 * _normal(firms, seed, "luck", k) - 0.045)
        write("realised")[:, k] = np.where(uses, luck, 0.0)
        steps = firms.automation / numbers.step[0] if k == AUTOMATION else 1.0
        gain += np.where(uses, numbers.productivity_gain[k] * steps * luck * ability, 0.0)
        if k == AUTOMATION:
            price = numbers.cost_per_worker_displaced_10k[0] * people * saving * firms.automation
        else:
            size = (people / numbers.size_reference[k]) ** numbers.size_exponent[k]
            price = numbers.fixed_cost_10k[k] + numbers.scaled_cost_10k[k] * size
        running += np.where(uses, numbers.running_cost_share[k] * price / 12.0, 0.0)
        # Within the last five years, and not before the firm was there.
        span = np.minimum(60.0, -1.0 - firms.founded)
        since = -np.ceil(span * _uniform(firms, seed, "since", k)) - 1
        write("adopted_month")[:, k] = np.where(uses, since, NEVER)
        # Belief before any news: a little below what is promised, wide (prior).
        write("belief")[:, k] = 0.9 * np.exp(0.35 * _normal(firms, seed, "belief", k) - 0.06)
        fits = (applicable[firms.sector] >> k) & 1 == 1
        knows = (firms.aware >> k) & 1 == 1
        write("barrier")[:, k] = np.where(
            uses, NO_BARRIER,
            np.where(~fits, NOT_APPLICABLE, np.where(knows, UNPROFITABLE, UNAWARE)),
        )  # fmt: skip
    write("gain_target")[:] = gain
    write("gain")[:] = gain
    write("running_cost")[:] = running
    bare = labour_productivity(np.ones(firms.rows), firms.automation, firms.gain, saving)
    write("efficiency")[:] = firms.productivity / bare


def _money(data: ProvinceData, firms: Table, seed: int) -> None:
    """Plant, cash, debt and costs. Debt to assets of above-scale industry was 0.58 in 2013; about
    half of it is trade credit, so bank debt is put at 0.28 of plant (derived)."""
    write, economy = firms.writable, data.economy
    yearly = 12.0 * firms.output.astype(np.float64)
    ratio = economy.capital_output_ratio[firms.sector]
    # Plant is a tenth above what normal output needs: the utilisation of Chinese industry is
    # about nine tenths of what plant allows in ordinary years (recalled).
    write("capital")[:] = 1.1 * ratio * yearly * np.exp(0.15 * _normal(firms, seed, "capital"))
    write("cash")[:] = yearly / 12.0 * np.exp(0.5 * _normal(firms, seed, "cash") - 0.125)
    write("debt")[:] = 0.28 * firms.capital * np.exp(0.4 * _normal(firms, seed, "debt") - 0.08)
    people = np.maximum(firms.skilled + firms.unskilled, 1e-9)
    wage = data.cities["wage"][firms.city] * firms.wage_premium * 1.28
    labour = wage * people / np.maximum(yearly, 1e-9)
    bought = (economy.coefficients.sum(axis=0) + economy.imported_share)[firms.sector]
    cost = bought + labour + 12.0 * firms.running_cost / np.maximum(yearly, 1e-9)
    write("unit_cost")[:] = cost + 0.09 * ratio
    write("profit")[:] = firms.output * (1.0 - firms.unit_cost)
