"""Columns that workers send: what was sent, as few objects."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest

from sim.view.columns import Columns
from sim.view.snapshot import Member
from tests.view.fakes import member


def test_a_column_is_a_view_of_the_one_array():
    made = Columns(("a", "b"), np.arange(6.0).reshape(2, 3))
    assert list(made) == ["a", "b"]
    assert made["b"].tolist() == [3, 4, 5]
    assert made["b"].base is not None
    with pytest.raises(KeyError):
        made["c"]
    with pytest.raises(ValueError, match="1 names for 2 columns"):
        Columns(("a",), np.zeros((2, 3)))


def test_runs_that_came_from_elsewhere_share_their_names_and_months():
    given = member(0, 0.2, ("one", "two"))
    packed = Member(
        given.replicate, given.months, Columns(tuple(given.province), np.array(list(given.province.values()))),
        given.cities, given.tiers, given.programme, given.instruments, given.targets,
    )  # fmt: skip
    sent = pickle.dumps(packed)
    one, other = pickle.loads(sent), pickle.loads(sent)
    assert one.months is other.months
    assert one.instruments is other.instruments
    assert one.province._names is other.province._names
    for name, values in given.province.items():
        assert np.array_equal(one.province[name], values)


def test_a_kept_run_is_few_objects():
    names = tuple(f"output_{one}" for one in range(150))
    sent = pickle.dumps(Columns(names, np.zeros((150, 72), np.float32)))
    first = pickle.loads(sent)
    before = sys.getallocatedblocks()
    kept = [pickle.loads(sent) for _ in range(50)]
    assert sys.getallocatedblocks() - before < 15 * len(kept)
    assert all(one._names is first._names for one in kept)
