"""Tables: declared columns, read-only views, copies."""

from __future__ import annotations

import copy
import pickle
from typing import NamedTuple

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.core.phase import Phase
from sim.core.table import Column, Table

COLUMNS = (
    Column("wage", "f4", "CNY", "工资", "wage", low=0),
    Column("kind", "u1", "index", "类别", "kind", 0, 3, fixed=True),
    Column("level", "f4", "share", "水平", "level", 0, 1, width=2),
)


class View(NamedTuple):
    wage: np.ndarray
    kind: np.ndarray


def test_columns_are_read_only_outside_a_writing_view() -> None:
    table = Table("firms", COLUMNS, 4)
    with pytest.raises(ValueError, match="read-only"):
        table.wage[0] = 1
    view = table.view(View, {"wage"})
    view.wage[0] = 5
    assert table.wage[0] == 5
    with pytest.raises(ValueError, match="read-only"):
        view.kind[0] = 1


def test_a_phase_cannot_write_what_it_does_not_declare() -> None:
    def run(context: object, firms: View) -> None:
        firms.kind[:] = 2

    phase = Phase(1, "p", "", "", run, {"firms": View}, {"firms": frozenset({"wage"})})
    views = phase.bind({"firms": Table("firms", COLUMNS, 2)})
    with pytest.raises(ValueError, match="read-only"):
        phase.function(None, **views)
    with pytest.raises(TypeError, match="without viewing"):
        Phase(1, "p", "", "", run, {"firms": View}, {"firms": frozenset({"level"})})


@pytest.mark.parametrize("again", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_copies_are_independent(again) -> None:
    table = Table("firms", COLUMNS, 3)
    other = again(table)
    other.writable("wage")[:] = 7
    assert table.wage.sum() == 0
    assert other.wage.sum() == 21
    assert again(other)["level"].shape == (3, 2)


def test_wrong_arrays_are_refused() -> None:
    with pytest.raises(InputError, match=r"wage.*float64"):
        Table("firms", COLUMNS, 3, {"wage": np.zeros(3)})
    with pytest.raises(InputError, match="salary"):
        Table("firms", COLUMNS, 3, {"salary": np.zeros(3, "f4")})


def test_bounds_are_reported() -> None:
    table = Table("firms", COLUMNS, 2)
    assert table.out_of_bounds() == {}
    table.writable("level")[1, 1] = 1.5
    table.writable("wage")[0] = np.nan
    assert set(table.out_of_bounds()) == {"wage", "level"}
