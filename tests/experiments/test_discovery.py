"""PRIM and the tree find the box that failures were drawn from, and nothing where there is none."""

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.boxes import Box, measures, quasi_p
from experiments.analysis.cart import tree
from experiments.analysis.conditions import condition
from experiments.analysis.frames import Column
from experiments.analysis.peeling import Rule, peeled
from experiments.analysis.prim import discover
from experiments.analysis.words import Word
from sim.core.errors import InputError
from tests.experiments.toy_tables import design_of, runs_of

FAILS = condition("y < 0.5", ["y"])
LIMITS = {"f0": (np.nan, 0.5), "f3": (0.4, np.nan), "f5": (0.3, 0.8)}


def _cube(points: int, seed: int) -> tuple[pd.DataFrame, np.random.Generator]:
    """A design of eight factors over (0, 1)."""
    random = np.random.default_rng(seed)
    return design_of({f"f{place}": random.random(points) for place in range(8)}), random


def _in_box(design: pd.DataFrame) -> np.ndarray:
    return ((design.f0 < 0.5) & (design.f3 > 0.4) & design.f5.between(0.3, 0.8)).to_numpy()


def _noisy(design: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Runs of which 90 % in the box and 5 % elsewhere fail."""
    failed = random.random(len(design)) < np.where(_in_box(design), 0.9, 0.05)
    return runs_of(design, lambda d, r: {"y": np.where(failed, 0.0, 1.0)})


@pytest.mark.parametrize("seed", [1, 2])
def test_prim_recovers_a_box_in_three_of_eight_dimensions_with_noise(seed: int) -> None:
    design, random = _cube(1000, seed)
    found = discover(design, _noisy(design, random), FAILS, shuffles=9, resamples=4, boxes=1)
    limits = found.limits().set_index("factor")
    assert sorted(limits.index) == sorted(LIMITS)
    for name, (low, high) in LIMITS.items():
        np.testing.assert_allclose(
            limits.loc[name, ["low", "high"]].astype(float), [low, high], atol=0.05
        )
    one = found.boxes[0]
    assert one.measures.density == pytest.approx(0.9, abs=0.05)
    # 0.9·0.15 of 0.9·0.15 + 0.05·0.85 failures lie in the true box.
    assert one.measures.coverage == pytest.approx(0.76, abs=0.07)
    assert (limits["p"] < 1e-4).all()
    assert (limits["reproduced"] >= 0.75).all()
    assert (limits["low_q05"].dropna() <= limits["low_q95"].dropna()).all()
    # On futures that were not used it does worse, but far better than all futures do.
    assert 3 * found.base < one.new[1] <= one.measures.density + 0.02


def test_prim_and_tree_find_nothing_in_pure_noise() -> None:
    for seed in range(3):
        design, random = _cube(200, seed)
        runs = runs_of(design, lambda d, r, random=random: {"y": random.random(len(d)) + 0.3})
        assert discover(design, runs, FAILS).boxes == []
        found = tree(design, runs, FAILS)
        assert len(found.leaves) == 1
        assert found.said({}, "en")[-1] == "No part of the futures stands out beyond chance."


def test_the_whole_search_is_the_same_every_time() -> None:
    design, random = _cube(200, 5)
    runs = _noisy(design, random)
    first, second = (discover(design, runs, FAILS, shuffles=2, resamples=2) for _ in range(2))
    pd.testing.assert_frame_equal(first.limits(), second.limits())
    pd.testing.assert_frame_equal(first.summary(), second.summary())


def test_a_second_box_covers_what_the_first_leaves() -> None:
    random = np.random.default_rng(3)
    design = design_of({"a": random.random(500), "b": random.random(500), "c": random.random(500)})
    # Two corners: one of 12 % of the futures, one of 9 %.
    failed = ((design.a < 0.3) & (design.b < 0.4)) | ((design.a > 0.7) & (design.b > 0.7))
    runs = runs_of(design, lambda d, r: {"y": np.where(failed, 0.0, 1.0)})
    found = discover(design, runs, FAILS, shuffles=9, resamples=2)
    table = found.summary()
    assert len(table) == 2
    assert table["coverage"].sum() > 0.95
    assert (table["density"] > 0.9).all()
    assert set(found.limits()["factor"]) == {"a", "b"}
    assert found.said({}, "en")[-1].startswith("Of what is left: ")


def test_choices_scenarios_and_missing_values_are_factors() -> None:
    random = np.random.default_rng(8)
    n = 400
    rule = random.choice(["contest", "formula", "lottery"], n).astype(object)
    rule[random.random(n) < 0.25] = None
    design = design_of({"rule": rule, "x": random.random(n), "on": random.random(n) < 0.5})
    design["scenario"] = np.where(np.arange(n) % 2 == 0, "document", "none")
    failed = (design.rule.isna() | (design.rule == "lottery")) & (design.scenario == "none")
    runs = runs_of(design, lambda d, r: {"y": np.where(failed, 0.0, 1.0)})
    words = {"none": Word("无方案", "no programme"), "rule": Word("规则", "rule")}
    found = discover(design, runs, FAILS, shuffles=5, resamples=2)
    assert found.boxes[0].measures.density == 1.0
    assert found.boxes[0].measures.coverage == 1.0
    text = found.said(words, "en")[2]
    assert "rule is as in the scenario or lottery" in text
    assert "scenario is no programme" in text
    assert "规则为按情景原值或lottery" in found.said(words, "zh")[2]
    rules = tree(design, runs, FAILS)
    best = rules.leaves[0]
    assert (best.measures.density, best.box.kept[0]) == (1.0, (1,))
    assert sum(leaf.measures.failures for leaf in rules.leaves) == failed.sum()


def test_a_rule_of_density_trades_coverage_for_it() -> None:
    random = np.random.default_rng(4)
    design = design_of({"a": random.random(1500), "b": random.random(1500)})
    # The chance to fail falls evenly from 1 to 0 along a: any density can be had.
    failed = random.random(1500) > design.a
    runs = runs_of(design, lambda d, r: {"y": np.where(failed, 0.0, 1.0)})
    found = [
        discover(design, runs, FAILS, density=share, shuffles=5, resamples=2, boxes=1).boxes[0]
        for share in (0.7, 0.9)
    ]
    assert [one.limits["factor"].tolist() for one in found] == [["a"], ["a"]]
    order = np.argsort(design["a"].to_numpy())
    hits = failed.to_numpy()[order].cumsum()
    for one, share in zip(found, (0.7, 0.9), strict=True):
        # No other edge of the same sample is dense enough and covers more.
        best = hits[hits / np.arange(1, 1501) >= share].max()
        assert one.measures.failures == best
        assert one.measures.density >= share
    assert found[0].measures.coverage > found[1].measures.coverage


def test_the_tree_cuts_where_the_box_is_and_its_leaves_share_out_the_futures() -> None:
    design, random = _cube(1000, 6)
    found = tree(design, _noisy(design, random), FAILS)
    limits = found.limits()
    best = limits[limits["rule"] == 1].set_index("factor")
    for name, (low, high) in LIMITS.items():
        np.testing.assert_allclose(
            best.loc[name, ["low", "high"]].astype(float), [low, high], atol=0.05
        )
    assert found.leaves[0].measures.density > 0.85
    assert found.error < 0.7 * found.error_alone
    inside = np.stack([leaf.box.inside(found.columns) for leaf in found.leaves])
    assert (inside.sum(axis=0) == 1).all()
    assert found.rules()["failures"].sum() == found.failed.sum()


def test_quasi_p_values_are_the_binomial_tail() -> None:
    columns = [Column("a", np.arange(10.0)), Column("b", np.zeros(10))]
    failed = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
    box = Box.whole(columns).limit(0, -np.inf, 3.5)
    # Four of four fail, of futures of which 40 % do.
    assert quasi_p(box, columns, failed) == {0: pytest.approx(0.4**4)}
    seen = measures(box.inside(columns), failed)
    assert (seen.coverage, seen.density, seen.mass, seen.phi) == (1.0, 1.0, 0.4, pytest.approx(1.0))


def test_peels_take_a_twentieth_and_ties_go_together() -> None:
    failed = np.arange(200) >= 100
    path = peeled(
        [Column("a", np.arange(200.0))], failed, Box.whole([Column("a", np.arange(200.0))])
    )
    assert path[1].low == (9.5,)
    assert path[2].low == (18.5,)
    tied = [Column("a", np.repeat([1.0, 2.0, 3.0, 4.0], 50))]
    path = peeled(tied, failed, Box.whole(tied))
    assert [box.low[0] for box in path] == [-np.inf, 1.5, 2.5]
    # Half of all futures fail: too few for 90 %, and the dense box is better whatever it covers.
    counts, hits = np.array([200, 50]), np.array([100, 48])
    assert Rule(0.9).worth(counts, hits, 200, 100).tolist() == [0.5 - 2.0, 0.48]


def test_means_over_replicates_decide_and_failed_runs_are_left_out() -> None:
    random = np.random.default_rng(2)
    design = design_of({"a": random.random(60)})
    values = np.where(design.a < 0.5, 0.2, 1.0)
    failed = [(point, 0) for point in range(60)] + [(3, 1)]
    runs = runs_of(design, lambda d, r: {"y": values + (10 if r == 0 else 0)}, 2, failed)
    found = discover(design, runs, FAILS, shuffles=5, resamples=2)
    assert found.left_out == 1
    assert len(found.failed) == 59
    assert "Left out, for want of an outcome: 1." in found.said({}, "en")
    np.testing.assert_array_equal(found.failed, found.table["a"] < 0.5)
    runs_found = discover(design, runs, FAILS, each="run", shuffles=5, resamples=2)
    assert runs_found.left_out == 61


def test_what_cannot_be_searched_is_refused() -> None:
    design, random = _cube(60, 1)
    runs = _noisy(design, random)
    with pytest.raises(InputError, match="20 or more"):
        discover(design.head(10), runs, FAILS)
    with pytest.raises(InputError, match="factor; given 'f9'"):
        discover(design, runs, FAILS, factors=["f9"])
    with pytest.raises(InputError, match="outcome; given 'z'"):
        discover(design, runs, condition("z < 1", ["z"]))
    with pytest.raises(InputError, match="density"):
        discover(design, runs, FAILS, density=2)
    with pytest.raises(InputError, match="point, run"):
        discover(design, runs, FAILS, each="city")
    nobody = condition("y < -1", ["y"])
    assert discover(design, runs, nobody).boxes == []
    with pytest.raises(InputError, match="5 or more futures"):
        tree(design, runs, nobody)
    with pytest.raises(InputError, match="a design with factors"):
        discover(design[["point", "scenario"]], runs, FAILS)
