"""The books of projects and outlays: complete, and the same after a branch or a checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.model import Province
from sim.processes.indicators import POSITION
from sim.world.tables import NEVER


def test_every_project_and_every_payment_is_in_the_books(tmp_path: Path) -> None:
    province = Province("document_2014", scale=0.02, time__end="2015-12")
    firms = province.tables["firms"]
    book = province.context.projects
    ordered, entered = 0.0, 0.0
    while province.clock.month < 40:
        province.step()
        ordered += float(province.context.measures["cube"][..., POSITION["orders"]].sum())
        new = book.signed_in(province.clock.month - 1)
        # Firms that closed in the month they ordered are in the book only.
        stayed = new[(book.under_way[new] == 1) | (book.accepted[new] != NEVER)]
        assert len(stayed) >= len(new) - 3
        entered += float(book.weight[stayed].astype(np.float64).sum())
    assert ordered > 0
    np.testing.assert_allclose(entered, ordered, rtol=1e-12)
    branch = province.branch()
    province.save(tmp_path / "saved")
    loaded = Province.load(tmp_path / "saved")
    for one in (province, branch, loaded):
        one.run()
    for name in ("projects", "outlays", "awards"):
        columns = getattr(province.context, name).columns()
        for other in (branch, loaded):
            for key, column in getattr(other.context, name).columns().items():
                assert column.dtype == columns[key].dtype
                assert (column == columns[key]).all(), (name, key)
    under_way = book.open_ones()
    assert (book.uid[under_way] == firms.uid[book.row[under_way]]).all()
    assert (book.accepted[under_way] == NEVER).all()
    bits = np.zeros(len(firms.uid), dtype=np.int64)
    np.add.at(bits, book.row[under_way], 1 << book.technology[under_way].astype(int))
    assert (bits == firms.ordered).all(), "the bits of a firm are its projects, each once"
    several = np.bincount(book.row[under_way], minlength=len(firms.uid)) > 1
    assert several.any()
    unfinished = (book.accepted == NEVER) & (firms.uid[book.row] == book.uid)
    unfinished &= firms.alive[book.row] == 1
    assert unfinished.sum() == len(under_way)
    started = book.accepted != NEVER
    assert (book.started[started] <= book.accepted[started]).all()
    assert (book.started[started] >= book.ordered[started]).all()
    stayed = np.flatnonzero((firms.founded < 0) & (firms.alive == 1))
    done = np.bincount(book.row[book.success == 1], minlength=len(firms.uid))
    assert (done[stayed] == firms.projects[stayed]).all()
    awards, outlays = province.context.awards, province.context.outlays
    tied = book.award[book.award >= 0]
    assert len(tied) > 10
    assert (awards.uid[tied] == book.uid[book.award >= 0]).all()
    assert (awards.technology[tied] == book.technology[book.award >= 0]).all()
    for place, account in enumerate(province.context.public.values()):
        spent = outlays.amount[outlays.instrument == place].sum()
        np.testing.assert_allclose(spent, account.paid, rtol=1e-9, atol=1e-6)
    paid = np.bincount(
        outlays.award[outlays.award >= 0], outlays.amount[outlays.award >= 0], awards.count
    )
    np.testing.assert_allclose(paid, awards.paid * awards.weight)
