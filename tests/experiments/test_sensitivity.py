"""Morris and Sobol from a study's tables, on functions whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from calibration.sensitivity import morris_design, sobol_design, whole
from experiments.analysis.sensitivity import morris, sobol
from sim.core.errors import InputError
from tests.experiments.toy_tables import design_of, runs_of

NAMES = ("x1", "x2", "x3")
FIRST, TOTAL = [0.314, 0.442, 0.0], [0.558, 0.442, 0.244]


def _angles(base: int) -> pd.DataFrame:
    unit = sobol_design(3, base)
    return design_of({name: np.pi * (2 * unit[:, i] - 1) for i, name in enumerate(NAMES)})


def _ishigami(design: pd.DataFrame) -> np.ndarray:
    """Ishigami & Homma 1990."""
    x1, x2, x3 = (design[name].to_numpy() for name in NAMES)
    return np.sin(x1) + 7.0 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def test_sobol_finds_the_indices_of_ishigami() -> None:
    design = _angles(4096)
    found = sobol(design, runs_of(design, lambda d, r: {"y": _ishigami(d)}))
    table = found.table.set_index("factor").loc[list(NAMES)]
    np.testing.assert_allclose(table["first"], FIRST, atol=0.02)
    np.testing.assert_allclose(table["total"], TOTAL, atol=0.02)
    assert (table[["first_half", "total_half"]] < 0.1).all(axis=None)
    assert found.used.loc[0, ["blocks", "blocks_out", "replicates"]].tolist() == [4096, 0, 1]


@pytest.mark.parametrize("common", [True, False])
def test_replicates_noise_does_not_hide_the_indices_of_ishigami(common: bool) -> None:
    design = _angles(1024)
    random = np.random.default_rng(5)

    def outcomes(d: pd.DataFrame, replicate: int) -> dict[str, np.ndarray]:
        noise = random.standard_normal(1 if common else len(d))
        return {"y": _ishigami(d) + noise}

    found = sobol(design, runs_of(design, outcomes, 4)).table.set_index("factor").loc[list(NAMES)]
    np.testing.assert_allclose(found["first"], FIRST, atol=0.02)
    np.testing.assert_allclose(found["net"], TOTAL, atol=0.02)
    # Noise that every point shares cancels; noise of its own shows as a total index of 0.25/14.
    expected = 0.0 if common else 0.25 / 14.0
    np.testing.assert_allclose(found["chance"], expected, atol=0.003)


def test_morris_of_a_study_is_exact_on_a_linear_function_with_listed_choices() -> None:
    unit = morris_design(4, 6)
    names = np.array(["none", "some", "much"])
    levels = np.minimum((unit[:, 2] * 3).astype(int), 2)
    design = design_of(
        {"a": 10 + 5 * unit[:, 0], "b": unit[:, 1], "c": names[levels], "d": unit[:, 3]}
    )

    def outcomes(d: pd.DataFrame, replicate: int) -> dict[str, np.ndarray]:
        rank = d["c"].map({"none": 0, "some": 1, "much": 2})
        return {"y": 3 * d["a"] - d["b"] + 4 * rank + replicate, "flat": np.ones(len(d))}

    found = morris(design, runs_of(design, outcomes, 2), listed={"c": ["none", "some", "much"]})
    table = found.table.set_index("factor")
    assert table.loc["a", ["mu", "mu_star", "sigma", "chance"]].tolist() == pytest.approx(
        [15, 15, 0, 0]
    )
    assert table.loc["b", "mu"] == pytest.approx(-1)
    # A step of two thirds of three choices goes up by one or two.
    assert 4 / (2 / 3) <= table.loc["c", "mu"] <= 8 / (2 / 3)
    assert table.loc["c", "mu"] == pytest.approx(table.loc["c", "mu_star"])
    assert table.loc["d", "mu_star"] == 0
    assert found.used.set_index("outcome")["note"].to_dict() == {"y": "", "flat": "constant"}


def test_a_factor_that_rounds_back_has_no_effect_in_that_trajectory() -> None:
    unit = morris_design(2, 8)
    design = design_of({"same": np.ones(len(unit)), "real": unit[:, 1]})
    found = morris(design, runs_of(design, lambda d, r: {"y": 2 * d["real"]}))
    table = found.table.set_index("factor")["mu_star"]
    assert table["real"] == pytest.approx(2.0)
    assert table["same"] == pytest.approx(0.0, abs=1e-12)


def test_failed_runs_take_their_trajectory_or_replicate_and_it_is_said() -> None:
    unit = morris_design(3, 10)
    design = design_of({name: unit[:, i] for i, name in enumerate("abc")})
    runs = lambda failed: runs_of(  # noqa: E731
        design, lambda d, r: {"y": d["a"] * 2 + d["b"] ** 2 + r}, 3, failed
    )
    clean = morris(design, runs([])).table
    one = morris(design, runs([(5, 1)]))
    assert one.used.loc[0, ["blocks", "blocks_out", "replicates_out"]].tolist() == [9, 1, 0]
    assert one.table.set_index("factor").loc["a", "mu"] == pytest.approx(2.0)
    # A seed that fails everywhere costs the seed and no trajectory.
    seed = morris(design, runs([(point, 2) for point in range(0, 40, 3)]))
    assert seed.used.loc[0, ["blocks_out", "replicates", "replicates_out"]].tolist() == [0, 2, 1]
    np.testing.assert_allclose(seed.table["mu_star"], clean["mu_star"])
    nothing = morris(design, runs([(point, r) for point in range(40) for r in range(3)]))
    assert nothing.table.empty
    assert nothing.used.loc[0, "note"] == "too few"


def test_a_missing_run_is_as_good_as_a_failed_one() -> None:
    design = _angles(64)
    runs = runs_of(design, lambda d, r: {"y": _ishigami(d)})
    found = sobol(design, runs[runs["point"] != 7])
    assert found.used.loc[0, "blocks_out"] == 1
    assert len(found.table) == 3


def test_every_scenario_is_analysed_by_itself() -> None:
    unit = morris_design(2, 4)
    parts = []
    for name in ("with", "without"):
        part = design_of({"a": unit[:, 0], "b": unit[:, 1]}, name)
        parts.append(part.assign(point=part["point"] + len(unit) * len(parts)))
    design = pd.concat(parts, ignore_index=True)
    runs = runs_of(design, lambda d, r: {"y": np.where(d["scenario"] == "with", 2, 1) * d["a"]})
    table = morris(design, runs).table.set_index(["scenario", "factor"])["mu"]
    assert table["with", "a"] == pytest.approx(2.0)
    assert table["without", "a"] == pytest.approx(1.0)


def test_designs_of_another_method_are_refused() -> None:
    random = np.random.default_rng(1)
    design = design_of({"a": random.random(12), "b": random.random(12)})
    runs = runs_of(design, lambda d, r: {"y": d["a"]})
    with pytest.raises(InputError, match="design of method morris"):
        morris(design, runs)
    with pytest.raises(InputError, match="design of method sobol"):
        sobol(design, runs)
    with pytest.raises(InputError, match="sobol blocks of 4 points"):
        sobol(design.head(10), runs)
    with pytest.raises(InputError, match=r"outcome; given 'z'"):
        morris(design, runs, ["z"])


def test_what_loses_less_goes() -> None:
    there = np.ones((6, 4), dtype=bool)
    there[:, 3] = [False, False, True, False, True, True]
    there[2, 0] = False
    rows, across = whole(there)
    assert across.tolist() == [True, True, True, False]
    assert rows.tolist() == [True, True, False, True, True, True]
    none, _ = whole(np.zeros((2, 2), dtype=bool))
    assert not none.any()
