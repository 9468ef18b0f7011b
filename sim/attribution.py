"""What each public yuan did, by comparison with the twin run without it.

Every payment is split into five classes, in whole fen (0.01 CNY), that add up to it:

* **captured** by price: where a project was paid for, the part of the payment that only pays for
  the price rise against the twin: `cost * (1 - p_twin / p)` with p the mean price index of the
  provider's kind when it was quoted, at least 0 and at most the payment. Several payments for one
  project share it in proportion.

The rest, where a project was paid for (grants, what cities add to them, lease support), is classed
by what the same firm did in the twin with the same technology (machines: the n-th project; others:
the first):

* **additional**: it never ordered it there;
* **displaced**: it never ordered it there, but ordered another project there that it does not
  order here (a firm's projects and those it lost are paired in order of time);
* **accelerated**: it ordered it m >= 1 months later there;
* **deadweight**: it ordered it there by the same month or earlier.

Start-up money is classed by the newcomer it was paid to: additional if the twin never has that
newcomer, accelerated if it comes later there, deadweight otherwise.

All other money (training, visits, pilots, demonstrations, provider support, purchases, smart
cities, offices, evaluation) pays for no project, so it can only be set against what it brought
about in all firms. With the value of projects of the technologies it names (all if it names none)

    only here A, only in the twin D, sooner here S, later here L,

`A - D` and `S - L` count as far as they exceed what chance alone would give: if nothing but luck
differed, each of these projects might as well have been on the other side, so the difference has
standard deviation `sqrt(sum of squared values)` (McNemar 1947); 1.96 of them are taken off. Then,
each at most the money that is left: additional `A - D` or, if negative, displaced `D - A`;
accelerated `S - L`; the rest is deadweight, which here means money without an effect on projects
that can be told from chance. It need not be wasted: what it did to skills, information or public
services that led to no project is not in this ledger. A yuan counts as additional if a yuan of
additional projects stands against it, so a class says how far the money is covered, not that the
money paid for them. The classes of such money are those of the instrument, the same in every city,
tier and year; firms that had money for a project are left out of the comparison, since they are
classed one by one.

What is ordered by the last month counted is looked up in the twin over the whole run, which goes on
for some months longer: what the twin would order later still counts as additional.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim import terms
from sim.core.table import Array
from sim.processes.outlays import NOBODY
from sim.twins import Record
from sim.world.tables import AUTOMATION, GREEN_IOT, PROVIDER_KINDS, TECHNOLOGIES

CLASSES = tuple(terms.CLASSES)
ADDITIONAL, ACCELERATED, DEADWEIGHT, DISPLACED, CAPTURED = range(5)
FEN = 1_000_000
"""Fen in 10k CNY."""
ABSENT = 32767
"""Month of something that a run never did."""


@dataclass(frozen=True)
class Payments:
    """Payments (n,): whose money, month, receiver, fen, and the project paid for (-1: none)."""

    instrument: Array
    month: Array
    uid: Array
    city: Array
    tier: Array
    fen: Array
    project: Array

    def part(self, chosen: Array) -> Payments:
        """Some of them."""
        return Payments(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Events:
    """Projects that two runs may have in common, by `id` (sorted): month, value (10k CNY), firm."""

    id: Array
    month: Array
    value: Array
    uid: Array
    technology: Array

    def month_of(self, ids: Array) -> Array:
        """Month of each, ABSENT where it is not among these."""
        if len(self.id) == 0:
            return np.full(len(ids), ABSENT)
        place = np.minimum(np.searchsorted(self.id, ids), len(self.id) - 1)
        return np.where(self.id[place] == ids, self.month[place], ABSENT)


@dataclass(frozen=True)
class Balance:
    """Value (10k CNY) of projects only here, only in the twin, sooner and later here; chance.

    `chance` are the differences A - D and S - L that luck alone would exceed in 5 % of cases.
    """

    only_here: float
    only_twin: float
    sooner: float
    later: float
    chance: tuple[float, float]
    months: float


def apportion(amounts: Array, total: int) -> Array:
    """Whole parts of `total` in proportion to `amounts` (n,), by largest remainders."""
    whole = float(amounts.sum())
    if whole <= 0:
        return np.zeros(len(amounts), dtype=np.int64)
    exact = amounts / whole * total
    parts = np.floor(exact).astype(np.int64)
    left = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:left]] += 1
    return parts


def payments(record: Record, off: Collection[str], last: int) -> Payments:
    """Payments by month `last` of the instruments `off`, and what cities added to their awards."""
    book = record.outlays
    spent = np.flatnonzero(book["month"] <= last)
    instrument, amount = book["instrument"][spent], book["amount"][spent]
    fen = np.zeros(len(spent), dtype=np.int64)
    for place, name in enumerate(record.instruments):
        mine = instrument == place
        booked = float(record.paid[last, place])
        if not abs(float(amount[mine].sum()) - booked) <= 1e-8 * max(booked, 1.0):
            raise ArithmeticError(f"{name}: paid {booked!r}, in the books {amount[mine].sum()!r}")
        fen[mine] = apportion(amount[mine], round(booked * FEN))
    project = np.where(
        book["award"][spent] == NOBODY, book["project"][spent], _project_of(record, spent)
    )
    # What a city adds is money of the city fund on an award of another instrument.
    award = np.where(project == NOBODY, NOBODY, _at(record.projects["award"], project))
    tied = np.where(award == NOBODY, NOBODY, _at(record.awards["instrument"], award))
    tied[book["award"][spent] == NOBODY] = NOBODY
    index = [record.instruments.index(name) for name in off]
    row = book["row"][spent]
    return Payments(
        instrument,
        book["month"][spent].astype(np.int64),
        book["uid"][spent],
        np.where(row == NOBODY, book["city"][spent], record.city[row].astype(np.int64)),
        np.where(row == NOBODY, NOBODY, record.tier[row].astype(np.int64)),
        fen,
        project.astype(np.int64),
    ).part(np.isin(instrument, index) | np.isin(tied, index))


def _at(column: Array, places: Array) -> Array:
    """Entries of a column; where a place is none, any."""
    return column[places] if len(column) else np.full(len(places), NOBODY)


def attribute(
    base: Record, twin: Record, off: dict[str, Any], last: int
) -> tuple[Payments, Array, Array, Balance]:
    """Class the money of the instruments `off` (policies by name) that the twin lacks.

    Returns the payments, fen by class (n, 5), months of acceleration (n,) and the balance of
    projects of firms that had no money for a project.
    """
    made = payments(base, off, last)
    here, there = _events(base), _events(twin)
    split = np.zeros((len(made.fen), len(CLASSES)), dtype=np.int64)
    months = np.zeros(len(made.fen))
    start_ups = [base.instruments.index(n) for n, p in off.items() if p.kind == "start_up_support"]
    for_project = made.project >= 0
    founding = np.isin(made.instrument, start_ups)
    other = ~for_project & ~founding
    split[for_project], months[for_project] = _by_project(
        base, twin, here, there, made.part(for_project)
    )
    split[founding], months[founding] = _by_newcomer(twin, made.part(founding))
    named = [policy for policy in off.values() if policy.kind not in PAYING]
    known = [technologies_of(policy, base.provider_kind) for policy in named or off.values()]
    balance = _balance(
        _without(here, made.uid[for_project], known), _without(there, made.uid[for_project], known),
        last,
    )  # fmt: skip
    split[other] = _by_balance(made.fen[other], balance)
    months[other] = balance.months
    return made, split, months, balance


PAYING = ("project_grant", "city_fund", "leasing_support", "start_up_support")
"""Kinds of instrument whose payments are classed one by one."""


def technologies_of(policy: Any, provider_kind: Array) -> tuple[int, ...]:
    """Positions of the technologies that an instrument names, all if it names none."""
    if policy.kind == "inspection":
        return (GREEN_IOT,)
    named = getattr(policy, "technologies", None)
    if named:
        return tuple(TECHNOLOGIES.index(code) for code in named)
    kinds = [PROVIDER_KINDS.index(code) for code in getattr(policy, "provider_kinds", [])]
    served = tuple(int(k) for k in np.flatnonzero(np.isin(provider_kind, kinds)))
    return served or tuple(range(len(TECHNOLOGIES)))


def _key(uid: Array, technology: Array) -> Array:
    return uid.astype(np.int64) * 8 + technology


def _ordinal(record: Record) -> Array:
    """How many projects with the same technology each project's firm had ordered before."""
    projects = record.projects
    key = _key(projects["uid"], projects["technology"])
    order = np.lexsort((projects["ordered"], key))
    ordered = key[order]
    first: Array = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])[: len(key)]
    runs = np.diff(np.r_[first, len(key)]).astype(np.int64)
    ordinal = np.empty(len(key), dtype=np.int64)
    ordinal[order] = np.arange(len(key)) - np.repeat(first, runs)
    return ordinal


