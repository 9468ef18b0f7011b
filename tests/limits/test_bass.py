"""Complete mixing reproduces the curve of Bass (1969), Management Science 15(5)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model import Province


def bass(innovation: float, imitation: float, years: np.ndarray) -> np.ndarray:
    """Share of adopters after `years` under complete mixing."""
    decay = np.exp(-(innovation + imitation) * years)
    return (1 - decay) / (1 + imitation / innovation * decay)


@pytest.mark.parametrize(("innovation", "imitation"), [(0.03, 0.38), (0.0104, 0.4186)])
def test_adoption_follows_bass(innovation: float, imitation: float) -> None:
    curves = []
    for seed in range(6):
        province = Province(
            "limit_bass",
            scale=0.1,
            seed=seed,
            parameters="central",
            population__count=1,
            information__bass_innovation=innovation,
            information__bass_imitation=imitation,
            time__end="2025-12",
        )
        curves.append(province.run().province["adoption_ecommerce"].to_numpy())
    runs = np.array(curves)[:, 11::12]
    years = np.arange(1, runs.shape[1] + 1)
    expected = bass(innovation, imitation, years)
    sd = runs.std(axis=0, ddof=1)
    assert np.all(np.abs(runs.mean(axis=0) - expected) <= 0.012 + 3 * sd)
    assert sd.max() < 0.05, "the bound above must be able to fail"
    assert expected[-1] > 0.8
