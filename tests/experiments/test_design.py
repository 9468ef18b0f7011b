"""Designs: what each method promises of its rows, checked on functions whose answer is known."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import coalitions
from experiments.analysis import shapley
from experiments.design import latin_hypercube, saltelli, trajectories
from experiments.factors import Factor, column_of, value_of
from experiments.study import Study, load_study

HEAD = 'study = {title = {zh = "试", en = "trial"}}\nrun.until = "2012-02"\n'
THREE = """
scenarios.names = ["document_2014"]
[uncertainties]
"exogenous.wage_growth_shift" = {low = -0.1, high = 0.1}
"exogenous.robot_price_factor" = {low = 0.5, high = 2.0}
"adoption.payback_shift" = {prior = true}
"""
KEYS = ["exogenous.wage_growth_shift", "exogenous.robot_price_factor", "adoption.payback_shift"]


def study_of(folder: Path, body: str) -> Study:
    file = folder / "trial.toml"
    file.write_text(HEAD + body, encoding="utf-8")
    return load_study(file)


def test_a_latin_hypercube_hits_every_strip_of_every_factor_once(tmp_path: Path) -> None:
    study = study_of(tmp_path, 'design = {method = "latin_hypercube", points = 20}' + THREE)
    column = study.design()[KEYS[0]].to_numpy()
    strips = np.floor((column + 0.1) / 0.2 * 20).astype(int)
    assert sorted(strips) == list(range(20))
    unit = latin_hypercube(3, 50, seed=4)
    assert (np.sort(np.floor(unit * 50), axis=0) == np.arange(50)[:, None]).all()
    assert (unit == latin_hypercube(3, 50, seed=4)).all()
    assert (unit != latin_hypercube(3, 50, seed=5)).any()


def test_sobol_rows_give_the_indices_of_a_linear_function(tmp_path: Path) -> None:
    """Of a sum of independent terms the indices are the terms' shares of variance."""
    from SALib.analyze import sobol

    study = study_of(tmp_path, 'design = {method = "sobol", base = 256}' + THREE)
    design = study.design()
    told = study.layout.settings
    assert told == {"base": 256, "dimensions": 3, "second_order": False}
    assert len(design) == 256 * (3 + 2)
    values = 30.0 * design[KEYS[0]].to_numpy() + 2.0 * design[KEYS[1]].to_numpy()
    problem = {"num_vars": 3, "names": KEYS, "bounds": [[0.0, 1.0]] * 3}
    found = sobol.analyze(problem, values, calc_second_order=False, seed=1)
    variance = np.array([(30.0 * 0.2) ** 2, (2.0 * 1.5) ** 2, 0.0])
    assert found["S1"] == pytest.approx(variance / variance.sum(), abs=0.02)
    assert found["ST"] == pytest.approx(variance / variance.sum(), abs=0.02)


def test_morris_rows_give_the_slopes_of_a_linear_function(tmp_path: Path) -> None:
    from SALib.analyze import morris

    study = study_of(tmp_path, 'design = {method = "morris", trajectories = 6}' + THREE)
    design = study.design()
    assert len(design) == 6 * (3 + 1)
    unit = trajectories(3, 6, 4, seed=1)
    assert design[KEYS[1]].to_numpy() == pytest.approx(0.5 + 1.5 * unit[:, 1])
    problem = {"num_vars": 3, "names": KEYS, "bounds": [[0.0, 1.0]] * 3}
    found = morris.analyze(problem, unit, 2.0 * design[KEYS[1]].to_numpy(), num_levels=4)
    assert list(found["mu_star"]) == pytest.approx([0.0, 3.0, 0.0])


def test_designs_leave_other_random_numbers_alone() -> None:
    np.random.seed(3)
    random.seed(3)
    expected = np.random.random(), random.random()
    np.random.seed(3)
    random.seed(3)
    saltelli(2, 8, 1)
    trajectories(2, 4, 4, 1)
    latin_hypercube(2, 4, 1)
    assert expected == (np.random.random(), random.random())