def _ids(record: Record, ordinal: Array) -> Array:
    """What a project is compared with: machines come in projects, other technologies once."""
    projects = record.projects
    number = np.where(projects["technology"] == AUTOMATION, np.minimum(ordinal, 63), 0)
    return _key(projects["uid"], projects["technology"]) * 64 + number


def _events(record: Record) -> Events:
    projects, ordinal = record.projects, _ordinal(record)
    ids = _ids(record, ordinal)
    kept = np.flatnonzero((ordinal == 0) | (projects["technology"] == AUTOMATION))
    kept = kept[np.argsort(ids[kept], kind="stable")]
    value = projects["cost"].astype(np.float64) * projects["weight"]
    return Events(
        ids[kept], projects["ordered"][kept].astype(np.int64), value[kept], projects["uid"][kept],
        projects["technology"][kept],
    )  # fmt: skip


def _project_of(record: Record, spent: Array) -> Array:
    """Position of the project that each outlay on an award is for: the last ordered by then."""
    projects, book = record.projects, record.outlays
    if len(projects["uid"]) == 0:
        return np.full(len(spent), NOBODY)
    technology = _at(record.awards["technology"], book["award"][spent])
    key = _key(projects["uid"], projects["technology"]) * 4096 + projects["ordered"]
    order = np.argsort(key, kind="stable")
    wanted = _key(book["uid"][spent], technology) * 4096 + book["month"][spent]
    found: Array = order[np.searchsorted(key[order], wanted, side="right") - 1]
    return found


