"""What counts as failure is read strictly."""

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.conditions import condition
from sim.core.errors import InputError

NAMES = ["targets_met", "adoption_erp@2015-12", "jobs.mean", "gap"]
TABLE = pd.DataFrame({
    "targets_met": [18.0, 20.0, 22.0, 25.0, 19.0],
    "adoption_erp@2015-12": [0.1, 0.3, 0.2, 0.4, 0.5],
    "jobs.mean": [1e6, 2e6, 3e6, 4e6, 5e6], "gap": [5.0, 4.0, 3.0, 2.0, 1.0],
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("targets_met < 20", [1, 0, 0, 0, 1]),
        ("targets_met <= 20", [1, 1, 0, 0, 1]),
        ("adoption_erp@2015-12>=0.4", [0, 0, 0, 1, 1]),
        ("jobs.mean > 3e6", [0, 0, 0, 1, 1]),
        ("jobs.mean > 3_000_000", [0, 0, 0, 1, 1]),
        ("gap > -1.5", [1, 1, 1, 1, 1]),
        ("targets_met < 20 and gap > 4", [1, 0, 0, 0, 0]),
        ("targets_met < 19 or gap <= 1", [1, 0, 0, 0, 1]),
        ("lowest 20% of targets_met", [1, 0, 0, 0, 0]),
        ("highest 40 % of gap", [1, 1, 0, 0, 0]),
        ("worst 20% of targets_met", [1, 0, 0, 0, 0]),
        ("worst 20% of gap", [1, 0, 0, 0, 0]),
    ],
)
def test_conditions_hold_where_they_say(text: str, expected: list[int]) -> None:
    read = condition(text, NAMES, {"targets_met": "more", "gap": "less"})
    np.testing.assert_array_equal(read.holds(TABLE), np.array(expected, dtype=bool))


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("targets_met = 20", "OUTCOME < NUMBER"),
        ("targets_met <", "OUTCOME < NUMBER"),
        ("targets_met < twenty", "OUTCOME < NUMBER"),
        ("20 > targets_met", "OUTCOME < NUMBER"),
        ("targets_met < 20 and", "OUTCOME < NUMBER"),
        ("", "OUTCOME < NUMBER"),
        ("__import__('os') < 1", "OUTCOME < NUMBER"),
        ("targets_mat < 20", "targets_met"),
        ("worst 0% of gap", "between 0 and 100"),
        ("worst 100% of gap", "between 0 and 100"),
        ("worst 20% of jobs.mean", "lowest or highest"),
        ("gap < 1 and gap > 0 or gap < 2", "not by both"),
    ],
)
def test_anything_else_is_refused_on_one_line(text: str, allowed: str) -> None:
    with pytest.raises(InputError, match=allowed) as raised:
        condition(text, NAMES, {"gap": "less"}, "study.toml")
    assert str(raised.value).startswith("study.toml: ")
    assert "\n" not in str(raised.value)


def test_conditions_in_words() -> None:
    read = condition(
        "adoption_erp@2015-12 < 0.25 and worst 20% of targets_met", NAMES, {"targets_met": "more"}
    )
    assert read.said({}, "en").endswith(
        " in 2015-12 below 0.25 and targets met among the lowest 20 %"
    )
    assert read.said({}, "zh").endswith("(2015-12)低于0.25且达成目标数处于最低的20%")
    assert read.outcomes == ("adoption_erp@2015-12", "targets_met")