def test_one_at_a_time_starts_from_the_scenario_as_it_is(tmp_path: Path) -> None:
    study = study_of(tmp_path, 'design.method = "one_at_a_time"' + THREE)
    design = study.design()[KEYS]
    assert len(design) == 1 + 2 * 3
    assert list(design.notna().sum(axis=1)) == [0, 1, 1, 1, 1, 1, 1]
    assert list(design[KEYS[0]].dropna()) == [-0.1, 0.1]
    prior = study.factors[2].prior
    assert prior is not None
    assert list(design[KEYS[2]].dropna()) == [prior.low, prior.high]
    assert study.scenario_at(study.design().iloc[0]) == study.scenarios[0]


def test_written_rows_follow_those_of_the_method(tmp_path: Path) -> None:
    body = 'design = {method = "latin_hypercube", points = 4, rows = [{}, {"%s" = 0.05}]}'
    design = study_of(tmp_path, body.replace("%s", KEYS[0]) + THREE).design()
    assert len(design) == 6
    assert design[KEYS].iloc[4].isna().all()
    assert list(design[KEYS].iloc[5].dropna()) == [0.05]


def test_a_grid_has_every_combination_once(tmp_path: Path) -> None:
    body = """
    scenarios.names = ["document_2014", "contest_allocation"]
    levers."instruments.equipment_subsidy.rate" = {low = 0.0, high = 0.2}
    levers."instruments.equipment_subsidy.scored_by" = {values = ["promise", "record"]}
    levers."instruments.evaluation.published" = {values = [true, false]}
    design = {method = "grid", levels = 3}
    """
    study = study_of(tmp_path, body)
    design = study.design()
    assert len(design) == 2 * 3 * 2 * 2
    assert not design.drop(columns="point").duplicated().any()
    assert list(design["point"]) == list(range(24))
    assert set(design["instruments.evaluation.published"]) == {True, False}
    assert not study.scenario_at(design.iloc[1]).instruments["evaluation"].published


def test_a_design_survives_parquet(tmp_path: Path) -> None:
    body = """
    scenarios.names = ["document_2014"]
    levers."instruments.evaluation.published" = {values = [true, false]}
    levers."programme.without" = {values = [[], ["A1", "A10"]]}
    levers."programme.delay" = {values = [0, 12]}
    design.method = "one_at_a_time"
    """
    study = study_of(tmp_path, body)
    study.design().to_parquet(tmp_path / "design.parquet", index=False)
    read = pd.read_parquet(tmp_path / "design.parquet")
    pd.testing.assert_frame_equal(read, study.design())
    for mine, its in zip(study.design().to_dict("records"), read.to_dict("records"), strict=True):
        assert study.scenario_at(mine) == study.scenario_at(its)
    without = [study.scenario_at(row).programme.without for row in read.to_dict("records")]
    assert without == [(), (), (), (), ("A1", "A10"), (), ()]
    assert list(read["programme.without"].dropna()) == ["", "A1+A10"]


# ------------------------------------------------------------------ coalitions
def test_all_coalitions_are_there_once_by_mask(tmp_path: Path) -> None:
    body = """
    scenarios = {names = ["document_2014"], baseline = "no_programme"}
    design = {method = "coalitions", members = ["A10", "A1", "A2"]}
    """
    study = study_of(tmp_path, body)
    rows = study.design().to_dict("records")
    assert [study.coalition_of(row) for row in rows[:-1]] == [
        (), ("A1",), ("A2",), ("A1", "A2"), ("A10",), ("A1", "A10"), ("A2", "A10"),
        ("A1", "A2", "A10"),
    ]  # fmt: skip
    assert rows[0]["programme.without"] == "A1+A2+A10"
    assert rows[-1]["scenario"] == "no_programme"
    assert study.coalition_of(rows[-1]) is None
    assert study.scenario_at(rows[1]).programme.without == ("A2", "A10")
    assert study.scenario_at(rows[-2]) == study.scenarios[0]
    assert study.levers[0].key == coalitions.WITHOUT


