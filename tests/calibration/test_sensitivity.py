"""Morris, Sobol and identification, on functions whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from calibration.sensitivity import (
    identification,
    morris,
    morris_design,
    most_important,
    sobol,
    sobol_design,
)
from sim.core.errors import InputError


def _ishigami(unit: np.ndarray) -> np.ndarray:
    """Ishigami & Homma 1990 on the unit cube, two equal replicates: (n, 2, 1)."""
    x = np.pi * (2.0 * unit - 1.0)
    y = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return np.repeat(y[:, None, None], 2, axis=1)


def test_sobol_finds_the_indices_of_ishigami() -> None:
    names = ["x1", "x2", "x3"]
    table = sobol(_ishigami(sobol_design(3, 4096)), names, ["y"]).set_index("parameter")
    np.testing.assert_allclose(table.loc[names, "first"], [0.314, 0.442, 0.0], atol=0.02)
    np.testing.assert_allclose(table.loc[names, "total"], [0.558, 0.442, 0.244], atol=0.02)
    # Equal replicates: chance has no part in it.
    assert (table["chance"] == 0).all()
    assert (table[["first_half", "total_half"]] < 0.1).all(axis=None)
    assert table["share"].sum() == pytest.approx(1.0)


def test_morris_is_exact_on_a_linear_function() -> None:
    slopes = np.array([3.0, -2.0, 0.5, 0.0])
    points = morris_design(4, 5)
    values = np.repeat((10.0 + points @ slopes)[:, None, None], 2, axis=1)
    table = morris(points, values, list("abcd"), ["y"]).set_index("parameter")
    np.testing.assert_allclose(table["mu"], slopes, atol=1e-12)
    np.testing.assert_allclose(table["mu_star"], np.abs(slopes), atol=1e-12)
    np.testing.assert_allclose(table[["sigma", "chance", "mu_star_half"]], 0.0, atol=1e-12)
    np.testing.assert_allclose(table["share"], np.abs(slopes) / 5.5)
    assert most_important(table.reset_index(), 2) == ["a", "b"]
    assert most_important(table.reset_index(), 9) == ["a", "b", "c"]


def test_morris_shows_curvature() -> None:
    points = morris_design(2, 30)
    values = np.stack([points[:, 0] ** 2, points[:, 0] * points[:, 1]], axis=1)[:, None, :]
    table = morris(points, values, ["a", "b"], ["square", "product"]).set_index(
        ["output", "parameter"]
    )
    assert table.loc[("square", "a"), "sigma"] > 0.2
    assert table.loc[("square", "b"), "mu_star"] == 0
    assert table.loc[("product", "b"), "sigma"] > 0.2
    # One replicate says nothing of chance.
    assert table["chance"].isna().all()


def test_chance_is_told_from_effects() -> None:
    random = np.random.default_rng(2)
    for design, measure in (
        (morris_design(3, 200), "mu_star"),
        (sobol_design(3, 512), "total"),
    ):
        noise = random.standard_normal((len(design), 4, 1))
        values = noise + 4.0 * design[:, None, :1]
        names = ["real", "none", "neither"]
        found = (
            morris(design, values, names, ["y"])
            if measure == "mu_star"
            else sobol(values, names, ["y"])
        ).set_index("parameter")
        # What has no effect shows what chance alone would show.
        ratio = found.loc[["none", "neither"], measure] / found.loc[["none", "neither"], "chance"]
        np.testing.assert_allclose(ratio, 1.0, atol=0.15)
        assert found.loc["real", measure] > 3 * found.loc["real", "chance"]
        assert found.loc["real", "share"] > 0.75


def test_outputs_that_say_nothing_are_left_out() -> None:
    points = morris_design(2, 3)
    flat, missing = np.ones(len(points)), np.full(len(points), np.nan)
    values = np.stack([points[:, 0], flat, missing], axis=1)[:, None, :]
    assert set(morris(points, values, ["a", "b"], ["y", "flat", "missing"])["output"]) == {"y"}
    design = sobol_design(1, 8)
    flat = np.ones((len(design), 2, 1))
    assert sobol(flat, ["a"], ["flat"]).empty
    # What differs at one crossed point alone has no variance to be shared out.
    flat[1] = 2.0
    assert sobol(flat, ["a"], ["nearly"]).empty


def test_which_targets_identify_which_parameters() -> None:
    names = ["alone", "left", "right", "weak", "none"]
    points = morris_design(5, 10)
    a, left, right, weak, _ = points.T
    outputs = ["first", "second", "headline"]
    values = np.stack([10 * a, 10 * (left + right) + 0.5 * weak, a + weak], axis=1)[:, None, :]
    table = morris(points, values, names, outputs)
    found = identification(table, names, {"first": 1.0, "second": 1.0}).set_index("parameter")
    assert found["identified_by"].to_dict() == {
        "alone": "first", "left": "second", "right": "second", "weak": "", "none": "",
    }  # fmt: skip
    # A target that knows a to within 1 of 10 leaves 1/sqrt(1 + 100/12) of its prior.
    assert found.loc["alone", "spread_left"] == pytest.approx((1 + 100 / 12) ** -0.5)
    # Only the sum of the two is known: each alone stays open.
    assert found.loc["left", "spread_left"] > 0.65
    assert found.loc["none", "spread_left"] == pytest.approx(1.0)
    assert found.loc["left", "signal"] == pytest.approx(10.0)
    assert found.loc["none", "strongest"] == ""
    empty = identification(table, names, {"absent": 1.0})
    assert (empty["spread_left"] == 1).all()


def test_designs_too_small_are_refused() -> None:
    with pytest.raises(InputError, match="2 at least"):
        morris_design(3, 1)
    with pytest.raises(InputError, match="power of two"):
        sobol_design(3, 12)
    with pytest.raises(InputError, match="1 or more"):
        sobol(np.ones((12, 1, 1)), ["a"], ["y"], seed=0)


def test_designs_are_the_same_every_time() -> None:
    for design in (morris_design, sobol_design):
        np.testing.assert_array_equal(design(3, 4, 7), design(3, 4, 7))
        assert not np.array_equal(design(3, 4, 7), design(3, 4, 8))
    assert isinstance(most_important(pd.DataFrame({"parameter": ["a"], "share": [1.0]}), 1), list)