def _by_project(
    base: Record, twin: Record, here: Events, there: Events, made: Payments
) -> tuple[Array, Array]:
    """Classes (n, 5) and months of acceleration of payments for projects."""
    ids = _ids(base, _ordinal(base))
    paid_for, which = np.unique(made.project, return_inverse=True)
    ordered = base.projects["ordered"][paid_for].astype(np.int64)
    later = there.month_of(ids[paid_for]) - ordered
    never = there.month_of(ids[paid_for]) == ABSENT
    kind = np.where(later >= 1, ACCELERATED, DEADWEIGHT)
    kind[never] = ADDITIONAL
    kind[_in_place_of_another(base, here, there, paid_for, never)] = DISPLACED
    split = np.zeros((len(made.fen), len(CLASSES)), dtype=np.int64)
    whole = np.bincount(which, weights=made.fen, minlength=len(paid_for))
    excess = _price_rise(base, twin, paid_for) * FEN
    share = np.minimum(excess / np.maximum(whole, 1.0), 1.0)
    split[:, CAPTURED] = np.floor(made.fen * share[which]).astype(np.int64)
    split[np.arange(len(made.fen)), kind[which]] += made.fen - split[:, CAPTURED]
    return split, np.where(kind == ACCELERATED, later, 0)[which]


def _in_place_of_another(
    base: Record, here: Events, there: Events, paid_for: Array, never: Array
) -> Array:
    """Flag of the projects (of those absent in the twin) that stand for one lost against it."""
    lost = there.uid[here.month_of(there.id) == ABSENT]
    uid, ordered = base.projects["uid"][paid_for], base.projects["ordered"][paid_for]
    absent = np.flatnonzero(never)
    absent = absent[np.lexsort((ordered[absent], uid[absent]))]
    mine = uid[absent]
    first = np.searchsorted(mine, mine, side="left")
    lost = np.sort(lost)
    count = np.searchsorted(lost, mine, side="right") - np.searchsorted(lost, mine, side="left")
    flag = np.zeros(len(paid_for), dtype=bool)
    flag[absent[np.arange(len(mine)) - first < count]] = True
    return flag


