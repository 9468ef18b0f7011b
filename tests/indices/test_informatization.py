"""The informatization index: its one printed row, goalposts, weights."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.indices.informatization import evaluate
from sim.world.data import load_data
from sim.world.index_tables import INFORMATIZATION_SIZES

TABLES = load_data().indices
ITEMS = TABLES.informatization
LOW, HIGH = (np.array([getattr(item, end) for item in ITEMS]) for end in ("low", "high"))


def test_equal_class_weights_give_the_printed_total_of_ningbo() -> None:
    *classes, total = TABLES.published_informatization["Ningbo", 2010]
    assert np.mean(classes) == pytest.approx(total, abs=0.0005)


def test_goalposts_are_zero_and_one() -> None:
    low, high = evaluate(LOW, ITEMS), evaluate(HIGH, ITEMS)
    assert low.items == pytest.approx(0.0)
    assert high.items == pytest.approx(1.0)
    assert (low.total, high.total) == pytest.approx((0.0, 1.0))


def test_halfway_is_the_mean_on_linear_and_the_geometric_mean_on_logarithmic_items() -> None:
    log = np.array([item.log for item in ITEMS])
    assert 0 < log.sum() < len(log)
    middle = np.where(log, np.sqrt(LOW * HIGH), (LOW + HIGH) / 2)
    found = evaluate(middle, ITEMS)
    assert found.items == pytest.approx(0.5)


def test_nothing_is_cut_off_and_a_logarithm_without_a_figure_is_nothing() -> None:
    assert evaluate(2 * HIGH, ITEMS).total > 1.0
    assert evaluate(np.zeros(12), ITEMS).items[3] == 0.0


def test_other_weights_change_the_total_only() -> None:
    x = HIGH * np.linspace(0.6, 1.1, 12)
    even, first = evaluate(x, ITEMS), evaluate(x, ITEMS, (1.0, 0.0, 0.0, 0.0, 0.0))
    assert np.array_equal(even.classes, first.classes)
    assert first.total == first.classes[0] != even.total
    assert [sum(item.kind == k for item in ITEMS) for k in range(5)] == list(INFORMATIZATION_SIZES)


@pytest.mark.parametrize("weights", ["national", (0.5, 0.5), (0.3, 0.3, 0.3, 0.3, -0.2)])
def test_bad_weights_are_refused(weights: object) -> None:
    with pytest.raises(InputError, match="weights"):
        evaluate(HIGH, ITEMS, weights)  # type: ignore[arg-type]
