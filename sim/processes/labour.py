"""Phase 8: labour demand, separations, matching in city markets, wages.

A firm wants the people that its expected orders need at its productivity; it sheds slowly (mostly
by attrition) and hires from the city's jobseekers of each skill, who are shared out in proportion
when they are short. Wages follow the national path, the city's tightness (wage curve, Blanchflower
& Oswald 1994) and the minimum wage.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.core.bits import COUNTS
from sim.core.kernels import njit
from sim.core.table import Array
from sim.processes.context import Context


class Firms(NamedTuple):
    """Columns of `firms` used."""

    alive: Array
    city: Array
    sector: Array
    weight: Array
    skilled: Array
    unskilled: Array
    productivity: Array
    expected_demand: Array
    capability: Array
    adopted: Array


class Cities(NamedTuple):
    """Columns of `cities` used."""

    wage: Array
    labour_skilled: Array
    labour_unskilled: Array
    unemployed_skilled: Array
    unemployed_unskilled: Array
    vacancies_skilled: Array
    vacancies_unskilled: Array
    hire_skilled: Array
    hire_unskilled: Array


VIEWS = {"firms": Firms, "cities": Cities}
WRITES = {
    "firms": frozenset({"skilled", "unskilled"}),
    "cities": frozenset(Cities._fields),
}


def match_labour(context: Context, firms: Firms, cities: Cities) -> None:
    """Separations, vacancies, matching and wages of the month; people are conserved."""
    if context.mechanisms.production == "off":
        return
    numbers, count = context.labour, context.world.cities
    if context.mechanisms.labour_market:
        _move(cities, numbers)
    left = np.zeros((count, 4))
    posts = np.empty((len(firms.alive), 2), dtype=np.float32)
    _separate(firms, context.world.skilled_share, numbers, posts, left)
    cities.vacancies_skilled[:] = left[:, 2]
    cities.vacancies_unskilled[:] = left[:, 3]
    cities.unemployed_skilled[:] += left[:, 0]
    cities.unemployed_unskilled[:] += left[:, 1]
    for vacancies, pool, rate in (
        (cities.vacancies_skilled, cities.unemployed_skilled, cities.hire_skilled),
        (cities.vacancies_unskilled, cities.unemployed_unskilled, cities.hire_unskilled),
    ):
        free = numbers.matching * pool if context.mechanisms.labour_market else pool
        rate[:] = np.clip(free / np.maximum(vacancies, 1e-9), 0.0, 1.0)
    hired = np.zeros((count, 2))
    _hire(firms, posts, cities.hire_skilled, cities.hire_unskilled, hired)
    if not context.mechanisms.labour_market:
        # Without a labour market newcomers take whatever place is open.
        cities.labour_skilled[:] += np.maximum(hired[:, 0] - cities.unemployed_skilled, 0.0)
        cities.labour_unskilled[:] += np.maximum(hired[:, 1] - cities.unemployed_unskilled, 0.0)
        cities.unemployed_skilled[:] += np.maximum(hired[:, 0] - cities.unemployed_skilled, 0.0)
        cities.unemployed_unskilled[:] += np.maximum(hired[:, 1] - cities.unemployed_unskilled, 0.0)
    cities.unemployed_skilled[:] -= hired[:, 0]
    cities.unemployed_unskilled[:] -= hired[:, 1]
    _set_wages(context, cities)


def _move(cities: Cities, numbers: Any) -> None:
    """Jobseekers move to cities with fewer of them, and to and from other parts of the economy."""
    for force, pool in (
        (cities.labour_skilled, cities.unemployed_skilled),
        (cities.labour_unskilled, cities.unemployed_unskilled),
    ):
        even = pool.sum() * force / max(float(force.sum()), 1e-9)
        moved = numbers.mobility * (even - pool)
        moved -= numbers.sector_mobility * (pool - numbers.normal_unemployment * force)
        moved = np.maximum(moved, -pool)
        pool += moved
        force += moved


def _set_wages(context: Context, cities: Cities) -> None:
    """Wage of the month: national growth, wage curve in levels, and the minimum wage."""
    month, numbers = context.clock.month, context.labour
    path = context.paths["wage"]
    base: Array = context.measures.setdefault("wage_base", cities.wage.copy())
    level = base * path[month] / path[0]
    if context.mechanisms.labour_market:
        force = np.maximum(cities.labour_skilled + cities.labour_unskilled, 1e-9)
        jobless = (cities.unemployed_skilled + cities.unemployed_unskilled) / force
        tightness = np.maximum(jobless, 0.002) / max(numbers.normal_unemployment, 0.002)
        wanted = level * tightness**-numbers.wage_curve
    else:
        wanted = level
    # Contracts are renewed over a year, so the wage moves a twelfth of the way a month.
    drift = path[month] / path[max(month - 1, 0)]
    cities.wage[:] = np.maximum(
        cities.wage * drift + (wanted - cities.wage * drift) / 12.0,
        context.paths["minimum_wage"][month],
    )


@njit(nogil=True, cache=True)
def wanted_staff(i: Any, firms: Any, skilled_share: Any) -> Any:
    """Skilled and unskilled people that expected orders need.

    The skilled share rises from the sector's with the number of technologies in use.
    """
    # A firm whose people would make nothing wants none.
    people = 0.0
    if firms.productivity[i] > 0.0:
        people = 12.0 * firms.expected_demand[i] / firms.productivity[i]
    used = COUNTS[firms.adopted[i]]
    share = min(0.9, skilled_share[firms.sector[i]] * (1.0 + 0.05 * used))
    # Places for which no skilled person is found are filled by others.
    return people * share, max(0.0, people - min(people * share, np.float64(firms.skilled[i])))


@njit(nogil=True, cache=True)
def _separate(firms: Any, skilled_share: Any, numbers: Any, posts: Any, left: Any) -> None:
    """Shed surplus staff and open posts (n, 2), skilled and unskilled.

    left: skilled and unskilled leavers, skilled and unskilled vacancies by city.
    """
    for i in range(len(firms.alive)):
        if firms.alive[i] == 0:
            posts[i, 0] = posts[i, 1] = 0.0
            continue
        city, weight = firms.city[i], np.float64(firms.weight[i])
        skilled, unskilled = wanted_staff(i, firms, skilled_share)
        # Without branches: whether a firm has too many or too few cannot be guessed.
        before = np.float64(firms.skilled[i])
        firms.skilled[i] = before - numbers.firing_speed * max(0.0, before - skilled)
        posts[i, 0] = numbers.hiring_speed * max(0.0, skilled - before)
        left[city, 0] += weight * (before - np.float64(firms.skilled[i]))
        left[city, 2] += weight * np.float64(posts[i, 0])
        before = np.float64(firms.unskilled[i])
        firms.unskilled[i] = before - numbers.firing_speed * max(0.0, before - unskilled)
        posts[i, 1] = numbers.hiring_speed * max(0.0, unskilled - before)
        left[city, 1] += weight * (before - np.float64(firms.unskilled[i]))
        left[city, 3] += weight * np.float64(posts[i, 1])


@njit(nogil=True, cache=True)
def _hire(firms: Any, posts: Any, rate_skilled: Any, rate_unskilled: Any, hired: Any) -> None:
    """Fill posts at the city's rate; what is booked is what the columns really hold."""
    for i in range(len(firms.alive)):
        city, weight = firms.city[i], np.float64(firms.weight[i])
        before = np.float64(firms.skilled[i])
        firms.skilled[i] = before + posts[i, 0] * rate_skilled[city]
        hired[city, 0] += weight * (np.float64(firms.skilled[i]) - before)
        before = np.float64(firms.unskilled[i])
        firms.unskilled[i] = before + posts[i, 1] * rate_unskilled[city]
        hired[city, 1] += weight * (np.float64(firms.unskilled[i]) - before)