def _price_rise(base: Record, twin: Record, paid_for: Array) -> Array:
    """What each project cost more (10k CNY, all real firms) than at the twin's prices."""
    projects = base.projects
    kind = base.provider_kind[projects["technology"][paid_for]]
    # Prices are set at the end of a month for the quotes of the next.
    month = np.maximum(projects["ordered"][paid_for].astype(np.int64) - 1, 0)
    ratio = twin.price[month, kind] / np.maximum(base.price[month, kind], 1e-12)
    cost = projects["cost"][paid_for].astype(np.float64) * projects["weight"][paid_for]
    rise: Array = cost * np.clip(1.0 - ratio, 0.0, 1.0)
    return rise


def _by_newcomer(twin: Record, made: Payments) -> tuple[Array, Array]:
    """Classes and months of acceleration of money paid to newcomers."""
    order = np.argsort(twin.newcomers[0])
    nothing = np.zeros(len(order))
    founded = Events(
        twin.newcomers[0][order].astype(np.int64), twin.newcomers[1][order], nothing,
        twin.newcomers[0][order], nothing,
    )  # fmt: skip
    month = founded.month_of(made.uid.astype(np.int64))
    later = np.where(month == ABSENT, 0, month - made.month)
    kind = np.where(later >= 1, ACCELERATED, DEADWEIGHT)
    kind[month == ABSENT] = ADDITIONAL
    split = np.zeros((len(made.fen), len(CLASSES)), dtype=np.int64)
    split[np.arange(len(made.fen)), kind] = made.fen
    return split, np.maximum(later, 0)


def _without(events: Events, firms: Array, technologies: list[tuple[int, ...]]) -> Events:
    """Events of other firms with any of the technologies."""
    wanted = sorted({k for some in technologies for k in some})
    kept = np.isin(events.technology, wanted) & ~np.isin(events.uid, firms)
    return Events(*(getattr(events, name)[kept] for name in events.__dataclass_fields__))


def _balance(here: Events, there: Events, last: int) -> Balance:
    """Projects ordered by month `last` in one run against the other's whole run."""
    mine, theirs = here.month <= last, there.month <= last
    gap = there.month_of(here.id) - here.month
    back = here.month_of(there.id) - there.month
    absent, lost = there.month_of(here.id) == ABSENT, here.month_of(there.id) == ABSENT
    sooner, later = mine & ~absent & (gap > 0), theirs & ~lost & (back > 0)
    groups = [here.value[mine & absent], there.value[theirs & lost],
              here.value[sooner], there.value[later]]  # fmt: skip
    squares = [float((group**2).sum()) for group in groups]
    weight = here.value[sooner]
    only_here, only_twin, earlier, delayed = (float(group.sum()) for group in groups)
    return Balance(
        only_here,
        only_twin,
        earlier,
        delayed,
        chance=(
            1.96 * float(np.sqrt(squares[0] + squares[1])),
            1.96 * float(np.sqrt(squares[2] + squares[3])),
        ),
        months=float((weight * gap[sooner]).sum() / max(float(weight.sum()), 1e-12)),
    )


def _by_balance(fen: Array, balance: Balance) -> Array:
    """Classes (n, 5) of money that pays for no project, the same shares for every payment."""
    net = balance.only_here - balance.only_twin
    beyond = int(max(0.0, abs(net) - balance.chance[0]) * FEN)
    earlier = int(max(0.0, balance.sooner - balance.later - balance.chance[1]) * FEN)
    split = np.zeros((len(fen), len(CLASSES)), dtype=np.int64)
    left = fen.copy()
    for place, most in ((ADDITIONAL if net > 0 else DISPLACED, beyond), (ACCELERATED, earlier)):
        split[:, place] = apportion(left.astype(np.float64), min(int(left.sum()), most))
        left -= split[:, place]
    split[:, DEADWEIGHT] = left
    return split
