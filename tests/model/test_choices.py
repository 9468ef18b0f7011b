"""What firms do with an application pending, what newcomers bring, what new channels add."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model import Province
from sim.processes.awards import APPLIED, DECIDED, LAPSED
from sim.scenario import Scenario
from sim.world.tables import AUTOMATION, ECOMMERCE, WAITING_FOR_AWARD

GRANT = "equipment_subsidy"


def machine_orders(seed: int, **changes: object) -> float:
    """Orders of machines by backbone firms from May 2014, when grants for machines are all there is."""
    others = {
        f"instruments__{name}__enabled": False
        for name in Scenario.load("core_programme").instruments
        if name != GRANT
    }
    province = Province(
        "core_programme", scale=0.2, seed=seed, parameters="central", **others, **changes
    )
    firms, book, orders = province.tables["firms"], province.context.projects, 0.0
    while not province.clock.finished:
        month = province.clock.month
        province.step()
        new = book.signed_in(month)
        new = new[(book.technology[new] == AUTOMATION) & (firms.tier[book.row[new]] == 0)]
        orders += float(book.weight[new].sum())
    return orders


def test_waiting_for_grants_never_costs_more_projects_than_grants_bring() -> None:
    """Firms that wait take their project up again, so grants for machines bring more machines."""
    with_grants = sum(machine_orders(seed) for seed in (1, 2, 3))
    without = sum(
        machine_orders(seed, **{f"instruments__{GRANT}__enabled": False}) for seed in (1, 2, 3)
    )
    assert with_grants > without


def test_who_gains_more_from_the_project_than_from_the_award_goes_ahead() -> None:
    """Over a year's wait most firms would lose more than the grant: they order and withdraw."""
    changes = {f"instruments__{GRANT}__decision_months": 12}
    province = Province(
        "core_programme", scale=0.1, parameters="central", time__end="2016-12", **changes
    )
    firms, awards, withdrawn = province.tables["firms"], province.context.awards, 0
    book = province.context.projects
    while not province.clock.finished:
        month = province.clock.month
        province.step()
        same = (firms.uid[awards.row] == awards.uid) & (firms.alive[awards.row] == 1)
        pending = same & np.isin(awards.status, (APPLIED, DECIDED))
        bits = np.zeros(firms.rows, dtype=np.int64)
        np.bitwise_or.at(bits, awards.row[pending], 1 << awards.technology[pending].astype(int))
        assert (bits == firms.applied).all(), "the bits of a firm are its open applications"
        back = same & (awards.status == LAPSED) & (awards.decision_month > month)
        signed = book.signed_in(month)
        signed = set(zip(book.row[signed].tolist(), book.technology[signed].tolist(), strict=True))
        withdrawn += sum(
            (row, k) in signed
            for row, k in zip(
                awards.row[back].tolist(), awards.technology[back].tolist(), strict=True
            )
        )
    assert withdrawn > 20


def test_a_short_decision_is_waited_for() -> None:
    """A grant of half the price a month away is worth the wait."""
    changes = {
        f"instruments__{GRANT}__{key}": value
        for key, value in {"decision_months": 1, "rate": 0.5, "call_months": list(range(1, 13)),
                           "budget__2014": 9e8, "budget__2015": 9e8}.items()
    }  # fmt: skip
    province = Province(
        "core_programme", scale=0.1, parameters="central", time__end="2015-12", **changes
    )
    firms, waited = province.tables["firms"], 0
    while not province.clock.finished:
        before = (firms.barrier[:, AUTOMATION] == WAITING_FOR_AWARD) & (firms.ordered == 0)
        uid = firms.uid.copy()
        province.step()
        decided = before & (firms.uid == uid) & (firms.alive == 1)
        decided &= (firms.applied >> AUTOMATION) & 1 == 0
        waited += int(decided.sum())
        still = firms.barrier[decided, AUTOMATION] == WAITING_FOR_AWARD
        assert not still.any(), "what waited is taken up when the decision has come"
    assert waited > 20


def test_newcomers_know_and_have_what_firms_around_them_do() -> None:
    province = Province("no_programme", scale=0.2, parameters="central")
    firms = province.tables["firms"]
    uid = firms.uid.copy()
    for _ in range(60):
        province.step()
    official = (firms.alive == 1) & (firms.tier == 1)
    new = official & (firms.uid != uid)
    old = official & (firms.uid == uid)
    assert new.sum() > 500
    for level in (
        lambda rows: firms.automation[rows].mean(),
        lambda rows: ((firms.aware[rows] >> ECOMMERCE) & 1).mean(),
    ):
        assert level(new) == pytest.approx(level(old), rel=0.15)


def test_new_channels_add_to_sales_once() -> None:
    """Sales rise by the gain over a year (replicator 1 a year) and then stay there."""

    def shares(months: int, sells_online: bool) -> np.ndarray:
        province = Province(
            "no_programme", scale=0.02, parameters="central", technologies=["cloud"]
        )
        firms = province.tables["firms"]
        some = firms.uid % 7 == 0
        firms.writable("adopted")[:] = np.where(some & sells_online, 1 << ECOMMERCE, 0)
        firms.writable("adopted_month")[:, ECOMMERCE] = np.where(some & sells_online, 0, -32768)
        for _ in range(months):
            province.step()
        kept = (firms.alive == 1) & (firms.founded < 0)
        share = np.where(kept, firms.share, np.nan).astype(float)
        return share[some]

    for months, low, high in ((6, 1.006, 1.012), (12, 1.015, 1.021), (36, 1.012, 1.021)):
        ratio = shares(months, True) / shares(months, False)
        assert low < np.nanmedian(ratio) < high, months
