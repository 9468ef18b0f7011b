"""The split of variance, on functions whose components are known."""

import numpy as np
import pytest

from calibration.variance import PARTS, shares, split
from sim.core.errors import InputError

STRUCTURES = np.array([-1.0, 0.0, 2.0])
SLOPES = np.array([0.5, 1.0, 1.5])
KNOWN = {
    # Uniform over three structures; draws and seeds are standard normal.
    "parameters": 4.0 * SLOPES.mean() ** 2,
    "structure": STRUCTURES.var(),
    "parameters_structure": 4.0 * SLOPES.var(),
    "chance": 0.3**2 + 0.5**2 + 0.7**2,
}


def _design(random: np.random.Generator, draws: int, seeds: int) -> np.ndarray:
    """y = structure + 2 slope·draw + .3 seed + .5 draw·seed + .7 noise: (3, draws, seeds, 1)."""
    p, c = random.standard_normal((draws, 1)), random.standard_normal((1, seeds))
    noise = random.standard_normal((3, draws, seeds))
    y = STRUCTURES[:, None, None] + 2.0 * SLOPES[:, None, None] * p + 0.3 * c + 0.5 * p * c
    return (1000.0 + y + 0.7 * noise)[..., None]


def test_components_are_unbiased_in_a_small_design() -> None:
    random = np.random.default_rng(5)
    found = np.array([split(_design(random, 6, 3), np.ones(6), np.ones(3))[0] for _ in range(4000)])
    error = found.std(axis=0)[:, 0] / np.sqrt(len(found))
    # The sample of 4000 designs tells each component to within a few per cent.
    assert (error < 0.06 * np.array(list(KNOWN.values())) + 0.02).all()
    np.testing.assert_array_less(
        np.abs(found.mean(axis=0)[:, 0] - list(KNOWN.values())), 4.0 * error
    )


def test_parts_add_up_and_agree_with_the_analysis_of_variance() -> None:
    values = _design(np.random.default_rng(1), 8, 4)
    parts, whole = split(values, np.ones(8), np.ones(4))
    np.testing.assert_allclose(parts.sum(axis=0), whole, rtol=1e-9)
    # Within-cell mean square and the classical estimate of the draws' component.
    np.testing.assert_allclose(parts[3], values.var(axis=2, ddof=1).mean(axis=(0, 1)), rtol=1e-9)
    common = values.mean(axis=0)[..., 0]
    rows = 4 * common.mean(axis=1).var(ddof=1)
    rest = common - common.mean(axis=1, keepdims=True) - common.mean(axis=0) + common.mean()
    np.testing.assert_allclose(parts[0, 0], (rows - (rest**2).sum() / (7 * 3)) / 4, rtol=1e-9)


def test_shares_with_intervals() -> None:
    table = shares(_design(np.random.default_rng(3), 200, 10), ["toy"]).set_index("part")
    whole = sum(KNOWN.values())
    assert table["share"].sum() == pytest.approx(1.0)
    for part in PARTS:
        assert table.loc[part, "low"] <= KNOWN[part] / whole <= table.loc[part, "high"]
        assert table.loc[part, "share"] == pytest.approx(KNOWN[part] / whole, abs=0.06)


def test_intervals_cover_the_truth() -> None:
    random = np.random.default_rng(11)
    whole, inside = sum(KNOWN.values()), np.zeros(len(PARTS))
    for _ in range(60):
        table = shares(_design(random, 30, 4), ["toy"], resamples=150)
        true = np.array([KNOWN[part] / whole for part in table["part"]])
        inside += (table["low"].to_numpy() <= true) & (true <= table["high"].to_numpy())
    # 95 % intervals; the bootstrap is known to be wide rather than narrow.
    assert (inside / 60 >= 0.8).all(), inside / 60


def test_one_cause_alone_has_it_all() -> None:
    ramp = np.linspace(0.0, 1.0, 12)[:, None, None]
    causes = {
        "parameters": np.broadcast_to(ramp, (2, 12, 3, 1)),
        "structure": np.broadcast_to(np.arange(2.0)[:, None, None, None], (2, 12, 3, 1)),
        "chance": np.broadcast_to(np.arange(3.0)[:, None], (2, 12, 3, 1)),
    }
    for cause, values in causes.items():
        table = shares(values, ["y"]).set_index("part")["share"]
        np.testing.assert_allclose(table, [1.0 * (part == cause) for part in PARTS], atol=1e-9)
    still = shares(np.full((2, 12, 3, 1), 0.1), ["y"])
    assert still["share"].isna().all()
    np.testing.assert_allclose(still["sd"], 0.0, atol=1e-12)


def test_designs_that_cannot_tell_are_refused() -> None:
    with pytest.raises(InputError, match="2 draws and 2 seeds"):
        shares(np.ones((2, 12, 1, 1)), ["y"])
    with pytest.raises(ValueError, match="not finite: y"):
        shares(np.full((2, 3, 3, 1), np.nan), ["y"])
