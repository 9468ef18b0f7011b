"""Same scenario and seed give the same bits; rows have no order; policies that touch nobody are inert."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.core.edges import build_edges
from sim.core.table import Table
from sim.model import Province

UNTIL = {"time__end": "2015-06"}


def frames(province: Province) -> list[pd.DataFrame]:
    results = province.run()
    return [results.province, results.cities, results.sectors, results.tiers]


def same(one: list[pd.DataFrame], other: list[pd.DataFrame]) -> None:
    for a, b in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_same_seed_same_bits_and_another_seed_not() -> None:
    first = frames(Province("document_2014", scale=0.01, seed=4, **UNTIL))
    same(first, frames(Province("document_2014", scale=0.01, seed=4, **UNTIL)))
    other = frames(Province("document_2014", scale=0.01, seed=5, **UNTIL))
    assert not first[0].equals(other[0])


def test_zero_rate_is_no_subsidy_bit_for_bit() -> None:
    none = Province(
        "document_2014", scale=0.02, instruments__equipment_subsidy__enabled=False, **UNTIL
    )
    zero = Province("document_2014", scale=0.02, instruments__equipment_subsidy__rate=0.0, **UNTIL)
    some = Province("document_2014", scale=0.02, instruments__equipment_subsidy__rate=0.3, **UNTIL)
    expected = frames(none)
    same(expected, frames(zero))
    assert not expected[0].equals(frames(some)[0]), "a real rate must leave a trace"


def test_zero_budget_pays_nothing() -> None:
    settings = {
        f"instruments__{name}__budget__{year}": 0.0
        for name in Province("document_2014", scale=0.01).settings.instruments
        for year in range(2014, 2018)
    }
    province = Province("document_2014", scale=0.02, **settings, **UNTIL)
    expected = frames(Province("no_programme", scale=0.02, **UNTIL))
    same(expected, frames(province))
    assert all(account.paid == 0 for account in province.context.public.values())
    assert float(province.tables["firms"].subsidy.sum()) == 0.0


def permuted(province: Province, order: np.ndarray) -> Province:
    """The same province with its firm rows in another order."""
    world = province.world
    firms = world.tables["firms"]
    arrays = {name: array[order].copy() for name, array in firms.arrays().items()}
    world.tables["firms"] = Table("firms", firms.columns.values(), firms.rows, arrays)
    place = np.empty(firms.rows, dtype=np.int64)
    place[order] = np.arange(firms.rows)
    edges = world.edges
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    world.edges = build_edges(
        firms.rows, place[buyer], place[edges.suppliers], edges.supplier_weight
    )
    edges, sector = world.edges, world.tables["firms"].sector
    buyer = np.repeat(np.arange(firms.rows), np.diff(edges.supplier_start))
    supplier = np.repeat(np.arange(firms.rows), np.diff(edges.customer_start))
    world.supplier_group = world.critical_group[sector[buyer], sector[edges.suppliers]]
    world.customer_group = world.critical_group[sector[edges.customers], sector[supplier]]
    province._bind()
    return province


@pytest.mark.parametrize("scenario", ["document_2014", "no_programme"])
def test_the_order_of_rows_changes_no_aggregate(scenario: str) -> None:
    plain = Province(scenario, scale=0.02, **UNTIL)
    order = np.random.default_rng(0).permutation(plain.tables["firms"].rows)
    mixed = permuted(Province(scenario, scale=0.02, **UNTIL), order)
    for one, other in zip(frames(plain), frames(mixed), strict=True):
        numbers = one.select_dtypes("number").columns
        np.testing.assert_allclose(other[numbers], one[numbers], rtol=2e-5, atol=1e-7)
    np.testing.assert_array_equal(
        plain.tables["firms"].adopted[order], mixed.tables["firms"].adopted
    )


def test_branch_continues_with_equal_bits_and_parts_only_where_it_differs() -> None:
    province = Province("document_2014", scale=0.01, **UNTIL)
    for _ in range(30):
        province.step()
    branch = province.branch()
    changed = province.branch()
    changed.world.tables["firms"].writable("cash")[:] += 1e4
    same(frames(province), frames(branch))
    assert not frames(changed)[0].equals(frames(branch)[0])


def test_checkpoint_continues_with_equal_bits(tmp_path) -> None:
    province = Province("document_2014", scale=0.01, **UNTIL)
    for _ in range(31):
        province.step()
    province.save(tmp_path / "saved")
    again = Province.load(tmp_path / "saved")
    assert again.clock.name == province.clock.name
    same(frames(province), frames(again))
