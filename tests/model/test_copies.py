"""A copy goes on bit for bit, however it is made, and leaves alone what it was made of."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from joblib import Parallel, delayed

from sim.facade import Firm
from sim.model import Province

COPIED, LATER = 34, 5
"""Months before the copy (awards are decided and projects run by then) and after it."""

Copy = Callable[[Province, Path], Province]


def _checkpoint(province: Province, folder: Path) -> Province:
    province.save(folder / "saved")
    return Province.load(folder / "saved")


COPIES: dict[str, Copy] = {
    "pickle": lambda province, _: pickle.loads(pickle.dumps(province)),
    "pickle of an agent": lambda province, _: (
        pickle.loads(pickle.dumps(next(iter(province.agents_by_type[Firm])))).model
    ),
    "copy": lambda province, _: copy.copy(province),
    "deepcopy": lambda province, _: copy.deepcopy(province),
    "branch": lambda province, _: province.branch(),
    "checkpoint": _checkpoint,
}


def go_on(province: Province, months: int = LATER) -> Province:
    for _ in range(months):
        province.step()
    return province


def state(province: Province) -> dict[str, np.ndarray]:
    """Every column of every table, every row of every book and every recorded series."""
    found = {f"recorder.{name}": array for name, array in province.recorder.arrays().items()}
    for name, table in province.tables.items():
        found |= {f"{name}.{key}": array.copy() for key, array in table.arrays().items()}
    for name in ("awards", "projects", "outlays"):
        book = getattr(province.context, name).columns()
        found |= {f"{name}.{key}": array.copy() for key, array in book.items()}
    return found


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name], err_msg=name, strict=True)


@pytest.fixture(scope="module")
def start() -> Province:
    return go_on(Province("document_2014", scale=0.02, check=True), COPIED)


@pytest.fixture(scope="module")
def expected(start: Province) -> dict[str, np.ndarray]:
    """Where an unbroken run stands in the end."""
    province = Province("document_2014", scale=0.02, check=True)
    return state(go_on(province, COPIED + LATER))


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_goes_on_bit_for_bit_and_leaves_the_original_alone(
    way: str, start: Province, expected: dict[str, np.ndarray], tmp_path: Path
) -> None:
    before = state(start)
    other = COPIES[way](start, tmp_path)
    same(before, state(other))
    go_on(other)
    same(expected, state(other))
    assert other.steps == LATER + (COPIED if way != "checkpoint" else 0)
    same(before, state(start))
    again = COPIES[way](start, tmp_path / "again")
    start_seconds = dict(start.seconds)
    go_on(again)
    same(expected, state(again))
    assert start.seconds == start_seconds


def test_a_province_goes_through_joblib(start: Province, expected: dict[str, np.ndarray]) -> None:
    """Whatever it maps read-only on the other side, and back again."""
    there = Parallel(n_jobs=2, max_nbytes=1_000)(delayed(go_on)(start, n) for n in (LATER, 1))
    same(expected, state(there[0]))
    same(expected, state(go_on(there[1], LATER - 1)))


def test_the_original_goes_on_while_its_copies_do(
    start: Province, expected: dict[str, np.ndarray]
) -> None:
    first = start.branch()
    others = [pickle.loads(pickle.dumps(first)), copy.copy(first), copy.deepcopy(first)]
    for _ in range(LATER):
        for province in (first, *others):
            province.step()
    for province in (first, *others):
        same(expected, state(province))


def test_views_sets_and_graphs_stay_with_the_province_they_are_sent_with(start: Province) -> None:
    province = start.branch()
    firms = province.agents_by_type[Firm]
    held = firms.select(at_most=5)
    sent = (province, province.supply, next(iter(firms)), firms, held, province.tables["firms"])
    other, supply, firm, everyone, some, table = pickle.loads(pickle.dumps(sent))
    assert firm.model is everyone.model is some.model is other
    assert table is other.tables["firms"] is supply.firms
    other.check = False  # money that comes from nowhere
    firm.cash = 123.0
    assert table.cash[firm.row] == np.float32(123.0)
    assert province.tables["firms"].cash[firm.row] != np.float32(123.0)
    assert [one.unique_id for one in some] == [one.unique_id for one in held]
    before = supply.graph.nodes[firm.row]["output"]
    other.step()
    assert supply.graph.nodes[firm.row]["output"] == float(table.output[firm.row]) != before
    assert other.datacollector.model_vars.keys() == province.datacollector.model_vars.keys()
    assert len(other.datacollector.model_vars["seed"]) == COPIED + 1


def test_no_copy_is_watched(start: Province) -> None:
    province, seen = start.branch(), []
    province.watchers.append(lambda name: seen.append(name))  # which no pickle could take
    for other in (pickle.loads(pickle.dumps(province)), copy.copy(province), province.branch()):
        other.step()
        assert seen == []
        assert other.watchers == []
    province.step()
    assert len(seen) == 12