def test_ten_actions_make_1024_coalitions() -> None:
    rows = coalitions.rows(coalitions.ACTIONS, None, 1)
    assert len({row[coalitions.WITHOUT] for row in rows}) == 1024
    assert rows[-1][coalitions.WITHOUT] == ()


def test_sampled_orders_give_shapley_values_of_a_game_of_pairs() -> None:
    """In a sum of own values and gains of pairs a member's Shapley value is own plus half of its
    pairs' gains (Shapley 1953); order and reverse together give that exactly."""
    members = ("A1", "A2", "A3", "A4", "A5")
    own = dict(zip(members, (3.0, 1.0, 0.0, -2.0, 0.5), strict=True))
    pair = {pair: float(place % 4) for place, pair in enumerate(combinations(members, 2))}
    rows = coalitions.rows(members, 4, seed=2)
    assert len(rows) < 2**5
    value = {}
    for row in rows:
        there = coalitions.coalition_of(row, members)
        assert there is not None
        value[there] = sum(own[one] for one in there) + sum(
            gain for two, gain in pair.items() if set(two) <= set(there)
        )
    shares = dict.fromkeys(members, 0.0)
    for order in shapley.orders(len(members), 4, 2):
        joined: list[int] = []
        for member in order:
            before = tuple(members[place] for place in sorted(joined))
            joined.append(int(member))
            after = tuple(members[place] for place in sorted(joined))
            shares[members[member]] += (value[after] - value[before]) / 4
    for one in members:
        half = sum(gain for two, gain in pair.items() if one in two) / 2
        assert shares[one] == pytest.approx(own[one] + half)


def test_sampled_coalitions_are_many_fewer_and_hold_the_ends() -> None:
    rows = coalitions.rows(coalitions.ACTIONS, 10, seed=1)
    there = [coalitions.coalition_of(row) for row in rows]
    assert 22 <= len(there) <= 10 * 9 + 22
    assert there[0] == ()
    assert there[-1] == coalitions.ACTIONS
    assert len(set(there)) == len(there)
    assert {(one,) for one in coalitions.ACTIONS} <= set(there)
    more = [coalitions.coalition_of(row) for row in coalitions.rows(coalitions.ACTIONS, 20, seed=1)]
    assert set(there) <= set(more)


def test_coalitions_may_be_crossed_with_uncertainties(tmp_path: Path) -> None:
    body = """
    scenarios.names = ["document_2014"]
    uncertainties."adoption.payback_shift" = {prior = true}
    design = {method = "coalitions", members = ["A2", "A3"], uncertainties = {method = "latin_hypercube", points = 3}}
    """
    study = study_of(tmp_path, body)
    assert len(study.design()) == 4 * 3
    assert study.coalition_of(study.design().iloc[3]) == ("A2",)
    assert list(study.design())[2:] == ["programme.without", "adoption.payback_shift"]


# ------------------------------------------------------------------ factors
@pytest.mark.parametrize(
    ("factor", "values"),
    [
        (Factor("x", "lever", ("a", "b", "c"), form="text"), ["a", "a", "b", "c", "c"]),
        (Factor("x", "lever", None, 2.0, 4.0), [2.0, 2.5, 3.0, 3.5, 4.0]),
        (Factor("x", "lever", None, 1.0, 4.0, form="whole"), [1, 2, 3, 4, 4]),
    ],
)
def test_quantiles_become_values(factor: Factor, values: list[object]) -> None:
    assert factor.from_unit(np.array([0.0, 0.25, 0.5, 0.75, 1.0])) == values


def test_cells_give_back_what_was_put_in() -> None:
    for factor, cells in (
        (Factor("x", "lever", form="number"), [0.1, None, 2.0]),
        (Factor("x", "lever", form="whole"), [1, None, 3]),
        (Factor("x", "lever", form="truth"), [True, None, False]),
        (Factor("x", "lever", form="text"), ["a", None, "b"]),
        (Factor("x", "lever", form="list"), [["A1", "A2"], None, []]),
    ):
        column = column_of(factor, cells)
        assert [value_of(factor, cell) for cell in column] == cells
