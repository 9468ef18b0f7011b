"""The books of projects and outlays: complete, and the same after a branch or a checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.model import Province
from sim.world.tables import NEVER


def test_every_project_and_every_payment_is_in_the_books(tmp_path: Path) -> None:
    province = Province("document_2014", scale=0.01, time__end="2015-12")
    firms = province.tables["firms"]
    ordered = 0.0
    while province.clock.month < 40:
        province.step()
        signed = firms.order_month == province.clock.month - 1
        ordered += float(firms.weight[signed].astype(np.float64).sum())
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
    book = province.context.projects
    before = book.ordered < 40
    # A firm that closed the month it ordered is in the book only.
    assert 0 <= book.weight[before].astype(np.float64).sum() - ordered < 0.01 * ordered
    open_rows = np.flatnonzero(firms.order_technology >= 0)
    latest = book.latest[open_rows]
    assert (book.uid[latest] == firms.uid[open_rows]).all()
    assert (book.technology[latest] == firms.order_technology[open_rows]).all()
    assert (book.accepted[latest] == NEVER).all()
    unfinished = (book.accepted == NEVER) & (firms.uid[book.row] == book.uid)
    unfinished &= firms.alive[book.row] == 1
    assert unfinished.sum() == len(open_rows)
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
